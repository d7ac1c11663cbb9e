"""At which path of Zoho's API does each stream read? The manifest's rows say it."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from source_zoho.cli.report import Endpoint
from source_zoho.files import manifest_path

API_ROOT = "/books/v3/"


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """Return the endpoint of every stream in the manifest, each once."""
    # The loader of the C library where there is one: the manifest is long, and a person is waiting.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    manifest = yaml.load(manifest_path().read_text("utf-8"), Loader=loader)  # noqa: S506  a safe loader, see above
    return tuple({endpoint.stream: endpoint for endpoint in endpoints_of(manifest)}.values())


def endpoints_of(manifest: Any) -> Iterator[Endpoint]:
    """Return the endpoint of every row, wherever in *manifest* it stands; what it interpolates is a placeholder."""
    if isinstance(manifest, list):
        for item in manifest:
            yield from endpoints_of(item)
    if isinstance(manifest, Mapping):
        columns = manifest.get("$parameters") or {}
        if {"name", "path", "query"} <= columns.keys():
            yield Endpoint(
                columns["name"], API_ROOT + _INTERPOLATION.sub("{interpolated}", columns["path"]), columns["query"]
            )
        for item in manifest.values():
            yield from endpoints_of(item)


_INTERPOLATION = re.compile(r"\{\{.*?\}\}")
