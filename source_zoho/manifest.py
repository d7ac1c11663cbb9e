"""What stands in the manifest: which streams are there, and what does it look like with only some of them?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import Any

import yaml

from source_zoho.files import manifest_path

Manifest = dict[str, Any]


def read_manifest() -> Manifest:
    """Return the manifest as it is written, a copy for each who asks."""
    return deepcopy(_written())


@cache
def _written() -> Manifest:
    # The loader of the C library where there is one: the manifest is long, and a person is waiting.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    manifest: Manifest = yaml.load(manifest_path().read_text("utf-8"), Loader=loader)  # noqa: S506  a safe loader
    return manifest


def rows(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the row of each stream; one that is a parent too stands under ``definitions``, by its name."""
    for product in manifest["streams"]:
        for row in product["streams"]:
            yield manifest["definitions"][_name_of(row)] if isinstance(row, str) else row


@cache
def trackable() -> tuple[str, ...]:
    """
    Return of which streams deletions can be told.

    Of those whose documents Zoho gives one by one under the list's own path and one id, so that it can be asked whether
    a record that the list does not show any more still exists. Children are left out: they go with their parents.
    """
    properties = read_manifest()["spec"]["connection_specification"]["properties"]
    return tuple(properties["track_deletions"]["items"]["enum"])


def with_streams(
    manifest: Mapping[str, Any], names: Collection[str], queries: Collection[str] = frozenset()
) -> Manifest:
    """
    Return *manifest* with the rows of *names* and no others; *queries* are those that the configuration makes.

    The CDK checks and builds every row that it is given, which takes some 40 milliseconds each.
    """
    products = [
        {**product, "streams": [row for row in product["streams"] if _name_of(row) in names]}
        for product in manifest["streams"]
    ]
    known = {_name_of(row) for product in manifest["streams"] for row in product["streams"]}
    modules = sorted(name for name in names if name.startswith("crm_") and name not in known and name not in queries)
    dynamic = _modules(manifest, modules) if modules else []
    if any(name in queries for name in names):
        dynamic += only_queries(manifest)["dynamic_streams"]
    return {**manifest, "streams": products, "dynamic_streams": dynamic}


def only_queries(manifest: Mapping[str, Any]) -> Manifest:
    """Return *manifest* with those dynamic streams only that the configuration makes, and no metadata of Zoho."""
    return {**manifest, "dynamic_streams": [each for each in manifest["dynamic_streams"] if not _is_of_modules(each)]}


def has_modules(manifest: Mapping[str, Any]) -> bool:
    """Tell whether *manifest* makes streams of modules."""
    return any(map(_is_of_modules, manifest.get("dynamic_streams", [])))


def _is_of_modules(dynamic: Mapping[str, Any]) -> bool:
    return "retriever" in dynamic["components_resolver"]  # somebody asks for them


def with_products(manifest: Mapping[str, Any], names: Collection[str]) -> Manifest:
    """Return *manifest* with the rows of the products *names* and no others: nobody waits for what is switched off."""
    rows_left = {**manifest, "streams": [each for each in manifest["streams"] if _product_of(each) in names]}
    return rows_left if "crm" in names else {**rows_left, "dynamic_streams": []}


def _modules(manifest: Mapping[str, Any], names: Sequence[str]) -> list[Any]:
    """Return the dynamic streams of modules in *manifest*, which then ask about the streams *names* only."""
    found = []
    for dynamic in filter(_is_of_modules, manifest["dynamic_streams"]):
        resolver = dynamic["components_resolver"]
        retriever = {**resolver["retriever"], "only": list(names)}
        found.append({**dynamic, "components_resolver": {**resolver, "retriever": retriever}})
    return found


def _product_of(product: Mapping[str, Any]) -> str:
    return _name_of(product["streams"][0]).partition("_")[0]


def _name_of(row: str | Mapping[str, Any]) -> str:
    return row.rpartition("/")[2] if isinstance(row, str) else str(row["$parameters"]["name"])
