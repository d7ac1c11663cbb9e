"""Does a module come by the road that costs the fewest credits, and by another where that one is closed?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from integration_tests.builders import Run
from integration_tests.conftest import StartZoho
from integration_tests.crm.builders import a_crm_catalog, by_id, calls_of, expected, position, read
from integration_tests.crm.roads import (
    A_FILE,
    QUERIES,
    a_module,
    assert_whole,
    let_files_be_cheap,
    let_prices_be,
    roads_taken,
    said,
    spent_on,
)
from source_zoho.crm.forecast import Journey, price_of
from source_zoho.crm.roads import Load, Price, Road
from source_zoho.emulator import Emulator

MODULE = "Depots"
STREAM = "crm_depots"
A_DAY = 24 * 3600
OPEN, NO_QUERIES, NO_FILES, NEITHER = "Open_To_All", "No_Queries", "No_Files", "Lists_Only"
CLOSED = {OPEN: {}, NO_QUERIES: {"coql": False}, NO_FILES: {"bulk": False}, NEITHER: {"coql": False, "bulk": False}}
ALL_BUT = {"ZohoCRM.modules.READ", "ZohoCRM.settings.READ", "ZohoCRM.org.READ", "ZohoCRM.composite_requests.CUSTOM"}


# ── what it costs ──


def test_nothing_new_costs_a_credit_and_little_new_does_too(a_zoho: StartZoho) -> None:
    zoho = a_zoho()
    catalog = a_crm_catalog(zoho, a_module(zoho, MODULE, rows=450))
    first = read(zoho, catalog=catalog, crm_transport="auto")
    zoho.clock.advance(seconds=A_DAY)

    idle = read(zoho, catalog=catalog, state=first.state, crm_transport="auto")
    edited = zoho.crm.ids(MODULE)[::150]
    for record_id in edited:
        zoho.crm.edit(MODULE, record_id, Name="edited")
    second = read(zoho, catalog=catalog, state=idle.state, crm_transport="auto")

    assert len(by_id(first.records(STREAM))) == zoho.crm.count(MODULE)
    assert spent_on(first, STREAM) == price_of(zoho.crm.count(MODULE), Load, Journey())[1].credits == 4
    (line,) = said(first, STREAM, "Taking")
    assert line.endswith("of 7 fields by lists 3 credits, COQL 2 credits, Bulk Read 54 credits. Taking COQL.")
    assert (idle.counts(), spent_on(idle, STREAM)) == ({}, 1)
    assert sorted(by_id(second.records(STREAM))) == sorted(edited)
    assert spent_on(second, STREAM) == 1
    assert not said(second, STREAM, "Taking"), "there was nothing to choose"
    assert roads_taken(zoho, MODULE) == {Road.COQL}


def test_files_are_fetched_where_they_cost_the_least_and_the_next_sync_is_a_query(
    a_zoho: StartZoho, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoho = a_zoho()
    catalog = a_crm_catalog(zoho, a_module(zoho, MODULE, bulk_rows_per_job=100))
    let_files_be_cheap(monkeypatch)

    first = read(zoho, catalog=catalog, crm_transport="auto")
    zoho.clock.advance(seconds=A_DAY)
    second = read(zoho, catalog=catalog, state=first.state, crm_transport="auto")

    assert_whole(zoho, first, MODULE)
    assert [job.count for job in zoho.crm.jobs] == [100, 100, zoho.crm.count(MODULE) - 200]
    assert (len(zoho.crm.queries), second.counts()) == (4, {}), "a page, the count, the count again, and the next sync"


def test_the_credits_of_the_day_decide_too(a_zoho: StartZoho, monkeypatch: pytest.MonkeyPatch) -> None:
    zoho = a_zoho()
    catalog = a_crm_catalog(zoho, a_module(zoho, MODULE))
    let_prices_be(monkeypatch, {Road.REST: Price(90, 90), Road.COQL: Price(80, 80), Road.BULK: Price(70, 70)})

    run = read(zoho, catalog=catalog, crm_transport="auto", daily_call_limit=30)

    (line,) = said(run, STREAM, "Taking")
    assert "Bulk Read 70 credits, of 2" in line
    assert line.endswith("that are left. Taking COQL."), "it can be taken up tomorrow where it stops"
    assert_whole(zoho, run, MODULE)


@pytest.mark.parametrize("transport", ["rest", "coql", "bulk"])
def test_a_road_that_is_wanted_is_taken_and_no_other(a_zoho: StartZoho, transport: str) -> None:
    zoho = a_zoho()
    catalog = a_crm_catalog(zoho, a_module(zoho, MODULE, coql_rows=200))

    run = read(zoho, catalog=catalog, crm_transport=transport)

    assert_whole(zoho, run, MODULE)
    counted = {Road.COQL} if transport == "bulk" else set()
    assert roads_taken(zoho, MODULE) == {Road(transport)} | counted


# ── closed roads ──


def stay_closed(zoho: Emulator) -> dict[str, str]:
    return {name: a_module(zoho, name, **behaviour) for name, behaviour in CLOSED.items()}


def closings(run: Run, stream: str) -> list[str]:
    return [line.partition(" ends here")[0].partition(": ")[2] for line in said(run, stream, "ends here")]


def test_where_a_module_is_closed_to_a_road_the_next_brings_it_and_that_is_said_once(
    a_zoho: StartZoho, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoho = a_zoho()
    streams = stay_closed(zoho)
    catalog = a_crm_catalog(zoho, *streams.values())
    let_files_be_cheap(monkeypatch)

    run = read(zoho, catalog=catalog, crm_transport="auto")

    assert_whole(zoho, run, *streams)
    assert {name: closings(run, stream) for name, stream in streams.items()} == {
        OPEN: [],
        NO_QUERIES: ["COQL"],
        NO_FILES: ["Bulk Read"],
        NEITHER: ["COQL"],
    }
    assert [roads_taken(zoho, name) for name in streams] == [
        {Road.COQL, Road.BULK},
        {Road.COQL, Road.REST},
        {Road.COQL},
        {Road.COQL, Road.REST},
    ]


def test_that_queries_are_closed_is_believed_for_a_week_unless_they_are_wanted(a_zoho: StartZoho) -> None:
    zoho = a_zoho()
    catalog = a_crm_catalog(zoho, a_module(zoho, MODULE, coql=False))
    asked = []
    run = None

    for days, transport in ((0, "auto"), (3, "auto"), (3, "coql"), (5, "auto"), (3, "auto")):
        zoho.clock.advance(seconds=days * A_DAY)
        before = len(zoho.crm.queries)
        run = read(zoho, catalog=catalog, state=run.state if run else None, crm_transport=transport)
        asked.append(len(zoho.crm.queries) - before)

    assert asked == [1, 0, 1, 0, 1], "wanted by name they are asked for, and refused for another week"


@pytest.mark.parametrize("transport", ["coql", "bulk"])
def test_a_wanted_road_that_is_closed_is_left_for_another(a_zoho: StartZoho, transport: str) -> None:
    zoho = a_zoho()
    streams = stay_closed(zoho)

    run = read(zoho, catalog=a_crm_catalog(zoho, *streams.values()), crm_transport=transport)

    assert_whole(zoho, run, *streams)
    left = {"coql": (NO_QUERIES, NEITHER), "bulk": (NO_FILES, NEITHER)}[transport]
    assert {name for name, stream in streams.items() if closings(run, stream)} == set(left)


def test_without_the_scope_of_queries_lists_bring_all_and_zoho_is_asked_once(a_zoho: StartZoho) -> None:
    zoho = a_zoho(scopes={*ALL_BUT, "ZohoCRM.bulk.READ"})
    streams = [a_module(zoho, name, rows=30) for name in (MODULE, "Docks")]
    catalog = a_crm_catalog(zoho, *streams)

    run = read(zoho, catalog=catalog, crm_transport="auto", num_workers=1)
    calls = calls_of(zoho, "coql")
    again = read(zoho, catalog=catalog, state=run.state, crm_transport="auto", num_workers=1)

    assert_whole(zoho, run, MODULE, "Docks")
    assert (calls, calls_of(zoho, "coql")) == (1, 2), "the token of the next sync may be another one"
    sentence = "COQL ends here; another road brings the rest. No module is read by queries: the refresh_token lacks"
    assert [len(said(run, stream, sentence)) for stream in streams] == [1, 1]
    assert again.counts() == {}


def test_without_the_scope_of_files_queries_bring_all_and_zoho_is_asked_once(
    a_zoho: StartZoho, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoho = a_zoho(scopes={*ALL_BUT, "ZohoCRM.coql.READ"})
    streams = [a_module(zoho, name) for name in (MODULE, "Docks")]
    let_files_be_cheap(monkeypatch)

    run = read(zoho, catalog=a_crm_catalog(zoho, *streams), crm_transport="auto", num_workers=1)

    assert_whole(zoho, run, MODULE, "Docks")
    assert zoho.calls.by_path["/crm/bulk/v8/read"] == 1
    assert [len(said(run, stream, "Bulk Read ends here")) for stream in streams] == [1, 1]
    assert zoho.calls.by_path[QUERIES] > 0


# ── what files leave out ──


def test_records_that_are_deleted_meanwhile_do_not_hide_those_that_a_file_lacks(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"Leads": 240})
    zoho.crm.behave("Leads", bulk_leads_converted=False)
    gone: set[str] = set()

    def delete_as_many_as_are_missing(zoho: Emulator) -> None:
        (job,) = zoho.crm.jobs
        assert job.taken is not None
        ids, missing = zoho.crm.ids("Leads"), zoho.crm.count("Leads") - len(job.taken.chosen.numbers)
        gone.update(ids[number] for number in job.taken.chosen.numbers[:missing])
        for record_id in gone:
            zoho.crm.delete("Leads", record_id)

    zoho.on_call(1, delete_as_many_as_are_missing, path=A_FILE)
    run = read(zoho, "crm_leads", crm_transport="bulk")

    rows = by_id(run.records("crm_leads"))
    assert gone
    assert rows.keys() - gone == expected(zoho, "Leads", "crm_leads").keys()


@pytest.mark.parametrize("transport", ["auto", "bulk"])
def test_what_files_leave_out_is_counted_and_comes_by_queries(
    a_zoho: StartZoho, monkeypatch: pytest.MonkeyPatch, transport: str
) -> None:
    zoho = a_zoho(sizes={"Leads": 240, "DealHistory": 230})
    zoho.crm.behave("Leads", bulk_leads_converted=False)
    for _ in range(5):
        zoho.crm.add("DealHistory", Parent_Id=None)
    let_files_be_cheap(monkeypatch)

    run = read(zoho, "crm_leads", "crm_deal_history", crm_transport=transport)

    for module in ("Leads", "DealHistory"):
        (job,) = [job for job in zoho.crm.jobs if job.module == module]
        assert (job.count or 0) < zoho.crm.count(module), "proves too little"
    again = "Reading them once more by COQL; none comes twice"
    assert (len(said(run, "crm_leads", again)), len(said(run, "crm_deal_history", again))) == (1, 0), "the last ones"
    assert_whole(zoho, run, "Leads", "DealHistory")


# ── from when on ──


@pytest.mark.parametrize("transport", ["coql", "bulk"])
def test_the_start_date_and_the_look_back_hold_on_every_road(a_zoho: StartZoho, transport: str) -> None:
    zoho = a_zoho()
    catalog = a_crm_catalog(zoho, a_module(zoho, MODULE))
    since: dict[str, Any] = {"start_date": "2025-01-01T00:00:00Z", "lookback_minutes": 10, "crm_transport": transport}

    first = read(zoho, catalog=catalog, **since)
    at = position(first, STREAM)
    late, too_late = zoho.crm.ids(MODULE)[4:6]
    zoho.clock.advance(seconds=A_DAY)
    zoho.crm.edit(MODULE, late, Modified_Time=datetime.fromtimestamp(at - 570, UTC).isoformat())
    zoho.crm.edit(MODULE, too_late, Modified_Time=datetime.fromtimestamp(at - 630, UTC).isoformat())
    second = read(zoho, catalog=catalog, state=first.state, **since)

    there = expected(zoho, MODULE, STREAM).items()
    begun = {name for name, row in there if row["Modified_Time"] >= "2025-01-01" and name not in {late, too_late}}
    assert 0 < len(begun) < zoho.crm.count(MODULE)
    assert by_id(first.records(STREAM)).keys() - {late, too_late} == begun
    assert [row["id"] for row in second.records(STREAM)] == [late]
