"""
What does Zoho publish about the answer to a call?

Zoho offers an OpenAPI file for each area of an API. This module reads from one which fields the record of an answer
has; what is made of them is for `draft_schema.py` to say.

Books and Billing describe themselves in YAML, each file on its own. CRM does so in JSON, with references from file to
file that name an address on the internet: what they name is looked up by its file name in the same folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, reduce
from pathlib import Path
from typing import Any

import rich_click as click
import yaml

# What a text or a whole number is when Zoho tells its format. Long integers are left alone: Books writes amounts so.
_KINDS_BY_FORMAT: Mapping[tuple[str, str], str] = {
    ("string", "date-time"): "timestamp",
    ("string", "date"): "date",
    ("integer", "int32"): "count",
}


@dataclass
class Field:
    """A field as Zoho describes it: its kind in the specification, and its own fields if it has any."""

    kind: str
    fields: dict[str, Field] = field(default_factory=dict)

    def merge(self, other: Field) -> Field:
        """Return the union of two descriptions of one field; a structure wins over a mere string."""
        kind = other.kind if self.kind == "string" else self.kind
        return Field(kind, merge(self.fields, other.fields))


def leave_open(fields: dict[str, Field], path: str) -> None:
    """Forget what stands inside the structure at *path*, dotted from the top of the row."""
    name, _, below = path.partition(".")
    if below:
        leave_open(fields[name].fields, below)
    else:
        fields[name] = Field(fields[name].kind)


@dataclass(frozen=True)
class Node:
    """A part of an OpenAPI document, and the file that it stands in, where its references begin."""

    file: Path
    body: Any

    def child(self, *names: str) -> Node:
        """Return what stands under *names*; an empty node where there is nothing."""
        body = self.body
        for name in names:
            body = body.get(name) if isinstance(body, dict) else None
        return Node(self.file, body)

    def children(self, name: str) -> dict[str, Node]:
        """Return the entries of the mapping under *name*."""
        return {key: Node(self.file, body) for key, body in (self.body.get(name) or {}).items()}

    def alternatives(self) -> list[Node]:
        """Return the shapes of which this node says that its value has one, or all."""
        bodies = [body for word in ("oneOf", "anyOf", "allOf") for body in self.body.get(word, [])]
        return [Node(self.file, body) for body in bodies]


def merge(first: Mapping[str, Field], second: Mapping[str, Field]) -> dict[str, Field]:
    """Return the union of two sets of fields, in the order of the first."""
    union = dict(first)
    for name, other in second.items():
        union[name] = union[name].merge(other) if name in union else other
    return union


@cache
def read_document(path: Path) -> dict[str, Any]:
    """Return one of Zoho's OpenAPI documents, or one of our tables."""
    text = path.read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=yaml.CSafeLoader)
    return document or {}


def resolve(node: Node) -> Node:
    """Follow `$ref` until there is none, into other files of the folder too."""
    while isinstance(node.body, dict) and "$ref" in node.body:
        address, _, place = node.body["$ref"].partition("#/")
        file = node.file.parent / address.rpartition("/")[2] if address else node.file
        target: Any = read_document(file)
        for step in place.split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        node = Node(file, target)
    return node if isinstance(node.body, dict) else Node(node.file, {})


def answer_fields(spec: Path, path: str, method: str = "get") -> dict[str, Field]:
    """
    Return the top-level fields of the answer to a call of *path*, empty if Zoho publishes no shape for it.

    A *path* that begins with ``#/`` names the answer itself, where Zoho tells of the wrong one under the call.
    """
    answer = Node(spec, {"$ref": path} if path.startswith("#/") else success(read_document(spec), path, method))
    return describe(resolve(answer).child("content", "application/json", "schema")).fields


def success(document: Mapping[str, Any], path: str, method: str) -> Any:
    """Return what *document* says of the answer to a call that goes well."""
    responses = document["paths"][path][method]["responses"]
    return next((responses[status] for status in ("200", 200, "201", 201) if status in responses), None)


def describe(node: Node, above: tuple[Any, ...] = ()) -> Field:
    """Return *node* of an OpenAPI document as a field; a structure inside itself is told once, *above*."""
    shape = resolve(node)
    if any(shape.body is body for body in above):
        return Field("object")
    above = (*above, shape.body)
    kind = kind_of(shape.body)
    if kind == "array":
        item = describe(shape.child("items"), above)
        return Field("objects" if item.kind == "object" or "items" not in shape.body else "strings", item.fields)
    fields = {name: describe(child, above) for name, child in shape.children("properties").items()}
    own = Field("object" if fields else _KINDS_BY_FORMAT.get((kind, shape.body.get("format", "")), kind), fields)
    return reduce(Field.merge, [describe(each, above) for each in shape.alternatives()], own)


def kind_of(shape: Mapping[str, Any]) -> str:
    """Return the type of *shape*; OpenAPI 3.1 writes "or null" as a list of types."""
    types = shape.get("type", "string")
    return types if isinstance(types, str) else next((kind for kind in types if kind != "null"), "string")


def published_fields(spec: Path, path: str | None, wrapper: str | None, method: str = "get") -> dict[str, Field]:
    """Return the fields of the record that stands under *wrapper* in the answer, or at its top level without one."""
    if path is None:
        return {}
    answer = answer_fields(spec, path, method)
    if wrapper is not None and wrapper not in answer:
        call = f"{method.upper()} {path}"
        raise click.ClickException(f"{spec.name}: {call} answers with {list(answer)}, not with {wrapper!r}.")
    if wrapper is not None:
        return answer[wrapper].fields
    return {name: child for name, child in answer.items() if name not in {"code", "message", "page_context"}}
