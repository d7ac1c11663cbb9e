"""Does the reader put the walk's questions to Zoho in groups of fields, and find a way round what Zoho refuses?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from airbyte_cdk.models import FailureType

from source_zoho.components.crm_reader import Batch, ModuleReader
from source_zoho.components.traced import ZohoFailure
from source_zoho.crm.canonical import Canonical
from source_zoho.crm.emitted import Emitted
from source_zoho.crm.fields import parse
from source_zoho.crm.walk import CHANGED_AT
from unit_tests.components.crm_fakes import FIELDS, Crm, Records, a_page, refusal, the_end_of_the_day, trouble
from unit_tests.components.crm_reading import LONG_AGO, THREE_GROUPS, TWO_GROUPS, a_reader, read, records, rows_of
from unit_tests.crm.metadata import field_row
from unit_tests.crm.module_model import NOON, ModuleModel, moment, stamp

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

    first, *later, review = [crm.calls[place : place + 2] for place in range(0, len(crm.calls), 2)]
    assert (len(later), [call.path for call in review]) == (2, ["Leads", "Leads/deleted"])
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


@pytest.mark.parametrize("fields", [FIELDS[:3], THREE_GROUPS])
@pytest.mark.parametrize("start", [None, NOON - 600])
@pytest.mark.parametrize("number", range(2, 16))
def test_an_answer_without_rows_in_the_middle_is_not_taken_for_the_end(
    fields: list[str], start: float | None, number: int
) -> None:
    zoho = Records(ModuleModel().add_many([NOON - 500] * 12 + [NOON - 400 + place for place in range(8)]))
    crm = zoho.crm()
    crm.on("Leads", lambda call: None if len(crm.calls) == number else zoho.listed(call))

    assert len(read(crm, fields, since=None if start is None else moment(start))) == 20


def test_an_end_where_there_should_be_more_is_believed_when_zoho_says_it_twice() -> None:
    first = {"id": "7", CHANGED_AT: stamp(NOON)}
    crm = Crm().on("Leads", a_page([first], more_records=True, next_page_token="t"), None).on("Leads/deleted", 304)

    assert [row["id"] for row in read(crm)] == ["7"]
    assert [call.params.get("page_token") for call in crm.calls[:3]] == [None, "t", "t"]


@pytest.mark.parametrize("answer", [304, refusal("API_NOT_SUPPORTED")])
def test_after_tokens_zoho_is_asked_what_was_edited_and_deleted_meanwhile(answer: Any) -> None:
    crm = Records(ModuleModel().add_many([LONG_AGO] * 12)).crm().on("Leads/deleted", answer)

    assert len(read(crm, THREE_GROUPS)) == 12
    edited, deleted = crm.calls[-2:]
    assert edited.headers == {"If-Modified-Since": "2025-06-15T15:06:40+00:00"}
    assert deleted.path == "Leads/deleted"
    assert len(crm.calls) == 3 * 3 + 2, "what was edited is asked of one group"


def test_deletions_that_zoho_cannot_tell_now_end_the_stream_and_the_next_sync_reads_that_chain_again() -> None:
    records = Records(ModuleModel().add_many([LONG_AGO] * 12 + [LONG_AGO + 9] * 12))
    crm = records.crm().on("Leads/deleted", trouble())
    batches: list[Batch] = []

    def keep() -> None:
        batches.extend(a_reader(crm).batches())

    with pytest.raises(ZohoFailure):
        keep()

    assert len(rows_of(batches)) == 24
    assert {batch.reached for batch in batches} == {None}


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

    def edit(number: int) -> None:
        model.now = crm.now
        if number == 3:
            model.edit(7)

    crm.before_call = edit
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

    (told,) = [record.getMessage() for record in caplog.records]
    assert told == (
        "crm_leads: Zoho does not take the question as it was asked; reading on in the order of ids, all records. "
        "Nothing is lost; it may cost more calls."
    )


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


def test_moments_are_sent_in_whole_seconds_with_an_offset() -> None:
    crm = Crm().on("Leads", 304)

    read(crm, since=datetime(2026, 1, 31, 12, 0, 1, 999_999, tzinfo=UTC))

    assert crm.calls[0].headers == {"If-Modified-Since": "2026-01-31T12:00:00+00:00"}


# ── records ──


def with_a_form(crm: Crm) -> ModuleReader:
    fields = parse(
        [field_row(CHANGED_AT, "datetime"), field_row("Owner", "ownerlookup"), field_row("Amount", "double")]
    )
    names = [each.api_name for each in fields]
    return a_reader(crm, names, canonical=Canonical(fields, names))


def a_row(number: int, **values: Any) -> dict[str, Any]:
    return {"id": str(number), CHANGED_AT: "2025-01-01T05:30:00+05:30", "$state": "save", **values}


def test_records_have_the_form_of_the_module_however_lists_write_them() -> None:
    crm = Crm().on("Leads", a_page([a_row(1, Amount=12, Owner={"name": "Ada", "id": "46"})]))

    assert rows_of(list(with_a_form(crm).batches())) == [
        {"id": "1", CHANGED_AT: "2025-01-01T00:00:00+00:00", "Owner": {"id": "46"}, "Amount": 12.0}
    ]


def test_without_a_form_records_are_rows() -> None:
    crm = Crm().on("Leads", a_page([a_row(1)]))

    assert rows_of(list(a_reader(crm, [CHANGED_AT]).batches())) == [a_row(1)]


def test_what_was_handed_out_in_another_way_is_not_handed_out_again() -> None:
    emitted = Emitted()
    emitted.add("8")
    reader = a_reader(records(3).crm())
    reader.emitted = emitted

    assert [row["id"] for row in rows_of(list(reader.batches()))] == ["7", "9"]
    assert len(emitted) == 3


def test_rows_by_their_ids_are_as_lists_write_them_with_whole_texts() -> None:
    crm = Crm().on("Leads", a_page([a_row(1, Story="x" * 500)]))
    crm.on("Leads/actions/fetch_full_data", a_page([{"id": "1", "Story": "whole"}]))

    assert a_reader(crm, [CHANGED_AT, "Story"], rich_text=["Story"]).by_ids(["1"]) == [a_row(1, Story="whole")]
