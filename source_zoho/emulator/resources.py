"""What does Zoho document about each list: its path, key, parameters, order and fields?

The answer stands in `books_resources.json`, drafted from Zoho's published OpenAPI and corrected by hand. This module
only reads it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources as package_files
from typing import Any, Literal


@dataclass(frozen=True)
class Parent:
    """Where a child list hangs: under a path that names the parent, or behind a query parameter."""

    resource: str
    field: str
    place: Literal["path", "query"]


@dataclass(frozen=True)
class Resource:
    """One readable list of Zoho Books and its detail call."""

    name: str
    path: str
    key: str
    id: str
    scope: str
    number: int
    parent: Parent | None
    paginated: bool
    page_context: bool
    report_name: str | None
    modified_filter: str | None
    filter_by: tuple[str, ...]
    statuses: tuple[str, ...]
    status_field: str
    sort_columns: tuple[str, ...]
    date_filters: tuple[str, ...]
    search: tuple[str, ...]
    hidden: tuple[str, frozenset[object]] | None
    fields: dict[str, Any]
    detail_path: str | None
    detail_key: str
    detail_fields: dict[str, Any]
    sizes: dict[str, int]
    aliases: tuple[str, ...] = field(default=())

    @property
    def all_filter(self) -> str:
        """Return the filter_by value that shows every row, or nothing where the list has none."""
        return next((value for value in self.filter_by if value.endswith(".All")), "")

    def sorts_by(self, column: str) -> bool:
        """Tell whether the list takes this sort_column."""
        return any(re.fullmatch(_pattern(known), column) for known in self.sort_columns)


@lru_cache(maxsize=1)
def books_resources() -> dict[str, Resource]:
    """Read the table of Books resources, by name."""
    text = package_files.files(__package__).joinpath("books_resources.json").read_text(encoding="utf-8")
    return {row["name"]: _resource(row, number) for number, row in enumerate(json.loads(text)["resources"], start=1)}


def _resource(row: dict[str, Any], number: int) -> Resource:
    parent, detail, hidden = row["parent"], row["detail"], row["hidden"]
    return Resource(
        name=row["name"],
        path=row["path"],
        key=row["key"],
        id=row["id"],
        scope=row["scope"],
        number=number,
        parent=Parent(parent["resource"], parent["field"], parent["in"]) if parent else None,
        paginated=row["paginated"],
        page_context=row["page_context"],
        report_name=row.get("report_name"),
        modified_filter=row["modified_filter"],
        filter_by=tuple(row["filter_by"]),
        statuses=tuple(row["statuses"]),
        status_field=row.get("status_field", "_status" if "_status" in row["fields"] else "status"),
        sort_columns=tuple(row["sort_columns"]),
        date_filters=tuple(row["date_filters"]),
        search=tuple(row["search"]),
        hidden=(hidden[0], frozenset(hidden[1:])) if hidden else None,
        fields=row["fields"],
        detail_path=detail["path"] if detail else None,
        detail_key=(detail["key"] or "") if detail else "",
        detail_fields=row.get("detail_fields") or {},
        sizes=dict(zip(("small", "medium", "large"), row["sizes"], strict=True)),
        aliases=tuple(row.get("aliases", ())),
    )


def _pattern(documented: str) -> str:
    """Read a documented sort column: custom fields stand there as a pattern, all else as plain names."""
    return r"cf_\w+" if documented.startswith("cf_") else re.escape(documented)
