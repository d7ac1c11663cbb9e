"""How does a test read a list to its end, and disturb it on the way?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from source_zoho.paging import windows
from source_zoho.paging.walk import Answer, Ask, Method, Walk, ladder
from unit_tests.paging.list_model import ListModel, RefusedError, Row

CURSOR_FIELD = "last_modified_time"
Disturb = Callable[[int], object]


@dataclass
class Reading:
    """What came out of one walk, and which calls it took."""

    walk: Walk
    rows: list[Row] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)

    @property
    def calls(self) -> int:
        """How many calls were made."""
        return len(self.asks)

    @property
    def ids(self) -> list[str]:
        """The ids of the rows, in the order in which they came out."""
        return [row["id"] for row in self.rows]

    @property
    def methods(self) -> list[Method]:
        """The methods that were used, each once, in order."""
        return list(dict.fromkeys(ask.method for ask in self.asks))


def read(
    model: ListModel,
    method: Method = Method.KEYSET,
    *,
    since: datetime | None = None,
    stable_sort: str = "created_time",
    key: Sequence[str] = ("id",),
    before_call: Disturb | None = None,
    most_calls: int = 500,
    documented_sort: bool = True,
) -> Reading:
    """Read *model* from *since* on; *before_call* is told the number of each call, from 1, just before its answer."""
    reading = Reading(Walk(ladder(method, stable_sort), key, CURSOR_FIELD, since, documented_sort=documented_sort))
    while ask := reading.walk.ask:
        reading.asks.append(ask)
        assert reading.calls <= most_calls, f"no end after {most_calls} calls: {reading.walk.remarks}"
        if before_call:
            before_call(reading.calls)
        reading.rows += _answered(reading.walk, ask, model, stable_sort)
        model.now += 1
    return reading


def _answered(walk: Walk, ask: Ask, model: ListModel, stable_sort: str) -> list[Row]:
    parameters = ask.parameters(CURSOR_FIELD, stable_sort)
    paged = {**parameters, "page": str(ask.page.number), "per_page": str(ask.page.size)}
    try:
        body = model.get(paged)
    except RefusedError as refusal:
        if not walk.refuse(str(refusal)):
            raise
        return []
    rows, context = body["rows"], body.get("page_context", {})
    has_more = context.get("has_more_page", len(rows) >= ask.page.size)
    return walk.take(Answer(rows, has_more, context.get("per_page"), context.get("sort_column")))


@contextmanager
def pages_of(size: int) -> Iterator[None]:
    """Let pages have at most *size* rows, so that a history of many pages needs few rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "PAGE_SIZE", size)
        patch.setattr(windows, "_SMALLEST_USEFUL_PAGE", size // 2)
        patch.setattr(windows.Page.__init__, "__defaults__", (1, size))
        yield
