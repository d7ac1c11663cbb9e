"""May this organization call once more: this minute, today, right now?"""

from __future__ import annotations

import threading
from collections import Counter, deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .refusals import too_many_at_once, too_many_per_day, too_many_per_minute

if TYPE_CHECKING:
    from .clock import Clock
    from .organization import Organization

MINUTE = 60


class Quotas:
    """Zoho's three limits for each organization, measured by the emulator's clock."""

    def __init__(self, clock: Clock, per_minute: int, per_day: int, at_once: int) -> None:
        """Start with nothing used."""
        self._clock, self._per_minute, self._per_day, self._at_once = clock, per_minute, per_day, at_once
        self._recent: dict[str, deque[float]] = {}
        self._today: dict[str, tuple[str, int]] = {}
        self._in_flight: Counter[str] = Counter()
        self._lock = threading.Lock()

    def enter(self, organization_id: str) -> None:
        """Take a place among the calls in flight, or refuse; whoever got in must `leave`."""
        with self._lock:
            if self._in_flight[organization_id] >= self._at_once:
                raise too_many_at_once()
            self._in_flight[organization_id] += 1

    def leave(self, organization_id: str) -> None:
        """Give the place back."""
        with self._lock:
            self._in_flight[organization_id] -= 1

    def spend(self, organization: Organization) -> None:
        """Count a call, or refuse it: a refused call costs nothing."""
        now = self._clock.seconds()
        recent = self._recent.setdefault(organization.id, deque())
        while recent and recent[0] <= now - MINUTE:
            recent.popleft()
        used = self._used_today(organization)
        if used >= self._per_day:
            raise too_many_per_day(self._per_day)
        if len(recent) >= self._per_minute:
            raise too_many_per_minute()
        recent.append(now)
        self._today[organization.id] = (self._local(organization).date().isoformat(), used + 1)

    def headers(self, organization: Organization) -> dict[str, str]:
        """Return the daily figures that Books puts on its answers."""
        local = self._local(organization)
        midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return {
            "X-Rate-Limit-Limit": str(self._per_day),
            "X-Rate-Limit-Remaining": str(max(0, self._per_day - self._used_today(organization))),
            "X-Rate-Limit-Reset": str(max(1, int((midnight - local).total_seconds()))),
        }

    def _used_today(self, organization: Organization) -> int:
        day, used = self._today.get(organization.id, ("", 0))
        return used if day == self._local(organization).date().isoformat() else 0

    def _local(self, organization: Organization) -> datetime:
        # Where Zoho's day ends is not documented; the organization's own midnight is our assumption.
        return organization.zone.local(int(self._clock.seconds()))
