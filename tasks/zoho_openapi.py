"""
What does Zoho publish about the answer to a call?

Zoho offers an OpenAPI file for each area of an API. This module reads from one which fields the record of an answer
has; what is made of them is for `draft_schema.py` to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import rich_click as click
import yaml


@dataclass
class Field:
    """A field as Zoho describes it: its kind in the specification, and its own fields if it has any."""

    kind: str
    fields: dict[str, Field] = field(default_factory=dict)

    def merge(self, other: Field) -> Field:
        """Return the union of two descriptions of one field; a structure wins over a mere string."""
        kind = other.kind if self.kind == "string" else self.kind
        return Field(kind, merge(self.fields, other.fields))


def merge(first: Mapping[str, Field], second: Mapping[str, Field]) -> dict[str, Field]:
    """Return the union of two sets of fields, in the order of the first."""
    union = dict(first)
    for name, other in second.items():
        union[name] = union[name].merge(other) if name in union else other
    return union


@cache
def read_yaml(path: Path) -> dict[str, Any]:
    """Return one of Zoho's OpenAPI documents, or one of our tables."""
    document: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
    return document


def resolve(document: Mapping[str, Any], node: Any) -> dict[str, Any]:
    """Follow `$ref` until there is none."""
    while isinstance(node, dict) and "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        node = target
    return node if isinstance(node, dict) else {}


def answer_fields(document: Mapping[str, Any], path: str, method: str = "get") -> dict[str, Field]:
    """Return the top-level fields of the answer to a call of *path*, empty if Zoho publishes no shape for it."""
    responses = document["paths"][path][method]["responses"]
    found = next((status for status in ("200", 200, "201", 201) if status in responses), None)
    content = resolve(document, responses.get(found)).get("content", {})
    return describe(document, content.get("application/json", {}).get("schema")).fields


def describe(document: Mapping[str, Any], node: Any) -> Field:
    """Return *node* of an OpenAPI document as a field."""
    shape = resolve(document, node)
    if shape.get("type") == "array":
        item = describe(document, shape.get("items"))
        return Field("objects" if item.kind == "object" or "items" not in shape else "strings", item.fields)
    fields = {name: describe(document, child) for name, child in shape.get("properties", {}).items()}
    return Field("object" if fields else shape.get("type", "string"), fields)


def published_fields(spec: Path, path: str | None, wrapper: str | None, method: str = "get") -> dict[str, Field]:
    """Return the fields of the record that stands under *wrapper* in the answer, or at its top level without one."""
    if path is None:
        return {}
    answer = answer_fields(read_yaml(spec), path, method)
    if wrapper is not None and wrapper not in answer:
        call = f"{method.upper()} {path}"
        raise click.ClickException(f"{spec.name}: {call} answers with {list(answer)}, not with {wrapper!r}.")
    if wrapper is not None:
        return answer[wrapper].fields
    return {name: child for name, child in answer.items() if name not in {"code", "message", "page_context"}}
