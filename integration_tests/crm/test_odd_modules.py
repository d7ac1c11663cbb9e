"""What comes of modules that are not like others, and of fields that Zoho hides, cuts or refuses?"""

from __future__ import annotations

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, FailureType, SyncMode

from integration_tests.builders import Run
from integration_tests.conftest import StartZoho
from integration_tests.crm.builders import (
    a_crm_catalog,
    attempt,
    by_id,
    calls_of,
    expected,
    read,
    record_now,
    standard_streams,
    the_kinds,
)
from source_zoho.emulator import Emulator

LEADS, ODD, VENDORS = "crm_leads", "crm_odd_shapes", "crm_vendors"
COMPLETE, INCOMPLETE = AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE


def without(zoho: Emulator, module: str, stream: str, field: str) -> dict[str, dict[str, object]]:
    """Return what Zoho has in *module* but for one field."""
    there = expected(zoho, module, stream)
    return {record_id: {name: row[name] for name in row.keys() - {field}} for record_id, row in there.items()}


# ── modules ──


@pytest.mark.parametrize("stream", ["crm_meter_readings", "crm_odd_shapes_x_products"])
def test_a_module_that_does_not_say_what_changed_is_read_whole_every_time(zoho: Emulator, stream: str) -> None:
    first = read(zoho, stream)
    second = read(zoho, stream, state=first.state)

    assert standard_streams()[stream].supported_sync_modes == [SyncMode.full_refresh]
    assert first.counts() == second.counts()
    assert first.counts()[stream] > 0


def test_a_new_stage_of_a_deal_is_a_row_of_its_history(zoho: Emulator) -> None:
    first = read(zoho, "crm_deal_history")
    zoho.clock.advance(seconds=3600)
    zoho.crm.edit("Deals", zoho.crm.ids("Deals")[0], Stage="Closed Won")

    second = read(zoho, "crm_deal_history", state=first.state)

    (row,) = second.records("crm_deal_history")
    assert row["Stage"] == "Closed Won"


def test_a_lead_that_is_converted_comes_as_it_is_then(zoho: Emulator) -> None:
    first = read(zoho, LEADS)
    lead = next(row["id"] for row in first.records(LEADS) if not row["Converted__s"])
    zoho.clock.advance(seconds=3600)
    zoho.crm.convert(lead)

    second = read(zoho, LEADS, state=first.state)

    assert [(row["id"], row["Converted__s"]) for row in second.records(LEADS)] == [(lead, True)]


def test_a_module_without_records_is_an_empty_stream(a_zoho: StartZoho) -> None:
    zoho = a_zoho()
    zoho.crm.add_module("Nothing_Yet", fields=60, rows=0)

    run = read(zoho, "crm_nothing_yet")

    assert run.status("crm_nothing_yet") is COMPLETE
    assert run.counts() == {}
    assert calls_of(zoho, "Nothing_Yet") == 1


def test_a_first_record_of_an_empty_module_comes_with_the_next_sync(a_zoho: StartZoho) -> None:
    zoho = a_zoho()
    zoho.crm.add_module("Nothing_Yet", fields=60, rows=0)
    first = read(zoho, "crm_nothing_yet")
    zoho.clock.advance(seconds=3600)
    record_id = zoho.crm.add("Nothing_Yet", Field_13="here")

    second = read(zoho, "crm_nothing_yet", state=first.state)

    assert [row["id"] for row in second.records("crm_nothing_yet")] == [record_id]


# ── rich text ──


def test_a_rich_text_that_was_edited_comes_whole(zoho: Emulator) -> None:
    first = read(zoho, ODD)
    record_id, text = zoho.crm.ids("Odd_Shapes")[7], "<p>" + "long " * 300 + "</p>"
    zoho.clock.advance(seconds=3600)
    zoho.crm.edit("Odd_Shapes", record_id, Rich_Text=text, Rich_Text_2="short")

    second = read(zoho, ODD, state=first.state)

    assert [(row["Rich_Text"], row["Rich_Text_2"]) for row in second.records(ODD)] == [(text, "short")]


def test_texts_of_more_than_eight_fields_come_whole(a_zoho: StartZoho) -> None:
    zoho = a_zoho()
    names = [f"Text_{number}" for number in range(11)]
    described = [{"api_name": name, "data_type": "textarea", "textarea": {"type": "rich_text"}} for name in names]
    zoho.crm.add_module("Handbook", fields=described, rows=0)
    record_id = zoho.crm.add("Handbook", **{name: f"{name} " * 200 for name in names})

    run = read(zoho, "crm_handbook")

    (row,) = run.records("crm_handbook")
    assert {name: row[name] for name in names} == {name: f"{name} " * 200 for name in names}
    assert row == record_now(zoho, "Handbook", record_id)


