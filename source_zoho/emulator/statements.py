"""What do profit and loss, balance sheet and trial balance look like as trees?

Zoho documents no report; the shape is the one that public code reads: sections within sections, accounts at the ends,
each section with its total and the label of that total.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING

from .ledger import Account, accounts_of, fiscal_year_start

if TYPE_CHECKING:
    from .collection import Row
    from .organization import Organization

Cents = Callable[[Account], int]
_INCOME, _COST = ("income",), ("cost_of_goods_sold",)
_EXPENSE, _OTHER_INCOME, _OTHER_EXPENSE = ("expense",), ("other_income",), ("other_expense",)
_TRIAL_SECTIONS = (
    ("Assets", ("bank", "cash", "other_current_asset", "fixed_asset", "other_asset"), 1),
    ("Liabilities", ("accounts_payable", "other_current_liability", "long_term_liability", "other_liability"), -1),
    ("Equities", ("equity",), -1),
    ("Income", (*_INCOME, *_OTHER_INCOME), -1),
    ("Expense", (*_COST, *_EXPENSE, *_OTHER_EXPENSE), 1),
)
_TRIAL_TYPES = {
    "Assets": "asset",
    "Liabilities": "liability",
    "Equities": "equity",
    "Income": "income",
    "Expense": "expense",
}
_SIDES = ("net_debit_total", "net_credit_total")


def profit_and_loss(organization: Organization, first: date, last: date, *, cash_based: bool) -> list[Row]:
    """
    Return the statement of a period.

    Each of its three lines carries on from the one before: it adds the income below it and takes off the costs.
    """
    accounts = accounts_of(organization)

    def section(name: str, kinds: tuple[str, ...]) -> tuple[Row, int]:
        return _section(name, accounts, kinds, lambda one: one.movement(first, last, cash_based=cash_based))

    (sales, sold), (cost, spent) = section("Operating Income", _INCOME), section("Cost of Goods Sold", _COST)
    expense, used = section("Operating Expense", _EXPENSE)
    (more, won), (less, lost) = (
        section("Non Operating Income", _OTHER_INCOME),
        section("Non Operating Expense", _OTHER_EXPENSE),
    )
    gross = sold - spent
    operating = gross - used
    return [
        _node("Gross Profit", gross, [sales, cost], label="Gross Profit"),
        _node("Operating Profit", operating, [expense], label="Operating Profit"),
        _node("Net Profit/Loss", operating + won - lost, [more, less], label="Net Profit/Loss"),
    ]


def balance_sheet(organization: Organization, last: date, *, cash_based: bool) -> list[Row]:
    """Return what the organization owned and owed at the end of a day; both sides are equal."""
    accounts = accounts_of(organization)

    def section(name: str, kinds: tuple[str, ...]) -> tuple[Row, int]:
        return _section(name, accounts, kinds, lambda one: one.balance(last, cash_based=cash_based))

    bank, at_bank = section("Bank", ("bank", "cash"))
    other, in_other = section("Other current assets", ("other_current_asset",))
    fixed, in_fixed = section("Fixed Assets", ("fixed_asset", "other_asset"))
    current = _node("Current Assets", at_bank + in_other, [bank, other])
    owned = at_bank + in_other + in_fixed
    (payable, owed), (long_term, owed_long) = (
        section("Current Liabilities", ("accounts_payable", "other_current_liability")),
        section("Long Term Liabilities", ("long_term_liability", "other_liability")),
    )
    year = fiscal_year_start(organization, last)
    earned = _earned(accounts, year, last, cash_based=cash_based)
    equity_accounts, own = _leaves(accounts, ("equity",), lambda one: one.balance(last, cash_based=cash_based))
    equity = owned - owed - owed_long
    equities = [
        *equity_accounts,
        _leaf("", "Retained Earnings", "", equity - own - earned),
        _leaf("", "Current Year Earnings", "", earned),
    ]
    return [
        _node("Assets", owned, [current, fixed]),
        _node(
            "Liabilities & Equities",
            owned,
            [_node("Liabilities", owed + owed_long, [payable, long_term]), _node("Equities", equity, equities)],
        ),
    ]


def trial_balance(organization: Organization, first: date, last: date, *, cash_based: bool) -> list[Row]:
    """Return debit and credit of every account under one line for all of them, where the two are equal."""
    accounts = accounts_of(organization)

    def cents(account: Account) -> int:
        if any(account.kind in kinds for name, kinds, _ in _TRIAL_SECTIONS if name in ("Income", "Expense")):
            return account.movement(first, last, cash_based=cash_based)
        return account.balance(last, cash_based=cash_based)

    sections = [(name, _leaves(accounts, kinds, cents)[0], sign) for name, kinds, sign in _TRIAL_SECTIONS]
    offset = sum(sign * _cents(leaf["total"]) for _, leaves, sign in sections for leaf in leaves)
    if offset:
        sections[2][1].append(_leaf("", "Opening Balance Offset", "", offset))
    lines = [[_trial_line(leaf, sign * _cents(leaf["total"])) for leaf in leaves] for _, leaves, sign in sections]
    sums = {side: _money(sum(_cents(line[side] or 0) for below in lines for line in below)) for side in _SIDES}
    below = [
        {"name": name, "account_type": _TRIAL_TYPES[name], "account_transactions": each}
        for (name, _, _), each in zip(sections, lines, strict=True)
    ]
    return [{"name": "Total", **sums, "previous_values": [], "values": [sums], "account_transactions": below}]


def _trial_line(leaf: Row, debit: int) -> Row:
    """Return an account of the trial balance: the side on which it does not stand is blank, not zero, as seen live."""
    sides = dict(zip(_SIDES, (_money(debit), "") if debit >= 0 else ("", _money(-debit)), strict=True))
    account = {name: value for name, value in leaf.items() if name != "total"}
    return {**account, **sides, "previous_values": [], "values": [sides]}


def _earned(accounts: list[Account], first: date, last: date, *, cash_based: bool) -> int:
    signs = {**dict.fromkeys((*_INCOME, *_OTHER_INCOME), 1), **dict.fromkeys((*_COST, *_EXPENSE, *_OTHER_EXPENSE), -1)}
    return sum(signs.get(one.kind, 0) * one.movement(first, last, cash_based=cash_based) for one in accounts)


def _section(name: str, accounts: Iterable[Account], kinds: tuple[str, ...], cents: Cents) -> tuple[Row, int]:
    leaves, total = _leaves(accounts, kinds, cents)
    return _node(name, total, leaves), total


def _leaves(accounts: Iterable[Account], kinds: tuple[str, ...], cents: Cents) -> tuple[list[Row], int]:
    found = [(account, cents(account)) for account in accounts if account.kind in kinds]
    leaves = [_leaf(one.account_id, one.name, one.code, amount) for one, amount in found if amount]
    return leaves, sum(amount for _, amount in found)


def _leaf(account_id: str, name: str, code: str, cents: int) -> Row:
    return {
        "account_id": account_id,
        "name": name,
        "account_code": code,
        "total": _money(cents),
        "is_child_present": False,
    }


def _node(name: str, cents: int, below: list[Row], label: str = "") -> Row:
    return {
        "name": name,
        "total": _money(cents),
        "total_label": label or f"Total for {name}",
        "account_transactions": below,
    }


def _money(cents: int) -> float:
    return cents / 100


def _cents(money: object) -> int:
    return round(float(str(money)) * 100)
