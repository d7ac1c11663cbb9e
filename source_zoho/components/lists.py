"""How is one list read from its first row to its last, and what did its answers teach us about it?"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.requesters.paginators.default_paginator import DefaultPaginator
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.bodies import code_of, message_of, page_context_of, said_flag
from source_zoho.components.errors import is_gone
from source_zoho.components.records import KeyExtractor, flat
from source_zoho.components.requester import ZohoRequester
from source_zoho.components.rules import UNREADABLE
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.errors import Transient
from source_zoho.paging.walk import Answer, Ask, Method, Row, Walk, ladder

CHANGED_AT = "last_modified_time"
PAGE_SIZE = "per_page"
NO_SUCH_ADDRESS = 5  # Zoho's code: https://www.zoho.com/books/api/v3/errors/
_FIELD = re.compile(r"\{(\w+)\}")
_TRIES_FOR_A_WHOLE_ANSWER = 3
_log = logging.getLogger("airbyte")


@dataclass(frozen=True)
class ListFacts:
    """
    What is known about a list: where it is asked for, what its rows are called, and how far it can be relied on.

    ``path`` and ``query`` may name fields of the slice in braces, as in ``invoices/{invoice_id}/comments``. ``method``
    is where the walk begins, ``stable_sort`` a column that edits do not change, ``changed_at`` the field of a row that
    says when it changed, and ``also_changed_at`` names that the same field was seen to have. ``or_path`` is another
    path, for lists that are written down under two. ``keeps_state`` tells that the next sync will ask only for what
    changed since this one, and ``may_be_nothing`` that Zoho's word that there is no such thing means no rows, as it
    does below a parent, which may have been deleted meanwhile.
    """

    name: str
    path: str
    records: Sequence[str]
    primary_key: Sequence[str]
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "plain"
    stable_sort: str = ""
    sort_documented: bool = True
    changed_at: str = CHANGED_AT
    also_changed_at: Sequence[str] = ()
    or_path: str = ""
    asks_for_pages: bool = True
    keeps_state: bool = False
    may_be_nothing: bool = False


@dataclass(frozen=True)
class Page:
    """
    Rows that are news, and when Zoho answered.

    ``reached`` is the instant up to which every change has been handed out with this page, and ``in_order`` tells
    whether its rows came in the order of change; both only where Zoho vouches for the order.
    """

    rows: list[Row]
    read_at: datetime
    reached: datetime | None = None
    in_order: bool = False


class Refusal(AirbyteTracedException):
    """Zoho does not take the question, and there is no plainer one."""


class ListReader:
    """Walks through a list by the strongest method that it honours, as ``source_zoho.paging.walk`` describes."""

    def __init__(
        self, facts: ListFacts, requester: ZohoRequester, paginator: DefaultPaginator, lookback_seconds: int = 0
    ) -> None:
        self.facts = facts
        self._requester = requester
        self._paginator = paginator
        self._lookback_seconds = lookback_seconds
        self._extractor = KeyExtractor(list(facts.records))
        self._methods = ladder(Method(facts.method), facts.stable_sort)
        self._paths: tuple[str, ...] = (facts.path, facts.or_path) if facts.or_path else (facts.path,)

    def pages(self, where: StreamSlice, since: datetime | None = None) -> Iterator[Page]:
        """
        Yield the list of *where*, from the changes of *since* on (None: everything), page by page.

        Raises AirbyteTracedException when it cannot be read to its end.
        """
        facts = self.facts
        walk = Walk(self._methods, facts.primary_key, facts.changed_at, since, documented_sort=facts.sort_documented)
        began, read_at, pages = time.monotonic(), None, 0
        while ask := walk.ask:
            response = self._fetch(ask, where)
            read_at = read_at or zoho_time(response)
            rows = self._take(walk, response, where)
            if walk.stalled:
                raise traced(Transient(self._stalled(ask, where)))
            in_order = walk.method is Method.KEYSET and walk.order_is_proven
            yield Page(rows, read_at, walk.since if in_order else None, in_order)
            pages += 1
            if walk.ask is None and pages > 1 and self._may_have_missed_edits(walk, read_at, time.monotonic() - began):
                walk.look_again(read_at - timedelta(seconds=1))
                began, read_at, pages = time.monotonic(), None, 0

    def place(self, where: StreamSlice) -> str:
        """Say which list this is, for people."""
        organization = flat(where.partition).get("organization_id")
        return f"{self.facts.name} of organization {organization}" if organization else self.facts.name

    def _stalled(self, ask: Ask, where: StreamSlice) -> str:
        return (
            f"{self.place(where)}: Zoho says that more rows follow page {ask.page.number}, and gave no new ones several"
            " times, so some may be missing. Run again later; if it stays so, please report it."
        )

    def _fetch(self, ask: Ask, where: StreamSlice) -> requests.Response:
        """Return Zoho's answer to *ask*: either the list, or a refusal of the question (code 2)."""
        for _ in range(_TRIES_FOR_A_WHOLE_ANSWER):
            response = self._send(ask, where)
            if response is not None and (code_of(response) != 0 or self._extractor.find(response) is not None):
                return response
        raise traced(Transient(f"{self.place(where)}: Zoho answered several times without the list. Run again later."))

    def _send(self, ask: Ask, where: StreamSlice) -> requests.Response | None:
        """Put *ask* to Zoho, under the list's other path where the first is none of Zoho's addresses."""
        paths = self._paths
        for path in paths:
            try:
                response = self._requester.send_request(
                    stream_slice=where,
                    path=filled_path(path, where),
                    request_params=self._parameters_of(ask, where),
                    request_headers=_headers_of(ask),
                )
            except ZohoFailure as failure:
                if not is_no_such_address(failure) or path == paths[-1]:
                    raise
                continue
            self._paths = (path, *(each for each in paths if each != path))
            return response
        return None

    def _parameters_of(self, ask: Ask, where: StreamSlice) -> dict[str, Any]:
        parameters: dict[str, Any] = filled_query(self.facts.query, where)
        parameters |= ask.parameters(self.facts.changed_at, self.facts.stable_sort)
        if self.facts.asks_for_pages or ask.page.number > 1:
            token = {"next_page_token": ask.page.number}
            parameters |= self._paginator.get_request_params(next_page_token=token)
            parameters[PAGE_SIZE] = ask.page.size
        return parameters

    def _take(self, walk: Walk, response: requests.Response, where: StreamSlice) -> list[Row]:
        """Hand the answer to *walk*, say what it learned about the list, and return the rows that are news."""
        known = len(walk.remarks)
        may_be_nothing = self.facts.may_be_nothing or "parent_slice" in where.partition
        if code_of(response) == 0 or (is_gone(response) and may_be_nothing):
            rows = walk.take(self._answer(response))
        elif walk.refuse(message_of(response)):
            rows = []
        else:
            said = f"code {code_of(response)}: {message_of(response)}"
            sentence = f"{self.place(where)}: Zoho refused the request ({said}). Please report this."
            raise Refusal(message=sentence, internal_message=sentence, failure_type=FailureType.system_error)
        for remark in walk.remarks[known:]:
            _log.warning("%s: %s Nothing is lost; it may cost more calls.", self.place(where), remark)
            self._methods = tuple(walk.methods)  # the next organization need not find out again
        return rows

    def _answer(self, response: requests.Response) -> Answer:
        rows = self._extractor.find(response) or []
        for row in rows if self.facts.also_changed_at else ():
            say_when_changed(row, self.facts)
        context = page_context_of(response)
        page_size = _number(context.get("per_page"))
        has_more = said_flag(context.get("has_more_page"))
        if has_more is None:  # a page as long as pages are: as we asked for, or as Zoho says that its own are
            asked = _asked_page_size(response)
            has_more = self.facts.asks_for_pages and len(rows) >= min(asked, page_size or asked)
        return Answer(rows, has_more, page_size, context.get("sort_column"))

    def _may_have_missed_edits(self, walk: Walk, read_at: datetime, seconds: float) -> bool:
        """
        Tell whether rows on pages already read may have changed at a time that the next sync would not ask for.

        Only when a change later than the walk's begin was seen, and the walk took longer than the look-back of the
        next.
        """
        in_order_of_change = walk.method in {Method.KEYSET, Method.NEWEST_FIRST}
        if not self.facts.keeps_state or in_order_of_change or walk.latest is None:
            return False
        return walk.latest > read_at and seconds >= self._lookback_seconds


