"""How does a query of the configuration become the records of a stream?"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import InitVar, dataclass
from datetime import datetime
from typing import Any

from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.declarative.schema.schema_loader import SchemaLoader
from airbyte_cdk.sources.declarative.transformations.config_transformations.config_transformation import (
    ConfigTransformation,
)
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.checkpoints import CLOCKS_MAY_DIFFER_BY, checkpoint
from source_zoho.components.checkpoints import are_heard as checkpoints_are_heard
from source_zoho.components.coql_reader import QueryReader, Row
from source_zoho.components.coql_sample import samples_for, schema_of
from source_zoho.components.crm_coql import shape_for
from source_zoho.components.crm_metadata import metadata_for
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.retriever import start_of
from source_zoho.components.selection import chosen_schema
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.configuration import wants
from source_zoho.coql.literals import day, instant
from source_zoho.coql.wanted import PREFIX, SETTING, WantedQuery, wanted, wanted_as
from source_zoho.crm.weave import moment
from source_zoho.errors import ConfigProblem

# Zoho writes these itself, so that none is set to a time that has passed; those of the user may be.
_WRITTEN_BY_ZOHO = frozenset({"Modified_Time", "Created_Time"})
_log = logging.getLogger("airbyte")


@dataclass
class PrepareQueries(ConfigTransformation):
    """
    Say of each query of the configuration what follows from its text, so that the manifest can make a stream of it.

        transformations: [{type: CustomConfigTransformation, class_name: source_zoho.components.PrepareQueries}]
    """

    def transform(self, config: MutableMapping[str, Any]) -> None:
        """Add to *config* what is read; a query that cannot be is left out, as ``problems`` tells."""
        queries = wanted(config) if wants(config, "crm") else []
        prepared: dict[str, list[dict[str, Any]]] = {"by_change": [], "in_full": []}
        for each in queries:
            kind = "by_change" if each.reading.cursor_field else "in_full"
            prepared[kind].append(_prepared(each))
        config["prepared_queries"] = prepared


def _prepared(query: WantedQuery) -> dict[str, Any]:
    return {
        "stream": query.stream,
        "primary_key": list(query.primary_key),
        "cursor_field": query.reading.cursor_field,
    }


@dataclass
class QuerySchemaLoader(SchemaLoader):
    """
    Describe the records of a query as the catalog does, and where there is none by its first rows.

    ``one`` asks about the fields of its module, where the rows do not tell enough.

        schema_loader: {type: CustomSchemaLoader, class_name: source_zoho.components.QuerySchemaLoader, ...}
    """

    coql: CrmRequester
    one: CrmRequester
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    name: str = ""

    def get_json_schema(self) -> Mapping[str, Any]:
        """Return the JSON Schema of the stream; an open one when Zoho refuses the query."""
        chosen = chosen_schema(self.name)
        if chosen is not None:
            return chosen
        query = wanted_as(self.config, self.name)
        sample = samples_for(self.config).of(query, self.coql)
        return schema_of(query, sample, metadata_for(self.config, self.one))


@dataclass
class QueryRetriever(Retriever):
    """
    Read the rows of a query, each once, and with a cursor those that changed.

        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.QueryRetriever
          requester: ...
          record_selector: ...
          partition_router: ...
    """

    requester: CrmRequester
    record_selector: RecordSelector
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    name: str = ""

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield the rows of the query. Raises AirbyteTracedException when they cannot all be read."""
        where = stream_slice or StreamSlice(partition={}, cursor_slice={})
        query = wanted_as(self.config, self.name)
        reader = QueryReader(query, self.requester, shape_for(self.config))
        for remark in query.reading.remarks:
            _log.info("%s: %s.", self.name, remark)
        began_at = latest = None
        for page in reader.pages(_conditions(query, start_of(where), records_schema)):
            began_at = began_at or page.read_at
            latest = max(filter(None, (latest, _latest(query, page.rows))), default=None)
            yield from self.record_selector.filter_and_transform(
                [_record(query, row) for row in page.rows],
                stream_state={},
                records_schema=records_schema,
                stream_slice=where,
            )
        yield from self._checkpoint(query, where, latest, began_at)

    def _checkpoint(
        self, query: WantedQuery, where: StreamSlice, latest: datetime | None, began_at: datetime | None
    ) -> Iterator[StreamData]:
        """Yield that everything was read: up to when, follows from the latest row, or from the time when it began."""
        cursor = query.reading.cursor
        if cursor is None or began_at is None or not checkpoints_are_heard():
            return
        quiet_until = began_at - CLOCKS_MAY_DIFFER_BY if cursor.field in _WRITTEN_BY_ZOHO else None
        reached = max(filter(None, (latest, quiet_until)), default=None)
        if reached is not None:
            yield checkpoint(self.name, where.partition, query.reading.cursor_field, reached, not_beyond=began_at)


def _conditions(query: WantedQuery, since: datetime | None, schema: Mapping[str, Any]) -> list[str]:
    """Return what holds for the rows that changed at or after *since*."""
    cursor, name = query.reading.cursor, query.reading.cursor_field
    if cursor is None or since is None:
        return []
    is_day = schema.get("properties", {}).get(name, {}).get("format") == "date"
    return [f"{cursor.expression} >= {day(since) if is_day else instant(since)}"]


def _latest(query: WantedQuery, rows: Iterable[Row]) -> datetime | None:
    name = query.reading.cursor_field
    return max(filter(None, (_instant(row.get(name)) for row in rows)), default=None) if name else None


def _instant(value: Any) -> datetime | None:
    """Return the instant of *value*; that of a date is its midnight, as the CDK has it."""
    is_day = isinstance(value, str) and len(value) == len("2026-01-31")
    return moment(f"{value}T00:00:00+00:00" if is_day else value)


def _record(query: WantedQuery, row: Row) -> Row:
    """Return *row* with all columns of the query, and without the id that Zoho adds when nobody asked for it."""
    record = {name: row.get(name) for name in query.names}
    return record | {name: value for name, value in row.items() if name != "id" or name in record}


def query_is_gone(stream: str) -> ZohoFailure | None:
    """Return why there is no such *stream*; None when its name is not that of a query."""
    if not stream.startswith(PREFIX):
        return None
    return traced(
        ConfigProblem(
            f"{stream} cannot be read: {SETTING} has no query called {stream.removeprefix(PREFIX)} (any more). Put it "
            "back, or leave the stream out."
        )
    )
