"""Which days does a report cover? As users of the undocumented reports found out.

`filter_by` names the period, and only `...CustomDate` looks at from_date and to_date: without it they are ignored, and
the report is that of this month (profit and loss) or of today (all others). Both were seen live.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from .filters import DAY
from .refusals import invalid_value

CUSTOM = "CustomDate"
# What the filter of a report may begin with: ageing by due date, which is the default, or by the document's own date.
_OF_ACCOUNTS = ("TransactionDate",)
_PREFIXES = {
    "receivable_ageing": ("InvoiceDueDate", "InvoiceDate"),
    "receivable_ageing_details": ("InvoiceDueDate", "InvoiceDate"),
    "payable_ageing": ("BillDueDate", "BillDate"),
    "payable_ageing_details": ("BillDueDate", "BillDate"),
}
_WORDS = ("Today", "PreviousDay", "ThisMonth", "PreviousMonth", CUSTOM)


@dataclass(frozen=True)
class Period:
    """The days that a report covers, and the filter that said so."""

    first: date
    last: date
    applied_filter: str

    @property
    def is_custom(self) -> bool:
        """Tell whether the caller named the days."""
        return self.applied_filter.endswith(CUSTOM)


def period_of(report: str, query: dict[str, str], today: date) -> Period:
    """Read the period of a call for *report*, or refuse it in Zoho's words."""
    prefixes = _PREFIXES.get(report, _OF_ACCOUNTS)
    applied = query.get("filter_by") or f"{prefixes[0]}.{'ThisMonth' if report == 'profit_and_loss' else 'Today'}"
    prefix, _, word = applied.partition(".")
    if prefix not in prefixes or word not in _WORDS:
        raise invalid_value("filter_by")
    named = _named(query, today)
    return Period(*(named if word == CUSTOM else _meant(word, today)), applied)


def _named(query: dict[str, str], today: date) -> tuple[date, date]:
    last = _day(query, "to_date", today)
    first = _day(query, "from_date", last.replace(day=1))
    if first > last:
        raise invalid_value("from_date")
    return first, last


def _meant(word: str, today: date) -> tuple[date, date]:
    """Return the days that a word of Zoho's means; a month is whole, also the one that is not yet over."""
    first = today.replace(day=1)
    if word == "ThisMonth":
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if word == "PreviousMonth":
        last = first - timedelta(days=1)
        return last.replace(day=1), last
    day = today - timedelta(days=1) if word == "PreviousDay" else today
    return day, day


def _day(query: dict[str, str], name: str, default: date) -> date:
    text = query.get(name)
    if text is None:
        return default
    if not DAY.fullmatch(text):
        raise invalid_value(name)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise invalid_value(name) from error
