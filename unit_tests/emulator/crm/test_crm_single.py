"""What do a single record and its long texts look like?"""

from __future__ import annotations

from source_zoho.emulator import Emulator
from unit_tests.emulator.crm.crm_caller import CrmCaller, refusal


def long_one(zoho: Emulator) -> dict[str, str]:
    """Return a record whose rich text does not fit into a list."""
    return next(row for row in zoho.crm.rows("Odd_Shapes") if len(row["Rich_Text"] or "") > 600)


def test_a_single_record_has_every_field(zoho: Emulator, crm: CrmCaller) -> None:
    quote = zoho.crm.ids("Quotes")[4]
    (row,) = crm.rows(f"/Quotes/{quote}")

    assert set(row) == {field["api_name"] for field in zoho.crm.fields("Quotes")}
    assert {line["Parent_Id"]["id"] for line in row["Quoted_Items"]} == {quote}
    assert {line["id"] for line in row["Quoted_Items"]} <= set(zoho.crm.ids("Quoted_Items"))


def test_a_single_record_has_its_multiple_lookups(zoho: Emulator, crm: CrmCaller) -> None:
    shape = zoho.crm.ids("Odd_Shapes")[4]
    (row,) = crm.rows(f"/Odd_Shapes/{shape}")

    links = [link for link in zoho.crm.rows("Odd_Shapes_X_Products") if link["Odd_Shape"]["id"] == shape]
    assert row["Related_Products"] == links
    assert row["Helpers"]
    assert set(row["Whole_Address"]) == {"Street", "City", "Coordinates"}


def test_a_record_that_is_not_there_has_no_content(crm: CrmCaller) -> None:
    assert crm.get("/Leads/4000007001000000001").status == 204
    assert refusal(crm.get("/Leads/abc")) == (400, "INVALID_DATA", {"resource_path_index": 1})


def test_rich_text_is_cut_in_lists_and_whole_on_demand(zoho: Emulator, crm: CrmCaller) -> None:
    known = long_one(zoho)
    (listed,) = crm.rows("/Odd_Shapes", fields="Rich_Text", ids=known["id"])
    (single,) = crm.rows(f"/Odd_Shapes/{known['id']}")
    (full,) = crm.rows("/Odd_Shapes/actions/fetch_full_data", ids=known["id"], fields="Rich_Text,Rich_Text_2")

    assert listed["Rich_Text"] == single["Rich_Text"] == known["Rich_Text"][:500]
    assert full == {"id": known["id"], "Rich_Text": known["Rich_Text"], "Rich_Text_2": known["Rich_Text_2"]}
    assert crm.rows(f"/Odd_Shapes/{known['id']}/actions/fetch_full_data", fields="Rich_Text")[0].keys() == {
        "id",
        "Rich_Text",
    }


def test_what_long_texts_refuse(zoho: Emulator, crm: CrmCaller) -> None:
    path = "/Odd_Shapes/actions/fetch_full_data"
    many = ",".join(zoho.crm.ids("Odd_Shapes")[:201])

    assert refusal(crm.get(path, fields="Rich_Text"))[1:] == ("REQUIRED_PARAM_MISSING", {"param_name": "ids"})
    assert refusal(crm.get(path, ids="1"))[1:] == ("REQUIRED_PARAM_MISSING", {"param_name": "fields"})
    assert refusal(crm.get(path, ids=many, fields="Rich_Text"))[2] == {"limit": 200, "param_name": "ids"}
    assert refusal(crm.get(path, ids="1", fields=",".join(["Rich_Text"] * 9)))[2] == {
        "limit": 8,
        "param_name": "fields",
    }
    assert refusal(crm.get(path, ids="1", fields="Large_Text"))[2]["api_name"] == "Large_Text"
    assert refusal(crm.get(path, ids="1", fields="Rich_Text", page=1))[2] == {"param_name": "page"}
    assert crm.get(path, ids="1", fields="Rich_Text").status == 204
