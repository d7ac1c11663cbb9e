"""How does a CRM module become the records of a stream?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from typing import Any

from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.checkpoints import CLOCKS_MAY_DIFFER_BY, checkpoint
from source_zoho.components.checkpoints import are_heard as checkpoints_are_heard
from source_zoho.components.connection import crm_quota
from source_zoho.components.crm_bulk import BulkReader
from source_zoho.components.crm_closed_roads import closed_roads, with_closed_roads
from source_zoho.components.crm_coql import CoqlReader, shape_for
from source_zoho.components.crm_facts import ModuleFacts
from source_zoho.components.crm_metadata import Described, metadata_for
from source_zoho.components.crm_organization import zoho_now
from source_zoho.components.crm_position import Position, position_in, without_position
from source_zoho.components.crm_reader import Batch, ModuleReader
from source_zoho.components.crm_refresh import Refresh
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.crm_roads import AUTO, Roads
from source_zoho.components.retriever import EVERYTHING, start_of
from source_zoho.components.selection import chosen_fields
from source_zoho.components.traced import traced
from source_zoho.configuration import crm_transport
from source_zoho.crm.canonical import Canonical
from source_zoho.crm.emitted import Emitted
from source_zoho.errors import ConfigProblem

CREATED_AT = "Created_Time"


@dataclass
class ModuleRetriever(Retriever):
    """
    Read the records of a module, all its fields, each record once, from the cursor on.

    ``cursor_field`` is the field that says what is new. Where the schema is fixed ``module`` is the API name and
    ``asks_for`` are the fields; otherwise Zoho's metadata tell both.

        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.ModuleRetriever
          requester: ...
          record_selector: ...
          partition_router: ...
    """

    requester: CrmRequester
    coql: CrmRequester
    bulk_create: CrmRequester
    bulk_ask: CrmRequester
    bulk_fetch: CrmRequester
    record_selector: RecordSelector
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    name: str = ""
    module: str = ""
    cursor_field: str = ""
    asks_for: list[str] = field(default_factory=list)

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield the records of the module. Raises AirbyteTracedException when something of it cannot be read."""
        where = stream_slice or StreamSlice(partition={}, cursor_slice={})
        described = self._described()
        refresh = Refresh(self.config, self.name, where, described)
        place = position_in(refresh.notes) if self.cursor_field else None
        since = start_of(where) if self.cursor_field else None
        begin = refresh.take_up(place.since, since) if place else refresh.begin(since)
        reader = self._reader(self._facts(described), refresh.notes)
        reached = begin
        try:
            for batch in reader.batches(begin, place) if isinstance(reader, Roads) else reader.batches(begin):
                yield from self.record_selector.filter_and_transform(
                    batch.rows, stream_state={}, records_schema=records_schema, stream_slice=where
                )
                reached = batch.reached or reached
                place = _place(reader, batch, begin) or (None if batch.reached else place)
                if batch.reached or batch.after:
                    yield from self._checkpoint(where, reached, _noted(refresh, reached, place))
        except AirbyteTracedException:
            yield from self._checkpoint(where, reached, _noted(refresh, reached, place))
            raise
        closed = reader.closed if isinstance(reader, Roads) else {}
        notes = with_closed_roads(without_position(refresh.notes_at_the_end()), closed, zoho_now(self.config))
        yield from self._checkpoint(where, _everything_before(reader, reached), notes, reader.began_at)
        if reader.gaps():
            raise traced(ConfigProblem(f"{self.name}: {'. '.join(reader.gaps())}. All records were read."))

    def _reader(self, facts: ModuleFacts, notes: Mapping[str, Any]) -> ModuleReader | Roads:
        """Return what reads the module: by the best road, or by lists where its fields stand in the manifest."""
        emitted = Emitted()
        lists = ModuleReader(facts, self.requester, emitted=emitted)
        if facts.canonical is None:
            return lists
        transport = crm_transport(self.config)
        return Roads(
            facts,
            lists,
            CoqlReader(facts, self.coql, shape_for(self.config)),
            BulkReader(facts, self.bulk_create, self.bulk_ask, self.bulk_fetch),
            crm_quota(self.config).credits,
            emitted,
            transport,
            # Who names a road wants it tried, whatever came of it last time.
            closed=closed_roads(notes, zoho_now(self.config)) if transport == AUTO else {},
        )

    def _described(self) -> Described | None:
        """Return what Zoho says about the module; nothing where its fields stand in the manifest."""
        return None if self.asks_for else metadata_for(self.config, self.requester).of(self.name)

    def _facts(self, described: Described | None) -> ModuleFacts:
        chosen = chosen_fields(self.name)
        listed = described.listed if described else self.asks_for
        names = [name for name in listed if chosen is None or name in chosen or name == self.cursor_field]
        rich = [each.api_name for each in described.fields if each.is_rich_text] if described else []
        return ModuleFacts(
            stream=self.name,
            api_name=described.module.api_name if described else self.module,
            fields=names,
            rich_text=[name for name in rich if name in names],
            changed_at=self.cursor_field,
            history=self.cursor_field == CREATED_AT,
            canonical=self._canonical(described, names) if described else None,
        )

    def _canonical(self, described: Described, names: Sequence[str]) -> Canonical:
        metadata, module = metadata_for(self.config, self.requester), described.module.api_name
        return described.canonical(names, lambda: metadata.tags(module))

    def _checkpoint(
        self,
        where: StreamSlice,
        reached: datetime | None,
        notes: Mapping[str, Any],
        not_beyond: datetime | None = None,
    ) -> Iterator[StreamData]:
        """
        Yield how far the read has come.

        The state stays within *not_beyond*, the time of the first answer: what changes later may have been handed out
        as it was before.
        """
        if checkpoints_are_heard() and self.cursor_field and (reached or notes):
            reached = reached or EVERYTHING
            yield checkpoint(self.name, where.partition, self.cursor_field, reached, notes, not_beyond)


def _place(reader: ModuleReader | Roads, batch: Batch, begin: datetime | None) -> Position | None:
    """Return the place to go on from after *batch*, where records come in the order of ids."""
    return Position(batch.after, begin, reader.began_at) if batch.after and reader.began_at else None


def _noted(refresh: Refresh, reached: datetime | None, place: Position | None) -> dict[str, Any]:
    """Return the notes of a read that has come to *reached*, or to *place*."""
    notes = without_position(refresh.notes_on_the_way(reached))
    return place.noted(notes) if place else notes


def _everything_before(reader: ModuleReader | Roads, reached: datetime | None) -> datetime | None:
    """
    Return up to when every change has been handed out by a read that came to its end: until shortly before it began.

    The next sync then asks for what changed since, and not for the last change once more.
    """
    return max(filter(None, (reached, reader.began_at and reader.began_at - CLOCKS_MAY_DIFFER_BY)), default=None)
