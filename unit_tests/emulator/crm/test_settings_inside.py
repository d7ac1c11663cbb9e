"""Do the settings answer through the emulator's own door, about its own modules and records?"""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.wire import Answer, Request
from unit_tests.emulator.builders import Caller, body_of

ROOT = "/crm/v8"


def get(caller: Caller, path: str, headers: dict[str, str] | None = None, **query: Any) -> Answer:
    if not caller.token:
        caller.new_token()
    told = {"authorization": f"Zoho-oauthtoken {caller.token}", **(headers or {})}
    texts = {name: str(value) for name, value in query.items()}
    return caller.zoho.answer(Request("GET", f"{ROOT}{path}", texts, told))


def test_a_list_without_rows_has_no_body(zoho: Emulator, caller: Caller) -> None:
    zoho.crm.behave("taxes", empty=True)
    answer = get(caller, "/org/taxes")

    assert (answer.status, answer.body) == (204, b"")


def test_an_edited_user_is_the_only_one_that_changed(zoho: Emulator, caller: Caller) -> None:
    user = zoho.crm.settings("users")[0]
    zoho.crm.edit("users", user["id"], city="Gdańsk")
    now = zoho.crm.settings("users")[0]["Modified_Time"]

    (row,) = body_of(get(caller, "/users", {"if-modified-since": now}))["users"]
    assert (row["id"], row["city"]) == (user["id"], "Gdańsk")
    zoho.clock.advance(60)
    assert get(caller, "/users", {"if-modified-since": zoho.clock.now().isoformat()}).status == 304


def test_owners_and_layouts_of_records_are_there(zoho: Emulator) -> None:
    users = {row["id"] for row in zoho.crm.settings("users")}
    layouts = {row["id"] for row in zoho.crm.settings("layouts")}
    leads = zoho.crm.rows("Leads")[:50]

    assert {row["Owner"]["id"] for row in leads} <= users
    assert {row["Layout"]["id"] for row in leads if row.get("Layout")} <= layouts


def test_the_recycle_bin_follows_deletes_and_restores(zoho: Emulator, caller: Caller) -> None:
    lead = zoho.crm.ids("Leads")[0]

    def in_bin() -> bool:
        return any(row["id"] == lead for row in body_of(get(caller, "/settings/recycle_bin"))["recycle_bin"])

    zoho.crm.delete("Leads", lead)
    assert in_bin()
    zoho.crm.restore("Leads", lead)
    assert not in_bin()


@pytest.mark.parametrize(
    ("path", "template", "query"),
    [
        ("/users", "/users", {}),
        ("/Leads", "/{module}", {"fields": "Last_Name"}),
        ("/Leads/deleted", "/{module}/deleted", {}),
        ("/Leads/actions/count", "/{module}/actions/count", {}),
        ("/settings/fields", "/settings/fields", {"module": "Leads"}),
        ("/settings/layouts", "/settings/layouts", {"module": "Leads"}),
        ("/__apis", "/__apis", {}),
    ],
)
def test_a_call_costs_what_the_price_list_says(
    zoho: Emulator, caller: Caller, path: str, template: str, query: dict[str, Any]
) -> None:
    (offered,) = next(row["operation_types"] for row in zoho.crm.settings("apis") if row["path"] == ROOT + template)
    answer = get(caller, path, **query)

    assert answer.status == 200
    assert zoho.crm.credits_used == offered["min_credits"]


def test_the_price_list_can_be_out_of_reach(zoho: Emulator, caller: Caller) -> None:
    zoho.crm.behave(price_list=False)

    assert body_of(get(caller, "/__apis"))["code"] == "NO_PERMISSION"


def test_every_readable_module_answers_for_its_settings(zoho: Emulator, caller: Caller) -> None:
    for name in ("layouts", "related_lists", "custom_views", "tags"):
        statuses = {get(caller, f"/settings/{name}", module=module).status for module in zoho.crm.readable()}
        assert statuses == {200, 204}


def test_a_composite_call_may_hold_settings(zoho: Emulator, caller: Caller) -> None:
    caller.new_token()
    inner = [{"sub_request_id": "1", "method": "GET", "uri": f"{ROOT}/settings/roles"}]
    body: dict[str, object] = {"__composite_requests": inner}
    told = {"authorization": f"Zoho-oauthtoken {caller.token}", "content-type": "application/json"}
    answer = zoho.answer(Request("POST", f"{ROOT}/__composite_requests", {}, told, orjson.dumps(body)))

    assert answer.status in (200, 207)
    assert b"Vertriebsleitung" in answer.body
