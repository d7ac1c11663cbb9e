"""What may a query say? The parts that a parsed one consists of."""

from __future__ import annotations

from dataclasses import dataclass

AGGREGATES = ("SUM", "MIN", "MAX", "AVG", "COUNT")
DEFAULT_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Item:
    """A column, or an aggregate of one."""

    column: str
    aggregate: str | None = None

    @property
    def key(self) -> str:
        """Return what an answer calls it when it has no alias."""
        return f"{self.aggregate}({self.column})" if self.aggregate else self.column


@dataclass(frozen=True, slots=True)
class Selected:
    """What a row shall have; `alias` is None when it keeps its name."""

    item: Item
    alias: str | None = None

    @property
    def key(self) -> str:
        """Return the key in a row."""
        return self.item.key if self.alias is None else self.alias


@dataclass(frozen=True, slots=True)
class Condition:
    """A column compared with values, with a query's rows, or with nothing (`is null`, `is not null`)."""

    column: str
    operator: str
    values: tuple[str, ...] = ()
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class Both:
    """Two conditions that are connected."""

    connector: str
    left: Where
    right: Where


Where = Condition | Both


@dataclass(frozen=True, slots=True)
class Order:
    """One key of the order of rows."""

    item: Item
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A query that is well-formed; whether it makes sense depends on the organization."""

    select: tuple[Selected, ...]
    module: str
    where: Where
    view: str | None = None
    group_by: tuple[str, ...] = ()
    order_by: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0

    @property
    def rows(self) -> int:
        """Return how many rows are asked for."""
        return DEFAULT_LIMIT if self.limit is None else self.limit


def conditions(where: Where) -> list[Condition]:
    """Return every condition, from left to right; those of inner queries are their own."""
    if isinstance(where, Condition):
        return [where]
    return [*conditions(where.left), *conditions(where.right)]


def demanded(where: Where) -> list[Where]:
    """Return what has to hold all at once: the parts that are connected by AND at the top."""
    if isinstance(where, Both) and where.connector == "and":
        return [*demanded(where.left), *demanded(where.right)]
    return [where]
