"""
What do users receive of CRM? All lists of the organization, and of three modules a few records.

``golden/crm_*.jsonl`` holds up to three records each, of the smallest keys: ``poe golden`` writes them anew.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from integration_tests.builders import ROOT, Record, Run, forget_earlier_syncs
from integration_tests.crm.builders import JUST_ENOUGH, key_of, read, rows_of_crm, standard_streams
from integration_tests.golden_files import HOW_TO_REWRITE, golden, names_of_files, problems, rewrite
from integration_tests.webhooks.told import a_store_with_events
from source_zoho.emulator import Emulator

# The seed and this instant decide every id, time and amount.
SEED, NOW = 7, datetime(2025, 6, 2, 9, 30, tzinfo=UTC)
SIZES = {**JUST_ENOUGH, "Odd_Shapes": 20, "Wide_Load": 3}
MODULES = ("crm_leads", "crm_odd_shapes", "crm_wide_load")
STREAMS = sorted([*rows_of_crm(), *MODULES])
MOST = 3
LARGE = {"crm_layouts": 1}


@pytest.fixture(scope="module")
def first_records(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Record]]:
    told = a_store_with_events(tmp_path_factory.mktemp("events"), [])
    with Emulator(seed=SEED, now=NOW, sizes=SIZES) as zoho:
        run = read(zoho, *STREAMS, document_details="changed", webhook_store_url=told)
    forget_earlier_syncs()
    found = {stream: some_of(run, stream) for stream in STREAMS}
    if request.config.getoption("--rewrite-golden"):
        rewrite(found, is_ours)
    return found


def some_of(run: Run, stream: str) -> list[Record]:
    """Return the records with the smallest keys: arrival has no fixed order."""
    rows = sorted(run.records(stream), key=lambda row: [str(row[name]) for name in key_of(stream)])
    return rows[: LARGE.get(stream, MOST)]


def is_ours(stream: str) -> bool:
    return stream.startswith("crm_")


@pytest.mark.parametrize("stream", STREAMS)
def test_users_receive_what_the_golden_file_says(first_records: dict[str, list[Record]], stream: str) -> None:
    received, there = first_records[stream], golden(stream)

    assert received, "no record at all proves nothing; give the list rows in SIZES"
    assert received == there, f"what users receive from {stream} has changed; {HOW_TO_REWRITE}"


@pytest.mark.parametrize("stream", rows_of_crm())
def test_golden_records_are_what_their_schema_promises(stream: str) -> None:
    schema: dict[str, Any] = json.loads((ROOT / "schemas" / f"{stream}.json").read_text(encoding="utf-8"))

    found = problems(schema, golden(stream))

    assert not found, f"schemas/{stream}.json promises otherwise: {found}"


@pytest.mark.parametrize("stream", MODULES)
def test_golden_records_of_modules_are_what_discovery_promises(stream: str) -> None:
    assert not problems(standard_streams()[stream].json_schema, golden(stream))


def test_every_golden_file_belongs_to_a_stream() -> None:
    assert names_of_files(is_ours) == set(STREAMS), HOW_TO_REWRITE
