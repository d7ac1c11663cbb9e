"""How are rows of the manifest asked about outside a sync, without its state and without the other rows?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.manifest_rows import Row, name_of
from source_zoho.components.organizations import PARTITION_FIELD
from source_zoho.errors import Transient

_BELONGS_TO_A_SYNC = frozenset({"incremental_sync", "state_migrations"})


def streams_of(
    manifest: Mapping[str, Any],
    config: Mapping[str, Any],
    names: Iterable[str],
    adapt: Callable[[Row], dict[str, Any]],
) -> list[AbstractStream]:
    """Return the streams *names* of *manifest*, whose references are resolved, each row as *adapt* changes it."""
    wanted = set(names)
    groups = [
        {**group, "streams": [adapt(row) for row in group["streams"] if name_of(row) in wanted]}
        for group in manifest["streams"]
    ]
    chosen = {**manifest, "streams": [group for group in groups if group["streams"]]}
    streams = ConcurrentDeclarativeSource(source_config=chosen, config=dict(config)).streams(dict(config))
    return sorted(streams, key=lambda stream: stream.name)


def without_sync(row: Row) -> dict[str, Any]:
    """Return *row* as one that is read whole and keeps no state."""
    return {name: value for name, value in row.items() if name not in _BELONGS_TO_A_SYNC}


def partitions_of(stream: AbstractStream) -> Iterator[tuple[Partition, str]]:
    """
    Yield the partitions of *stream* with their organization, which is empty for a list of the account.

    Raises Transient when they cannot be told.
    """
    try:
        partitions = list(stream.generate_partitions())
    except AirbyteTracedException as error:
        raise Transient(str(error.message)) from None
    for partition in partitions:
        where = partition.to_slice() or {}
        yield partition, str(where.get(PARTITION_FIELD, ""))
