"""Does a draft follow how Zoho describes CRM: in JSON, across files, with alternatives and shapes inside themselves?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tasks.draft_schema import draft
from tasks.schema_tables import OWN_KEY, Tables
from tasks.zoho_openapi import Field, answer_fields, leave_open

ELSEWHERE = "https://example.com/somebody/descriptions/main/v8.0"


def answer(rows: dict[str, Any]) -> dict[str, Any]:
    """Return a call that answers with *rows* under `things`, or with an error, as Zoho writes it."""
    things = {"type": "object", "properties": {"things": {"type": "array", "items": rows}}}
    error = {"type": "object", "properties": {"code": {"type": "string"}, "details": {"type": "object"}}}
    schema = {"oneOf": [things, error]}
    return {"get": {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}}


THINGS = {
    "paths": {
        "/crm/v8/things": answer({"$ref": "#/components/schemas/thing"}),
        "/crm/v8/wrong": {"get": {"responses": {"200": {"description": "an error, by mistake"}}}},
    },
    "components": {
        "responses": {"Things": answer({"$ref": "#/components/schemas/thing"})["get"]["responses"]["200"]},
        "schemas": {
            "thing": {
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "Modified_Time": {"type": "string", "format": "date-time"},
                    "expiry_date": {"type": "string", "format": "date-time"},
                    "position": {"type": "integer", "format": "int32"},
                    "long_number": {"type": "integer", "format": "int64"},
                    "newer": {"type": ["boolean", "null"]},
                    "status": {"type": "string"},
                    "owner": {"$ref": f"{ELSEWHERE}/people.json#/components/schemas/person"},
                    "either": {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"of": {}}}]},
                    "both": {"allOf": [{"properties": {"left": {}}}, {"properties": {"right": {}}}]},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/thing"}},
                    "any": {"type": "object"},
                },
            },
        },
    },
}

PEOPLE = {
    "components": {
        "schemas": {
            "person": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "role": {"$ref": "#/components/schemas/role"}},
            },
            "role": {"type": "object", "properties": {"name": {"type": "string"}}},
        },
    },
}

THING = {"about": "Things.", "key": ["id"], "spec": "things.json", "list": "/crm/v8/things", "rows": "things"}
STREAMS = {
    "crm_things": {**THING, "open": ["owner"], "every_sync": "each module"},
    "crm_whole_things": THING,
    "crm_named_things": {**THING, "list": "#/components/responses/Things"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "crm").mkdir()
    for name, document in {"things": THINGS, "people": PEOPLE}.items():
        (tmp_path / "crm" / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    tables: dict[str, dict[str, Any]] = {
        "schema_sources_crm.yaml": {"streams": STREAMS},
        "glossary.yaml": {"status": {"about": "State of the document."}, "position": {"type": "string"}},
        "glossary_crm.yaml": {"any": {"type": "boolean", "about": "Whether anything goes."}},
    }
    for name, table in tables.items():
        (tmp_path / name).write_text(yaml.safe_dump(table), encoding="utf-8")
    return tmp_path


def drafted(folder: Path, stream: str = "crm_things") -> dict[str, Any]:
    properties: dict[str, Any] = draft(Tables.load(folder), folder, stream)["properties"]
    return properties


def test_a_row_of_crm_begins_with_its_own_key(folder: Path) -> None:
    first, *others = drafted(folder)

    assert first == "id"
    assert "organization_id" not in others
    assert drafted(folder)["id"]["description"] == OWN_KEY


def test_words_of_the_finance_products_do_not_count_for_crm(folder: Path) -> None:
    assert "description" not in drafted(folder)["status"]
    assert drafted(folder)["position"]["type"] == ["null", "integer"]


def test_words_of_crm_settle_what_zoho_leaves_open(folder: Path) -> None:
    assert drafted(folder)["any"] == {"type": ["null", "boolean"], "description": "Whether anything goes."}


def test_zohos_format_wins_over_the_name(folder: Path) -> None:
    properties = drafted(folder)

    assert properties["Modified_Time"]["airbyte_type"] == "timestamp_with_timezone"
    assert properties["expiry_date"]["format"] == "date-time"


def test_a_small_number_is_a_count_and_a_long_one_may_be_an_amount(folder: Path) -> None:
    properties = drafted(folder)

    assert properties["position"]["type"] == ["null", "integer"]
    assert properties["long_number"]["type"] == ["null", "number"]


def test_the_type_of_a_newer_description_is_the_one_that_is_not_null(folder: Path) -> None:
    assert drafted(folder)["newer"]["type"] == ["null", "boolean"]


def test_a_reference_to_an_address_is_looked_up_in_the_same_folder_and_goes_on_from_there(folder: Path) -> None:
    owner = drafted(folder, "crm_whole_things")["owner"]

    assert list(owner["properties"]["role"]["properties"]) == ["name"]


def test_alternatives_and_parts_are_united(folder: Path) -> None:
    properties = drafted(folder)

    assert list(properties["either"]["properties"]) == ["of"]
    assert list(properties["both"]["properties"]) == ["left", "right"]


def test_a_shape_inside_itself_is_told_once(folder: Path) -> None:
    assert drafted(folder)["parts"]["items"] == {"type": ["null", "object"], "additionalProperties": True}


def test_the_inside_of_a_structure_can_be_left_open(folder: Path) -> None:
    assert drafted(folder)["owner"] == {"type": ["null", "object"], "additionalProperties": True}


def test_a_structure_within_a_structure_can_be_left_open() -> None:
    fields = {"a": Field("object", {"b": Field("objects", {"c": Field("string")}), "d": Field("string")})}

    leave_open(fields, "a.b")

    assert fields == {"a": Field("object", {"b": Field("objects"), "d": Field("string")})}


def test_an_answer_can_be_named_where_zoho_tells_of_the_wrong_one(folder: Path) -> None:
    assert answer_fields(folder / "crm" / "things.json", "/crm/v8/wrong") == {}
    assert list(drafted(folder, "crm_named_things")) == list(drafted(folder))


def test_a_stream_that_asks_once_for_each_module_says_so(folder: Path) -> None:
    schema = draft(Tables.load(folder), folder, "crm_things")

    assert schema["description"] == "Things. Price: one call for each module in every sync."
