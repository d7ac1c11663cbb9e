"""
Does a read by queries that breaks off go on where it stopped, whatever changed meanwhile and by whichever road?

Records come in the order of their ids then, so that the cursor says nothing before the end: the place stands beside it.
"""

from __future__ import annotations

import signal
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStateMessage, AirbyteStreamStatus, ConfiguredAirbyteCatalog, FailureType

from integration_tests.builders import Record, Run, a_state, stream_of, write_files
from integration_tests.conftest import StartZoho
from integration_tests.crm.builders import (
    a_crm_catalog,
    attempt,
    by_id,
    crm_config,
    expected,
    position,
    read,
    the_kinds,
)
from integration_tests.crm.roads import QUERIES, a_module, roads_taken
from integration_tests.killing import run_until_the_first_checkpoint
from source_zoho.crm.roads import Road
from source_zoho.emulator import Emulator

MODULE, STREAM = "Depots", "crm_depots"
FOUR_PAGES, A_PAGE = 700, 200
# Three credits tell modules, fields and organization, one is a page, three are a query that is too long here.
TWO_PAGES_OF_QUERIES = 9
A_DAY = 24 * 3600
INCOMPLETE = AirbyteStreamStatus.INCOMPLETE


@pytest.fixture
def zoho(a_zoho: StartZoho) -> Emulator:
    """Return a Zoho with a module of four pages."""
    zoho = a_zoho()
    a_module(zoho, MODULE, FOUR_PAGES, coql_rows=A_PAGE)
    return zoho


@pytest.fixture
def catalog(zoho: Emulator) -> ConfiguredAirbyteCatalog:
    return a_crm_catalog(zoho, STREAM)


def notes(state: Iterable[AirbyteStateMessage]) -> dict[str, Any]:
    """Return what stands beside the cursor."""
    (blob,) = [each.stream.stream_state for each in state if each.stream and stream_of(each) == STREAM]
    (entry,) = vars(blob)["states"]
    return dict(entry.get("notes", {}))


def ids(run: Run) -> list[str]:
    return list(by_id(run.records(STREAM)))


def together(runs: Sequence[Run]) -> dict[str, Record]:
    """Return the last version of each record that *runs* brought; none of them brought one twice."""
    brought: dict[str, Record] = {}
    for run in runs:
        brought |= by_id(run.records(STREAM))
    return brought


def change(zoho: Emulator, handed_out: Sequence[str], name: str) -> set[str]:
    """Edit and delete records among those *handed_out* and those behind, and add one; return the ids of the deleted."""
    behind = [each for each in zoho.crm.ids(MODULE) if each not in handed_out]
    gone = {handed_out[3], behind[-3]}
    for record_id in (handed_out[0], handed_out[-1], behind[0], behind[-1]):
        zoho.crm.edit(MODULE, record_id, Name=name)
    for record_id in gone:
        zoho.crm.delete(MODULE, record_id)
    zoho.crm.add(MODULE, Name=name)
    return gone


@pytest.mark.parametrize("transport", ["auto", "coql", "rest", "bulk"])
def test_a_walk_that_the_credits_end_is_taken_up_and_nothing_is_lost_by_whichever_road(
    zoho: Emulator, catalog: ConfiguredAirbyteCatalog, transport: str
) -> None:
    first = attempt(zoho, catalog=catalog, crm_transport="coql", daily_call_limit=TWO_PAGES_OF_QUERIES)
    zoho.clock.advance(seconds=A_DAY)
    gone = change(zoho, ids(first), "overnight")
    second = read(zoho, catalog=catalog, state=first.state, crm_transport=transport)
    zoho.clock.advance(seconds=A_DAY)
    third = read(zoho, catalog=catalog, state=second.state, crm_transport=transport)

    assert first.status(STREAM) is INCOMPLETE
    assert the_kinds(first) == {FailureType.transient_error}
    assert 0 < len(ids(first)) < FOUR_PAGES
    assert notes(first.state)["by_id"]["after"] == ids(first)[-1]
    if transport in {"auto", "coql"}:
        assert len(ids(second)) <= FOUR_PAGES - len(ids(first))
        assert roads_taken(zoho, MODULE) == {Road.COQL}
    assert notes(second.state) == {}
    there, brought = expected(zoho, MODULE, STREAM), together([first, second, third])
    assert brought.keys() - gone == there.keys()
    assert [name for name in there if brought[name] != there[name]] == []
    assert len(ids(third)) <= 5


