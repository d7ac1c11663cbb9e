"""Which records of a CRM module were deleted, and since when may deletions be missing?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import requests
from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.bodies import said_flag
from source_zoho.components.checkpoints import are_heard as checkpoints_are_heard
from source_zoho.components.checkpoints import checkpoint
from source_zoho.components.crm_asking import answer_with
from source_zoho.components.crm_errors import CHAIN_IS_FULL
from source_zoho.components.crm_pages import Row, info_of, rows_at
from source_zoho.components.crm_reader import since_text
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.lists import zoho_time
from source_zoho.components.retriever import start_of
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.configuration import lookback_minutes, start_date
from source_zoho.crm.weave import moment
from source_zoho.errors import ConfigProblem, Transient
from source_zoho.paging.windows import Windows

# https://www.zoho.com/crm/developer/docs/api/v8/get-deleted-records.html: 60 days in the recycle bin, 120 days after
# a record left it. What was emptied from the bin by hand is told for 120 days; less is promised for nothing.
KEPT_FOR = timedelta(days=120)
DELETED_AT = "deleted_time"


@dataclass(frozen=True)
class DeletedRecords:
    """
    Lists which records of a module were deleted, each once; *name* is the stream on whose behalf.

    A list that is too long for Zoho's pages is read in its two parts, of records in the bin and of those that left it.
    """

    requester: CrmRequester
    name: str

    def pages(self, module: str, since: datetime | None) -> Iterator[tuple[list[Row], datetime]]:
        """Yield the deletions of *module* since then, and when Zoho gave them. Raises ZohoFailure when it does not."""
        seen: set[str] = set()
        try:
            yield from self._list(module, since, "all", seen)
        except ZohoFailure as failure:
            if failure.code not in CHAIN_IS_FULL:
                raise
            for kind in ("recycle", "permanent"):
                yield from self._list(module, since, kind, seen)

    def _list(
        self, module: str, since: datetime | None, kind: str, seen: set[str]
    ) -> Iterator[tuple[list[Row], datetime]]:
        windows = Windows()
        while not windows.done:
            asked = {"type": kind, "page": windows.page.number, "per_page": windows.page.size}
            response = self._ask(module, asked, since)
            rows, info = rows_at("data", response), info_of(response)
            news = [row for row in rows if not _is_older(row, since) and row.get("id") not in seen]
            seen.update(str(row.get("id")) for row in news)
            yield news, zoho_time(response)
            size = info.get("per_page")
            ids = [str(row.get("id")) for row in rows]
            windows.advance(ids, bool(said_flag(info.get("more_records"))), size if isinstance(size, int) else None)
            if windows.stalled:
                raise traced(
                    Transient(
                        f"{self.name} of module {module}: Zoho says that there is more, and repeats itself. Run again "
                        "later."
                    )
                )

    def _ask(self, module: str, asked: Mapping[str, Any], since: datetime | None) -> requests.Response:
        headers = {"If-Modified-Since": since_text(since)} if since else {}
        where = f"{self.name} of module {module}"
        return answer_with(
            "data", self.requester, where, path=f"{module}/deleted", request_params=asked, request_headers=headers
        )


@dataclass
class DeletedRecordsRetriever(Retriever):
    """
    Tell the deletions of the slice's module, from the cursor on.

        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.DeletedRecordsRetriever
          requester: ...
          record_selector: ...
          partition_router: ...
    """

    requester: CrmRequester
    record_selector: RecordSelector
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    name: str = ""
    cursor_field: str = DELETED_AT

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._pause_is_untold = Lock()  # whoever gets hold of it tells it, for all modules

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield the deletions of a module. Raises AirbyteTracedException when some of them cannot be told any more."""
        where = stream_slice or StreamSlice(partition={}, cursor_slice={})
        module, since = str(where.partition["module"]), start_of(where)
        began_at: datetime | None = None
        for rows, read_at in DeletedRecords(self.requester, self.name).pages(module, since):
            began_at = began_at or read_at
            yield from self.record_selector.filter_and_transform(
                [{**row, "module": module} for row in rows],
                stream_state={},
                records_schema=records_schema,
                stream_slice=where,
            )
        if began_at and checkpoints_are_heard():
            yield checkpoint(self.name, where.partition, self.cursor_field, began_at, not_beyond=began_at)
        if since and began_at and since != start_date(self.config):
            self._refuse_a_pause_too_long(module, since + timedelta(minutes=lookback_minutes(self.config)), began_at)

    def _refuse_a_pause_too_long(self, module: str, last: datetime, now: datetime) -> None:
        """Raise AirbyteTracedException, once, when Zoho may have forgotten deletions since the *last* sync."""
        if now - last <= KEPT_FOR or not self._pause_is_untold.acquire(blocking=False):
            return
        raise traced(
            ConfigProblem(
                f"{self.name}: the last sync of {module} was {(now - last).days} days ago, and Zoho tells deletions "
                f"for {KEPT_FOR.days} days, so some may be missing. Refresh the stream of {module} in full, and those "
                "of other modules with such a pause, to be rid of records that are gone; the next sync of deletions "
                "goes on from now."
            )
        )


def _is_older(row: Row, since: datetime | None) -> bool:
    deleted = moment(row.get(DELETED_AT))
    return since is not None and deleted is not None and deleted < since
