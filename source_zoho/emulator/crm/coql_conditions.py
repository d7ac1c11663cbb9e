"""Which rows does a condition keep?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from .coql_columns import Column, Columns
from .coql_refusals import (
    invalid_operator,
    invalid_subquery,
    invalid_value,
    misplaced_column,
    too_many,
    unsupported_type,
)
from .coql_syntax import Condition, Query, Where
from .coql_values import literal, operators, pattern
from .rows import Row

Keep = Callable[[Row], bool]
# Answers an inner query; the number tells it apart from the others.
Inner = Callable[[Query, int], list[str]]
MOST_VALUES = 100
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "!=": ne, ">": gt, ">=": ge, "<": lt, "<=": le}
_TERRITORY = "territory fields are supported in the select clause only"


class Conditions:
    """Turns conditions of one query into tests of rows."""

    def __init__(self, columns: Columns, inner: Inner) -> None:
        """Find columns among *columns* and ask *inner* what queries inside this one answer."""
        self._columns, self._inner = columns, inner
        self._inner_queries = 0

    def keep(self, where: Where) -> Keep:
        """Return the test that a condition is, or refuse it."""
        if isinstance(where, Condition):
            return self._single(where)
        left, right = self.keep(where.left), self.keep(where.right)
        if where.connector == "and":
            return lambda row: left(row) and right(row)
        return lambda row: left(row) or right(row)

    def meant(self, condition: Condition) -> tuple[Any, ...]:
        """Return the values of a condition as they compare, or refuse it."""
        column = self._columns.find(condition.column)
        _permit(column, condition)
        return tuple(_literal(column, condition.operator, text) for text in self._texts(condition))

    def _single(self, condition: Condition) -> Keep:
        values, operator = self.meant(condition), condition.operator
        column = self._columns.find(condition.column)
        if operator in ("is null", "is not null"):
            wanted = operator == "is null"
            return lambda row: (column.compared(row) is None) == wanted
        test = _test(operator, values)

        # Nothing is neither equal to anything nor different from it.
        def keep(row: Row) -> bool:
            value = column.compared(row)
            return value is not None and test(value)

        return keep

    def _texts(self, condition: Condition) -> Iterable[str]:
        if condition.query is None:
            if len(condition.values) > MOST_VALUES:
                raise too_many(MOST_VALUES, condition.operator)
            return condition.values
        self._inner_queries += 1
        texts = self._inner(condition.query, self._inner_queries)
        if condition.operator in _COMPARE and len(texts) > 1:
            message = "the sub query gives more than one value"
            raise invalid_subquery(self._inner_queries, message, operator=condition.operator)
        return texts


def _permit(column: Column, condition: Condition) -> None:
    """Refuse a column that cannot stand in a condition, or an operator that it does not have."""
    if column.kind == "territory":
        raise misplaced_column(column.name, "where", _TERRITORY)
    if column.kind == "long_text":
        raise misplaced_column(column.name, "where", "data type not supported")
    known = operators(column.kind, is_encrypted=column.is_encrypted)
    if not known:
        raise unsupported_type(column.name, column.data_type)
    if condition.operator not in known or _is_half_negated(condition):
        raise invalid_operator(column.name, condition.operator)


def _is_half_negated(condition: Condition) -> bool:
    """`not like` only says that a text does not contain another: percent signs at both ends."""
    if condition.operator != "not like":
        return False
    text = condition.values[0]
    return not (len(text) > 1 and text.startswith("%") and text.endswith("%"))


def _literal(column: Column, operator: str, text: str) -> Any:
    if operator.endswith("like"):
        return pattern(text)
    try:
        return literal(column.kind, text)
    except ValueError:
        raise invalid_value(column.name, operator, column.data_type) from None


def _test(operator: str, values: tuple[Any, ...]) -> Callable[[Any], bool]:
    if operator in _COMPARE:
        # An inner query without a row: nothing compares with it.
        if not values:
            return lambda _: False
        compare, wanted = _COMPARE[operator], values[0]
        return lambda value: compare(value, wanted)
    negated, plain = operator.startswith("not "), _plain(operator.removeprefix("not "), values)
    return (lambda value: not plain(value)) if negated else plain


def _plain(operator: str, values: tuple[Any, ...]) -> Callable[[Any], bool]:
    if operator == "in":
        wanted = frozenset(values)
        return lambda value: value in wanted
    if operator == "between":
        low, high = values
        return lambda value: low <= value <= high
    return lambda value: values[0].fullmatch(value) is not None
