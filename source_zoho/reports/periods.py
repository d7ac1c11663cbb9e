"""
About which time, and on which basis, is a report?

Zoho is asked in words (this month, today), since it knows the organization's calendar, and says in its answer which
dates that came to. What it says is believed: without the right filter it ignores dates and answers for another period.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

THIS_MONTH, PREVIOUS_MONTH = "ThisMonth", "PreviousMonth"


@dataclass(frozen=True)
class Period:
    """Which days a report covers; one that tells how things stand at the end of a day has no first day."""

    first: date | None
    last: date


@dataclass(frozen=True)
class Asked:
    """What a report was asked for: Zoho's word for the period, and the basis, where the report knows one."""

    period: str
    basis: str | None

    @property
    def parameters(self) -> dict[str, str]:
        """Return this in the words of Zoho's API."""
        asked = {"filter_by": self.period} if self.period else {}
        return {**asked, "cash_based": str(self.basis == "cash").lower()} if self.basis else asked


def period_of(context: Mapping[str, Any], word: str, at: datetime, zone: tzinfo) -> Period:
    """
    Return which period Zoho answered for, as the ``page_context`` of its answer says.

    Where it does not say, it is the period that the *word* means at that instant in the time *zone* of the
    organization.
    """
    today = at.astimezone(zone).date()
    meant = _month(today, word.rpartition(".")[2])
    last = _day(context.get("to_date")) or _day(context.get("as_of_date")) or (meant.last if meant else today)
    first = _day(context.get("from_date")) or (meant.first if meant else None)
    return Period(first if meant else None, last)


def today_in(current: Period, at: datetime, zone: tzinfo) -> date:
    """
    Return the organization's day at that instant, as far as *current*, the period that Zoho calls the present, bears it
    out.

    A report as of today has the day itself. In a month it is the day of the time *zone*, but never one of another
    month, should the zone be unknown.
    """
    if current.first is None:
        return current.last
    return min(max(at.astimezone(zone).date(), current.first), current.last)


def basis_of(context: Mapping[str, Any], asked: str | None) -> str | None:
    """Return on which basis Zoho answered, where it says so; else the one that it was asked for."""
    said = str(context.get("report_basis") or "").strip().lower()
    return said if asked and said in {"accrual", "cash"} else asked


def _month(today: date, word: str) -> Period | None:
    """Return the month that *word* means, None when it means no month."""
    first = today.replace(day=1)
    if word == THIS_MONTH:
        return Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    if word == PREVIOUS_MONTH:
        last = first - timedelta(days=1)
        return Period(last.replace(day=1), last)
    return None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value or ""))
    except ValueError:
        return None
