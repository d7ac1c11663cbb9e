"""
Which request comes next in a list that people edit while we read it, and which of its rows are news?

A walk goes through one list of one organization. It begins with the strongest method that the list is believed to
honour and steps down when an answer shows that it does not:

    KEYSET         ask for rows changed since T, oldest change first; T becomes the last change seen. An edit moves
                   a row to the end, which is still ahead, so nothing can be skipped. Pages are numbered only inside
                   one second.
    FILTER         ask for rows changed since T, page by page in the order of creation.
    FILTER_PLAIN   the same in whatever order Zoho chooses.
    NEWEST_FIRST   ask for the latest change first, and stop at the first row older than T.
    LATEST_FIRST   read a log in Zoho's own order, and stop at the first row older than T for as long as all rows have
                   come latest first.
    SCAN           read every page in the order of creation and keep what changed since T.
    PLAIN          the same in whatever order Zoho chooses.

A filter or order is trusted as far as its answers bear it out: a row older than asked, or rows out of order, mean that
Zoho ignored it; code 2 means that it is not known. The next method goes on from a T up to which everything has been
read, so nothing is lost.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from source_zoho.paging import instants
from source_zoho.paging.evidence import is_rising, safe_position
from source_zoho.paging.recent import Recent
from source_zoho.paging.windows import Page, Windows

Row = dict[str, Any]


class Method(Enum):
    """How a list is read; the order is from the strongest to the plainest."""

    KEYSET = "keyset"
    FILTER = "filter"
    FILTER_PLAIN = "filter_plain"
    NEWEST_FIRST = "newest_first"
    LATEST_FIRST = "latest_first"
    SCAN = "scan"
    PLAIN = "plain"

    @property
    def filters(self) -> bool:
        """Whether Zoho is asked to leave out rows older than T."""
        return self in {Method.KEYSET, Method.FILTER, Method.FILTER_PLAIN}

    @property
    def sorts_by_creation(self) -> bool:
        """Whether Zoho is asked to order rows by something that edits do not change."""
        return self in {Method.FILTER, Method.SCAN}

    @property
    def sorts_by_change(self) -> bool:
        """Whether Zoho is asked to order rows by the time of their last change."""
        return self in {Method.KEYSET, Method.NEWEST_FIRST}


_WITHOUT_FILTER = (Method.SCAN, Method.PLAIN)
_STEPS_DOWN: dict[Method, tuple[Method, ...]] = {
    Method.KEYSET: (Method.KEYSET, Method.FILTER, Method.FILTER_PLAIN, Method.NEWEST_FIRST, *_WITHOUT_FILTER),
    Method.FILTER: (Method.FILTER, Method.FILTER_PLAIN, *_WITHOUT_FILTER),
    Method.NEWEST_FIRST: (Method.NEWEST_FIRST, *_WITHOUT_FILTER),
    Method.LATEST_FIRST: (Method.LATEST_FIRST, Method.PLAIN),
    Method.SCAN: _WITHOUT_FILTER,
    Method.PLAIN: (Method.PLAIN,),
}


def ladder(best: Method, stable_sort: str) -> tuple[Method, ...]:
    """Return the methods to try from *best* down; those that sort by creation only if a column is known for it."""
    return tuple(method for method in _STEPS_DOWN[best] if stable_sort or not method.sorts_by_creation)


@dataclass(frozen=True)
class Ask:
    """
    One request: a page of the list, read with a method, from an instant on (None: from the beginning).

    ``reread`` counts how often the walk has gone back: such a page has to come from Zoho, not from any cache.
    """

    method: Method
    since: datetime | None
    page: Page
    reread: int = 0

    def parameters(self, cursor_field: str, stable_sort: str) -> dict[str, str]:
        """Return the query parameters that carry the method; the page itself is the paginator's to write."""
        asked: dict[str, str] = {}
        if self.method.filters and self.since:
            asked["last_modified_time"] = instants.for_request(self.since)
        if self.method.sorts_by_change:
            asked |= {"sort_column": cursor_field, "sort_order": "A" if self.method is Method.KEYSET else "D"}
        elif stable_sort and self.method.sorts_by_creation:
            asked |= {"sort_column": stable_sort, "sort_order": "A"}
        return asked


