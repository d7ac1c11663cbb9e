"""Is Zoho's own code read from every kind of body that was seen?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.components import bodies
from source_zoho.components.bodies import body_of, code_of, message_of, page_context_of
from unit_tests.components.answers import an_answer


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"code": 0}, 200, 0),
        ({"invoices": []}, 200, 0),
        ({"code": 57, "message": "You are not authorized"}, 401, 57),
        ({"code": 44}, 200, 44),
        ({"code": "1002"}, 404, 1002),
        ({"code": "-1"}, 400, -1),
        ({"code": "INVALID"}, 400, -1),
        ({"code": None}, 200, -1),
        ({"message": "no code"}, 500, -1),
        ([1, 2], 200, -1),
        ("text", 200, -1),
        (None, 200, -1),
    ],
)
def test_the_code_of_an_answer(body: object, status: int, code: int) -> None:
    assert code_of(an_answer(body, status=status)) == code


@pytest.mark.parametrize("content", [b"", b"<html>Bad Gateway</html>", b'{"code": 0, "invoices": [{"invo'])
def test_what_is_no_json_object_has_no_body_and_no_code(content: bytes) -> None:
    answer = an_answer(content=content)

    assert body_of(answer) is None
    assert code_of(answer) == -1


def test_a_failure_is_told_in_zohos_words_or_by_its_status() -> None:
    assert message_of(an_answer({"code": 2, "message": "Invalid value passed"}, status=400)) == "Invalid value passed"
    assert message_of(an_answer(content=b"<html>", status=502)) == "HTTP 502"
    assert message_of(an_answer({"code": 2, "message": ""}, status=400)) == "HTTP 400"


def test_long_words_are_shortened() -> None:
    assert len(message_of(an_answer({"message": "x" * 10_000}))) == 300


def test_an_answer_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[bytes | None] = []
    decode = bodies._decode

    def counted(content: bytes | None) -> object:
        times.append(content)
        return decode(content)

    monkeypatch.setattr(bodies, "_decode", counted)
    answer = an_answer(content=b"not json")

    for read in (body_of, code_of, message_of, body_of):
        read(answer)

    assert len(times) == 1


@pytest.mark.parametrize("said", [{"page": 1}, [{"page": 1}]])
def test_what_is_said_of_the_page_may_stand_in_an_array(said: Any) -> None:
    assert page_context_of(an_answer({"page_context": said})) == {"page": 1}


@pytest.mark.parametrize("said", [None, [], "none", [1]])
def test_something_else_says_nothing_of_the_page(said: Any) -> None:
    assert page_context_of(an_answer({"page_context": said})) == {}
