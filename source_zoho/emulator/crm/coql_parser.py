"""Is a text a query, and what does it ask for?

A recursive descent over Zoho's documented grammar: SELECT, FROM and WHERE, then GROUP BY, ORDER BY, LIMIT and OFFSET.
Two conditions to a pair of brackets: a third one without brackets of its own is a syntax error.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from .coql_refusals import missing_clause, too_deep
from .coql_syntax import AGGREGATES, Both, Condition, Item, Order, Query, Selected, Where
from .coql_tokens import Token, refused_at, tokens
from .refusals import CrmRefusedError

_COMPARISONS = ("=", "!=", ">=", ">", "<=", "<")
T = TypeVar("T")


@lru_cache(maxsize=64)
def parsed(text: str) -> Query:
    """Return what a query asks for, or refuse it in Zoho's words."""
    try:
        return _Parser(text).whole()
    except RecursionError:
        raise too_deep() from None


class _Parser:
    """Walks over the tokens of one query."""

    def __init__(self, text: str) -> None:
        self._text, self._tokens, self._place = text, tokens(text), 0

    def whole(self) -> Query:
        query = self._query()
        if self._next.kind != "end":
            raise self._refusal()
        return query

    # ── clauses ──

    def _query(self) -> Query:
        self._expect("select")
        select = self._listed(self._selected)
        if not self._take("from"):
            raise missing_clause("from") if self._next.kind == "end" or self._next.says("where") else self._refusal()
        module, view = self._module()
        if not self._take("where"):
            raise missing_clause("where") if self._is_clause() else self._refusal()
        where = self._where()
        group_by = self._listed(self._column) if self._take_by("group") else ()
        order_by = self._listed(self._ordered) if self._take_by("order") else ()
        limit, offset = self._limit()
        return Query(select, module, where, view, group_by, order_by, limit, offset)

    def _is_clause(self) -> bool:
        return self._next.kind == "end" or self._next.says("group", "order", "limit", "offset", ")")

    def _module(self) -> tuple[str, str | None]:
        name = self._name().removeprefix("!")
        view = self._number() if self._take("#") else None
        return name, view

    def _selected(self) -> Selected:
        item = self._item()
        if self._take("as"):
            return Selected(item, self._name())
        # The word in between may be left out where the alias is quoted.
        return Selected(item, self._name() if self._next.kind == "text" else None)

    def _ordered(self) -> Order:
        item = self._item()
        descending = self._take("desc")
        if not descending:
            self._take("asc")
        return Order(item, descending)

    def _limit(self) -> tuple[int | None, int]:
        limit, offset = None, 0
        if self._take("limit"):
            limit = int(self._number())
            if self._take(","):
                return int(self._number()), limit
        if self._take("offset"):
            offset = int(self._number())
        return limit, offset

    # ── columns ──

    def _item(self) -> Item:
        following = self._tokens[self._place + 1] if self._next.kind == "word" else self._next
        if not following.says("("):
            return Item(self._column())
        if self._next.value not in AGGREGATES:
            raise self._refusal()
        aggregate = self._name()
        self._expect("(")
        column = self._column()
        self._expect(")")
        return Item(column, aggregate)

    def _column(self) -> str:
        return self._name()

    # ── conditions ──

    def _where(self) -> Where:
        """Return one condition or two; what is more has to stand in brackets."""
        left = self._operand()
        if not self._next.says("and", "or"):
            return left
        connector = self._advance().value.lower()
        right = self._operand()
        if self._next.says("and", "or"):
            raise self._refusal()
        return Both(connector, left, right)

    def _operand(self) -> Where:
        if not self._take("("):
            return self._condition()
        inner = self._where()
        self._expect(")")
        return inner

    def _condition(self) -> Condition:
        column = self._column()
        if self._take("is"):
            is_not = self._take("not")
            self._expect("null")
            return Condition(column, "is not null" if is_not else "is null")
        if self._next.says(*_COMPARISONS):
            return self._compared(column, self._advance().value)
        return self._worded(column, "not " if self._take("not") else "")

    def _compared(self, column: str, operator: str) -> Condition:
        if self._take("("):
            return Condition(column, operator, query=self._inner())
        return Condition(column, operator, (self._value(),))

    def _worded(self, column: str, negation: str) -> Condition:
        if self._take("like"):
            return Condition(column, f"{negation}like", (self._value(),))
        if self._take("between"):
            low = self._value()
            self._expect("and")
            return Condition(column, f"{negation}between", (low, self._value()))
        self._expect("in")
        self._expect("(")
        if self._next.says("select"):
            return Condition(column, f"{negation}in", query=self._inner())
        values = self._listed(self._value)
        self._expect(")")
        return Condition(column, f"{negation}in", values)

    def _inner(self) -> Query:
        """Return the query inside brackets, of which the first is behind us."""
        query = self._query()
        self._expect(")")
        return query

    def _value(self) -> str:
        """Return a value: quoted, a number, or a single word that is none of the language's."""
        if self._next.kind in ("text", "number") or (self._next.kind == "word" and not self._next.is_reserved):
            return self._advance().value
        raise self._refusal()

    # ── tokens ──

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _advance(self) -> Token:
        token = self._next
        self._place += 1
        return token

    def _take(self, word: str) -> bool:
        if not self._next.says(word):
            return False
        self._place += 1
        return True

    def _take_by(self, word: str) -> bool:
        taken = self._take(word)
        if taken:
            self._expect("by")
        return taken

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._refusal()

    def _name(self) -> str:
        if self._next.kind == "text" or (self._next.kind == "word" and not self._next.is_reserved):
            return self._advance().value
        raise self._refusal()

    def _number(self) -> str:
        if self._next.kind == "number" and self._next.value.isdecimal():
            return self._advance().value
        raise self._refusal()

    def _listed(self, one: Callable[[], T]) -> tuple[T, ...]:
        found = [one()]
        while self._take(","):
            found.append(one())
        return tuple(found)

    def _refusal(self) -> CrmRefusedError:
        return refused_at(self._text, self._next.start)
