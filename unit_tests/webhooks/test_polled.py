"""Does what a list says become the events that were missed, and only these?"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from source_zoho.webhooks.event import CREATED, DELETED, POLL, UPDATED
from source_zoho.webhooks.polled import EVERY_OPERATION, Polled, operations_of
from source_zoho.webhooks.store import Channel, Span

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OVERLAP = timedelta(minutes=10)


def at(minutes: float) -> datetime:
    """Return the time so many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def polled(*spans: tuple[float, float]) -> Polled:
    """Return what was missed of Leads in the hour after noon, or in *spans*."""
    missed = [Span(at(since), at(until)) for since, until in spans or [(0, 60)]]
    return Polled("Leads", missed, OVERLAP, at(500))


def told(what: Polled, created: float, changed: float) -> list[tuple[str, datetime | None]]:
    return [(event.operation, event.occurred_at) for event in what.changed("7", at(created), at(changed))]


@pytest.mark.parametrize(
    ("created", "changed", "expected"),
    [
        (-1_000, 30, [(UPDATED, at(30))]),
        (30, 30, [(CREATED, at(30))]),
        (30, 40, [(CREATED, at(30)), (UPDATED, at(40))]),
        (30, 300, [(CREATED, at(30))]),  # the change at 300 was heard
        (-1_000, 300, []),
        (-1_000, -10, [(UPDATED, at(-10))]),
        (-1_000, -10.1, []),
        (-1_000, 70, [(UPDATED, at(70))]),
        (-1_000, 70.1, []),
    ],
)
def test_what_happened_in_the_missed_time_or_near_it_is_told(
    created: float, changed: float, expected: list[tuple[str, datetime]]
) -> None:
    assert told(polled(), created, changed) == expected


def test_between_two_missed_times_everything_was_heard() -> None:
    twice = polled((0, 60), (200, 260))

    assert told(twice, -1_000, 120) == []
    assert told(twice, 30, 230) == [(CREATED, at(30)), (UPDATED, at(230))]
    assert twice.since == at(-10)


def test_a_record_that_does_not_say_when_it_was_made_was_changed() -> None:
    assert [event.operation for event in polled().changed("7", None, at(5))] == [UPDATED]


@pytest.mark.parametrize(("deleted_at", "count"), [(at(5), 1), (at(300), 0), (None, 1)])
def test_a_deletion_is_told_unless_it_was_heard(deleted_at: datetime | None, count: int) -> None:
    events = list(polled().deleted("7", deleted_at))

    assert [(each.operation, each.occurred_at) for each in events] == [(DELETED, deleted_at)] * count


def test_an_event_looks_like_a_notification_and_says_that_it_is_none() -> None:
    (event,) = polled().changed("7", at(-500), at(5))

    assert (event.product, event.organization_id, event.entity, event.event_type) == ("crm", "", "Leads", "update")
    assert (event.record_ids, event.received_at, event.origin) == (("7",), at(500), POLL)
    assert json.loads(event.payload) == {"module": "Leads", "operation": "update", "ids": ["7"]}


def test_the_same_change_has_the_same_key_whenever_and_in_whichever_offset_it_is_told() -> None:
    (first,) = polled().changed("7", None, at(5))
    again = Polled("Leads", [Span(at(-50), at(6))], OVERLAP, at(9_000))
    (second,) = again.changed("7", None, at(5).astimezone(timezone(timedelta(hours=5.5))))

    assert (first.key, first.occurred_at) == (second.key, second.occurred_at)


def test_other_changes_have_other_keys() -> None:
    what, other = polled(), Polled("Deals", [Span(at(0), at(60))], OVERLAP, at(500))
    events = [
        *what.changed("7", at(5), at(6)),
        *what.changed("8", None, at(6)),
        *what.changed("7", None, at(7)),
        *what.deleted("7", at(6)),
        *what.deleted("7", None),
        *other.changed("7", None, at(6)),
    ]

    assert len({event.key for event in events}) == len(events) == 7


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (["Leads.all"], EVERY_OPERATION),
        (["Leads.create", "Deals.all"], {CREATED}),
        (["Leads.edit", "Leads.delete"], {UPDATED, DELETED}),
        (["Deals.create"], EVERY_OPERATION),
        ([], EVERY_OPERATION),
    ],
)
def test_what_a_channel_tells_is_what_may_be_missed_of_it(events: list[str], expected: set[str]) -> None:
    channels = [Channel(str(place), (event,), "", NOON) for place, event in enumerate(events)]

    assert operations_of("Leads", channels) == expected


def test_nothing_is_told_that_nobody_subscribed_to() -> None:
    missed = [Span(at(0), at(60))]
    only_new = Polled("Leads", missed, OVERLAP, at(500), frozenset({CREATED}))
    only_changed = Polled("Leads", missed, OVERLAP, at(500), frozenset({UPDATED}))

    assert told(only_new, 5, 6) == [(CREATED, at(5))]
    assert told(only_changed, 5, 6) == [(UPDATED, at(6))]
    assert [*only_new.deleted("7", at(5)), *only_new.deleted("7", None)] == []
