"""
Since when has the receiver been listening, so that nothing can have been missed?

A sync that trusts events relies on the answer, so doubt ends a stretch and begins another: a delivery that was turned
away although it may have been Zoho's, beats that the store did not take, a machine that slept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from source_zoho.webhooks.log_lines import note, reason_of, warn
from source_zoho.webhooks.metrics import Metrics
from source_zoho.webhooks.store import EventStore
from source_zoho.webhooks.writer import Writer

BEAT_SECONDS = 20.0
_LONGEST_SILENCE = timedelta(seconds=3 * BEAT_SECONDS)


class Heartbeat:
    """Tells the store again and again that the receiver listens."""

    def __init__(self, store: EventStore, writer: Writer, metrics: Metrics, clock: Callable[[], datetime]) -> None:
        """Beat through *writer*, at the times of *clock*."""
        self._store, self._writer, self._metrics, self._clock = store, writer, metrics, clock
        self._run_id = uuid4().hex
        self._last: datetime | None = None
        self._doubted = False
        self._task: asyncio.Task[None] | None = None

    def doubt(self) -> None:
        """Let the time since the last beat not count: something that Zoho sent may have been lost."""
        self._doubted = True

    async def start(self) -> None:
        """Beat now, and from now on."""
        await self.beat()
        self._task = asyncio.get_running_loop().create_task(self._go_on())

    async def stop(self) -> None:
        """Beat for the last time."""
        if self._task:
            self._task.cancel()
        await self.beat(stopping=True)

    async def beat(self, *, stopping: bool = False) -> None:
        """Note that the receiver has been listening until now, or that it has begun to do so anew."""
        now = self._clock()
        if self._is_broken(now):
            self._run_id, self._doubted = uuid4().hex, False
            self._metrics.breaks.inc()
            note("listening anew")
        try:
            await self._writer.in_turn(partial(self._store.beat, self._run_id, now, stopping=stopping))
        except Exception as error:  # noqa: BLE001 - the next beat may succeed, and without it nothing does
            warn("no beat", reason=reason_of(error))
        else:
            self._last = now

    def _is_broken(self, now: datetime) -> bool:
        if self._last is None:
            return False
        return self._doubted or not timedelta() <= now - self._last <= _LONGEST_SILENCE

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await self.beat()
