"""At which path of Zoho's API does each stream read? The manifest's rows say it, and the names of CRM's modules."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from source_zoho.cli.report import Endpoint
from source_zoho.crm.modules import Module
from source_zoho.crm.names import stream_names
from source_zoho.files import schema_names
from source_zoho.manifest import read_manifest, rows

API_ROOTS = {"books": "/books/v3/", "billing": "/billing/v1/", "crm": "/crm/v8/"}
# Where streams read that are no list of their own.
_ELSEWHERE = {
    "crm_deleted_records": "{module}/deleted",
    "crm_field_dictionary": "settings/fields",
    "crm_fields": "settings/fields",
}


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """Return the endpoint of every stream in the manifest."""
    return tuple(endpoints_of(read_manifest()))


def endpoints_of(manifest: Mapping[str, Any]) -> Iterator[Endpoint]:
    """Yield the endpoint of every row of *manifest*; what stands in braces is a placeholder."""
    for row in rows(manifest):
        columns = row["$parameters"]
        product = columns["name"].partition("_")[0]
        path = columns["path"] or columns.get("module") or _ELSEWHERE.get(columns["name"], "")
        query = {name: value for name, value in columns.get("query", {}).items() if "{" not in value}
        yield Endpoint(columns["name"], API_ROOTS[product] + path, query)


def endpoints_of_modules(api_names: Iterable[str]) -> Iterator[Endpoint]:
    """Yield the endpoints of CRM's modules, which are in no row: their lists, and the rest of their long texts."""
    modules = [Module(name, label=name) for name in api_names]
    for api_name, stream in stream_names(modules, schema_names("crm_")).items():
        yield Endpoint(stream, f"{API_ROOTS['crm']}{api_name}", {})
        yield Endpoint(stream, f"{API_ROOTS['crm']}{api_name}/actions/fetch_full_data", {})
