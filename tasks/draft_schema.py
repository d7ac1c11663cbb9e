"""
How does a stream's schema follow from Zoho's published API description?

A list is described thinly: live rows hold more than Zoho says, and what a schema does not declare is dropped by typed
destinations without a word. So a draft is the union of what Zoho publishes for the list, what it publishes for one
record (read, or just saved), and what live rows were seen to carry. Tables steer it, all meant to be edited: those
named schema_sources say where a stream's rows are described, the glossaries say what a field means (`schema_tables.py`
tells which is which).

Zoho's types are not taken at their word (money as strings, flags as strings, dates as strings), so a type is settled
by the glossary first, then by the field's name, then by Zoho.

The files in `schemas/` are what counts: read the difference after every run, and write what is wrong into the tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from rich.console import Console

from tasks.schema_tables import Tables, first_fields, product_of
from tasks.zoho_openapi import Field, leave_open, merge, published_fields

if TYPE_CHECKING:
    from collections.abc import Container

SCHEMAS = Path(__file__).parents[1] / "schemas"

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

TYPES_BY_SPEC: Mapping[str, str] = {"number": "number", "integer": "number", "boolean": "boolean", "count": "integer"}

# Kinds that need no guess from the name: Zoho shows the structure, or says that a text is a date or a time.
TOLD = frozenset({"object", "objects", "strings", "date", "timestamp"})


# ── From fields to a schema ──────────────────────────────────────────────────────────────────────────────────────────


def stream_fields(tables: Tables, spec_folder: Path, stream: str) -> dict[str, Field]:
    """Return every field that a row of *stream* may have: keys, Zoho's list and detail, additions, those it shares."""
    source = tables.source(stream)
    keys = {name: Field("string") for name in [*first_fields(stream), *source["key"]]}
    listed, detailed = {}, {}
    if "spec" in source:
        spec = spec_folder / product_of(stream) / source["spec"]
        listed = published_fields(spec, source["list"], source["rows"])
        detailed = published_fields(spec, source.get("detail"), source.get("record"))
        saved = published_fields(spec, source.get("saved"), source.get("record"), method="post")
        detailed = merge(detailed, saved)
    names = [*source.get("add", []), *(name for group in source.get("groups", []) for name in tables.groups[group])]
    added = {name: Field("string") for name in names}
    shared = stream_fields(tables, spec_folder, source["like"]) if "like" in source else {}
    union = merge(merge(merge(keys, listed), merge(detailed, added)), shared)
    for path in source.get("open", []):
        leave_open(union, path)
    return {name: child for name, child in union.items() if is_wanted(name, {*listed, *added, *shared})}


def is_wanted(name: str, rows_carry: Container[str]) -> bool:
    """
    Tell whether a field belongs in the schema.

    `cf_...` are one organization's own fields. A `..._formatted` twin is display text, kept only where rows carry it.
    """
    return not name.startswith("cf_") and (name in rows_carry or not name.endswith("_formatted"))


def type_of(word: Mapping[str, Any], name: str, shape: Field) -> str:
    """Settle the type of a field: by the glossary, by what Zoho tells of its shape, by its name, by Zoho's type."""
    if "type" in word:
        return str(word["type"])
    if shape.kind in TOLD:
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
        "description": description(tables.streams[stream]),
        "properties": properties_schema(tables, stream, "", stream_fields(tables, spec_folder, stream)),
    }


def description(source: Mapping[str, Any]) -> str:
    """Return what is said of a stream; one that costs more than its own list says what the calls go to."""
    if "price" in source:
        return f"{source['about']} Price: one call for {source['price']}; needs document_details: changed."
    if "every_sync" in source:
        return f"{source['about']} Price: one call for {source['every_sync']} in every sync."
    return str(source["about"])


def render(schema: Mapping[str, Any]) -> str:
    """Return *schema* as the text of its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


# ── Command line ─────────────────────────────────────────────────────────────────────────────────────────────────────


@click.command(
    epilog="A new stream: add its row to a table of tasks/schema_sources*.yaml, run this, read the file, and teach the "
    "glossary what came out wrong."
)
@click.option(
    "--spec",
    "spec_folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that holds one folder of Zoho's OpenAPI files for each product, named books, billing "
    "(`openapi-all.zip`, offered on the introduction page of the product's API documentation) and crm "
    "(folder v8.0 of github.com/zoho/crm-oas, commit 45dff2c).",
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

    Example: `python -m tasks.draft_schema --spec ~/Downloads/zoho-openapi books_bills`
    """
    tables = Tables.load()
    if unknown := sorted(set(streams) - set(tables.streams)):
        known = ", ".join(tables.streams)
        raise click.UsageError(f"No row in tasks/schema_sources*.yaml for: {', '.join(unknown)}. Known: {known}.")
    for stream in streams or tables.streams:
        schema = draft(tables, spec_folder, stream)
        (out / f"{stream}.json").write_text(render(schema), encoding="utf-8")
        Console().print(f"{stream}: {len(schema['properties'])} properties")


if __name__ == "__main__":
    main()
