"""
What is left of a sync that did not come to its end?

A killed process leaves the state messages that it wrote. The next sync has to go on from there: nothing may be missing,
and what was read before the checkpoint need not be read again.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.builders import (
    UNHURRIED,
    Run,
    attempt,
    forget_earlier_syncs,
    identities,
    key_of,
    read,
    write_for_the_command,
)
from integration_tests.killing import run_until_the_first_checkpoint
from source_zoho.emulator import Emulator

INVOICES, BILLS = "books_invoices", "books_bills"
PAGE = 200
LONG = 9_000  # 45 pages; a checkpoint comes every 25
THE_BEGINNING = 946_684_800  # 2000-01-01: where a sync begins that has no start_date


@dataclass(frozen=True)
class Interrupted:
    """A sync that was killed, and the one after it."""

    zoho: Emulator
    organization_id: str
    killed: Run
    exit_code: int
    resumed: Run
    calls_of_the_resumed: int


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Interrupted]:
    folder = tmp_path_factory.mktemp("killed")
    with Emulator(sizes={"invoices": LONG}, calls_per_minute=UNHURRIED) as zoho:
        chosen = zoho.organization_ids[0]
        command = write_for_the_command(folder, zoho, INVOICES, organization_ids=[chosen])
        killed, exit_code = run_until_the_first_checkpoint(
            command, folder, zoho, "invoices", LONG // PAGE - 3, by=signal.SIGINT
        )
        zoho.calls.reset()
        resumed = read(zoho, INVOICES, state=killed.state, organization_ids=[chosen])
        calls = zoho.calls.by_path["/books/v3/invoices"]
        yield Interrupted(zoho, chosen, killed, exit_code, resumed, calls)
    forget_earlier_syncs()


def invoice_ids(*runs: Run) -> set[str]:
    return {row["invoice_id"] for run in runs for row in run.records(INVOICES)}


def test_ctrl_c_ends_a_sync_in_the_middle_of_a_list_though_zoho_keeps_it_waiting(interrupted: Interrupted) -> None:
    assert interrupted.exit_code == 130
    assert 0 < len(interrupted.killed.records(INVOICES)) < LONG
    assert interrupted.killed.status(INVOICES) == AirbyteStreamStatus.RUNNING


def test_a_killed_sync_and_the_next_together_have_every_record(interrupted: Interrupted) -> None:
    everything = {row["invoice_id"] for row in interrupted.zoho.rows("invoices", interrupted.organization_id)}

    assert invoice_ids(interrupted.killed, interrupted.resumed) == everything


def test_the_next_sync_goes_on_from_the_checkpoint(interrupted: Interrupted) -> None:
    # 25 pages are behind it, and a page more may be read for equal times at their borders.
    assert interrupted.calls_of_the_resumed <= LONG // PAGE - 25 + 1


def test_a_checkpoint_claims_no_more_than_was_written_before_it(interrupted: Interrupted) -> None:
    reached = interrupted.killed.cursors(INVOICES)[interrupted.organization_id]
    rows = interrupted.zoho.world.collection("invoices", interrupted.organization_id)
    older = {rows.served(each)["invoice_id"] for each in rows.handles() if rows.modified(each) < reached}

    assert older
    assert older <= invoice_ids(interrupted.killed)


# ── a failure instead of a kill ──


def test_trouble_of_one_organization_leaves_the_state_of_the_other_usable(zoho: Emulator) -> None:
    healthy, troubled = zoho.organization_ids
    zoho.faults.add("500", path="bills", times=10_000, organization_id=troubled)

    broken = attempt(zoho, BILLS)
    zoho.faults.clear()
    resumed = read(zoho, BILLS, state=broken.state)

    assert broken.errors
    assert broken.status(BILLS) == AirbyteStreamStatus.INCOMPLETE
    assert len(broken.records(BILLS, healthy)) == len(zoho.rows("bills", healthy))
    assert broken.cursors(BILLS)[healthy] > broken.cursors(BILLS)[troubled] == THE_BEGINNING
    assert len(resumed.records(BILLS, troubled)) == len(zoho.rows("bills", troubled))
    assert len(resumed.records(BILLS, healthy)) < len(broken.records(BILLS, healthy))


def test_trouble_of_one_stream_does_not_stop_the_others(zoho: Emulator) -> None:
    zoho.faults.add("500", path="bills", times=10_000)

    run = attempt(zoho, BILLS, INVOICES)

    assert run.status(BILLS) == AirbyteStreamStatus.INCOMPLETE
    assert run.status(INVOICES) == AirbyteStreamStatus.COMPLETE
    assert run.cursors(BILLS) == dict.fromkeys(zoho.organization_ids, THE_BEGINNING)
    assert min(run.cursors(INVOICES).values()) > THE_BEGINNING


def test_a_list_that_breaks_in_the_middle_goes_on_from_where_it_broke(a_zoho: Callable[..., Emulator]) -> None:
    zoho = a_zoho(sizes={"invoices": 1_000})
    chosen = zoho.organization_ids[0]
    zoho.faults.add("500", path="invoices", times=10_000, after=3)

    broken = attempt(zoho, INVOICES, organization_ids=[chosen])
    zoho.faults.clear()
    zoho.calls.reset()
    resumed = read(zoho, INVOICES, state=broken.state, organization_ids=[chosen])

    assert broken.errors
    assert len(identities(broken.records(INVOICES) + resumed.records(INVOICES), key_of(INVOICES))) == 1_000
    assert zoho.calls.by_path["/books/v3/invoices"] <= 1_000 // PAGE - 3 + 1
