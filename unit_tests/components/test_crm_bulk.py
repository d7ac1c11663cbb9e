"""Do the records of a module come by Bulk Read, all of them and once, from job to job?"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from source_zoho.components import crm_bulk_limits
from source_zoho.components.crm_bulk_limits import FILES_IN_A_MINUTE, JOBS_AT_A_TIME, BulkLimits
from source_zoho.components.crm_road import RoadIsClosed
from source_zoho.components.traced import ZohoFailure
from source_zoho.crm.canonical import Part
from unit_tests.components.crm_bulk_fakes import FIELDS, HEADER, NOTE, PHONE, BulkZoho, a_reader, ids, lines
from unit_tests.components.crm_fakes import refusal, the_end_of_the_day, trouble
from unit_tests.crm.metadata import field
from unit_tests.crm.module_model import NOON, moment

SINCE = datetime(2025, 1, 31, 12, 0, 0, 500_000, tzinfo=UTC)


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited; nobody really does."""
    seconds: list[float] = []
    monkeypatch.setattr(crm_bulk_limits, "_wait", seconds.append)
    return seconds


def free_places(limits: BulkLimits) -> int:
    """Return how many more jobs may be begun; they are given back."""
    slots = [slot for _ in range(JOBS_AT_A_TIME + 1) if (slot := limits.slot_if_free())]
    for slot in slots:
        slot.leave()
    return len(slots)


# ── One job ──


def test_records_come_as_parts_of_their_canonical_form() -> None:
    (batch,) = a_reader(BulkZoho()).parts()

    assert batch[1] == Part(
        {
            "id": "2",
            "Modified_Time": "2025-01-31T06:30:00+00:00",
            "Last_Name": "Name, 2",
            "Phone": None,
            "Note": 'two\nlines of "2"',
        }
    )
    assert len(batch) == 3


def test_a_job_is_begun_looked_at_and_its_file_fetched(waited: list[float]) -> None:
    zoho = BulkZoho(looks=["ADDED", "IN PROGRESS"])

    list(a_reader(zoho).parts())

    assert zoho.events == ["begun job1", "look job1", "look job1", "look job1", "file job1"]
    assert waited == [4, 10, 20]


def test_the_fields_of_the_records_are_asked_for_with_the_time_of_change() -> None:
    zoho = BulkZoho()

    list(a_reader(zoho, [NOTE, PHONE]).parts())

    assert zoho.bodies == [
        {
            "query": {"module": {"api_name": "Leads"}, "fields": ["Modified_Time", "Note", "Phone"]},
            "file_type": "csv",
        }
    ]


def test_what_no_file_holds_is_not_asked_for() -> None:
    zoho = BulkZoho()

    list(
        a_reader(
            zoho, [NOTE, field("Lines", "subform"), field("Home", "address"), field("Away", "nearby_distance")]
        ).parts()
    )

    assert zoho.bodies[0]["query"]["fields"] == ["Modified_Time", "Note"]


def test_changes_are_asked_for_in_whole_seconds() -> None:
    zoho = BulkZoho()

    list(a_reader(zoho).parts(SINCE))

    assert zoho.bodies[0]["query"]["criteria"]["value"] == "2025-01-31T12:00:00+00:00"


def test_records_come_in_batches() -> None:
    batches = list(a_reader(BulkZoho([lines(2_500)])).parts())

    assert [len(batch) for batch in batches] == [1_000, 1_000, 500]


def test_a_file_without_records_is_not_fetched() -> None:
    zoho = BulkZoho([[]])

    assert list(a_reader(zoho).parts()) == []
    assert zoho.events == ["begun job1", "look job1"]


def test_it_is_known_when_zoho_was_asked_first() -> None:
    zoho = BulkZoho([lines(1), lines(1)])
    reader = a_reader(zoho)
    assert reader.began_at is None

    list(reader.parts())

    assert reader.began_at == moment(NOON + 1)


# ── Fields that no file has ──


def test_a_column_that_the_file_lacks_is_unsure_and_missing() -> None:
    zoho = BulkZoho([[line[:-1] for line in lines(2)]], header=HEADER[:-1])
    reader = a_reader(zoho)

    (batch,) = reader.parts()

    assert [part.unsure for part in batch] == [("Note",)] * 2
    assert reader.missing == ("Note",)


