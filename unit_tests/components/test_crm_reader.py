"""Does the reader put the walk's questions to Zoho in groups of fields, and find a way round what Zoho refuses?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from airbyte_cdk.models import FailureType

from source_zoho.components.crm_reader import Batch, ModuleFacts, ModuleReader
from source_zoho.components.traced import ZohoFailure
from source_zoho.crm.walk import CHANGED_AT
from unit_tests.components.crm_fakes import FIELDS, Crm, Records, a_page, refusal, the_end_of_the_day, trouble
from unit_tests.crm.module_model import NOON, ModuleModel, moment

LONG_AGO = NOON - 100_000
TWO_GROUPS, THREE_GROUPS = FIELDS[:80], FIELDS


def records(count: int = 3, **model: Any) -> Records:
    """Return *count* records of Leads, of which each changed a second after the one before."""
    return Records(ModuleModel(**model).add_many(range(LONG_AGO, LONG_AGO + count)))


def a_reader(crm: Crm, fields: Sequence[str] = FIELDS[:3], **facts: Any) -> ModuleReader:
    wanted = {"stream": "crm_leads", "api_name": "Leads", "fields": fields, **facts}
    return ModuleReader(ModuleFacts(**wanted), crm)  # type: ignore[arg-type]


def rows_of(batches: Sequence[Batch]) -> list[dict[str, Any]]:
    return [row for batch in batches for row in batch.rows]


def read(crm: Crm, fields: Sequence[str] = FIELDS[:3], since: datetime | None = None, **facts: Any) -> list[Any]:
    """Read all, and make sure that each record came once, whole and of one version."""
    rows = rows_of(list(a_reader(crm, fields, **facts).batches(since)))
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert len({value.split()[-1] for name, value in row.items() if name.startswith("Field_")}) <= 1, row
    return rows


# ── questions ──


def test_a_narrow_module_is_asked_for_in_one_group() -> None:
    crm = records().crm()

    rows = read(crm)

    (call,) = crm.calls
    assert call.path == "Leads"
    assert call.params == {
        "fields": "Modified_Time,Field_0,Field_1",
        "per_page": "200",
        "sort_by": "Modified_Time",
        "sort_order": "asc",
        "converted": "both",
    }
    assert call.headers == {}
    assert rows[0] == {
        "id": "7",
        "Modified_Time": "2025-06-14T12:20:00+01:00",
        "Field_0": "Field_0 0",
        "Field_1": "Field_1 0",
    }


@pytest.mark.parametrize(("module", "asked"), [("Leads", {"both"}), ("Deals", {None})])
def test_converted_records_are_asked_for_where_there_are_any(module: str, asked: set[str | None]) -> None:
    crm = Crm().on(module, None)

    read(crm, api_name=module)

    assert {call.params.get("converted") for call in crm.calls} == asked


def test_a_wide_module_is_asked_for_in_groups_of_fifty_fields_that_share_the_time_of_change() -> None:
    crm = records().crm()

    rows = read(crm, THREE_GROUPS)

    groups = [call.fields for call in crm.calls]
    assert [len(group) for group in groups] == [50, 50, 23]
    assert all(group[0] == CHANGED_AT for group in groups)
    assert [set(row) for row in rows] == [{"id", *FIELDS}] * 3


def test_groups_go_on_side_by_side_each_with_its_own_token_and_the_words_of_its_first_question() -> None:
    same_second = Records(ModuleModel().add_many([LONG_AGO] * 12))
    crm = same_second.crm()

    assert len(read(crm, TWO_GROUPS)) == 12

    first, *later = [crm.calls[place : place + 2] for place in range(0, len(crm.calls), 2)]
    assert len(later) == 2
    for pair in later:
        for call, begun in zip(pair, first, strict=True):
            assert call.params.pop("page_token")
            assert (call.params, call.headers) == (begun.params, begun.headers)


def test_a_token_belongs_to_the_group_that_was_given_it() -> None:
    crm = Crm()
    given = iter(["a1", "b1"])
    crm.on(
        "Leads",
        lambda _: a_page([{"id": "1"}], more_records=True, next_page_token=next(given)),
        lambda _: a_page([{"id": "1"}], more_records=True, next_page_token=next(given)),
        a_page([{"id": "2"}]),
    )

    read(crm, TWO_GROUPS, changed_at="")

    assert [call.params.get("page_token") for call in crm.calls] == [None, None, "a1", "b1"]


def test_what_changed_since_is_asked_for_a_second_earlier_with_an_offset() -> None:
    crm = records(10).crm()

    rows = read(crm, since=moment(LONG_AGO + 8))

    assert {call.headers["If-Modified-Since"] for call in crm.calls} == {"2025-06-14T11:20:07+00:00"}
    assert [row["id"] for row in rows] == ["15", "16"]


@pytest.mark.parametrize("nothing", [204, 304])
def test_when_nothing_changed_one_call_is_enough_however_wide_the_module_is(nothing: int) -> None:
    crm = Crm().on("Leads", nothing)

    assert read(crm, THREE_GROUPS, since=moment(NOON)) == []
    assert len(crm.calls) == 1


def test_a_module_that_does_not_say_when_records_change_is_asked_for_in_the_order_of_ids() -> None:
    crm = records(8).crm()

    assert len(read(crm, FIELDS[1:], changed_at="")) == 8
    assert {call.params["sort_by"] for call in crm.calls} == {"id"}
    assert not [call for call in crm.calls if CHANGED_AT in call.fields]


def test_a_history_is_asked_for_by_the_time_of_creation() -> None:
    crm = Crm().on("DealHistory", None)

    read(crm, ["Stage", "Created_Time"], api_name="DealHistory", changed_at="Created_Time", history=True)

    assert crm.calls[0].params["sort_by"] == "Created_Time"


def test_a_module_of_which_only_the_id_is_wanted_is_asked_for_that() -> None:
    crm = records().crm()

    assert [set(row) for row in read(crm, [], changed_at="")] == [{"id", CHANGED_AT}] * 3
    assert crm.calls[0].fields == ["id"]


# ── how far it is ──


def test_a_long_walk_says_now_and_then_how_far_it_is_and_never_beyond_its_first_answer() -> None:
    crm = Records(ModuleModel(page=2).add_many(range(LONG_AGO, LONG_AGO + 90))).crm()
    reader = a_reader(crm)

    told = [batch.reached for batch in reader.batches() if batch.reached]

    assert len(told) >= 2
    assert told == sorted(told)
    assert told[-1] == moment(LONG_AGO + 89)
    assert reader.began_at == moment(NOON + 1)


def test_an_edit_while_we_read_is_for_the_next_sync() -> None:
    model = ModuleModel().add_many(range(LONG_AGO, LONG_AGO + 12))
    crm = Records(model).crm()
    crm.before_call = lambda number: (setattr(model, "now", crm.now), number == 3 and model.edit(7))
    reader = a_reader(crm)

    batches = list(reader.batches())

    assert batches[-1].reached == reader.began_at == moment(NOON + 1)


# ── chains ──


def test_a_dead_token_is_answered_with_a_new_chain_from_where_the_last_one_was() -> None:
    crm = Records(ModuleModel(breaks=1).add_many([LONG_AGO] * 4 + [LONG_AGO + 1] * 8)).crm()

    assert len(read(crm, TWO_GROUPS)) == 12


def test_a_list_that_ends_at_the_same_place_again_and_again_ends_the_stream() -> None:
    crm = Records(ModuleModel(breaks=99).add_many([LONG_AGO] * 12)).crm()

    with pytest.raises(ZohoFailure) as caught:
        read(crm)

    assert str(caught.value.message) == (
        "crm_leads: Zoho ends the list at the same place again and again. What was read is kept; run again later."
    )
    assert caught.value.failure_type is FailureType.transient_error


def test_a_full_chain_is_left_for_another_way(caplog: pytest.LogCaptureFixture) -> None:
    crm = Records(ModuleModel(limit=20).add_many([LONG_AGO] * 35)).crm()

    assert len(read(crm, TWO_GROUPS)) == 35
    assert "crm_leads: Zoho lists no more than 100,000 records in this order" in caplog.text


@pytest.mark.parametrize("habits", [{"sort": "refused"}, {"filter": "refused"}, {"sort": "ignored"}])
@pytest.mark.parametrize("start", [None, LONG_AGO + 5])
def test_an_order_or_a_header_that_is_not_taken_is_done_without(
    habits: dict[str, Any], start: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    crm = records(12, **habits).crm()

    rows = read(crm, TWO_GROUPS, since=moment(start) if start else None)

    assert len(rows) == (7 if start else 12)
    if crm.counted["Leads"] > 12:
        assert "Nothing is lost; it may cost more calls." in caplog.text


@pytest.mark.parametrize("parameter", ["sort_by", "sort_order", "If-Modified-Since"])
def test_a_step_down_is_said_once(parameter: str, caplog: pytest.LogCaptureFixture) -> None:
    crm = Crm().on("Leads", refusal("NOT_SUPPORTED", param_name=parameter), None)

    read(crm)

    assert [record.getMessage() for record in caplog.records] == [
        "crm_leads: Zoho does not take the question as it was asked; reading on in the order of ids, all records. "
        "Nothing is lost; it may cost more calls."
    ]


def test_when_no_question_is_taken_the_refusal_itself_ends_the_stream() -> None:
    refused = refusal("NOT_SUPPORTED", param_name="sort_by")

    with pytest.raises(ZohoFailure) as caught:
        read(Crm().on("Leads", refused))

    assert caught.value is refused


@pytest.mark.parametrize(
    "failure",
    [
        the_end_of_the_day(),
        trouble(),
        refusal("NO_PERMISSION"),
        refusal("INVALID_DATA", api_name="Somebody_Elses_Field"),
        refusal("REQUIRED_PARAM_MISSING", param_name="fields"),
    ],
)
def test_what_no_other_question_helps_against_ends_the_stream(failure: ZohoFailure) -> None:
    crm = Crm().on("Leads", failure)

    with pytest.raises(ZohoFailure) as caught:
        read(crm)

    assert caught.value is failure
    assert len(crm.calls) == 1


def test_when_the_requester_gives_up_that_is_passing_trouble() -> None:
    crm = records().crm()
    crm.gives_up = True

    with pytest.raises(ZohoFailure) as caught:
        read(crm)

    assert caught.value.failure_type is FailureType.transient_error


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


def test_smaller_groups_in_the_middle_of_a_walk_hand_nothing_out_twice_and_nothing_later_than_the_first_answer() -> None:
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


def test_many_torn_records_are_read_again_fifty_at_a_time() -> None:
    zoho = Records(ModuleModel(page=200).add_many(range(LONG_AGO, LONG_AGO + 120)))
    crm = zoho.crm()
    crm.seconds_per_call = 5

    def edit_all(number: int) -> None:
        zoho.model.now = crm.now
        for each in zoho.model.entries if number == 2 else ():
            zoho.model.edit(each)

    crm.before_call = edit_all

    assert len(read(crm, TWO_GROUPS)) == 120
    assert [len(call.ids) for call in crm.calls if call.ids] == [50, 50, 50, 50, 20, 20]


def test_moments_are_sent_in_whole_seconds_with_an_offset() -> None:
    crm = Crm().on("Leads", 304)

    read(crm, since=datetime(2026, 1, 31, 12, 0, 1, 999_999, tzinfo=UTC))

    assert crm.calls[0].headers == {"If-Modified-Since": "2026-01-31T12:00:00+00:00"}