@pytest.mark.parametrize("transport", ["auto", "rest"])
def test_each_day_comes_further_though_none_has_the_credits_for_all(
    zoho: Emulator, catalog: ConfiguredAirbyteCatalog, transport: str
) -> None:
    runs = [attempt(zoho, catalog=catalog, crm_transport="coql", daily_call_limit=TWO_PAGES_OF_QUERIES)]
    while runs[-1].errors:
        assert len(runs) < 6, "it gets nowhere"
        zoho.clock.advance(seconds=A_DAY)
        limited = {"crm_transport": transport, "daily_call_limit": TWO_PAGES_OF_QUERIES - 3}
        runs.append(attempt(zoho, catalog=catalog, state=runs[-1].state, **limited))

    assert len(runs) > 2
    assert together(runs) == expected(zoho, MODULE, STREAM)


def test_what_lists_had_begun_in_an_earlier_version_is_gone_on_with(
    zoho: Emulator, catalog: ConfiguredAirbyteCatalog
) -> None:
    first = attempt(zoho, catalog=catalog, crm_transport="rest", daily_call_limit=7)
    reached = position(first, STREAM)
    by_lists = a_state(STREAM, {zoho.crm.settings("organization")[0]["zgid"]: reached}, "Modified_Time")

    second = read(zoho, catalog=catalog, state=by_lists, crm_transport="auto")

    assert first.status(STREAM) is INCOMPLETE
    assert together([first, second]) == expected(zoho, MODULE, STREAM)
    assert len(ids(first)) + len(ids(second)) < FOUR_PAGES + 20


def test_a_killed_walk_goes_on_from_its_last_page(
    zoho: Emulator, catalog: ConfiguredAirbyteCatalog, tmp_path: Path
) -> None:
    command = write_files(tmp_path, crm_config(zoho, crm_transport="coql"), catalog)
    killed, exit_code = run_until_the_first_checkpoint(command, tmp_path, zoho, QUERIES, 5)
    resumed = read(zoho, catalog=catalog, state=killed.state, crm_transport="coql")

    assert exit_code == -signal.SIGKILL
    assert 0 < len(ids(killed)) < FOUR_PAGES
    assert not set(ids(resumed)) & set(ids(killed)[:A_PAGE])
    assert together([killed, resumed]) == expected(zoho, MODULE, STREAM)


# ── a refresh of formulas ──


@pytest.mark.parametrize(
    ("transport", "credits_of_the_day", "then"),
    [("coql", TWO_PAGES_OF_QUERIES, "auto"), ("coql", TWO_PAGES_OF_QUERIES, "rest"), ("rest", 6, "coql")],
)
def test_a_refresh_that_the_credits_end_is_taken_up(
    a_zoho: StartZoho, transport: str, credits_of_the_day: int, then: str
) -> None:
    zoho = a_zoho(sizes={"Deals": 450})
    zoho.crm.behave("Deals", coql_rows=200)
    (organization,) = zoho.crm.settings("organization")
    now = int(zoho.clock.seconds())
    state: Any = a_state("crm_deals", {organization["zgid"]: now}, "Modified_Time")
    weekly: Mapping[str, Any] = {"crm_formula_refresh_days": 7}
    limited = {"crm_transport": transport, "daily_call_limit": credits_of_the_day, **weekly}
    early, late = zoho.crm.ids("Deals")[2], zoho.crm.ids("Deals")[-2]
    for record_id in (early, late):
        zoho.crm.recalculate("Deals", record_id, Days_Open=12345)

    runs = [attempt(zoho, "crm_deals", state=state, **limited)]
    assert runs[0].status("crm_deals") is INCOMPLETE
    assert 0 < len(runs[0].records("crm_deals")) < 450
    for _ in range(2):
        zoho.clock.advance(seconds=A_DAY)
        runs.append(read(zoho, "crm_deals", state=runs[-1].state, crm_transport=then, **weekly))

    brought: dict[str, Record] = {}
    for run in runs:
        brought |= by_id(run.records("crm_deals"))
    assert brought == expected(zoho, "Deals", "crm_deals")
    assert len(runs[0].records("crm_deals")) + len(runs[1].records("crm_deals")) <= (900 if then == "rest" else 470)
    assert runs[-1].counts() == {}, "it is done"
