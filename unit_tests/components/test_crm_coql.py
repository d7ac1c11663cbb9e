"""Are the records of a module read by queries, and is it said when they cannot be?"""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from source_zoho.components.crm_coql import CoqlReader, CoqlShape
from source_zoho.components.crm_reader import ModuleFacts
from source_zoho.components.crm_road import RoadIsClosed
from unit_tests.components.crm_fakes import Crm, a_page, refusal
from unit_tests.components.crm_queries import (
    A_ROW,
    CHANGED,
    LONG_AGO,
    NAME,
    WIDE,
    a_reader,
    answered,
    ids_of,
    leads,
    pages,
    parts_of,
)
from unit_tests.crm.metadata import field
from unit_tests.crm.module_model import moment, stamp

# ── Pages ──


def test_records_come_as_parts_of_their_canonical_form() -> None:
    crm = answered(a_page([A_ROW]))

    page = a_reader(crm, [NAME, CHANGED]).page(None, "", 200)

    (part,) = page.parts
    assert list(part.row.items()) == [
        ("id", "7"),
        ("Last_Name", "Boyle"),
        ("Modified_Time", "2026-01-31T06:30:00+00:00"),
    ]
    assert (part.unsure, page.torn, page.more, page.last_id) == ((), (), False, "7")
    (call,) = crm.calls
    assert (call.path, call.params) == ("coql", {})
    assert call.body == {
        "select_query": "select id, Modified_Time, Last_Name from Leads where id is not null order by id asc limit 200"
    }


def test_a_page_goes_on_behind_the_last_id_among_what_changed() -> None:
    zoho = leads(10)
    since = moment(LONG_AGO + 4)

    found = pages(a_reader(zoho), since, rows=2)

    assert ids_of(found) == ["11", "12", "13", "14", "15", "16"]
    assert [page.last_id for page in found] == ["12", "14", "16"]
    assert all(f"Modified_Time >= '{stamp(LONG_AGO + 4)}'" in text for text in zoho.texts)
    assert "id > '14') order by id asc limit 2" in zoho.texts[-1]


def test_ids_are_numbers_that_become_longer() -> None:
    assert ids_of(pages(a_reader(leads(200)), rows=3)) == [str(number) for number in range(7, 207)]


def test_a_page_is_read_when_zoho_was_asked_for_it_first() -> None:
    zoho = leads(1)
    now = zoho.crm.now

    page = a_reader(zoho, WIDE, CoqlShape(columns=50)).page(None, "", 200)

    assert len(zoho.texts) == 3
    assert page.read_at == moment(now + 1)


def test_no_rows_are_the_end() -> None:
    page = a_reader(answered(None)).page(None, "77", 200)

    assert (page.parts, page.more, page.last_id) == ([], False, "77")


@pytest.mark.parametrize("body", [{"data": []}, a_page([], more_records=True)])
def test_an_answer_without_rows_is_the_end_whatever_it_says(body: dict[str, Any]) -> None:
    assert not a_reader(answered(body)).page(None, "77", 200).more


@pytest.mark.parametrize("nothing", [None, {"data": []}, {"data": None, "info": {"more_records": False}}])
def test_an_end_where_there_should_be_more_is_believed_when_zoho_says_it_twice(nothing: Any) -> None:
    first = a_page([A_ROW], more_records=True)

    assert ids_of(pages(a_reader(answered(first, nothing, a_page([{**A_ROW, "id": "9"}]))))) == ["7", "9"]
    assert ids_of(pages(a_reader(answered(first, None, None)))) == ["7"]


def test_an_end_that_was_to_be_expected_costs_no_second_question() -> None:
    crm = answered(a_page([A_ROW]), None)
    reader = a_reader(crm)

    assert not reader.page(None, "", 200).more
    assert reader.page(None, "7", 200).parts == []
    assert len(crm.calls) == 2


def test_a_count_without_a_number_is_none_only_when_zoho_says_so_twice() -> None:
    assert a_reader(answered(None, a_page([{"COUNT(id)": 7}]))).count() == 7
    assert a_reader(answered(None)).count() == 0


def test_a_short_page_is_not_the_end_while_zoho_says_that_there_is_more() -> None:
    crm = answered(a_page([A_ROW], more_records=True), a_page([{**A_ROW, "id": "9"}]))

    assert ids_of(pages(a_reader(crm))) == ["7", "9"]


