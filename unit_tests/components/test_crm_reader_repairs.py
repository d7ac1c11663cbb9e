"""Does a record come whole when Zoho refuses a field, takes fewer of them, or changes it between two answers?"""

from __future__ import annotations

import pytest

from source_zoho.components.traced import ZohoFailure
from source_zoho.crm.walk import CHANGED_AT
from unit_tests.components.crm_fakes import FIELDS, Crm, Records, a_page, refusal
from unit_tests.components.crm_reading import LONG_AGO, TWO_GROUPS, a_reader, read, records, rows_of
from unit_tests.crm.module_model import NOON, ModuleModel, moment

# ── fields ──


def test_a_refused_field_is_left_out_and_named_and_takes_nothing_with_it() -> None:
    zoho = records()
    zoho.refused = ("Field_60", "Field_2")
    crm = zoho.crm()
    reader = a_reader(crm, TWO_GROUPS)

    rows = rows_of(list(reader.batches()))

    assert [set(row) for row in rows] == [{"id", *TWO_GROUPS} - {"Field_2", "Field_60"}] * 3
    assert [gap.partition(" (")[0] for gap in reader.gaps()] == [
        "Zoho refuses the field Field_2",
        "Zoho refuses the field Field_60",
    ]


def test_a_group_that_loses_its_only_field_asks_for_the_id() -> None:
    zoho = records()
    zoho.refused = ("Field_0",)
    crm = zoho.crm()

    assert [set(row) for row in read(crm, ["Field_0"], changed_at="")] == [{"id", CHANGED_AT}] * 3
    assert crm.calls[-1].fields == ["id"]


def test_a_field_that_is_refused_on_a_later_page_costs_no_record() -> None:
    zoho = Records(ModuleModel().add_many([LONG_AGO] * 12))
    crm = zoho.crm()
    crm.before_call = lambda number: setattr(zoho, "refused", ("Field_1",) if number > 2 else ())

    assert len(read(crm, TWO_GROUPS)) == 12


@pytest.mark.parametrize("most", [49, 25, 12, 6])
def test_when_zoho_takes_fewer_fields_the_groups_become_smaller(most: int) -> None:
    zoho = records(7)
    zoho.most_fields = most
    crm = zoho.crm()

    rows = read(crm, FIELDS[:40])

    assert [set(row) for row in rows] == [{"id", *FIELDS[:40]}] * 7


def test_smaller_groups_in_the_middle_of_a_walk_hand_nothing_out_twice_and_keep_the_first_answer() -> None:
    zoho = records(12)
    crm = zoho.crm()
    crm.before_call = lambda number: setattr(zoho, "most_fields", 25 if number > 3 else 50)
    reader = a_reader(crm, TWO_GROUPS)

    rows = rows_of(list(reader.batches()))

    assert sorted(int(row["id"]) for row in rows) == list(range(7, 19))
    assert reader.began_at == moment(NOON + 1)


def test_when_zoho_takes_hardly_any_field_its_refusal_ends_the_stream() -> None:
    zoho = records()
    zoho.most_fields = 3

    with pytest.raises(ZohoFailure, match="LIMIT_EXCEEDED"):
        read(zoho.crm(), FIELDS[:40])


# ── records that change between two answers ──


def edited_before(call: int, zoho: Records, crm: Crm, number: int = 8) -> None:
    def edit(reached: int) -> None:
        zoho.model.now = crm.now
        if reached == call:
            zoho.model.edit(number)

    crm.before_call = edit


def test_a_record_that_changes_between_two_groups_is_read_again_by_its_id() -> None:
    zoho = records(3)
    crm = zoho.crm()
    edited_before(2, zoho, crm)
    crm.seconds_per_call = 5

    rows = read(crm, TWO_GROUPS)

    assert len(rows) == 3
    by_ids = [call for call in crm.calls if call.ids]
    assert [(call.ids, call.params["converted"]) for call in by_ids] == [(["8"], "both")] * 2
    assert {row["Field_0"] for row in rows if row["id"] == "8"} == {"Field_0 1"}


def test_a_record_that_changes_again_meanwhile_is_read_alone_without_what_nobody_asked_for() -> None:
    zoho = records(3)
    crm = zoho.crm()
    crm.seconds_per_call = 5

    def keep_editing(number: int) -> None:
        zoho.model.now = crm.now
        if number >= 2 and not crm.calls[-1].path.endswith("/8"):
            zoho.model.edit(8)

    crm.before_call = keep_editing

    rows = read(crm, TWO_GROUPS)

    assert crm.counted["Leads/8"] == 1
    assert [set(row) for row in rows] == [{"id", *TWO_GROUPS}] * 3


def test_a_torn_record_that_is_gone_meanwhile_is_no_record() -> None:
    zoho = records(3)
    crm = zoho.crm()
    crm.seconds_per_call = 5

    def delete(number: int) -> None:
        zoho.model.now = crm.now
        if number == 2:
            zoho.model.delete(8)

    crm.before_call = delete

    assert [row["id"] for row in read(crm, TWO_GROUPS)] == ["7", "9"]


def test_a_torn_record_that_goes_before_it_is_read_alone_is_no_record() -> None:
    crm = Crm()
    crm.on(
        "Leads",
        a_page([{"id": "1", CHANGED_AT: "2025-01-01T00:00:00Z"}]),
        a_page([{"id": "1", CHANGED_AT: "2025-01-02T00:00:00Z"}]),
        a_page([{"id": "1", CHANGED_AT: "2025-01-03T00:00:00Z"}]),
        a_page([{"id": "1", CHANGED_AT: "2025-01-04T00:00:00Z"}]),
    ).on("Leads/1", refusal("INVALID_DATA", param_name="id"))

    assert read(crm, TWO_GROUPS) == []


def test_a_torn_record_that_may_not_be_read_alone_ends_the_stream() -> None:
    times = iter(range(1, 9))
    crm = Crm().on("Leads", lambda _: a_page([{"id": "1", CHANGED_AT: f"2025-01-0{next(times)}T00:00:00Z"}]))
    crm.on("Leads/1", refusal("NO_PERMISSION"))

    with pytest.raises(ZohoFailure, match="NO_PERMISSION"):
        read(crm, TWO_GROUPS)


def test_many_torn_records_are_read_again_a_hundred_at_a_time() -> None:
    zoho = Records(ModuleModel(page=200).add_many(range(LONG_AGO, LONG_AGO + 120)))
    crm = zoho.crm()
    crm.seconds_per_call = 5

    def edit_all(number: int) -> None:
        zoho.model.now = crm.now
        for each in zoho.model.entries if number == 2 else ():
            zoho.model.edit(each)

    crm.before_call = edit_all

    assert len(read(crm, TWO_GROUPS)) == 120
    assert [len(call.ids) for call in crm.calls if call.ids] == [100, 100, 20, 20]
