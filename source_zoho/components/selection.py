"""Which fields of a stream did the user choose? What nobody wants need not be asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteStream

_chosen: dict[str, frozenset[str]] = {}
_schemas: dict[str, Mapping[str, Any]] = {}


def choose(streams: Iterable[ConfiguredAirbyteStream]) -> None:
    """Remember which fields the *streams* of a catalog are to have; a schema without properties leaves all of them."""
    _chosen.clear()
    _schemas.clear()
    for configured in streams:
        schema = configured.stream.json_schema or {}
        properties = schema.get("properties")
        if properties:
            _chosen[configured.stream.name] = frozenset(properties)
            _schemas[configured.stream.name] = schema


def chosen_fields(stream_name: str) -> frozenset[str] | None:
    """Return the fields to read of *stream_name*, None for all of them."""
    return _chosen.get(stream_name)


def chosen_schema(stream_name: str) -> Mapping[str, Any] | None:
    """Return the schema that the catalog has of *stream_name*, None when there is no catalog, or it says nothing."""
    return _schemas.get(stream_name)
