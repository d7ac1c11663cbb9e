"""What does Zoho document about each list: its path, key, parameters, order and fields?

The answer stands in `books_resources.json` and `billing_resources.json`, drafted from Zoho's published OpenAPI and
corrected by hand. This module only reads them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources as package_files
from typing import Any, Literal

Product = Literal["books", "billing"]
PRODUCTS: tuple[Product, ...] = ("books", "billing")
ROOTS: dict[Product, str] = {"books": "/books/v3", "billing": "/billing/v1"}
# Record ids carry the number of their resource; Billing's begin here, far from where those of Books end.
_FIRST_NUMBER: dict[Product, int] = {"books": 1, "billing": 201}
# Resources of Books go by their plain names, those of Billing by a name that says so.
_PREFIX: dict[Product, str] = {"books": "", "billing": "billing_"}


@dataclass(frozen=True)
class Parent:
    """Where a child list hangs: under a path that names the parent, or behind a query parameter."""

    resource: str
    field: str
    place: Literal["path", "query"]


@dataclass(frozen=True)
class Resource:
    """
    One readable list of a product and its detail call.

    `path` is empty where Zoho documents no list. A `single` resource answers with one object instead of rows.
    `filter_rules` says which values of which field a filter_by value keeps, where its name does not say so itself.
    """

    product: Product
    name: str
    entry: str
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
    single: bool
    filter_rules: dict[str, tuple[str, frozenset[object]]]
    # What the list row has and the record's document lacks.
    list_only: tuple[str, ...] = field(default=())
    aliases: tuple[str, ...] = field(default=())
    detail_aliases: tuple[str, ...] = field(default=())
    # How many children most parents have at most, where only a few parents have as many as `sizes` says.
    few: int | None = None

    @property
    def root(self) -> str:
        """Return the path below which the product lives."""
        return ROOTS[self.product]

    @property
    def all_filter(self) -> str:
        """Return the filter_by value that shows every row, or nothing where the list has none."""
        return next((value for value in self.filter_by if value.endswith(".All")), "")

    def sorts_by(self, column: str) -> bool:
        """Tell whether the list takes this sort_column."""
        return any(re.fullmatch(_pattern(known), column) for known in self.sort_columns)


@lru_cache(maxsize=1)
def resources() -> dict[str, Resource]:
    """Return every resource of both products, by name."""
    return {**books_resources(), **billing_resources()}


@lru_cache(maxsize=1)
def books_resources() -> dict[str, Resource]:
    """Read the table of Books resources, by name."""
    return _table("books")


@lru_cache(maxsize=1)
def billing_resources() -> dict[str, Resource]:
    """Read the table of Billing resources, by name."""
    return _table("billing")


def _table(product: Product) -> dict[str, Resource]:
    text = package_files.files(__package__).joinpath(f"{product}_resources.json").read_text(encoding="utf-8")
    found = (
        _resource(row, product, number)
        for number, row in enumerate(json.loads(text)["resources"], start=_FIRST_NUMBER[product])
    )
    return {resource.name: resource for resource in found}


def _resource(row: dict[str, Any], product: Product, number: int) -> Resource:
    parent, detail, hidden, prefix = row["parent"], row["detail"], row["hidden"], _PREFIX[product]
    rules = row.get("filter_rules", {})
    return Resource(
        product=product,
        name=f"{prefix}{row['name']}",
        entry=row["name"],
        path=row["path"],
        key=row["key"],
        id=row["id"],
        scope=row["scope"],
        number=number,
        parent=Parent(f"{prefix}{parent['resource']}", parent["field"], parent["in"]) if parent else None,
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
        single=row.get("single", False),
        filter_rules={name: (rule[0], frozenset(rule[1:])) for name, rule in rules.items()},
        list_only=tuple(row.get("list_only", ())),
        aliases=tuple(row.get("aliases", ())),
        detail_aliases=tuple(row.get("detail_aliases", ())),
        few=row.get("few"),
    )


def _pattern(documented: str) -> str:
    """Read a documented sort column: custom fields stand there as a pattern, all else as plain names."""
    return r"cf_\w+" if documented.startswith("cf_") else re.escape(documented)
