"""How does a test build only the streams that it reads? All of them together take seconds, a few take none."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml
from airbyte_cdk.models import AirbyteStateMessage

from integration_tests import builders
from integration_tests.builders import Run, every_stream
from source_zoho.emulator import Emulator
from source_zoho.files import manifest_path

_ALWAYS = "books_organizations"  # check reads it
_PRODUCTS = {"books", "billing"}


def attempt(zoho: Emulator, *names: str, state: Sequence[AirbyteStateMessage] | None = None, **config: Any) -> Run:
    """Sync the streams called *names* from a manifest that has no others, whatever comes of it."""
    every_stream()  # the catalog is made from the whole manifest
    with only(*names):
        return builders.attempt(zoho, *names, state=state, **config)


def read(zoho: Emulator, *names: str, state: Sequence[AirbyteStateMessage] | None = None, **config: Any) -> Run:
    """Sync as ``attempt`` does, and expect success."""
    run = attempt(zoho, *names, state=state, **config)
    assert not run.errors, f"the sync failed: {run.errors}"
    return run


@contextmanager
def only(*names: str) -> Iterator[None]:
    """Let the source read a copy of the manifest that has the rows of *names* and no others."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "manifest.yaml"
        path.write_text(json.dumps(_with_rows({_ALWAYS, *names})), encoding="utf-8")
        with patch("source_zoho.source.manifest_path", lambda: path):
            yield


def _with_rows(names: set[str]) -> dict[str, Any]:
    whole = _manifest()
    kept = {**whole, "streams": [_with_rows_of(product, names) for product in whole["streams"]]}
    return {**kept, "definitions": _definitions_for({**kept, "definitions": {}}, whole["definitions"])}


def _with_rows_of(product: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {**product, "streams": [row for row in product["streams"] if _name_of(row) in names]}


def _definitions_for(document: Any, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the *definitions* that *document* refers to, directly or through others."""
    found: dict[str, Any] = {}
    waiting = _references(document)
    while waiting:
        group, name = waiting.pop()
        if name in found.get(group, {}) or (not name and group in found):
            continue
        node = definitions[group][name] if name else definitions[group]
        found.setdefault(group, {}).update({name: node} if name else node)
        waiting |= _references(node)
    return found


def _references(document: Any) -> set[tuple[str, str]]:
    """Return where *document* points: a product and what stands under it, or a definition of its own."""
    paths = [path.split("/") for path in re.findall(r"#/definitions/([a-z_/]+)", json.dumps(document))]
    return {(path[0], path[1] if path[0] in _PRODUCTS else "") for path in paths}


@cache
def _manifest() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(manifest_path().read_text(encoding="utf-8"))
    return content


def _name_of(row: str | Mapping[str, Any]) -> str:
    """Return the name of the stream of *row*: a row that is a parent too stands under ``definitions``."""
    return row.rpartition("/")[2] if isinstance(row, str) else str(row["$parameters"]["name"])
