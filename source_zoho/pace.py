"""
May this organization be called now, and may it be called again today?

Zoho counts per organization: 100 calls in a minute, and by plan 1,000 to 10,000 in a day
(https://www.zoho.com/books/api/v3/introduction/#api-call-limit). The answers carry X-Rate-Limit-* headers that were
seen to hold the figures of the day.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from source_zoho.errors import DailyLimit

_WINDOW_SECONDS = 60.0


@dataclass(frozen=True)
class Limits:
    """
    What the user allows: calls in any minute, calls of a run in a day (None: Zoho's own), and calls to leave for
    others.
    """

    calls_per_minute: int = 95
    daily_call_limit: int | None = None
    daily_call_reserve: int = 0


@dataclass
class Account:
    """What one organization has used."""

    started_at_seconds: deque[float] = field(default_factory=deque)
    calls: int = 0
    remaining_today: int | None = None
    reset_in_seconds: int | None = None
    closed: str = ""


class Pace:
    """Holds calls back until their organization may be called; safe to use from many threads."""

    def __init__(
        self,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._sleep = sleep or _wait
        self._accounts: dict[str, Account] = {}
        self._lock = threading.Lock()

    def begin_run(self) -> None:
        """Count the calls of a new run from nothing, and believe that organizations may be called again."""
        with self._lock:
            for organization_id, account in self._accounts.items():
                self._accounts[organization_id] = Account(account.started_at_seconds)

    def wait_for_turn(self, organization_id: str) -> None:
        """Return when *organization_id* may be called. Raises DailyLimit when its day is over."""
        while wait_seconds := self._book(organization_id):
            self._sleep(wait_seconds)

    def note_headers(self, organization_id: str, headers: Mapping[str, str]) -> None:
        """Remember what Zoho says about the rest of the day."""
        remaining, reset = _number(headers.get("X-Rate-Limit-Remaining")), _number(headers.get("X-Rate-Limit-Reset"))
        with self._lock:
            account = self._account(organization_id)
            account.remaining_today = account.remaining_today if remaining is None else remaining
            account.reset_in_seconds = account.reset_in_seconds if reset is None else reset

    def close_day(self, organization_id: str, reason: str) -> DailyLimit:
        """Make no more calls to *organization_id*, and return the error that says why."""
        with self._lock:
            account = self._account(organization_id)
            account.closed = reason
            return self._day_is_over(organization_id, account)

    def _book(self, organization_id: str) -> float:
        """Book a call now and return 0, or return the seconds until there may be room."""
        with self._lock:
            account = self._account(organization_id)
            account.closed = account.closed or self._why_closed(account)
            if account.closed:
                raise self._day_is_over(organization_id, account)
            now = self._clock()
            while account.started_at_seconds and account.started_at_seconds[0] <= now - _WINDOW_SECONDS:
                account.started_at_seconds.popleft()
            if len(account.started_at_seconds) >= self._limits.calls_per_minute:
                return account.started_at_seconds[0] + _WINDOW_SECONDS - now + 0.01
            account.started_at_seconds.append(now)
            account.calls += 1
            return 0.0

    def _why_closed(self, account: Account) -> str:
        limit, reserve = self._limits.daily_call_limit, self._limits.daily_call_reserve
        if limit is not None and account.calls >= limit:
            return f"daily_call_limit ({limit} calls) is used up"
        if reserve and account.remaining_today is not None and account.remaining_today <= reserve:
            left = account.remaining_today
            return f"only {left} calls are left today, and daily_call_reserve keeps {reserve} for others"
        return ""

    def _day_is_over(self, organization_id: str, account: Account) -> DailyLimit:
        when = (
            f"in {_duration(account.reset_in_seconds)}" if account.reset_in_seconds else "after Zoho's day has turned"
        )
        return DailyLimit(
            f"Stopped calling organization {organization_id}: {account.closed}. What was read is kept in the state; "
            f"run again {when} and the sync goes on from there."
        )

    def _account(self, organization_id: str) -> Account:
        return self._accounts.setdefault(organization_id, Account())


def _wait(seconds: float) -> None:
    time.sleep(seconds)


def _number(text: str | None) -> int | None:
    try:
        return int(float(text)) if text else None
    except ValueError:
        return None


def _duration(seconds: int) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{max(minutes, 1)} min"


_paces: dict[tuple[str, Limits], Pace] = {}
_paces_lock = threading.Lock()


def pace_for(api_url: str, limits: Limits) -> Pace:
    """Return the pace that everything in this process keeps towards *api_url*."""
    with _paces_lock:
        return _paces.setdefault((api_url, limits), Pace(limits))
