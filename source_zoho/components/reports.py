"""How does a report of one organization become the lines of a dated snapshot?"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import Any

import requests
from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.bodies import body_of, code_of, message_of, page_context_of, said_flag
from source_zoho.components.errors import is_gone
from source_zoho.components.lists import filled_path, filled_query, zoho_time
from source_zoho.components.organizations import time_zone_of
from source_zoho.components.requester import ZohoRequester
from source_zoho.components.traced import traced
from source_zoho.errors import ConfigProblem, Transient, Unexpected
from source_zoho.reports import Asked, Line, Period, basis_of, lines, period_of, today_in, zone_of

_ENVELOPE = {"code", "message", "page_context"}
_TRIES_FOR_A_WHOLE_ANSWER = 3
_log = logging.getLogger("airbyte")


@dataclass(frozen=True)
class Answered:
    """Which report Zoho gave: for which period, on which basis, read when, and the answer's pages."""

    period: Period
    basis: str | None
    read_at: datetime
    pages: list[Mapping[str, Any]]


@dataclass
class ReportRetriever(Retriever):
    """
    Read a report as it stands now, on each basis that it knows; every line of it is a record.

    ``periods`` are Zoho's words for the times to report about, the present first; without them the row's query says
    which one it is. ``bases`` are accrual and cash, or none where the report knows no difference. Fields of a line that
    the schema declares become columns, the others stay in ``values``. The key holds ``snapshot_date``, so that each day
    keeps its own snapshot and a second sync of the same day replaces it; ``read_at`` tells the two apart.

        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.ReportRetriever
          periods: [TransactionDate.ThisMonth, TransactionDate.PreviousMonth]
          bases: [accrual, cash]
          requester: ...
          record_selector: ...
          partition_router: ...
    """

    requester: ZohoRequester
    record_selector: RecordSelector
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    name: str = ""
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    scope: str = ""
    periods: list[str] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield the lines of *stream_slice*'s report. Raises AirbyteTracedException when Zoho does not give it."""
        where = stream_slice or StreamSlice(partition={}, cursor_slice={})
        today: date | None = None
        given: set[tuple[Period, str | None]] = set()
        for asked in self._questions():
            answered = self._ask(asked, where)
            if answered is None or (answered.period, answered.basis) in given:
                _log.warning("%s: Zoho gives no %s of its own; it is left out.", self._place(where), _named(asked))
                continue
            given.add((answered.period, answered.basis))
            today = today or today_in(answered.period, answered.read_at, self._zone(where))
            head = _head(answered, today)
            yield from self.record_selector.filter_and_transform(
                [_row(line, head, records_schema) for line in _lines(answered.pages)],
                stream_state={},
                records_schema=records_schema,
                stream_slice=where,
            )

    def _questions(self) -> Iterator[Asked]:
        bases: list[str | None] = [*self.bases]
        for period in self.periods or [""]:
            for basis in bases or [None]:
                yield Asked(period, basis)

    def _ask(self, asked: Asked, where: StreamSlice) -> Answered | None:
        """Return the report that was *asked* for, None when there is none on the cash basis."""
        first = self._fetch(asked, where)
        if code_of(first) != 0 and asked.basis == "cash" and not is_gone(first):
            return None
        read_at, context = zoho_time(first), page_context_of(first)
        return Answered(
            period_of(context, asked.period, read_at, self._zone(where)),
            basis_of(context, asked.basis),
            read_at,
            self._pages(first, asked, where),
        )

    def _pages(self, first: requests.Response, asked: Asked, where: StreamSlice) -> list[Mapping[str, Any]]:
        """Return what the answer holds page by page, as far as Zoho says that more follows."""
        pages: list[Mapping[str, Any]] = []
        response = first
        while True:
            if code_of(response) != 0:
                raise self._refusal(response, where)
            page = {key: value for key, value in _body(response).items() if key not in _ENVELOPE}
            if pages and page == pages[-1]:
                raise traced(Unexpected(f"{self._place(where)}: Zoho gave the same page twice. Please report this."))
            pages.append(page)
            if not said_flag(page_context_of(response).get("has_more_page")):
                return pages
            response = self._fetch(asked, where, {"page": str(len(pages) + 1)})

    def _fetch(self, asked: Asked, where: StreamSlice, page: Mapping[str, str] | None = None) -> requests.Response:
        parameters = {**filled_query(self.query, where), **asked.parameters, **(page or {})}
        for _ in range(_TRIES_FOR_A_WHOLE_ANSWER):
            try:
                response = self.requester.send_request(
                    stream_slice=where, path=filled_path(self.path, where), request_params=parameters
                )
            except AirbyteTracedException as error:
                raise self._with_every_scope(error) from None
            if response is not None and (code_of(response) != 0 or set(_body(response)) - _ENVELOPE):
                return response
        raise traced(
            Transient(f"{self._place(where)}: Zoho answered several times without the report. Run again later.")
        )

    def _refusal(self, response: requests.Response, where: StreamSlice) -> AirbyteTracedException:
        """Return why there is no report: it does not exist here, or Zoho does not take the question."""
        place, said = self._place(where), message_of(response)
        if is_gone(response):
            return traced(
                ConfigProblem(f"{place}: this organization does not have this report ({said}). Leave the stream out.")
            )
        return traced(Unexpected(f"{place}: Zoho refused the request ({said}). Please report this."))

    def _with_every_scope(self, error: AirbyteTracedException) -> AirbyteTracedException:
        """Add to a sentence about a missing scope the one that was always seen to suffice: Zoho documents none."""
        if error.message and self.scope and f"ZohoBooks.{self.scope}" in error.message:
            error.message += " ZohoBooks.fullaccess.all covers reports too."
        return error

    def _zone(self, where: StreamSlice) -> tzinfo:
        """Return the time zone of the organization where this process knows it, else UTC."""
        return zone_of(time_zone_of(self.config, str(where.partition.get("organization_id"))))

    def _place(self, where: StreamSlice) -> str:
        organization = where.partition.get("organization_id")
        return f"{self.name} of organization {organization}" if organization else self.name


