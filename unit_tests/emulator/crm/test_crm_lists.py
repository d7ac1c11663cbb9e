"""Does a list of records answer what Zoho documents, and refuse the rest?"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.crm.crm_caller import CrmCaller, ids, refusal


def test_a_page_has_the_named_fields_and_the_id(crm: CrmCaller) -> None:
    body = crm.json("/Leads", fields="Last_Name,Email")

    assert {tuple(sorted(row)) for row in body["data"]} == {("Email", "Last_Name", "id")}
    assert body["info"] == {
        "per_page": 200,
        "count": 200,
        "page": 1,
        "more_records": True,
        "sort_by": "id",
        "sort_order": "desc",
        "next_page_token": body["info"]["next_page_token"],
        "previous_page_token": None,
        "page_token_expiry": "2026-03-05T17:30:00+05:30",
        "call": False,
        "email": False,
    }


def test_records_come_newest_first_unless_told_otherwise(crm: CrmCaller) -> None:
    newest_first = ids(crm.everything("/Deals", fields="id"))

    assert newest_first == sorted(newest_first, key=int, reverse=True)
    assert ids(crm.everything("/Deals", fields="id", sort_order="asc")) == newest_first[::-1]
    assert ids(crm.everything("/Deals", fields="id", sort_by="Created_Time")) == newest_first


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_records_come_in_order_of_modification(crm: CrmCaller, direction: str) -> None:
    rows = crm.everything("/Deals", fields="Modified_Time", sort_by="Modified_Time", sort_order=direction)

    keys = [(row["Modified_Time"], int(row["id"])) for row in rows]
    assert keys == sorted(keys, reverse=direction == "desc")
    assert any(first[0] == second[0] for first, second in pairwise(keys))
    # Around every 200th record some share a second, so a page border cuts through them.
    assert keys[199][0] == keys[200][0] if direction == "asc" else True


def test_ids_have_19_digits_grow_with_creation_and_leave_gaps(zoho: Emulator) -> None:
    rows = zoho.crm.rows("Leads")

    numbers = [int(row["id"]) for row in rows]
    created = [row["Created_Time"] for row in rows]
    assert {len(row["id"]) for row in rows} == {19}
    assert created == sorted(created)
    assert len({second - first for first, second in pairwise(numbers)}) > 3


@pytest.mark.parametrize(
    ("query", "code", "details"),
    [
        ({}, "REQUIRED_PARAM_MISSING", {"param_name": "fields"}),
        ({"fields": ""}, "REQUIRED_PARAM_MISSING", {"param_name": "fields"}),
        ({"fields": ",".join(["Email"] * 51)}, "LIMIT_EXCEEDED", {"limit": 50, "param_name": "fields"}),
        ({"fields": "Email,Nothing"}, "INVALID_DATA", {"api_name": "Nothing", "param_name": "fields"}),
        ({"fields": "id", "approved": "both"}, "INVALID_DATA", {"param_name": "approved"}),
        ({"fields": "id", "per_page": "201"}, "INVALID_DATA", None),
        ({"fields": "id", "per_page": "0"}, "INVALID_DATA", None),
        ({"fields": "id", "page": "one"}, "INVALID_DATA", None),
        ({"fields": "id", "page": "11"}, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", {"limit": 2000}),
        ({"fields": "id", "page": "1", "page_token": "x"}, "AMBIGUITY_DURING_PROCESSING", None),
        ({"fields": "id", "cvid": "1", "sort_by": "id"}, "AMBIGUITY_DURING_PROCESSING", None),
        ({"fields": "id", "sort_by": "Email"}, "INVALID_DATA", None),
        ({"fields": "id", "sort_order": "up"}, "INVALID_DATA", None),
        ({"fields": "id", "converted": "yes"}, "INVALID_DATA", None),
        ({"fields": "id", "ids": ",".join(["1"] * 101)}, "LIMIT_EXCEEDED", {"limit": 100, "param_name": "ids"}),
        ({"fields": "id", "ids": "abc"}, "INVALID_DATA", None),
        ({"fields": "id", "page_token": "unknown"}, "INVALID_DATA", {"param_name": "page_token"}),
    ],
)
def test_what_zoho_refuses(crm: CrmCaller, query: dict[str, str], code: str, details: dict[str, Any] | None) -> None:
    status, answered, told = refusal(crm.get("/Leads", **query))

    assert (status, answered) == (400, code)
    assert details is None or told == details


def test_fifty_fields_are_not_too_many(zoho: Emulator, crm: CrmCaller) -> None:
    assert len(crm.rows("/Leads", fields=",".join(zoho.crm.listed_fields("Leads")[:50]))[0]) == 50


@pytest.mark.parametrize("name", ["cvid", "territory_id", "include_child"])
def test_what_is_documented_but_not_emulated_says_so(crm: CrmCaller, name: str) -> None:
    assert refusal(crm.get("/Leads", fields="id", **{name: "1"}))[:2] == (501, "NOT_EMULATED")


def test_the_first_2000_rows_have_pages(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.limits(discrete=100)
    first, second = crm.rows("/Deals", fields="id", per_page=50), crm.rows("/Deals", fields="id", per_page=50, page=2)

    assert first + second == crm.rows("/Deals", fields="id", per_page=100)
    assert refusal(crm.get("/Deals", fields="id", per_page=50, page=3))[2] == {"limit": 100}


def test_a_page_of_numbers_leads_on_to_tokens(crm: CrmCaller) -> None:
    info = crm.json("/Deals", fields="id", per_page=50, page=2)["info"]

    third = crm.json("/Deals", fields="id", per_page=50, page_token=info["next_page_token"])
    assert third["info"]["page"] == 3
    assert third["data"] == crm.rows("/Deals", fields="id", per_page=50, page=3)


def test_no_rows_are_no_content(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.add_module("Bare", fields=20, rows=0)

    answer = crm.get("/Bare", fields="id")
    assert (answer.status, answer.body) == (204, b"")
    assert crm.get("/Vendors", fields="id", page=2).status == 204


def test_ids_choose_records_and_pass_over_unknown_ones(zoho: Emulator, crm: CrmCaller) -> None:
    known = zoho.crm.ids("Accounts")[:3]

    found = crm.rows("/Accounts", fields="Account_Name", ids=",".join([known[1], "17", known[0]]))
    assert ids(found) == [known[1], known[0]]
    assert crm.get("/Accounts", fields="id", ids="17").status == 204


def test_fewer_ids_may_fit_into_a_call(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.behave("Accounts", ids_limit=51)
    some = zoho.crm.ids("Accounts")

    assert len(crm.rows("/Accounts", fields="id", ids=",".join(some[:51]))) == 51
    assert refusal(crm.get("/Accounts", fields="id", ids=",".join(some[:52])))[2] == {"limit": 51, "param_name": "ids"}


def test_converted_leads_are_shown_only_when_asked_for(zoho: Emulator, crm: CrmCaller) -> None:
    plain = ids(crm.everything("/Leads", fields="id"))
    converted = crm.everything("/Leads", fields="Converted__s", converted="true")
    both = ids(crm.everything("/Leads", fields="id", converted="both"))

    assert converted
    assert all(row["Converted__s"] for row in converted)
    assert sorted([*plain, *ids(converted)]) == sorted(both) == zoho.crm.ids("Leads")


def test_lists_leave_out_subforms_and_multiple_lookups(zoho: Emulator, crm: CrmCaller) -> None:
    (row,) = crm.rows("/Odd_Shapes", fields="Name,Rows_Inside,Related_Products,Helpers,Whole_Address", per_page=1)

    assert set(row) == {"Name", "id"}
    assert not {"Rows_Inside", "Related_Products", "Helpers", "Whole_Address"} & set(
        zoho.crm.listed_fields("Odd_Shapes")
    )


def test_the_type_of_a_lookup_into_several_modules_comes_along(crm: CrmCaller) -> None:
    rows = crm.rows("/Tasks", fields="What_Id")

    assert {row["$se_module"] for row in rows} == {"Accounts", "Deals", "Cases"}
    assert crm.rows("/Tasks", fields="$se_module", per_page=1)[0].keys() == {"$se_module", "id"}


def test_hidden_fields_are_left_out_and_refused_fields_named(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.behave("Leads", hidden_fields=["Email"], refused_fields=["Fax"])

    assert "Email" not in crm.rows("/Leads", fields="Email,Phone", per_page=1)[0]
    assert refusal(crm.get("/Leads", fields="Phone,Fax"))[2]["api_name"] == "Fax"
    assert not {"Email", "Fax"} & set(zoho.crm.listed_fields("Leads"))
    assert "Email" not in zoho.crm.rows("Leads")[0]


def test_an_order_may_be_refused_or_ignored(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.behave("Leads", sort="refused")
    zoho.crm.behave("Deals", sort="ignored")

    assert refusal(crm.get("/Leads", fields="id", sort_by="Modified_Time"))[2] == {"param_name": "sort_by"}
    assert crm.json("/Deals", fields="id", sort_by="Modified_Time")["info"]["sort_by"] == "id"
    assert refusal(crm.get("/Meter_Readings", fields="id", sort_by="Modified_Time"))[2] == {"param_name": "sort_by"}


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("Home", "API_NOT_SUPPORTED"),
        ("Email_Sentiment", "NOT_SUPPORTED"),
        ("Activities", "NOT_SUPPORTED"),
        ("WebTab1", "INVALID_MODULE"),
        ("Old_Fleet", "INVALID_MODULE"),
    ],
)
def test_modules_without_readable_records_are_refused(crm: CrmCaller, module: str, code: str) -> None:
    assert refusal(crm.get(f"/{module}", fields="id"))[:2] == (400, code)


def test_a_whole_module_may_be_refused(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.behave("Vendors", refusal="NO_PERMISSION")

    assert refusal(crm.get("/Vendors", fields="id"))[:2] == (403, "NO_PERMISSION")
    assert refusal(crm.get("/Vendors/deleted"))[1] == refusal(crm.get("/settings/fields", module="Vendors"))[1]
    assert "Vendors" not in zoho.crm.readable()


def test_entity_scores_answer_though_their_flags_do_not_say_so(zoho: Emulator, crm: CrmCaller) -> None:
    assert "Entity_Scores__s" not in zoho.crm.readable()
    assert crm.rows("/Entity_Scores__s", fields="Score")


def test_a_list_can_be_walked_backwards(crm: CrmCaller) -> None:
    first = crm.json("/Deals", fields="id", per_page=100)
    second = crm.json("/Deals", fields="id", per_page=100, page_token=first["info"]["next_page_token"])

    back = crm.json("/Deals", fields="id", per_page=100, page_token=second["info"]["previous_page_token"])
    assert back["data"] == first["data"]


def test_notes_hang_under_their_records(zoho: Emulator, crm: CrmCaller) -> None:
    notes = zoho.crm.rows("Notes")
    parent = notes[0]["Parent_Id"]

    under = crm.rows(f"/{parent['module']['api_name']}/{parent['id']}/Notes", fields="Note_Title")
    assert ids(under) == [note["id"] for note in reversed(notes) if note["Parent_Id"]["id"] == parent["id"]]
    assert refusal(crm.get("/Leads/17/Notes", fields="Note_Title"))[1] == "INVALID_DATA"


def test_the_count_is_dear(zoho: Emulator, crm: CrmCaller) -> None:
    assert crm.json("/Deals/actions/count") == {"count": zoho.crm.count("Deals")}
    assert zoho.crm.credits_by_path["/crm/v8/Deals/actions/count"] == 50
