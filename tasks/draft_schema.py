"""
How does a stream's schema follow from Zoho's published API description?

A Books list is described thinly: live rows hold more than it says, and what a schema does not declare is dropped by
typed destinations without a word. So a draft is the union of what Zoho publishes for the list, what it publishes for
one record, and what live rows were seen to carry. Three tables steer it, all meant to be edited:

- `schema_sources.yaml`: where a stream's rows are described, and which fields live rows add;
- `glossary.yaml`: what a field name means and which type it has, wherever it occurs;
- `glossary_streams.yaml`: the same where one stream differs.

Zoho's types are not taken at their word (money as strings, flags as strings, dates as strings), so a type is settled
by the glossary first, then by the field's name, then by Zoho.

The files in `schemas/` are what counts: read the difference after every run, and write what is wrong into the tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
import yaml
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Container

HERE = Path(__file__).parent
SCHEMAS = HERE.parent / "schemas"

# How a type of the glossary is written as JSON Schema. Everything may be null: Zoho sends "" for "no value", and the
# connector turns that into null.
TYPES: Mapping[str, Mapping[str, Any]] = {
    "string": {"type": ["null", "string"]},
    "number": {"type": ["null", "number"]},
    "integer": {"type": ["null", "integer"]},
    "boolean": {"type": ["null", "boolean"]},
    "date": {"type": ["null", "string"], "format": "date"},
    "timestamp": {"type": ["null", "string"], "format": "date-time", "airbyte_type": "timestamp_with_timezone"},
    "strings": {"type": ["null", "array"], "items": {"type": ["null", "string"]}},
    # The value of a custom field is text, a number, a flag or a list, by the field's own type. A union of all types
    # has no counterpart in Airbyte's type system, so the type is left open: destinations keep the value as JSON.
    "any": {},
}

# Types that follow from a name, first match first. They win over Zoho, which calls several flags and amounts strings.
TYPES_BY_NAME: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(^|_)id$"), "string"),
    (re.compile(r"_ids$"), "strings"),
    (re.compile(r"_time$"), "timestamp"),
    (re.compile(r"(^|_)date$"), "date"),
    (re.compile(r"^(is|has|can)_"), "boolean"),
    (
        re.compile(
            r"((^|_)(amount|balance|stock|quantity|price|rate|percent|percentage|total)|_bcy)$|^(bcy|quantity)_"
        ),
        "number",
    ),
)

OWN_KEY = "Identifies the record within its organization."

TYPES_BY_SPEC: Mapping[str, str] = {"number": "number", "integer": "number", "boolean": "boolean"}


@dataclass
class Field:
    """A field as Zoho describes it: its kind in the specification, and its own fields if it has any."""

    kind: str
    fields: dict[str, Field] = field(default_factory=dict)

    def merge(self, other: Field) -> Field:
        """Return the union of two descriptions of one field; a structure wins over a mere string."""
        kind = other.kind if self.kind == "string" else self.kind
        return Field(kind, merge(self.fields, other.fields))


@dataclass(frozen=True)
class Tables:
    """The hand-written tables."""

    streams: Mapping[str, Mapping[str, Any]]
    groups: Mapping[str, list[str]]
    words: Mapping[str, Mapping[str, Any]]
    exceptions: Mapping[str, Mapping[str, Mapping[str, Any]]]

    @classmethod
    def load(cls, folder: Path = HERE) -> Tables:
        """Read the tables from *folder*."""
        sources = read_yaml(folder / "schema_sources.yaml")
        words, exceptions = (read_yaml(folder / name) for name in ("glossary.yaml", "glossary_streams.yaml"))
        return cls(sources["streams"], sources["groups"], words, exceptions)

    def word(self, stream: str, path: str) -> Mapping[str, Any]:
        """Return what is known of the field at *path*: the general word, overlaid by what is true of *stream*."""
        general = self.words.get(path.rpartition(".")[2], {})
        own_key = {"about": OWN_KEY} if path in self.streams[stream]["key"][:1] else {}
        return {**general, **own_key, **self.exceptions.get(stream, {}).get(path, {})}


def merge(first: Mapping[str, Field], second: Mapping[str, Field]) -> dict[str, Field]:
    """Return the union of two sets of fields, in the order of the first."""
    union = dict(first)
    for name, other in second.items():
        union[name] = union[name].merge(other) if name in union else other
    return union


# ── Reading Zoho's description ───────────────────────────────────────────────────────────────────────────────────────


@cache
def read_yaml(path: Path) -> dict[str, Any]:
    """Return one of Zoho's OpenAPI documents, or one of the tables."""
    document: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return document


def resolve(document: Mapping[str, Any], node: Any) -> dict[str, Any]:
    """Follow `$ref` until there is none."""
    while isinstance(node, dict) and "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        node = target
    return node if isinstance(node, dict) else {}


def answer_fields(document: Mapping[str, Any], path: str) -> dict[str, Field]:
    """Return the top-level fields of the answer to `GET path`, empty if Zoho publishes no shape for it."""
    responses = document["paths"][path]["get"]["responses"]
    content = resolve(document, responses.get("200") or responses.get(200)).get("content", {})
    return describe(document, content.get("application/json", {}).get("schema")).fields


def describe(document: Mapping[str, Any], node: Any) -> Field:
    """Return *node* of an OpenAPI document as a field."""
    shape = resolve(document, node)
    if shape.get("type") == "array":
        item = describe(document, shape.get("items"))
        return Field("objects" if item.kind == "object" or "items" not in shape else "strings", item.fields)
    fields = {name: describe(document, child) for name, child in shape.get("properties", {}).items()}
    return Field("object" if fields else shape.get("type", "string"), fields)


