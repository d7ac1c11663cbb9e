"""How much stood on an account on a given day?

No bookings are stored. Each account moves by an amount of its own in each month, spread evenly over the days, so that
any two periods that meet add up to the one that spans both, to the cent.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .collection import Collection, Handle
    from .organization import Organization

# On the cash basis, what was sold or bought counts when it is paid: about a month later.
PAID_AFTER_DAYS = 30
_EARNINGS = ("income", "other_income", "cost_of_goods_sold", "expense", "other_expense")


@dataclass(frozen=True)
class Account:
    """One account of the ledger."""

    account_id: str
    name: str
    code: str
    kind: str
    first_day: date

    def balance(self, day: date, *, cash_based: bool) -> int:
        """Return the balance at the end of *day*, in cents."""
        if cash_based and self.kind == "accounts_payable":
            return 0
        late = cash_based and self.kind in _EARNINGS
        return _grown(self.account_id, self.first_day, day - timedelta(days=PAID_AFTER_DAYS) if late else day)

    def movement(self, first: date, last: date, *, cash_based: bool) -> int:
        """Return by how much the account moved from *first* to *last*, both included, in cents."""
        before = self.balance(first - timedelta(days=1), cash_based=cash_based)
        return self.balance(last, cash_based=cash_based) - before


def accounts_of(organization: Organization) -> list[Account]:
    """Return every account that there is now: those of the chart, then those at banks."""
    return [*_chart(organization), *_banks(organization)]


def fiscal_year_start(organization: Organization, day: date) -> date:
    """Return when the fiscal year of *day* began; Zoho counts its first month from zero."""
    start = date(day.year, int(organization.row["fiscal_year_start_month"]) + 1, 1)
    return start if start <= day else start.replace(year=day.year - 1)


def _chart(organization: Organization) -> Iterator[Account]:
    chart = organization.collections["chart_of_accounts"]
    for handle in chart.handles():
        yield _account(chart, handle, str(chart.value(handle, "account_type")))


def _banks(organization: Organization) -> Iterator[Account]:
    banks = organization.collections["bank_accounts"]
    for handle in banks.handles():
        yield _account(banks, handle, "bank")


def _account(collection: Collection, handle: Handle, kind: str) -> Account:
    account_id, name, code = (
        str(collection.value(handle, field)) for field in ("account_id", "account_name", "account_code")
    )
    return Account(account_id, name, code, kind, _first_day(collection.organization))


def _first_day(organization: Organization) -> date:
    opened = organization.collections["invoices"].timeline.created(0)
    return date.fromisoformat(organization.zone.day(opened)).replace(day=1)


@lru_cache(maxsize=16_384)
def _grown(account_id: str, first_day: date, day: date) -> int:
    """Return what has come together since *first_day*."""
    if day < first_day:
        return 0
    days = monthrange(day.year, day.month)[1]
    own_month = _in_month(account_id, day.year, day.month) * day.day // days
    before = day.replace(day=1) - timedelta(days=1)
    return own_month + _whole_months(account_id, first_day, before.year, before.month)


def _whole_months(account_id: str, first_day: date, year: int, month: int) -> int:
    months = range(first_day.year * 12 + first_day.month - 1, year * 12 + month)
    return sum(_in_month(account_id, number // 12, number % 12 + 1) for number in months)


@lru_cache(maxsize=65_536)
def _in_month(account_id: str, year: int, month: int) -> int:
    digest = blake2b(f"{account_id}/{year}/{month}".encode(), digest_size=8).digest()
    return 10_000 + int.from_bytes(digest, "big") % 900_000
