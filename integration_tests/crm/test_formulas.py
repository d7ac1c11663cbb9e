"""
Do formulas and roll-ups come anew, which change without moving the time of change?

Only where the configuration asks for it: modules with such fields are then read whole every few days.
"""

from __future__ import annotations

import pytest

from integration_tests.builders import Run
from integration_tests.crm.builders import by_id, expected, position, read
from source_zoho.emulator import Emulator

DEALS, LEADS = "crm_deals", "crm_leads"
A_DAY = 24 * 3600


@pytest.fixture
def first(zoho: Emulator) -> Run:
    return read(zoho, DEALS, LEADS, crm_formula_refresh_days=7)


def recalculated(zoho: Emulator) -> str:
    record_id = zoho.crm.ids("Deals")[5]
    zoho.crm.recalculate("Deals", record_id, Days_Open=12345)
    return record_id


def test_a_formula_that_changed_is_not_seen_by_a_sync_of_what_changed(zoho: Emulator, first: Run) -> None:
    recalculated(zoho)
    zoho.clock.advance(seconds=6 * A_DAY)

    second = read(zoho, DEALS, state=first.state, crm_formula_refresh_days=7)

    assert second.counts() == {}


def test_the_days_over_a_module_with_formulas_is_read_whole_and_no_other(zoho: Emulator, first: Run) -> None:
    record_id = recalculated(zoho)
    zoho.clock.advance(seconds=8 * A_DAY)

    second = read(zoho, DEALS, LEADS, state=first.state, crm_formula_refresh_days=7)

    assert second.counts() == {DEALS: zoho.crm.count("Deals")}
    assert by_id(second.records(DEALS)) == expected(zoho, "Deals", DEALS)
    assert by_id(second.records(DEALS))[record_id]["Days_Open"] == 12345
    (said,) = [line for line in second.log if "is read in full, as every 7 days" in line]
    assert said.startswith("crm_deals is read in full, as every 7 days: Days_Open change")


def test_the_days_are_counted_from_the_last_time_and_the_state_stays(zoho: Emulator, first: Run) -> None:
    runs = [first]
    for _ in range(4):
        zoho.clock.advance(seconds=4 * A_DAY)
        runs.append(read(zoho, DEALS, state=runs[-1].state, crm_formula_refresh_days=7))

    assert [bool(run.counts()) for run in runs] == [True, False, True, False, True]
    positions = [position(run, DEALS) for run in runs]
    assert positions == sorted(positions)


def test_what_changes_while_all_is_read_again_is_not_lost(zoho: Emulator, first: Run) -> None:
    zoho.clock.advance(seconds=8 * A_DAY)
    edited = zoho.crm.ids("Deals")[9]
    zoho.on_call(2, lambda zoho: zoho.crm.edit("Deals", edited, Deal_Name="meanwhile"), path="/crm/v8/Deals")

    second = read(zoho, DEALS, state=first.state, crm_formula_refresh_days=7)
    third = read(zoho, DEALS, state=second.state, crm_formula_refresh_days=7)

    assert third.counts()[DEALS] < 50
    brought = by_id(second.records(DEALS)) | by_id(third.records(DEALS))
    assert brought[edited]["Deal_Name"] == "meanwhile"


def test_nothing_is_read_whole_unless_the_configuration_asks(zoho: Emulator) -> None:
    first = read(zoho, DEALS)
    zoho.clock.advance(seconds=400 * A_DAY)

    assert read(zoho, DEALS, state=first.state).counts() == {}


def test_who_asks_for_it_later_gets_it_with_the_next_sync(zoho: Emulator) -> None:
    first = read(zoho, DEALS)
    record_id = recalculated(zoho)
    zoho.clock.advance(seconds=A_DAY)

    second = read(zoho, DEALS, state=first.state, crm_formula_refresh_days=30)

    assert by_id(second.records(DEALS))[record_id]["Days_Open"] == 12345
