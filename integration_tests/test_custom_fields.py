"""Are the fields that organizations made for themselves found, told and gathered?"""

from __future__ import annotations

from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.conftest import StartZoho
from integration_tests.rows import attempt, read
from source_zoho.emulator import Emulator

FIELDS = "books_custom_fields"


def names(zoho: Emulator, module: str, organization_id: str) -> set[str]:
    """Return the custom fields that the rows of *module* have."""
    lists: list[Any] = [row.get("custom_fields") or [] for row in zoho.rows(module, organization_id)]
    return {each["api_name"] for fields in lists for each in fields}


@pytest.mark.parametrize("module", ["contacts", "invoices"])
def test_every_field_of_the_rows_is_in_the_list_once(zoho: Emulator, module: str) -> None:
    run = read(zoho, FIELDS)

    for organization_id in zoho.organization_ids:
        told = [row["api_name"] for row in run.records(FIELDS, organization_id) if row["module"] == module]
        assert sorted(told) == sorted(names(zoho, module, organization_id))
        assert told


def test_a_field_is_told_with_its_label_and_type_and_without_a_value(zoho: Emulator) -> None:
    field = next(row for row in read(zoho, FIELDS).records(FIELDS) if row["module"] == "invoices")

    assert field["label"]
    assert field["data_type"]
    assert not [name for name in field if name.startswith("value")]


def test_a_hundred_fields_are_all_found(zoho: Emulator) -> None:
    organization_id = zoho.add_organization("Many Fields", custom_fields=120)

    run = read(zoho, FIELDS, organization_ids=[organization_id])

    assert len([row for row in run.records(FIELDS) if row["module"] == "invoices"]) == 120


def test_fields_of_custom_modules_have_labels_and_types(zoho: Emulator) -> None:
    organization_id = zoho.add_organization(
        "Boats", modules={"cm_boats": {"cf_length": "decimal", "cf_launched": "date"}}
    )

    run = read(zoho, FIELDS, organization_ids=[organization_id])

    boats = {row["api_name"]: row for row in run.records(FIELDS) if row["module"] == "cm_boats"}
    assert {"cf_length", "cf_launched"} <= set(boats)
    assert (boats["cf_length"]["data_type"], boats["cf_launched"]["data_type"]) == ("decimal", "date")


def test_an_empty_organization_has_no_fields_and_no_trouble(zoho: Emulator) -> None:
    organization_id = zoho.add_organization("Empty", empty=True)

    assert read(zoho, FIELDS, organization_ids=[organization_id]).records(FIELDS) == []


def test_a_list_that_may_not_be_read_is_named_and_leaves_the_others(a_zoho: StartZoho) -> None:
    zoho = a_zoho(scopes={"ZohoBooks.settings.READ", "ZohoBooks.contacts.READ"})

    run = attempt(zoho, FIELDS)

    told = [line for line in run.log if "The custom fields of invoices are left out." in line]
    assert len(told) == len(zoho.organization_ids)
    assert "lacks the scope ZohoBooks.invoices.READ" in told[0]
    assert "contacts" in {row["module"] for row in run.records(FIELDS)}
    assert run.status(FIELDS) is AirbyteStreamStatus.COMPLETE


def test_one_call_is_made_for_each_list_and_two_for_each_custom_module(zoho: Emulator) -> None:
    organization_id = zoho.organization_ids[0]

    read(zoho, FIELDS, organization_ids=[organization_id])

    custom = {row["module_api_name"] for row in zoho.rows("custom_modules", organization_id)}
    lists = [path for path in zoho.calls.by_path if path.rpartition("/")[2] in {"invoices", "contacts", "items"}]
    of_custom = [path for path in zoho.calls.by_path if path.split("/")[3] in custom]
    assert len(lists) == 3
    assert len(of_custom) == 2 * len(custom)
    assert max(zoho.calls.by_path.values()) == 1
