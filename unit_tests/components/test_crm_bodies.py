"""Is a refusal of CRM found wherever it stands, and nothing else taken for one?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.components.crm_bodies import crm_said_in, is_empty, refusal_in
from unit_tests.components.crm_answers import a_crm_answer, envelope

REFUSED = envelope("INVALID_DATA", "invalid data", api_name="Ghost")


@pytest.mark.parametrize("status", [200, 207, 400, 403, 500])
@pytest.mark.parametrize("body", [REFUSED, {"data": [REFUSED]}, {"users": [REFUSED], "info": {}}])
def test_a_refusal_is_told_by_its_word_whatever_the_status_and_the_place(status: int, body: Any) -> None:
    said = crm_said_in(a_crm_answer(body, status=status))

    assert (said.code, said.message, said.details) == ("INVALID_DATA", "invalid data", {"api_name": "Ghost"})


@pytest.mark.parametrize(
    "body",
    [
        {"data": [], "info": {"count": 0}},
        {"data": [{"id": "1"}]},
        {"data": [{"id": "1", "code": "RED", "status": "active"}]},
        {"data": [{"id": "1", "code": None, "status": "error"}]},
        {"data": [{"id": "1"}, envelope("INVALID_DATA")]},
        {"code": "SUCCESS", "status": "success", "message": "done", "details": {}},
        {"__composite_requests": [envelope("NO_PERMISSION")]},
        {},
    ],
)
def test_a_good_answer_is_none(body: Any) -> None:
    assert crm_said_in(a_crm_answer(body)).code == 0


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("content", [b"", b"{}", b"<html>"])
def test_no_rows_and_nothing_changed_are_good_answers_without_a_body(status: int, content: bytes) -> None:
    answer = a_crm_answer(status=status, content=content)

    assert is_empty(answer)
    assert crm_said_in(answer).code == 0


@pytest.mark.parametrize("content", [b"", b"<html>Bad Gateway</html>", b'{"data": [{"id": "1"', b"[]"])
@pytest.mark.parametrize("status", [200, 502])
def test_what_is_no_json_object_has_no_code(content: bytes, status: int) -> None:
    answer = a_crm_answer(status=status, content=content)

    assert not is_empty(answer)
    assert crm_said_in(answer).code == -1


def test_a_refusal_may_lack_its_status_and_its_details() -> None:
    said = crm_said_in(a_crm_answer({"code": "INVALID_TOKEN", "message": None, "details": None}, status=401))

    assert (said.code, said.message, said.details) == ("INVALID_TOKEN", "", {})


def test_long_words_are_shortened() -> None:
    assert len(crm_said_in(a_crm_answer(envelope("INVALID_DATA", "x" * 5000))).message) == 300


def test_the_answers_within_a_composite_one_are_judged_one_by_one() -> None:
    good = {"data": [{"id": "1"}]}

    assert refusal_in(good) is None
    assert refusal_in(None) is None
    assert refusal_in([REFUSED]) is None
    found = refusal_in(REFUSED)
    assert found
    assert found.code == "INVALID_DATA"
