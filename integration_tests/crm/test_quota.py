"""Does a sync keep to what the edition of the organization allows: credits of a day, and calls at a time?"""

from __future__ import annotations

import threading

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, FailureType

from integration_tests.builders import discovered
from integration_tests.conftest import StartZoho, Waits
from integration_tests.crm.builders import (
    A_FEW_OF_EACH,
    ROOT_PATH,
    attempt,
    calls_of,
    crm_calls,
    crm_config,
    read,
    rows_of_crm,
    standard_streams,
    stream_of_module,
    the_kinds,
)
from source_zoho.emulator import Emulator

AT_ONCE = {"free": 5, "standard": 10, "professional": 15, "enterprise": 20, "ultimate": 25}
MODULES = [name for name in standard_streams() if name not in rows_of_crm()]
SORTED_LISTS_AT_ONCE = 10
# Two calls for five modules each go at once before anybody has asked for the edition: the smallest refuses one of them,
# which is then put again.
BEFORE_THE_EDITION_IS_KNOWN = {**dict.fromkeys(AT_ONCE, 0), "free": 2}
PATIENCE_SECONDS = 60  # only so that calls which never come fail their test instead of holding it for ever
MANY = ("Leads", "Deals", "Contacts", "Vendors", "Accounts", "Tasks", "Events", "Calls", "Products", "Cases")
INCOMPLETE = AirbyteStreamStatus.INCOMPLETE


# ── calls at a time ──


@pytest.mark.parametrize("edition", AT_ONCE)
def test_a_sync_uses_the_places_of_its_edition_and_no_more_however_many_workers_there_are(
    a_zoho: StartZoho, waits: Waits, edition: str
) -> None:
    zoho = a_zoho(crm_edition=edition, sizes=A_FEW_OF_EACH)
    let_calls_gather(zoho)

    run = read(zoho, *MODULES, num_workers=10)

    assert run.counts()["crm_leads"] == zoho.crm.count("Leads")
    assert 5 <= zoho.crm.most_at_once <= min(AT_ONCE[edition], SORTED_LISTS_AT_ONCE)
    assert refused(zoho) <= BEFORE_THE_EDITION_IS_KNOWN[edition]


def let_calls_gather(zoho: Emulator, calls: int = 5) -> None:
    """Hold the first call for leads until so many *calls* have come with it; every edition allows five."""
    come, limits = threading.Semaphore(0), zoho.crm._door.limits
    enter = limits.enter

    def counted(units: int, *, is_heavy: bool) -> None:
        try:
            enter(units, is_heavy=is_heavy)
        finally:
            come.release()

    def hold(_: Emulator) -> None:
        while come.acquire(blocking=False):
            pass
        for _call in range(calls - 1):
            come.acquire(timeout=PATIENCE_SECONDS)

    limits.enter = counted  # type: ignore[method-assign]
    zoho.on_call(1, hold, path=f"{ROOT_PATH}/Leads")


@pytest.mark.parametrize("edition", ["free", "standard", "ultimate"])
def test_discovery_keeps_to_the_edition_too(a_zoho: StartZoho, waits: Waits, edition: str) -> None:
    zoho = a_zoho(crm_edition=edition)

    streams = discovered(crm_config(zoho))

    assert streams.keys() == standard_streams().keys()
    assert refused(zoho) <= BEFORE_THE_EDITION_IS_KNOWN[edition]
    assert waits.total_seconds < 30


def refused(zoho: Emulator) -> int:
    return len([call for call in zoho.calls.log if call.status == 429])


def test_places_that_other_programs_take_cost_time_and_no_record(a_zoho: StartZoho, waits: Waits) -> None:
    zoho = a_zoho(crm_concurrency=5, sizes=A_FEW_OF_EACH)
    let_calls_gather(zoho, calls=7)

    run = read(zoho, *map(stream_of_module, MANY), num_workers=10)

    assert refused(zoho) > 0, "proves too little"
    assert waits.total_seconds > 0
    assert sum(run.counts().values()) == sum(map(zoho.crm.count, MANY))


# ── credits ──


def test_the_users_own_limit_is_kept(zoho: Emulator) -> None:
    run = attempt(zoho, "crm_leads", "crm_deals", "crm_deleted_records", daily_call_limit=9)

    assert zoho.crm.credits_used <= 9
    assert "daily_call_limit (9 credits in CRM) is used up" in run.errors[0]
    assert the_kinds(run) == {FailureType.transient_error}


def test_the_limit_counts_credits_and_not_calls(zoho: Emulator) -> None:
    run = attempt(zoho, "crm_deleted_records", daily_call_limit=20)

    assert run.status("crm_deleted_records") is INCOMPLETE
    asked = sum(times for path, times in crm_calls(zoho).items() if path.endswith("/deleted"))
    assert asked == (20 - (zoho.calls.total - asked)) // 2
    assert zoho.crm.credits_used <= 20


def test_the_reserve_is_left_to_other_programs(a_zoho: StartZoho) -> None:
    zoho = a_zoho(crm_credits=30)

    run = attempt(zoho, "crm_leads", "crm_wide_load", "crm_contacts", "crm_deals", daily_call_reserve=12, num_workers=1)

    assert "only 12 API credits are left, and daily_call_reserve keeps 12 for others" in run.errors[0]
    assert zoho.crm.credits_left == 12
    assert not [call for call in zoho.calls.log if call.status == 429]


def test_a_reserve_that_the_edition_leaves_anyway_stops_nothing(zoho: Emulator) -> None:
    read(zoho, "crm_leads", daily_call_reserve=20_000)


def test_the_price_list_of_zoho_is_not_needed(zoho: Emulator) -> None:
    zoho.crm.behave(price_list=False)

    run = read(zoho, "crm_leads", "crm_deleted_records")

    assert run.counts()["crm_leads"] == zoho.crm.count("Leads")
    assert calls_of(zoho, "__apis") <= 1
