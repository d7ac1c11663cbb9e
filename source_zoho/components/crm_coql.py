"""
How are the records of a module read by queries, page by page in the order of their ids?

A query gives up to 2,000 rows of up to 500 columns for 3 credits, where a list gives 200 of 50 for one. What it cannot
give of a record is *unsure* in its part, and to be read in another way; what Zoho refuses altogether closes the road.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from source_zoho.components.bodies import body_of, said_flag
from source_zoho.components.connection import tokens
from source_zoho.components.crm_asking import answer_with
from source_zoho.components.crm_reader import ModuleFacts, asked_at
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.crm_road import RoadIsClosed, ends_everything, said_by
from source_zoho.components.traced import ZohoFailure
from source_zoho.coql import keyset
from source_zoho.coql.columns import column_groups
from source_zoho.coql.names import is_path
from source_zoho.coql.select import Query
from source_zoho.coql.shape import CoqlShape, Size
from source_zoho.crm.canonical import Part
from source_zoho.crm.fields import Field
from source_zoho.crm.roads import query_limits
from source_zoho.crm.values import whole
from source_zoho.crm.weave import Row, Weave, moment
from source_zoho.oauth.tokens import TokenStore

__all__ = ["CoqlPage", "CoqlReader", "CoqlShape", "forget", "shape_for"]

# https://www.zoho.com/crm/developer/docs/api/v8/COQL-Limitations.html
_NEVER_GIVEN = frozenset({"address", "imageupload", "multiselectlookup", "multiuserlookup", "subform"})
_NAMES_A_COLUMN = frozenset({"INVALID_DATA", "INVALID_QUERY"})
_TOO_MUCH, _SCOPE_IS_MISSING = "LIMIT_EXCEEDED", "OAUTH_SCOPE_MISMATCH"
_MOST_LESSONS = 40  # for one page; each costs a call


@dataclass(frozen=True)
class CoqlPage:
    """
    The records behind one id, up to *last_id*: as *parts*, but for the *torn* ones, of which answers gave two versions.

    *more* tells that there are others behind them, and *read_at* when Zoho was asked.
    """

    parts: list[Part]
    more: bool
    last_id: str
    read_at: datetime
    torn: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Answer:
    rows: list[Row]
    more: bool


@dataclass
class CoqlReader:
    """Reads the module of *facts* by queries of as much as *shape* says, and lets all readers know what it learns."""

    facts: ModuleFacts
    requester: CrmRequester
    shape: CoqlShape

    def __post_init__(self) -> None:
        if self.facts.canonical is None:
            raise ValueError(f"{self.facts.stream} has no form that records of queries could be brought into")
        self._canonical = self.facts.canonical
        fields = self._canonical.fields
        self._formulas = frozenset(each.api_name for each in fields if each.is_computed)
        self._left_out = {each.api_name for each in fields if not _can_be_asked_for(each)}
        self._always = ("id", self.facts.changed_at) if self.facts.changed_at else ("id",)
        self._more_is_behind = ""  # this id, as the last page said

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that queries do not give: they are unsure in every part."""
        return tuple(name for name in self._canonical.names if name in self._left_out)

    @property
    def groups(self) -> int:
        """The number of queries that one page of records takes."""
        return len(self._groups())

    def count(self, since: datetime | None = None, after_id: str = "") -> int:
        """
        Return how many records there are behind *after_id* that changed at or after *since* (None: all).

        Raises RoadIsClosed when Zoho does not count them.
        """
        try:
            response = self._put(keyset.count(self._reach(since, after_id)), promised=True)
        except ZohoFailure as failure:
            raise self._refused(failure) from None
        row = next(iter(_rows_in(response)), {keyset.COUNT: 0})
        numbers = [number for number in map(whole, row.values()) if number is not None]
        number = whole(row.get(keyset.COUNT, numbers[0] if len(numbers) == 1 else None))
        if number is None or number < 0:
            raise self._closed("Zoho's answer has no number where that of its records was asked for")
        return number

    def page(self, since: datetime | None, after_id: str, rows: int) -> CoqlPage:
        """
        Return the first *rows* records, or fewer, behind *after_id* that changed at or after *since* (None: all).

        Raises RoadIsClosed when this module cannot be read by queries.
        """
        reach = self._reach(since, after_id)
        for _ in range(_MOST_LESSONS):
            page = self._page(reach, min(rows, self.shape.rows))
            if page is not None:
                self._more_is_behind = page.last_id if page.more else ""
                return page
        raise self._closed("Zoho refuses too many of its columns")

    # ── a page ──

    def _reach(self, since: datetime | None, after_id: str) -> keyset.Reach:
        if self.shape.refusal:
            raise RoadIsClosed(*self.shape.refusal)
        changed_at = self.facts.changed_at
        return keyset.Reach(self.facts.api_name, changed_at, since if changed_at else None, after_id)

    def _page(self, reach: keyset.Reach, rows: int) -> CoqlPage | None:
        """Return a page of *rows*; None when Zoho taught us to ask otherwise."""
        read_at: datetime | None = None
        answers: list[_Answer] = []
        groups = self._groups()
        for group in groups:
            asked = Size(rows, len(group), sum(name in self._formulas for name in group))
            try:
                promised = not answers and bool(reach.after) and reach.after == self._more_is_behind
                response = self._put(keyset.page(reach, group, rows), promised=promised)
            except ZohoFailure as failure:
                if ends_everything(failure) or not self._learns_from(failure, asked, group):
                    raise self._refused(failure) from None
                return None
            read_at = read_at or asked_at(response)
            answers.append(self._answer(response, reach, asked))
            if not answers[0].rows:
                break  # there are no records for the other groups to tell more of
            rows = next(query_limits(len(answers[0].rows), rows))
        return None if read_at is None else self._joined(answers, reach, read_at, len(groups))

    def _groups(self) -> list[tuple[str, ...]]:
        names = [name for name in self._canonical.names if name not in self._left_out]
        shape = self.shape
        return column_groups(names, self._always, shape.columns, self._formulas, shape.formulas)

    def _joined(self, answers: Sequence[_Answer], reach: keyset.Reach, read_at: datetime, groups: int) -> CoqlPage:
        """Return the page up to the id that every group has come to."""
        ends = [answer.rows[-1]["id"] for answer in answers if answer.more]
        end = min(ends, key=int, default="")
        last_id = end or max((answer.rows[-1]["id"] for answer in answers if answer.rows), key=int, default=reach.after)
        if len(answers) < groups:
            return CoqlPage([], False, last_id, read_at)
        within = [_up_to(end, answer.rows) for answer in answers]
        weave = Weave(groups, self.facts.changed_at)
        whole_rows = weave.take(within, read_at)
        weave.give_up_waiting()
        return CoqlPage(self._parts(whole_rows), bool(end), last_id, read_at, tuple(weave.pop_torn()))

    def _parts(self, rows: Sequence[Row]) -> list[Part]:
        parts = [self._canonical.from_coql(row) for row in rows]
        missing = self.missing
        if not missing:
            return parts
        return [Part(part.row, tuple(dict.fromkeys((*part.unsure, *missing)))) for part in parts]

    # ── answers ──

    def _answer(self, response: requests.Response, reach: keyset.Reach, asked: Size) -> _Answer:
        rows = _rows_in(response)
        info = (body_of(response) or {}).get("info")
        told = said_flag(info.get("more_records")) if isinstance(info, Mapping) else None
        more = bool(rows) and (len(rows) >= asked.rows if told is None else told)
        self._refuse_what_was_not_asked_for(rows, reach)
        self.shape.accepted(asked, len(rows), more=more)
        return _Answer(rows, more)

    def _refuse_what_was_not_asked_for(self, rows: Sequence[Row], reach: keyset.Reach) -> None:
        """Raise RoadIsClosed for records that do not come in the order of their ids, or are not of those in *reach*."""
        before = int(reach.after or 0)
        for row in rows:
            record_id = row.get("id")
            if not (isinstance(record_id, str) and record_id.isascii() and record_id.isdecimal()):
                raise self._closed("Zoho gives records without an id")
            if int(record_id) <= before:
                raise self._closed("Zoho does not give its records in the order of their ids")
            before = int(record_id)
        since = reach.since.replace(microsecond=0) if reach.since else None
        if since and any((changed := moment(row.get(reach.changed_at))) and changed < since for row in rows):
            raise self._closed("Zoho gives records that are older than asked for")

    def _put(self, query: Query, *, promised: bool) -> requests.Response:
        try:
            body = {"select_query": query.text}
        except ValueError as odd:
            raise self._closed(str(odd)) from None
        return answer_with(
            "data", self.requester, self.facts.stream, promised=promised, path="coql", request_body_json=body
        )

    # ── refusals ──

    def _learns_from(self, failure: ZohoFailure, size: Size, group: Sequence[str]) -> bool:
        """Tell whether another question may be answered where *failure* answered one for *group*."""
        named = {str(value) for value in failure.details.values()}
        column = next((name for name in group if name in named and name not in self._always), "")
        if failure.code == _TOO_MUCH:
            words = "\n".join([*named, str(failure.message).partition("Zoho said")[2]])
            if column in self._formulas:
                words = "formula"
            if self.shape.refused(size, whole(failure.details.get("limit")), words):
                return True
            column = column if column in self._formulas else ""
        elif failure.code not in _NAMES_A_COLUMN:
            return False
        self._left_out |= {column} if column else set()
        return bool(column)

    def _refused(self, failure: ZohoFailure) -> Exception:
        """Return what comes of *failure*: the end of this road, unless it is that of others, too."""
        if ends_everything(failure):
            return failure
        code = str(failure.code)
        if code == _SCOPE_IS_MISSING and not self.shape.answered:
            reason = "No module is read by queries: the refresh_token lacks the scope ZohoCRM.coql.READ."
            self.shape.close(reason, code)
            return RoadIsClosed(reason, code)
        return RoadIsClosed(f"Zoho does not give module {self.facts.api_name} by queries. {said_by(failure)}", code)

    def _closed(self, why: str) -> RoadIsClosed:
        return RoadIsClosed(f"Module {self.facts.api_name} is not read by queries: {why}.")


def _can_be_asked_for(field: Field) -> bool:
    return field.data_type not in _NEVER_GIVEN and is_path(field.api_name)


def _rows_in(response: requests.Response) -> list[Row]:
    rows = (body_of(response) or {}).get("data")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _up_to(end: str, rows: list[Row]) -> list[Row]:
    """Return those of *rows* up to the id *end*, all when it says none."""
    if not end or not rows or int(rows[-1]["id"]) <= int(end):
        return rows
    return [row for row in rows if int(row["id"]) <= int(end)]


_shapes: dict[TokenStore, CoqlShape] = {}
_lock = threading.Lock()


def shape_for(config: Mapping[str, Any]) -> CoqlShape:
    """Return how much the organization of *config* takes in a query, as far as this run has learned it."""
    with _lock:
        return _shapes.setdefault(tokens(config), CoqlShape())


def forget() -> None:
    """Learn anew: the next run may have another token, or find Zoho changed."""
    with _lock:
        _shapes.clear()
