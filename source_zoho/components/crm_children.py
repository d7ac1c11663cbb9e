"""How is read what hangs below single records of CRM, at a call for each record that changed?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any

from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.declarative.partition_routers.partition_router import PartitionRouter
from airbyte_cdk.sources.declarative.requesters.request_options import DefaultRequestOptionsProvider
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.checkpoints import are_heard as checkpoints_are_heard
from source_zoho.components.checkpoints import checkpoint
from source_zoho.components.crm_metadata import metadata_for
from source_zoho.components.crm_pages import CrmPages, Row
from source_zoho.components.crm_reader import Batch, ModuleFacts, ModuleReader
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.retriever import EVERYTHING, keys_of, start_of
from source_zoho.configuration import wants_details
from source_zoho.crm.walk import CHANGED_AT

PARENT_CHANGED_AT = "parent_modified_time"
_WITH_RECORDS_OF_PEOPLE = frozenset({"default", "custom"})


@dataclass
class ModulesOfRecords(DefaultRequestOptionsProvider, PartitionRouter):
    """
    Give a stream one partition for each module whose changed records can be followed, when details are asked for.

    ``modules`` are API names (none: every module of Zoho's or the user's making that knows when its records changed).

        partition_router: {type: CustomPartitionRouter, class_name: source_zoho.components.ModulesOfRecords, ...}
    """

    one: CrmRequester
    five: CrmRequester
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    modules: list[str] = field(default_factory=list)

    def stream_slices(self) -> Iterable[StreamSlice]:
        """Yield a slice for each module; none, and so no call, unless the configuration asks for details."""
        if not wants_details(self.config):
            return
        for each in metadata_for(self.config, self.one, self.five).described():
            followed = each.module.generated_type in _WITH_RECORDS_OF_PEOPLE and each.cursor_field == CHANGED_AT
            if followed and (not self.modules or each.module.api_name in self.modules):
                yield StreamSlice(partition={"module": each.module.api_name}, cursor_slice={})

    def get_stream_state(self) -> Mapping[str, Any] | None:
        """Return no state: the cursor of each stream keeps its own."""
        return None


@dataclass
class RecordChildrenRetriever(Retriever):
    """
    Read the list below each record of the slice's module that changed, oldest change first.

    ``path`` and ``queries`` name the record as ``{record_id}``; ``called`` is the field in which the rows name it.
    ``follows`` is how the list goes on, as in ``CrmPages``.

        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.RecordChildrenRetriever
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
    called: str = "record_id"
    follows: str = "page"

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        place, key = keys_of(self.record_selector)[0], [name for name in self.primary_key if name != self.called]
        self._list = CrmPages(self.name, self.requester, self.path, place, key, self.queries, follows=self.follows)

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield what hangs below the records of a module. Raises AirbyteTracedException when it cannot all be read."""
        where = stream_slice or StreamSlice(partition={}, cursor_slice={})
        module, since = str(where.partition["module"]), start_of(where)
        facts = ModuleFacts(stream=self.name, api_name=module, fields=[CHANGED_AT])
        reader = ModuleReader(facts, self.requester, rounds_between_checkpoints=1)
        for batch in reader.batches(since):
            for rows in self._below(module, batch):
                yield from self.record_selector.filter_and_transform(
                    rows, stream_state={}, records_schema=records_schema, stream_slice=where
                )
            if batch.reached and reader.began_at and checkpoints_are_heard():
                reached = max(batch.reached, since or EVERYTHING)
                yield checkpoint(self.name, where.partition, PARENT_CHANGED_AT, reached, not_beyond=reader.began_at)

    def _below(self, module: str, batch: Batch) -> Iterator[list[Row]]:
        for record in batch.rows:
            below = {"module": module, self.called: record["id"]}
            place = StreamSlice(partition={"module": module, "record_id": record["id"]}, cursor_slice={})
            for rows, _ in self._list.pages(place):
                yield [{**row, **below, PARENT_CHANGED_AT: record.get(CHANGED_AT)} for row in rows]
