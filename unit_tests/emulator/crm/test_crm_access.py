"""Who may call the CRM, and what is said to those who may not?"""

from __future__ import annotations

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.crm.scopes import missing_scope
from source_zoho.emulator.wire import Request
from unit_tests.emulator.builders import body_of
from unit_tests.emulator.conftest import NOON
from unit_tests.emulator.crm.crm_caller import CrmCaller, refusal


def with_scopes(*scopes: str) -> CrmCaller:
    return CrmCaller(Emulator(now=NOON, scopes=set(scopes)))


@pytest.mark.parametrize(
    ("granted", "needed", "reached"),
    [
        ("ZohoCRM.modules.ALL", "ZohoCRM.modules.leads.READ", True),
        ("ZohoCRM.modules.READ", "ZohoCRM.modules.leads.READ", True),
        ("ZohoCRM.modules.Leads.READ", "ZohoCRM.modules.leads.READ", True),
        ("ZohoCRM.modules.leads.ALL", "ZohoCRM.modules.leads.READ", True),
        ("ZohoCRM.modules.leads.CREATE", "ZohoCRM.modules.leads.READ", False),
        ("ZohoCRM.modules.leads.READ", "ZohoCRM.modules.deals.READ", False),
        ("ZohoCRM.users.ALL", "ZohoCRM.users.READ", True),
        ("ZohoCRM.settings.ALL", "ZohoCRM.settings.fields.READ", True),
        ("ZohoCRM.settings.READ", "ZohoCRM.settings.fields.READ", True),
        ("ZohoCRM.coql.READ", "ZohoCRM.modules.leads.READ", False),
    ],
)
def test_which_scope_reaches_which(granted: str, needed: str, *, reached: bool) -> None:
    assert (missing_scope({granted}, [needed]) is None) is reached


def test_settings_read_may_be_no_catch_all(zoho: Emulator) -> None:
    assert missing_scope({"ZohoCRM.settings.READ"}, ["ZohoCRM.settings.fields.READ"], settings_read=False)

    crm = with_scopes("ZohoCRM.settings.READ")
    crm.zoho.crm.behave(settings_read=False)
    assert refusal(crm.get("/settings/modules"))[:2] == (401, "OAUTH_SCOPE_MISMATCH")


def test_a_grant_for_one_module_reaches_no_other() -> None:
    crm = with_scopes("ZohoCRM.modules.leads.READ", "ZohoCRM.modules.custom.READ")

    assert crm.get("/Leads", fields="id").status == 200
    assert crm.get("/CustomModule1", fields="id").status == 200
    assert refusal(crm.get("/Deals", fields="id"))[:2] == (401, "OAUTH_SCOPE_MISMATCH")
    assert refusal(crm.get("/settings/fields", module="Leads"))[1] == "OAUTH_SCOPE_MISMATCH"


def test_composite_calls_need_a_scope_of_their_own() -> None:
    without = with_scopes("ZohoCRM.modules.READ", "ZohoCRM.settings.ALL")
    alone = with_scopes("ZohoCRM.composite_requests.CUSTOM")

    assert refusal(without.composite(("/settings/modules", {})))[1] == "OAUTH_SCOPE_MISMATCH"
    (wrapped,) = body_of(alone.composite(("/settings/modules", {})))["__composite_requests"]
    assert wrapped["details"]["response"]["body"]["code"] == "OAUTH_SCOPE_MISMATCH"


def test_the_count_needs_the_search_scope() -> None:
    assert refusal(with_scopes("ZohoCRM.modules.ALL").get("/Deals/actions/count"))[1] == "OAUTH_SCOPE_MISMATCH"
    both = with_scopes("ZohoCRM.modules.ALL", "ZohoSearch.securesearch.READ")
    assert both.get("/Deals/actions/count").status == 200


def test_a_dead_token_is_told_from_none(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.revoke_access_tokens()

    assert refusal(crm.get("/Deals", fields="id"))[:2] == (401, "INVALID_TOKEN")
    nobody = zoho.answer(Request("GET", "/crm/v8/Deals", {"fields": "id"}, {}))
    assert refusal(nobody)[:2] == (401, "AUTHENTICATION_FAILURE")


def test_bearer_is_taken_too(zoho: Emulator, crm: CrmCaller) -> None:
    headers = {"authorization": f"Bearer {crm.token}"}

    assert zoho.answer(Request("GET", "/crm/v8/Deals", {"fields": "id"}, headers)).status == 200


@pytest.mark.parametrize("path", ["/Deals/1/Nothing", "/Deals/1/2/3", "/Deals/1/actions/nothing", "/"])
def test_unknown_paths_are_404(crm: CrmCaller, path: str) -> None:
    assert refusal(crm.get(path))[:2] == (404, "INVALID_URL_PATTERN")


def test_another_version_is_not_emulated(zoho: Emulator, crm: CrmCaller) -> None:
    headers = {"authorization": f"Zoho-oauthtoken {crm.token}"}

    assert refusal(zoho.answer(Request("GET", "/crm/v2/Deals", {}, headers)))[:2] == (404, "INVALID_URL_PATTERN")


def test_an_unknown_module_is_no_unknown_path(crm: CrmCaller) -> None:
    assert refusal(crm.get("/Nothing", fields="id")) == (400, "INVALID_MODULE", {"resource_path_index": 0})


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_written(crm: CrmCaller, method: str) -> None:
    assert refusal(crm.get("/Deals", method=method))[:2] == (400, "INVALID_REQUEST_METHOD")


def test_refusals_may_stand_in_an_array(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.behave(errors_in_data=True)

    (told,) = body_of(crm.get("/Deals"))["data"]
    assert told["code"] == "REQUIRED_PARAM_MISSING"