@pytest.mark.parametrize(("rows", "more"), [(1, True), (2, False)])
def test_without_a_word_about_more_a_full_page_means_it(rows: int, more: bool) -> None:
    assert a_reader(answered({"data": [A_ROW]})).page(None, "", rows).more is more


def test_an_answer_that_lacks_its_rows_is_asked_for_again() -> None:
    crm = answered({"info": {"more_records": False}}, a_page([A_ROW]))

    assert ids_of([a_reader(crm).page(None, "", 200)]) == ["7"]
    assert len(crm.calls) == 2


def test_an_empty_column_may_be_left_out_of_a_row() -> None:
    told = pages(a_reader(leads(empty=("Field_1",), leaves_out_nulls=True)))
    given = pages(a_reader(leads(empty=("Field_1",))))

    assert parts_of(told) == parts_of(given)
    assert all(part.row["Field_1"] is None and not part.unsure for part in parts_of(told))


def test_a_module_without_a_time_of_change_is_read_in_full() -> None:
    crm = answered(a_page([{"id": "7", "Last_Name": "Boyle"}]))

    a_reader(crm, [NAME], changed_at="").page(moment(LONG_AGO), "", 200)

    assert "where id is not null" in crm.calls[0].body["select_query"]
    assert "Modified_Time" not in crm.calls[0].body["select_query"]


def test_records_of_a_history_go_by_the_time_of_their_creation() -> None:
    created = field("Created_Time", "datetime")
    crm = answered(a_page([{"id": "7", "Created_Time": stamp(LONG_AGO)}]))

    a_reader(crm, [created], changed_at="Created_Time", history=True).page(moment(LONG_AGO), "", 200)

    assert "where Created_Time >= " in crm.calls[0].body["select_query"]


# ── What a query does not give ──


@pytest.mark.parametrize("kind", ["imageupload", "subform", "multiselectlookup", "multiuserlookup", "address"])
def test_some_types_are_never_asked_for_and_always_unsure(kind: str) -> None:
    crm = answered(a_page([A_ROW]))
    reader = a_reader(crm, [CHANGED, NAME, field("Odd", kind)])

    page = reader.page(None, "", 200)

    assert reader.missing == ("Odd",)
    assert page.parts[0].unsure == ("Odd",)
    assert page.parts[0].row["Odd"] is None
    assert "Odd" not in crm.calls[0].body["select_query"]


def test_a_name_that_cannot_stand_in_a_query_is_not_asked_for() -> None:
    crm = answered(a_page([A_ROW]))
    reader = a_reader(crm, [CHANGED, NAME, field("Größe")])

    reader.page(None, "", 200)

    assert reader.missing == ("Größe",)


@pytest.mark.parametrize(
    ("code", "details"),
    [
        ("INVALID_QUERY", {"column_name": "Field_1"}),
        ("INVALID_QUERY", {"column_name": "Field_1", "data_type": "encrypted"}),
        ("INVALID_DATA", {"reason": "not supported", "column": "Field_1"}),
        ("INVALID_DATA", {"api_name": "Field_1", "json_path": "$.select_query"}),
    ],
)
def test_a_column_that_is_refused_is_unsure_and_asked_for_no_more(code: str, details: dict[str, Any]) -> None:
    zoho = leads(5)
    zoho.crm.on("coql", refusal(code, **details), zoho.answered)
    reader = a_reader(zoho)

    found = pages(reader, rows=2)

    assert ids_of(found) == ["7", "8", "9", "10", "11"]
    assert reader.missing == ("Field_1",)
    assert all(part.unsure == ("Field_1",) for part in parts_of(found))
    assert ["Field_1" in text for text in zoho.texts] == [True, False, False, False]


def test_columns_are_refused_one_after_the_other() -> None:
    zoho = leads(refused=("Field_0", "Field_2"))
    reader = a_reader(zoho)

    (page,) = pages(reader)

    assert reader.missing == ("Field_0", "Field_2")
    assert page.parts[0].row["Field_1"] == "Field_1 0"
    assert len(zoho.texts) == 3


def test_a_value_that_is_unsure_by_itself_stands_beside_those_that_are_missing() -> None:
    odd = field("Photos", "imageupload"), field("Hours", "time_range")
    crm = answered(a_page([{**A_ROW, "Hours": {"From": "9", "To": "17"}}]))

    (part,) = a_reader(crm, [CHANGED, NAME, *odd]).page(None, "", 200).parts

    assert part.unsure == ("Hours", "Photos")


