"""Is a time counted as listened to only when nothing can have been missed in it?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from source_zoho.webhooks.heartbeat import Heartbeat
from source_zoho.webhooks.metrics import Metrics
from source_zoho.webhooks.store import Span
from source_zoho.webhooks.writer import Writer
from unit_tests.webhooks.deliveries import NOON
from unit_tests.webhooks.fakes import Clock, MemoryStore, unreachable

Story = Callable[[Heartbeat, MemoryStore, Clock], Awaitable[None]]


def spans_of(story: Story) -> list[Span]:
    """Run *story* with a heart that beats only when told to, and return when the store says the receiver listened."""

    async def run() -> MemoryStore:
        store, clock, metrics = MemoryStore(), Clock(NOON), Metrics()
        writer = Writer(store, metrics)
        await story(Heartbeat(store, writer, metrics, clock), store, clock)
        writer.close()
        return store

    return asyncio.run(run()).uptime(NOON)


def at(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)


async def beat_after(heart: Heartbeat, clock: Clock, *waits: int) -> None:
    for seconds in waits:
        clock.pass_by(seconds=seconds)
        await heart.beat()


def test_one_run_is_one_stretch_from_its_first_beat_to_its_last() -> None:
    async def story(heart: Heartbeat, store: MemoryStore, clock: Clock) -> None:
        await heart.start()
        await beat_after(heart, clock, 20, 20)
        clock.pass_by(seconds=5)
        await heart.stop()
        assert [stopping for _, _, stopping in store.beats] == [False, False, False, True]

    assert spans_of(story) == [Span(NOON, NOON + at(45))]


def test_doubt_takes_away_the_time_since_the_last_beat() -> None:
    async def story(heart: Heartbeat, store: MemoryStore, clock: Clock) -> None:
        await beat_after(heart, clock, 0, 20)
        heart.doubt()
        await beat_after(heart, clock, 20, 20)

    assert spans_of(story) == [Span(NOON, NOON + at(20)), Span(NOON + at(40), NOON + at(60))]


def test_doubt_at_the_very_end_takes_away_the_end() -> None:
    async def story(heart: Heartbeat, store: MemoryStore, clock: Clock) -> None:
        await beat_after(heart, clock, 0, 20)
        heart.doubt()
        clock.pass_by(seconds=5)
        await heart.stop()

    assert spans_of(story) == [Span(NOON, NOON + at(20)), Span(NOON + at(25), NOON + at(25))]


def test_a_machine_that_slept_was_not_listening() -> None:
    async def story(heart: Heartbeat, store: MemoryStore, clock: Clock) -> None:
        await beat_after(heart, clock, 0, 20, 3600, 20)

    assert spans_of(story) == [Span(NOON, NOON + at(20)), Span(NOON + at(3620), NOON + at(3640))]


def test_a_clock_that_was_put_back_begins_anew() -> None:
    async def story(heart: Heartbeat, store: MemoryStore, clock: Clock) -> None:
        await beat_after(heart, clock, 100, -50, 20)
        assert len({run_id for run_id, _, _ in store.beats}) == 2

    spans_of(story)


def test_a_beat_that_the_store_did_not_take_is_made_good_by_the_next() -> None:
    async def story(heart: Heartbeat, store: MemoryStore, clock: Clock) -> None:
        await beat_after(heart, clock, 0)
        store.trouble = unreachable()
        await beat_after(heart, clock, 20)
        store.trouble = None
        await beat_after(heart, clock, 20)

    assert spans_of(story) == [Span(NOON, NOON + at(40))]


def test_a_store_that_was_away_for_long_leaves_a_hole() -> None:
    async def story(heart: Heartbeat, store: MemoryStore, clock: Clock) -> None:
        await beat_after(heart, clock, 0)
        store.trouble = ValueError("whatever")
        await beat_after(heart, clock, 20, 20, 20)
        store.trouble = None
        await beat_after(heart, clock, 20)

    assert spans_of(story) == [Span(NOON, NOON), Span(NOON + at(80), NOON + at(80))]
