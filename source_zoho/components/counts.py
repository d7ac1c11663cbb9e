"""How many rows does Zoho say that a list has?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests
from airbyte_cdk.sources.declarative.requesters.paginators.default_paginator import DefaultPaginator
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.bodies import body_of, code_of, page_context_of, said_flag
from source_zoho.components.lists import ListFacts, filled_path, filled_query, zoho_time
from source_zoho.components.records import KeyExtractor
from source_zoho.components.requester import ZohoRequester
from source_zoho.components.retriever import ListRetriever

# "Includes only the number of invoices": https://www.zoho.com/books/api/v3/invoices/#list-invoices. Where the number
# stands is not written anywhere, so every spelling that a sensible person would choose is looked for.
_ONLY_THE_COUNT = {"response_option": "2"}
_SPELLINGS = frozenset(
    {
        "count",
        "noofrecords",
        "numberofrecords",
        "recordcount",
        "recordscount",
        "total",
        "totalcount",
        "totalnumber",
        "totalrecords",
        "totalresults",
        "totalrows",
    }
)


@dataclass(frozen=True)
class Counted:
    """
    How many rows a list has (None: it does not say), ``by`` what we know, and Zoho's time.

    ``by`` is count (Zoho said a number), one_page (it ignored the question, but all rows came on one page), ignored
    (rows came, and more follow), refused, or unclear (neither rows nor a number).
    """

    count: int | None
    by: str
    at: datetime


def ask_for_count(
    requester: ZohoRequester, paginator: DefaultPaginator, facts: ListFacts, where: StreamSlice
) -> Counted:
    """Ask Zoho how many rows the list of *where* has, by one call. Raises AirbyteTracedException when it fails."""
    parameters: dict[str, Any] = filled_query(facts.query, where) | _ONLY_THE_COUNT
    if facts.asks_for_pages:
        parameters |= paginator.get_request_params(next_page_token={"next_page_token": 1})
    response = requester.send_request(
        stream_slice=where, path=filled_path(facts.path, where), request_params=parameters
    )
    if response is None:
        return Counted(None, "unclear", datetime.now(UTC))
    if code_of(response) != 0:
        return Counted(None, "refused", zoho_time(response))
    rows = KeyExtractor(list(facts.records)).find(response)
    count, by = judged(response, facts, len(rows or []))
    return Counted(count, by, zoho_time(response))


def judged(response: requests.Response, facts: ListFacts, rows: int) -> tuple[int | None, str]:
    """Return the count that *response*, which has so many *rows*, stands for, and by what we know it."""
    context = page_context_of(response)
    if rows:
        more = said_flag(context.get("has_more_page", None if facts.asks_for_pages else False))
        return (rows, "one_page") if more is False else (None, "ignored")
    said = _numbers(context, facts.records) or _numbers(body_of(response) or {}, facts.records)
    return (said.pop(), "count") if len(said) == 1 else (None, "unclear")


def _numbers(place: Mapping[str, Any], records: Sequence[str]) -> set[int]:
    """Return the whole numbers that stand in *place* under a name that says that it is a count."""
    names = (
        _SPELLINGS | {f"{_plain(each)}count" for each in records} | {f"{_plain(each)[:-1]}count" for each in records}
    )
    found = {_whole(value) for name, value in place.items() if _plain(name) in names}
    return {each for each in found if each is not None}


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


@dataclass
class CountRetriever(ListRetriever):
    """
    Give one record for each organization, which says how many rows the list has: ``source-zoho counts`` puts this class
    in the place of the list's own.

    A list that refused the question, or ignored it with more than a page of rows, is not asked again.

        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.CountRetriever
          requester: ...
          paginator: ...
          record_selector: ...
          partition_router: ...
    """

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        self._no_count = ""

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield the count of *stream_slice*. Raises AirbyteTracedException when Zoho cannot be asked."""
        where = stream_slice or StreamSlice(partition={}, cursor_slice={})
        if self._no_count:
            yield {"count": None, "by": self._no_count}
            return
        counted = ask_for_count(self.requester, self.paginator, self._list.facts, where)
        if counted.by in {"refused", "ignored"}:
            self._no_count = counted.by
        yield {"count": counted.count, "by": counted.by}
