"""How is one list of CRM other than a module's records read, page by page?"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson
import requests
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.bodies import body_of, said_flag
from source_zoho.components.crm_asking import answer_with
from source_zoho.components.crm_errors import FEATURE_IS_OFF, HAS_NO_SUCH_LIST, NOTHING_THERE, QUESTION_IS_REFUSED
from source_zoho.components.crm_organization import PARTITION_FIELD
from source_zoho.components.crm_questions import since_text
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.lists import filled_path, filled_query, zoho_time
from source_zoho.components.records import flat
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.errors import Transient
from source_zoho.paging.windows import Windows

Row = dict[str, Any]
_WORDS_FOR_PAGES = frozenset({"page", "per_page"})
# By which word of the answer's info a list goes on, and how the question says it.
_MARKS = {"token": ("next_page_token", "page_token"), "index": ("next_index", "index")}
# How Zoho words it that records of a module have no such list; with the same code it says that one record is gone.
_NO_SUCH_LIST = "relation name"
_MOST_REPEATED_PAGES = 3  # a step back from rows that moved may bring nothing new
_log = logging.getLogger("airbyte")


@dataclass
class CrmPages:
    """
    Reads a list while Zoho says that there is more.

    ``place`` is where the rows stand in an answer, with dots for what is nested. ``path`` and ``queries`` may name
    fields of the slice in braces; several queries are several lists of the same things, of which each counts once.
    ``follows`` says how a list goes on: by ``page`` numbers, by a ``token`` or an ``index`` that each answer gives, or
    ``nothing``, for lists that are documented without pages: which are asked without, unless they say so.

    What is learnt on the way: ``is_off``, the organization does not use the feature; ``without``, the modules whose
    records have no such list.
    """

    name: str
    requester: CrmRequester
    path: str
    place: str
    primary_key: Sequence[str]
    queries: Sequence[str] = ()
    follows: str = "page"
    is_off: bool = field(default=False, init=False)
    without: set[str] = field(default_factory=set, init=False)

    def pages(self, where: StreamSlice, since: datetime | None = None) -> Iterator[tuple[list[Row], datetime]]:
        """
        Yield the rows of each page that were not there before, and when Zoho gave them.

        There are none where Zoho has nothing of the kind. Raises AirbyteTracedException when they cannot all be read.
        """
        seen: set[tuple[str, ...]] = set()
        walk = self._by_mark if self.follows in _MARKS else self._by_number
        try:
            for query in self.queries or [""]:
                asked = filled_query(dict(parse_qsl(query)), where)
                for rows, read_at in walk(asked, where, since):
                    news = {key: row for row in rows if (key := key_of(row, self.primary_key)) not in seen}
                    seen.update(news)
                    yield list(news.values()), read_at
        except ZohoFailure as failure:
            if not self._has_nothing(failure, flat(where.partition)):
                raise

    def _by_number(
        self, query: Mapping[str, Any], where: StreamSlice, since: datetime | None
    ) -> Iterator[tuple[list[Row], datetime]]:
        windows, met, repeated, more = Windows(), set[tuple[str, ...]](), 0, False
        while not windows.done and not self.is_off:
            numbered = self.follows == "page" or windows.page.number > 1
            page = {"page": windows.page.number, "per_page": windows.page.size} if numbered else {}
            try:
                response = self._ask({**query, **page}, where, since, promised=more)
            except ZohoFailure as failure:
                if not (self.follows == "page" and _is_about_pages(failure)):
                    raise
                self.follows = "nothing"
                continue
            rows, info = rows_at(self.place, response), info_of(response)
            yield rows, zoho_time(response)
            ids, more = [key_of(row, self.primary_key) for row in rows], bool(said_flag(info.get("more_records")))
            repeated = repeated + 1 if more and met.issuperset(ids) else 0
            if repeated > _MOST_REPEATED_PAGES:
                raise repeats_itself(self.name)
            met.update(ids)
            windows.advance(ids, more, _whole(info.get("per_page")) if numbered else len(rows))

    def _by_mark(
        self, query: Mapping[str, Any], where: StreamSlice, since: datetime | None
    ) -> Iterator[tuple[list[Row], datetime]]:
        said, asked = _MARKS[self.follows]
        mark: dict[str, Any] = {}
        while not self.is_off:
            response = self._ask({**query, **mark}, where, since, promised=bool(mark))
            yield rows_at(self.place, response), zoho_time(response)
            following, more = info_of(response).get(said), said_flag(info_of(response).get("more_records"))
            if not following or more is False:
                return
            if mark == {asked: following}:
                if more:
                    raise repeats_itself(self.name)
                return
            mark = {asked: following}

    def _ask(
        self, query: Mapping[str, Any], where: StreamSlice, since: datetime | None, *, promised: bool
    ) -> requests.Response:
        return answer_with(
            self.place.split(".")[0],
            self.requester,
            self.name,
            promised=promised,
            stream_slice=where,
            path=filled_path(self.path, where),
            request_params=query,
            request_headers={"If-Modified-Since": since_text(since)} if since else {},
        )

    def _has_nothing(self, failure: ZohoFailure, partition: Mapping[str, Any]) -> bool:
        """Tell whether *failure* says that there is nothing of the kind, which is no gap, and say so in the log."""
        if failure.code in FEATURE_IS_OFF:
            if not self.is_off:
                _log.info("%s has no rows: the feature is off in this organization (%s).", self.name, failure.code)
            self.is_off = True
            return True
        below = [value for name, value in partition.items() if name != PARTITION_FIELD]
        about_the_list = failure.code in HAS_NO_SUCH_LIST or _NO_SUCH_LIST in str(failure.message).lower()
        if not below or not (about_the_list or _is_gone(failure, partition)):
            return False
        if "record_id" in partition and about_the_list:
            below = below[:1]
            self.without.update(below)
        _log.info("%s: Zoho has none for %s (%s).", self.name, ", ".join(map(str, below)), failure.code)
        return True


def repeats_itself(what: str) -> ZohoFailure:
    """Return the failure of *what* comes again and again although Zoho says that there is more."""
    return traced(Transient(f"{what}: Zoho says that there is more, and repeats itself. Run again later."))


def rows_at(place: str, response: requests.Response) -> list[Row]:
    """Return the rows at *place* (keys with dots between) in the body of *response*; a single object is one row."""
    found: Any = body_of(response) or {}
    for key in place.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    if isinstance(found, dict):
        return [found] if found else []
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def info_of(response: requests.Response) -> Mapping[str, Any]:
    """Return what *response* says about its page."""
    info = (body_of(response) or {}).get("info")
    return info if isinstance(info, Mapping) else {}


def key_of(row: Row, primary_key: Sequence[str]) -> tuple[str, ...]:
    """Return what tells *row* apart within its list: the values of *primary_key*, or all of it where one is missing."""
    values = [row.get(name) for name in primary_key]
    return (orjson.dumps(row).decode(),) if None in values else tuple(str(value) for value in values)


def _is_about_pages(failure: ZohoFailure) -> bool:
    return failure.code in QUESTION_IS_REFUSED and failure.parameter in _WORDS_FOR_PAGES


def _is_gone(failure: ZohoFailure, partition: Mapping[str, Any]) -> bool:
    """Tell whether *failure* says that what the rows hang under is not there any more."""
    an_id_is_unknown = failure.code == "INVALID_DATA" and failure.parameter in {"", "id"}
    return failure.code in NOTHING_THERE or ("record_id" in partition and an_id_is_unknown)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) else None
