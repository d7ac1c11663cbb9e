"""Is a well-formed query one that the organization answers: its columns, aliases, aggregates and limits?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .coql_columns import Column, Columns
from .coql_refusals import (
    duplicate_alias,
    duplicate_column,
    invalid_aggregate,
    invalid_alias,
    misplaced_column,
    too_many,
)
from .coql_syntax import Item, Query, Selected, conditions

if TYPE_CHECKING:
    from .behaviour import ModuleBehaviour

MOST_CONDITIONS, MOST_INNER = 25, 5
_MOST_ORDERED, _MOST_GROUPED, _MOST_AGGREGATES, _MOST_FORMULAS = 10, 4, 5, 5
# How many lookups lead to a column, how many different ones the clauses may use.
_MOST_STEPS, _MOST_BASE_JOINS, _MOST_SELECT_JOINS = 2, 5, 15
_NUMBERS, _ORDERED = ("number",), ("number", "date", "datetime")
_AGGREGATED = {"SUM": _NUMBERS, "AVG": _NUMBERS, "MIN": _ORDERED, "MAX": _ORDERED}
_NOT_ORDERED = ("opaque", "territory", "long_text")


@dataclass(frozen=True)
class Output:
    """One key of the rows: a column of a record, or an aggregate over those of a group."""

    key: str
    column: Column
    aggregate: str | None = None


@dataclass(frozen=True)
class Plan:
    """A query whose names mean something."""

    query: Query
    outputs: tuple[Output, ...]
    group_by: tuple[Column, ...]
    # Keys of rows where rows are groups, columns of records elsewhere.
    order_by: tuple[tuple[Column | str, bool], ...]

    @property
    def is_grouped(self) -> bool:
        """Tell whether rows are groups of records."""
        return bool(self.group_by) or any(one.aggregate for one in self.outputs)


def plan(query: Query, columns: Columns, behaviour: ModuleBehaviour) -> Plan:
    """Return what a query means, or refuse it."""
    _check_names(query.select)
    outputs = tuple(_output(one, columns) for one in query.select)
    group_by = tuple(columns.find(name) for name in query.group_by)
    found = Plan(query, outputs, group_by, ())
    order_by = tuple((_ordered(one.item, found, columns), one.descending) for one in query.order_by)
    _check_numbers(query, outputs, behaviour)
    _check_groups(found)
    _check_joins(query, columns)
    return Plan(query, outputs, group_by, order_by)


# ── names ──


def _check_names(select: Sequence[Selected]) -> None:
    for item, count in Counter(one.item for one in select).items():
        if count > 1:
            raise duplicate_column(item.column, item.aggregate)
    for one in select:
        if one.alias is not None and not one.alias.strip():
            raise invalid_alias(one.item.key)
    for key, count in Counter(one.key for one in select).items():
        if count > 1:
            raise duplicate_alias(key, [one.item.key for one in select if one.key == key])


def _output(selected: Selected, columns: Columns) -> Output:
    item = selected.item
    column = columns.find(item.column)
    if item.aggregate and not _has(item.aggregate, column):
        raise invalid_aggregate(item.key)
    return Output(selected.key, column, item.aggregate)


def _has(aggregate: str, column: Column) -> bool:
    """Tell whether a column's type has an aggregate: only numbers, lookups and pick lists are counted."""
    if aggregate == "COUNT":
        return column.kind in ("number", "reference") or column.data_type == "picklist"
    return column.kind in _AGGREGATED[aggregate]


def _ordered(item: Item, found: Plan, columns: Columns) -> Column | str:
    """Return what an alias, a column or an aggregate in ORDER BY means."""
    for selected, output in zip(found.query.select, found.outputs, strict=True):
        if selected.item == item or (selected.alias == item.column and item.aggregate is None):
            return output.key if found.is_grouped else _sortable(output.column)
    if found.is_grouped or item.aggregate:
        raise misplaced_column(item.key, "order by")
    return _sortable(columns.find(item.column))


def _sortable(column: Column) -> Column:
    if column.kind in _NOT_ORDERED:
        raise misplaced_column(column.name, "order by", "data type not supported")
    return column


# ── numbers ──


def _check_numbers(query: Query, outputs: Sequence[Output], behaviour: ModuleBehaviour) -> None:
    bare = behaviour.coql_limit_details == "bare"
    formulas = sum(_is_counted(one.column, behaviour) for one in outputs)
    for count, most, clause in (
        (len(outputs), behaviour.coql_columns, "select"),
        (formulas, _MOST_FORMULAS, "select"),
        (sum(one.aggregate is not None for one in outputs), _MOST_AGGREGATES, "select"),
        (len(conditions(query.where)), MOST_CONDITIONS, "where"),
        (sum(one.query is not None for one in conditions(query.where)), MOST_INNER, "where"),
        (len(query.group_by), _MOST_GROUPED, "group by"),
        (len(query.order_by), _MOST_ORDERED, "order by"),
    ):
        if count > most:
            raise too_many(most, clause, bare=bare)
    _check_repeated(query.group_by)
    _check_repeated([one.item.key for one in query.order_by])


def _is_counted(column: Column, behaviour: ModuleBehaviour) -> bool:
    """Tell whether a column is one of the formulas that Zoho works out while it answers."""
    if column.field is None or column.field.data_type != "formula":
        return False
    described = column.field.row.get("formula")
    return behaviour.coql_formulas == "all" or (isinstance(described, dict) and bool(described.get("dynamic")))


def _check_repeated(names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise duplicate_column(name)


def _check_groups(found: Plan) -> None:
    """Refuse a column that has no single value in a group."""
    for one in found.outputs if found.is_grouped else ():
        if one.aggregate is None and one.column not in found.group_by:
            raise misplaced_column(one.column.name, "group by")
    for column in found.group_by:
        if column.kind in _NOT_ORDERED:
            raise misplaced_column(column.name, "group by", "data type not supported")


def _check_joins(query: Query, columns: Columns) -> None:
    selected = [columns.find(one.item.column) for one in query.select]
    aliases = {one.alias for one in query.select}
    others = [
        *(one.column for one in conditions(query.where)),
        *query.group_by,
        *(one.item.column for one in query.order_by if one.item.column not in aliases),
    ]
    used = [columns.find(name) for name in others]
    for column in (*selected, *used):
        if len(column.relations) > _MOST_STEPS:
            raise too_many(_MOST_STEPS, "join")
    for found, most in ((selected, _MOST_SELECT_JOINS), (used, _MOST_BASE_JOINS)):
        if len({one for column in found for one in column.relations}) > most:
            raise too_many(most, "join")
