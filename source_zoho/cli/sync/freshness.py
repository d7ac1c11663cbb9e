"""How old was the newest change of each stream when the read ended?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from source_zoho.cli.sync.facts import Stream
from source_zoho.cli.sync.words import age
from source_zoho.ledger import TITLES

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Freshness:
    """Of a product: its newest change, and how many streams with rows had theirs how long before the read ended."""

    title: str
    newest: datetime | None
    age: str
    in_a_day: int
    in_a_week: int
    older: int
    timeless: int


def freshness(streams: Iterable[Stream], at: datetime) -> list[Freshness]:
    """Return how fresh the rows of each product are, of those that brought any."""
    with_rows = [each for each in streams if each.rows]
    titles = {**TITLES, "": "Other streams"}
    found = ((title, [each for each in with_rows if each.product == product]) for product, title in titles.items())
    return [_of(title, group, at) for title, group in found if any(each.newest for each in group)]


def _of(title: str, group: Sequence[Stream], at: datetime) -> Freshness:
    times = [each.newest for each in group if each.newest]
    day = sum(at - each <= _DAY for each in times)
    week = sum(_DAY < at - each <= 7 * _DAY for each in times)
    newest = max(times)
    return Freshness(title, newest, age(newest, at), day, week, len(times) - day - week, len(group) - len(times))
