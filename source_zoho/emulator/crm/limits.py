"""May this organization call the CRM once more: within a day's credits, and with so many calls in flight?"""

from __future__ import annotations

import threading
from collections import Counter, deque
from typing import TYPE_CHECKING

from .refusals import refused

if TYPE_CHECKING:
    from source_zoho.emulator.clock import Clock

DAY = 86_400
SUB_CONCURRENCY = 10
_BASE = 50_000
# edition: credits, more of them for each user, the most (None: no cap), calls in flight
EDITIONS: dict[str, tuple[int, int, int | None, int]] = {
    "free": (5_000, 0, 5_000, 5),
    "standard": (_BASE, 250, 100_000, 10),
    "professional": (_BASE, 500, 3_000_000, 15),
    "enterprise": (_BASE, 1_000, 5_000_000, 20),
    "ultimate": (_BASE, 2_000, None, 25),
}


class CrmLimits:
    """Credits of the last 24 hours, and calls in flight."""

    def __init__(self, clock: Clock, edition: str, users: int, credits: int | None, at_once: int | None) -> None:  # noqa: A002
        """Start with nothing used; *credits* and *at_once* go before what the edition has."""
        if edition not in EDITIONS:
            raise ValueError(f"crm_edition is {edition!r}; expected one of: {', '.join(EDITIONS)}.")
        base, each, most, concurrent = EDITIONS[edition]
        earned = base + each * users
        self.total = credits if credits is not None else min(earned, most or earned)
        self.at_once = at_once if at_once is not None else concurrent
        self._clock, self._lock = clock, threading.Lock()
        self._spent: deque[tuple[float, int]] = deque()
        self._within_a_day = 0
        self._units = self._heavy = 0
        self.used, self.by_path, self.most_at_once = 0, Counter[str](), 0

    def reset(self) -> None:
        """Forget what was used; what is in flight stays."""
        self._spent.clear()
        self.by_path.clear()
        self._within_a_day = self.used = 0
        self.most_at_once = self._units

    def enter(self, units: int, *, is_heavy: bool) -> None:
        """Take places among the calls in flight, or refuse; whoever got in must `leave`."""
        with self._lock:
            too_heavy = is_heavy and self._heavy + units > SUB_CONCURRENCY
            if self._units + units > self.at_once or too_heavy:
                raise refused("TOO_MANY_REQUESTS:concurrency")
            self._units += units
            self._heavy += units if is_heavy else 0
            self.most_at_once = max(self.most_at_once, self._units)

    def leave(self, units: int, *, is_heavy: bool) -> None:
        """Give the places back."""
        with self._lock:
            self._units -= units
            self._heavy -= units if is_heavy else 0

    def spend(self, credits: int, path: str) -> None:  # noqa: A002
        """Pay for a call, or refuse it: a refused call costs nothing."""
        self._forget()
        if self._within_a_day + credits > self.total:
            raise refused("TOO_MANY_REQUESTS:credits")
        self._spent.append((self._clock.seconds(), credits))
        self._within_a_day += credits
        self.used += credits
        self.by_path[path] += credits

    @property
    def left(self) -> int:
        """Return how many credits are left of the last 24 hours."""
        self._forget()
        return max(0, self.total - self._within_a_day)

    def headers(self) -> dict[str, str]:
        """Return what Zoho tells about credits: nothing, until half of them are used."""
        left = self.left
        return {"X-API-CREDITS-REMAINING": str(left)} if left * 2 <= self.total else {}

    def _forget(self) -> None:
        border = self._clock.seconds() - DAY
        while self._spent and self._spent[0][0] <= border:
            self._within_a_day -= self._spent.popleft()[1]
