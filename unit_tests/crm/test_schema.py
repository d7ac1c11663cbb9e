"""Can every value that Zoho documents for a type be stored, and does no odd field spoil the schema of its module?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft7Validator

from source_zoho.crm.fields import parse
from source_zoho.crm.schema import field_schema, module_schema, unknown_types
from unit_tests.crm.metadata import ODD_FIELDS, field, field_row

INSTANT = {"format": "date-time", "airbyte_type": "timestamp_with_timezone"}
# What Airbyte's type system has a place for, as for the schemas that we keep as files.
KEYWORDS = {"type", "format", "airbyte_type", "description", "properties", "additionalProperties", "items"}


def bare(api_name: str, data_type: str, **said: Any) -> dict[str, Any]:
    """Return the schema of such a field without its description."""
    schema = field_schema(field(api_name, data_type, **said))
    del schema["description"]
    return schema


def nodes(schema: dict[str, Any]) -> list[dict[str, Any]]:
    below = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return [schema, *(deeper for node in below for deeper in nodes(node))]


@pytest.mark.parametrize(
    ("data_type", "expected"),
    [
        *((name, {"type": ["null", "string"]}) for name in ("text", "textarea", "email", "phone", "website")),
        *((name, {"type": ["null", "string"]}) for name in ("picklist", "profileimage", "autonumber", "bigint")),
        ("mediumtext", {"type": ["null", "string"]}),
        ("integer", {"type": ["null", "integer"]}),
        *((name, {"type": ["null", "number"]}) for name in ("double", "currency", "percent")),
        ("boolean", {"type": ["null", "boolean"]}),
        ("date", {"type": ["null", "string"], "format": "date"}),
        ("datetime", {"type": ["null", "string"], **INSTANT}),
    ],
)
def test_single_values_have_the_type_of_zohos_documents(data_type: str, expected: dict[str, Any]) -> None:
    assert bare("Value", data_type) == expected


@pytest.mark.parametrize("data_type", ["text", "integer", "currency", "boolean", "date", "lookup", "imageupload"])
def test_a_field_without_json_type_is_known_by_its_data_type(data_type: str) -> None:
    assert bare("Value", data_type, json_type=None) == bare("Value", data_type)


VALUES = {
    "lookup": {"id": "460", "name": "Acme"},
    "ownerlookup": {"id": "460", "name": "Ada", "email": "ada@example.com"},
    "layout": {"id": "460", "name": "Standard", "display_label": None},
    "multi_module_lookup": {"id": "460", "name": "Ada", "module": {"api_name": "Leads", "id": "461"}},
    "RRULE": {"RRULE": "FREQ=DAILY;INTERVAL=1"},
    "ALARM": {"ALARM": "FREQ=NONE;ACTION=EMAIL;TRIGGER=DATE-TIME:2026-01-31T00:00:00Z"},
    "time_range": {"From": "09:00", "To": "17:00"},
    "multiselectpicklist": ["red", "blue"],
    "fileupload": [{"id": "460", "File_Name__s": "a.pdf", "Size__s": 1200}],
    "imageupload": [{"id": "460", "Sequence_Number__s": 1, "State__s": "success"}],
    "linetax": [{"id": "460", "name": "VAT", "percentage": 8, "value": 1.6, "display_name": "VAT"}],
    "tax": [{"id": "460", "value": "VAT - 8.0 %"}, "Sales tax"],
    "territories": [{"id": "460", "Name": "North", "$assigned": True}],
    "participants": [{"id": "460", "participant": "461", "type": "lead", "invited": False, "status": "not_known"}],
}


@pytest.mark.parametrize("data_type", sorted(VALUES))
def test_structured_values_fit_and_may_hold_more(data_type: str) -> None:
    validator = Draft7Validator(field_schema(field("Value", data_type)))
    value = VALUES[data_type]
    more = {**value, "new": 1} if isinstance(value, dict) else value

    assert [error.message for each in (value, more, None) for error in validator.iter_errors(each)] == []


def test_tags_are_objects_although_zoho_announces_text() -> None:
    assert set(bare("Tag", "text", json_type="jsonarray")["items"]["properties"]) == {"id", "name", "color_code"}


def test_the_taxes_of_a_product_are_objects_although_zoho_announces_choices() -> None:
    assert bare("Tax", "multiselectpicklist") == bare("Taxes", "tax")
    assert bare("Tax", "currency") == {"type": ["null", "number"]}


@pytest.mark.parametrize("data_type", ["event_reminder", "multireminder"])
@pytest.mark.parametrize("json_type", ["string", "jsonarray", ""])
def test_a_reminder_is_a_text_or_a_list_whatever_it_announces(data_type: str, json_type: str) -> None:
    assert bare("Remind_At", data_type, json_type=json_type)["type"] == ["null", "string", "array"]


def test_the_json_type_decides_where_the_two_disagree() -> None:
    assert bare("Value", "bigint", json_type="integer") == {"type": ["null", "integer"]}
    assert bare("Value", "picklist", json_type="jsonarray") == {"type": ["null", "array"], "items": {}}
    assert bare("Value", "text", json_type="jsonobject")["type"] == ["null", "object"]


@pytest.mark.parametrize(
    ("return_type", "types"),
    [
        *((name, ["null", "number", "string"]) for name in ("currency", "double", "integer", "percent")),
        ("boolean", ["null", "boolean", "string"]),
        *((name, ["null", "string"]) for name in ("text", "date", "datetime")),
    ],
)
@pytest.mark.parametrize("key", ["formula", "rollup_summary"])
def test_a_computed_value_may_also_be_the_text_of_an_error(key: str, return_type: str, types: list[str]) -> None:
    assert bare("Total", key, **{key: {"return_type": return_type}}) == {"type": types}


def test_a_formula_that_does_not_say_what_it_returns_goes_by_its_json_type() -> None:
    assert bare("Total", "formula", json_type="double") == {"type": ["null", "number", "string"]}


def test_unknown_types_accept_everything_and_are_told_once() -> None:
    fields = [
        field("Where", "Coordinates", json_type="geo"),
        field("Near", "coordinates", json_type=None),
        field("Sum", "formula", json_type=None, formula={"return_type": "tensor"}),
        field("Plain", "mediumtext"),
        field("Rows", "subform", json_type=None),
        field("Nothing", "", json_type=None),
    ]

    assert field_schema(fields[0]) == {"description": "Where."}
    assert unknown_types(fields) == {"coordinates": ["Where", "Near"], "tensor": ["Sum"], "(none)": ["Nothing"]}


@pytest.mark.parametrize(
    ("described", "description"),
    [
        (field("Lead_Source", "picklist"), "Lead Source (pick list)."),
        (field("Total", "formula", formula={"return_type": "currency"}), "Total (formula, currency)."),
        (field("Sum", "rollup_summary"), "Sum (roll-up)."),
        (field("Account", "lookup", lookup={"module": {"api_name": "Accounts"}}), "Account (refers to Accounts)."),
        (field("Terms", "textarea", textarea={"type": "rich_text"}), "Terms (rich text)."),
        (field("City", field_label="  City\n of birth "), "City of birth."),
    ],
)
def test_a_column_says_what_people_call_it(described: Any, description: str) -> None:
    assert field_schema(described)["description"] == description


def test_a_module_has_its_id_first_then_the_listed_fields_in_zohos_order() -> None:
    rows = [
        field_row("Name"),
        field_row("Lines", "subform"),
        field_row("id", "bigint"),
        field_row("Amount", "currency"),
    ]
    schema = module_schema("Deals", parse(rows))

    assert list(schema["properties"]) == ["id", "Name", "Amount"]
    assert schema["properties"]["id"]["type"] == ["null", "string"]
    assert list(schema) == ["$schema", "type", "additionalProperties", "description", "properties"]


def test_the_key_that_comes_beside_what_an_activity_is_about_has_a_type_too() -> None:
    properties = module_schema("Tasks", [field("What_Id", "lookup")])["properties"]

    assert properties["$se_module"]["type"] == ["null", "string"]


def test_an_id_is_text_whatever_zoho_says_of_it() -> None:
    assert bare("id", "bigint", json_type="integer") == {"type": ["null", "string"]}


def test_one_schema_shares_nothing_with_another() -> None:
    schema = module_schema("Leads", [field("Account", "lookup")])
    schema["properties"]["Account"]["properties"].clear()

    assert field_schema(field("Contact", "lookup"))["properties"]


@given(ODD_FIELDS)
def test_every_schema_is_valid_open_and_free_of_demands(odd: list[dict[str, Any]]) -> None:
    schema = module_schema("Leads", parse([*odd, field_row("Sound", "currency")]))

    Draft7Validator.check_schema(schema)
    assert schema["properties"]["Sound"]["type"] == ["null", "number"]
    assert all(set(node) <= KEYWORDS for each in schema["properties"].values() for node in nodes(each))
    assert all(
        "null" in node["type"] for each in schema["properties"].values() for node in nodes(each) if "type" in node
    )
    assert all(
        node["additionalProperties"] is True
        for each in schema["properties"].values()
        for node in nodes(each)
        if "object" in node.get("type", [])
    )
