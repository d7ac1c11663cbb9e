"""
How many rows do the lists of an account have?

The rows of the manifest are read as they stand, with another class in the place of their retriever that asks for the
count alone, so that sign-in, pace, organizations and error table are those of every read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.manifest_rows import name_of
from source_zoho.components.rows_alone import partitions_of, streams_of, without_sync
from source_zoho.manifest import read_manifest

_LIST, _COUNT = "source_zoho.components.ListRetriever", "source_zoho.components.counts.CountRetriever"
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
        for stream in streams_of(self._manifest, self._config, names, _as_count):
            for partition, organization_id in partitions_of(stream):
                try:
                    said = next(iter(partition.read())).data
                except AirbyteTracedException as error:
                    yield Answer(stream.name, organization_id, None, "failed", str(error.message))
                else:
                    yield Answer(stream.name, organization_id, said["count"], said["by"])

    def scan(self, places: Iterable[tuple[str, str]], news: Callable[[int], None]) -> Iterator[Answer]:
        """Yield how many rows the lists of *places* (stream and organization) have, by reading all their pages."""
        wanted, lists = set(places), self.lists()
        for stream in streams_of(self._manifest, self._config, {name for name, _ in wanted}, without_sync):
            for partition, organization_id in partitions_of(stream):
                if (stream.name, organization_id) in wanted:
                    yield _scanned(partition, lists[stream.name], organization_id, news)


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


def _is_list(row: Mapping[str, Any]) -> bool:
    """Tell whether *row* is a list of its own, not one below a parent."""
    if row["retriever"].get("class_name") != _LIST:
        return False
    columns = row["$parameters"]
    return not any("{" in each for each in (columns["path"], *columns["query"].values()))


def _listed(row: Mapping[str, Any]) -> Listed:
    router = row["retriever"]["partition_router"]
    in_organizations = router["type"] == "CustomPartitionRouter"  # ours: one partition for each of them
    return Listed(name_of(row), tuple(row["$parameters"]["primary_key"]), of_account=not in_organizations)


def _as_count(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**without_sync(row), "retriever": {**row["retriever"], "class_name": _COUNT}}
