"""
What has to be asked to find out which records of a list were deleted?

A check is told answers and says what to ask next:

    COUNT        how many rows are there? Only where the list can say so, and reading it is dearer than asking.
    CHANGED      which rows changed since the last check? With the new ones among them we know as many ids as Zoho
                 counts: nothing was deleted, and the list need not be read.
    EVERYTHING   else: which ids does the whole list show?
    EXISTS       ids that it does not show any more may have moved between pages while we read, or be hidden: only
                 when Zoho says of the record itself that it does not exist was it deleted.

The count is asked before the changes are: a row that is made in between then shows as one too many, which costs a
reading, and never hides a deletion. A count is compared only if it agreed with what the last reading showed, no record
is hidden, and that reading is not older than a week: a row that nobody saw could show itself and stand in for one that
was deleted, and a week is as long as such a pair may stay unnoticed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from source_zoho.deletions.known import Known

_COUNTS_ARE_ENOUGH_FOR = timedelta(days=7)


class What(Enum):
    """What can be asked."""

    COUNT = "count"
    CHANGED = "changed"
    EVERYTHING = "everything"
    EXISTS = "exists"


@dataclass(frozen=True)
class Question:
    """What to ask now; ``record_id`` for EXISTS, ``since`` for CHANGED."""

    what: What
    record_id: str = ""
    since: datetime | None = None


class Check:
    """
    One check of one list: ask for ``question``, tell the answer, until ``question`` is None.

    ``known`` is what may be kept at any time; a check that begins with it goes on where this one stood.
    """

    def __init__(self, known: Known | None, *, can_count: bool) -> None:
        self.is_first = known is None
        self.known = known
        self.question: Question | None = Question(What.COUNT if can_count else What.EVERYTHING)
        self._began: datetime | None = None
        self._count: int | None = None
        self._missing: list[str] = []

    def counted(self, count: int | None, at: datetime) -> None:
        """Take the answer to COUNT: Zoho said *count* (None: it said nothing) at the time *at*."""
        self._count, self._began = count, at
        known = self.known
        if known and count is not None and count >= len(known.listed) and _may_be_compared(known, at):
            self.question = Question(What.CHANGED, since=known.at)
        else:
            self.question = Question(What.EVERYTHING)

    def changed(self, ids: Iterable[str]) -> None:
        """Take the answer to CHANGED: *ids* of the rows that changed since the last check."""
        if self.known is None or self._began is None:
            raise ValueError("nobody asked for changes")
        now = self.known.listed.union(ids)
        if len(now) == self._count:
            self.known = Known(now, self._began, count_agreed_at=self.known.count_agreed_at)
            self.question = None
        else:
            self.question = Question(What.EVERYTHING)

    def showed(self, ids: Iterable[str], at: datetime) -> None:
        """Take the answer to EVERYTHING: the list, read from the time *at* on, shows *ids*."""
        listed = frozenset(ids)
        before = self.known
        self._began = self._began or at
        self._missing = sorted((before.listed | before.hidden) - listed, reverse=True) if before else []
        # Until the missing ones have been asked about, "last seen" stays what it was.
        self.known = Known(listed, before.at if before else self._began, frozenset(self._missing))
        self._go_on()

    def exists(self, *, gone: bool) -> str | None:
        """Take the answer to EXISTS, and return the id if the record was deleted."""
        if self.known is None or not self._missing:
            raise ValueError("nobody asked whether a record exists")
        record_id = self._missing.pop()
        if gone:
            self.known = Known(self.known.listed, self.known.at, self.known.hidden - {record_id})
        self._go_on()
        return record_id if gone else None

    def _go_on(self) -> None:
        if self._missing:
            self.question = Question(What.EXISTS, record_id=self._missing[-1])
            return
        self.question = None
        if self.known and self._began:
            agreed = self._count == len(self.known.listed) and not self.known.hidden
            self.known = Known(
                self.known.listed, self._began, self.known.hidden, count_agreed_at=self._began if agreed else None
            )


def _may_be_compared(known: Known, now: datetime) -> bool:
    agreed_at = known.count_agreed_at
    return agreed_at is not None and not known.hidden and now - agreed_at < _COUNTS_ARE_ENOUGH_FOR
