"""Does a later sync of CRM bring what changed, all of it and little else, for as few credits as that takes?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from airbyte_cdk.models import SyncMode

from integration_tests.builders import a_state
from integration_tests.conftest import StartZoho
from integration_tests.crm.builders import (
    A_FEW_OF_EACH,
    ROOT_PATH,
    by_id,
    calls_of,
    crm_calls,
    expected,
    position,
    read,
    rows_of_crm,
    standard_streams,
)
from source_zoho.emulator import Emulator

LEADS, WIDE = "crm_leads", "crm_wide_load"
AN_HOUR, A_DAY = 3600, 24 * 3600
LOOKBACK_SECONDS = 600  # unless the configuration says otherwise
MODULES = [
    name
    for name, stream in standard_streams().items()
    if name not in rows_of_crm() and SyncMode.incremental in stream.supported_sync_modes
]


def seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())


# ── what it costs ──


def test_an_idle_sync_costs_one_call_for_each_module_and_what_it_takes_to_know_them(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes=A_FEW_OF_EACH)
    first = read(zoho, *MODULES)
    zoho.clock.advance(seconds=A_DAY)
    zoho.calls.reset()
    zoho.crm.reset_credits()

    second = read(zoho, *MODULES, state=first.state)

    assert second.counts() == {}
    assert len(MODULES) > 30
    calls = crm_calls(zoho)
    knowing = {path: calls.pop(path) for path in ("settings/modules", "__composite_requests", "org")}
    assert knowing == {"settings/modules": 1, "__composite_requests": -(-len(MODULES) // 5), "org": 1}
    assert len(calls) == len(MODULES), "a module that nobody called"
    assert set(calls.values()) == {1}
    assert zoho.crm.credits_used == sum(calls.values()) + sum(knowing.values())


def test_one_per_cent_that_changed_costs_a_call_for_each_group_of_fields(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"Wide_Load": 1000})
    first = read(zoho, WIDE)
    zoho.clock.advance(seconds=A_DAY)
    changed = zoho.crm.ids("Wide_Load")[::100]
    for record_id in changed:
        zoho.crm.edit("Wide_Load", record_id, Field_13="new", Field_61="new", Field_109="new")
    zoho.clock.advance(seconds=AN_HOUR)
    zoho.calls.reset()

    second = read(zoho, WIDE, state=first.state)

    there = expected(zoho, "Wide_Load", WIDE)
    assert by_id(second.records(WIDE)) == {each: there[each] for each in changed}
    assert calls_of(zoho, "Wide_Load") == 3


@pytest.mark.parametrize("not_modified", ["304", "204"])
def test_nothing_new_is_no_error_in_whichever_way_zoho_says_it(zoho: Emulator, not_modified: str) -> None:
    zoho.crm.behave("Leads", not_modified=not_modified)
    first = read(zoho, LEADS)
    zoho.clock.advance(seconds=A_DAY)

    second = read(zoho, LEADS, state=first.state)

    assert second.counts() == {}
    assert position(second, LEADS) > position(first, LEADS)


# ── what it brings ──


def test_what_was_edited_added_and_restored_comes_once(zoho: Emulator) -> None:
    gone, edited = zoho.crm.ids("Leads")[10:12]
    zoho.crm.delete("Leads", gone)
    first = read(zoho, LEADS)
    zoho.clock.advance(seconds=A_DAY)
    zoho.crm.edit("Leads", edited, Email="new@example.com")
    added = zoho.crm.add("Leads", Last_Name="New")
    zoho.crm.restore("Leads", gone)
    zoho.clock.advance(seconds=AN_HOUR)

    second = read(zoho, LEADS, state=first.state)

    there = expected(zoho, "Leads", LEADS)
    assert by_id(second.records(LEADS)) == {each: there[each] for each in (gone, edited, added)}


def test_users_that_changed_come_and_no_others(zoho: Emulator) -> None:
    first = read(zoho, "crm_users")
    user = zoho.crm.settings("users")[2]["id"]
    zoho.clock.advance(seconds=A_DAY)
    zoho.crm.edit("users", user, city="Thun")

    second = read(zoho, "crm_users", state=first.state)

    assert [(row["id"], row["city"]) for row in second.records("crm_users")] == [(user, "Thun")]


def test_a_start_date_leaves_out_what_changed_before(zoho: Emulator) -> None:
    start = "2025-01-01T00:00:00Z"

    run = read(zoho, LEADS, start_date=start)

    there = {name: row for name, row in expected(zoho, "Leads", LEADS).items() if is_since(row["Modified_Time"], start)}
    assert 0 < len(there) < zoho.crm.count("Leads")
    assert by_id(run.records(LEADS)) == there


def is_since(moment: str, start: str) -> bool:
    return seconds(moment) >= seconds(start)


# ── what was written late, and where the state stands ──


def test_what_zoho_shows_late_is_met_by_the_look_back(zoho: Emulator) -> None:
    first = read(zoho, LEADS)
    at = datetime.fromtimestamp(position(first, LEADS) - LOOKBACK_SECONDS + 30, tz=UTC).isoformat()
    late, too_late = zoho.crm.ids("Leads")[4:6]
    zoho.clock.advance(seconds=A_DAY)
    zoho.crm.edit("Leads", late, Modified_Time=at)
    zoho.crm.edit("Leads", too_late, Modified_Time="2025-01-01T00:00:00+00:00")

    second = read(zoho, LEADS, state=first.state)

    assert [row["id"] for row in second.records(LEADS)] == [late]


def test_a_look_back_of_nothing_reads_nothing_twice(zoho: Emulator) -> None:
    zoho.crm.edit("Leads", zoho.crm.ids("Leads")[0])
    zoho.clock.advance(seconds=A_DAY)
    first = read(zoho, LEADS, lookback_minutes=0)

    second = read(zoho, LEADS, state=first.state, lookback_minutes=0)

    assert second.counts() == {}


def test_the_state_never_claims_more_than_was_there_when_zoho_first_answered(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"Wide_Load": 800})
    began = zoho.clock.seconds()
    late = zoho.crm.ids("Wide_Load")[7]

    def edit_much_later(zoho: Emulator) -> None:
        zoho.clock.advance(seconds=AN_HOUR)
        zoho.crm.edit("Wide_Load", late, Field_13="later")
        zoho.clock.advance(seconds=AN_HOUR)

    zoho.on_call(7, edit_much_later, path=f"{ROOT_PATH}/Wide_Load")
    first = read(zoho, WIDE)

    assert began - AN_HOUR < position(first, WIDE) <= began + AN_HOUR / 2
    second = read(zoho, WIDE, state=first.state)
    assert [(row["id"], row["Field_13"]) for row in second.records(WIDE)] == [(late, "later")]


def test_the_state_of_another_organization_is_not_used(zoho: Emulator) -> None:
    of_another = a_state(LEADS, {"10987654321": int(zoho.clock.seconds())}, "Modified_Time")

    run = read(zoho, LEADS, state=of_another)

    (organization,) = zoho.crm.settings("organization")
    assert len(by_id(run.records(LEADS))) == zoho.crm.count("Leads")
    assert run.cursors(LEADS).keys() >= {organization["zgid"]}


def test_a_module_that_was_added_to_the_catalog_later_is_read_from_its_beginning(zoho: Emulator) -> None:
    first = read(zoho, LEADS)

    second = read(zoho, LEADS, "crm_vendors", state=first.state)

    assert second.counts() == {"crm_vendors": zoho.crm.count("Vendors")}


def test_a_field_that_was_made_since_comes_with_the_next_edit(a_zoho: StartZoho) -> None:
    zoho = a_zoho()
    fields = [{"api_name": "Old_Field", "data_type": "text"}]
    zoho.crm.add_module("Growing", fields=fields, rows=5)
    first = read(zoho, "crm_growing")
    zoho.crm.add_module("Growing", fields=[*fields, {"api_name": "New_Field", "data_type": "text"}], rows=5)
    zoho.clock.advance(seconds=A_DAY)
    record_id = zoho.crm.add("Growing", New_Field="filled")

    second = read(zoho, "crm_growing", state=first.state)

    assert [row["New_Field"] for row in second.records("crm_growing") if row["id"] == record_id] == ["filled"]
