"""How is read what hangs below single records of CRM, at a call for each record that changed?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.declarative.partition_routers.partition_router import PartitionRouter
from airbyte_cdk.sources.declarative.requesters.request_options import DefaultRequestOptionsProvider
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.checkpoints import are_heard as checkpoints_are_heard
from source_zoho.components.checkpoints import checkpoint, notes_of
from source_zoho.components.crm_metadata import metadata_for
from source_zoho.components.crm_pages import CrmPages, Row
from source_zoho.components.crm_reader import Batch, ModuleFacts, ModuleReader
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.follow import SEEN, Tour
from source_zoho.components.parents import Parent, Seen
from source_zoho.components.retriever import keys_of, start_of
from source_zoho.configuration import lookback_minutes, wants_details
from source_zoho.crm.walk import CHANGED_AT

PARENT_CHANGED_AT = "parent_modified_time"
_WITH_RECORDS_OF_PEOPLE = frozenset({"default", "custom"})


@dataclass
class ModulesOfRecords(DefaultRequestOptionsProvider, PartitionRouter):
    """
    Give a stream one partition for each module whose changed records can be followed.

    With ``for_details`` there are none, and so no calls, unless the configuration asks for details. ``modules`` are API
    names (none: every module of Zoho's or the user's making that knows when its records changed).

        partition_router: {type: CustomPartitionRouter, class_name: source_zoho.components.ModulesOfRecords, ...}
    """

    one: CrmRequester
    five: CrmRequester
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    modules: list[str] = field(default_factory=list)
    for_details: bool = True

    def stream_slices(self) -> Iterable[StreamSlice]:
        """Yield a slice for each module."""
        if self.for_details and not wants_details(self.config):
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
    ``follows`` is how the list goes on, as in ``CrmPages``. A sync can be taken up again at any record: the state says
    how far it came, and which records within the look-back it has followed.

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
        self._lookback_seconds = 60 * lookback_minutes(self.config)

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield what hangs below the records of a module. Raises AirbyteTracedException when it cannot all be read."""
        where = stream_slice or StreamSlice(partition={}, cursor_slice={})
        tour = Tour(Seen(notes_of(self.name, where.partition).get(SEEN, {}), self._lookback_seconds))
        facts = ModuleFacts(stream=self.name, api_name=where.partition["module"], fields=[CHANGED_AT])
        reader = ModuleReader(facts, self.requester, rounds_between_checkpoints=1)
        try:
            for record in oldest_change_first(reader.batches(start_of(where))):
                is_news = record not in tour.seen
                for rows in self._below(record, where, tour) if is_news else ():
                    yield from self.record_selector.filter_and_transform(
                        rows, stream_state={}, records_schema=records_schema, stream_slice=where
                    )
                if self._list.is_off or facts.api_name in self._list.without:
                    return
                if tour.has_come_far_with([record], int(is_news)):
                    yield from self._checkpoint(tour, where, reader.began_at)
        except AirbyteTracedException:
            yield from self._checkpoint(tour, where, reader.began_at)
            raise
        yield from self._checkpoint(tour, where, reader.began_at)

    def _below(self, record: Parent, where: StreamSlice, tour: Tour) -> Iterator[list[Row]]:
        """Yield the rows below *record* page by page, and remember it once they have all been read."""
        module = where.partition["module"]
        named = {"module": module, self.called: record.key, PARENT_CHANGED_AT: record.row[CHANGED_AT]}
        place = StreamSlice(partition={"module": module, "record_id": record.key}, cursor_slice={})
        read_at: datetime | None = None
        for rows, answered_at in self._list.pages(place):
            read_at = read_at or answered_at
            yield [{**row, **named} for row in rows]
        if read_at:
            tour.seen.add(record, read_at)

    def _checkpoint(self, tour: Tour, where: StreamSlice, began_at: datetime | None) -> Iterator[StreamData]:
        """Yield how far we have come; what changed after the first answer is for the next sync."""
        if tour.reached and began_at and checkpoints_are_heard():
            reached = min(tour.reached, began_at)
            notes = {SEEN: tour.seen.notes(reached)}
            yield checkpoint(self.name, where.partition, PARENT_CHANGED_AT, reached, notes, began_at)


def oldest_change_first(batches: Iterable[Batch]) -> Iterator[Parent]:
    """
    Yield the records of *batches*, oldest change first, so that reading can be taken up again at any of them.

    A record is kept back until everything older has been handed out: at most until its module was read to the end.
    """
    waiting: list[tuple[int, str, str | None]] = []
    for batch in batches:
        waiting += [(each.seconds, each.key, each.row[CHANGED_AT]) for each in map(_parent, batch.rows)]
        if batch.reached:
            waiting.sort()
            ready = bisect_right(waiting, int(batch.reached.timestamp()), key=itemgetter(0))
            yield from (_parent({"id": key, CHANGED_AT: changed}) for _, key, changed in waiting[:ready])
            del waiting[:ready]
    yield from (_parent({"id": key, CHANGED_AT: changed}) for _, key, changed in sorted(waiting))


def _parent(row: Row) -> Parent:
    return Parent.of({"id": row["id"], CHANGED_AT: row.get(CHANGED_AT)}, "id", CHANGED_AT)
