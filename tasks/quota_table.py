"""
Which tables about quotas follow from the code?

What a plan's calls bring at the connector's pace, what an edition of CRM allows by the rule that the connector keeps,
what calls to CRM cost, and what is done when Zoho says that it is enough. Only the calls of a day by plan are written
down here, since no code needs them: Zoho tells them with each answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from source_zoho.components.rules import Rule, rules
from source_zoho.crm.editions import Allowance, allowance
from source_zoho.crm.roads import CREDITS_OF_A_JOB, ROWS_OF_A_JOB, ROWS_OF_A_LIST, query_credits
from source_zoho.pace import Limits
from tasks.prices import PAGE

# https://www.zoho.com/books/api/v3/introduction/#api-call-limit
CALLS_A_DAY: Mapping[str, int] = {
    "Free": 1_000,
    "Standard": 2_000,
    "Professional": 5_000,
    "Premium, Elite, Ultimate": 10_000,
}
EDITIONS: Mapping[str, str] = {
    "Free": "free",
    "Standard, Starter": "standard",
    "Professional": "professional",
    "Enterprise, Zoho One": "enterprise",
    "Ultimate, CRM Plus": "ultimate",
}
_NEW_ROWS_OF_A_PAGE = PAGE - 1  # each page begins with the last row of the one before
_USERS = 1, 10, 100
_LIMITS_OF_QUERIES = 200, 1_000, 2_000
_QUOTAS = {"wait", "end_of_day"}


def days_of_plans(_: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    """Yield the cells of a table of what the calls of a day bring, the headings first."""
    limits = Limits()
    yield (
        "Plan",
        "Calls a day",
        f"Rows of lists, {_NEW_ROWS_OF_A_PAGE} a call",
        f"which takes, at {limits.calls_per_minute} a minute",
        "Documents, 1 a call",
        f"which takes, at {limits.documents_per_minute} a minute",
    )
    for plan, calls in CALLS_A_DAY.items():
        rows = f"{calls * _NEW_ROWS_OF_A_PAGE:,}"
        lists, documents = (_minutes(calls, pace) for pace in (limits.calls_per_minute, limits.documents_per_minute))
        yield (plan, f"{calls:,}", rows, lists, f"{calls:,}", documents)


def allowances_of_editions(_: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    """Yield the cells of a table of what editions of CRM allow, the headings first."""
    yield ("Edition", *(f"{users:,} user{'s' if users > 1 else ''}" for users in _USERS), "At most", "Calls at a time")
    for title, edition in EDITIONS.items():
        credits_of = [_credits(edition, users) for users in (*_USERS, 10**6, 10**7)]
        *told, many, more = credits_of
        most = f"{many:,}" if many == more else "no end"
        yield (title, *(f"{each:,}" for each in told), most, f"{_allowed(edition, 1).concurrent_calls}")


def prices_of_calls(resolved: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    """Yield the cells of a table of what calls to CRM cost, the headings first."""
    crm = resolved["definitions"]["crm"]
    yield ("Call", "Credits")
    yield (f"A page of a list: up to {ROWS_OF_A_LIST} records, 50 fields", "1")
    yield from ((f"A query with up to {rows:,} rows", f"{query_credits(rows)}") for rows in _LIMITS_OF_QUERIES)
    yield (f"A Bulk Read job, up to {ROWS_OF_A_JOB:,} records", f"{CREDITS_OF_A_JOB}")
    yield ("Each look at a job, and its file", "1")
    yield ("A page of deleted records", f"{crm['deleted']['retriever']['requester']['credits']}")
    yield ("Five questions in one composite call, which counts as five calls at a time", "1")
    yield ("Everything else that this connector asks", "1")


def what_is_done(resolved: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    """Yield the cells of a table of Zoho's refusals for want of quota, the headings first."""
    yield ("Product", "Zoho's code", "Meaning", "What the connector does")
    definitions = resolved["definitions"]
    tables = {"Books, Billing": definitions["error_table"], "CRM": definitions["crm"]["error_table"]}
    for product, table in tables.items():
        for rule in rules(table):
            if rule.action in _QUOTAS:
                yield (product, _said(rule), rule.message, _done(rule))


def _said(rule: Rule) -> str:
    return ", ".join(f"`{each}`" for each in rule.codes) or f"status {', '.join(map(str, rule.statuses))}, another code"


def _done(rule: Rule) -> str:
    if rule.action == "end_of_day":
        return "stops calling until the next run"
    wait = f"{rule.wait_seconds:.0f} s" if rule.wait_seconds is not None else "longer each time"
    end = f"stops calling after {rule.tries} tries" if rule.then else f"up to {rule.tries} times"
    return f"waits {wait} and tries again, {end}"


def _allowed(edition: str, users: int) -> Allowance:
    return allowance({"license_details": {"paid": True, "paid_type": edition, "users_license_purchased": users}})


def _credits(edition: str, users: int) -> int:
    return _allowed(edition, users).credits or 0


def _minutes(calls: int, pace: int) -> str:
    hours, minutes = divmod(round(calls / pace), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


TABLES: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Sequence[str]]]] = {
    "days of plans": days_of_plans,
    "allowances of editions": allowances_of_editions,
    "prices of calls": prices_of_calls,
    "what is done": what_is_done,
}