def test_a_refused_field_is_left_out_and_missing() -> None:
    zoho = BulkZoho(
        [[line[:-1] for line in lines(2)]],
        header=HEADER[:-1],
        creations=[refusal("FIELD_NOT_SUPPORTED", api_name="Note", module="Leads")],
    )
    reader = a_reader(zoho)

    (batch,) = reader.parts()

    assert zoho.bodies[1]["query"]["fields"] == ["Modified_Time", "Last_Name", "Phone"]
    assert reader.missing == ("Note",)
    assert batch[0].unsure == ("Note",)


@pytest.mark.parametrize(
    "refused",
    [
        refusal("FIELD_NOT_AVAILABLE", api_name="Note"),
        refusal("INVALID_DATA", api_name="query", field={"api_name": "Note", "id": "4"}),
    ],
)
def test_a_field_may_be_named_in_several_ways(refused: Exception) -> None:
    zoho = BulkZoho(creations=[refused])

    list(a_reader(zoho).parts())

    assert "Note" not in zoho.bodies[1]["query"]["fields"]


def test_zoho_is_not_asked_forever_which_fields_it_refuses() -> None:
    fields = [*FIELDS, *(field(f"Odd_{number}") for number in range(3))]
    zoho = BulkZoho(creations=[refusal("FIELD_NOT_SUPPORTED", api_name=f"Odd_{number}") for number in range(3)])
    reader = a_reader(zoho, fields)

    list(reader.parts())

    assert [len(body["query"].get("fields", [])) for body in zoho.bodies] == [7, 6, 5, 0], "none named means all"
    assert reader.missing == ("Odd_0", "Odd_1", "Odd_2")


@pytest.mark.parametrize(
    "refused",
    [
        refusal("FIELD_NOT_SUPPORTED", api_name="Modified_Time"),
        refusal("FIELD_NOT_SUPPORTED", api_name="Stranger"),
        refusal("INVALID_DATA", api_name="Note", comparator="greater_equal"),
        refusal("CRITERIA_NOT_SUPPORTED"),
    ],
)
def test_what_cannot_be_left_out_closes_the_road(refused: Any) -> None:
    zoho = BulkZoho(creations=[refused])

    with pytest.raises(RoadIsClosed) as closed:
        list(a_reader(zoho).parts(SINCE))

    assert closed.value.code == refused.code
    assert len(zoho.bodies) == 1


# ── Several jobs ──


def test_all_files_come_one_after_the_other() -> None:
    zoho = BulkZoho([lines(2), lines(2, 3), lines(1, 5)])

    assert ids(list(a_reader(zoho).parts())) == ["1", "2", "3", "4", "5"]
    assert [body["query"].get("page_token") for body in zoho.bodies] == [None, "token1", "token2"]


def test_the_next_job_runs_while_the_records_of_this_one_are_handed_out() -> None:
    zoho = BulkZoho([lines(2), lines(2, 3)])
    batches = a_reader(zoho).parts()

    next(batches)

    assert zoho.events == ["begun job1", "look job1", "file job1", "begun job2"]


def test_a_token_that_is_not_taken_alone_is_sent_with_the_whole_question() -> None:
    zoho = BulkZoho([lines(1), lines(1, 2)], creations=[None, refusal("MANDATORY_NOT_FOUND", api_name="module")])

    assert ids(list(a_reader(zoho).parts(SINCE))) == ["1", "2"]
    assert zoho.bodies[2]["query"] == {**zoho.bodies[0]["query"], "page_token": "token1"}


def test_what_was_fetched_is_handed_out_before_it_is_said_that_there_is_no_next_job() -> None:
    for problem in (the_end_of_the_day(), trouble()):
        batches = a_reader(BulkZoho([lines(2), lines(2, 3)], creations=[None, problem])).parts()

        assert ids([next(batches)]) == ["1", "2"]
        with pytest.raises(type(problem), match=str(problem.message)):
            next(batches)


