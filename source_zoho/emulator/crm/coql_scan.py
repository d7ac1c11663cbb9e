"""Which records does a query find, and in which order?

Two orders are kept by the module: by id and by time of modification. A query that asks for one of them, and bounds it,
starts in the middle of it and stops when it has its rows; any other order looks at every record that the conditions
keep.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from .coql_columns import Column, Columns
from .coql_conditions import Conditions, Keep
from .coql_syntax import Condition, Where, conditions, demanded
from .order import number_of_key

if TYPE_CHECKING:
    from .coql_checks import Plan
    from .rows import Rows

# Records are made field by field, so many at once cost less; a page is made at most once too often.
_BATCH = 500
_MODIFIED = "Modified_Time"
_BOUNDS = (">", ">=", "<", "<=", "=")


@dataclass(frozen=True)
class Bounds:
    """What a query demands of ids and times of modification, both ends included; `rest` is what it demands besides."""

    first_id: int = 0
    last_id: int = 10**30
    since: int | None = None
    rest: tuple[Where, ...] = ()

    def narrowed(self, condition: Condition, value: int) -> Bounds:
        """Return these bounds with one more."""
        low = value + 1 if condition.operator == ">" else value
        high = value - 1 if condition.operator == "<" else value
        if condition.column == _MODIFIED:
            return replace(self, since=max(low, self.since or 0))
        if condition.operator in (">", ">="):
            return replace(self, first_id=max(low, self.first_id))
        if condition.operator in ("<", "<="):
            return replace(self, last_id=min(high, self.last_id))
        return replace(self, first_id=max(value, self.first_id), last_id=min(value, self.last_id))


@dataclass(frozen=True)
class Found:
    """
    Records in a kept order: a part of a sorted sequence, and a test for what the part has too many of.

    `order` is the order that was asked for where it is none of those that are kept.
    """

    sequence: Sequence[int]
    low: int
    high: int
    by_time: bool = False
    descending: bool = False
    keep: Keep | None = None
    needs: tuple[str, ...] = ()
    order: tuple[tuple[Column, bool], ...] = ()

    @property
    def certain(self) -> int | None:
        """Return how many there are, None when every one has to be looked at."""
        return max(0, self.high - self.low) if self.keep is None else None

    def numbers(self, rows: Rows, skip: int = 0) -> Iterator[int]:
        """Walk over the numbers of the records, without the first *skip* of them."""
        if self.order:
            return islice(sorted_by(rows, list(self._kept(rows)), self.order), skip, None)
        return self._between(skip) if self.keep is None else islice(self._kept(rows), skip, None)

    def _between(self, skip: int) -> Iterator[int]:
        low, high = self.low, max(self.low, self.high)
        places = range(high - 1 - skip, low - 1, -1) if self.descending else range(low + skip, high)
        found: Iterable[int] = (self.sequence[place] for place in places)
        return iter(map(number_of_key, found) if self.by_time else found)

    def _kept(self, rows: Rows) -> Iterator[int]:
        walk, keep = self._between(0), self.keep
        if keep is None:
            yield from walk
            return
        while batch := list(islice(walk, _BATCH)):
            made = rows.made(batch, self.needs)
            yield from (number for number, row in zip(batch, made, strict=True) if keep(row))


def find(rows: Rows, plan: Plan, tests: Conditions, columns: Columns) -> Found:
    """Return the records that a query is about."""
    bound = _bounds(plan.query.where, tests)
    order = tuple((column, descending) for column, descending in plan.order_by if isinstance(column, Column))
    names = [(column.name, descending) for column, descending in order]
    within = _by_time(rows, bound, descending=names[0][1]) if _is_time(names) else None
    if within is None:
        is_kept = not names or names[0][0] == "id"
        within = _by_id(rows, bound, descending=names[:1] == [("id", True)])
        within = within if is_kept else replace(within, order=order)
    keeps = [tests.keep(part) for part in bound.rest]
    keep: Keep | None = (lambda row: all(one(row) for one in keeps)) if keeps else None
    asked = [columns.find(one.column) for part in bound.rest for one in conditions(part)]
    return replace(within, keep=keep, needs=tuple(dict.fromkeys(need for one in asked for need in one.needs)))


def _bounds(where: Where, tests: Conditions) -> Bounds:
    """Take out of a condition what it demands of ids and times of modification."""
    found = Bounds()
    for part in demanded(where):
        if isinstance(part, Condition) and _is_bound(part):
            (value,) = tests.meant(part)
            found = found.narrowed(part, value)
        elif part != Condition("id", "is not null"):
            found = replace(found, rest=(*found.rest, part))
    return found


def _is_bound(condition: Condition) -> bool:
    if condition.query is not None or condition.operator not in _BOUNDS:
        return False
    return condition.column == "id" or (condition.column == _MODIFIED and condition.operator in (">", ">="))


def _is_time(names: list[tuple[str, bool]]) -> bool:
    """Tell whether an order is that of modification, in which ties go by id the same way."""
    wanted = [name for name, _ in names]
    return wanted in ([_MODIFIED], [_MODIFIED, "id"]) and len({descending for _, descending in names}) == 1


def _by_id(rows: Rows, bound: Bounds, *, descending: bool) -> Found:
    """Return the records within bounds, in order of ids."""
    order = rows.order("both")
    numbers = order.numbers if bound.since is None else order.numbers_since(bound.since)
    low = bisect_left(numbers, bound.first_id, key=lambda number: int(rows.id_of(number)))
    high = bisect_right(numbers, bound.last_id, key=lambda number: int(rows.id_of(number)))
    return Found(numbers, low, high, descending=descending)


def _by_time(rows: Rows, bound: Bounds, *, descending: bool) -> Found | None:
    """Return the records within bounds, in order of modification; None when ids are bounded too."""
    if (bound.first_id, bound.last_id) != (Bounds.first_id, Bounds.last_id):
        return None
    order = rows.order("both")
    low = 0 if bound.since is None else order.first_since(bound.since)
    return Found(order.keys, low, len(order.keys), by_time=True, descending=descending)


def sorted_by(rows: Rows, numbers: list[int], order: Sequence[tuple[Column, bool]]) -> list[int]:
    """Put records in an order that nobody keeps; those with equal keys go by id, those without a key come first."""
    needs = tuple(dict.fromkeys(name for column, _ in order for name in column.needs))
    keys: dict[int, list[tuple[bool, Any]]] = {}
    for begin in range(0, len(numbers), _BATCH):
        batch = numbers[begin : begin + _BATCH]
        for number, row in zip(batch, rows.made(batch, needs), strict=True):
            keys[number] = [sort_key(column.compared(row)) for column, _ in order]
    found = list(numbers)
    for place in reversed(range(len(order))):
        column = {number: key[place] for number, key in keys.items()}
        found.sort(key=column.__getitem__, reverse=order[place][1])
    return found


def sort_key(value: Any) -> tuple[bool, Any]:
    """Return where a value stands: nothing comes before everything."""
    return (value is not None, 0 if value is None else value)
