"""Can an organization lack features, hold nothing, or have fields and modules of its own?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.resources import books_resources
from unit_tests.emulator.builders import Caller, refusal

BOATS = {"cm_boats": {"cf_length": "decimal", "cf_launched": "date"}, "cm_piers": {"cf_is_open": "check_box"}}


def inside(caller: Caller, name: str = "Odd", **oddities: Any) -> Caller:
    caller.organization_id = caller.zoho.add_organization(name, **oddities)
    return caller


@pytest.mark.parametrize(
    "path",
    [
        "/fixedassets",
        "/fixedassettypes",
        "/fixedassets/1/history",
        "/settings/taxauthorities",
        "/settings/taxexemptions",
        "/locations",
        "/deliverychallans",
        "/deliverychallans/1",
        "/deliverychallans/templates",
    ],
)
def test_a_plain_edition_lacks_what_others_have(caller: Caller, path: str) -> None:
    assert refusal(inside(caller, edition="plain").get(path)) == (404, 5)


def test_a_plain_edition_has_everything_else(caller: Caller) -> None:
    rows = inside(caller, edition="plain").json("/invoices")["invoices"]

    assert rows
    assert {row["location_id"] for row in rows} == {""}, "there are no locations to be at"
    assert caller.get("/invoices/templates").status == 200


def test_single_features_can_be_absent_with_all_that_hangs_at_them(caller: Caller) -> None:
    inside(caller, absent={"projects", "balance_sheet"})

    answers = [caller.get(path) for path in ("/projects", "/projects/1", "/projects/1/users", "/reports/balancesheet")]
    assert [refusal(one) for one in answers] == [(404, 5)] * 4
    assert caller.get("/reports/profitandloss").status == 200


def test_a_feature_can_be_switched_off_and_on_while_reading(caller: Caller) -> None:
    caller.zoho.behave_organization(caller.organization_id, absent={"bills"})
    assert refusal(caller.get("/bills")) == (404, 5)
    assert caller.get("/bills", organization_id=caller.zoho.organization_ids[1]).status == 200

    caller.zoho.behave_organization(caller.organization_id, absent=())

    assert caller.get("/bills").status == 200


def test_an_empty_organization_has_a_currency_and_a_user(caller: Caller) -> None:
    inside(caller, empty=True)

    for name in books_resources():
        if name not in ("organizations", "currencies", "users", "document_kinds"):
            assert caller.zoho.rows(name, caller.organization_id) == [], name
    assert [row["is_base_currency"] for row in caller.json("/settings/currencies")["currencies"]] == [True]
    assert len(caller.zoho.rows("users", caller.organization_id)) == 1
    assert caller.json("/invoices")["page_context"]["has_more_page"] is False


def test_contacts_and_invoices_can_have_many_custom_fields(caller: Caller) -> None:
    inside(caller, custom_fields=120)

    for path, key in (("/contacts", "contacts"), ("/invoices", "invoices")):
        row = caller.json(path)[key][0]
        values = {one["api_name"]: one["value"] for one in row["custom_fields"]}
        assert len(row["custom_fields"]) == len(values) == 120
        assert {f"cf_extra_{number:03d}" for number in range(3, 121)} <= set(row)
        assert all(row[f"{name}_unformatted"] == value for name, value in values.items() if "extra" in name)
        assert len({one["customfield_id"] for one in row["custom_fields"]}) == 120
        assert "" in values.values()


def test_many_custom_fields_stand_in_details_and_added_records_too(caller: Caller) -> None:
    inside(caller, custom_fields=120)
    contact_id = caller.zoho.add("contacts", caller.organization_id, contact_name="Neu")

    contact = caller.json(f"/contacts/{contact_id}")["contact"]

    assert (contact["contact_name"], len(contact["custom_fields"])) == ("Neu", 120)


def test_custom_fields_can_become_many_while_reading(caller: Caller) -> None:
    assert len(caller.json("/contacts")["contacts"][0]["custom_fields"]) == 2

    caller.zoho.behave_organization(caller.organization_id, custom_fields=120)

    assert len(caller.json("/contacts")["contacts"][0]["custom_fields"]) == 120


def test_custom_modules_have_names_and_fields_of_their_own(caller: Caller) -> None:
    inside(caller, modules=BOATS)

    modules = caller.json("/settings/modules")["modules"]

    assert {row["module_api_name"] for row in modules} == set(BOATS)
    for name, fields in BOATS.items():
        record = caller.json(f"/{name}")["module_record"][0]
        assert {field for field in record if field.startswith("cf_")} == set(fields)
        detail = caller.json(f"/{name}/{record['module_record_id']}")["module_record"]
        assert {one["api_name"]: one["data_type"] for one in detail["module_fields"]} == fields
        assert all(detail[one["api_name"]] == one["value"] for one in detail["module_fields"])
    assert refusal(caller.get("/cm_vehicles")) == (404, 5)


def test_an_organization_may_have_no_custom_modules(caller: Caller) -> None:
    inside(caller, modules={})

    assert caller.json("/settings/modules")["modules"] == []
    assert refusal(caller.get("/cm_vehicles")) == (404, 5)


@pytest.mark.parametrize(
    ("oddity", "words"),
    [
        ({"edition": "golden"}, "expected one of: complete, plain"),
        ({"absent": {"unicorns"}}, "no resource or report is called unicorns"),
        ({"modules": {"boats": {}}}, "needs a name that begins with cm_"),
        ({"modules": {"cm_boats": {"cf_x": "colour"}}}, "a field of type colour; expected one of: string"),
    ],
)
def test_an_oddity_that_cannot_be_says_why(zoho: Emulator, oddity: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        zoho.add_organization("Odd", **oddity)


def test_inactive_rows_are_hidden_everywhere_that_zoho_hides_them(caller: Caller) -> None:
    for resource in books_resources().values():
        if resource.hidden is None or resource.parent:
            continue
        everything = {"filter_by": resource.all_filter} if resource.all_filter else {"status": "all"}
        shown = caller.everything(resource.path, resource.key)
        held = caller.everything(resource.path, resource.key, **everything)
        assert len(shown) < len(held), resource.name
