"""Is what notifications missed found by asking, once, and does what cannot be asked stay missed?"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from source_zoho.components import crm_missed
from source_zoho.components.crm_gone import KEPT_FOR
from source_zoho.components.crm_missed import reconcile
from source_zoho.components.traced import ZohoFailure
from source_zoho.crm.weave import Row
from source_zoho.errors import Transient
from source_zoho.webhooks.downtime import STREAM
from source_zoho.webhooks.event import CREATED, DELETED, POLL, UPDATED, Event
from source_zoho.webhooks.store import Channel, Span
from source_zoho.webhooks.watch import LIFE
from unit_tests.components.crm_fakes import (
    CONFIG,
    refusal,
    the_end_of_the_day,
    trouble,
)
from unit_tests.webhooks.fakes import MemoryStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = NOON + timedelta(hours=5)
AN_HOUR = Span(NOON, NOON + timedelta(hours=1))
WHY = "Zoho had no living channel for them."

Answer = list[Row] | ZohoFailure


@dataclass
class Zoho:
    """Stands in for the questions: answers what a test has laid ready for a module, and keeps what it was asked."""

    now: dict[str, Answer] = field(default_factory=dict)
    gone: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, str, datetime]] = field(default_factory=list)

    def __call__(self, config: Mapping[str, Any]) -> Zoho:
        return self

    def changed(self, module: str, since: datetime) -> Iterator[list[Row]]:
        yield from self._answer("changed", self.now, module, since)

    def deleted(self, module: str, since: datetime) -> Iterator[list[Row]]:
        yield from self._answer("deleted", self.gone, module, since)

    def _answer(self, what: str, ready: dict[str, Answer], module: str, since: datetime) -> Iterator[list[Row]]:
        self.asked.append((what, module, since))
        rows = ready.get(module, [])
        if isinstance(rows, ZohoFailure):
            raise rows
        yield rows


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def zoho(monkeypatch: pytest.MonkeyPatch) -> Zoho:
    played = Zoho()
    monkeypatch.setattr(crm_missed, "Questions", played)
    return played


def at(minutes: float) -> str:
    """Return the time so many minutes after noon, as Zoho writes it."""
    return (NOON + timedelta(minutes=minutes)).isoformat()


def a_record(record_id: str, changed: float, created: float = -9_000) -> Row:
    return {"id": record_id, "Created_Time": at(created), "Modified_Time": at(changed)}


def a_deletion(record_id: str, minutes: float) -> Row:
    return {"id": record_id, "deleted_time": at(minutes), "type": "recycle"}


def look(store: MemoryStore, now: datetime = NOW, **config: Any) -> None:
    reconcile({**CONFIG, **config}, store, lambda: now)


def events(store: MemoryStore) -> list[Event]:
    return store.events


def told(store: MemoryStore) -> list[tuple[str, str, str]]:
    return [(each.entity, ",".join(each.record_ids), each.operation) for each in events(store)]


def missed(store: MemoryStore) -> list[tuple[tuple[str, ...], Span]]:
    return [(each.modules, each.span) for each in store.missed()]


# ── what is found ──


def test_zoho_is_not_asked_when_nothing_was_missed(store: MemoryStore, zoho: Zoho) -> None:
    look(store)

    assert (zoho.asked, events(store)) == ([], [])


def test_what_was_made_changed_and_deleted_meanwhile_becomes_events(store: MemoryStore, zoho: Zoho) -> None:
    store.note_missed(["Leads"], AN_HOUR, WHY)
    zoho.now["Leads"] = [a_record("1", 10), a_record("2", 20, created=20), a_record("3", 200)]
    zoho.gone["Leads"] = [a_deletion("4", 30), a_deletion("5", 200)]

    look(store)

    assert told(store) == [("Leads", "1", UPDATED), ("Leads", "2", CREATED), ("Leads", "4", DELETED)]
    assert {each.origin for each in events(store)} == {POLL}
    assert missed(store) == []


@pytest.mark.parametrize(("lookback_minutes", "overlap"), [(None, 10), (0, 1), (45, 45)])
def test_the_missed_time_is_overlapped_by_the_lookback(
    store: MemoryStore, zoho: Zoho, lookback_minutes: int | None, overlap: int
) -> None:
    store.note_missed(["Leads"], AN_HOUR, WHY)
    edges = [-overlap - 0.1, -overlap, 60 + overlap, 60 + overlap + 0.1]
    zoho.now["Leads"] = [a_record(str(number), minutes) for number, minutes in enumerate(edges)]

    look(store, lookback_minutes=lookback_minutes)

    assert [each.record_ids for each in events(store)] == [("1",), ("2",)]
    assert {since for _, _, since in zoho.asked} == {NOON - timedelta(minutes=overlap)}


def test_a_module_that_was_missed_several_times_is_asked_once(store: MemoryStore, zoho: Zoho) -> None:
    later = Span(NOON + timedelta(hours=3), NOON + timedelta(hours=4))
    store.note_missed(["Leads", "Deals"], AN_HOUR, WHY)
    store.note_missed(["Leads"], later, WHY)
    zoho.now["Leads"] = [a_record("1", 10), a_record("2", 130), a_record("3", 200)]

    look(store)

    assert [(what, module) for what, module, _ in zoho.asked] == [
        *(("changed", "Leads"), ("deleted", "Leads")),
        *(("changed", "Deals"), ("deleted", "Deals")),
    ]
    assert told(store) == [("Leads", "1", UPDATED), ("Leads", "3", UPDATED)]


def test_what_was_found_before_is_not_found_again(store: MemoryStore, zoho: Zoho) -> None:
    zoho.now["Leads"] = [a_record("1", 10)]
    store.note_missed(["Leads"], AN_HOUR, WHY)
    look(store)
    store.note_missed(["Leads"], Span(NOON - timedelta(hours=1), NOW), WHY)
    zoho.now["Leads"] = [a_record("1", 10), a_record("2", 100)]

    look(store)

    assert told(store) == [("Leads", "1", UPDATED), ("Leads", "2", UPDATED)]


def test_the_log_says_what_was_missed_why_and_what_was_found(
    store: MemoryStore, zoho: Zoho, caplog: pytest.LogCaptureFixture
) -> None:
    store.note_missed(["Leads"], AN_HOUR, WHY)
    zoho.now["Leads"] = [a_record("1", 10)]

    with caplog.at_level(logging.INFO, "airbyte"):
        look(store)

    (line,) = [record.getMessage() for record in caplog.records]
    assert line == (
        "crm_notifications: notifications between 2026-03-01T12:00:00+00:00 and 2026-03-01T13:00:00+00:00 may have "
        "been missed (Zoho had no living channel for them). Changes found by asking: 1 of Leads."
    )


# ── what cannot be asked ──


@pytest.mark.parametrize("failure", [refusal("INVALID_MODULE"), trouble(), the_end_of_the_day()])
def test_a_module_that_cannot_be_asked_stays_missed_and_is_named_once(
    store: MemoryStore, zoho: Zoho, caplog: pytest.LogCaptureFixture, failure: ZohoFailure
) -> None:
    store.note_missed(["Leads", "Robots"], AN_HOUR, WHY)
    zoho.now |= {"Leads": [a_record("1", 10)], "Robots": failure}

    look(store)

    assert told(store) == [("Leads", "1", UPDATED)]
    assert missed(store) == [(("Robots",), AN_HOUR)]
    (warning,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert "cannot be asked of Robots" in warning
    assert str(failure.message) in warning


def test_it_is_asked_again_by_the_next_sync(store: MemoryStore, zoho: Zoho) -> None:
    store.note_missed(["Leads"], AN_HOUR, WHY)
    zoho.now["Leads"] = trouble()
    look(store)
    assert missed(store) == [(("Leads",), AN_HOUR)]
    zoho.now["Leads"] = [a_record("1", 10)]

    look(store)

    assert told(store) == [("Leads", "1", UPDATED)]
    assert missed(store) == []


def test_where_zoho_lists_no_deletions_the_changes_are_found_and_the_lack_is_told(
    store: MemoryStore, zoho: Zoho, caplog: pytest.LogCaptureFixture
) -> None:
    store.note_missed(["Robots"], AN_HOUR, WHY)
    zoho.now["Robots"], zoho.gone["Robots"] = [a_record("1", 10)], refusal("INVALID_MODULE")

    look(store)

    assert (told(store), missed(store)) == ([("Robots", "1", UPDATED)], [])
    assert "deletions in module Robots cannot be found" in caplog.text


def test_deletions_that_time_may_tell_keep_a_module_missed(store: MemoryStore, zoho: Zoho) -> None:
    store.note_missed(["Leads"], AN_HOUR, WHY)
    zoho.gone["Leads"] = trouble()

    look(store)

    assert missed(store) == [(("Leads",), AN_HOUR)]


def test_records_that_do_not_say_when_they_changed_are_not_taken_for_changes(store: MemoryStore, zoho: Zoho) -> None:
    store.note_missed(["Robots"], AN_HOUR, WHY)
    zoho.now["Robots"] = [{"id": "1", "Created_Time": None, "Modified_Time": None}]

    look(store)

    assert (told(store), missed(store)) == ([], [(("Robots",), AN_HOUR)])


def test_it_is_said_when_zoho_has_forgotten_deletions(
    store: MemoryStore, zoho: Zoho, caplog: pytest.LogCaptureFixture
) -> None:
    store.note_missed(["Leads"], AN_HOUR, WHY)

    look(store, NOON + KEPT_FOR + timedelta(days=1))

    assert "Zoho tells deletions for 120 days" in caplog.text


def test_a_store_in_trouble_ends_the_stream(store: MemoryStore, zoho: Zoho, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(events: Any) -> Any:
        raise Transient("The event store is full.")

    store.note_missed(["Leads"], AN_HOUR, WHY)
    zoho.now["Leads"] = [a_record("1", 10)]
    monkeypatch.setattr(store, "append", full)

    with pytest.raises(ZohoFailure, match="The event store is full"):
        look(store)

    assert missed(store) == [(("Leads",), AN_HOUR)]


# ── the receiver was down ──


def a_receiver_that_died(store: MemoryStore, died_at: datetime = NOON) -> None:
    store.save_channel(Channel("1", ("Leads.all",), "https://hooks.example.com/webhooks/crm", NOON + LIFE))
    store.beat("run", NOON - timedelta(days=8))
    store.beat("run", died_at)


def test_what_changed_while_the_receiver_was_down_is_found(store: MemoryStore, zoho: Zoho) -> None:
    a_receiver_that_died(store)
    zoho.now["Leads"] = [a_record("1", 10), a_record("2", -90)]

    look(store)

    assert told(store) == [("Leads", "1", UPDATED)]
    assert missed(store) == []


def test_while_it_is_down_each_sync_finds_what_is_new(store: MemoryStore, zoho: Zoho) -> None:
    a_receiver_that_died(store)
    for number, hour in enumerate([1, 2, 3], start=1):
        now = NOON + timedelta(hours=hour)
        zoho.now["Leads"] = [a_record(str(each), each * 60 - 30) for each in range(1, number + 1)]
        look(store, now)
        store.confirm(STREAM, 0, now)

    assert told(store) == [("Leads", str(number), UPDATED) for number in (1, 2, 3)]
    # Each look goes back no further than the one before it.
    assert [since for what, _, since in zoho.asked if what == "changed"][2] > NOON + timedelta(hours=1)


def test_a_receiver_that_dies_while_zoho_is_asked_is_noticed_at_the_end(store: MemoryStore, zoho: Zoho) -> None:
    a_receiver_that_died(store, NOW)
    store.note_missed(["Leads"], AN_HOUR, WHY)
    times = iter([NOW, NOW, NOW, NOW])

    reconcile(CONFIG, store, lambda: next(times, NOW + timedelta(minutes=30)))

    assert missed(store) == [(("Leads",), Span(NOW, NOW + timedelta(minutes=30)))]


def test_a_channel_that_ended_and_is_not_renewed_leaves_no_gap_and_is_told(
    store: MemoryStore, zoho: Zoho, caplog: pytest.LogCaptureFixture
) -> None:
    a_receiver_that_died(store, NOW)
    store.save_channel(Channel("1", ("Leads.all",), "https://hooks.example.com/webhooks/crm", NOON))
    zoho.now["Leads"] = [a_record("1", 10)]

    look(store)

    assert told(store) == [("Leads", "1", UPDATED)]
    (warning,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert "CRM's channel 1 ended at 2026-03-01T12:00:00+00:00" in warning
    assert "webhooks renew" in warning


def test_who_renews_in_each_sync_has_been_told_why_that_failed(
    store: MemoryStore, zoho: Zoho, caplog: pytest.LogCaptureFixture
) -> None:
    store.save_channel(Channel("1", ("Leads.all",), "https://hooks.example.com/webhooks/crm", NOON))

    look(store, crm_notification_token="hush-channel")

    assert [record for record in caplog.records if record.levelno == logging.WARNING] == []


@pytest.mark.parametrize(("event", "asked"), [("create", ["changed"]), ("delete", ["deleted"])])
def test_only_what_a_channel_was_to_tell_is_asked_for(
    store: MemoryStore, zoho: Zoho, event: str, asked: list[str]
) -> None:
    a_receiver_that_died(store)
    store.save_channel(Channel("1", (f"Leads.{event}",), "https://hooks.example.com/webhooks/crm", NOON + LIFE))

    look(store)

    assert [what for what, _, _ in zoho.asked] == asked
