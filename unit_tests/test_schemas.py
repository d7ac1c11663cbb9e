"""Can every destination take what our schemas promise, and does each field say what it is?"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from tasks.draft_schema import TYPES, Tables, render

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
STREAMS = sorted(path.stem for path in SCHEMAS.glob("*.json"))
TABLES = Tables.load()

# What Airbyte's type system has a place for. An enum or a required field of ours would turn the day on which Zoho adds
# a status or leaves out a field into the day on which a sync fails.
KEYWORDS = {"type", "format", "airbyte_type", "description", "properties", "additionalProperties", "items"}
TIMESTAMP = {"format": "date-time", "airbyte_type": "timestamp_with_timezone"}
# Values without a type: the value of a custom field has the type of that field.
UNTYPED = {"value"}

every_stream = pytest.mark.parametrize("stream", STREAMS)
every_books_stream = pytest.mark.parametrize("stream", [name for name in STREAMS if name.startswith("books_")])


def load(stream: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((SCHEMAS / f"{stream}.json").read_text(encoding="utf-8"))
    return schema


def fields(schema: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every field with its dotted path; those of list entries have the path of the list before them."""
    for name, node in schema.get("properties", {}).items():
        yield prefix + name, node
        yield from fields(node, f"{prefix}{name}.")
        yield from fields(node.get("items", {}), f"{prefix}{name}.")


