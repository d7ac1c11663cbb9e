"""Can every destination take what our schemas promise, and does each field say what it is?"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

from tasks.draft_schema import TYPES, render
from tasks.schema_tables import Tables, first_fields, product_of
from unit_tests.rules import every

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
STREAMS = sorted(path.stem for path in SCHEMAS.glob("*.json"))
TABLES = Tables.load()

# What Airbyte's type system has a place for. An enum or a required field of ours would turn the day on which Zoho adds
# a status or leaves out a field into the day on which a sync fails.
KEYWORDS = {"type", "format", "airbyte_type", "description", "properties", "additionalProperties", "items"}
TIMESTAMP = {"format": "date-time", "airbyte_type": "timestamp_with_timezone"}
# Values without a type: the value of a custom field has the type of that field, an event comes as text or as an object.
UNTYPED = {"value", "payload"}

every_stream = every(STREAMS)
every_stream_of_the_tables = every(sorted(TABLES.streams))
every_stream_of_crm = every([name for name in STREAMS if name.startswith("crm_")])
every_detail_stream = every([name for name in STREAMS if name.endswith("_details")])


@cache
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


def test_every_stream_of_the_tables_has_a_schema_and_every_schema_its_row() -> None:
    assert not set(TABLES.streams) - set(STREAMS), "draft them: python -m tasks.draft_schema --spec FOLDER NAME"
    assert not set(STREAMS) - set(TABLES.streams), "give them a row in tasks/schema_sources*.yaml, to draft them again"


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


@every_stream_of_the_tables
def test_the_organization_comes_first_then_the_keys(stream: str) -> None:
    first = [*dict.fromkeys([*first_fields(stream), *TABLES.source(stream)["key"]])]
    found = list(load(stream)["properties"])[: len(first)]

    assert found == first, hint(stream, found, f"Draft it again: rows without {first} lose their identity.")


@every_stream_of_crm
def test_a_row_of_crm_names_no_organization_and_says_of_every_field_what_it_is(stream: str) -> None:
    properties = load(stream)["properties"]
    silent = [path for path, node in fields(load(stream)) if "description" not in node]

    assert "organization_id" not in properties, hint(stream, "organization_id", "A token sees one organization of CRM.")
    assert not silent, hint(stream, silent, "Teach tasks/glossary_crm.yaml or tasks/glossary_streams_crm.yaml.")


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


@every_detail_stream
def test_a_whole_document_has_every_field_of_its_row_in_the_list(stream: str) -> None:
    listed = {path: node.get("type") for path, node in fields(load(TABLES.streams[stream]["like"]))}
    whole = {path: node.get("type") for path, node in fields(load(stream))}
    missing = {path: kind for path, kind in listed.items() if whole.get(path) != kind or path not in whole}

    assert not missing, hint(stream, missing, "A detail is the list row and more: draft it again.")
    assert "record_source" in whole, hint(stream, "record_source is missing", "It tells a whole document from a row.")


@every_detail_stream
def test_a_whole_document_says_what_it_costs(stream: str) -> None:
    gated = stream != "books_organization_details"  # one call for each organization: too little to speak of

    assert ("price" in TABLES.streams[stream]) == gated, hint(stream, "no price", "Write the column price in its row.")


@every_stream_of_the_tables
def test_a_price_names_what_one_call_is_spent_on(stream: str) -> None:
    row = TABLES.streams[stream]
    said = load(stream)["description"].partition(" Price: ")[2]
    gated = f"one call for {row.get('price')}; needs document_details: changed."
    always = f"one call for {row.get('every_sync')} in every sync."

    assert said == (gated if "price" in row else always if "every_sync" in row else ""), hint(
        stream, said, "Draft it again."
    )
    assert re.fullmatch(PRICES, row.get("price", "every hundred changed items")), hint(stream, said, f"Say {PRICES}.")
    assert re.fullmatch(r"each [A-Za-z ]+", row.get("every_sync", "each module")), hint(stream, said, "Say each ...")


# Parents whose rows show their change are followed when they changed, others in every sync.
PRICES = r"each changed [a-z ]+|each [a-z ]+ in every sync|every hundred changed items"


@every_stream
def test_the_organizations_own_fields_come_as_a_list_and_by_name(stream: str) -> None:
    properties = load(stream)["properties"]

    assert ("custom_fields" in properties) <= ("custom_field_hash" in properties), hint(
        stream, "custom_fields without custom_field_hash", "Write groups: [custom] in the row of the tables."
    )


@every_stream
def test_a_description_points_to_streams_and_fields_that_exist(stream: str) -> None:
    properties = {name: load(name)["properties"] for name in STREAMS if product_of(name) == product_of(stream)}
    lost = [
        f"{path}: {target}"
        for path, node in fields(load(stream))
        for target in re.findall(r"(?:joins? to|see also|same in) (\w+(?:\.\w+)?)", node.get("description", ""))
        if not points_somewhere(properties, *target.split("."))
    ]

    assert not lost, hint(stream, lost, "Name a stream of the same product, and a field of its rows.")


def points_somewhere(properties: dict[str, dict[str, Any]], stream: str, field: str | None = None) -> bool:
    return stream in properties and (field is None or field in properties[stream])


def test_a_field_has_one_type_wherever_it_occurs_in_a_product() -> None:
    types: dict[str, dict[str, str]] = defaultdict(dict)
    for stream in TABLES.streams:
        for path, node in fields(load(stream)):
            excused = "type" in TABLES.exception(stream, path) or name_of(path) in ONE_NAME_TWO_THINGS
            if not excused and node.get("type", ["null"])[-1] not in {"object", "array"}:
                field = f"{product_of(stream)}: {name_of(path)}"
                types[field][str((node.get("type"), node.get("format")))] = f"{stream}.{path}"
    torn = {field: kinds for field, kinds in types.items() if len(kinds) > 1}

    assert not torn, f"settle it in the glossary, or excuse one stream in tasks/glossary_streams*.yaml: {torn}"


# `type` is a code in the lines of credit notes and a word elsewhere.
ONE_NAME_TWO_THINGS = {"type"}


def test_the_glossaries_speak_only_of_fields_that_exist() -> None:
    paths = {stream: {path for path, _ in fields(load(stream))} for stream in TABLES.streams}
    names = {stream: {name_of(path) for path in known} for stream, known in paths.items()}
    unused = {
        product: sorted(set(words) - {name for s, known in names.items() if s.startswith(product) for name in known})
        for product, words in TABLES.words.items()
    }

    assert not any(unused.values()), f"take the word out of the glossary of the product, or mend its spelling: {unused}"
    for pattern, words in TABLES.exceptions.items():
        known = {path for stream in paths if fnmatchcase(stream, pattern) for path in paths[stream]}
        assert not set(words) - known, f"tasks/glossary_streams*.yaml, {pattern}: mend {sorted(set(words) - known)}"


def test_the_glossaries_use_known_types_and_keys() -> None:
    tables = [*TABLES.words.values(), *TABLES.exceptions.values()]
    wrong = [
        name
        for table in tables
        for name, word in table.items()
        if set(word) - {"about", "type", "fields"} or word.get("type", "string") not in {*TYPES, "object", "objects"}
    ]

    assert not wrong, f"an entry has about, type, fields; a type is one of {sorted(TYPES)}, object, objects: {wrong}"
