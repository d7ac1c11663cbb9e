"""What becomes of a stream whose module was there at discovery, and is gone, hidden or refused when it is read?"""

from __future__ import annotations

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, FailureType

from integration_tests.conftest import StartZoho
from integration_tests.crm.builders import a_crm_catalog, attempt, by_id, read, the_kinds
from source_zoho.emulator import Emulator

LEADS, VENDORS, TAXES = "crm_leads", "crm_vendors", "books_taxes"
COMPLETE, INCOMPLETE = AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE
CRM_SCOPES = {"ZohoCRM.modules.READ", "ZohoCRM.settings.READ", "ZohoCRM.org.READ"}
BOOKS_ONLY = {"ZohoBooks.fullaccess.READ", "ZohoBooks.settings.READ"}


def test_a_module_whose_records_are_refused_ends_its_stream_and_no_other(zoho: Emulator) -> None:
    zoho.faults.add("NO_PERMISSION", path="/crm/v8/Leads", times=100)

    run = attempt(zoho, LEADS, VENDORS)

    assert (run.status(LEADS), run.status(VENDORS)) == (INCOMPLETE, COMPLETE)
    assert run.errors[0].startswith("crm_leads: The user of the refresh_token may not see this")
    assert the_kinds(run) == {FailureType.config_error}


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        ({"viewable": False}, "no module of this organization has this name"),
        ({"status": "scheduled_for_deletion"}, "no module of this organization has this name"),
        ({"api_supported": False}, "no module of this organization has this name"),
    ],
)
def test_a_module_that_is_gone_is_named_and_the_others_are_read(
    zoho: Emulator, flags: dict[str, object], reason: str
) -> None:
    zoho.crm.set_module("Leads", **flags)

    run = attempt(zoho, LEADS, VENDORS)

    assert (run.status(LEADS), run.status(VENDORS)) == (INCOMPLETE, COMPLETE)
    assert len(run.records(VENDORS)) == zoho.crm.count("Vendors")
    (sentence,) = [error for error in run.errors if error.startswith("crm_leads cannot be read")]
    assert reason in sentence
    assert sentence.endswith("Run discover again, or leave the stream out.")
    assert the_kinds(run) == {FailureType.config_error}
    assert run.errors[-1].startswith("1 of 2 streams could not be read completely: crm_leads.")


def test_a_module_whose_fields_are_refused_now_says_why(zoho: Emulator) -> None:
    zoho.crm.behave("Leads", fields_refusal="NO_PERMISSION")

    run = attempt(zoho, LEADS, VENDORS)

    assert (run.status(LEADS), run.status(VENDORS)) == (INCOMPLETE, COMPLETE)
    assert "NO_PERMISSION" in next(error for error in run.errors if "crm_leads" in error)


def test_the_state_of_a_module_that_is_gone_for_a_while_is_kept(zoho: Emulator) -> None:
    first = read(zoho, LEADS)
    zoho.crm.set_module("Leads", viewable=False)
    zoho.clock.advance(seconds=3600)
    edited = zoho.crm.ids("Leads")[3]
    zoho.crm.edit("Leads", edited, City="Thun")

    second = attempt(zoho, LEADS, state=first.state)
    zoho.crm.set_module("Leads", viewable=True)
    third = read(zoho, LEADS, state=second.state)

    assert second.counts() == {}
    assert by_id(third.records(LEADS)).keys() == {edited}


def test_a_module_that_goes_while_it_is_read_ends_its_stream(zoho: Emulator) -> None:
    zoho.on_call(3, lambda zoho: zoho.crm.behave("Leads", refusal="INVALID_MODULE"), path="/crm/v8/Leads")

    run = attempt(zoho, LEADS, VENDORS)

    assert (run.status(LEADS), run.status(VENDORS)) == (INCOMPLETE, COMPLETE)
    assert run.errors[0].startswith("crm_leads: Zoho's API does not give this: the module was removed or hidden")


@pytest.mark.parametrize("products", [["books", "crm"], None])
def test_a_token_without_crm_reads_books_all_the_same(a_zoho: StartZoho, products: list[str] | None) -> None:
    zoho = a_zoho(scopes=BOOKS_ONLY)

    run = attempt(zoho, catalog=a_crm_catalog(zoho, LEADS, "crm_roles", TAXES), products=products)

    assert run.status(TAXES) is COMPLETE
    assert run.counts().keys() == {TAXES}
    assert (run.status(LEADS), run.status("crm_roles")) == (INCOMPLETE, INCOMPLETE)
    assert any("lacks the scope ZohoCRM." in error for error in run.errors)
    assert the_kinds(run) == {FailureType.config_error}


def test_a_token_without_the_scope_of_one_list_reads_the_others(a_zoho: StartZoho) -> None:
    zoho = a_zoho(scopes=CRM_SCOPES)

    run = attempt(zoho, LEADS, "crm_users", "crm_roles")

    assert (run.status(LEADS), run.status("crm_users"), run.status("crm_roles")) == (COMPLETE, INCOMPLETE, COMPLETE)
    assert run.errors[0].startswith("crm_users: The refresh_token lacks the scope ZohoCRM.users.READ; make a new one")


def test_a_list_of_the_organization_that_its_edition_lacks_is_empty_and_no_error(a_zoho: StartZoho) -> None:
    zoho = a_zoho(crm_edition="standard")

    run = read(zoho, "crm_territories", "crm_territory_users", "crm_cadences", "crm_roles")

    assert run.counts().keys() == {"crm_roles"}
    assert any("crm_territories has no rows: the feature is off" in line for line in run.log)


def test_a_list_of_the_organization_that_is_refused_ends_its_stream_alone(zoho: Emulator) -> None:
    zoho.crm.behave("roles", refusal="AUTHORIZATION_FAILED")

    run = attempt(zoho, "crm_roles", "crm_profiles")

    assert (run.status("crm_roles"), run.status("crm_profiles")) == (INCOMPLETE, COMPLETE)
    assert run.errors[0].startswith("crm_roles: The user of the refresh_token is not allowed to read this")


def test_a_list_of_one_module_that_is_refused_names_the_module(zoho: Emulator) -> None:
    zoho.faults.add("NO_PERMISSION", path="/crm/v8/settings/layouts", after=5)

    run = attempt(zoho, "crm_layouts")

    assert run.status("crm_layouts") is INCOMPLETE
    assert run.errors[0].startswith("crm_layouts of module ")
    assert len({row["module"] for row in run.records("crm_layouts")}) > 20
