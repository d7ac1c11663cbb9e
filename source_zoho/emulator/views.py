"""Which records stand on which page of a list?

Two ways to the same answer. A list in order of creation or modification, filtered by nothing but the modification time,
is walked by formula: any page of millions costs the same. Every other filter or order looks at all records once and
remembers the outcome until something changes.

Records with equal sort keys go by id. Descending order is the exact reverse of ascending order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from .collection import Collection, Handle, Kept

TimeOrder = Literal["created_time", "last_modified_time"]
Key = tuple[int, int]


class View(Protocol):
    """A list of records in its final order."""

    def __len__(self) -> int:
        """Return how many records the list has."""
        ...

    def page(self, offset: int, count: int) -> list[Handle]:
        """Return *count* records from *offset* on."""
        ...


@dataclass(frozen=True)
class PickedView:
    """A list whose order was found by looking at every record."""

    handles: Sequence[Handle]

    def __len__(self) -> int:
        """Return how many records the list has."""
        return len(self.handles)

    def page(self, offset: int, count: int) -> list[Handle]:
        """Return *count* records from *offset* on."""
        return list(self.handles[offset : offset + count])


class TimeView:
    """A list in an order of time, walked by formula; changed records are woven in at their places."""

    def __init__(self, collection: Collection, order: TimeOrder, *, descending: bool, since: int | None) -> None:
        """Work out where the changed records go; the rest is left to `page`."""
        self._collection, self._descending = collection, descending
        self._base = (_ByCreation if order == "created_time" else _ByModification)(collection, since)
        places = (self._base.place(index) for index in collection.gone)
        self._holes = sorted(place for place in places if place is not None)
        # The n-th hole hides as many places as holes before it: what is left of a hole's place is how many records
        # stand before it.
        self._before_hole = [place - number for number, place in enumerate(self._holes)]
        kept = [kept for kept in collection.kept.values() if since is None or kept.modified >= since]
        self._kept = sorted(kept, key=self._base.key)
        self._kept_at = [self._live_before(self._base.key(one)) + number for number, one in enumerate(self._kept)]
        self._length = len(self._base) - len(self._holes) + len(self._kept)

    def __len__(self) -> int:
        """Return how many records the list has."""
        return self._length

    def page(self, offset: int, count: int) -> list[Handle]:
        """Return *count* records from *offset* on."""
        places = range(offset, min(offset + count, self._length))
        if self._descending:
            places = range(self._length - 1 - offset, max(-1, self._length - 1 - offset - count), -1)
        return [self._at(place) for place in places]

    def _at(self, place: int) -> Handle:
        kept_before = bisect_left(self._kept_at, place)
        if kept_before < len(self._kept_at) and self._kept_at[kept_before] == place:
            return self._kept[kept_before]
        live = place - kept_before
        # Every hole with no more than `live` records before it comes earlier.
        holes = bisect_left(self._before_hole, live + 1)
        return self._base.index(live + holes)

    def _live_before(self, key: Key) -> int:
        """Return how many untouched records come before *key*."""
        base, (instant, number) = self._base, key
        place = bisect_left(range(len(base)), instant, key=base.time)
        while place < len(base) and base.time(place) == instant and base.number(place) < number:
            place += 1
        return place - bisect_left(self._holes, place)


class _ByCreation:
    """The generated records in the order in which they were made."""

    def __init__(self, collection: Collection, since: int | None) -> None:
        self._collection = collection
        self._singles, self._from = ([], 0) if since is None else collection.timeline.indexes_since(since)

    def __len__(self) -> int:
        return len(self._singles) + self._collection.size - self._from

    def index(self, place: int) -> int:
        singles = len(self._singles)
        return self._singles[place] if place < singles else self._from + place - singles

    def place(self, index: int) -> int | None:
        if index >= self._from:
            return len(self._singles) + index - self._from
        place = bisect_left(self._singles, index)
        return place if place < len(self._singles) and self._singles[place] == index else None

    def time(self, place: int) -> int:
        return self._collection.timeline.created(self.index(place))

    def number(self, place: int) -> int:
        return self._collection.number_of(self.index(place))

    def key(self, kept: Kept) -> Key:
        return kept.created, kept.number


class _ByModification:
    """The generated records in the order of their last change."""

    def __init__(self, collection: Collection, since: int | None) -> None:
        self._collection = collection
        self._first = 0 if since is None else collection.timeline.first_rank_since(since)

    def __len__(self) -> int:
        return self._collection.size - self._first

    def index(self, place: int) -> int:
        return self._collection.timeline.index_at_rank(self._first + place)

    def place(self, index: int) -> int | None:
        place = self._collection.timeline.rank_of(index) - self._first
        return place if place >= 0 else None

    def time(self, place: int) -> int:
        return self._collection.timeline.modified_at_rank(self._first + place)

    def number(self, place: int) -> int:
        return self._collection.number_of(self.index(place))

    def key(self, kept: Kept) -> Key:
        return kept.modified, kept.number


def picked_view(
    collection: Collection,
    handles: Sequence[Handle],
    keep: Callable[[Handle], bool],
    column: str,
    *,
    descending: bool,
) -> PickedView:
    """Look at every record: keep some, sort them by a column."""
    value = _sort_value(collection, column)
    keyed = sorted(filter(keep, handles), key=lambda handle: (value(handle), collection.number_of(handle)))
    return PickedView(keyed[::-1] if descending else keyed)


def _sort_value(collection: Collection, column: str) -> Callable[[Handle], tuple[int, float, str]]:
    if column == "created_time":
        return lambda handle: (1, collection.created(handle), "")
    if column in ("last_modified_time", "updated_time"):
        return lambda handle: (1, collection.modified(handle), "")
    if column == "id":
        return lambda _handle: (0, 0, "")
    return lambda handle: _sortable(collection.value(handle, column))


def _sortable(value: object) -> tuple[int, float, str]:
    """Order mixed values: blanks, then numbers, then text without regard to case."""
    if value in ("", None):
        return (0, 0, "")
    if isinstance(value, int | float):
        return (1, float(value), "")
    return (2, 0, str(value).casefold())
