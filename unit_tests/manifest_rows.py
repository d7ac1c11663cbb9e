"""What does the table in ``manifest.yaml`` say, row by row?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver

from source_zoho.emulator.resources import Resource, resources
from unit_tests.rules import every

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "manifest.yaml").read_text(encoding="utf-8")
WRITTEN = yaml.load(TEXT, Loader=yaml.CSafeLoader)
RESOLVED = ManifestReferenceResolver().preprocess_manifest(yaml.load(TEXT, Loader=yaml.CSafeLoader))
FOLLOWERS = {"FollowRetriever", "DetailRetriever", "BulkDetailRetriever"}


@dataclass(frozen=True)
class Row:
    """One stream of the table: what is written, and what the references in it come to."""

    product: str
    archetype: str
    columns: Mapping[str, Any]
    resolved: Mapping[str, Any]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return str(self.columns.get("name"))

    @property
    def retriever(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.resolved["retriever"]
        return found

    @property
    def kind(self) -> str:
        """The class that reads it."""
        return str(self.retriever["class_name"]).rpartition(".")[2]

    @property
    def follows(self) -> bool:
        """Whether it walks through the list of its parents by itself."""
        return self.kind in FOLLOWERS

    @property
    def is_detail(self) -> bool:
        return self.follows and self.kind != "FollowRetriever"

    @property
    def is_for_details(self) -> bool:
        """Whether it is read only when `document_details` asks for it."""
        router = self.router
        if str(router.get("class_name")).endswith(".ModulesOfRecords"):
            return True
        return bool(router.get("for_details") or router.get("$parameters", {}).get("for_details"))

    @property
    def router(self) -> Mapping[str, Any]:
        """What gives it its partitions; empty when it has one only."""
        found: Mapping[str, Any] = self.retriever.get("partition_router", {})
        return found

    @property
    def parents(self) -> list[Mapping[str, Any]]:
        """The parents that the CDK reads for it."""
        found: list[Mapping[str, Any]] = self.router.get("parent_stream_configs", [])
        return found

    @property
    def cursor_field(self) -> str | None:
        found: str | None = self.resolved.get("incremental_sync", {}).get("cursor_field")
        return found

    @property
    def fields_named(self) -> set[str]:
        """What path and query name in braces."""
        asked = [*self.columns.get("query", {}).values(), *self.columns.get("queries", [])]
        texts = [self.columns["path"], *asked, self.columns.get("via", {}).get("path", "")]
        return {field for text in texts for field in re.findall(r"\{(\w+)\}", text)}

    @property
    def resource(self) -> Resource | None:
        """The list in the emulator, which knows Zoho's documents; a detail, a report or a dictionary has none."""
        return resources().get(self.name.removeprefix("books_"))


def _rows() -> Iterator[Row]:
    for written, resolved in zip(WRITTEN["streams"], RESOLVED["streams"], strict=True):
        for each, complete in zip(written["streams"], resolved["streams"], strict=True):
            row = WRITTEN["definitions"][each.rpartition("/")[2]] if isinstance(each, str) else each
            _, _, product, archetype = row["$ref"].split("/")
            yield Row(product, archetype, row["$parameters"], complete)


ROWS = list(_rows())
BY_NAME = {row.name: row for row in ROWS}
EVENT_ROWS = [row for row in ROWS if row.kind == "WebhookEventsRetriever"]  # in a store of our own: Zoho is not asked
CRM_ROWS = [row for row in ROWS if row.product == "crm" and row not in EVENT_ROWS]
every_row = every(ROWS)
every_row_of_books_and_billing = every([row for row in ROWS if row.product != "crm" and row not in EVENT_ROWS])
every_row_of_crm = every(CRM_ROWS)
every_row_of_events = every(EVENT_ROWS)


@cache
def schema_of(stream: str) -> dict[str, Any]:
    """Return the schema of *stream*. Raises AssertionError when there is none."""
    path = ROOT / "schemas" / f"{stream}.json"
    assert path.exists(), f"add schemas/{stream}.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def fields_of(stream: str) -> set[str]:
    """Return the names of the fields of *stream*."""
    return set(schema_of(stream)["properties"])
