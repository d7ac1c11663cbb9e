"""How are the rows of a user's query read, all of them, each once?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from source_zoho.components.bodies import body_of, said_flag
from source_zoho.components.coql_refusals import in_the_users_words
from source_zoho.components.crm_asking import answer_with
from source_zoho.components.crm_reader import asked_at
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.coql.rewrite import Ask, Reading
from source_zoho.coql.shape import ROWS_EVERYWHERE, CoqlShape, Size
from source_zoho.coql.wanted import SETTING, WantedQuery
from source_zoho.crm.values import whole
from source_zoho.errors import ConfigProblem, Transient, Unexpected

Row = dict[str, Any]
# https://www.zoho.com/crm/developer/docs/api/v8/COQL-Limitations.html
_WINDOW = 100_000
_TRIES = 3
_TOO_MUCH = "LIMIT_EXCEEDED"


@dataclass(frozen=True)
class Page:
    """Rows that were not handed out before, as Zoho gave them when it was asked at *read_at*."""

    rows: list[Row]
    read_at: datetime


@dataclass(frozen=True)
class _Answer:
    rows: list[Row]
    more: bool
    read_at: datetime


class _MovedError(Exception):
    """Rows have changed their places between two pages."""


@dataclass
class QueryReader:
    """Reads the query *wanted*, as many rows at a time as *shape* says; the first page is small, for it may be all."""

    wanted: WantedQuery
    requester: CrmRequester
    shape: CoqlShape

    @property
    def _reading(self) -> Reading:
        return self.wanted.reading

    def pages(self, conditions: Sequence[str] = ()) -> Iterator[Page]:
        """
        Yield the rows for which *conditions* hold, too.

        Raises AirbyteTracedException when they cannot all be read.
        """
        held = tuple(conditions)
        return self._by_id(held) if self._reading.by_id else self._by_offset(held)

    # ── in the order of ids ──

    def _by_id(self, conditions: tuple[str, ...]) -> Iterator[Page]:
        after, read, more = "", 0, True
        while more and self._left(read):
            answer = self._asked(Ask(self._rows(read), after, conditions=conditions), promised=read > 0)
            after = self._behind(after, answer.rows)
            read, more = read + len(answer.rows), answer.more
            yield Page(answer.rows, answer.read_at)

    def _behind(self, after: str, rows: Sequence[Row]) -> str:
        """Return the last id of *rows*. Raises ZohoFailure unless they come behind *after* in the order of ids."""
        for row in rows:
            record_id = str(row.get(self._reading.id_name))
            if not record_id.isdecimal() or int(record_id) <= int(after or 0):
                raise traced(
                    Unexpected(
                        f"{self.wanted.stream}: Zoho does not give the rows in the order of ids, as it was asked to, "
                        "so the rest of them cannot be read. Please report it."
                    )
                )
            after = record_id
        return after

    # ── by their places ──

    def _by_offset(self, conditions: tuple[str, ...]) -> Iterator[Page]:
        """
        Yield the rows by their places in the result.

        Each page begins with the last row of the one before. If another row stands there, rows have moved, and some
        may have slipped through: then all are looked at once more.
        """
        seen: set[str] = set()
        for _ in range(_TRIES):
            try:
                yield from self._once(conditions, seen)
            except _MovedError:
                if self._reading.identity:
                    continue
                break  # what was handed out cannot be told from what is new
            return
        raise traced(
            Transient(
                f"{self.wanted.stream}: rows of the query moved while its pages were read, so some may be missing. "
                "Run again when less is being edited."
            )
        )

    def _once(self, conditions: tuple[str, ...], seen: set[str]) -> Iterator[Page]:
        offset, read, more = self._reading.query.offset, 0, True
        last: Row | None = None
        while more and self._left(read):
            again = 0 if last is None else 1
            rows_asked = self._room(offset, read, again)
            answer = self._asked(Ask(rows_asked, offset=offset - again, conditions=conditions))
            if last is not None and (not answer.rows or self._key(answer.rows[0]) != self._key(last)):
                raise _MovedError
            rows, more = answer.rows[again:], answer.more
            offset, read, last = offset + len(rows), read + len(rows), answer.rows[-1] if answer.rows else None
            yield Page(self._news(rows, seen), answer.read_at)

    def _room(self, offset: int, read: int, again: int) -> int:
        """Return how many rows to ask for, those *again* included. Raises ZohoFailure when Zoho gives no more."""
        if offset >= _WINDOW:
            raise self._window_is_full(_WINDOW)
        return min(self._rows(read, again), _WINDOW - offset + again)

    def _news(self, rows: list[Row], seen: set[str]) -> list[Row]:
        if not self._reading.identity:
            return rows
        news = [row for row in rows if self._key(row) not in seen]
        seen.update(map(self._key, rows))
        return news

    def _key(self, row: Row) -> str:
        return json.dumps([row.get(name) for name in self._reading.identity] or row, sort_keys=True)

    # ── questions ──

    def _left(self, read: int) -> bool:
        return self._reading.most is None or read < self._reading.most

    def _rows(self, read: int, again: int = 0) -> int:
        """
        Return how many rows to ask for when so many were *read*, of which the last are to come *again*.

        The first page may be all, and one of 200 costs a third of one of 2,000. Not so the first of an order: they are
        asked for at once, as far as Zoho takes that, for then none can move.
        """
        most = self._reading.most
        is_small = not read and (most is None or self._reading.by_id)
        rows = ROWS_EVERYWHERE if is_small else self.shape.rows
        return rows if most is None else min(rows, most - read + again)

    def _asked(self, ask: Ask, *, promised: bool = False) -> _Answer:
        """Return the answer to *ask*, or to one for fewer rows when Zoho does not take as many."""
        try:
            answer = self._answer(ask, promised=promised)
        except ZohoFailure as failure:
            fewer = self._fewer(ask, failure)
            if not fewer:
                raise
            answer = self._answer(replace(ask, rows=fewer), promised=promised)
            if failure.details.get("clause") != "offset":
                self.shape.rows = min(self.shape.rows, fewer)
        return answer

    def _fewer(self, ask: Ask, failure: ZohoFailure) -> int:
        """Return how many rows to ask for after *failure*; 0 when fewer would not help."""
        if failure.code != _TOO_MUCH:
            return 0
        limit = whole(failure.details.get("limit")) or 0
        is_the_window = ask.offset > 0 and (failure.details.get("clause") == "offset" or ask.rows <= ROWS_EVERYWHERE)
        if is_the_window and limit > ask.offset + 1:
            return limit - ask.offset
        if is_the_window:
            raise self._window_is_full(limit or ask.offset)
        return ROWS_EVERYWHERE if ask.rows > ROWS_EVERYWHERE else 0

    def _answer(self, ask: Ask, *, promised: bool) -> _Answer:
        script = self._reading.script(ask)
        try:
            response = answer_with(
                "data",
                self.requester,
                self.wanted.stream,
                promised=promised,
                path="coql",
                request_body_json={"select_query": script.text},
            )
        except ZohoFailure as failure:
            raise in_the_users_words(failure, self.wanted, script) from None
        body = body_of(response) or {}
        rows, more = rows_of(body), more_of(body)
        more = len(rows) >= ask.rows if more is None else more
        size = Size(ask.rows, len(self._reading.query.columns) + len(self._reading.added))
        self.shape.accepted(size, len(rows), more=more)
        return _Answer(rows, bool(rows) and more, asked_at(response))

    def _window_is_full(self, window: int) -> ZohoFailure:
        return traced(
            ConfigProblem(
                f"{self.wanted.stream}: Zoho gives no more than {window:,} rows of a query that is grouped, or ordered "
                f"up to a limit, and there are more. The first {window:,} were read. Narrow its where in {SETTING}, or "
                "make several queries of it; one without group by, aggregates and limit is read by id and has no end."
            )
        )


def rows_of(body: Mapping[str, Any]) -> list[Row]:
    """Return the rows in *body*."""
    rows = body.get("data")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def more_of(body: Mapping[str, Any]) -> bool | None:
    """Tell whether *body* says that there are more rows; None when it does not say."""
    info = body.get("info")
    more = info.get("more_records") if isinstance(info, Mapping) else None
    return said_flag(more)
