"""What time is it in the emulator?

Everything that Zoho would decide by a clock (token life, quotas, modification stamps) asks this one, so that a test can
pass an hour without waiting for it. The clock runs with real time until it is frozen, and jumps when told to.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that runs, jumps and stops on request."""

    def __init__(self, start: datetime | None = None) -> None:
        """Start at *start* (aware), or at the real present."""
        self._lock = threading.Lock()
        self._base = _aware(start) if start else datetime.now(UTC)
        self._since = time.monotonic()
        self._running = True

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        with self._lock:
            return self._now()

    def seconds(self) -> float:
        """Return the present instant in epoch seconds."""
        return self.now().timestamp()

    def advance(self, seconds: float) -> None:
        """Jump *seconds* ahead (or back, when negative)."""
        with self._lock:
            self._base += timedelta(seconds=seconds)

    def set(self, instant: datetime) -> None:
        """Jump to *instant*; a running clock goes on from there."""
        with self._lock:
            self._base, self._since = _aware(instant), time.monotonic()

    def freeze(self) -> None:
        """Stop: from now on the clock only moves when told to."""
        with self._lock:
            self._base, self._running = self._now(), False

    def run(self) -> None:
        """Go on with real time."""
        with self._lock:
            self._since, self._running = time.monotonic(), True

    def _now(self) -> datetime:
        return self._base + timedelta(seconds=time.monotonic() - self._since) if self._running else self._base


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("the emulator's clock needs an aware datetime, with a time zone")
    return instant.astimezone(UTC)
