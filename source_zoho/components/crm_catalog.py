"""
Which modules can be chosen?

A read builds a stream for each module of its catalog. Building them all, only to say that they are there, would make
whoever waits for discover wait twice as long; what there is to say follows from the metadata alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from airbyte_cdk.models import AirbyteStream, FailureType, SyncMode
from airbyte_cdk.sources.declarative.models.declarative_component_schema import CustomRetriever
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.crm_metadata import Described, Metadata, metadata_for
from source_zoho.components.parts import built
from source_zoho.crm.schema import module_schema
from source_zoho.manifest import read_manifest

_NEEDED = ("errors", "requester", "composite")


def module_streams(config: Mapping[str, Any], only: Collection[str] = ()) -> list[AirbyteStream]:
    """
    Return the streams of all modules, or of those that *only* names, as the catalog tells them.

    Raises AirbyteTracedException when Zoho does not tell its modules; when CRM was not asked for by name, and the token
    does not cover it, there are none.
    """
    metadata = metadata_of(config)
    try:
        return [_stream(each) for each in metadata.described(only)]
    except AirbyteTracedException as failure:
        if config.get("products") or failure.failure_type is not FailureType.config_error:
            raise
        metadata.leave_out(failure)
        return []


def _stream(described: Described) -> AirbyteStream:
    """Return what the CDK would say of the stream that it builds for the module."""
    stream = AirbyteStream(
        name=described.stream,
        json_schema=module_schema(described.module.label, described.fields),
        supported_sync_modes=[SyncMode.full_refresh],
        source_defined_primary_key=[["id"]],
        is_resumable=False,
        is_file_based=False,
    )
    if described.cursor_field:
        stream.supported_sync_modes.append(SyncMode.incremental)
        stream.source_defined_cursor = stream.is_resumable = True
        stream.default_cursor_field = [described.cursor_field]
    return stream


def metadata_of(config: Mapping[str, Any]) -> Metadata:
    """Return the metadata of the organization, asked for as the manifest declares."""
    definitions = read_manifest()["definitions"]
    crm = definitions["crm"]
    declared = {
        "definitions": {"authenticator": definitions["authenticator"], "crm": {name: crm[name] for name in _NEEDED}},
        "asking": crm["modules"]["retriever"],
    }
    resolved = ManifestReferenceResolver().preprocess_manifest(declared)["asking"]
    asking = built(CustomRetriever, resolved, config)
    return metadata_for(config, asking.one, asking.five)
