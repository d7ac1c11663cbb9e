"""Does an answer wait for its commit, and a commit for nobody?"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from typing import Any

import pytest

from source_zoho.errors import ConfigProblem
from source_zoho.webhooks.deliveries import event_of
from source_zoho.webhooks.event import Event
from source_zoho.webhooks.metrics import Metrics
from source_zoho.webhooks.refusals import Reason, Refused
from source_zoho.webhooks.writer import Writer
from unit_tests.webhooks.deliveries import a_webhook, trust
from unit_tests.webhooks.fakes import MemoryStore, unreachable

EVENT = event_of(a_webhook(), trust())
Outcome = bool | BaseException


def events(*keys: object) -> list[Event]:
    return [replace(EVENT, key=str(key)) for key in keys]


def writing(story: Callable[[Writer, MemoryStore], Coroutine[Any, Any, Any]], **bounds: int) -> Any:
    """Run *story* with a writer, and stop it."""

    async def run() -> Any:
        store = MemoryStore()
        writer = Writer(store, Metrics(), **bounds)
        writer.start()
        try:
            return await story(writer, store)
        finally:
            store.gate.set()
            await writer.stop()
            writer.close()

    return asyncio.run(run())


async def keeping(writer: Writer, some: Iterable[Event]) -> list[asyncio.Task[bool]]:
    """Let *some* be kept, and return when all of them wait or are being written."""
    tasks = [asyncio.ensure_future(writer.keep(event, 10)) for event in some]
    await asyncio.sleep(0)
    return tasks


async def outcomes(tasks: Iterable[asyncio.Task[bool]]) -> list[Outcome]:
    return await asyncio.gather(*tasks, return_exceptions=True)


async def held_up(writer: Writer, store: MemoryStore, event: Event) -> asyncio.Task[bool]:
    """Let the commit of *event* begin, and not end before the gate of *store* is opened."""
    store.gate.clear()
    (first,) = await keeping(writer, [event])
    await asyncio.sleep(0)
    return first


def test_tells_new_events_from_known_ones() -> None:
    async def story(writer: Writer, store: MemoryStore) -> list[bool]:
        return [await writer.keep(event, 10) for event in events("a", "b", "a")]

    assert writing(story) == [True, True, False]


def test_what_came_in_during_a_commit_is_the_next_batch() -> None:
    async def story(writer: Writer, store: MemoryStore) -> list[int]:
        first = await held_up(writer, store, *events("first"))
        rest = await keeping(writer, events(*range(7)))
        store.gate.set()
        await outcomes([first, *rest])
        return store.batches

    assert writing(story) == [1, 7]


def test_a_batch_has_a_bound() -> None:
    async def story(writer: Writer, store: MemoryStore) -> list[int]:
        first = await held_up(writer, store, *events("first"))
        rest = await keeping(writer, events(*range(7)))
        store.gate.set()
        await outcomes([first, *rest])
        return store.batches

    assert writing(story, most_in_a_batch=3) == [1, 3, 3, 1]


def test_nobody_hears_of_an_event_before_its_commit_has_ended() -> None:
    async def story(writer: Writer, store: MemoryStore) -> bool:
        task = await held_up(writer, store, *events("a"))
        await writing_has_begun(writer)
        early = task.done()
        store.gate.set()
        return await task and not early

    async def writing_has_begun(writer: Writer) -> None:
        for _ in range(100):
            await asyncio.sleep(0)

    assert writing(story)


@pytest.mark.parametrize("bound", [{"most_waiting": 2}, {"most_bytes_waiting": 25}])
def test_too_many_that_wait_are_refused_and_those_before_are_kept(bound: dict[str, int]) -> None:
    async def story(writer: Writer, store: MemoryStore) -> list[Outcome]:
        first = await held_up(writer, store, *events("first"))
        tasks = await keeping(writer, events("a", "b", "c"))
        store.gate.set()
        return await outcomes([first, *tasks])

    *kept, last = writing(story, **bound)

    assert kept == [True, True, True]
    assert isinstance(last, Refused)
    assert last.reason is Reason.FULL


def test_room_comes_back() -> None:
    async def story(writer: Writer, store: MemoryStore) -> list[bool]:
        return [await writer.keep(event, 20) for event in events(*range(10))]

    assert writing(story, most_waiting=1, most_bytes_waiting=25) == [True] * 10


@pytest.mark.parametrize("trouble", [unreachable(), ConfigProblem("The event store is damaged.")])
def test_a_store_in_trouble_fails_the_batch_and_is_tried_again_with_the_next(trouble: Exception) -> None:
    async def story(writer: Writer, store: MemoryStore) -> list[Outcome]:
        store.trouble = trouble
        failed = await outcomes(await keeping(writer, events("a", "b")))
        store.trouble = None
        return [*failed, *await outcomes(await keeping(writer, events("a")))]

    first, second, last = writing(story)

    assert isinstance(first, Refused)
    assert first.reason is Reason.STORE
    assert isinstance(second, Refused)
    assert last is True


def test_an_event_that_the_store_cannot_digest_takes_no_other_with_it() -> None:
    class Picky(MemoryStore):
        def append(self, some: Any) -> list[bool]:
            if any(event.key == "bad" for event in some):
                raise ValueError("a secret payload")
            return super().append(some)

    async def story() -> tuple[list[Outcome], list[str]]:
        store = Picky()
        writer = Writer(store, Metrics())
        tasks = await keeping(writer, events("a", "bad", "b"))
        writer.start()
        told = await outcomes(tasks)
        await writer.stop()
        writer.close()
        return told, [event.key for event in store.events]

    (first, bad, last), kept = asyncio.run(story())

    assert (first, last) == (True, True)
    assert isinstance(bad, Refused)
    assert bad.reason is Reason.STORE
    assert kept == ["a", "b"]


def test_stopping_keeps_and_answers_what_was_taken_and_takes_nothing_more() -> None:
    async def story(writer: Writer, store: MemoryStore) -> tuple[list[Outcome], Outcome]:
        first = await held_up(writer, store, *events("first"))
        waiting = await keeping(writer, events("a", "b"))
        stopping = asyncio.ensure_future(writer.stop())
        await asyncio.sleep(0)
        (late,) = await outcomes(await keeping(writer, events("late")))
        store.gate.set()
        await stopping
        return await outcomes([first, *waiting]), late

    kept, late = writing(story)

    assert kept == [True, True, True]
    assert isinstance(late, Refused)
    assert late.reason is Reason.STOPPING


def test_whoever_leaves_does_not_trouble_the_others() -> None:
    async def story(writer: Writer, store: MemoryStore) -> tuple[list[Outcome], int]:
        await held_up(writer, store, *events("first"))
        left, stayed = await keeping(writer, events("a", "b"))
        left.cancel()
        await asyncio.sleep(0)
        store.gate.set()
        return await outcomes([stayed]), len(store.events)

    kept, count = writing(story)

    assert kept == [True]
    assert count == 3


def test_all_that_the_store_is_asked_goes_through_one_thread() -> None:
    async def story(writer: Writer, store: MemoryStore) -> set[int]:
        return {await writer.in_turn(threading.get_ident) for _ in range(5)}

    assert len(writing(story)) == 1


def test_many_who_ask_whether_it_is_ready_are_answered_together() -> None:
    class Counting(MemoryStore):
        pings = 0

        def ping(self) -> None:
            self.pings += 1

    async def story() -> int:
        store = Counting()
        writer = Writer(store, Metrics())
        await asyncio.gather(*(writer.ping() for _ in range(20)))
        writer.close()
        return store.pings

    assert asyncio.run(story()) == 1
