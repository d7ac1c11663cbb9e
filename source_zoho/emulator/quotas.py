"""May this organization call once more: this minute, today, right now?"""

from __future__ import annotations

import threading
from collections import Counter, deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .refusals import blocked_for_a_while, too_many_at_once, too_many_per_day, too_many_per_minute

if TYPE_CHECKING:
    from .clock import Clock
    from .organization import Organization

MINUTE = 60


# Zoho publishes neither: somebody was blocked after some 190 calls for single documents in three and a half minutes.
DETAILS_PER_MINUTE = 50
BLOCKED_SECONDS = 90
_UNLIMITED = 10**9


def details_per_minute(given: int | None, calls_per_minute: int) -> int:
    """Return the pace for single documents: it is lifted together with the pace of all calls, unless it is given."""
    if given is not None:
        return given
    return DETAILS_PER_MINUTE if calls_per_minute <= 2 * DETAILS_PER_MINUTE else _UNLIMITED


class Quotas:
    """Zoho's limits for each organization, measured by the emulator's clock."""

    def __init__(
        self, clock: Clock, per_minute: int, per_day: int, at_once: int, details_per_minute: int = _UNLIMITED
    ) -> None:
        """Start with nothing used."""
        self._clock, self._per_minute, self._per_day, self._at_once = clock, per_minute, per_day, at_once
        self._details_per_minute = details_per_minute
        self._recent: dict[str, deque[float]] = {}
        self._recent_details: dict[str, deque[float]] = {}
        self._blocked_until: dict[str, float] = {}
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

    def spend(self, organization: Organization, *, is_detail: bool = False) -> None:
        """
        Count a call, or refuse it: a refused call costs nothing.

        One call for a document too many blocks the organization for a while, for lists as well.
        """
        now = self._clock.seconds()
        recent = _within_a_minute(self._recent, organization, now)
        details = _within_a_minute(self._recent_details, organization, now)
        used = self._used_today(organization)
        if used >= self._per_day:
            raise too_many_per_day(self._per_day)
        if now < self._blocked_until.get(organization.id, 0):
            raise blocked_for_a_while()
        if len(recent) >= self._per_minute:
            raise too_many_per_minute()
        if is_detail and len(details) >= self._details_per_minute:
            self._blocked_until[organization.id] = now + BLOCKED_SECONDS
            raise blocked_for_a_while()
        recent.append(now)
        if is_detail:
            details.append(now)
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


def _within_a_minute(calls: dict[str, deque[float]], organization: Organization, now: float) -> deque[float]:
    """Return the instants of an organization's calls that still count."""
    recent = calls.setdefault(organization.id, deque())
    while recent and recent[0] <= now - MINUTE:
        recent.popleft()
    return recent
