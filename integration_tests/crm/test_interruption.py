"""
What is left of a first sync of a CRM module that breaks off: killed, out of credits, or by trouble in the middle?

The next sync goes on from the last state. Nothing may be missing, and no sync may get nowhere day after day.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, FailureType

from integration_tests.builders import Run, forget_earlier_syncs, write_files
from integration_tests.conftest import StartZoho
from integration_tests.crm.builders import (
    ROOT_PATH,
    a_crm_catalog,
    attempt,
    calls_of,
    crm_config,
    position,
    read,
    the_kinds,
)
from integration_tests.killing import run_until_the_first_checkpoint
from source_zoho.emulator import Emulator

LONG, STREAM = "Very_Long", "crm_very_long"
PAGES, PAGE = 35, 200  # a checkpoint comes every 25
COMPLETE, INCOMPLETE = AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE


def ids(*runs: Run) -> set[str]:
    return {row["id"] for run in runs for row in run.records(STREAM)}


# ── killed ──


@dataclass(frozen=True)
class Killed:
    """A sync that was killed, and the one after it."""

    zoho: Emulator
    killed: Run
    exit_code: int
    resumed: Run
    calls_of_the_resumed: int


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    folder = tmp_path_factory.mktemp("killed")
    with Emulator() as zoho:
        zoho.crm.add_module(LONG, fields=10, rows=PAGES * PAGE)
        catalog = a_crm_catalog(zoho, STREAM)
        command = write_files(folder, crm_config(zoho), catalog)
        first, exit_code = run_until_the_first_checkpoint(command, folder, zoho, f"{ROOT_PATH}/{LONG}", PAGES - 3)
        zoho.calls.reset()
        resumed = read(zoho, catalog=catalog, state=first.state)
        yield Killed(zoho, first, exit_code, resumed, calls_of(zoho, LONG))
    forget_earlier_syncs()


def test_a_killed_sync_was_killed_in_the_middle(killed: Killed) -> None:
    assert killed.exit_code == -signal.SIGKILL
    assert 0 < len(ids(killed.killed)) < killed.zoho.crm.count(LONG)


def test_a_killed_sync_and_the_next_together_have_every_record(killed: Killed) -> None:
    assert ids(killed.killed, killed.resumed) == set(killed.zoho.crm.ids(LONG))


def test_the_next_sync_goes_on_from_the_checkpoint(killed: Killed) -> None:
    assert killed.calls_of_the_resumed <= PAGES - 25 + 4


def test_a_checkpoint_claims_no_more_than_was_written_before_it(killed: Killed) -> None:
    rows = {row["id"]: row for row in killed.zoho.crm.rows(LONG)}
    last = max(rows[each]["Modified_Time"] for each in ids(killed.killed))

    assert {each for each, row in rows.items() if row["Modified_Time"] < last} <= ids(killed.killed)


# ── out of credits ──


def days_until_whole(zoho: Emulator, stream: str, *, at_most: int, **config: Any) -> list[Run]:
    """Sync once a day, each time from the state of the day before, until nothing is left over."""
    catalog = a_crm_catalog(zoho, stream)
    runs = [attempt(zoho, catalog=catalog, **config)]
    while runs[-1].errors:
        assert len(runs) < at_most, f"not whole after {at_most} days: {runs[-1].errors}"
        zoho.clock.advance(seconds=24 * 3600)
        runs.append(attempt(zoho, catalog=catalog, state=runs[-1].state, **config))
    return runs


@pytest.mark.parametrize("limit", [10, 17])
def test_a_first_sync_that_is_longer_than_a_days_credits_comes_to_its_end_day_by_day(
    a_zoho: StartZoho, limit: int
) -> None:
    zoho = a_zoho()
    zoho.crm.add_module(LONG, fields=60, rows=2000)

    runs = days_until_whole(zoho, STREAM, at_most=9, daily_call_limit=limit)

    assert len(runs) > 1
    assert ids(*runs) == set(zoho.crm.ids(LONG))
    assert all(earlier < later for earlier, later in pairwise(position(run, STREAM) for run in runs))
    assert sum(len(run.records(STREAM)) for run in runs) < 2000 + 60 * len(runs), "only the borders come twice"


def test_credits_that_zoho_ends_are_a_sentence_and_the_next_day_goes_on(a_zoho: StartZoho) -> None:
    zoho = a_zoho(crm_credits=20)
    zoho.crm.add_module(LONG, fields=10, rows=4000)

    runs = days_until_whole(zoho, STREAM, at_most=4)

    assert len(runs) > 1
    assert ids(*runs) == set(zoho.crm.ids(LONG))
    assert the_kinds(runs[0]) == {FailureType.transient_error}
    assert runs[0].errors[0].startswith("Stopped calling Zoho CRM: the API credits of this organization are used up")
    assert "What was read is kept in the state; run again later" in runs[0].errors[0]


def test_what_changed_between_the_days_comes_as_it_is_then(a_zoho: StartZoho) -> None:
    zoho = a_zoho(crm_credits=20)
    zoho.crm.add_module(LONG, fields=10, rows=4000)
    catalog = a_crm_catalog(zoho, STREAM)
    first = attempt(zoho, catalog=catalog)
    early, late = first.records(STREAM)[0]["id"], (set(zoho.crm.ids(LONG)) - ids(first)).pop()
    zoho.clock.advance(seconds=24 * 3600)
    for record_id in (early, late):
        zoho.crm.edit(LONG, record_id, Name="overnight")

    second = attempt(zoho, catalog=catalog, state=first.state)
    zoho.clock.advance(seconds=24 * 3600)
    third = attempt(zoho, catalog=catalog, state=second.state)

    brought = {row["id"]: row["Name"] for run in (first, second, third) for row in run.records(STREAM)}
    assert brought.keys() == set(zoho.crm.ids(LONG))
    assert {brought[early], brought[late]} == {"overnight"}


# ── trouble ──


def test_trouble_in_the_middle_keeps_what_was_read(a_zoho: StartZoho) -> None:
    zoho = a_zoho()
    zoho.crm.add_module(LONG, fields=60, rows=1600)
    catalog = a_crm_catalog(zoho, STREAM)
    zoho.faults.add("SERVICE_UNAVAILABLE", path=f"{ROOT_PATH}/{LONG}", after=9, times=1000)

    broken = attempt(zoho, catalog=catalog)
    zoho.faults.clear()
    whole = read(zoho, catalog=catalog, state=broken.state)

    assert broken.status(STREAM) is INCOMPLETE
    assert ids(broken, whole) == set(zoho.crm.ids(LONG))
    assert len(broken.records(STREAM)) + len(whole.records(STREAM)) < 1600 + 60


def test_a_module_that_cannot_be_taken_up_in_the_middle_does_not_claim_to_have_been_read(a_zoho: StartZoho) -> None:
    zoho = a_zoho()
    zoho.crm.add_module(LONG, fields=60, rows=1600)
    zoho.crm.behave(LONG, sort="refused")
    catalog = a_crm_catalog(zoho, STREAM)

    broken = attempt(zoho, catalog=catalog, daily_call_limit=12)
    whole = read(zoho, catalog=catalog, state=broken.state)

    assert broken.status(STREAM) is INCOMPLETE
    assert ids(whole) == set(zoho.crm.ids(LONG)), "it comes in the order of ids: all of them are read again"


def test_the_end_of_the_credits_ends_all_streams_and_no_call_is_made_after_it(a_zoho: StartZoho) -> None:
    zoho = a_zoho(crm_credits=12)

    run = attempt(zoho, "crm_leads", "crm_contacts", "crm_deals", "crm_roles", "crm_taxes", num_workers=1)

    refused = [call for call in zoho.calls.log if call.status == 429]
    assert len(refused) == 1
    assert zoho.calls.log[-1] == refused[0]
    sentences = {sentence for sentence in run.errors if sentence.startswith("Stopped calling Zoho CRM")}
    assert len(sentences) == 1
