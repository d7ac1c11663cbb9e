"""
How is the whole result of a user's query read, of which Zoho gives at most 2,000 rows at a time?

By id, where each row is a record: the next question asks for what is behind the last id. That has no end, and nothing
that is edited meanwhile moves. Where rows stand for several records, or are to come in an order of their own up to a
LIMIT, by OFFSET, within the 100,000 rows that Zoho allows
(https://www.zoho.com/crm/developer/docs/api/v8/COQL-Limitations.html).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from source_zoho.coql import names
from source_zoho.coql.literals import record_id
from source_zoho.coql.parse import Column, UserQuery
from source_zoho.coql.place import Span, offset_of
from source_zoho.coql.select import NEUTRAL

ID = "id"
_MOST_ORDERED = 10  # columns in an ORDER BY


@dataclass(frozen=True)
class Ask:
    """A question for *rows* rows: those behind the id *after*, or behind *offset* others; *conditions* hold, too."""

    rows: int
    after: str = ""
    offset: int = 0
    conditions: tuple[str, ...] = ()


@dataclass
class Script:
    """The text of a question, and which pieces of it are the user's: (where it stands here, which piece of theirs)."""

    text: str = ""
    quoted: list[tuple[int, Span]] = field(default_factory=list)

    def add(self, piece: str | Span, of: str) -> None:
        """Append words of ours, or a piece of the text *of* the user."""
        if isinstance(piece, Span):
            self.quoted.append((len(self.text), piece))
        self.text += piece.of(of) if isinstance(piece, Span) else piece

    def users_offset(self, line: int, column: int) -> int | None:
        """Return the offset in the user's query of a place in this text; None for the words that are ours."""
        here = offset_of(self.text, line, column)
        if here is None:
            return None
        pieces = ((start, span) for start, span in self.quoted if start <= here <= start + span.end - span.start)
        return next((span.start + here - start for start, span in pieces), None)


@dataclass(frozen=True)
class Reading:
    """
    How *query* is read, with *cursor_field* as the name of the column that says what is new (empty: none does).

    *most* is how many rows are wanted at most; None means all.
    """

    query: UserQuery
    cursor_field: str = ""

    @cached_property
    def by_id(self) -> bool:
        """Tell whether rows are read in the order of ids."""
        query = self.query
        if not self.id_name or query.offset:
            return False
        return query.limit is None or not query.ordered or _is_by_id(query.ordered)

    @property
    def most(self) -> int | None:
        """Return how many rows the user wants."""
        return self.query.limit

    @cached_property
    def id_name(self) -> str:
        """Return under which name the id of a row comes; empty where a row is no record, or something else has it."""
        if self.query.is_grouped or any(each.name == ID and each.field != ID for each in self.query.columns):
            return ""
        return next((each.name for each in self.query.columns if each.field == ID), ID)

    @property
    def identity(self) -> list[str]:
        """Return which columns tell one row from all others, as far as the query says; else nothing."""
        if self.id_name:
            return [self.id_name]
        known = {each.expression: each.name for each in self.query.columns} | {each: each for each in self.query.names}
        keys = [known.get(each, "") for each in self.query.grouped]
        return keys if all(keys) else []

    @cached_property
    def cursor(self) -> Column | None:
        """Return the column of the cursor, added when the query does not select it."""
        if not self.cursor_field:
            return None
        added = Column(_written(self.cursor_field), self.cursor_field, is_field=True)
        return self.query.column(self.cursor_field) or added

    @property
    def added(self) -> list[str]:
        """Return what is selected beyond the user's columns, as it is written."""
        extra = [ID] if self.id_name and self.query.column(self.id_name) is None else []
        if self.cursor is not None and self.query.column(self.cursor_field) is None:
            extra.append(self.cursor.expression)
        return list(dict.fromkeys(extra))

    @property
    def remarks(self) -> list[str]:
        """Return what a user should know about how the query is read."""
        if self.by_id and self.query.limit is None and self.query.ordered and not _is_by_id(self.query.ordered):
            return ["its order by is left out, since all its rows are read, in the order of ids"]
        return []

    def script(self, ask: Ask) -> Script:
        """Return the text that brings what *ask* says."""
        script, query = Script(), self.query
        for piece in self._pieces(ask):
            script.add(piece, query.text)
        return script

    def _pieces(self, ask: Ask) -> list[str | Span]:
        query = self.query
        pieces: list[str | Span] = ["select ", query.selected, *(f", {each}" for each in self.added)]
        pieces += [" from ", query.source, " where ", *self._conditions(ask)]
        if query.group_by:
            pieces += [" group by ", query.group_by]
        pieces += self._order(ask)
        pieces.append(f" limit {ask.rows}")
        return [*pieces, f" offset {ask.offset}"] if ask.offset else pieces

    def _conditions(self, ask: Ask) -> list[str | Span]:
        """Return all conditions, in pairs: Zoho reads no three without brackets around two."""
        more = [*ask.conditions, *([f"id > {record_id(ask.after)}"] if ask.after else [])]
        if not more:
            return [self.query.where or NEUTRAL]
        held: list[str | Span] = [*self._own_condition()]
        if not held:
            held, more = [more[0]], more[1:]
        for condition in more:
            held = ["(", *held, f" and {condition})"]
        return held

    def _own_condition(self) -> Sequence[str | Span]:
        where = self.query.where
        if where is None:
            return []
        return [where] if self.query.is_bracketed else ["(", where, ")"]

    def _order(self, ask: Ask) -> list[str | Span]:
        if self.by_id:
            return [" order by id asc"]
        own: list[str | Span] = [self.query.order_by] if self.query.order_by else []
        more = ", ".join(self._ties(ask))
        if not own and not more:
            return []
        return [" order by ", *own, ", " if own and more else "", more]

    def _ties(self, ask: Ask) -> list[str]:
        """Return what settles the order of rows that the user's order leaves equal, so that pages do not overlap."""
        query = self.query
        if query.limit is not None and query.limit <= ask.rows and not ask.offset and query.ordered:
            return []  # one page has no neighbours
        named = {_word(each) for each in query.ordered}
        named |= {_word(each.expression) for each in query.columns if each.name.casefold() in named}
        settling = query.grouped if query.is_grouped else (ID,)
        news = [f"{each} asc" for each in settling if _word(each) not in named]
        return news[: _MOST_ORDERED - len(query.ordered)]


def _is_by_id(ordered: Sequence[str]) -> bool:
    return [each.casefold().split() for each in ordered] in ([["id"]], [["id", "asc"]])


def _word(written: str) -> str:
    """Return the column in *written*, without quotes and what follows it, in small letters."""
    return written.split(maxsplit=1)[0].strip("'\"").casefold()


def _written(name: str) -> str:
    try:
        return names.column(name)
    except ValueError:
        return name
