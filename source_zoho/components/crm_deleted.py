"""Which records of a CRM module were deleted, and since when may deletions be missing?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.checkpoints import are_heard as checkpoints_are_heard
from source_zoho.components.checkpoints import checkpoint
from source_zoho.components.crm_gone import DELETED_AT, KEPT_FOR, DeletedRecords
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.retriever import start_of
from source_zoho.components.traced import traced
from source_zoho.configuration import lookback_minutes, start_date
from source_zoho.errors import ConfigProblem


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
