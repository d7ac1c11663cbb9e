"""Does the emulator describe modules and fields as Zoho documents them?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.crm.crm_caller import CrmCaller, Row, refusal

DENIED = {"Activities", "Visits", "Approvals", "Actions_Performed", "Unknown__s"}
NO_API = {"Home", "Reports", "Analytics", "SalesInbox", "Feeds", "Documents", "Forecasts", "Social", "Google_AdWords"}


def modules(crm: CrmCaller, **query: Any) -> dict[str, Row]:
    return {row["api_name"]: row for row in crm.json("/settings/modules", **query)["modules"]}


def fields(crm: CrmCaller, module: str, **query: Any) -> dict[str, Row]:
    return {row["api_name"]: row for row in crm.json("/settings/fields", module=module, **query)["fields"]}


def test_lists_every_kind_of_module(crm: CrmCaller) -> None:
    found = modules(crm)

    kinds = {row["generated_type"] for row in found.values()}
    assert len(found) >= 60
    assert {"default", "custom", "linking", "subform", "static_subform", "field_tracker", "web"} <= kinds
    assert not any(found[name]["api_supported"] for name in NO_API)
    assert all(found[name]["api_supported"] and found[name]["viewable"] for name in DENIED)
    assert found["Attachments"]["status"] == "system_hidden"
    assert found["Old_Fleet"]["status"] == "scheduled_for_deletion"
    assert found["File_Upload_1__s"]["viewable"] is False
    assert found["Boat_Crew"]["parent_module"]["api_name"] == "CustomModule1"


def test_the_status_chooses_modules(crm: CrmCaller) -> None:
    found = modules(crm, status="scheduled_for_deletion,system_hidden")

    assert {row["status"] for row in found.values()} == {"scheduled_for_deletion", "system_hidden"}
    assert refusal(crm.get("/settings/modules", status="gone"))[1:] == ("INVALID_DATA", {"param_name": "status"})


def test_one_module_answers_by_its_name_or_its_id(crm: CrmCaller) -> None:
    (leads,) = crm.json("/settings/modules/Leads")["modules"]

    assert crm.json(f"/settings/modules/{leads['id']}")["modules"] == [leads]
    assert crm.get("/settings/modules/WebTab1").status == 204
    assert refusal(crm.get("/settings/modules/Nothing"))[1] == "INVALID_MODULE"


def test_what_can_be_read_follows_from_the_flags(zoho: Emulator) -> None:
    before = zoho.crm.readable()
    zoho.crm.set_module("Campaigns", viewable=False)
    zoho.crm.set_module("Vendors", status="scheduled_for_deletion")

    assert {"Leads", "CustomModule1", "DealHistory", "Quoted_Items", "Odd_Shapes_X_Users"} <= set(before)
    assert not {*DENIED, *NO_API, "Notes", "Attachments", "Locked_Vault", "Empty_Shell", "Old_Fleet"} & set(before)
    assert set(before) - set(zoho.crm.readable()) == {"Campaigns", "Vendors"}


def test_a_flag_that_zoho_does_not_have_is_a_mistake_of_the_test(zoho: Emulator) -> None:
    with pytest.raises(ValueError, match="/settings/modules has no sparkling"):
        zoho.crm.set_module("Leads", sparkling=True)


def test_leads_have_more_fields_than_fit_into_one_call(crm: CrmCaller) -> None:
    found = fields(crm, "Leads")

    assert len(found) > 50
    assert found["id"]["data_type"] == "bigint"
    assert found["Tag"]["data_type"] == "text"
    assert found["Tag"]["json_type"] == "jsonarray"
    assert found["Last_Name"]["system_mandatory"] is True
    assert found["Converted_Account"]["lookup"]["module"]["api_name"] == "Accounts"


def test_odd_fields_say_what_they_are(crm: CrmCaller) -> None:
    found = fields(crm, "Odd_Shapes")

    assert found["Rich_Text"]["textarea"] == {"type": "rich_text"}
    assert found["Formula_Date"]["formula"]["return_type"] == "date"
    assert found["Formula_Double"]["json_type"] == "double"
    assert found["Rollup_As_Text"]["rollup_summary"]["return_type"] == "double"
    assert found["Distance"]["data_type"] == "nearby_distance"
    assert found["Related_Products"]["multiselectlookup"]["linking_details"]["module"]["api_name"] == (
        "Odd_Shapes_X_Products"
    )
    assert found["Rows_Inside"]["associated_module"]["module"] == "Odd_Shapes_Rows"
    assert [module["api_name"] for module in found["Anything"]["multi_module_lookup"]["modules"]] == [
        "Leads",
        "Contacts",
        "Deals",
    ]
    assert found["Secret"]["crypt"]["status"] == 1
    assert found["Secret"]["private"]["restricted"] is True
    assert found["Health"]["hipaa_compliance"]["restricted"] is True
    assert found["Unicode_Label"]["field_label"] == "Größe (Öl) 日本"
    assert "select" in found
    assert [value["actual_value"] for value in found["Choice"]["pick_list_values"]] == ["Red", "Grün", "青"]


def test_the_type_chooses_fields(crm: CrmCaller) -> None:
    assert set(fields(crm, "Odd_Shapes", type="unused")) == {"Unused_Field"}
    assert "Unused_Field" not in fields(crm, "Odd_Shapes", type="used")
    assert crm.get("/settings/fields", module="Leads", type="unused").status == 204


def test_fields_may_be_none_or_refused(crm: CrmCaller) -> None:
    assert crm.get("/settings/fields", module="Empty_Shell").status == 204
    assert refusal(crm.get("/settings/fields"))[1:] == ("REQUIRED_PARAM_MISSING", {"param_name": "module"})
    assert refusal(crm.get("/settings/fields", module="Nothing"))[:2] == (400, "INVALID_MODULE")
    assert refusal(crm.get("/settings/fields", module="Locked_Vault"))[:2] == (403, "NO_PERMISSION")
    assert refusal(crm.get("/settings/fields", module="Home"))[1] == "API_NOT_SUPPORTED"
    assert refusal(crm.get("/settings/fields", module="Leads", type="many"))[1] == "INVALID_DATA"


def test_a_wide_module_has_exactly_as_many_listed_fields_as_asked_for(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.add_module("Wider", fields=200, rows=3)
    zoho.crm.add_module("Undated", fields=30, rows=3, modified_time=False)

    assert len(zoho.crm.listed_fields("Wide_Load")) == 120
    assert len(zoho.crm.listed_fields("Wider")) == len(fields(crm, "Wider")) == 200
    assert "Modified_Time" not in zoho.crm.listed_fields("Undated")
    assert {"Wider", "Undated"} <= set(zoho.crm.readable()) & set(modules(crm))


def test_a_module_can_be_described_field_by_field(zoho: Emulator, crm: CrmCaller) -> None:
    own: list[dict[str, Any]] = [
        {"api_name": "Shade", "data_type": "picklist", "pick_list_values": [{"actual_value": "Dark_Blue"}]},
        {"api_name": "Ratio", "data_type": "formula", "formula": {"return_type": "double"}},
        {"api_name": "Story", "data_type": "textarea", "textarea": {"type": "rich_text"}},
        {"api_name": "Buyer", "data_type": "lookup", "lookup": {"module": {"api_name": "Accounts"}}},
        {"api_name": "Riddle", "data_type": "hologram", "json_type": "jsonobject"},
    ]
    zoho.crm.add_module("Mine", fields=own, rows=40, generated_type="linking")

    found = fields(crm, "Mine")
    assert modules(crm)["Mine"]["generated_type"] == "linking"
    assert {"id", "Created_Time", "Modified_Time", "Shade", "Ratio", "Riddle"} <= set(found)
    assert found["Riddle"]["json_type"] == "jsonobject"
    assert {row["Shade"] for row in zoho.crm.rows("Mine")} <= {None, "Dark Blue"}
    assert {type(row["Ratio"]) for row in zoho.crm.rows("Mine")} <= {float, type(None)}


def test_unknown_parameters_are_refused(crm: CrmCaller) -> None:
    assert refusal(crm.get("/settings/modules", page=1))[1:] == ("INVALID_DATA", {"param_name": "page"})
    assert refusal(crm.get("/settings/fields", module="Leads", page=1))[1:] == ("INVALID_DATA", {"param_name": "page"})
