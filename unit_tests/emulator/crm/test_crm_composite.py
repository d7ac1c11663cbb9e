"""Do several calls travel in one as Zoho documents it?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.wire import Answer
from unit_tests.emulator.builders import body_of
from unit_tests.emulator.crm.crm_caller import CrmCaller, ids, refusal

KEY = "__composite_requests"


def inner(answer: Answer) -> list[tuple[int, Any]]:
    """Return status and body of each call inside."""
    wrapped = body_of(answer)[KEY]
    assert {(one["code"], one["status"]) for one in wrapped} == {("SUCCESS", "success")}
    responses = [one["details"]["response"] for one in wrapped]
    return [(response["status_code"], response["body"]) for response in responses]


def test_fields_of_five_modules_cost_one_credit(zoho: Emulator, crm: CrmCaller) -> None:
    modules = ["Leads", "Contacts", "Accounts", "Deals", "Odd_Shapes"]

    answer = crm.composite(*(("/settings/fields", {"module": module}) for module in modules))
    assert answer.status == 200
    assert [body["fields"] for _, body in inner(answer)] == [zoho.crm.fields(module) for module in modules]
    assert zoho.crm.credits_used == 1
    assert zoho.crm.most_at_once == 5
    assert zoho.crm.inner_by_path == {"/crm/v8/settings/fields": 5}
    assert zoho.calls.total == 1


def test_each_call_is_answered_on_its_own(crm: CrmCaller) -> None:
    answer = crm.composite(
        ("/settings/fields", {"module": "Leads"}),
        ("/settings/fields", {"module": "Locked_Vault"}),
        ("/settings/fields", {"module": "Empty_Shell"}),
        ("/nothing/to/see/here", {}),
    )

    assert answer.status == 207
    answered = inner(answer)
    assert [status for status, _ in answered] == [200, 403, 204, 404]
    assert [body["code"] for _, body in (answered[1], answered[3])] == ["NO_PERMISSION", "INVALID_URL_PATTERN"]
    assert answered[2][1] is None


def test_lists_are_cut_to_25_rows_and_go_on_by_token(zoho: Emulator, crm: CrmCaller) -> None:
    query = {"fields": "id", "sort_order": "asc"}
    ((_, first),) = inner(crm.composite(("/Deals", query)))
    ((_, second),) = inner(crm.composite(("/Deals", {**query, "page_token": first["info"]["next_page_token"]})))

    assert first["info"]["per_page"] == first["info"]["count"] == 25
    assert ids(first["data"] + second["data"]) == zoho.crm.ids("Deals")[:50]


@pytest.mark.parametrize(
    ("body", "code", "details"),
    [
        ([], "UNABLE_TO_PARSE_DATA_TYPE", {"expected_data_type": "jsonobject"}),
        ({}, "MANDATORY_NOT_FOUND", {"api_name": KEY, "json_path": f"$.{KEY}"}),
        ({KEY: [{"uri": "/crm/v8/Leads"}]}, "MANDATORY_NOT_FOUND", None),
        ({KEY: [{"method": "GET", "uri": "/crm/v8/org"}] * 6}, "INVALID_DATA", None),
        ({KEY: [{"method": "GET", "uri": "/crm/v8/org?x=1"}]}, "INVALID_DATA", None),
        ({KEY: [{"method": "GET", "uri": "https://example.com/"}]}, "INVALID_DATA", None),
        ({KEY: [{"method": "GET", "uri": "/crm/v8/org", "colour": 1}]}, "INVALID_DATA", None),
        ({KEY: ["/crm/v8/org"]}, "INVALID_DATA", None),
        ({KEY: [{"method": "GET", "uri": "/crm/v8/org"}], "rollback_on_fail": True}, "INVALID_DATA", None),
        ({KEY: [{"method": "GET", "uri": "/crm/v8/org"}], "colour": 1}, "INVALID_DATA", None),
    ],
)
def test_what_the_whole_is_refused_for(crm: CrmCaller, body: object, code: str, details: object) -> None:
    status, answered, told = refusal(crm.post(f"/{KEY}", body))

    assert (status, answered) == (400, code)
    assert details is None or told == details


def test_only_reads_may_be_inside(crm: CrmCaller) -> None:
    call = {"method": "POST", "uri": "/crm/v8/Leads"}
    nested = {"method": "GET", "uri": f"/crm/v8/{KEY}"}

    answered = inner(crm.post(f"/{KEY}", {KEY: [call, nested]}))
    assert [body["code"] for _, body in answered] == ["NOT_SUPPORTED", "NOT_SUPPORTED"]


def test_it_is_no_get(crm: CrmCaller) -> None:
    assert refusal(crm.get(f"/{KEY}"))[1] == "INVALID_REQUEST_METHOD"


def test_an_organization_may_not_have_it(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.crm.behave(composite=False)

    assert refusal(crm.composite(("/org", {})))[1] == "FEATURE_NOT_SUPPORTED"


def test_a_planned_refusal_hits_a_call_inside(zoho: Emulator, crm: CrmCaller) -> None:
    zoho.faults.add("INTERNAL_ERROR", path="/crm/v8/settings/fields", after=1)
    call = ("/settings/fields", {"module": "Leads"})

    assert [status for status, _ in inner(crm.composite(call, call, call))] == [200, 500, 200]
