"""Does the next sync bring what has changed since, all of it, and next to nothing else?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from integration_tests.builders import (
    UNHURRIED,
    Run,
    a_state,
    cursor_field_of,
    forget_earlier_syncs,
    key_of,
    parent_of,
    read,
    resource_of,
    stream_names,
)
from integration_tests.truth import NO_LISTS
from source_zoho.emulator import Emulator
from source_zoho.paging.instants import parse

LOOKBACK_SECONDS = 600
SIZES = {
    "projects": 8,
    "bills": 240,
    "recurring_bills": 8,
    "recurring_journals": 8,
    "price_lists": 8,
    "invoices": 60,
    "billing_invoices": 240,
    "billing_products": 8,
    "billing_recurring_expenses": 8,
}
CURSOR_IS_READ_AT = ("books_base_currency_adjustments", "books_journals", "books_vendor_credit_refunds")
LOG = "billing_events"
# Below a parent: test_incremental_children.py and test_incremental_documents.py read them.
BELOW = [name for name in stream_names() if parent_of(name) or name == "books_custom_module_records"]
LISTS = [name for name in stream_names() if cursor_field_of(name) and name not in (*BELOW, *NO_LISTS)]
BY_CHANGE = [name for name in LISTS if name not in CURSOR_IS_READ_AT]
BY_ORGANIZATION = [*BY_CHANGE, *CURSOR_IS_READ_AT]

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Changes:
    """What people did to one list of one organization between two syncs."""

    edited: str
    added: str
    deleted: str


@dataclass(frozen=True)
class ThreeSyncs:
    """A first sync, one after changes to every list, and one after nothing at all."""

    zoho: Emulator
    first: Run
    changes: Mapping[tuple[str, str], Changes]
    second: Run
    idle: Run
    calls_when_idle: Mapping[str, int]

    @property
    def organization_ids(self) -> list[str]:
        return self.zoho.organization_ids


def change_something(zoho: Emulator, stream: str, organization_id: str) -> Changes:
    """Edit the oldest row, add one, and delete another; what happened can only be added to."""
    resource, name = resource_of(stream), key_of(stream)[-1]
    if stream == LOG:
        return Changes(zoho.add(resource, organization_id), zoho.add(resource, organization_id), "")
    oldest, second_oldest, *_ = zoho.rows(resource, organization_id)
    changes = Changes(str(oldest[name]), zoho.add(resource, organization_id), str(second_oldest[name]))
    zoho.edit(resource, organization_id, changes.edited)
    zoho.delete(resource, organization_id, changes.deleted)
    return changes


@pytest.fixture(scope="module")
def three_syncs() -> Iterator[ThreeSyncs]:
    with Emulator(sizes=SIZES, calls_per_minute=UNHURRIED) as zoho:
        first = read(zoho, *BY_ORGANIZATION)
        zoho.clock.freeze()  # everything changes at one instant
        changes = {
            (stream, organization_id): change_something(zoho, stream, organization_id)
            for stream in BY_ORGANIZATION
            for organization_id in zoho.organization_ids
        }
        second = read(zoho, *BY_ORGANIZATION, state=first.state)
        zoho.calls.reset()
        idle = read(zoho, *BY_ORGANIZATION, state=second.state)
        yield ThreeSyncs(zoho, first, changes, second, idle, dict(zoho.calls.by_path))
    forget_earlier_syncs()


def test_lists_of_every_kind_of_cursor_are_tried_here() -> None:
    fields = {cursor_field_of(name) for name in BY_ORGANIZATION}

    assert fields == {"last_modified_time", "updated_time", "event_time", "read_at"}


@pytest.mark.parametrize("stream", BY_ORGANIZATION)
def test_the_second_sync_brings_what_changed_and_the_lookback(three_syncs: ThreeSyncs, stream: str) -> None:
    for organization_id in three_syncs.organization_ids:
        changes = three_syncs.changes[stream, organization_id]
        expected = {changes.edited, changes.added}
        if stream in BY_CHANGE:
            since = three_syncs.first.cursors(stream)[organization_id] - LOOKBACK_SECONDS
            expected |= ids(rows_since(three_syncs.zoho, stream, organization_id, since), stream)

        received = ids(three_syncs.second.records(stream, organization_id), stream)

        assert received == expected
        assert changes.deleted not in received
        assert len(received) < len(three_syncs.first.records(stream, organization_id)), "the first sync over again"


@pytest.mark.parametrize("stream", BY_ORGANIZATION)
def test_an_idle_sync_brings_nothing_older_than_the_lookback(three_syncs: ThreeSyncs, stream: str) -> None:
    for organization_id in three_syncs.organization_ids:
        changes = three_syncs.changes[stream, organization_id]

        assert ids(three_syncs.idle.records(stream, organization_id), stream) == {changes.edited, changes.added}


@pytest.mark.parametrize("stream", BY_CHANGE)
def test_the_state_is_the_instant_of_the_last_change_in_each_organization(three_syncs: ThreeSyncs, stream: str) -> None:
    latest = {
        each: max(changed_at(row, stream) for row in three_syncs.first.records(stream, each))
        for each in three_syncs.organization_ids
    }

    assert three_syncs.first.cursors(stream) == latest


@pytest.mark.parametrize("stream", CURSOR_IS_READ_AT)
def test_where_rows_hide_their_changes_the_state_is_when_the_list_was_read(
    three_syncs: ThreeSyncs, stream: str
) -> None:
    first = three_syncs.first
    read_at = {each: seconds(first.records(stream, each)[0]["read_at"]) for each in three_syncs.organization_ids}

    assert first.cursors(stream) == read_at


@pytest.mark.parametrize("stream", BY_ORGANIZATION)
def test_the_state_never_goes_back(three_syncs: ThreeSyncs, stream: str) -> None:
    first, second, idle = (run.cursors(stream) for run in (three_syncs.first, three_syncs.second, three_syncs.idle))

    assert all(first[each] <= second[each] <= idle[each] for each in three_syncs.organization_ids)


def test_a_long_list_with_few_changes_costs_one_call(three_syncs: ThreeSyncs) -> None:
    assert three_syncs.calls_when_idle["/books/v3/bills"] == len(three_syncs.organization_ids)


def test_an_idle_log_costs_one_call(three_syncs: ThreeSyncs) -> None:
    assert three_syncs.calls_when_idle["/billing/v1/events"] == len(three_syncs.organization_ids)


def test_a_list_that_zoho_cannot_filter_is_read_to_its_end(three_syncs: ThreeSyncs) -> None:
    # 240 rows: two pages, and before them one try of an order that Zoho does not document.
    answered = three_syncs.calls_when_idle["/billing/v1/invoices"] / len(three_syncs.organization_ids)

    assert 2 <= answered <= 4


@pytest.mark.parametrize("stream", BY_CHANGE)
def test_a_change_at_one_instant_is_one_state_whatever_zone_writes_it(three_syncs: ThreeSyncs, stream: str) -> None:
    written = {each for row in three_syncs.idle.records(stream) if (each := row.get(cursor_field_of(stream)))}
    now = int(three_syncs.zoho.clock.seconds())

    assert len(written) == len(three_syncs.organization_ids), "both organizations write the same zone"
    assert three_syncs.second.cursors(stream) == dict.fromkeys(three_syncs.organization_ids, now)


def test_a_longer_lookback_reads_more_again(three_syncs: ThreeSyncs) -> None:
    zoho, a_week_in_minutes = three_syncs.zoho, 10_080

    again = read(zoho, "books_bills", state=three_syncs.first.state, lookback_minutes=a_week_in_minutes)

    for each, cursor in three_syncs.first.cursors("books_bills").items():
        expected = ids(rows_since(zoho, "books_bills", each, cursor - 60 * a_week_in_minutes), "books_bills")
        assert ids(again.records("books_bills", each), "books_bills") == expected
        assert len(expected) > len(three_syncs.second.records("books_bills", each))


# ── what decides where a sync begins ──


def test_a_state_far_ahead_brings_nothing_and_stays_where_it_is(zoho: Emulator) -> None:
    year_2100 = dict.fromkeys(zoho.organization_ids, 4_102_444_800)
    state = [each for name in BY_ORGANIZATION for each in a_state(name, year_2100, cursor_field_of(name))]

    run = read(zoho, *BY_ORGANIZATION, state=state)

    assert not run.counts()
    assert all(run.cursors(name) == year_2100 for name in BY_ORGANIZATION)


def test_a_clock_behind_zohos_hides_nothing(zoho: Emulator) -> None:
    streams = (
        *("books_bills", "books_items", "books_price_lists", "books_journals", "books_delivery_challans"),
        *("billing_invoices", "billing_plans", "billing_expenses", LOG),
    )
    known, left_out = zoho.organization_ids
    before = read(zoho, *streams, organization_ids=[known])
    newcomer = zoho.add_organization("Late Riser Ltd")

    after = read(zoho, *streams, state=before.state)

    for stream in streams:
        for each in (left_out, newcomer):
            assert ids(after.records(stream, each), stream) == ids(zoho.rows(resource_of(stream), each), stream), stream
        assert len(after.records(stream, known)) < len(before.records(stream, known)), "the known one began anew"
        assert set(after.cursors(stream)) == {known, left_out, newcomer}, stream


def test_the_start_date_leaves_out_what_did_not_change_since(zoho: Emulator) -> None:
    start = "2025-01-01T00:00:00Z"

    run = read(zoho, *BY_CHANGE, start_date=start)

    for stream in BY_CHANGE:
        for each in zoho.organization_ids:
            expected = ids(rows_since(zoho, stream, each, seconds(start)), stream)
            assert ids(run.records(stream, each), stream) == expected, stream


# ── words of this file ──


def rows_since(zoho: Emulator, stream: str, organization_id: str, since: int) -> list[Row]:
    """Return the rows that changed at *since* (epoch seconds) or later; Zoho knows it of rows that do not show it."""
    rows = zoho.world.collection(resource_of(stream), organization_id)
    when = rows.created if stream == LOG else rows.modified
    return [rows.served(each) for each in rows.handles() if when(each) >= since]


def changed_at(row: Row, stream: str) -> int:
    moment = parse(row.get(cursor_field_of(stream)))
    return int(moment.timestamp()) if moment else 0


def seconds(written: str) -> int:
    moment = parse(written)
    assert moment
    return int(moment.timestamp())


def ids(rows: list[Row] | list[dict[str, Any]], stream: str) -> set[str]:
    return {str(row[key_of(stream)[-1]]) for row in rows}