def is_no_such_address(failure: ZohoFailure) -> bool:
    """Tell whether Zoho has nothing at the address: by its code, or by a page of a server before its API."""
    unanswered = failure.code == UNREADABLE and failure.failure_type is FailureType.config_error
    return failure.code == NO_SUCH_ADDRESS or unanswered


def say_when_changed(row: Row, facts: ListFacts) -> None:
    """Write into *row* when it changed, where it says so under another name."""
    if not row.get(facts.changed_at):
        row[facts.changed_at] = next((row[name] for name in facts.also_changed_at if row.get(name)), None)


def filled_path(path: str, where: StreamSlice) -> str:
    """Return *path* with the fields of the slice in it, each safe in a URL."""
    values = flat(where.partition)
    return _FIELD.sub(lambda found: quote(str(values[found[1]]), safe=""), path)


def filled_query(query: Mapping[str, str], where: StreamSlice) -> dict[str, Any]:
    """Return *query* with the fields of the slice in it."""
    values = flat(where.partition)
    asked = {name: value for name, value in query.items() if not name.startswith("$")}
    return {name: _FIELD.sub(lambda found: str(values[found[1]]), value) for name, value in asked.items()}


def zoho_time(response: requests.Response) -> datetime:
    """Return the time on Zoho's clock when it answered, or ours when it does not say."""
    try:
        moment = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return datetime.now(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # "-0000" says UTC and gives no zone


def _headers_of(ask: Ask) -> dict[str, str]:
    """Return headers that make a page read again another request to the cache that the CDK keeps for parents."""
    return {"Cache-Control": f'no-cache, again="{ask.reread}"'} if ask.reread else {}


def _number(value: Any) -> int | None:
    """Return *value* as a whole number above 0; some answers have it as text."""
    return int(value) if str(value).isdigit() and int(value) else None


def _asked_page_size(response: requests.Response) -> int:
    """Return the page size that the request asked for."""
    _, _, after = (response.request.url or "").partition("per_page=")
    digits = after.split("&")[0]
    return int(digits) if digits.isdigit() else 0
