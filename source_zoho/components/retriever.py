"""How is one list of one organization read from its first row to its last?"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.declarative.requesters.paginators.default_paginator import DefaultPaginator
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.bodies import body_of, code_of, message_of
from source_zoho.components.checkpoints import are_heard as checkpoints_are_heard
from source_zoho.components.checkpoints import checkpoint
from source_zoho.components.errors import is_gone
from source_zoho.components.records import KeyExtractor
from source_zoho.components.requester import ZohoRequester
from source_zoho.components.traced import traced
from source_zoho.configuration import lookback_minutes
from source_zoho.errors import Transient, Unexpected
from source_zoho.paging.walk import Answer, Ask, Method, Walk, ladder

READ_AT = "read_at"
_CHANGED_AT = "last_modified_time"
_TRIES_FOR_A_WHOLE_ANSWER = 3
_PAGES_BETWEEN_CHECKPOINTS = 25
# The manifest's start when the configuration has none: no filter is sent.
_EVERYTHING = datetime(2000, 1, 1, tzinfo=UTC)
_log = logging.getLogger("airbyte")


@dataclass
class ListRetriever(Retriever):
    """
    Walk through a list by the strongest method that it honours, as ``source_zoho.paging.walk`` describes.

    ``method`` is where the walk begins (keyset, filter, newest_first, scan, plain), ``stable_sort`` a column that
    edits do not change, and ``cursor_field`` where a record says when it changed. With ``read_at`` as the cursor
    field a record is given the time at which its walk began, for lists that filter by change but do not show it.
    Lists that are documented without pages are asked without, unless they say that more follows (``asks_for_pages:
    false``).

        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.ListRetriever
          requester: ...
          paginator: ...
          record_selector: ...
          partition_router: ...
    """

    requester: ZohoRequester
    record_selector: RecordSelector
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    paginator: DefaultPaginator
    name: str = ""
    primary_key: list[str] = field(default_factory=list)
    method: str = "plain"
    stable_sort: str = ""
    sort_documented: bool = True
    cursor_field: str = ""
    asks_for_pages: bool = True
    checkpoints: bool = True

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._methods = ladder(Method(self.method), self.stable_sort)
        self._lookback_seconds = 60 * lookback_minutes(self.config)

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield the records of *stream_slice*. Raises AirbyteTracedException when they cannot all be read."""
        where = stream_slice or StreamSlice(partition={}, cursor_slice={})
        walk = Walk(
            self._methods, self.primary_key, _CHANGED_AT, self._since(where), documented_sort=self.sort_documented
        )
        began, read_at, pages = time.monotonic(), None, 0
        while ask := walk.ask:
            try:
                response = self._fetch(ask, where)
            except AirbyteTracedException:
                yield from self._checkpoint(walk, where)
                raise
            read_at = read_at or _zoho_time(response)
            yield from self._records(self._take(walk, response, where), records_schema, where, read_at)
            pages += 1
            if pages % _PAGES_BETWEEN_CHECKPOINTS == 0:
                yield from self._checkpoint(walk, where)
            if walk.ask is None and pages > 1 and self._may_have_missed_edits(walk, read_at, time.monotonic() - began):
                walk.look_again(read_at - timedelta(seconds=1))
                began, read_at, pages = time.monotonic(), None, 0

    def _since(self, where: StreamSlice) -> datetime | None:
        """Return the instant from which changes are wanted, or None for everything."""
        start = where.cursor_slice.get("start_time")
        if not self.cursor_field or start is None:
            return None
        moment = datetime.fromtimestamp(int(start), tz=UTC)
        return moment if moment > _EVERYTHING else None

    def _fetch(self, ask: Ask, where: StreamSlice) -> requests.Response:
        """Return Zoho's answer to *ask*: either the list, or a refusal of the question (code 2)."""
        for _ in range(_TRIES_FOR_A_WHOLE_ANSWER):
            response = self.requester.send_request(
                stream_slice=where, request_params=self._parameters_of(ask, where), request_headers=_headers_of(ask)
            )
            if response is not None and (code_of(response) != 0 or self._rows(response) is not None):
                return response
        raise traced(Transient(f"{self._place(where)}: Zoho answered several times without the list. Run again later."))

    def _parameters_of(self, ask: Ask, where: StreamSlice) -> dict[str, Any]:
        parameters: dict[str, Any] = dict(ask.parameters(_CHANGED_AT, self.stable_sort))
        if self.asks_for_pages or ask.page.number > 1:
            token = {"next_page_token": ask.page.number}
            parameters |= self.paginator.get_request_params(next_page_token=token, page_size_override=ask.page.size)
        return parameters

    def _rows(self, response: requests.Response) -> list[dict[str, Any]] | None:
        extractor = self.record_selector.extractor
        if not isinstance(extractor, KeyExtractor):
            raise TypeError(f"{self.name}: ListRetriever wants a KeyExtractor in its record_selector")
        return extractor.find(response)

    def _take(self, walk: Walk, response: requests.Response, where: StreamSlice) -> list[dict[str, Any]]:
        """Hand the answer to *walk*, say what it learned about the list, and return the rows that are news."""
        known = len(walk.remarks)
        if code_of(response) == 0 or (is_gone(response) and "parent_slice" in where.partition):
            rows = walk.take(self._answer(response))
        elif not is_gone(response) and walk.refuse(message_of(response)):
            rows = []
        else:
            raise traced(
                Unexpected(
                    f"{self._place(where)}: Zoho refused the request ({message_of(response)}). Please report this."
                )
            )
        for remark in walk.remarks[known:]:
            _log.warning("%s: %s Nothing is lost; it may cost more calls.", self._place(where), remark)
            self._methods = tuple(walk.methods)  # the next organization need not find out again
        return rows

    def _answer(self, response: requests.Response) -> Answer:
        rows = self._rows(response) or []
        context = (body_of(response) or {}).get("page_context") or {}
        has_more = context.get("has_more_page")
        if has_more is None:
            has_more = self.asks_for_pages and len(rows) >= _asked_page_size(response)
        return Answer(rows, bool(has_more), context.get("per_page"), context.get("sort_column"))

    def _records(
        self, rows: list[dict[str, Any]], schema: Mapping[str, Any], where: StreamSlice, read_at: datetime
    ) -> Iterable[StreamData]:
        if self.cursor_field == READ_AT:
            stamp = read_at.strftime("%Y-%m-%dT%H:%M:%S+0000")
            rows = [{**row, READ_AT: stamp} for row in rows]
        yield from self.record_selector.filter_and_transform(
            rows, stream_state={}, records_schema=schema, stream_slice=where
        )

    def _checkpoint(self, walk: Walk, where: StreamSlice) -> Iterable[StreamData]:
        """Yield how far a walk in the order of change has come: everything older than its position has been emitted."""
        wanted = self.checkpoints and checkpoints_are_heard() and self.cursor_field == _CHANGED_AT
        if wanted and walk.method is Method.KEYSET and walk.order_is_proven and walk.since:
            yield checkpoint(self.name, where.partition, self.cursor_field, walk.since)

    def _may_have_missed_edits(self, walk: Walk, read_at: datetime, seconds: float) -> bool:
        """
        Tell whether rows on pages already read may have changed at a time that the next sync would not ask for.

        Only when a change later than the walk's begin was seen, and the walk took longer than the look-back of the
        next.
        """
        in_order_of_change = walk.method in {Method.KEYSET, Method.NEWEST_FIRST}
        if in_order_of_change or self.cursor_field != _CHANGED_AT or walk.latest is None:
            return False
        return walk.latest > read_at and seconds >= self._lookback_seconds

    def _place(self, where: StreamSlice) -> str:
        organization = where.partition.get("organization_id")
        return f"{self.name} of organization {organization}" if organization else self.name


def _headers_of(ask: Ask) -> dict[str, str]:
    """Return headers that make a page read again another request to the cache that the CDK keeps for parents."""
    return {"Cache-Control": f'no-cache, again="{ask.reread}"'} if ask.reread else {}


def _zoho_time(response: requests.Response) -> datetime:
    """Return the time on Zoho's clock when it answered, or ours when it does not say."""
    try:
        moment = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return datetime.now(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # "-0000" says UTC and gives no zone


def _asked_page_size(response: requests.Response) -> int:
    """Return the page size that the request asked for."""
    _, _, after = (response.request.url or "").partition("per_page=")
    digits = after.split("&")[0]
    return int(digits) if digits.isdigit() else 0
