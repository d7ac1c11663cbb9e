"""
May CRM be called once more today?

Zoho gives an organization credits for any 24 hours, by edition and users, and every call costs some
(https://www.zoho.com/crm/developer/docs/api/v8/api-limits.html). What is left it says only when half of them are used.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

from source_zoho.errors import DailyLimit, ZohoError
from source_zoho.gate import Gate

PriceOf = Callable[[str, str], int | None]
REMAINING_HEADER = "X-API-CREDITS-REMAINING"


class Credits:
    """
    Books the price of each call; safe to use from many threads.

    *limit* is what one run may spend and *reserve* what is to be left to other programs. ``allowance`` is what the
    organization has for 24 hours, where that is known; it counts until Zoho itself says what is left. ``price_of``
    tells what a method and path cost, where Zoho's list of prices is known.
    """

    def __init__(self, limit: int | None = None, reserve: int = 0) -> None:
        self._limit = limit
        self._reserve = reserve
        self._lock = threading.Lock()
        self._closed: ZohoError | None = None
        self.spent = 0
        self.remaining: int | None = None
        self.allowance: int | None = None
        self.price_of: PriceOf | None = None

    def begin_run(self) -> None:
        """Count the credits of a new run from nothing, and believe that CRM may be called again."""
        with self._lock:
            self._closed, self.spent, self.remaining = None, 0, None

    def spend(self, price: int) -> None:
        """Book a call. Raises ZohoError when no more may be made in this run."""
        with self._lock:
            reason = self._why_too_much(price)
            if reason and self._closed is None:
                self._closed = _day_is_over(reason)
            if self._closed is not None:
                raise type(self._closed)(str(self._closed))
            self.spent += price
            if self.remaining is not None:
                self.remaining -= price

    def note_headers(self, headers: Mapping[str, str]) -> None:
        """Remember what Zoho says is left."""
        told = headers.get(REMAINING_HEADER, "")
        if told.isdecimal():
            with self._lock:
                self.remaining = int(told)

    def close_day(self, reason: str) -> DailyLimit:
        """Make no more calls in this run, and return the error that says why."""
        error = _day_is_over(reason)
        self.close(error)
        return error

    def close(self, error: ZohoError) -> None:
        """Make no more calls in this run: *error* is the answer to all of them."""
        with self._lock:
            self._closed = self._closed or error

    @property
    def available(self) -> int | None:
        """How many credits this run may still spend, None when neither Zoho nor the configuration says."""
        with self._lock:
            left = self._left()
            bounds = [] if self._limit is None else [self._limit - self.spent]
            bounds += [] if left is None else [left - self._reserve]
            return max(min(bounds), 0) if bounds else None

    def _why_too_much(self, price: int) -> str:
        if self._limit is not None and self.spent + price > self._limit:
            return f"daily_call_limit ({self._limit} credits in CRM) is used up"
        left = self._left()
        if self._reserve and left is not None and left - price < self._reserve:
            return f"only {left} API credits are left, and daily_call_reserve keeps {self._reserve} for others"
        return ""

    def _left(self) -> int | None:
        if self.remaining is None and self.allowance is not None:
            return self.allowance - self.spent
        return self.remaining


def _day_is_over(reason: str) -> DailyLimit:
    return DailyLimit(
        f"Stopped calling Zoho CRM: {reason}. What was read is kept in the state; run again later and the sync goes on "
        "from there. Zoho counts the credits of the last 24 hours, so they come back hour by hour."
    )


@dataclass(frozen=True)
class Quota:
    """What calls to one CRM organization share."""

    gate: Gate = field(default_factory=Gate)
    credits: Credits = field(default_factory=Credits)

    def begin_run(self) -> None:
        """Begin a new run with what is known of the organization."""
        self.credits.begin_run()


_quotas: dict[Hashable, Quota] = {}
_quotas_lock = threading.Lock()


def quota_for(key: Hashable, limit: int | None, reserve: int) -> Quota:
    """Return what everything in this process shares that calls *key*, by the same limits."""
    with _quotas_lock:
        return _quotas.setdefault((key, limit, reserve), Quota(credits=Credits(limit, reserve)))
