"""
Does every change come out of crm_notifications, whatever receivers, channels and syncs did meanwhile?

Each example is a history: edits and deletions, receivers that start, stop and die, channels that end or are renewed,
syncs that break off before they have told what they read, and the time between. After the last sync, in peace, what
happened last to each record must have come out; no change may have come twice by asking, and another sync must find
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_zoho.components import crm_missed
from source_zoho.components.crm_missed import reconcile
from source_zoho.crm.weave import Row
from source_zoho.webhooks.channels import TWO_DAYS
from source_zoho.webhooks.downtime import STREAM, note_downtime
from source_zoho.webhooks.event import DELETED, POLL, UPDATED, WEBHOOK, Event
from source_zoho.webhooks.store import Channel, Span
from source_zoho.webhooks.watch import LIFE
from unit_tests.components.crm_fakes import CONFIG
from unit_tests.webhooks.fakes import MemoryStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEAT = timedelta(seconds=20)
RECORDS = 4
URL = "https://hooks.example.com/webhooks/crm"
many_histories = settings(max_examples=150, derandomize=True, database=None, deadline=None, report_multiple_bugs=False)


@dataclass
class World:
    """Plays CRM, a receiver and the syncs, all on one clock."""

    now: datetime = NOON
    store: MemoryStore = field(default_factory=MemoryStore)
    times: dict[str, datetime] = field(default_factory=dict)
    gone: dict[str, datetime] = field(default_factory=dict)
    ends_at: datetime = NOON + LIFE
    run: int = 0
    is_up: bool = False
    heard_from: datetime = NOON
    position: int = 0
    told: list[Event] = field(default_factory=list)

    # ── what happens ──

    def start(self) -> None:
        """Start a receiver, unless there is one."""
        if not self.is_up:
            self.run, self.is_up, self.heard_from = self.run + 1, True, self.now
            self.store.beat(f"run {self.run}", self.now)

    def stop(self) -> None:
        """Stop the receiver, as it should be."""
        if self.is_up:
            self.store.beat(f"run {self.run}", self.now, stopping=True)
            self.is_up = False

    def die(self) -> None:
        """Let the receiver die: what it said last may be some time ago."""
        self.is_up = False

    def edit(self, place: int) -> None:
        """Change a record, unless it is gone."""
        record_id = str(place % RECORDS)
        if record_id not in self.gone:
            self.times[record_id] = self.now
            self._notify(record_id, UPDATED)

    def delete(self, place: int) -> None:
        """Delete a record."""
        record_id = str(place % RECORDS)
        if record_id not in self.gone:
            self.gone[record_id] = self.now
            self._notify(record_id, DELETED)

    def sync(self) -> None:
        """Read what is new."""
        self._renew()
        reconcile({**CONFIG, "lookback_minutes": 0}, self.store, lambda: self.now)
        end = self.store.last_sequence()
        self.store.confirm(STREAM, self.position, self.now)
        found = self.store.read_after(self.position, "crm")
        self.told += [kept.event for kept in found]
        self.position = end

    def broken_sync(self) -> None:
        """Begin to read, and get no further than to ask."""
        reconcile({**CONFIG, "lookback_minutes": 0}, self.store, lambda: self.now)

    def lose_the_channel(self) -> None:
        """Let the channel end now, as when nobody renewed it for a week."""
        if self.ends_at > self.now:
            self.ends_at = self.now
            self.store.save_channel(Channel("1", ("Leads.all",), URL, self.now))

    def wait(self, minutes: int) -> None:
        """Let time pass; a receiver says every 20 seconds that it is there, and it matters when it said so last."""
        self.now += timedelta(minutes=minutes, seconds=7)
        if self.is_up:
            since = (self.now - self.heard_from) // BEAT
            self.store.beat(f"run {self.run}", self.heard_from + since * BEAT)

    # ── how it goes ──

    def _renew(self) -> None:
        """Do what a sync does about a channel that ends soon, or has ended."""
        if self.ends_at - self.now >= TWO_DAYS:
            return
        note_downtime(self.store, self.now)
        if self.ends_at <= self.now:
            self.store.note_missed(["Leads"], Span(self.ends_at, self.now), "Zoho had no living channel for them.")
        self.ends_at = self.now + LIFE
        self.store.save_channel(Channel("1", ("Leads.all",), URL, self.ends_at))

    def _notify(self, record_id: str, operation: str) -> None:
        if not (self.is_up and self.now < self.ends_at):
            return
        key = f"crm:{record_id} {operation} {self.now}"
        about: Mapping[str, Any] = {"entity": "Leads", "operation": operation, "record_ids": (record_id,)}
        event = Event(
            key=key,
            product="crm",
            organization_id="",
            event_type="",
            occurred_at=self.now,
            received_at=self.now,
            payload="{}",
            origin=WEBHOOK,
            **about,
        )
        self.store.append([event])

    # ── what the lists say ──

    def changed(self, module: str, since: datetime) -> Iterator[list[Row]]:
        there = {each: at for each, at in self.times.items() if each not in self.gone and at >= since}
        yield [{"id": each, "Created_Time": None, "Modified_Time": at.isoformat()} for each, at in there.items()]

    def deleted(self, module: str, since: datetime) -> Iterator[list[Row]]:
        yield [{"id": each, "deleted_time": at.isoformat()} for each, at in self.gone.items() if at >= since]

    @property
    def happened(self) -> set[tuple[str, str, datetime]]:
        """What happened last to each record."""
        edits = {(each, UPDATED, at) for each, at in self.times.items() if each not in self.gone}
        return edits | {(each, DELETED, at) for each, at in self.gone.items()}


DEEDS = st.one_of(
    st.tuples(st.just("edit"), st.integers(0, RECORDS - 1)),
    st.tuples(st.just("delete"), st.integers(0, RECORDS - 1)),
    st.tuples(st.just("wait"), st.sampled_from([0, 1, 3, 60, 3_000])),
    st.tuples(st.sampled_from(["start", "stop", "die", "sync", "broken_sync", "lose_the_channel"])),
)


@many_histories
@given(deeds=st.lists(DEEDS, max_size=40))
def test_whatever_happened_what_happened_last_to_each_record_comes_out(deeds: list[tuple[Any, ...]]) -> None:
    world = World()
    world.store.save_channel(Channel("1", ("Leads.all",), URL, world.ends_at))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crm_missed, "Questions", lambda config: world)
        for deed, *arguments in deeds:
            getattr(world, deed)(*arguments)
            world.wait(0)
        world.wait(10)
        world.sync()
        told = len(world.told)
        world.sync()

    came = {(*event.record_ids, event.operation, event.occurred_at) for event in world.told}
    assert world.happened <= came
    polled = [event.key for event in world.told if event.origin == POLL]
    assert len(polled) == len(set(polled))
    assert len(world.told) == told
