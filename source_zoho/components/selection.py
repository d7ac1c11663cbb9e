"""Which fields of a stream did the user choose? What nobody wants need not be asked for."""

from __future__ import annotations

from collections.abc import Iterable

from airbyte_cdk.models import ConfiguredAirbyteStream

_chosen: dict[str, frozenset[str]] = {}


def choose(streams: Iterable[ConfiguredAirbyteStream]) -> None:
    """Remember which fields the *streams* of a catalog are to have; a schema without properties leaves all of them."""
    _chosen.clear()
    for configured in streams:
        schema = configured.stream.json_schema or {}
        properties = schema.get("properties")
        if properties:
            _chosen[configured.stream.name] = frozenset(properties)


def chosen_fields(stream_name: str) -> frozenset[str] | None:
    """Return the fields to read of *stream_name*, None for all of them."""
    return _chosen.get(stream_name)
