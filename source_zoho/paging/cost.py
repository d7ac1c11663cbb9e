"""
How many calls does it take to walk through a list of so many rows?

They are not estimated: a made-up list is walked through with the code that walks through Zoho's. Of a list that is very
long the beginning is walked through, and the rest costs in proportion.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from source_zoho.paging.walk import Answer, Ask, Method, Row, Walk

_NEWEST = datetime(2025, 6, 1, tzinfo=UTC)
_APART = timedelta(minutes=1)
_WALKED_THROUGH = 10_000


def calls_of(
    methods: tuple[Method, ...],
    rows: int,
    changed: int | None = None,
    *,
    dated: bool = True,
    sort_documented: bool = True,
) -> int:
    """
    Return how many calls a walk through *rows* rows makes, of which one changed in each minute and says so if *dated*.

    *changed* is how many of them changed since the sync before; None for a first sync.
    """
    beyond = max(rows - _WALKED_THROUGH, 0)
    made = _walked(methods, rows - beyond, changed, dated, sort_documented)
    if not beyond:
        return made
    half = _WALKED_THROUGH // 2
    rate = (made - _walked(methods, half, changed, dated, sort_documented)) / half
    return made + round(rate * beyond)


@cache
def _walked(methods: tuple[Method, ...], rows: int, changed: int | None, dated: bool, sort_documented: bool) -> int:
    times = [_NEWEST - _APART * (rows - 1 - number) for number in range(rows)]
    listed = [(moment, _row(number, moment if dated else None)) for number, moment in enumerate(times)]
    since = None if changed is None else _NEWEST - _APART * (changed - 1)
    walk = Walk(methods, ["id"], "last_modified_time", since, documented_sort=sort_documented)
    made = 0
    while ask := walk.ask:
        made += 1
        walk.take(_answer(listed, ask))
    return made


def _row(number: int, moment: datetime | None) -> Row:
    return {"id": str(number)} | ({"last_modified_time": moment.isoformat()} if moment else {})


def _answer(listed: Sequence[tuple[datetime, Row]], ask: Ask) -> Answer:
    """Return what a Zoho that honours everything would answer."""
    since = ask.since if ask.method.filters else None
    wanted = [row for moment, row in listed if since is None or moment >= since]
    if ask.method in {Method.NEWEST_FIRST, Method.LATEST_FIRST}:
        wanted.reverse()
    end = ask.page.offset + ask.page.size
    return Answer(wanted[ask.page.offset : end], len(wanted) > end, ask.page.size)
