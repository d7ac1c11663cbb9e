"""How is a component of CRM built that no stream of the catalog has?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airbyte_cdk.sources.declarative.models.declarative_component_schema import CustomRequester, CustomRetriever
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver

from source_zoho.components.parts import built
from source_zoho.manifest import read_manifest

_NEEDED = ("errors", "bulk_errors", "requester", "coql", "bulk_create", "bulk_ask", "bulk_fetch", "organization")


def crm_requester(config: Mapping[str, Any], name: str, scope: str, **columns: Any) -> Any:
    """Return a requester of CRM with *columns* of its own; *name* and *scope* stand in its sentences."""
    declared = {"$ref": "#/definitions/crm/requester", **columns, "$parameters": {"name": name, "scope": scope}}
    return built(CustomRequester, _resolved(declared), config)


def module_retriever(config: Mapping[str, Any], name: str, class_name: str) -> Any:
    """Return what reads modules for the stream *name*: of another class, with the requesters of the streams."""
    columns = {"name": name, "scope": "modules.READ", "records": ["data"]}
    declared = {**read_manifest()["definitions"]["crm"]["module"]["retriever"], "class_name": class_name}
    return built(CustomRetriever, _resolved({**declared, "$parameters": columns}), config)


def _resolved(declared: Mapping[str, Any]) -> Mapping[str, Any]:
    definitions = read_manifest()["definitions"]
    needed = {name: definitions["crm"][name] for name in _NEEDED}
    there = {"authenticator": definitions["authenticator"], "crm": needed}
    resolved = ManifestReferenceResolver().preprocess_manifest({"definitions": there, "asking": dict(declared)})
    return dict(resolved["asking"])