def test_whole_texts_that_are_refused_leave_the_rest_of_the_records(zoho: Emulator) -> None:
    zoho.faults.add("OAUTH_SCOPE_MISMATCH", path="/crm/v8/Odd_Shapes/actions/fetch_full_data", times=100)

    run = attempt(zoho, ODD)

    assert run.status(ODD) is INCOMPLETE
    assert the_kinds(run) == {FailureType.config_error}
    assert run.errors[0] == (
        "crm_odd_shapes: Zoho refuses the whole texts of Rich_Text, Rich_Text_2 (OAUTH_SCOPE_MISMATCH), so they end "
        "after 500 characters. Grant the scope ZohoCRM.modules.READ, or leave these fields out of those that are "
        "synced. All records were read."
    )
    assert by_id(run.records(ODD)).keys() == set(zoho.crm.ids("Odd_Shapes"))
    assert calls_of(zoho, "Odd_Shapes/actions/fetch_full_data") == 1


# ── fields ──


@pytest.mark.parametrize("field", ["Email", "Visitor_Score"])
def test_a_field_that_zoho_hides_without_a_word_takes_nothing_along(zoho: Emulator, field: str) -> None:
    zoho.crm.behave("Leads", hidden_fields=[field])

    run = read(zoho, LEADS)

    assert by_id(run.records(LEADS)) == without(zoho, "Leads", LEADS, field)


def test_a_field_that_zoho_refuses_is_named_and_all_others_come(zoho: Emulator) -> None:
    zoho.crm.behave("Leads", refused_fields=["Fax"])

    run = attempt(zoho, LEADS, VENDORS)

    assert (run.status(LEADS), run.status(VENDORS)) == (INCOMPLETE, COMPLETE)
    assert by_id(run.records(LEADS)) == without(zoho, "Leads", LEADS, "Fax")
    assert run.errors[0] == (
        "crm_leads: Zoho refuses the field Fax (INVALID_DATA), so it is missing. Let the profile of the user see it, "
        "or leave it out of the fields that are synced. All records were read."
    )
    assert the_kinds(run) == {FailureType.config_error}


def test_two_refused_fields_are_both_named(zoho: Emulator) -> None:
    zoho.crm.behave("Leads", refused_fields=["Fax", "Days_Visited"])

    run = attempt(zoho, LEADS)

    assert "the field Fax" in run.errors[0]
    assert "the field Days_Visited" in run.errors[0]
    assert by_id(run.records(LEADS)).keys() == set(zoho.crm.ids("Leads"))


def test_a_sync_with_a_refused_field_keeps_its_state(zoho: Emulator) -> None:
    zoho.crm.behave("Leads", refused_fields=["Fax"])
    first = attempt(zoho, LEADS)
    zoho.clock.advance(seconds=3600)
    edited = zoho.crm.ids("Leads")[3]
    zoho.crm.edit("Leads", edited, City="Thun")

    second = attempt(zoho, LEADS, state=first.state)

    assert [row["id"] for row in second.records(LEADS)] == [edited]


def test_a_refused_field_that_the_user_left_out_is_not_missed(zoho: Emulator) -> None:
    zoho.crm.behave("Leads", refused_fields=["Fax"])
    run = read_without(zoho, "Fax")

    assert run.status(LEADS) is COMPLETE
    assert by_id(run.records(LEADS)).keys() == set(zoho.crm.ids("Leads"))


def test_fields_that_the_user_left_out_are_not_asked_for(zoho: Emulator) -> None:
    run = read_without(zoho, "Fax", "Email", *(name for name in zoho.crm.listed_fields("Leads")[20:40]))

    assert not {name for row in run.records(LEADS) for name in row} & {"Fax", "Email"}
    asked = {name for call in zoho.calls.log for name in call.query.get("fields", "").split(",")}
    assert not asked & {"Fax", "Email"}
    assert {len(call.query["fields"].split(",")) <= 50 for call in zoho.calls.log if "fields" in call.query} == {True}
    assert calls_of(zoho, "Leads") == 3, "what is left fits into a group: two pages, and one for the order"


def read_without(zoho: Emulator, *fields: str) -> Run:
    catalog = a_crm_catalog(zoho, LEADS)
    (chosen,) = catalog.streams
    properties = chosen.stream.json_schema["properties"]
    left = {name: it for name, it in properties.items() if name not in fields}
    chosen.stream = chosen.stream.__class__(
        **{**vars(chosen.stream), "json_schema": {**chosen.stream.json_schema, "properties": left}}
    )
    return read(zoho, catalog=catalog)


def test_torn_records_are_read_again_by_as_many_ids_as_zoho_takes(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"Wide_Load": 300})
    zoho.crm.behave("Wide_Load", ids_limit=51)
    edited = zoho.crm.ids("Wide_Load")[:150]

    def edit(zoho: Emulator) -> None:
        for record_id in edited:
            zoho.crm.edit("Wide_Load", record_id, Field_61="new")

    zoho.on_call(2, edit, path="/crm/v8/Wide_Load")
    run = read(zoho, "crm_wide_load")

    received = by_id(run.records("crm_wide_load"))
    assert received == expected(zoho, "Wide_Load", "crm_wide_load")
    asked = [len(call.query["ids"].split(",")) for call in zoho.calls.log if "ids" in call.query]
    assert len(asked) > 1
    assert [number for number in asked if number > 51] == [100], "its refusal was not taken to heart"