def _lines(pages: Iterable[Mapping[str, Any]]) -> Iterator[Line]:
    """Yield the lines of all *pages*, numbered through; sections that go on from page to page come once."""
    number = 0
    sections: set[str] = set()
    for page in pages:
        known = frozenset(sections)
        for line in lines(page):
            if line.is_section and line.path in known:
                continue
            if line.is_section:
                sections.add(line.path)
            number += 1
            yield replace(line, number=number)


def _head(answered: Answered, today: date) -> dict[str, Any]:
    first, last = answered.period.first, answered.period.last
    return {
        "snapshot_date": today.isoformat(),
        **({"from_date": first.isoformat()} if first else {}),
        "to_date": last.isoformat(),
        **({"basis": answered.basis} if answered.basis else {}),
        "read_at": answered.read_at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
    }


def _row(line: Line, head: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of *line*; what the schema declares of its values stands beside them as columns."""
    placed = {
        **head,
        "line_number": line.number,
        "depth": line.depth,
        "path": line.path,
        "section": line.section,
        "name": line.name,
        "is_section": line.is_section,
        "account_id": line.account_id,
        "account_code": line.account_code,
        "total": line.total,
    }
    declared = set(schema.get("properties", {})) - set(placed) - {"values"}
    columns = {name: value for name, value in line.values.items() if name in declared}
    others = {name: value for name, value in line.values.items() if name not in declared}
    return {**placed, **columns, "values": others}


def _body(response: requests.Response) -> Mapping[str, Any]:
    return body_of(response) or {}


def _named(asked: Asked) -> str:
    report = f"report for {asked.period}" if asked.period else "report"
    return f"{report} on the {asked.basis} basis" if asked.basis else report
