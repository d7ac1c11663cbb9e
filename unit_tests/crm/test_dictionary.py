"""Does the dictionary tell of each field what a reader of a table wants to know?"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from jsonschema import Draft7Validator

from source_zoho.crm.dictionary import entries
from source_zoho.crm.modules import Module
from source_zoho.files import schema_path
from unit_tests.crm.metadata import ODD_FIELDS, field_row

LEADS = Module("Leads", "Leads of ours")
SCHEMA = json.loads(schema_path("crm_field_dictionary").read_text(encoding="utf-8"))


def entry(api_name: str, data_type: str = "text", **said: Any) -> dict[str, Any]:
    return next(entries(LEADS, [field_row(api_name, data_type, **said)]))


def test_an_entry_has_the_fields_of_its_schema_in_their_order() -> None:
    assert list(entry("Company")) == list(SCHEMA["properties"])


def test_a_field_is_told_by_module_and_name() -> None:
    found = entry("Company", id="460111", field_label="Firm", length=100, custom_field=True, system_mandatory=True)

    assert (
        found.items()
        >= {
            "module": "Leads",
            "api_name": "Company",
            "module_label": "Leads of ours",
            "id": "460111",
            "label": "Firm",
            "listed": True,
            "data_type": "text",
            "json_type": "string",
            "length": 100,
            "custom_field": True,
            "mandatory": True,
            "read_only": False,
            "visible": True,
            "unique": False,
            "encrypted": False,
        }.items()
    )


def test_choices_are_told_as_records_hold_them_and_as_people_see_them() -> None:
    choice = {
        "id": "460222",
        "actual_value": " Cold ",
        "display_value": "Kalt",
        "reference_value": "Cold",
        "type": "used",
        "sequence_number": 2,
    }
    found = entry("Rating", "picklist", pick_list_values=[{**choice, "colour_code": "#fff"}, {"actual_value": "Hot"}])

    assert found["pick_list_values"][0] == choice
    assert found["pick_list_values"][1]["actual_value"] == "Hot"
    assert found["pick_list_values"][1]["sequence_number"] is None


def test_a_formula_is_told_with_what_it_returns() -> None:
    found = entry("Age", "formula", formula={"return_type": "double", "expression": "Now() - ${Leads.Born}"})

    assert (found["return_type"], found["expression"]) == ("double", "Now() - ${Leads.Born}")


def test_a_roll_up_is_told_as_zoho_describes_it() -> None:
    described = {"return_type": "currency", "rollup_based_on": "related_list", "expression": {"function": "sum"}}
    found = entry("Total", "rollup_summary", rollup_summary=described)

    assert (found["return_type"], found["rollup_summary"], found["expression"]) == ("currency", described, None)


def test_references_name_the_modules_that_they_point_to() -> None:
    single = entry("Account", "lookup", lookup={"module": {"api_name": "Accounts", "id": "1"}})
    several = entry(
        "Appointment_For",
        "multi_module_lookup",
        multi_module_lookup={"modules": [{"api_name": "Leads"}, {"module_name": "Deals"}, {}]},
    )

    assert (single["lookup_module"], single["related_modules"]) == ("Accounts", [])
    assert (several["lookup_module"], several["related_modules"]) == (None, ["Leads", "Deals"])


def test_what_the_stream_leaves_out_says_where_to_read_it() -> None:
    found = entry("Machines", "subform", associated_module={"module": "Machines_of_Lead"})

    assert (found["listed"], found["read_from"]) == (False, "Machines_of_Lead")


def test_unique_and_encrypted_fields_are_told_by_the_objects_that_they_have() -> None:
    found = entry("Passport", unique={"case_sensitive": True}, crypt={"mode": "decryption", "status": 1})

    assert (found["unique"], found["encrypted"]) == (True, True)


@given(ODD_FIELDS)
def test_every_entry_fits_the_schema_and_is_alone_under_its_key(odd: list[dict[str, Any]]) -> None:
    found = list(entries(LEADS, [*odd, field_row("Sound")]))
    keys = [(each["module"], each["api_name"]) for each in found]

    assert [error.message for each in found for error in Draft7Validator(SCHEMA).iter_errors(each)] == []
    assert len(keys) == len(set(keys))
    assert ("Leads", "Sound") in keys
