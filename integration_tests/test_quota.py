"""Does a sync keep to Zoho's pace, stop cleanly when the day's calls are used up, and lose nothing over the days?"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.builders import Run, identities, key_of
from integration_tests.conftest import StartZoho, Waits
from integration_tests.rows import attempt, read
from source_zoho.emulator import Emulator

BILLS, EXPENSES, TAXES, PERSONS = "books_bills", "books_expenses", "books_taxes", "books_contact_persons"
COMPLETE, INCOMPLETE = AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE
A_DAY_SECONDS = 24 * 3600


def missing(zoho: Emulator, runs: list[Run], *streams: str) -> dict[str, int]:
    """Return how many records of *streams* none of *runs* has brought."""
    lost = {}
    for stream in streams:
        resource = stream.removeprefix("books_")
        there = [
            {**row, "organization_id": each} for each in zoho.organization_ids for row in zoho.rows(resource, each)
        ]
        brought = [row for run in runs for row in run.records(stream)]
        gap = identities(there, key_of(stream)).keys() - identities(brought, key_of(stream)).keys()
        if gap:
            lost[stream] = len(gap)
    return lost


def codes(zoho: Emulator) -> Counter[int | str | None]:
    return Counter(call.code for call in zoho.calls.log)


def days_until_whole(zoho: Emulator, *streams: str, at_most: int, **config: Any) -> list[Run]:
    """Sync once a day, each time from the state of the day before, until nothing is left over."""
    runs = [attempt(zoho, *streams, **config)]
    while runs[-1].errors:
        assert len(runs) < at_most, f"not whole after {at_most} days: {runs[-1].errors}"
        zoho.clock.advance(seconds=A_DAY_SECONDS)
        runs.append(attempt(zoho, *streams, state=runs[-1].state, **config))
    return runs


# ── the minute ──


def test_zoho_never_has_to_ask_for_a_slower_pace_however_many_workers_there_are(
    a_zoho: StartZoho, waits: Waits
) -> None:
    zoho = a_zoho(calls_per_minute=100, sizes={"contacts": 110, "contact_persons": 110})

    run = read(zoho, PERSONS, BILLS, EXPENSES, calls_per_minute=95, num_workers=5)

    assert min(zoho.calls.by_organization.values()) > 105, "a pace of 95 is not put to the test by fewer calls"
    assert codes(zoho).keys() <= {0, None}
    assert waits.total_seconds >= 60
    assert missing(zoho, [run], BILLS, EXPENSES) == {}


def test_a_pace_that_is_too_fast_for_zoho_is_slowed_down_by_its_refusals_and_loses_nothing(
    a_zoho: StartZoho, waits: Waits
) -> None:
    zoho = a_zoho(calls_per_minute=4, sizes={"bills": 900})

    run = read(zoho, BILLS, EXPENSES)

    assert codes(zoho)[44] > 0
    assert missing(zoho, [run], BILLS, EXPENSES) == {}
    assert waits.total_seconds >= 60


def test_more_workers_than_zoho_takes_calls_at_a_time_lose_nothing(a_zoho: StartZoho) -> None:
    zoho = a_zoho(concurrent_calls=1, sizes={"bills": 900, "expenses": 900})

    run = read(zoho, BILLS, EXPENSES, TAXES, num_workers=8)

    assert missing(zoho, [run], BILLS, EXPENSES, TAXES) == {}


# ── the day, by Zoho's count ──


def test_a_day_that_is_used_up_ends_the_sync_with_a_sentence_and_without_waiting(
    a_zoho: StartZoho, waits: Waits
) -> None:
    zoho = a_zoho(calls_per_day=3, sizes={"bills": 900})

    run = attempt(zoho, BILLS)

    assert run.status(BILLS) is INCOMPLETE
    for organization_id in zoho.organization_ids:
        (sentence,) = {each for each in run.errors if organization_id in each}
        assert sentence.startswith(
            f"Stopped calling organization {organization_id}: Zoho's calls for today are used up (The API call for this"
        )
        assert "What was read is kept in the state; run again in " in sentence
    assert codes(zoho)[45] == 2, "one refusal tells it for each organization"
    assert waits.total_seconds < 60


def test_later_days_bring_the_rest_and_nothing_is_missing(a_zoho: StartZoho) -> None:
    zoho = a_zoho(calls_per_day=6, sizes={"bills": 1000, "expenses": 450})

    runs = days_until_whole(zoho, BILLS, EXPENSES, TAXES, at_most=8)

    assert len(runs) > 1
    assert missing(zoho, runs, BILLS, EXPENSES, TAXES) == {}
    assert {runs[-1].status(stream) for stream in (BILLS, EXPENSES, TAXES)} == {COMPLETE}


def test_a_list_longer_than_a_day_is_read_on_where_it_stood(a_zoho: StartZoho) -> None:
    zoho = a_zoho(calls_per_day=2, sizes={"bills": 1000})

    runs = days_until_whole(zoho, BILLS, at_most=4)

    assert missing(zoho, runs, BILLS) == {}
    for organization_id in zoho.organization_ids:
        positions = [run.cursors(BILLS)[organization_id] for run in runs]
        assert all(earlier < later for earlier, later in pairwise(positions))
        brought = sum(len(run.records(BILLS, organization_id)) for run in runs)
        assert brought < 1000 + 20 * len(runs), "only the look-back is read twice"


def test_rows_that_change_between_the_days_are_brought_as_they_are_then(a_zoho: StartZoho) -> None:
    zoho = a_zoho(calls_per_day=2, sizes={"bills": 900})
    organization_id = zoho.organization_ids[0]
    first = attempt(zoho, BILLS)
    bill_id = first.records(BILLS, organization_id)[0]["bill_id"]

    zoho.clock.advance(seconds=A_DAY_SECONDS)
    zoho.edit("bills", organization_id, bill_id, reference_number="changed overnight")
    runs, state = [first], first.state
    while runs[-1].errors:
        runs.append(attempt(zoho, BILLS, state=state))
        state = runs[-1].state
        zoho.clock.advance(seconds=A_DAY_SECONDS)

    last = [row for run in runs for row in run.records(BILLS, organization_id) if row["bill_id"] == bill_id][-1]
    assert last["reference_number"] == "changed overnight"
    assert missing(zoho, runs, BILLS) == {}


def test_the_other_organizations_go_on_when_the_day_of_one_is_over(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"bills": 450, "expenses": 450})
    closed, other = zoho.organization_ids
    zoho.faults.add("45", path="bills", after=1, times=1000, organization_id=closed)

    run = attempt(zoho, BILLS, EXPENSES, num_workers=1)

    assert len(run.records(BILLS, other)) == len(run.records(EXPENSES, other)) == 450
    assert len(run.records(BILLS, closed)) == 200
    assert codes(zoho)[45] == 1, "a closed organization is not called again, whatever the stream"
    assert run.cursors(BILLS)[closed] < run.cursors(BILLS)[other]


# ── the day, by the user's count ──


def test_the_users_own_limit_is_kept_and_later_runs_bring_the_rest(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"bills": 1000})
    runs: list[Run] = []

    while not runs or runs[-1].errors:
        zoho.calls.reset()
        runs.append(attempt(zoho, BILLS, state=runs[-1].state if runs else None, daily_call_limit=2))
        assert max(zoho.calls.by_organization.values()) <= 2
        assert len(runs) <= 4

    assert "daily_call_limit (2 calls) is used up" in runs[0].errors[0]
    assert missing(zoho, runs, BILLS) == {}


def test_the_reserve_is_left_to_other_programs_and_later_days_bring_the_rest(a_zoho: StartZoho) -> None:
    zoho = a_zoho(calls_per_day=10, sizes={"bills": 1000})

    first = attempt(zoho, BILLS, daily_call_reserve=7, num_workers=1)

    assert set(zoho.calls.by_organization.values()) == {3}
    assert "only 7 calls are left today, and daily_call_reserve keeps 7 for others" in first.errors[0]
    zoho.clock.advance(seconds=A_DAY_SECONDS)
    second = read(zoho, BILLS, state=first.state, daily_call_reserve=7, num_workers=1)
    assert missing(zoho, [first, second], BILLS) == {}
    assert codes(zoho)[45] == 0


def test_a_stream_that_cannot_be_taken_up_in_the_middle_does_not_claim_to_have_been_read(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"expenses": 900})

    broken = attempt(zoho, EXPENSES, daily_call_limit=2)
    whole = read(zoho, EXPENSES, state=broken.state)

    assert broken.status(EXPENSES) is INCOMPLETE
    assert missing(zoho, [whole], EXPENSES) == {}, "its pages are in the order of creation: all of them are read again"
