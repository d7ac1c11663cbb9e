"""Is a walk through documents taken up where it was broken off, by a kill or by the end of the day's calls?"""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.builders import (
    Run,
    attempt,
    identities,
    key_of,
    read,
    write_for_the_command,
)
from integration_tests.conftest import StartZoho
from integration_tests.killing import run_until_the_first_checkpoint
from integration_tests.truth import all_asked, expected
from source_zoho.emulator import Emulator

DETAILS, REFUNDS, COMMENTS, ITEMS = (
    "books_invoice_details",
    "billing_refunds",
    "books_contact_comments",
    "books_item_details",
)
BETWEEN_CHECKPOINTS = 10
# The command writes what it has to say ten times a second: this many cannot be read before it has said something.
INVOICES = 600
A_DAY_SECONDS = 24 * 3600


def documents_asked(zoho: Emulator, stream: str) -> Counter[str]:
    """Return how often the document or the children of each parent were asked for with success."""
    wanted = {each.path for where in zoho.organization_ids for each in all_asked(zoho, stream, where)}
    return Counter(call.path for call in zoho.calls.log if call.status == 200 and call.path in wanted)


def missing(zoho: Emulator, runs: list[Run], stream: str) -> set[tuple[str, ...]]:
    """Return the keys of records that none of *runs* has brought."""
    there = [row for each in zoho.organization_ids for row in expected(zoho, stream, each)]
    brought = [row for run in runs for row in run.records(stream)]
    return identities(there, key_of(stream)).keys() - identities(brought, key_of(stream)).keys()


# ── a kill ──


def test_a_killed_sync_and_the_next_together_have_every_document_and_ask_for_few_twice(
    a_zoho: StartZoho, tmp_path: Path
) -> None:
    zoho = a_zoho(sizes={"invoices": INVOICES})
    chosen = zoho.organization_ids[:1]
    settings: dict[str, Any] = {"document_details": "changed", "organization_ids": chosen}

    command = write_for_the_command(tmp_path, zoho, DETAILS, **settings)
    killed, exit_code = run_until_the_first_checkpoint(command, tmp_path, zoho, "/invoices/{invoice_id}", INVOICES - 5)
    zoho.calls.reset()
    resumed = read(zoho, DETAILS, state=killed.state, **settings)

    assert exit_code == -signal.SIGKILL
    assert killed.status(DETAILS) == AirbyteStreamStatus.RUNNING
    everything = {str(row["invoice_id"]) for row in zoho.rows("invoices", chosen[0])}
    assert {row["invoice_id"] for run in (killed, resumed) for row in run.records(DETAILS)} == everything
    assert len(documents_asked(zoho, DETAILS)) == INVOICES - BETWEEN_CHECKPOINTS


# ── the end of the day, at any document ──


@pytest.mark.parametrize("calls_per_day", [2, 5, 12])
def test_days_that_end_at_any_document_lose_none_and_ask_for_none_twice(a_zoho: StartZoho, calls_per_day: int) -> None:
    zoho = a_zoho(calls_per_day=calls_per_day, sizes={"invoices": 9})
    runs: list[Run] = []
    while not runs or runs[-1].errors:
        assert len(runs) < 12
        runs.append(attempt(zoho, DETAILS, document_details="changed", state=runs[-1].state if runs else None))
        zoho.clock.advance(seconds=A_DAY_SECONDS)

    assert len(runs) > (calls_per_day < 10)
    assert runs[0].status(DETAILS) is not AirbyteStreamStatus.COMPLETE or calls_per_day > 10
    assert missing(zoho, runs, DETAILS) == set()
    assert set(documents_asked(zoho, DETAILS).values()) == {1}


@pytest.mark.parametrize(("stream", "resource"), [(COMMENTS, "contacts"), (REFUNDS, "billing_credit_notes")])
@pytest.mark.parametrize("limit", [4, 5])
def test_a_break_between_two_calls_for_one_parent_loses_nothing_of_it(
    a_zoho: StartZoho, stream: str, resource: str, limit: int
) -> None:
    zoho = a_zoho(sizes={resource: 5})
    where = zoho.organization_ids[0]
    settings: dict[str, Any] = {"document_details": "changed", "organization_ids": [where], "daily_call_limit": limit}
    runs: list[Run] = []
    while not runs or runs[-1].errors:
        assert len(runs) < 10
        runs.append(attempt(zoho, stream, state=runs[-1].state if runs else None, **settings))

    there = identities(expected(zoho, stream, where), key_of(stream))
    brought = identities([row for run in runs for row in run.records(stream)], key_of(stream))
    assert len(runs) > 1
    assert brought.keys() == there.keys()


def test_a_hundred_items_are_not_asked_for_again_after_the_end_of_the_day(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"items": 230})
    where = zoho.organization_ids[0]
    settings: dict[str, Any] = {"document_details": "changed", "organization_ids": [where]}
    first = attempt(zoho, ITEMS, daily_call_limit=4, **settings)
    zoho.calls.reset()

    second = read(zoho, ITEMS, state=first.state, **settings)

    assert len(first.records(ITEMS)) == 200, "two calls for the list, two for documents"
    assert len(identities(first.records(ITEMS) + second.records(ITEMS), key_of(ITEMS))) == 230
    assert zoho.calls.by_path["/books/v3/itemdetails"] == 1


def test_trouble_in_the_middle_keeps_what_was_followed(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"invoices": 25})
    healthy, troubled = zoho.organization_ids
    zoho.faults.add("500", path="/invoices/{invoice_id}", times=10_000, after=7, organization_id=troubled)

    broken = attempt(zoho, DETAILS, document_details="changed")
    zoho.faults.clear()
    zoho.calls.reset()
    resumed = read(zoho, DETAILS, document_details="changed", state=broken.state)

    assert broken.status(DETAILS) is AirbyteStreamStatus.INCOMPLETE
    assert len(broken.records(DETAILS, troubled)) == 7
    assert len(broken.records(DETAILS, healthy)) == 25
    assert len(resumed.records(DETAILS, troubled)) == 25 - 7
    assert resumed.records(DETAILS, healthy) == []
    assert missing(zoho, [broken, resumed], DETAILS) == set()
