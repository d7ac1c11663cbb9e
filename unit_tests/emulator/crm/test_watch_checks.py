"""Is what is wrong with a channel refused in Zoho's words?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.wire import Request
from unit_tests.emulator.crm.crm_caller import refusal
from unit_tests.emulator.crm.watch_caller import WATCH, WatchCaller, a_channel

ENTRY = "$.watch[0]"


@pytest.mark.parametrize("key", ["channel_id", "events", "notify_url"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_what_is_mandatory_has_to_be_there(watch: WatchCaller, method: str, key: str) -> None:
    entry = a_channel()
    del entry[key]

    code, details = watch.refused(method, entry)

    assert (code, details) == ("MANDATORY_NOT_FOUND", {"api_name": key, "json_path": f"{ENTRY}.{key}"})


@pytest.mark.parametrize(
    ("changes", "details"),
    [
        ({"channel_id": "abc"}, {"api_name": "channel_id", "expected_data_type": "long"}),
        ({"channel_id": 0}, {"api_name": "channel_id", "expected_data_type": "long"}),
        ({"channel_id": 2**63}, {"api_name": "channel_id", "expected_data_type": "long"}),
        ({"channel_id": True}, {"api_name": "channel_id", "expected_data_type": "long"}),
        ({"token": "x" * 51}, {"api_name": "token", "maximum_length": 50}),
        ({"token": 7}, {"api_name": "token", "expected_data_type": "string"}),
        ({"events": "Leads.all"}, {"api_name": "events", "expected_data_type": "jsonarray"}),
        ({"events": []}, {"api_name": "events"}),
        ({"notify_url": "ftp://127.0.0.1/x"}, {"api_name": "notify_url"}),
        ({"notify_url": "here"}, {"api_name": "notify_url"}),
        ({"channel_expiry": "2026-03-05"}, {"api_name": "channel_expiry", "expected_data_type": "datetime"}),
        ({"channel_expiry": "2026-13-05T12:00:00Z"}, {"api_name": "channel_expiry", "expected_data_type": "datetime"}),
        (
            {"channel_expiry": "2026-03-05T12:00:00.5+05:30"},
            {"api_name": "channel_expiry", "expected_data_type": "datetime"},
        ),
        ({"channel_expiry": "2026-03-04T12:00:00Z"}, {"api_name": "channel_expiry"}),
        ({"notify_on_related_action": 1}, {"api_name": "notify_on_related_action", "expected_data_type": "boolean"}),
        ({"fields": []}, {"api_name": "fields", "expected_data_type": "jsonobject"}),
        ({"channel_expire": "x"}, {"api_name": "channel_expire"}),
    ],
)
def test_wrong_values_are_named(watch: WatchCaller, changes: dict[str, Any], details: dict[str, Any]) -> None:
    found = watch.refused("POST", a_channel(**changes))

    assert found == ("INVALID_DATA", {**details, "json_path": f"{ENTRY}.{details['api_name']}"})


@pytest.mark.parametrize("event", ["Leads.read", "Leads", "Unicorns.all", "leads.all", "Notes.all", 7])
def test_only_documented_events_of_supported_modules_can_be_watched(watch: WatchCaller, event: object) -> None:
    found = watch.refused("POST", a_channel(events=["Deals.all", event]))

    assert found == ("INVALID_DATA", {"api_name": "events", "json_path": f"{ENTRY}.events[1]"})


@pytest.mark.parametrize("module", ["Leads", "Price_Books", "Appointments__s"])
def test_supported_modules_can_be_watched(watch: WatchCaller, module: str) -> None:
    assert watch.open(a_channel("42", f"{module}.all"))[0]["code"] == "SUCCESS"


def test_custom_modules_can_be_watched(zoho: Emulator, watch: WatchCaller) -> None:
    zoho.crm.add_module("Boats", rows=1)

    assert watch.open(a_channel("42", "Boats.edit"))[0]["code"] == "SUCCESS"


def test_an_entry_that_is_no_object_is_refused(watch: WatchCaller) -> None:
    assert watch.refused("POST", "Leads.all")[1]["expected_data_type"] == "jsonobject"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "MANDATORY_NOT_FOUND"),
        ({"watch": []}, "MANDATORY_NOT_FOUND"),
        ({"watch": {"channel_id": 1}}, "INVALID_DATA"),
        ([], "INVALID_DATA"),
    ],
)
def test_a_body_of_another_form_is_refused_as_a_whole(watch: WatchCaller, body: object, code: str) -> None:
    assert refusal(watch.crm.send("POST", WATCH, body))[:2] == (400, code)


def test_a_body_that_is_no_json_is_refused(zoho: Emulator, watch: WatchCaller) -> None:
    headers = {"authorization": f"Zoho-oauthtoken {watch.crm.token}"}

    answer = zoho.answer(Request("POST", f"/crm/v8{WATCH}", {}, headers, b'{"watch": ['))

    assert refusal(answer) == (400, "INVALID_DATA", {"expected_data_type": "jsonobject"})


def test_removing_events_needs_to_know_which(watch: WatchCaller) -> None:
    assert watch.refused("PATCH", {"channel_id": "42", "_delete_events": True})[0] == "MANDATORY_NOT_FOUND"
    assert watch.refused("PATCH", {"channel_id": "42", "events": ["Leads.all"]})[1]["api_name"] == "notify_url"


@pytest.mark.parametrize(
    ("query", "code", "details"),
    [
        ({}, "REQUIRED_PARAM_MISSING", {"param_name": "channel_ids"}),
        ({"channel_ids": "a"}, "INVALID_DATA", {"param_name": "channel_ids", "expected_data_type": "long"}),
        ({"channel_id": "42"}, "INVALID_DATA", {"param_name": "channel_id"}),
    ],
)
def test_closing_names_its_channels(watch: WatchCaller, query: dict[str, str], code: str, details: object) -> None:
    assert refusal(watch.crm.send("DELETE", WATCH, {}, **query)) == (400, code, details)


# ── conditions ──


def a_condition(**changes: Any) -> dict[str, Any]:
    selection = {"group_operator": "or", "group": [a_field("Email"), a_field("Phone")]}
    given = {"type": "field_selection", "module": {"api_name": "Leads"}, "field_selection": selection, **changes}
    return {name: value for name, value in given.items() if value is not None}


def a_field(name: str) -> dict[str, Any]:
    return {"field": {"api_name": name}}


def a_group(*members: object, operator: str = "and") -> dict[str, Any]:
    return {"group_operator": operator, "group": list(members)}


def deep(depth: int) -> dict[str, Any]:
    return a_field("Email") if not depth else a_group(deep(depth - 1), deep(depth - 1))


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"type": None}, "MANDATORY_NOT_FOUND", "type"),
        ({"type": "record"}, "INVALID_DATA", "type"),
        ({"module": None}, "MANDATORY_NOT_FOUND", "module"),
        ({"module": "Leads"}, "INVALID_DATA", "module"),
        ({"module": {}}, "EXPECTED_FIELD_MISSING", ""),
        ({"module": {"api_name": 1}}, "INVALID_DATA", "module.api_name"),
        ({"module": {"api_name": "Unicorns"}}, "INVALID_DATA", "module"),
        ({"module": {"api_name": "Leads", "id": "1"}}, "AMBIGUITY_DURING_PROCESSING", ""),
        ({"field_selection": None}, "DEPENDENT_FIELD_MISSING", "field_selection"),
        ({"field_selection": []}, "INVALID_DATA", "field_selection"),
        ({"field_selection": {}}, "MANDATORY_NOT_FOUND", "field_selection.field"),
        ({"field_selection": {"group": []}}, "MANDATORY_NOT_FOUND", "field_selection.group_operator"),
        ({"field_selection": a_group(operator="not")}, "INVALID_DATA", "field_selection.group_operator"),
        ({"field_selection": a_group(*[a_field("Email")] * 3)}, "INVALID_DATA", "field_selection.group"),
        ({"field_selection": a_field("Nothing")}, "INVALID_DATA", "field_selection.field"),
        ({"field_selection": deep(4)}, "INVALID_DATA", "field_selection"),
    ],
)
def test_wrong_conditions_are_refused(watch: WatchCaller, changes: dict[str, Any], code: str, path: str) -> None:
    found, details = watch.refused("POST", a_channel(notification_condition=[a_condition(**changes)]))

    assert found == code
    assert details.get("json_path", "") == (f"{ENTRY}.notification_condition[0].{path}" if path else "")


@pytest.mark.parametrize("conditions", ["Leads", ["Leads"], [a_condition()] * 3])
def test_conditions_are_a_list_of_two_at_most(watch: WatchCaller, conditions: object) -> None:
    assert watch.refused("POST", a_channel(notification_condition=conditions))[0] == "INVALID_DATA"


def test_conditions_are_listed_with_names_and_ids(zoho: Emulator, watch: WatchCaller) -> None:
    module_id = next(row["id"] for row in zoho.crm.settings("modules") if row["api_name"] == "Leads")
    watch.open(a_channel(notification_condition=[a_condition(module={"id": module_id})]))

    (condition,) = watch.listed()[0]["notification_condition"]

    email = next(row["id"] for row in zoho.crm.fields("Leads") if row["api_name"] == "Email")
    assert condition["module"] == {"api_name": "Leads", "id": module_id}
    assert condition["field_selection"]["group"][0] == {"field": {"api_name": "Email", "id": email}}
