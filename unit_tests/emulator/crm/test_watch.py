"""Can channels be opened, renewed, changed and closed as Zoho documents it?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.builders import body_of
from unit_tests.emulator.conftest import NOON
from unit_tests.emulator.crm.crm_caller import CrmCaller, refusal
from unit_tests.emulator.crm.watch_caller import ADDRESS, WATCH, WatchCaller, a_channel, results

IN_AN_HOUR = "2026-03-04T18:30:00+05:30"


def test_a_channel_is_told_by_module(watch: WatchCaller) -> None:
    (result,) = watch.open(a_channel("42", "Leads.all", "Deals.create"))

    assert result["code"] == "SUCCESS"
    assert result["message"] == "Successfully subscribed for actions-watch of the given module"
    assert [event["resource_name"] for event in result["details"]["events"]] == ["Leads", "Deals"]
    assert set(result["details"]["events"][0]) == {
        *("channel_expiry", "resource_uri", "resource_id", "resource_name", "channel_id")
    }


def test_lists_have_a_row_for_each_module_with_all_written_out(watch: WatchCaller) -> None:
    watch.open(a_channel("42", "Leads.all", "Deals.create", return_affected_field_values=True))

    leads, deals = watch.listed()

    assert (leads["channel_id"], leads["resource_name"]) == ("42", "Leads")
    assert set(leads["events"]) == {"Leads.create", "Leads.edit", "Leads.delete"}
    assert deals["events"] == ["Deals.create"]
    assert (leads["notify_url"], leads["token"], leads["return_affected_field_values"]) == (ADDRESS, "a-token", True)
    assert leads["notify_on_related_action"] is True


def test_channels_are_found_by_id_and_module_and_come_in_pages(watch: WatchCaller) -> None:
    watch.open(a_channel("42", "Leads.all", "Deals.create"), a_channel("43", "Leads.edit"))

    assert [row["channel_id"] for row in watch.listed(module="Leads")] == ["42", "43"]
    assert [row["resource_name"] for row in watch.listed(channel_id=42)] == ["Leads", "Deals"]
    assert watch.listed(channel_id=99) == []
    info = body_of(watch.crm.get(WATCH, page=2, per_page=2))["info"]
    assert info == {"per_page": 2, "count": 1, "page": 2, "more_records": False}


def test_channels_stand_beside_those_of_a_fresh_organization(zoho: Emulator, crm: CrmCaller) -> None:
    before = zoho.crm.settings("notification_channels")
    WatchCaller(crm).open()

    assert zoho.crm.settings("notification_channels")[:-1] == before


def test_without_channels_there_is_nothing(watch: WatchCaller) -> None:
    assert watch.crm.get(WATCH).status == 204


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (None, IN_AN_HOUR),
        ("2026-03-11T12:00:01Z", IN_AN_HOUR),
        ("2026-03-11T12:00:00Z", "2026-03-11T17:30:00+05:30"),
        ("2026-03-05T12:00:00-05:00", "2026-03-05T22:30:00+05:30"),
    ],
)
def test_a_channel_lives_a_week_at_most_and_an_hour_where_nothing_right_is_asked(
    watch: WatchCaller, asked: str | None, given: str
) -> None:
    (result,) = watch.open(a_channel(channel_expiry=asked))

    assert result["details"]["events"][0]["channel_expiry"] == given


def test_an_expired_channel_is_gone(watch: WatchCaller) -> None:
    watch.open()
    watch.later(3600)

    assert watch.listed() == []
    assert watch.refused("PUT", a_channel()) == ("NOT_SUBSCRIBED", {"channel_id": "42"})


def test_an_expired_channel_may_stay_listed_and_be_renewed(zoho: Emulator, watch: WatchCaller) -> None:
    zoho.crm.behave(watch_expired="listed")
    watch.open()
    watch.later(3600)

    assert len(watch.listed()) == 1
    results(watch.call("PUT", a_channel(channel_expiry="2026-03-06T12:00:00Z")), 200)
    assert watch.listed()[0]["channel_expiry"] == "2026-03-06T17:30:00+05:30"


def test_put_resets_what_is_left_out(watch: WatchCaller) -> None:
    watch.open(a_channel(channel_expiry="2026-03-06T12:00:00Z", return_affected_field_values=True))

    results(watch.call("PUT", a_channel("42", "Deals.edit", token=None)), 200)

    (row,) = watch.listed()
    assert (row["events"], row["token"], row["channel_expiry"]) == (["Deals.edit"], None, IN_AN_HOUR)
    assert row["return_affected_field_values"] is False


def test_patch_keeps_what_is_left_out_and_adds_events(watch: WatchCaller) -> None:
    watch.open(a_channel("42", "Leads.edit", channel_expiry="2026-03-06T12:00:00Z"))

    (result,) = results(watch.call("PATCH", a_channel("42", "Leads.create", token=None)), 200)

    (row,) = watch.listed()
    assert result["message"] == "Successfully updated the subscribe details"
    assert (row["events"], row["token"]) == (["Leads.edit", "Leads.create"], "a-token")
    assert row["channel_expiry"] == "2026-03-06T17:30:00+05:30"


def test_patch_takes_events_away_and_closes_an_empty_channel(watch: WatchCaller) -> None:
    watch.open()
    removal = {"channel_id": 42, "events": ["Leads.edit"], "_delete_events": True}

    (result,) = results(watch.call("PATCH", removal), 200)

    assert result["message"] == "Successfully removed the subscribe details"
    assert set(result["details"]["events"][0]) == {"resource_uri", "resource_id", "resource_name", "channel_id"}
    assert watch.listed()[0]["events"] == ["Leads.create", "Leads.delete"]
    results(watch.call("PATCH", {**removal, "events": ["Leads.all"]}), 200)
    assert watch.listed() == []


def test_delete_closes_channels_and_tells_each_module(watch: WatchCaller) -> None:
    watch.open(a_channel("42", "Leads.all", "Deals.edit"), a_channel("43"))

    closed = results(watch.close("42"), 200)

    assert [row["message"] for row in closed] == ["Successfully un-subscribed from actions-watch"] * 2
    assert set(closed[0]["details"]) == {"resource_uri", "resource_id", "channel_id"}
    assert [row["channel_id"] for row in watch.listed()] == ["43"]


def test_right_and_wrong_entries_together_make_207(watch: WatchCaller) -> None:
    answer = watch.call("POST", a_channel(), {"events": ["Leads.all"], "notify_url": ADDRESS})

    good, bad = results(answer, 207)
    assert (good["code"], bad["code"]) == ("SUCCESS", "MANDATORY_NOT_FOUND")
    assert bad["details"] == {"api_name": "channel_id", "json_path": "$.watch[1].channel_id"}
    assert [row["code"] for row in results(watch.close("42,77"), 207)] == ["SUCCESS", "NOT_SUBSCRIBED"]


@pytest.mark.parametrize(
    ("way", "status", "in_array"), [("array", 400, True), ("202", 202, True), ("bare", 400, False)]
)
def test_how_a_wrong_call_is_refused_can_be_chosen(
    zoho: Emulator, watch: WatchCaller, way: str, status: int, in_array: bool
) -> None:
    zoho.crm.behave(watch_refusals=way)

    answer = watch.close("77")

    body = body_of(answer)
    assert answer.status == status
    assert (body["watch"][0] if in_array else body)["code"] == "NOT_SUBSCRIBED"


def test_opening_a_channel_again_replaces_it(watch: WatchCaller) -> None:
    watch.open()
    watch.open(a_channel("42", "Deals.edit"))

    assert [row["events"] for row in watch.listed()] == [["Deals.edit"]]


def test_token_and_offset_of_lists_can_be_chosen(zoho: Emulator, watch: WatchCaller) -> None:
    watch.open()
    zoho.crm.behave(watch_token=False, watch_offset="-11:00")
    (row,) = watch.listed()
    zoho.crm.behave(watch_offset="Z")

    assert "token" not in row
    assert row["channel_expiry"] == "2026-03-04T02:00:00-11:00"
    assert watch.listed()[0]["channel_expiry"] == "2026-03-04T13:00:00Z"


@pytest.mark.parametrize(
    ("switches", "words"),
    [
        ({"watch_offset": "noon"}, "something like Z"),
        ({"watch_expired": "kept"}, "expected one of: gone, listed"),
        ({"watch_nothing": 1}, "no switch 'watch_nothing'"),
    ],
)
def test_wrong_switches_are_answered_with_the_right_ones(zoho: Emulator, switches: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        zoho.crm.behave(**switches)


@pytest.mark.parametrize(
    ("scope", "may"),
    [
        ("ALL", {"GET", "POST", "PUT", "PATCH", "DELETE"}),
        ("READ", {"GET"}),
        ("CREATE", {"POST"}),
        ("UPDATE", {"PUT", "PATCH"}),
        ("WRITE", {"POST", "PUT", "PATCH"}),
        ("DELETE", {"DELETE"}),
    ],
)
def test_each_method_has_its_scope(scope: str, may: set[str]) -> None:
    zoho = Emulator(now=NOON, scopes={f"ZohoCRM.notifications.{scope}"})
    crm = CrmCaller(zoho)

    statuses = {"GET": crm.get(WATCH).status} | {
        method: crm.send(method, WATCH, {"watch": [a_channel()]}, **query).status
        for method, query in (("POST", {}), ("PUT", {}), ("PATCH", {}), ("DELETE", {"channel_ids": "42"}))
    }

    assert {method for method, status in statuses.items() if status != 401} == may


def test_every_call_costs_a_credit(zoho: Emulator, watch: WatchCaller) -> None:
    watch.open()
    watch.listed()
    watch.close("42")

    assert zoho.crm.credits_by_path == {"/crm/v8/actions/watch": 3}


def test_users_can_be_watched(watch: WatchCaller) -> None:
    (result,) = watch.open(a_channel("42", "users.all"))

    assert result["details"]["events"][0]["resource_name"] == "users"


def test_other_methods_are_refused(watch: WatchCaller) -> None:
    assert refusal(watch.crm.get(WATCH, method="OPTIONS"))[1] == "INVALID_REQUEST_METHOD"
