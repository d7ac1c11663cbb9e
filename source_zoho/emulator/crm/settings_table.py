"""What does Zoho document about each list of settings: its path, key, paging, parameters, scopes and fields?

The answer stands in `crm_resources.json`, written after Zoho's published descriptions. This module reads it, and finds
the row that a path belongs to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import resources as package_files
from typing import Any, Literal
from urllib.parse import unquote

Paging = Literal["none", "page", "index", "token"]
# What a path may name in curly brackets; everything else in a path is written out.
_PARTS = {"module": r"(?!settings/|users/|actions/|org/)[A-Za-z]\w*", "any": r"[^/]+"}


@dataclass(frozen=True)
class Parameter:
    """
    One documented parameter: what it takes, and which key of a row it is compared with.

    `kind` is a list of allowed texts, or a word: int, id, ids, bool, text, module, layout, fields, filters, unknown.
    What is `unknown` is documented but not emulated.
    """

    kind: tuple[str, ...] | str
    by: str = ""
    mandatory: bool = False
    default: str = ""


@dataclass(frozen=True)
class Resource:
    """One list of settings; `parent` names what its rows hang under, `shape` the answer where it is not a list."""

    name: str
    path: str
    key: str
    scopes: tuple[str, ...]
    id: str = "id"
    paging: Paging = "none"
    per_page: int = 200
    credits: int = 1
    parent: str = ""
    # The key under which a right reader notes the parent; `module` is taken where rows have one of their own.
    parent_key: str = ""
    # "list", "object" (the key holds one object) or "taxes" (an object that holds the list).
    shape: str = "list"
    since: str = ""
    info: Mapping[str, Any] = field(default_factory=dict)
    # How Zoho names the parameter that is missing: most say `param_name`, the oldest say `param`.
    missing_as: str = "param_name"
    params: Mapping[str, Parameter] = field(default_factory=dict)
    editions: tuple[str, ...] = ()
    feature: str = ""
    off: str = "FEATURE_NOT_ENABLED"
    # The label of the n-th row: what other rows call it.
    label: Any = None
    # How many rows; under a parent, each parent's own number may stand by its name.
    sizes: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    # What only the answer about a single row adds; None where Zoho has no such call.
    detail: Mapping[str, Any] | None = None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return what paths of this list look like."""
        return _pattern(self.path)

    @cached_property
    def detail_pattern(self) -> re.Pattern[str]:
        """Return what paths of a single row look like."""
        return _pattern(self.path + "/{row_id}")


@dataclass(frozen=True)
class Found:
    """Which list, or which row of it, a path asks for."""

    resource: Resource
    path: str
    named: Mapping[str, str]
    scopes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the resource's name."""
        return self.resource.name

    @property
    def credits(self) -> int:
        """Return what the call costs."""
        return self.resource.credits

    def place(self, part: str) -> int:
        """Return where in the path a part stands, counted from 0."""
        return [unquote(step) for step in self.path.strip("/").split("/")].index(part)


@lru_cache(maxsize=1)
def table() -> dict[str, Resource]:
    """Return every resource, by name."""
    text = package_files.files(__package__).joinpath("crm_resources.json").read_text(encoding="utf-8")
    return {row["name"]: _resource(row) for row in json.loads(text)["resources"]}


def find(path: str, kind_of_module: str = "") -> Found | None:
    """Return what a path below /crm/v8 asks for; custom modules share one scope, so their kind has to be known."""
    for resource in table().values():
        matched = resource.pattern.fullmatch(path)
        if matched is None and resource.detail is not None:
            matched = resource.detail_pattern.fullmatch(path)
        if matched:
            named = {name: unquote(value) for name, value in matched.groupdict().items()}
            return Found(resource, path, named, _scopes(resource, named, kind_of_module))
    return None


def _scopes(resource: Resource, named: Mapping[str, str], kind_of_module: str) -> tuple[str, ...]:
    module = "custom" if kind_of_module == "custom" else named.get("module", "").lower()
    return tuple(scope.replace("{module}", module) for scope in resource.scopes)


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    written = [
        f"(?P<{part}>{_PARTS.get(part, _PARTS['any'])})" if place % 2 else re.escape(part)
        for place, part in enumerate(parts)
    ]
    return re.compile("".join(written))


def _resource(row: dict[str, Any]) -> Resource:
    sizes = row.pop("size", 3)
    return Resource(
        **{
            **row,
            "scopes": tuple(row["scopes"]),
            "editions": tuple(row.get("editions", ())),
            "params": {name: _parameter(told) for name, told in row.get("params", {}).items()},
            "sizes": sizes if isinstance(sizes, dict) else {"": sizes},
        }
    )


def _parameter(told: Any) -> Parameter:
    if not isinstance(told, dict):
        return Parameter(tuple(told) if isinstance(told, list) else told)
    kind = told["kind"]
    return Parameter(**{**told, "kind": tuple(kind) if isinstance(kind, list) else kind})
