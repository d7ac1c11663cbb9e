"""
How many rows do the lists of an account have?

The rows of the manifest are read as they stand, with another class in the place of their retriever that asks for the
count alone, so that sign-in, pace, organizations and error table are those of every read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.organizations import PARTITION_FIELD
from source_zoho.errors import Transient
from source_zoho.manifest import read_manifest

_LIST, _COUNT = "source_zoho.components.ListRetriever", "source_zoho.components.counts.CountRetriever"
_BELONGS_TO_A_SYNC = frozenset({"incremental_sync", "state_migrations"})
_ROWS_BETWEEN_NEWS = 200
_NOT_ROWS = frozenset({"definitions", "dynamic_streams"})


@dataclass(frozen=True)
class Listed:
    """A stream that is one list in each organization; ``of_account`` when it is one list of the whole account."""

    name: str
    key: tuple[str, ...]
    of_account: bool


@dataclass(frozen=True)
class Answer:
    """How many rows a list of an organization has (None: unknown), by what we know it, or why it cannot be asked."""

    stream: str
    organization_id: str
    count: int | None
    by: str
    problem: str = ""


class Census:
    """
    Asks the account in *config* for counts. Raises Transient when Zoho cannot be reached or signed in to.

    Whoever has the manifest with its references *resolved* spares a second by handing it over.
    """

    def __init__(self, config: Mapping[str, Any], resolved: Mapping[str, Any] | None = None) -> None:
        # A start date would leave older rows out; Zoho counts them.
        self._config = {name: value for name, value in config.items() if name != "start_date"}
        resolved = resolved or ManifestReferenceResolver().preprocess_manifest(read_manifest())
        # What the rows refer to stands in them now; building streams takes half the time without the rest. Modules of
        # CRM are no rows: Zoho would have to be asked for them.
        self._manifest = {name: part for name, part in resolved.items() if name not in _NOT_ROWS}

    def lists(self) -> dict[str, Listed]:
        """Return the streams that can be counted, by name."""
        found = [_listed(row) for group in self._manifest["streams"] for row in group["streams"] if _is_list(row)]
        return {each.name: each for each in found}

    def count(self, names: Iterable[str]) -> Iterator[Answer]:
        """Yield what Zoho says of each list of *names*, at the price of a call for each organization at most."""
        for stream in self._streams(names, _as_count):
            for partition, organization_id in _partitions(stream):
                try:
                    said = next(iter(partition.read())).data
                except AirbyteTracedException as error:
                    yield Answer(stream.name, organization_id, None, "failed", str(error.message))
                else:
                    yield Answer(stream.name, organization_id, said["count"], said["by"])

    def scan(self, places: Iterable[tuple[str, str]], news: Callable[[int], None]) -> Iterator[Answer]:
        """Yield how many rows the lists of *places* (stream and organization) have, by reading all their pages."""
        wanted, lists = set(places), self.lists()
        for stream in self._streams({name for name, _ in wanted}, _as_full_read):
            for partition, organization_id in _partitions(stream):
                if (stream.name, organization_id) in wanted:
                    yield _scanned(partition, lists[stream.name], organization_id, news)

    def _streams(
        self, names: Iterable[str], adapt: Callable[[Mapping[str, Any]], dict[str, Any]]
    ) -> list[AbstractStream]:
        wanted = set(names)
        groups = [
            {**group, "streams": [adapt(row) for row in group["streams"] if _name(row) in wanted]}
            for group in self._manifest["streams"]
        ]
        manifest = {**self._manifest, "streams": [group for group in groups if group["streams"]]}
        streams = ConcurrentDeclarativeSource(source_config=manifest, config=self._config).streams(self._config)
        return sorted(streams, key=lambda stream: stream.name)


def _partitions(stream: AbstractStream) -> Iterator[tuple[Partition, str]]:
    """Yield the partitions of *stream* with their organization, which is empty for a list of the account."""
    try:
        partitions = list(stream.generate_partitions())
    except AirbyteTracedException as error:
        raise Transient(str(error.message)) from None
    for partition in partitions:
        where = partition.to_slice() or {}
        yield partition, str(where.get(PARTITION_FIELD, ""))


def _scanned(partition: Partition, listed: Listed, organization_id: str, news: Callable[[int], None]) -> Answer:
    seen: set[tuple[str, ...]] = set()
    try:
        for number, record in enumerate(partition.read(), start=1):
            seen.add(tuple(str(record.data.get(name)) for name in listed.key))
            if number % _ROWS_BETWEEN_NEWS == 0:
                news(number)
    except AirbyteTracedException as error:
        return Answer(listed.name, organization_id, None, "failed", str(error.message))
    return Answer(listed.name, organization_id, len(seen), "scan")


def _name(row: Mapping[str, Any]) -> str:
    return str(row["$parameters"]["name"])


def _is_list(row: Mapping[str, Any]) -> bool:
    """Tell whether *row* is a list of its own, not one below a parent."""
    if row["retriever"].get("class_name") != _LIST:
        return False
    columns = row["$parameters"]
    return not any("{" in each for each in (columns["path"], *columns["query"].values()))


def _listed(row: Mapping[str, Any]) -> Listed:
    router = row["retriever"]["partition_router"]
    in_organizations = router["type"] == "CustomPartitionRouter"  # ours: one partition for each of them
    return Listed(_name(row), tuple(row["$parameters"]["primary_key"]), of_account=not in_organizations)


def _as_full_read(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _BELONGS_TO_A_SYNC}


def _as_count(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**_as_full_read(row), "retriever": {**row["retriever"], "class_name": _COUNT}}