def test_a_reader_needs_to_know_the_form_of_its_records() -> None:
    with pytest.raises(ValueError, match="crm_notes has no form"):
        CoqlReader(ModuleFacts("crm_notes", "Notes", ["Note_Title"]), Crm(), CoqlShape())  # type: ignore[arg-type]


# ── Wide modules ──


def test_groups_of_columns_become_one_record() -> None:
    zoho = leads(7)

    reader = a_reader(zoho, WIDE, CoqlShape(columns=50))

    found = pages(reader, rows=3)

    assert ids_of(found) == ["7", "8", "9", "10", "11", "12", "13"]
    assert all(part.row[f"Field_{number}"] == f"Field_{number} 0" for part in parts_of(found) for number in range(118))
    assert len(zoho.texts) == 3 * reader.groups == 9
    assert all(text.startswith("select id, Modified_Time, ") for text in zoho.texts)


def test_no_group_is_asked_about_records_that_are_not_there() -> None:
    zoho = leads(0)

    assert pages(a_reader(zoho, WIDE, CoqlShape(columns=50)))[0].parts == []
    assert len(zoho.texts) == 1


def test_a_record_that_is_edited_between_two_groups_is_torn() -> None:
    zoho = leads(5)
    zoho.crm.before_call = lambda number: zoho.model.edit(9) if number == 2 else None

    (page,) = pages(a_reader(zoho, WIDE, CoqlShape(columns=100)))

    assert page.torn == ("9",)
    assert ids_of([page]) == ["7", "8", "10", "11"]


def test_a_record_that_changed_in_the_second_of_the_answer_is_torn() -> None:
    zoho = leads(3)

    def edit_now(query: int) -> None:
        zoho.model.now = zoho.crm.now
        if query == 1:
            zoho.model.edit(9)

    zoho.crm.before_call = edit_now

    (page,) = pages(a_reader(zoho, WIDE, CoqlShape(columns=100)))

    assert page.torn == ("9",)


def test_a_page_ends_where_its_shortest_group_does() -> None:
    full = [{"id": str(number), "Modified_Time": stamp(LONG_AGO), "A": "a"} for number in (7, 8, 9)]
    rest = [{**row, "B": "b"} for row in full]
    crm = answered(
        a_page(full, more_records=True), a_page(rest[:2], more_records=True), a_page(full[2:]), a_page(rest[2:])
    )

    found = pages(a_reader(crm, [CHANGED, field("A"), field("B")], CoqlShape(columns=3)))

    assert [(ids_of([page]), page.last_id, page.torn) for page in found] == [(["7", "8"], "8", ()), (["9"], "9", ())]


# ── Counts ──


def test_records_are_counted_by_one_query() -> None:
    zoho = leads(10)
    reader = a_reader(zoho)

    assert reader.count() == 10
    assert reader.count(moment(LONG_AGO + 4)) == 6
    assert reader.count(moment(LONG_AGO + 4), "14") == 2
    assert zoho.texts[0] == "select COUNT(id) from Leads where id is not null"


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        (a_page([{"COUNT(id)": 12}]), 12),
        (a_page([{"COUNT(id)": "12"}]), 12),
        (a_page([{"count": 12}]), 12),
        (a_page([{"anything": "12", "name": "Leads"}]), 12),
        (a_page([{"COUNT(id)": 12, "id": "46000000001"}]), 12),
        (a_page([{"COUNT(id)": 0}]), 0),
        (a_page([]), 0),
        (None, 0),
    ],
)
def test_a_count_is_found_under_whatever_name(answer: Any, count: int) -> None:
    assert a_reader(answered(answer)).count() == count


@pytest.mark.parametrize("row", [{}, {"COUNT(id)": "many"}, {"a": 1, "b": 2}, {"COUNT(id)": -1}, {"COUNT(id)": True}])
def test_what_is_no_count_closes_the_road(row: dict[str, Any]) -> None:
    with pytest.raises(RoadIsClosed, match="no number"):
        a_reader(answered(a_page([row]))).count()


def test_a_count_that_is_too_much_for_zoho_closes_the_road() -> None:
    with pytest.raises(RoadIsClosed) as raised:
        a_reader(answered(refusal("LIMIT_EXCEEDED", limit=5))).count()

    assert raised.value.code == "LIMIT_EXCEEDED"


def test_the_clock_is_zohos() -> None:
    page = a_reader(leads()).page(None, "", 200)

    assert page.read_at.tzinfo is UTC
