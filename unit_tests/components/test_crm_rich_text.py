"""Are texts that lists cut made whole, in few calls, and is it said when they cannot be?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.components.crm_rich_text import RichText
from source_zoho.components.traced import ZohoFailure
from unit_tests.components.crm_fakes import Call, Crm, a_page, refusal, the_end_of_the_day, trouble

PATH = "Solutions/actions/fetch_full_data"
CUT = "x" * 500


def whole(call: Call) -> dict[str, Any]:
    """Answer with the whole texts of the records that were asked for."""
    return a_page([{"id": each, **{name: f"whole {name} of {each}" for name in call.fields}} for each in call.ids])


def a_text(crm: Crm, *fields: str) -> RichText:
    return RichText("crm_solutions", "Solutions", fields or ("Answer",), crm)  # type: ignore[arg-type]


def rows(count: int, **texts: Any) -> list[dict[str, Any]]:
    return [{"id": str(number), **(texts or {"Answer": CUT})} for number in range(count)]


def test_only_records_whose_text_may_be_cut_are_asked_for() -> None:
    crm = Crm().on(PATH, whole)
    short = {"id": "1", "Answer": "x" * 499}
    mixed: list[dict[str, Any]] = [short, {"id": "2", "Answer": CUT}, {"id": "3", "Answer": None}, {"id": "4"}]

    done = a_text(crm).complete(mixed)

    (call,) = crm.calls
    assert call.params == {"ids": "2", "fields": "Answer"}
    assert [row.get("Answer") for row in done] == ["x" * 499, "whole Answer of 2", None, None]
    assert done is mixed


@pytest.mark.parametrize("cut", [[], [{"id": "1", "Answer": "short"}]])
def test_without_a_cut_text_nothing_is_asked(cut: list[dict[str, Any]]) -> None:
    crm = Crm()

    assert a_text(crm).complete(cut) == cut
    assert not crm.calls


def test_a_module_without_rich_text_asks_nothing() -> None:
    crm = Crm()
    RichText("crm_leads", "Leads", [], crm).complete(rows(3))  # type: ignore[arg-type]

    assert not crm.calls


def test_two_hundred_records_and_eight_fields_are_asked_for_at_a_time() -> None:
    crm = Crm().on(PATH, whole)
    names = [f"Text_{number}" for number in range(10)]

    done = a_text(crm, *names).complete(rows(250, **dict.fromkeys(names, CUT)))

    assert [(len(call.ids), len(call.fields)) for call in crm.calls] == [(200, 8), (50, 8), (200, 2), (50, 2)]
    assert all(row[name] == f"whole {name} of {row['id']}" for row in done for name in names)


def test_a_text_that_is_empty_by_now_is_nothing_as_in_lists() -> None:
    crm = Crm().on(PATH, a_page([{"id": "1", "Question": "", "Answer": "whole"}]))

    done = a_text(crm, "Question", "Answer").complete([{"id": "1", "Question": None, "Answer": CUT}])

    assert done == [{"id": "1", "Question": None, "Answer": "whole"}]


def test_where_so_many_ids_are_too_many_fifty_are_asked_for_from_then_on() -> None:
    crm = Crm().on(
        PATH, lambda call: refusal("LIMIT_EXCEEDED", param_name="ids") if len(call.ids) > 50 else whole(call)
    )
    text = a_text(crm)

    done = [*text.complete(rows(220)), *text.complete(rows(60))]

    assert [len(call.ids) for call in crm.calls] == [200, 50, 50, 50, 50, 20, 50, 10]
    assert all(row["Answer"].startswith("whole") for row in done)
    assert not text.gap


def test_what_the_answer_lacks_or_says_oddly_stays_as_it_was() -> None:
    odd: list[dict[str, Any]] = [{"id": "0"}, {"id": "1", "Answer": None}, {"id": "99", "Answer": "a stranger"}]
    crm = Crm().on(PATH, a_page(odd))

    assert [row["Answer"] for row in a_text(crm).complete(rows(3))] == [CUT] * 3


def test_no_content_leaves_the_texts_as_they_are() -> None:
    assert a_text(Crm().on(PATH, None)).complete(rows(1)) == rows(1)


@pytest.mark.parametrize("code", ["OAUTH_SCOPE_MISMATCH", "NO_PERMISSION", "INVALID_DATA", "NOT_SUPPORTED"])
def test_a_refusal_is_a_gap_that_is_asked_about_once_and_named(code: str) -> None:
    crm = Crm().on(PATH, refusal(code))
    text = a_text(crm, "Answer", "Question")

    for _ in range(3):
        assert text.complete(rows(2)) == rows(2)

    assert len(crm.calls) == 1
    assert text.gap == (
        f"Zoho refuses the whole texts of Answer, Question ({code}), so they end after 500 characters. Grant the scope "
        "ZohoCRM.modules.READ, or leave these fields out of those that are synced"
    )


def test_when_even_fifty_ids_are_too_many_that_is_a_gap() -> None:
    crm = Crm().on(PATH, refusal("LIMIT_EXCEEDED", param_name="ids"))
    text = a_text(crm)

    text.complete(rows(200))

    assert [len(call.ids) for call in crm.calls] == [200, 50]
    assert "LIMIT_EXCEEDED" in text.gap


@pytest.mark.parametrize("failure", [the_end_of_the_day(), trouble()])
def test_what_is_not_about_the_texts_ends_the_stream(failure: ZohoFailure) -> None:
    with pytest.raises(ZohoFailure) as caught:
        a_text(Crm().on(PATH, failure)).complete(rows(1))

    assert caught.value is failure