def nodes(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every field, and for a list also what its entries look like."""
    for path, node in fields(schema):
        yield path, node
        if "items" in node:
            yield f"{path}[]", node["items"]


def name_of(path: str) -> str:
    return path.rpartition(".")[2]


def hint(stream: str, found: object, remedy: str) -> str:
    return f"schemas/{stream}.json: {found}. {remedy}"


def test_every_books_stream_of_the_table_has_a_schema_and_every_schema_its_row() -> None:
    files = {name for name in STREAMS if name.startswith("books_")}

    assert not set(TABLES.streams) - files, "draft them: python -m tasks.draft_schema --spec FOLDER NAME"
    assert not files - set(TABLES.streams), "give them a row in tasks/schema_sources.yaml, so they can be drafted again"


@every_stream
def test_a_schema_is_valid_json_schema(stream: str) -> None:
    errors = [error.message for error in Draft7Validator(Draft7Validator.META_SCHEMA).iter_errors(load(stream))]

    assert not errors, hint(stream, errors, "Mend the type or format named here.")


@every_stream
def test_a_schema_describes_an_open_object_in_one_sentence(stream: str) -> None:
    schema = load(stream)

    assert list(schema) == ["$schema", "type", "additionalProperties", "description", "properties"]
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is True
    assert re.fullmatch(r"[A-Z][^\n]*\.", schema["description"]), hint(stream, schema["description"], "One sentence.")


@every_stream
def test_a_schema_file_is_what_the_drafting_script_would_write(stream: str) -> None:
    text = (SCHEMAS / f"{stream}.json").read_text(encoding="utf-8")

    assert text == render(json.loads(text)), hint(stream, "layout differs", "Use two spaces and end with a newline.")


@every_stream
def test_only_keywords_that_destinations_understand_are_used(stream: str) -> None:
    found = {path: sorted(set(node) - KEYWORDS) for path, node in nodes(load(stream)) if set(node) - KEYWORDS}

    assert not found, hint(stream, found, f"Say it in the description instead; allowed: {sorted(KEYWORDS)}.")


@every_stream
def test_every_value_may_be_null_and_has_one_type(stream: str) -> None:
    wrong = [
        path
        for path, node in nodes(load(stream))
        if not (len(node.get("type", [])) == 2 and node["type"][0] == "null")
        and not (name_of(path) in UNTYPED and "type" not in node)
    ]

    assert not wrong, hint(stream, wrong, 'Zoho leaves values out: write "type": ["null", TYPE].')


@every_stream
def test_objects_are_open_and_lists_say_what_they_hold(stream: str) -> None:
    closed = [p for p, node in nodes(load(stream)) if "object" in node.get("type", []) and not open_object(node)]
    vague = [p for p, node in nodes(load(stream)) if ("array" in node.get("type", [])) != ("items" in node)]

    assert not closed, hint(stream, closed, 'Zoho adds fields: write "additionalProperties": true.')
    assert not vague, hint(stream, vague, 'A list, and nothing else, has "items".')


def open_object(node: dict[str, Any]) -> bool:
    return node.get("additionalProperties") is True


@every_books_stream
def test_the_organization_comes_first_and_the_keys_are_declared(stream: str) -> None:
    properties = load(stream)["properties"]
    missing = [name for name in TABLES.streams[stream]["key"] if name not in properties]

    assert next(iter(properties)) == "organization_id", hint(stream, "organization_id is not first", "Draft it again.")
    assert not missing, hint(stream, missing, "A key that is not declared is dropped, and rows lose their identity.")


@every_stream
def test_ids_are_text(stream: str) -> None:
    wrong = [
        path
        for path, node in fields(load(stream))
        if re.search(r"(^|_)id$", name_of(path)) and node["type"] != ["null", "string"]
    ]

    assert not wrong, hint(stream, wrong, "Ids have up to 19 digits; as numbers they lose the last ones.")


@every_stream
def test_dates_and_times_have_a_format_or_say_in_which_shape_they_come(stream: str) -> None:
    wrong = [
        path
        for path, node in fields(load(stream))
        if (name_of(path).endswith("_time") and not (TIMESTAMP.items() <= node.items() or is_described_text(node)))
        or (re.search(r"(^|_)date$", name_of(path)) and not is_date_like(node))
    ]

    assert not wrong, hint(stream, wrong, "Give it a format, or make it text whose description tells the shape.")


def is_described_text(node: dict[str, Any]) -> bool:
    return node["type"] == ["null", "string"] and "format" not in node and "description" in node


def is_date_like(node: dict[str, Any]) -> bool:
    # A flag may be named for a date: stop_reminder_until_payment_expected_date.
    return node.get("format") in {"date", "date-time"} or node["type"][1] == "boolean" or is_described_text(node)


@every_stream
def test_timestamps_carry_their_time_zone_into_the_destination(stream: str) -> None:
    wrong = [
        path
        for path, node in fields(load(stream))
        if (node.get("format") == "date-time") != (node.get("airbyte_type") == "timestamp_with_timezone")
    ]

    assert not wrong, hint(stream, wrong, "date-time and timestamp_with_timezone go together.")


@every_stream
def test_descriptions_are_short_sentences(stream: str) -> None:
    wrong = [
        path
        for path, node in fields(load(stream))
        if "description" in node and not re.fullmatch(r"[^\s<>][^\n<>]{0,118}\.", node["description"])
    ]

    assert not wrong, hint(stream, wrong, "One sentence that ends with a full stop, without markup.")


@every_stream
def test_an_organizations_own_fields_and_display_texts_are_not_declared(stream: str) -> None:
    own = [path for path, _ in fields(load(stream)) if name_of(path).startswith("cf_")]
    top_level = load(stream)["properties"]
    twins = [n for n in top_level if n.endswith("_formatted") and n.removesuffix("_formatted") not in top_level]

    assert not own, hint(stream, own, "cf_ fields differ by organization; custom_fields carries them.")
    assert set(twins) <= {"target_accounts_formatted"}, hint(stream, twins, "Declare the value itself too.")


def test_a_field_has_one_type_wherever_it_occurs() -> None:
    types: dict[str, dict[str, str]] = defaultdict(dict)
    for stream in STREAMS:
        for path, node in fields(load(stream)):
            excused = "type" in TABLES.exceptions.get(stream, {}).get(path, {})
            if not excused and node.get("type", ["null"])[-1] not in {"object", "array"}:
                types[name_of(path)][str((node.get("type"), node.get("format")))] = f"{stream}.{path}"
    torn = {name: kinds for name, kinds in types.items() if len(kinds) > 1 and name not in ONE_NAME_TWO_THINGS}

    assert not torn, f"settle it in tasks/glossary.yaml, or excuse one stream in tasks/glossary_streams.yaml: {torn}"


# `type` is a code in the lines of credit notes and a word elsewhere.
ONE_NAME_TWO_THINGS = {"type"}


def test_the_glossary_speaks_only_of_fields_that_exist() -> None:
    paths = {stream: {path for path, _ in fields(load(stream))} for stream in TABLES.streams}
    names = {name_of(path) for known in paths.values() for path in known}
    lost = [f"{s}: {p}" for s, words in TABLES.exceptions.items() for p in words if p not in paths.get(s, set())]

    assert not lost, f"tasks/glossary_streams.yaml: mend the path (dotted from the top of the row): {lost}"
    assert not set(TABLES.words) - names, "tasks/glossary.yaml: take the word out, or mend its spelling"


def test_the_glossary_uses_known_types_and_keys() -> None:
    entries = [*TABLES.words.items(), *(item for words in TABLES.exceptions.values() for item in words.items())]
    wrong = [
        name
        for name, word in entries
        if set(word) - {"about", "type", "fields"} or word.get("type", "string") not in {*TYPES, "object", "objects"}
    ]

    assert not wrong, f"an entry has about, type, fields; a type is one of {sorted(TYPES)}, object, objects: {wrong}"
