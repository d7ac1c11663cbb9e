"""How does a list become a stream that belongs to the CRM organization, to a module, or to rows of another list?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from typing import Any

from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.checkpoints import are_heard as checkpoints_are_heard
from source_zoho.components.checkpoints import checkpoint
from source_zoho.components.crm_organization import PARTITION_FIELD
from source_zoho.components.crm_pages import CrmPages
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.records import flat
from source_zoho.components.retriever import keys_of, start_of


@dataclass
class CrmListRetriever(Retriever):
    """
    Read a list as ``CrmPages`` describes, and write into its rows what they belong to.

    The extractor's ``records`` say where the rows stand in an answer. With a ``cursor_field`` only what changed since
    is asked for.

        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.CrmListRetriever
          requester: ...
          record_selector: ...
          partition_router: ...
    """

    requester: CrmRequester
    record_selector: RecordSelector
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    name: str = ""
    path: str = ""
    queries: list[str] = field(default_factory=list)
    primary_key: list[str] = field(default_factory=list)
    asks_for_pages: bool = True
    cursor_field: str = ""

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        place, follows = keys_of(self.record_selector)[0], "page" if self.asks_for_pages else "nothing"
        self._list = CrmPages(
            self.name, self.requester, self.path, place, self.primary_key, self.queries, follows=follows
        )

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield the rows of *stream_slice*. Raises AirbyteTracedException when they cannot all be read."""
        where = stream_slice or StreamSlice(partition={}, cursor_slice={})
        since = start_of(where) if self.cursor_field else None
        below = {name: value for name, value in flat(where.partition).items() if name != PARTITION_FIELD}
        began_at: datetime | None = None
        for rows, read_at in self._list.pages(where, since):
            began_at = began_at or read_at
            yield from self.record_selector.filter_and_transform(
                [{**row, **below} for row in rows], stream_state={}, records_schema=records_schema, stream_slice=where
            )
        if self.cursor_field and began_at and checkpoints_are_heard():
            yield checkpoint(self.name, where.partition, self.cursor_field, began_at, not_beyond=began_at)
