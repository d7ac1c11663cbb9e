"""
When is an event kept, and who is told?

One writer commits; whatever came in while the last commit ran is the next batch. So a slow disk makes batches larger,
not answers fewer. Nobody hears of an event before its commit has ended well.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

from source_zoho.errors import ConfigProblem, Transient
from source_zoho.webhooks.event import Event
from source_zoho.webhooks.log_lines import note, reason_of, warn
from source_zoho.webhooks.metrics import Metrics
from source_zoho.webhooks.refusals import Reason, Refused
from source_zoho.webhooks.store import EventStore

MOST_IN_A_BATCH = 512
MOST_WAITING = 4096
MOST_BYTES_WAITING = 64 * 1024 * 1024
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Waiting:
    event: Event
    size: int
    kept: asyncio.Future[bool]

    def tell(self, outcome: bool | Refused) -> None:
        if self.kept.done():  # whoever asked has left
            return
        if isinstance(outcome, Refused):
            self.kept.set_exception(outcome)
        else:
            self.kept.set_result(outcome)


class Writer:
    """Keeps events in batches, in the order in which they came in."""

    def __init__(
        self,
        store: EventStore,
        metrics: Metrics,
        *,
        most_in_a_batch: int = MOST_IN_A_BATCH,
        most_waiting: int = MOST_WAITING,
        most_bytes_waiting: int = MOST_BYTES_WAITING,
    ) -> None:
        """Write to *store*, at most so many events at a time, and let at most so many wait."""
        self._store, self._metrics = store, metrics
        self._most_in_a_batch = most_in_a_batch
        self._most_waiting, self._most_bytes_waiting = most_waiting, most_bytes_waiting
        self._waiting: deque[_Waiting] = deque()
        self._bytes_waiting = 0
        self._arrived = asyncio.Event()
        self._stopping = False
        # Whatever the receiver asks of the store goes through one thread, and so never waits for a lock of its own.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="event-store")
        self._task: asyncio.Task[None] | None = None
        self._ping: asyncio.Future[None] | None = None

    async def keep(self, event: Event, size: int) -> bool:
        """
        Return when *event*, of *size* bytes, is durable: True when it is new, False when it was kept before.

        Raises Refused when it is not kept.
        """
        if self._stopping:
            raise Refused(Reason.STOPPING, "The receiver is being stopped; send it again.")
        if len(self._waiting) >= self._most_waiting or self._bytes_waiting + size > self._most_bytes_waiting:
            raise Refused(Reason.FULL, "Too many events are waiting to be kept; send it again.")
        waiting = _Waiting(event, size, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._bytes_waiting += size
        self._arrived.set()
        return await waiting.kept

    async def in_turn(self, step: Callable[[], T]) -> T:
        """Return what *step* does with the store, when it is its turn."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, step)

    async def ping(self) -> None:
        """Return when the store can be written to; many who ask at once are answered together."""
        if self._ping is None or self._ping.done():
            self._ping = asyncio.ensure_future(self.in_turn(self._store.ping))
        await asyncio.shield(self._ping)

    def start(self) -> None:
        """Begin to write."""
        self._metrics.waiting.set_function(lambda: len(self._waiting))
        self._metrics.up.set(1)
        self._task = asyncio.get_running_loop().create_task(self._write())

    async def stop(self) -> None:
        """Take nothing more, and return when everything that was taken is committed and answered."""
        self._stopping = True
        self._metrics.up.set(0)
        self._arrived.set()
        if self._task:
            await self._task

    def close(self) -> None:
        """Let go of the thread; nothing may be asked of the store afterwards."""
        self._thread.shutdown()

    async def _write(self) -> None:
        while not self._stopping or self._waiting:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                await self._commit(self._next_batch())

    def _next_batch(self) -> list[_Waiting]:
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._most_in_a_batch))]
        self._bytes_waiting -= sum(each.size for each in batch)
        return batch

    async def _commit(self, batch: Sequence[_Waiting]) -> None:
        began = perf_counter()
        events = [each.event for each in batch]
        try:
            news = await self.in_turn(lambda: self._store.append(events))
        except (Transient, ConfigProblem) as error:
            self._fail(batch, error)
        except Exception as error:  # noqa: BLE001 - any failure of the store has to reach those who wait for it
            await self._commit_each(batch, error)
        else:
            self._succeed(batch, news, perf_counter() - began)

    async def _commit_each(self, batch: Sequence[_Waiting], error: Exception) -> None:
        """Keep an event that the store cannot digest from taking its neighbours with it, time after time."""
        if len(batch) == 1:
            self._fail(batch, error)
            return
        for each in batch:
            await self._commit([each])

    def _succeed(self, batch: Sequence[_Waiting], news: Sequence[bool], seconds: float) -> None:
        self._metrics.up.set(1)
        self._metrics.commit_seconds.observe(seconds)
        self._metrics.batch.observe(len(batch))
        for each, is_new in zip(batch, news, strict=True):
            (self._metrics.kept if is_new else self._metrics.known).labels(each.event.product).inc()
            each.tell(is_new)
        note("committed", events=len(batch), known=len(batch) - sum(news), seconds=round(seconds, 4))

    def _fail(self, batch: Sequence[_Waiting], error: Exception) -> None:
        self._metrics.up.set(0)
        self._metrics.store_failures.inc()
        warn("not committed", events=len(batch), reason=reason_of(error))
        for each in batch:
            each.tell(Refused(Reason.STORE, "The event store takes nothing at the moment; send it again."))
