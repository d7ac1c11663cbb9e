"""At which path of Zoho's API does each stream read? The manifest's rows say it."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from source_zoho.cli.report import Endpoint
from source_zoho.manifest import read_manifest, rows

API_ROOTS = {"books": "/books/v3/", "billing": "/billing/v1/"}


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """Return the endpoint of every stream in the manifest."""
    return tuple(endpoints_of(read_manifest()))


def endpoints_of(manifest: Mapping[str, Any]) -> Iterator[Endpoint]:
    """Yield the endpoint of every row of *manifest*; what stands in braces is a placeholder."""
    for row in rows(manifest):
        columns = row["$parameters"]
        product = columns["name"].partition("_")[0]
        query = {name: value for name, value in columns["query"].items() if "{" not in value}
        yield Endpoint(columns["name"], API_ROOTS[product] + columns["path"], query)
