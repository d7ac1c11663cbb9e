"""Are records read by their ids, as many in a call as Zoho takes, and is none forgotten?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.components.crm_facts import ModuleFacts
from source_zoho.components.crm_questions import Questions
from source_zoho.components.traced import ZohoFailure
from source_zoho.crm.walk import CHANGED_AT
from unit_tests.components.crm_fakes import FIELDS, Call, Crm, a_page, refusal, trouble

IDS = [str(number) for number in range(1000, 1250)]


def questions(crm: Crm, fields: list[str] = FIELDS[:3], **facts: Any) -> Questions:
    return Questions(ModuleFacts("crm_deals", "Deals", fields, **facts), crm)  # type: ignore[arg-type]


def rows(call: Call, most: int = 200) -> dict[str, Any]:
    return a_page([{"id": each, **dict.fromkeys(call.fields, "x")} for each in call.ids[:most]])


def sizes(crm: Crm) -> list[int]:
    return [len(call.ids) for call in crm.calls]


def ids_of(found: list[dict[str, Any]]) -> list[str]:
    return sorted(row["id"] for row in found)


def test_a_hundred_are_asked_for_in_a_call() -> None:
    crm = Crm().on("Deals", rows)

    assert ids_of(questions(crm).by_ids(IDS)) == IDS
    assert sizes(crm) == [100, 100, 50]


def test_fifty_where_zoho_refuses_more_and_from_then_on() -> None:
    crm = Crm().on(
        "Deals", lambda call: refusal("LIMIT_EXCEEDED", param_name="ids") if len(call.ids) > 51 else rows(call)
    )
    it = questions(crm)

    assert ids_of(it.by_ids(IDS[:120])) == IDS[:120]
    it.by_ids(IDS[:60])
    assert sizes(crm) == [100, 50, 50, 20, 50, 10]


def test_where_fifty_are_too_many_zohos_refusal_ends_it() -> None:
    with pytest.raises(ZohoFailure, match="LIMIT_EXCEEDED"):
        questions(Crm().on("Deals", refusal("LIMIT_EXCEEDED", param_name="ids"))).by_ids(IDS[:3])


def test_what_zoho_leaves_out_without_a_word_is_asked_for_again() -> None:
    crm = Crm().on("Deals", lambda call: rows(call, most=51))

    assert ids_of(questions(crm).by_ids(IDS)) == IDS
    assert sizes(crm) == [100, 100, 50, 50, 48]


def test_a_few_that_are_missing_are_gone() -> None:
    crm = Crm().on("Deals", lambda call: rows(call, most=10))

    assert len(questions(crm).by_ids(IDS[:20])) == 10
    assert sizes(crm) == [20]


def test_some_fields_come_with_the_time_of_change_and_no_others() -> None:
    crm = Crm().on("Deals", rows)

    (row,) = questions(crm, FIELDS).by_ids(["1"], ["Field_100", "Field_7"])

    assert [call.fields for call in crm.calls] == [[CHANGED_AT, "Field_100", "Field_7"]]
    assert set(row) == {"id", CHANGED_AT, "Field_100", "Field_7"}


def test_without_a_time_of_change_none_is_asked_for() -> None:
    crm = Crm().on("Deals", rows)
    questions(crm, ["Field_7"], changed_at="").by_ids(["1"], ["Field_7"])

    assert crm.calls[0].fields == ["Field_7"]


def test_all_fields_of_a_wide_module_take_several_calls_and_are_one_row() -> None:
    crm = Crm().on("Deals", rows)

    (row,) = questions(crm, FIELDS).by_ids(["1"])

    assert set(row) == {"id", *FIELDS}
    assert sizes(crm) == [1, 1, 1]


def test_a_refused_field_is_left_out_and_named() -> None:
    crm = Crm().on(
        "Deals", lambda call: refusal("INVALID_DATA", api_name="Field_1") if "Field_1" in call.fields else rows(call)
    )
    it = questions(crm)

    assert [set(row) for row in it.by_ids(["1"], ["Field_0", "Field_1"])] == [{"id", CHANGED_AT, "Field_0"}]
    assert [set(row) for row in it.by_ids(["1"], ["Field_1"])] == [{"id", CHANGED_AT}]
    assert [gap.partition(" (")[0] for gap in it.gaps] == ["Zoho refuses the field Field_1"]


def test_where_zoho_takes_fewer_fields_there_are_more_calls() -> None:
    limit = refusal("LIMIT_EXCEEDED", limit=20, param_name="fields")
    crm = Crm().on("Deals", lambda call: limit if len(call.fields) > 20 else rows(call))

    (row,) = questions(crm, FIELDS).by_ids(["1"], FIELDS[:40])

    assert set(row) == {"id", *FIELDS[:40]}


def test_any_other_failure_is_the_callers() -> None:
    with pytest.raises(ZohoFailure, match="trouble"):
        questions(Crm().on("Deals", trouble())).by_ids(["1"])
