"""What does every event store promise when many use it at the same time, in threads and in processes?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from integration_tests.webhooks.builders import an_event, some_events
from source_zoho.webhooks.store import EventStore
from source_zoho.webhooks.stores import open_store

ROOT = Path(__file__).resolve().parents[2]
APPENDER = [sys.executable, "-m", "integration_tests.webhooks.appender"]


@contextmanager
def an_appender(url: str, name: str, number: int) -> Iterator[subprocess.Popen[str]]:
    """Start a process that keeps *number* events called *name*; it is gone afterwards."""
    command = [*APPENDER, name, str(number)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdin
        process.stdin.write(f"{url}\n")
        process.stdin.flush()
        try:
            yield process
        finally:
            process.kill()


def said_by(process: subprocess.Popen[str]) -> list[str]:
    """Return every key that *process* says it kept, when it has ended."""
    assert process.stdout
    return process.stdout.read().splitlines()


def killed_after(process: subprocess.Popen[str], number: int) -> list[str]:
    """Kill *process* when it has said *number* keys, and return all that it said."""
    assert process.stdout
    said = [process.stdout.readline() for _ in range(number)]
    process.kill()
    said += process.stdout.readlines()
    # A line may be cut off by the kill, an event never.
    return [line.strip() for line in said if line.endswith("\n")]


def drained(store: EventStore, work: Sequence[Future[Any]]) -> list[str]:
    """Return the keys that a reader meets who goes on from the last sequence that it saw, until *work* is done."""
    position, met = 0, list[str]()
    while True:
        # A breath between two looks: on a small machine the others would have none.
        still_at_work = wait(work, timeout=0.01).not_done
        found = store.read_after(position, "billing", limit=50)
        assert [kept.sequence for kept in found] == sorted(kept.sequence for kept in found)
        met += [kept.event.key for kept in found]
        position = found[-1].sequence if found else position
        if not found and not still_at_work:
            return met


class TogetherContract:
    """Promises about many at once; a store's own class says with ``url`` where an empty one is."""

    def test_a_reader_meets_every_event_of_threads_and_processes_once_even_of_a_killed_one(self, url: str) -> None:
        with ExitStack() as stack:
            process, killed = (stack.enter_context(an_appender(url, name, n)) for name, n in (("a", 20), ("b", 1_000)))
            store = stack.enter_context(open_store(url))
            threads = stack.enter_context(ThreadPoolExecutor())
            kept = [threads.submit(_append_in_batches, url, f"thread {each}") for each in range(2)]
            said = threads.submit(said_by, process)
            said_before_its_end = threads.submit(killed_after, killed, 10)

            met = drained(store, [*kept, said, said_before_its_end])

        told = [key for work in [*kept, said] for key in work.result()]
        assert len(told) == 20 + 2 * 60
        assert sorted(key for key in met if not key.startswith("b ")) == sorted(told)
        assert len(met) == len(set(met))
        assert set(said_before_its_end.result()) <= set(met)

    def test_the_last_sequence_never_runs_ahead_of_what_can_be_read(self, url: str) -> None:
        with open_store(url) as store, ThreadPoolExecutor() as threads:
            kept = [threads.submit(_append_in_batches, url, f"thread {each}") for each in range(2)]
            while wait(kept, timeout=0.005).not_done:
                last = store.last_sequence()
                before = _keys_up_to(store, last)

                assert _keys_up_to(store, last) == before

    def test_many_who_keep_the_same_event_keep_it_once(self, url: str) -> None:
        with open_store(url) as store, ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(lambda _: _first_ten(url), range(4)))

            assert [sum(each) for each in zip(*answers, strict=True)] == [1] * 10
            assert len(store.read_after(0, "billing")) == 10

    def test_many_who_open_a_new_store_at_once_make_its_tables_once(self, url: str) -> None:
        with ThreadPoolExecutor(6) as threads:
            answers = list(threads.map(lambda _: _first_ten(url), range(6)))

        assert sum(map(sum, answers)) == 10

    def test_pruning_and_replaying_do_not_disturb_who_appends(self, url: str) -> None:
        with open_store(url) as store, ThreadPoolExecutor() as threads:
            kept: list[Future[list[str]]] = [threads.submit(_append_in_batches, url, f"thread {n}") for n in range(2)]
            while wait(kept, timeout=0.005).not_done:
                store.replay(1, store.last_sequence())
                store.prune(an_event().received_at)

            told = [key for work in kept for key in work.result()]
            assert sorted(each.event.key for each in store.read_after(0, "billing")) == sorted(told)


def _append_in_batches(url: str, name: str) -> list[str]:
    events = some_events(60, name)
    with open_store(url) as store:
        for start in range(0, len(events), 5):
            store.append(events[start : start + 5])
    return [event.key for event in events]


def _first_ten(url: str) -> list[bool]:
    with open_store(url) as store:
        return store.append(some_events(10))


def _keys_up_to(store: EventStore, last: int) -> list[str]:
    return [kept.event.key for kept in store.read_after(0, "billing") if kept.sequence <= last]
