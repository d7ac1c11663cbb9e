"""
What do users receive of Books and Billing, stream by stream?

``golden/<stream>.jsonl`` holds up to three records: two of the first organization, one of the second. When a change of
behaviour is meant, write them anew (``poe golden``) and let the diff make the case in review. ``crm/test_golden.py``
has those of CRM.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from integration_tests.builders import (
    ROOT,
    UNHURRIED,
    Record,
    Run,
    a_few_of_each,
    every_stream,
    forget_earlier_syncs,
    key_of,
    read,
    stream_names,
)
from integration_tests.golden_files import HOW_TO_REWRITE, golden, names_of_files, problems, rewrite
from integration_tests.webhooks.told import a_store_with_events
from source_zoho.emulator import Emulator

# The seed and this instant decide every id, time and amount.
SEED, NOW = 7, datetime(2025, 6, 2, 9, 30, tzinfo=UTC)
# Few parents; every stream keeps a record in each organization.
SIZES = {
    **a_few_of_each(6),
    "customer_debit_notes": 2,
    "invoices": 4,
    "bank_transactions": 12,
    "time_entries": 12,
    "billing_time_entries": 12,
    "contact_comments": 3,
    "project_invoices": 3,
    "fixed_asset_history": 3,
    "recurring_expense_child_expenses": 3,
}
CONFIG: dict[str, Any] = {"document_details": "changed", "track_deletions": ["books_invoices", "billing_invoices"]}
DELETIONS = ("books_deleted_records", "billing_deleted_records")
A_DAY_SECONDS = 24 * 60 * 60
# When we read, by our clock and Zoho's, which go on while we do.
OUR_TIMES = dict.fromkeys(["read_at", "last_seen_at", "missed_at"], "2025-06-02T09:30:00+0000")


@pytest.fixture(scope="module")
def first_records(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Record]]:
    with Emulator(seed=SEED, now=NOW, sizes=SIZES, calls_per_minute=UNHURRIED) as zoho:
        told = a_store_with_events(tmp_path_factory.mktemp("events"), zoho.organization_ids)
        run = read(zoho, webhook_store_url=told, webhook_full_scan_days=0, **CONFIG)
        found = {stream: some_of(run, stream, zoho.organization_ids) for stream in every_stream()}
        found |= some_deletions(zoho, run)
    forget_earlier_syncs()
    if request.config.getoption("--rewrite-golden"):
        rewrite(found, is_ours)
    return found


def some_of(run: Run, stream: str, organization_ids: list[str]) -> list[Record]:
    """Return two records of the first organization and one of the second, chosen by key: arrival has no fixed order."""
    chosen: list[Record] = []
    for organization_id, count in zip(organization_ids, (2, 1), strict=True):
        rows = run.records(stream, organization_id)
        chosen += sorted(rows, key=lambda row: [str(row[name]) for name in key_of(stream)])[:count]
    return [{name: OUR_TIMES.get(name, value) for name, value in row.items()} for row in chosen]


def some_deletions(zoho: Emulator, run: Run) -> dict[str, list[Record]]:
    """Delete two invoices of each organization and product, and return what the sync of the next day says of them."""
    zoho.clock.advance(seconds=A_DAY_SECONDS)
    for organization_id in zoho.organization_ids:
        for resource in ("invoices", "billing_invoices"):
            for row in zoho.rows(resource, organization_id)[1:3]:
                zoho.delete(resource, organization_id, str(row["invoice_id"]))
    again = read(zoho, *DELETIONS, state=run.state, **CONFIG)
    return {stream: some_of(again, stream, zoho.organization_ids) for stream in DELETIONS}


def is_ours(stream: str) -> bool:
    return not stream.startswith("crm_")


@pytest.mark.parametrize("stream", stream_names())
def test_users_receive_what_the_golden_file_says(first_records: dict[str, list[Record]], stream: str) -> None:
    received, expected = first_records[stream], golden(stream)

    assert received, "no record at all proves nothing; give the list a row in SIZES"
    assert received == expected, f"what users receive from {stream} has changed; {HOW_TO_REWRITE}"


@pytest.mark.parametrize("stream", stream_names())
def test_golden_records_are_what_their_schema_promises(stream: str) -> None:
    schema: dict[str, Any] = json.loads((ROOT / "schemas" / f"{stream}.json").read_text(encoding="utf-8"))

    found = problems(schema, golden(stream))

    assert not found, f"schemas/{stream}.json promises otherwise: {found}"


def test_every_golden_file_belongs_to_a_stream() -> None:
    strangers = names_of_files(is_ours) - set(every_stream())

    assert not strangers, f"no stream has these names any more; {HOW_TO_REWRITE}"