@pytest.mark.parametrize("result", [{"next_page_token": ""}, {"next_page_token": None}])
def test_records_that_cannot_be_got_are_not_passed_over(result: dict[str, Any]) -> None:
    batches = a_reader(BulkZoho(result={"more_records": True, **result})).parts()

    assert ids([next(batches)]) == ["1", "2", "3"]
    with pytest.raises(RoadIsClosed, match="left out records"):
        next(batches)


def test_a_token_that_leads_nowhere_else_is_not_followed_forever() -> None:
    zoho = BulkZoho([lines(1), lines(1, 2), lines(1, 3)], result={"next_page_token": "token1"})
    zoho.creations = [None, None, trouble("A third job was begun.")]

    with pytest.raises(RoadIsClosed, match="left out records"):
        list(a_reader(zoho).parts())


# ── Places among the jobs ──


def test_a_place_is_given_back_as_soon_as_a_job_is_ready() -> None:
    limits = BulkLimits()
    batches = a_reader(BulkZoho(), limits=limits).parts()

    next(batches)

    assert free_places(limits) == JOBS_AT_A_TIME


@pytest.mark.parametrize(
    "zoho",
    [
        BulkZoho([lines(1), lines(1)]),
        BulkZoho(looks=["FAILURE", "FAILURE"]),
        BulkZoho(creations=[refusal("MODULE_NOT_SUPPORTED")]),
        BulkZoho(looks=[the_end_of_the_day()]),
        BulkZoho(looks=["QUEUED"] * 100),
        BulkZoho([lines(1), lines(1)], creations=[None, trouble()]),
    ],
)
def test_every_place_is_given_back_in_the_end(zoho: BulkZoho) -> None:
    limits = BulkLimits()

    with suppress(RoadIsClosed, ZohoFailure):
        list(a_reader(zoho, limits=limits).parts())

    assert free_places(limits) == JOBS_AT_A_TIME


def test_a_job_begun_ahead_gives_back_its_place_when_nobody_reads_on() -> None:
    limits = BulkLimits()
    batches: Any = a_reader(BulkZoho([lines(1), lines(1)]), limits=limits).parts()
    next(batches)
    assert free_places(limits) == JOBS_AT_A_TIME - 1

    batches.close()

    assert free_places(limits) == JOBS_AT_A_TIME


def test_no_job_is_begun_ahead_where_there_is_no_place_for_it() -> None:
    limits = BulkLimits()
    zoho = BulkZoho([lines(1), lines(1, 2)])
    batches = a_reader(zoho, limits=limits).parts()
    taken = [limits.slot() for _ in range(JOBS_AT_A_TIME - 1)]
    zoho.looks.append(None)
    zoho.crm.before_call = lambda number: taken.append(limits.slot()) if number == 3 else None

    next(batches)
    assert zoho.events == ["begun job1", "look job1", "file job1"]

    taken.pop().leave()
    assert ids(list(batches)) == ["2"]


def test_files_are_not_fetched_faster_than_zoho_gives_them(
    waited: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = BulkLimits(clock=lambda: sum(waited))
    monkeypatch.setattr(limits, "pause", lambda seconds: None)
    zoho = BulkZoho([lines(1, number) for number in range(1, FILES_IN_A_MINUTE + 2)])

    assert len(ids(list(a_reader(zoho, limits=limits).parts()))) == FILES_IN_A_MINUTE + 1
    assert sum(waited) == pytest.approx(60, abs=0.1)


# ── Words ──


def test_a_long_job_is_spoken_of_when_its_state_changes_and_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    zoho = BulkZoho(looks=["ADDED", "ADDED", "IN PROGRESS", "IN PROGRESS", "IN PROGRESS"])

    with caplog.at_level(logging.INFO, "airbyte"):
        list(a_reader(zoho).parts())

    assert caplog.messages == [
        "crm_leads: Bulk Read job job1 is ADDED after 4 s.",
        "crm_leads: Bulk Read job job1 is IN PROGRESS after 34 s.",
        "crm_leads: Bulk Read job job1 is IN PROGRESS after 134 s.",
        "crm_leads: Bulk Read job job1 has 3 records after 224 s.",
    ]
