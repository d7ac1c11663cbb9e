"""Is every time found in which no receiver listened to a living channel, once, and no other?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from source_zoho.webhooks.downtime import LONGEST_SILENCE, REASON, STREAM, note_downtime
from source_zoho.webhooks.store import Channel, Span
from source_zoho.webhooks.watch import LIFE
from unit_tests.webhooks.fakes import MemoryStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OVERLAP = 2 * LONGEST_SILENCE


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def at(minutes: float) -> datetime:
    """Return the time so many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def ran(store: MemoryStore, since: float, until: float) -> None:
    """Let a receiver have listened between two times."""
    store.beat(f"run {since}", at(since))
    store.beat(f"run {since}", at(until))


def subscribed(store: MemoryStore, *modules: str, expires_at: datetime | None = None, channel_id: str = "1") -> None:
    """Let CRM tell of all that happens in *modules*, since noon unless *expires_at* says otherwise."""
    events = tuple(f"{module}.all" for module in modules or ("Leads",))
    store.save_channel(Channel(channel_id, events, "https://hooks.example.com/webhooks/crm", expires_at or NOON + LIFE))


def missed(store: MemoryStore) -> list[tuple[tuple[str, ...], Span]]:
    return [(each.modules, each.span) for each in store.missed()]


def test_without_channels_nobody_misses_anything(store: MemoryStore) -> None:
    ran(store, 0, 10)

    note_downtime(store, at(100))

    assert missed(store) == []


def test_nothing_was_missed_while_a_receiver_listened_all_the_time(store: MemoryStore) -> None:
    subscribed(store)
    ran(store, -5, 99.5)

    note_downtime(store, at(100))

    assert missed(store) == []


def test_a_hole_between_two_runs_was_missed_by_all_modules(store: MemoryStore) -> None:
    subscribed(store, "Leads", "Deals")
    ran(store, -5, 10)
    ran(store, 20, 100)

    note_downtime(store, at(100))

    assert missed(store) == [(("Deals", "Leads"), Span(at(10), at(20)))]
    assert store.missed()[0].reason == REASON


def test_runs_that_overlap_leave_no_hole(store: MemoryStore) -> None:
    subscribed(store)
    ran(store, -5, 30)
    ran(store, 20, 100)

    note_downtime(store, at(100))

    assert missed(store) == []


def test_a_receiver_that_is_down_now_has_missed_what_came_until_now(store: MemoryStore) -> None:
    subscribed(store)
    ran(store, -5, 10)

    note_downtime(store, at(100))

    assert missed(store) == [(("Leads",), Span(at(10), at(100)))]


def test_a_receiver_that_never_ran_has_missed_everything_since_the_channel_was_made(store: MemoryStore) -> None:
    subscribed(store)

    note_downtime(store, at(30))

    assert missed(store) == [(("Leads",), Span(NOON, at(30)))]


def test_a_receiver_that_was_started_after_the_subscription_has_missed_the_time_between(store: MemoryStore) -> None:
    subscribed(store)
    ran(store, 15, 100)

    note_downtime(store, at(100))

    assert missed(store) == [(("Leads",), Span(NOON, at(15)))]


def test_a_hole_is_noted_once_however_often_it_is_looked_at_and_reconciled(store: MemoryStore) -> None:
    subscribed(store)
    ran(store, -5, 10)
    ran(store, 20, 100)
    note_downtime(store, at(100))
    store.reconciled(store.missed()[0].number, at(100))

    note_downtime(store, at(100))

    assert missed(store) == []


def test_a_hole_before_the_last_look_is_known(store: MemoryStore) -> None:
    subscribed(store)
    ran(store, -5, 10)
    ran(store, 20, 100)

    store.confirm(STREAM, 0, at(60))
    note_downtime(store, at(100))

    assert missed(store) == []


def test_a_hole_that_is_still_open_is_noted_from_where_the_last_look_ended(store: MemoryStore) -> None:
    subscribed(store)
    ran(store, -5, 10)

    store.confirm(STREAM, 0, at(60))
    note_downtime(store, at(100))

    assert missed(store) == [(("Leads",), Span(at(60) - OVERLAP, at(100)))]


@pytest.mark.parametrize("silent_seconds", [0, 20, 60])
def test_a_receiver_that_died_just_before_a_look_is_found_by_the_next(store: MemoryStore, silent_seconds: int) -> None:
    subscribed(store)
    store.beat("run", at(-5))
    store.beat("run", at(60) - timedelta(seconds=silent_seconds))
    note_downtime(store, at(60))
    assert missed(store) == []

    store.confirm(STREAM, 0, at(60))
    note_downtime(store, at(100))

    ((_, span),) = missed(store)
    assert span == Span(at(60) - timedelta(seconds=silent_seconds), at(100))


@pytest.mark.parametrize(("silent_seconds", "count"), [(60, 0), (61, 1)])
def test_a_receiver_is_down_after_a_minute_of_silence(store: MemoryStore, silent_seconds: int, count: int) -> None:
    subscribed(store)
    ran(store, -5, 60)

    note_downtime(store, at(60) + timedelta(seconds=silent_seconds))

    assert len(missed(store)) == count


def test_after_the_end_of_a_channel_nobody_hears_of_its_modules(store: MemoryStore) -> None:
    subscribed(store, "Leads", expires_at=at(40))
    subscribed(store, "Deals", expires_at=at(5), channel_id="2")
    subscribed(store, "Tasks", "Calls", expires_at=NOON + LIFE, channel_id="3")
    ran(store, -9_000 * 60, 10)
    ran(store, 20, 100)

    note_downtime(store, at(100))

    assert {modules: (span.since, span.until) for modules, span in missed(store)} == {
        ("Calls", "Leads", "Tasks"): (at(10), at(20)),
        ("Deals",): (at(5), at(100)),
        ("Leads",): (at(40), at(100)),
    }


def test_a_channel_that_ended_a_moment_ago_is_for_the_next_look(store: MemoryStore) -> None:
    subscribed(store, expires_at=at(99.5))
    ran(store, -9_000 * 60, 100)
    note_downtime(store, at(100))
    assert missed(store) == []

    store.confirm(STREAM, 0, at(100))
    note_downtime(store, at(200))

    assert missed(store) == [(("Leads",), Span(at(99.5), at(200)))]