def published_fields(spec: Path, path: str | None, wrapper: str | None) -> dict[str, Field]:
    """Return the fields of the record that stands under *wrapper* in the answer, or at its top level without one."""
    if path is None:
        return {}
    answer = answer_fields(read_yaml(spec), path)
    if wrapper is not None and wrapper not in answer:
        raise click.ClickException(f"{spec.name}: GET {path} answers with {list(answer)}, not with {wrapper!r}.")
    if wrapper is not None:
        return answer[wrapper].fields
    return {name: child for name, child in answer.items() if name not in {"code", "message", "page_context"}}


# ── From fields to a schema ──────────────────────────────────────────────────────────────────────────────────────────


def stream_fields(tables: Tables, spec_folder: Path, stream: str) -> dict[str, Field]:
    """Return every field that a row of *stream* may have: keys, Zoho's list, Zoho's detail, live additions."""
    source = tables.streams[stream]
    keys = {name: Field("string") for name in ["organization_id", *source["key"]]}
    listed, detailed = {}, {}
    if "spec" in source:
        spec = spec_folder / source["spec"]
        listed = published_fields(spec, source["list"], source["rows"])
        detailed = published_fields(spec, source.get("detail"), source.get("record"))
    added = [*source.get("add", []), *(name for group in source.get("groups", []) for name in tables.groups[group])]
    union = merge(merge(keys, listed), merge(detailed, {name: Field("string") for name in added}))
    if "like" in source:
        union = merge(union, stream_fields(tables, spec_folder, source["like"]))
    return {name: child for name, child in union.items() if is_wanted(name, {*listed, *added})}


def is_wanted(name: str, rows_carry: Container[str]) -> bool:
    """
    Tell whether a field belongs in the schema.

    `cf_...` are one organization's own fields. A `..._formatted` twin is display text, kept only where rows carry it.
    """
    return not name.startswith("cf_") and (name in rows_carry or not name.endswith("_formatted"))


def type_of(word: Mapping[str, Any], name: str, shape: Field) -> str:
    """Settle the type of a field: by the glossary, by its structure, by its name, by Zoho, in this order."""
    if "type" in word:
        return str(word["type"])
    if shape.kind in {"object", "objects", "strings"}:
        return shape.kind
    for pattern, kind in TYPES_BY_NAME:
        if pattern.search(name):
            return kind
    return TYPES_BY_SPEC.get(shape.kind, "string")


def property_schema(tables: Tables, stream: str, path: str, shape: Field) -> dict[str, Any]:
    """Return the JSON Schema of the field at *path*, dotted from the top of the row."""
    word = tables.word(stream, path)
    kind = type_of(word, path.rpartition(".")[2], shape)
    about = {"description": word["about"]} if "about" in word else {}
    if kind not in {"object", "objects"}:
        return {**TYPES[kind], **about}
    children = merge(shape.fields, {name: Field("string") for name in word.get("fields", [])})
    properties = properties_schema(tables, stream, f"{path}.", children)
    if kind == "object":
        return open_object(about, properties)
    return {"type": ["null", "array"], **about, "items": open_object({}, properties)}


def open_object(about: Mapping[str, str], properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of an object that may hold more than *properties*."""
    known = {"properties": properties} if properties else {}
    return {"type": ["null", "object"], **about, "additionalProperties": True, **known}


def properties_schema(tables: Tables, stream: str, prefix: str, fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return the JSON Schemas of *fields*; display twins inside structures are left out."""
    return {
        name: property_schema(tables, stream, prefix + name, shape)
        for name, shape in fields.items()
        if not (prefix and name.endswith("_formatted"))
    }


def draft(tables: Tables, spec_folder: Path, stream: str) -> dict[str, Any]:
    """Return the schema of *stream*."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": True,
        "description": tables.streams[stream]["about"],
        "properties": properties_schema(tables, stream, "", stream_fields(tables, spec_folder, stream)),
    }


def render(schema: Mapping[str, Any]) -> str:
    """Return *schema* as the text of its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


# ── Command line ─────────────────────────────────────────────────────────────────────────────────────────────────────


@click.command(
    epilog="A new stream: add its row to tasks/schema_sources.yaml, run this, read the file, and teach glossary.yaml "
    "what came out wrong."
)
@click.option(
    "--spec",
    "spec_folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with Zoho's OpenAPI files for Books (`openapi-all.zip`, offered on the introduction page of its API "
    "documentation).",
)
@click.option(
    "--out",
    default=SCHEMAS,
    show_default="schemas/ of this checkout",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder to write to.",
)
@click.argument("streams", nargs=-1)
def main(spec_folder: Path, out: Path, streams: tuple[str, ...]) -> None:
    """
    Draft `schemas/STREAM.json` from Zoho's API description; without STREAMS, draft every stream of the table.

    Example: `python -m tasks.draft_schema --spec ~/Downloads/openapi-all books_bills`
    """
    tables = Tables.load()
    if unknown := sorted(set(streams) - set(tables.streams)):
        known = ", ".join(tables.streams)
        raise click.UsageError(f"No row in tasks/schema_sources.yaml for: {', '.join(unknown)}. Known: {known}.")
    for stream in streams or tables.streams:
        schema = draft(tables, spec_folder, stream)
        (out / f"{stream}.json").write_text(render(schema), encoding="utf-8")
        Console().print(f"{stream}: {len(schema['properties'])} properties")


if __name__ == "__main__":
    main()
