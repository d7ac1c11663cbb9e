"""
How much does an organization take in one query: how many rows, how many columns?

Zoho's pages differ: 2,000 rows and 500 columns, or 200 and 50
(https://www.zoho.com/crm/developer/docs/api/v8/COQL-Overview.html, and the table of errors of the query call). So the
questions begin high, and what Zoho refuses teaches; a LIMIT_EXCEEDED may not say which of the limits was met.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field

MOST_ROWS, MOST_COLUMNS = 2000, 500
ROWS_EVERYWHERE, COLUMNS_EVERYWHERE = 200, 50  # what no page of Zoho's goes below
_FORMULAS = 5  # "dynamic" ones, which metadata does not tell apart
_FEWEST_COLUMNS = 5
_OF_COLUMNS = re.compile(r"\bcolumns?\b|\bfields?\b|\bselect\b", re.IGNORECASE)
_OF_ROWS = re.compile(r"^limit$|\brows?\b|\brecords?\b|\blimit clause\b", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Size:
    """How much one query asks for; the *formulas* count among the *columns*."""

    rows: int
    columns: int
    formulas: int = 0


@dataclass
class CoqlShape:
    """
    What is asked for in a query now, by all modules of an organization; safe to use from many threads.

    *formulas* is how many a query may have, None while that is no matter. ``refusal`` is why no query is taken at all,
    with Zoho's code.
    """

    rows: int = MOST_ROWS
    columns: int = MOST_COLUMNS
    formulas: int | None = None
    refusal: tuple[str, str] | None = None
    answered: bool = False
    _rows_taken: int = ROWS_EVERYWHERE
    _columns_taken: int = COLUMNS_EVERYWHERE
    _in_doubt: int = 0  # with so many columns many rows were refused, and nobody knows on whose account
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def accepted(self, asked: Size, brought: int, *, more: bool) -> None:
        """Learn from an answer to *asked* that *brought* so many rows, and says whether there are *more*."""
        with self._lock:
            self.answered = True
            self._columns_taken = max(self._columns_taken, asked.columns)
            if more and brought == ROWS_EVERYWHERE < asked.rows:
                self.rows, self._in_doubt = ROWS_EVERYWHERE, 0  # it gives no more, whatever is asked and paid for
                return
            self._rows_taken = max(self._rows_taken, asked.rows)
            if self._in_doubt:
                on_account_of_rows = asked.rows <= ROWS_EVERYWHERE and asked.columns >= self._in_doubt
                self.rows = ROWS_EVERYWHERE if on_account_of_rows else MOST_ROWS
                self._in_doubt = 0

    def refused(self, asked: Size, limit: int | None = None, words: str = "") -> bool:
        """
        Learn from a LIMIT_EXCEEDED to *asked*, and tell whether there is something smaller to ask for.

        *limit* is the figure that Zoho names, and *words* what else it says, line by line.
        """
        with self._lock:
            if self._is_about_formulas(asked, limit, words):
                return self._fewer_formulas(asked, limit)
            rows, columns = self._suspects(asked, limit, words)
            if rows and columns:
                self.rows, self._in_doubt = ROWS_EVERYWHERE, min(self._in_doubt or asked.columns, asked.columns)
                return True
            if rows:
                self.rows = min(self.rows, max(limit or 0, ROWS_EVERYWHERE))
                return True
            if not columns and self.formulas is None and asked.formulas > _FORMULAS:
                return self._fewer_formulas(asked, None)
            return self._fewer_columns(asked, limit)

    def close(self, reason: str, code: str) -> None:
        """Remember that no query is taken in this run: other modules need not ask."""
        self.refusal = reason, code

    def _is_about_formulas(self, asked: Size, limit: int | None, words: str) -> bool:
        says_so = "formula" in words.casefold()
        return says_so or (limit is not None and limit < min(asked.formulas, COLUMNS_EVERYWHERE))

    def _fewer_formulas(self, asked: Size, limit: int | None) -> bool:
        allowed = _FORMULAS if limit is None else limit
        if not 0 < allowed < asked.formulas:
            return False
        self.formulas = min(allowed, self.formulas or allowed)
        return True

    def _suspects(self, asked: Size, limit: int | None, words: str) -> tuple[bool, bool]:
        """Tell whether there may have been too many rows, and whether too many columns."""
        bound = 0 if limit is None else limit
        rows = asked.rows > max(self._rows_taken, bound)
        columns = asked.columns > max(self._columns_taken, bound)
        if not (rows and columns):
            return rows, columns
        of_rows, of_columns = bool(_OF_ROWS.search(words)), bool(_OF_COLUMNS.search(words))
        if of_rows != of_columns:
            return of_rows, of_columns
        return not 0 < bound < ROWS_EVERYWHERE, True

    def _fewer_columns(self, asked: Size, limit: int | None) -> bool:
        half = asked.columns // 2
        if asked.columns > COLUMNS_EVERYWHERE:
            half = max(half, COLUMNS_EVERYWHERE)
        fewer = limit if limit is not None and 0 < limit < asked.columns else half
        if fewer < _FEWEST_COLUMNS:
            return False
        self.columns = min(self.columns, fewer)
        return True
