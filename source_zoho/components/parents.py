"""Whose children or details are to be read now, and which of them have been read already?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from source_zoho.components.lists import Page
from source_zoho.paging import instants
from source_zoho.paging.walk import Row

_SURELY_LATER_SECONDS = 2  # Zoho's times are whole seconds: a second edit within one would not show


@dataclass(frozen=True)
class Parent:
    """A row of the parent's list, what identifies it there, and when it changed (None: it does not say)."""

    key: str
    row: Row
    changed: datetime | None

    @classmethod
    def of(cls, row: Row, key: str, changed_at: str) -> Parent:
        """Return the parent that *row* is, with the field *key* as its id."""
        return cls(str(row[key]), row, instants.parse(row.get(changed_at)))

    @property
    def seconds(self) -> int:
        """When it changed, in epoch seconds; 0 when it does not say."""
        return int(self.changed.timestamp()) if self.changed else 0


def oldest_change_first(
    pages: Iterable[Page], key: str, changed_at: str, told_apart_by: Sequence[str]
) -> Iterator[Parent]:
    """
    Yield the rows of *pages* as parents, oldest change first, so that reading can be taken up again at any of them.

    Rows that come in this order are handed on at once. All others are kept, each once and packed, until their list has
    been read to its end: they cost the memory of their JSON. *told_apart_by* is the list's primary key; some lists have
    several rows with the same *key*.
    """
    waiting: dict[tuple[str, ...], tuple[int, bytes]] = {}
    for page in pages:
        for row in page.rows:
            parent = Parent.of(row, key, changed_at)
            if page.in_order and not waiting:
                yield parent
            else:
                identity = (parent.key, *(str(row.get(name)) for name in told_apart_by))
                waiting[identity] = (parent.seconds, orjson.dumps(row))
    latest_first = sorted(waiting.values(), key=lambda each: each[0], reverse=True)
    waiting.clear()
    while latest_first:
        yield Parent.of(orjson.loads(latest_first.pop()[1]), key, changed_at)


class Seen:
    """
    The parents whose children have been read in the time by which syncs overlap, so that an idle sync reads none again.

    It is kept in the state, as *notes*: the parent's id, and when it had changed.
    """

    def __init__(self, notes: Mapping[str, Any], lookback_seconds: int) -> None:
        self._changed_at_seconds = {str(key): int(seconds) for key, seconds in notes.items()}
        self._lookback_seconds = lookback_seconds

    def __len__(self) -> int:
        return len(self._changed_at_seconds)

    def __contains__(self, parent: Parent) -> bool:
        return bool(parent.changed) and self._changed_at_seconds.get(parent.key) == parent.seconds

    def add(self, parent: Parent, read_at: datetime) -> None:
        """Remember *parent*, whose children Zoho gave at *read_at*."""
        if parent.changed and read_at.timestamp() - parent.seconds >= _SURELY_LATER_SECONDS:
            self._changed_at_seconds[parent.key] = parent.seconds

    def notes(self, reached: datetime) -> dict[str, int]:
        """Return what the next sync needs to know, when it begins a look-back before *reached*."""
        oldest = int(reached.timestamp()) - self._lookback_seconds
        kept = {key: seconds for key, seconds in self._changed_at_seconds.items() if seconds >= oldest}
        self._changed_at_seconds = kept
        return dict(kept)
