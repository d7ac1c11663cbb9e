"""Are unsure values read from lists, in few calls, and never mixed with another version of their record?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from source_zoho.components.crm_completion import Completion
from source_zoho.components.crm_reader import ModuleFacts, ModuleReader
from source_zoho.components.traced import ZohoFailure
from source_zoho.crm.canonical import Canonical, Part
from source_zoho.crm.fields import parse
from source_zoho.crm.walk import CHANGED_AT
from unit_tests.components.crm_fakes import Call, Crm, a_page, refusal, the_end_of_the_day
from unit_tests.crm.metadata import field_row

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
NAMES = [CHANGED_AT, "Name", "Pictures", "Tag", "Terms", "What_Id"]
FIELDS = parse(
    [
        field_row(CHANGED_AT, "datetime"),
        field_row("Name"),
        field_row("Pictures", "imageupload"),
        field_row("Tag", json_type="jsonarray"),
        field_row("Terms", "textarea", textarea={"type": "rich_text"}),
        field_row("What_Id", "lookup"),
    ]
)
WHOLE_TEXTS = "Tasks/actions/fetch_full_data"


def completion(crm: Crm, names: Sequence[str] = NAMES[:-1], **facts: Any) -> Completion:
    rich = [name for name in names if name == "Terms"]
    known = ModuleFacts("crm_tasks", "Tasks", names, rich, canonical=Canonical(FIELDS, names), **facts)
    return Completion(known, ModuleReader(known, crm))  # type: ignore[arg-type]


def part(number: int, *unsure: str, **values: Any) -> Part:
    row = {"id": str(number), **dict.fromkeys(NAMES[:-1]), CHANGED_AT: text_of(NOON), "Name": f"old {number}", **values}
    return Part(row, unsure)


def text_of(moment: datetime) -> str:
    return moment.isoformat()


def lists(call: Call, **values: Any) -> dict[str, Any]:
    """Answer as a list does, with what was asked for, and nothing about records whose number ends in nine."""
    said = {CHANGED_AT: "2026-01-31T17:30:00+05:30", "Name": "listed", "Pictures": [{"id": "9"}], "Tag": [], **values}
    asked = {name: said.get(name) for name in call.fields}
    return a_page([{"id": each, **asked} for each in call.ids if not each.endswith("9")])


def asked(crm: Crm) -> list[tuple[int, list[str]]]:
    return [(len(call.ids), call.fields) for call in crm.calls]


def test_records_that_are_sure_pass_and_cost_nothing() -> None:
    crm = Crm()
    it = completion(crm)

    assert it.add([part(1), part(2)]) == [part(1).row, part(2).row]
    assert it.flush() == []
    assert not crm.calls


def test_unsure_ones_wait_until_they_are_a_hundred_and_only_what_is_unsure_is_asked_for() -> None:
    crm = Crm().on("Tasks", lists)
    it = completion(crm)

    early = it.add([part(number, "Pictures") for number in range(1000, 1990, 10)])
    rows = it.add([part(2000, "Tag"), part(2010, "Tag")])

    assert early == []
    assert asked(crm) == [(100, [CHANGED_AT, "Pictures", "Tag"])]
    assert len(rows) == 100
    assert rows[0] == part(1000, Pictures=[{"id": "9"}]).row
    assert rows[-1] == part(2000).row
    assert [row["id"] for row in it.flush()] == ["2010"]


def test_the_fields_of_a_completed_record_stand_in_their_order() -> None:
    it = completion(Crm().on("Tasks", lists))
    it.add([part(1, "Pictures")])

    assert [list(row) for row in it.flush()] == [["id", *NAMES[:-1]]]


def test_what_changed_meanwhile_is_read_again_whole() -> None:
    crm = Crm().on("Tasks", lambda call: lists(call, **{CHANGED_AT: "2026-01-31T18:00:00+05:30"}))
    it = completion(crm)
    it.add([part(1, "Tag")])

    (row,) = it.flush()

    assert asked(crm) == [(1, [CHANGED_AT, "Tag"]), (1, NAMES[:-1])]
    assert row == {**part(1).row, "Name": "listed", "Pictures": [{"id": "9"}], CHANGED_AT: "2026-01-31T12:30:00+00:00"}


@pytest.mark.parametrize(("seconds", "again"), [(0, True), (-1, True), (-2, False)])
def test_what_may_have_changed_twice_within_a_second_is_read_again_whole(seconds: int, again: bool) -> None:
    crm = Crm().on("Tasks", lists)
    it = completion(crm)

    it.add([part(1, "Tag", **{CHANGED_AT: text_of(NOON + timedelta(seconds=seconds))}), part(2)], read_at=NOON)
    rows = it.flush()

    assert crm.calls[0].fields == (NAMES[:-1] if again else [CHANGED_AT, "Tag"])
    assert {row["Name"] for row in rows} == {"listed"}, "the second is of another version than its part"


def test_what_is_gone_meanwhile_is_no_record() -> None:
    it = completion(Crm().on("Tasks", lists))
    it.add([part(9, "Tag"), part(10, "Tag")])

    assert [row["id"] for row in it.flush()] == ["10"]


def test_a_module_without_a_time_of_change_is_completed_too() -> None:
    crm = Crm().on("Tasks", lists)
    it = completion(crm, ["Name", "Pictures"], changed_at="")
    it.add([Part({"id": "1", "Name": "old", "Pictures": None}, ("Pictures",))])

    assert it.flush() == [{"id": "1", "Name": "old", "Pictures": [{"id": "9"}]}]
    assert asked(crm) == [(1, ["Pictures"])]


def test_the_module_of_what_a_task_is_about_comes_with_what_it_is_about() -> None:
    about = {"What_Id": {"id": "46", "name": "Acme"}}

    def answer(call: Call) -> Any:
        page = lists(call, **about)
        return a_page([{**row, "$se_module": "Accounts"} for row in page["data"]])

    crm = Crm().on("Tasks", answer)
    it = completion(crm, NAMES)
    it.add([Part({**part(1).row, "What_Id": {"id": "46"}, "$se_module": None}, ("$se_module",))])

    assert it.flush() == [{**part(1).row, "What_Id": {"id": "46"}, "$se_module": "Accounts"}]
    assert asked(crm) == [(1, [CHANGED_AT, "What_Id"])]


def test_a_field_that_lists_refuse_too_is_null_and_named() -> None:
    crm = Crm().on(
        "Tasks", lambda call: refusal("INVALID_DATA", api_name="Tag") if "Tag" in call.fields else lists(call)
    )
    known = ModuleFacts("crm_tasks", "Tasks", NAMES[:-1], canonical=Canonical(FIELDS, NAMES[:-1]))
    reader = ModuleReader(known, crm)  # type: ignore[arg-type]
    it = Completion(known, reader)
    it.add([part(1, "Tag", "Pictures")])

    assert it.flush() == [part(1, Pictures=[{"id": "9"}]).row]
    assert [gap.partition(" (")[0] for gap in reader.gaps()] == ["Zoho refuses the field Tag"]
    assert it.gaps() == []


def test_the_end_of_the_day_ends_the_stream() -> None:
    it = completion(Crm().on("Tasks", the_end_of_the_day()))
    it.add([part(1, "Tag")])

    with pytest.raises(ZohoFailure):
        it.flush()


def test_a_module_whose_records_have_no_form_of_their_own_cannot_be_completed() -> None:
    facts = ModuleFacts("crm_notes", "Notes", ["Note_Title"])

    with pytest.raises(ValueError, match="crm_notes"):
        Completion(facts, ModuleReader(facts, Crm()))  # type: ignore[arg-type]


# ── rich text ──


def whole(call: Call) -> dict[str, Any]:
    return a_page([{"id": each, "Terms": "whole"} for each in call.ids])


@pytest.mark.parametrize(("length", "is_cut"), [(499, False), (500, True), (503, True), (510, True), (511, False)])
def test_a_text_that_may_be_cut_is_made_whole(length: int, is_cut: bool) -> None:
    crm = Crm().on(WHOLE_TEXTS, whole)
    it = completion(crm)

    rows = [*it.add([part(1, Terms="x" * length)]), *it.flush()]

    assert [row["Terms"] for row in rows] == ["whole" if is_cut else "x" * length]


def test_cut_texts_wait_until_they_are_two_hundred() -> None:
    crm = Crm().on(WHOLE_TEXTS, whole)
    it = completion(crm)

    ready = [len(it.add([part(number, Terms="x" * 500), part(number + 1)])) for number in range(0, 400, 2)]

    assert ready == [*[1] * 199, 201]
    assert [len(call.ids) for call in crm.calls] == [200]


def test_a_text_that_lists_complete_is_whole_however_long_the_list_leaves_it() -> None:
    crm = Crm().on("Tasks", lambda call: lists(call, Terms="x" * 600)).on(WHOLE_TEXTS, whole)
    it = completion(crm)
    it.add([part(1, "Terms")])

    assert [row["Terms"] for row in it.flush()] == ["whole"]


def test_whole_texts_that_are_refused_are_a_gap() -> None:
    it = completion(Crm().on(WHOLE_TEXTS, refusal("NO_PERMISSION")))
    it.add([part(1, Terms="x" * 500)])

    assert [row["Terms"] for row in it.flush()] == ["x" * 500]
    (gap,) = it.gaps()
    assert "NO_PERMISSION" in gap
