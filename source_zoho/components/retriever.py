"""How does one list of one organization become the records of a stream?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.declarative.requesters.paginators.default_paginator import DefaultPaginator
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.changes_first import ChangesFirst
from source_zoho.components.checkpoints import are_heard as checkpoints_are_heard
from source_zoho.components.checkpoints import checkpoint
from source_zoho.components.lists import CHANGED_AT, ListFacts, ListReader, Page
from source_zoho.components.records import KeyExtractor
from source_zoho.components.requester import ZohoRequester
from source_zoho.configuration import lookback_minutes

READ_AT = "read_at"
_PAGES_BETWEEN_CHECKPOINTS = 25
# The manifest's start when the configuration has none: no filter is sent.
EVERYTHING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class ListRetriever(Retriever):
    """
    Read a list by the strongest method that it honours.

    ``path`` and ``query`` are those of the list; they may name fields of the slice in braces
    (``projects/{project_id}/users``). ``or_path`` is another path, for lists that are written down under two.
    ``method`` is where the walk begins (keyset, filter, newest_first, scan, plain), ``stable_sort`` a column that
    edits do not change, and ``cursor_field`` where a record says when it changed; ``also_changed_at`` are names that
    this field was seen to have in other accounts. With ``read_at`` as the cursor field a record is given the time at
    which its walk began, for lists that filter by change but do not show it. Lists that are documented without pages
    are asked without, unless they say that more follows (``asks_for_pages: false``). ``nothing_there`` are statuses by
    which Zoho may say that there is nothing to read.

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
    path: str = ""
    or_path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    primary_key: list[str] = field(default_factory=list)
    method: str = "plain"
    stable_sort: str = ""
    sort_documented: bool = True
    cursor_field: str = ""
    also_changed_at: list[str] = field(default_factory=list)
    asks_for_pages: bool = True
    checkpoints: bool = True
    nothing_there: list[int] = field(default_factory=list)

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        shows_change = self.cursor_field not in {"", READ_AT}
        facts = ListFacts(
            name=self.name,
            path=self.path,
            or_path=self.or_path,
            records=keys_of(self.record_selector),
            primary_key=self.primary_key,
            query=self.query,
            method=self.method,
            stable_sort=self.stable_sort,
            sort_documented=self.sort_documented,
            changed_at=self.cursor_field if shows_change else CHANGED_AT,
            also_changed_at=self.also_changed_at,
            may_be_nothing=bool(self.nothing_there),
            asks_for_pages=self.asks_for_pages,
            keeps_state=shows_change,
        )
        reader = ListReader(facts, self.requester, self.paginator, 60 * lookback_minutes(self.config))
        may_follow = self.method == "scan" and shows_change and self.checkpoints
        self._list = ChangesFirst(
            reader, self.requester, self.config, stream=self.name, list_name=self.name, may_follow=may_follow
        )

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield the records of *stream_slice*. Raises AirbyteTracedException when they cannot all be read."""
        where = stream_slice or StreamSlice(partition={}, cursor_slice={})
        reached: datetime | None = None
        try:
            for number, page in enumerate(self._list.pages(where, self._since(where)), start=1):
                rows = (stamped(page) if self.cursor_field == READ_AT else page).rows
                yield from self.record_selector.filter_and_transform(
                    rows, stream_state={}, records_schema=records_schema, stream_slice=where
                )
                reached = page.reached or reached
                if number % _PAGES_BETWEEN_CHECKPOINTS == 0:
                    yield from self._checkpoint(reached, where)
        except AirbyteTracedException:
            yield from self._checkpoint(reached, where)
            raise
        if self._list.has_other_notes(where):
            begin = start_of(where) or EVERYTHING  # the records alone move the cursor
            yield checkpoint(
                self.name, where.partition, self.cursor_field, begin, self._list.notes(where, through=True)
            )

    def _since(self, where: StreamSlice) -> datetime | None:
        return start_of(where) if self.cursor_field else None

    def _checkpoint(self, reached: datetime | None, where: StreamSlice) -> Iterable[StreamData]:
        """Yield how far a walk in the order of change has come: everything older than its position has been emitted."""
        if self.checkpoints and checkpoints_are_heard() and self.cursor_field not in {"", READ_AT} and reached:
            yield checkpoint(self.name, where.partition, self.cursor_field, reached)


def stamped(page: Page) -> Page:
    """Return *page* with the time of its walk in each row: the cursor of lists that do not show when rows changed."""
    stamp = page.read_at.strftime("%Y-%m-%dT%H:%M:%S+0000")
    return replace(page, rows=[{**row, READ_AT: stamp} for row in page.rows])


def start_of(where: StreamSlice) -> datetime | None:
    """Return the instant from which changes are wanted, or None for everything."""
    start = where.cursor_slice.get("start_time")
    if start is None:
        return None
    moment = datetime.fromtimestamp(int(start), tz=UTC)
    return moment if moment > EVERYTHING else None


def keys_of(selector: RecordSelector) -> list[str]:
    """Return under which keys the rows may stand. Raises TypeError when the manifest names another extractor."""
    if not isinstance(selector.extractor, KeyExtractor):
        raise TypeError(f"{selector.name}: reading a list wants a KeyExtractor in its record_selector")
    return selector.extractor.records
