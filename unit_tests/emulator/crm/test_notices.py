"""Which notifications does a change of a record make, and what do they say?"""

from __future__ import annotations

from typing import Any

import orjson

from source_zoho.emulator import Emulator
from unit_tests.emulator.crm.test_watch_checks import a_condition, a_field, a_group
from unit_tests.emulator.crm.watch_caller import ADDRESS, WatchCaller, a_channel


def told(zoho: Emulator) -> list[dict[str, Any]]:
    """Return the bodies that wait to be sent."""
    return [orjson.loads(one.message.write()[1]) for one in zoho.webhooks.pending]


def operations(zoho: Emulator) -> list[str]:
    return [body["operation"] for body in told(zoho)]


def test_a_new_record_is_told_as_documented(zoho: Emulator, watch: WatchCaller) -> None:
    watch.open(a_channel(notify_url=f"{ADDRESS}?key=1&empty="))

    record_id = zoho.crm.add("Leads", Last_Name="Neu")

    assert told(zoho) == [
        {
            "server_time": int(zoho.clock.seconds() * 1000),
            "query_params": {"key": "1", "empty": ""},
            "module": "Leads",
            "resource_uri": "https://www.zohoapis.com/crm/v2/Leads",
            "ids": [record_id],
            "affected_fields": [],
            "operation": "insert",
            "channel_id": "42",
            "token": "a-token",
        }
    ]


def test_an_edit_names_its_fields_and_their_values_where_asked_for(zoho: Emulator, watch: WatchCaller) -> None:
    watch.open(a_channel(return_affected_field_values=True, token=None))
    record_id = zoho.crm.ids("Leads")[0]

    zoho.crm.edit("Leads", record_id, Last_Name="Neu")

    (body,) = told(zoho)
    assert body["affected_fields"] == [{record_id: ["Last_Name"]}]
    assert body["affected_values"] == [{"record_id": record_id, "values": {"Last_Name": "Neu"}}]
    assert "token" not in body


def test_each_operation_is_told_to_those_who_want_it(zoho: Emulator, watch: WatchCaller) -> None:
    watch.open(
        a_channel("1", "Leads.delete"), a_channel("2", "Leads.create", "Leads.edit"), a_channel("3", "Deals.all")
    )
    record_id = zoho.crm.ids("Leads")[0]

    zoho.crm.edit("Leads", record_id, Last_Name="Neu")
    zoho.crm.delete("Leads", record_id)
    zoho.crm.restore("Leads", record_id)

    assert [(body["channel_id"], body["operation"]) for body in told(zoho)] == [
        ("2", "update"),
        ("1", "delete"),
        ("2", "insert"),
    ]


def test_what_a_restored_record_tells_can_be_chosen(zoho: Emulator, watch: WatchCaller) -> None:
    watch.open()
    record_id = zoho.crm.ids("Leads")[0]
    for way in ("update", "nothing"):
        zoho.crm.delete("Leads", record_id)
        zoho.crm.behave(watch_restored=way)
        zoho.crm.restore("Leads", record_id)

    assert operations(zoho) == ["delete", "update", "delete"]


def test_an_expired_channel_is_silent(zoho: Emulator, watch: WatchCaller) -> None:
    zoho.crm.behave(watch_expired="listed")
    watch.open()
    zoho.clock.advance(3600)

    zoho.crm.add("Leads")

    assert told(zoho) == []


def test_conditions_are_about_the_fields_of_an_edit(zoho: Emulator, watch: WatchCaller) -> None:
    selection = a_group(a_field("Email"), a_group(a_field("Phone"), a_field("Company"), operator="or"))
    watch.open(a_channel(notification_condition=[a_condition(field_selection=selection)]))
    record_id = zoho.crm.ids("Leads")[0]

    zoho.crm.edit("Leads", record_id, Last_Name="Neu")
    zoho.crm.edit("Leads", record_id, Email="a@example.com")
    zoho.crm.edit("Leads", record_id, Email="b@example.com", Company="Neu")
    zoho.crm.delete("Leads", record_id)

    assert operations(zoho) == ["update", "delete"]


def test_one_notification_may_name_several_records(zoho: Emulator, watch: WatchCaller) -> None:
    zoho.webhooks.behave(ids_together=2)
    watch.open()
    first, second, third, fourth = zoho.crm.ids("Leads")[:4]

    for record_id in (first, second, third):
        zoho.crm.edit("Leads", record_id, Last_Name="Neu")
    zoho.crm.delete("Leads", fourth)

    assert [body["ids"] for body in told(zoho)] == [[first, second], [third], [fourth]]
    assert told(zoho)[0]["affected_fields"] == [{first: ["Last_Name"]}, {second: ["Last_Name"]}]


def test_users_are_watched_too(zoho: Emulator, watch: WatchCaller) -> None:
    watch.open(a_channel("42", "users.edit"))
    user_id = zoho.crm.settings("users")[0]["id"]

    zoho.crm.edit("users", user_id, last_name="Neu")

    assert [(body["module"], body["ids"]) for body in told(zoho)] == [("users", [user_id])]


def test_formulas_purges_and_conversions_are_not_told(zoho: Emulator, watch: WatchCaller) -> None:
    watch.open()
    first, second = zoho.crm.ids("Leads")[:2]

    zoho.crm.recalculate("Leads", first, Last_Name="Neu")
    zoho.crm.convert(second)
    zoho.crm.delete("Leads", first)
    zoho.crm.purge("Leads", first)

    assert operations(zoho) == ["delete"]
