"""Which fields do the modules of the organization have? Discovery holds Zoho's answers already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass
from typing import Any

from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.crm_metadata import metadata_for
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.crm.dictionary import entries


@dataclass
class FieldsRetriever(Retriever):
    """
    Tell the fields of every module as Zoho describes them, or as a dictionary for people (``dictionary``).

        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.FieldsRetriever
          one: ...
          five: ...
          record_selector: ...
    """

    one: CrmRequester
    five: CrmRequester
    record_selector: RecordSelector
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    dictionary: bool = False

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield the fields of all modules. Raises AirbyteTracedException when Zoho does not tell them."""
        where = stream_slice or StreamSlice(partition={}, cursor_slice={})
        for described in metadata_for(self.config, self.one, self.five).described():
            name = described.module.api_name
            rows = [{**row, "module": name} for row in described.rows]
            yield from self.record_selector.filter_and_transform(
                entries(described.module, described.rows) if self.dictionary else rows,
                stream_state={},
                records_schema=records_schema,
                stream_slice=where,
            )
