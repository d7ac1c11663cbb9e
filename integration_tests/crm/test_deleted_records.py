"""Does the user hear of every record that was deleted from a module, when, and when some may be missing?"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, FailureType

from integration_tests.builders import Record, Run
from integration_tests.conftest import StartZoho
from integration_tests.crm.builders import (
    A_FEW_OF_EACH,
    ROOT_PATH,
    attempt,
    by_id,
    calls_of,
    crm_calls,
    filled,
    keyed,
    position_of_module,
    read,
    the_kinds,
)
from source_zoho.emulator import Emulator

DELETED, LEADS = "crm_deleted_records", "crm_leads"
AN_HOUR, A_DAY = 3600, 24 * 3600
# The modules of which Zoho documents it, and those that the organization made.
DOCUMENTED = {
    *("Leads", "Accounts", "Contacts", "Deals", "Campaigns", "Tasks", "Cases", "Events", "Calls", "Solutions"),
    *("Products", "Vendors", "Price_Books", "Quotes", "Sales_Orders", "Purchase_Orders", "Invoices"),
    *("Appointments__s", "Appointments_Rescheduled_History__s", "Services__s"),
    *("CustomModule1", "Odd_Shapes", "Wide_Load", "Meter_Readings"),
}
# Their flags say that they can be read, and Zoho refuses: to tell what was deleted from them, too.
REFUSED = {"Locked_Vault", "Empty_Shell"}


@pytest.fixture
def zoho(a_zoho: StartZoho) -> Emulator:
    """Return a Zoho in which leads and deals are deleted."""
    return a_zoho(sizes={**A_FEW_OF_EACH, "Leads": 60, "Deals": 60})


def of(run: Run, module: str) -> dict[str, Record]:
    return by_id(row for row in run.records(DELETED) if row["module"] == module)


def test_every_deletion_of_every_module_that_tells_comes_once(a_zoho: StartZoho) -> None:
    zoho = a_zoho()

    run = read(zoho, DELETED)

    there = [filled(row) for module in zoho.crm.readable() for row in zoho.crm.deleted(module)]
    assert Counter(row["type"] for row in there).keys() == {"recycle", "permanent"}, "proves too little"
    assert keyed(run.records(DELETED), DELETED) == keyed(there, DELETED)


def test_the_modules_that_zoho_documents_and_those_of_the_organization_are_asked_and_no_others(zoho: Emulator) -> None:
    read(zoho, DELETED)

    asked = {path.removesuffix("/deleted") for path in crm_calls(zoho) if path.endswith("/deleted")}
    assert DOCUMENTED <= asked <= DOCUMENTED | REFUSED


def test_a_deletion_tells_who_deleted_what_and_when(zoho: Emulator) -> None:
    first = read(zoho, DELETED)
    lead = zoho.crm.ids("Leads")[3]
    zoho.clock.advance(seconds=AN_HOUR)
    zoho.crm.delete("Leads", lead)
    deleted_at = zoho.clock.seconds()

    (row,) = of(read(zoho, DELETED, state=first.state), "Leads").values()

    assert (row["module"], row["id"], row["type"]) == ("Leads", lead, "recycle")
    assert row["deleted_by"]["name"]
    assert row["display_name"]
    assert abs(datetime.fromisoformat(row["deleted_time"]).timestamp() - deleted_at) < 60


def test_a_record_that_is_deleted_for_good_comes_as_that(zoho: Emulator) -> None:
    first = read(zoho, DELETED)
    in_the_bin, purged, at_once = zoho.crm.ids("Leads")[3:6]
    zoho.clock.advance(seconds=AN_HOUR)
    for record_id in (in_the_bin, purged):
        zoho.crm.delete("Leads", record_id)
    zoho.crm.purge("Leads", purged)
    zoho.crm.delete("Leads", at_once, permanent=True)

    second = read(zoho, DELETED, state=first.state)

    told = {record_id: row["type"] for record_id, row in of(second, "Leads").items()}
    assert told == {in_the_bin: "recycle", purged: "permanent", at_once: "permanent"}


def test_a_record_that_was_restored_is_told_no_more_and_comes_back_in_its_module(zoho: Emulator) -> None:
    lead = zoho.crm.ids("Leads")[3]
    zoho.crm.delete("Leads", lead)
    first = read(zoho, DELETED, LEADS)
    zoho.clock.advance(seconds=AN_HOUR)
    zoho.crm.restore("Leads", lead)

    second = read(zoho, DELETED, LEADS, state=first.state)

    assert lead in of(first, "Leads")
    assert lead not in of(second, "Leads")
    assert by_id(second.records(LEADS)).keys() == {lead}


def test_an_idle_sync_tells_nothing_for_a_call_of_each_module_at_two_credits(zoho: Emulator) -> None:
    first = read(zoho, DELETED)
    zoho.clock.advance(seconds=A_DAY)
    zoho.calls.reset()
    zoho.crm.reset_credits()

    second = read(zoho, DELETED, state=first.state)

    assert second.counts() == {}
    asked = {path: times for path, times in crm_calls(zoho).items() if path.endswith("/deleted")}
    assert set(asked.values()) == {1}
    assert {zoho.crm.credits_by_path[f"{ROOT_PATH}/{module}/deleted"] for module in DOCUMENTED} == {2}


def test_a_deletion_while_zoho_is_read_comes_now_or_next_time(zoho: Emulator) -> None:
    leads = zoho.crm.ids("Leads")
    zoho.on_call(1, lambda zoho: zoho.crm.delete("Leads", leads[1]), path="/crm/v8/Leads/deleted")
    zoho.on_call(1, lambda zoho: zoho.crm.delete("Leads", leads[2]), path="/crm/v8/Deals/deleted")
    first = read(zoho, DELETED)

    second = read(zoho, DELETED, state=first.state)

    assert set(leads[1:3]) <= of(first, "Leads").keys() | of(second, "Leads").keys()


def test_more_deletions_than_a_page_come_once(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={**A_FEW_OF_EACH, "Leads": 600})
    for number, record_id in enumerate(zoho.crm.ids("Leads")[50:550]):
        zoho.crm.delete("Leads", record_id, permanent=number % 2 == 1)

    run = read(zoho, DELETED)

    assert of(run, "Leads") == by_id(filled(row) for row in zoho.crm.deleted("Leads"))
    assert len(of(run, "Leads")) > 500
    assert calls_of(zoho, "Leads/deleted") <= 4


# ── a pause that is longer than Zoho remembers ──


def test_a_pause_longer_than_zoho_remembers_is_said_once_and_the_next_sync_goes_on(zoho: Emulator) -> None:
    first = read(zoho, DELETED)
    zoho.clock.advance(seconds=130 * A_DAY)
    lead = zoho.crm.ids("Leads")[3]
    zoho.crm.delete("Leads", lead)

    second = attempt(zoho, DELETED, state=first.state)
    zoho.clock.advance(seconds=A_DAY)
    third = read(zoho, DELETED, state=second.state)

    assert second.status(DELETED) is AirbyteStreamStatus.INCOMPLETE
    assert the_kinds(second) == {FailureType.config_error}
    said = [sentence for sentence in second.errors if "so some may be missing" in sentence]
    assert len(said) == 1, "one sentence tells it, whatever the number of modules"
    assert "the last sync" in said[0]
    assert "130 days ago, and Zoho tells deletions for 120 days" in said[0]
    assert lead in of(second, "Leads")
    assert of(third, "Leads").keys() <= {lead}, "no more than the look-back brings"


def test_a_pause_that_zoho_remembers_is_not_worth_a_word(zoho: Emulator) -> None:
    first = read(zoho, DELETED)
    lead = zoho.crm.ids("Leads")[3]
    zoho.crm.delete("Leads", lead)
    zoho.clock.advance(seconds=119 * A_DAY)

    second = read(zoho, DELETED, state=first.state)

    assert of(second, "Leads")[lead]["type"] == "permanent"


# ── refusals ──


def test_a_module_that_does_not_tell_its_deletions_leaves_those_of_others(zoho: Emulator) -> None:
    zoho.faults.add("NO_PERMISSION", path="/crm/v8/Leads/deleted", times=100)

    run = attempt(zoho, DELETED)

    assert run.status(DELETED) is AirbyteStreamStatus.INCOMPLETE
    assert of(run, "Deals") == by_id(filled(row) for row in zoho.crm.deleted("Deals"))
    assert not of(run, "Leads")
    assert run.errors[0].startswith(
        "crm_deleted_records of module Leads: The user of the refresh_token may not see this"
    )


def test_the_position_of_a_module_that_failed_stays_where_it_was(zoho: Emulator) -> None:
    first = read(zoho, DELETED)
    zoho.clock.advance(seconds=A_DAY)
    lead, deal = zoho.crm.ids("Leads")[3], zoho.crm.ids("Deals")[3]
    zoho.crm.delete("Leads", lead)
    zoho.crm.delete("Deals", deal)
    zoho.faults.add("NO_PERMISSION", path="/crm/v8/Leads/deleted", times=100)

    second = attempt(zoho, DELETED, state=first.state)
    zoho.faults.clear()
    third = read(zoho, DELETED, state=second.state)

    assert position_of_module(second, DELETED, "Leads") == position_of_module(first, DELETED, "Leads")
    assert of(second, "Deals").keys() == {deal}
    assert of(third, "Leads").keys() == {lead}
