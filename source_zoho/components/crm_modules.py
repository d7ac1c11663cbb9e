"""How do the modules of an organization become streams, each with its schema?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any

from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.partition_routers.partition_router import PartitionRouter
from airbyte_cdk.sources.declarative.requesters.request_options import DefaultRequestOptionsProvider
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.declarative.schema.schema_loader import SchemaLoader
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.crm_metadata import metadata_for
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.configuration import wants
from source_zoho.crm.modules import supports_deleted
from source_zoho.crm.schema import module_schema


@dataclass
class ModulesRetriever(Retriever):
    """
    Give the manifest's template one row for each module whose cursor is ``cursor_field``.

    ``only`` names the streams that are wanted, when not all are: nothing is asked about the others. The fields of all
    modules are asked for here at once, since one after the other takes a user's patience.

        components_resolver:
          type: HttpComponentsResolver
          retriever:
            type: CustomRetriever
            class_name: source_zoho.components.ModulesRetriever
            cursor_field: Modified_Time
            one: {$ref: "#/definitions/crm/requester"}
            five: {$ref: "#/definitions/crm/composite"}
    """

    one: CrmRequester
    five: CrmRequester
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    cursor_field: str = ""
    only: list[str] = field(default_factory=list)

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield the ``stream`` of each module. Raises AirbyteTracedException as Metadata does."""
        if not wants(self.config, "crm"):
            return
        metadata = metadata_for(self.config, self.one, self.five)
        try:
            described = metadata.described(self.only)
        except AirbyteTracedException as failure:
            if not self.only and (self.config.get("products") or failure.failure_type is not FailureType.config_error):
                raise
            metadata.leave_out(failure)  # what else there is can be read all the same
            return
        for each in described:
            if each.cursor_field == self.cursor_field:
                yield {"stream": each.stream}


@dataclass
class ModuleSchemaLoader(SchemaLoader):
    """
    Describe the records of a module from what Zoho says about its fields.

        schema_loader: {type: CustomSchemaLoader, class_name: source_zoho.components.ModuleSchemaLoader, ...}
    """

    one: CrmRequester
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    name: str = ""

    def get_json_schema(self) -> Mapping[str, Any]:
        """Return the JSON Schema of the stream."""
        described = metadata_for(self.config, self.one).of(self.name)
        return module_schema(described.module.label, described.fields)


@dataclass
class ModuleRouter(DefaultRequestOptionsProvider, PartitionRouter):
    """
    Give a stream one partition for each module that can be read; with ``deleted`` for those whose deletions are told.

    ``partition_field`` is the field that names the module.

        partition_router: {type: CustomPartitionRouter, class_name: source_zoho.components.ModuleRouter, ...}
    """

    requester: CrmRequester
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    deleted: bool = False
    partition_field: str = "module"

    def stream_slices(self) -> Iterable[StreamSlice]:
        """Yield a slice for each module."""
        listing = metadata_for(self.config, self.requester).listing()
        for module in listing.readable:
            if not self.deleted or supports_deleted(module):
                yield StreamSlice(partition={self.partition_field: module.api_name}, cursor_slice={})

    def get_stream_state(self) -> Mapping[str, Any] | None:
        """Return no state: the cursor of each stream keeps its own."""
        return None
