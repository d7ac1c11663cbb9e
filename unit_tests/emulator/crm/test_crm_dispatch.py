"""Do lists of settings answer through the same door as records?"""

from __future__ import annotations

from source_zoho.emulator import Emulator
from unit_tests.emulator.conftest import NOON
from unit_tests.emulator.crm.crm_caller import CrmCaller, ids, refusal


def test_settings_pay_and_count_like_records(zoho: Emulator, crm: CrmCaller) -> None:
    users = crm.json("/users", type="AllUsers")["users"]

    assert users
    assert set(ids(users)) <= {row["id"] for row in zoho.crm.settings("users")}
    assert zoho.crm.credits_by_path == {"/crm/v8/users": 1}
    assert zoho.calls.by_path["/crm/v8/users"] == 1


def test_settings_need_their_scope() -> None:
    crm = CrmCaller(Emulator(now=NOON, scopes={"ZohoCRM.modules.ALL", "ZohoCRM.users.READ"}))

    assert crm.get("/users").status == 200
    assert refusal(crm.get("/settings/roles"))[:2] == (401, "OAUTH_SCOPE_MISMATCH")


def test_a_list_of_settings_has_switches_of_its_own(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.behave("roles", empty=True)
    zoho.crm.behave("profiles", refusal="NO_PERMISSION")

    assert crm.get("/settings/roles").status == 204
    assert refusal(crm.get("/settings/profiles"))[1] == "NO_PERMISSION"


def test_the_price_list_may_be_closed(zoho: Emulator, crm: CrmCaller) -> None:
    before = crm.get("/__apis").status
    zoho.crm.behave(price_list=False)
    closed = refusal(crm.get("/__apis"))[1]
    zoho.crm.behave(price_list=True)

    assert (before, closed, crm.get("/__apis").status) == (200, "NO_PERMISSION", 200)


def test_a_word_below_a_module_is_no_record_where_settings_know_it(crm: CrmCaller) -> None:
    assert crm.json("/Contacts/roles")["contact_roles"]


def test_settings_travel_in_composite_calls(crm: CrmCaller) -> None:
    assert crm.composite(("/org", {}), ("/settings/roles", {})).status == 200


def test_modules_and_fields_can_be_asked_for_like_settings(zoho: Emulator) -> None:
    assert [row["api_name"] for row in zoho.crm.settings("modules")] == zoho.crm.modules()
    assert {row["module"] for row in zoho.crm.settings("fields")} == set(zoho.crm.readable())


def test_a_switch_without_a_module_is_for_all(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.behave(not_modified="204")

    assert {crm.get(f"/{name}", "2026-03-04T12:00:00Z", fields="id").status for name in ("Deals", "Leads")} == {204}
