"""
May this organization be called now, and may it be called again today?

Zoho counts per organization: 100 calls in a minute, and by plan 1,000 to 10,000 in a day
(https://www.zoho.com/books/api/v3/introduction/#api-call-limit). The answers carry X-Rate-Limit-* headers that were
seen to hold the figures of the day. Whether Books and Billing share their calls is not documented: all calls to an
organization keep to one pace, and each product has a day of its own. Calls for single documents are held back
further, since Zoho was seen to block about 54 of them in a minute with code 43.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from source_zoho.errors import DailyLimit

_WINDOW_SECONDS = 60.0
_PERCENT_FOR_DOCUMENTS = 42  # of 95 calls a minute: 39


@dataclass(frozen=True)
class Limits:
    """
    What the user allows: calls in any minute, calls of a run in a day (None: Zoho's own), and calls to leave for
    others.
    """

    calls_per_minute: int = 95
    daily_call_limit: int | None = None
    daily_call_reserve: int = 0

    @property
    def documents_per_minute(self) -> int:
        """How many of the calls in a minute may be for single documents."""
        return max(self.calls_per_minute * _PERCENT_FOR_DOCUMENTS // 100, 1)


@dataclass
class Day:
    """What is left of the *whole* day of an organization in one product, as far as Zoho says it."""

    remaining: int | None = None
    whole: int | None = None
    reset_in_seconds: int | None = None
    closed: str = ""


@dataclass
class Window:
    """The calls of the last minute."""

    started_at_seconds: deque[float] = field(default_factory=deque)

    def seconds_until_room(self, now: float, limit: int) -> float:
        """Return 0 when fewer than *limit* calls began in the minute before *now*, else the seconds until then."""
        while self.started_at_seconds and self.started_at_seconds[0] <= now - _WINDOW_SECONDS:
            self.started_at_seconds.popleft()
        if len(self.started_at_seconds) < limit:
            return 0.0
        return self.started_at_seconds[0] + _WINDOW_SECONDS - now + 0.01


@dataclass
class Account:
    """What one organization has used."""

    calls_in_a_minute: Window = field(default_factory=Window)
    documents_in_a_minute: Window = field(default_factory=Window)
    calls: int = 0
    days: dict[str, Day] = field(default_factory=dict)

    def day(self, product: str) -> Day:
        """Return the day of *product*."""
        return self.days.setdefault(product, Day())


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
                self._accounts[organization_id] = Account(account.calls_in_a_minute, account.documents_in_a_minute)

    def wait_for_turn(self, organization_id: str, product: str = "", *, document: bool = False) -> None:
        """
        Return when *organization_id* may be called about *product*, and for a single *document*.

        Raises DailyLimit when its day is over.
        """
        while wait_seconds := self._book(organization_id, product, document):
            self._sleep(wait_seconds)

    def note_headers(self, organization_id: str, headers: Mapping[str, str], product: str = "") -> None:
        """Remember what Zoho says about the rest of the day."""
        remaining, reset = _number(headers.get("X-Rate-Limit-Remaining")), _number(headers.get("X-Rate-Limit-Reset"))
        with self._lock:
            day = self._account(organization_id).day(product)
            day.remaining = day.remaining if remaining is None else remaining
            day.whole = _number(headers.get("X-Rate-Limit-Limit")) or day.whole
            day.reset_in_seconds = day.reset_in_seconds if reset is None else reset

    def day_of(self, organization_id: str, product: str) -> Day:
        """Return what Zoho has said about the day of *organization_id* in *product*."""
        with self._lock:
            return replace(self._account(organization_id).day(product))

    @property
    def limits(self) -> Limits:
        """What the user allows."""
        return self._limits

    def close_day(self, organization_id: str, reason: str, product: str = "") -> DailyLimit:
        """Make no more calls to *organization_id* about *product*, and return the error that says why."""
        with self._lock:
            day = self._account(organization_id).day(product)
            day.closed = reason
            return _day_is_over(organization_id, day)

    def _book(self, organization_id: str, product: str, document: bool) -> float:
        """Book a call now and return 0, or return the seconds until there may be room."""
        with self._lock:
            account = self._account(organization_id)
            day = account.day(product)
            day.closed = day.closed or self._why_closed(account, day)
            if day.closed:
                raise _day_is_over(organization_id, day)
            now = self._clock()
            windows = self._windows(account, document)
            wait_seconds = max(window.seconds_until_room(now, limit) for window, limit in windows)
            if not wait_seconds:
                for window, _ in windows:
                    window.started_at_seconds.append(now)
                account.calls += 1
            return wait_seconds

    def _windows(self, account: Account, document: bool) -> list[tuple[Window, int]]:
        limit = self._limits.calls_per_minute
        windows = [(account.calls_in_a_minute, limit)]
        if document:
            windows.append((account.documents_in_a_minute, self._limits.documents_per_minute))
        return windows

    def _why_closed(self, account: Account, day: Day) -> str:
        limit, reserve = self._limits.daily_call_limit, self._limits.daily_call_reserve
        if limit is not None and account.calls >= limit:
            return f"daily_call_limit ({limit} calls) is used up"
        if reserve and day.remaining is not None and day.remaining <= reserve:
            return f"only {day.remaining} calls are left today, and daily_call_reserve keeps {reserve} for others"
        return ""

    def _account(self, organization_id: str) -> Account:
        return self._accounts.setdefault(organization_id, Account())


def _day_is_over(organization_id: str, day: Day) -> DailyLimit:
    when = f"in {_duration(day.reset_in_seconds)}" if day.reset_in_seconds else "after Zoho's day has turned"
    return DailyLimit(
        f"Stopped calling organization {organization_id}: {day.closed}. What was read is kept in the state; "
        f"run again {when} and the sync goes on from there."
    )


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