@dataclass(frozen=True)
class Answer:
    """What Zoho answered: rows, whether more follow, and which page size and order it says it used (None: not said)."""

    rows: Sequence[Row]
    has_more: bool
    page_size: int | None = None
    sorted_by: str | None = None


@dataclass
class Walk:
    """
    One walk; ask for ``walk.ask`` and hand the answer to ``take`` until ``ask`` is None.

    ``documented_sort`` tells whether Zoho documents that the list can be sorted: by change, else answers must show it;
    or by creation, else the order is asked for only when one page does not hold the list.
    """

    methods: Sequence[Method]
    key: Sequence[str]
    cursor_field: str
    since: datetime | None = None
    documented_sort: bool = True
    remarks: list[str] = field(default_factory=list)
    _windows: Windows = field(default_factory=Windows)
    _recent: Recent = field(default_factory=Recent)
    _finished: bool = False
    _rereads: int = 0
    _order_is_said: bool = False
    _oldest: datetime | None = None
    _without_order: Windows | None = None
    _first_versions: set[Hashable] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.since = _whole_second(self.since)
        self._floor = self._begin = self.latest = self.since
        self._may_be_one_page = self.method is Method.SCAN and not self.documented_sort

    @property
    def method(self) -> Method:
        """The method in use."""
        return self.methods[0]

    @property
    def order_is_proven(self) -> bool:
        """Whether Zoho vouches for the order of change: it documents it, or said so in the last answer."""
        return self.documented_sort or self._order_is_said

    @property
    def stalled(self) -> bool:
        """Whether Zoho promises more rows again and again, and gives none that are new."""
        return self._windows.stalled

    @property
    def ask(self) -> Ask | None:
        """The request to make now, or None when the list has been read."""
        method = Method.PLAIN if self._may_be_one_page else self.method
        return None if self._finished else Ask(method, self.since, self._windows.page, self._rereads)

    def take(self, answer: Answer) -> list[Row]:
        """Return the rows of *answer* that are news, and move on to the next request."""
        times = [_whole_second(instants.parse(row.get(self.cursor_field))) for row in answer.rows]
        known = [moment for moment in times if moment]
        if self._needs_its_order(answer):
            return self._first_without_order(answer, times, known)
        self._order_is_said = answer.sorted_by == self.cursor_field
        if self.method.filters and self.since and any(moment < self.since for moment in known):
            self._step_down("Zoho ignored last_modified_time: a row older than asked came back", filters=False)
        elif self.method.sorts_by_change and not self._is_in_order(answer.sorted_by, known):
            self._distrust_order()
        else:
            self._stop_relying_on_a_log(known)
            self._move_on(answer, known)
        return [row for row, moment in zip(answer.rows, times, strict=True) if self._is_news(row, moment)]

    def refuse(self, sentence: str) -> bool:
        """
        Step down because Zoho refused the request with code 2, whose *sentence* may name the parameter.

        Return False when there is nothing plainer to try.
        """
        self._may_be_one_page = False
        if len(self.methods) == 1:
            return False
        self._step_down(f"Zoho refused the request ({sentence})", filters="last_modified_time" not in sentence)
        return True

    def look_again(self, since: datetime) -> None:
        """Read once more what changed from *since* on, with the method in use."""
        self.since = self._floor = self._begin = _whole_second(since)
        self._windows, self._finished, self._rereads = Windows(), False, self._rereads + 1

    def _needs_its_order(self, answer: Answer) -> bool:
        """Tell whether the list turned out to be longer than the page that was asked for without an order."""
        probed, self._may_be_one_page = self._may_be_one_page, False
        return probed and answer.has_more

    def _first_without_order(
        self, answer: Answer, times: Sequence[datetime | None], known: Sequence[datetime]
    ) -> list[Row]:
        """Return the news of a page without an order; if Zoho refuses the order, the walk goes on behind it."""
        self._note_latest(known)
        self._windows.advance([self._mark(row) for row in answer.rows], answer.has_more, answer.page_size)
        self._without_order, self._windows = self._windows, Windows()
        news = [row for row, moment in zip(answer.rows, times, strict=True) if self._is_news(row, moment)]
        self._first_versions = {self._version(row) for row in news}
        return news

    def _is_in_order(self, sorted_by: str | None, known: Sequence[datetime]) -> bool:
        if sorted_by not in (None, "", self.cursor_field):
            return False
        if self.method is Method.KEYSET:
            return is_rising(known)
        return is_rising(known[::-1]) and self.order_is_proven

    def _distrust_order(self) -> None:
        """Begin again without the order: where it was relied on, rows may have been passed over."""
        ignored = f"Zoho ignored sort_column={self.cursor_field}: rows came back in another order"
        self._step_down(ignored, filters=True)
        self.since = self._floor = self._begin

    def _stop_relying_on_a_log(self, known: Sequence[datetime]) -> None:
        """Read a log to its end when a row is later than the one before; the order of its pages stays what it is."""
        if self.method is not Method.LATEST_FIRST or not known:
            return
        goes_on = self._oldest is None or known[-1] <= self._oldest
        self._oldest = known[-1]
        if not (goes_on and is_rising(known[::-1])):
            self.methods = self.methods[1:]
            self.remarks.append("Rows do not come latest first; reading on to the end of the list.")

    def _step_down(self, remark: str, filters: bool) -> None:
        if self.method is Method.KEYSET and self.since:
            self._floor = self.since  # everything older has been emitted
        plainer = [method for method in self.methods[1:] if filters or not method.filters]
        self.methods = plainer or self.methods[-1:]
        self.remarks.append(f"{remark}; reading on by {self.method.value}.")
        self._windows, self._without_order = self._without_order or Windows(), None

    def _move_on(self, answer: Answer, known: Sequence[datetime]) -> None:
        """Go to the next request after an answer that is what was asked for."""
        self._note_latest(known)
        marks = [self._mark(row) for row in answer.rows]
        if self._windows.steps_back_from_a_gap(marks, answer.has_more, answer.page_size):
            self._rereads += 1
            return
        latest_first = self.method in {Method.NEWEST_FIRST, Method.LATEST_FIRST}
        if latest_first and self._floor and known and known[-1] < self._floor:
            self._finished = True
        elif not (self.method is Method.KEYSET and answer.has_more and self._goes_on_from(answer, known)):
            self._windows.advance(marks, answer.has_more, answer.page_size)
            self._finished = self._windows.done

    def _note_latest(self, known: Sequence[datetime]) -> None:
        self.latest = max([*known, *([self.latest] if self.latest else [])], default=None)

    def _goes_on_from(self, answer: Answer, known: Sequence[datetime]) -> bool:
        """Move T to the last change seen, and return whether that was possible."""
        if not known or (self.since and known[-1] <= self.since):
            return False
        position = known[-1] if self.order_is_proven else safe_position(answer.rows, known)
        if position is None:
            self._distrust_order()
            return True
        if self.since and position <= self.since:
            return False
        self.since, self._windows = position, Windows()
        return True

    def _mark(self, row: Row) -> Hashable:
        """Return by what a row is known again in its place; where edits move rows, an edited one is another."""
        return (self._id(row), row.get(self.cursor_field)) if self.method.sorts_by_change else self._id(row)

    def _is_news(self, row: Row, moment: datetime | None) -> bool:
        if moment and self._floor and moment < self._floor:
            return False
        version = self._version(row)
        return version not in self._first_versions and self._recent.is_first_sight(version)

    def _version(self, row: Row) -> Hashable:
        return self._id(row), row.get(self.cursor_field) or repr(row)

    def _id(self, row: Row) -> Hashable:
        found = tuple(str(row[name]) for name in self.key if row.get(name) not in (None, ""))
        return found or repr(row)


def _whole_second(moment: datetime | None) -> datetime | None:
    """Return *moment* without its fraction: filters know whole seconds, so answers begin anywhere in the second."""
    return moment.replace(microsecond=0) if moment else None
