"""Does a query of the user's own arrive whole, and does what is wrong with it reach the user?"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStream,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    FailureType,
    Status,
    SyncMode,
)

from integration_tests.builders import Run, configured, forget_earlier_syncs, sync
from integration_tests.conftest import StartZoho
from integration_tests.crm.builders import by_id, crm_config, expected, filled, position, the_kinds
from source_zoho.emulator import Emulator
from source_zoho.source import STREAMS_OF_CHECK, SourceZoho

LOG = logging.getLogger("airbyte")
A_DAY = 24 * 3600
COQL = "/crm/v8/coql"
LEADS = {"name": "leads", "query": "select Last_Name, City from Leads where id is not null"}
STAGES = {
    "name": "stages",
    "query": "select Stage, COUNT(id) as deals, SUM(Amount) from Deals where id is not null group by Stage",
    "primary_key": ["Stage"],
}
Query = Mapping[str, Any]


def offered(zoho: Emulator, *queries: Query) -> dict[str, AirbyteStream]:
    """Return the streams that discover gives for *queries*, and forget what it cost."""
    config = crm_config(zoho, coql_queries=list(queries))
    names = [f"crm_query_{each['name']}" for each in queries]
    found = SourceZoho(config=config, only=names).discover(LOG, config).streams
    forget_earlier_syncs()
    zoho.crm.reset_credits()
    return {stream.name: stream for stream in found}


def attempt(zoho: Emulator, *queries: Query, state: Sequence[AirbyteStateMessage] | None = None, **config: Any) -> Run:
    """Discover *queries* and sync them, whatever comes of it."""
    streams = [configured(stream) for stream in offered(zoho, *queries).values()]
    before = len(zoho.crm.queries)
    run = sync(crm_config(zoho, coql_queries=list(queries), **config), ConfiguredAirbyteCatalog(streams=streams), state)
    del zoho.crm.queries[:before]
    return run


def read(zoho: Emulator, *queries: Query, state: Sequence[AirbyteStateMessage] | None = None, **config: Any) -> Run:
    run = attempt(zoho, *queries, state=state, **config)
    assert not run.errors, f"the sync failed: {run.errors}"
    return run


def in_module(zoho: Emulator, module: str, *names: str) -> dict[str, dict[str, Any]]:
    """Return what Zoho has in the fields *names* of *module*, by id."""
    return {row["id"]: {name: row.get(name) for name in names} for row in zoho.crm.rows(module)}


# ── what is offered ──


def test_a_query_is_a_stream_with_its_columns_key_and_cursor(zoho: Emulator) -> None:
    stream = offered(zoho, {**LEADS, "cursor_field": "Modified_Time"})["crm_query_leads"]

    assert list(stream.json_schema["properties"]) == ["Last_Name", "City", "id", "Modified_Time"]
    assert stream.source_defined_primary_key == [["id"]]
    assert stream.default_cursor_field == ["Modified_Time"]
    assert stream.supported_sync_modes == [SyncMode.full_refresh, SyncMode.incremental]


def test_queries_stand_beside_the_modules_and_cost_a_credit_each(zoho: Emulator) -> None:
    config = crm_config(zoho, coql_queries=[LEADS, STAGES])

    names = ["crm_leads", "crm_query_leads", "crm_query_stages", "crm_users"]
    found = {stream.name: stream for stream in SourceZoho(config=config, only=names).discover(LOG, config).streams}

    assert sorted(found) == names
    assert found["crm_query_stages"].source_defined_primary_key == [["Stage"]]
    assert zoho.crm.credits_by_path[COQL] == 2


@pytest.mark.parametrize("queries", [[], None])
def test_without_queries_there_is_no_stream_and_no_failure(zoho: Emulator, queries: list[Query] | None) -> None:
    settings = {**crm_config(zoho), "coql_queries": queries}

    found = SourceZoho(config=settings, only=["crm_leads"]).discover(LOG, settings).streams

    assert [stream.name for stream in found] == ["crm_leads"]


def test_queries_of_a_product_that_is_switched_off_are_not_offered(zoho: Emulator) -> None:
    config = crm_config(zoho, products=["books"], coql_queries=[LEADS])

    found = SourceZoho(config=config, only=["crm_query_leads", "books_bills"]).discover(LOG, config).streams

    assert [stream.name for stream in found] == ["books_bills"]
    assert not zoho.crm.queries


def test_a_module_that_is_called_like_a_query_gives_way(a_zoho: StartZoho) -> None:
    zoho = a_zoho()
    zoho.crm.add_module("Query_Leads", fields=[{"api_name": "X", "data_type": "text"}], rows=2)
    config = crm_config(zoho, coql_queries=[LEADS])

    names = ["crm_query_leads", "crm_query_leads_query_leads"]

    found = SourceZoho(config=config, only=names).discover(LOG, config).streams

    assert sorted(stream.name for stream in found) == names


# ── records ──


def test_a_long_result_comes_whole_and_once_by_id(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"Leads": 5000})

    run = read(zoho, LEADS)

    received = {record["id"]: record for record in run.records("crm_query_leads")}
    assert len(received) == len(run.records("crm_query_leads")) == zoho.crm.count("Leads")
    there = in_module(zoho, "Leads", "Last_Name", "City")
    assert {each: filled({**row, "id": each}) for each, row in there.items()} == received
    assert zoho.crm.credits_by_path[COQL] == 1 + 3 * 3


def test_joins_and_aliases_come_under_the_names_of_the_query(zoho: Emulator) -> None:
    query = (
        "select Deal_Name as title, Account_Name.Account_Name, Account_Name as account from Deals where Stage != 'x'"
    )

    run = read(zoho, {"name": "deals", "query": query})

    accounts = in_module(zoho, "Accounts", "Account_Name")
    deals = {row["id"]: row for row in zoho.crm.rows("Deals") if row["Stage"]}
    received = by_id(run.records("crm_query_deals"))
    assert received.keys() == deals.keys()
    for record_id, record in received.items():
        account = deals[record_id]["Account_Name"]
        assert record["title"] == deals[record_id]["Deal_Name"]
        assert record.get("account", {}).get("id") == (account or {}).get("id")
        named = accounts.get(account["id"], {}) if account else {}  # some were deleted
        assert record.get("Account_Name.Account_Name") == named.get("Account_Name")


def test_groups_are_counted_and_summed_by_zoho(zoho: Emulator) -> None:
    run = read(zoho, STAGES)

    received = {record["Stage"]: record["deals"] for record in run.records("crm_query_stages")}
    assert received == Counter(row["Stage"] for row in zoho.crm.rows("Deals"))
    assert all(isinstance(record["SUM(Amount)"], float | int) for record in run.records("crm_query_stages"))


def test_more_groups_than_a_page_holds_come_once_each(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"Leads": 2600})
    by_email = {
        "name": "emails",
        "query": "select Email, COUNT(id) as leads from Leads where Email is not null group by Email",
    }

    run = read(zoho, by_email)

    there = Counter(row["Email"] for row in zoho.crm.rows("Leads") if row["Email"])
    assert len(there) > 2000
    assert {record["Email"]: record["leads"] for record in run.records("crm_query_emails")} == there
    assert len(run.records("crm_query_emails")) == len(there)


def test_the_first_of_an_order_are_what_zoho_says_they_are(zoho: Emulator) -> None:
    query = "select Deal_Name, Amount from Deals where Amount is not null order by Amount desc limit 10"

    run = read(zoho, {"name": "top", "query": query})

    amounts = sorted((row["Amount"] for row in zoho.crm.rows("Deals") if row["Amount"] is not None), reverse=True)
    assert [record["Amount"] for record in run.records("crm_query_top")] == amounts[:10]
    assert {tuple(record) for record in run.records("crm_query_top")} == {("Deal_Name", "Amount")}


@pytest.mark.parametrize("refusing", ["refuse", "clamp"])
def test_an_organization_that_takes_200_rows_at_a_time_gives_the_same(a_zoho: StartZoho, refusing: str) -> None:
    zoho = a_zoho(sizes={"Leads": 900})
    zoho.crm.behave(coql_rows=200, coql_over_limit=refusing)

    run = read(zoho, LEADS)

    assert len(by_id(run.records("crm_query_leads"))) == zoho.crm.count("Leads")


def test_rows_that_change_while_they_are_read_cost_no_other_its_place(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"Leads": 3000})
    there = zoho.crm.ids("Leads")

    def meanwhile(zoho: Emulator) -> None:
        zoho.crm.delete("Leads", there[5])
        zoho.crm.edit("Leads", there[10], City="Elsewhere")
        zoho.crm.add("Leads", Last_Name="New")

    offered(zoho, LEADS)
    zoho.on_call(3, meanwhile, path=COQL)
    run = read(zoho, LEADS)

    received = by_id(run.records("crm_query_leads"))
    assert set(there) - received.keys() <= {there[5]}
    assert len(received.keys() - set(there)) <= 1


def test_groups_that_move_while_they_are_read_are_looked_at_again(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"Leads": 700})
    by_email = {
        "name": "emails",
        "query": "select Email, COUNT(id) as leads from Leads where Email is not null group by Email",
    }
    first = min(zoho.crm.rows("Leads"), key=lambda row: row["Email"] or "~")
    # The sample is the first call, the first page the second; then a group of the first page goes.
    zoho.on_call(3, lambda zoho: zoho.crm.edit("Leads", first["id"], Email=None), path=COQL)

    run = read(zoho, by_email)

    received = [record["Email"] for record in run.records("crm_query_emails")]
    assert len(received) == len(set(received))
    assert set(received) >= {row["Email"] for row in zoho.crm.rows("Leads") if row["Email"]}


# ── what changed ──


def test_a_second_sync_brings_what_changed_and_an_idle_one_costs_a_credit(zoho: Emulator) -> None:
    query = {**LEADS, "cursor_field": "Modified_Time"}
    first = read(zoho, query)
    zoho.clock.advance(seconds=A_DAY)
    edited = zoho.crm.ids("Leads")[3]
    zoho.crm.edit("Leads", edited, City="Thun")
    added = zoho.crm.add("Leads", Last_Name="New")
    zoho.clock.advance(seconds=A_DAY)

    second = read(zoho, query, state=first.state)

    assert by_id(second.records("crm_query_leads")).keys() == {edited, added}
    assert zoho.crm.credits_by_path[COQL] == 1
    assert position(second, "crm_query_leads") > position(first, "crm_query_leads")

    third = read(zoho, query, state=second.state)

    assert third.counts() == {}
    assert zoho.crm.credits_by_path[COQL] == 1


def test_a_cursor_may_be_a_day(zoho: Emulator) -> None:
    query = {
        "name": "deals",
        "query": "select Deal_Name, Closing_Date from Deals where Closing_Date is not null",
        "cursor_field": "Closing_Date",
    }
    first = read(zoho, query)
    latest = max(row["Closing_Date"] for row in zoho.crm.rows("Deals") if row["Closing_Date"])

    second = read(zoho, query, state=first.state, lookback_minutes=0)

    assert len(by_id(first.records("crm_query_deals"))) == zoho.crm.count("Deals")
    assert {record["Closing_Date"] for record in second.records("crm_query_deals")} <= {latest}
    assert "Closing_Date >= '" in zoho.crm.queries[-1]


def test_a_start_date_holds_for_queries_with_a_cursor(zoho: Emulator) -> None:
    start = "2025-01-01T00:00:00Z"

    run = read(zoho, {**LEADS, "cursor_field": "Modified_Time"}, start_date=start)

    there = {each for each, row in expected(zoho, "Leads", "crm_leads").items() if row["Modified_Time"] >= start}
    assert 0 < len(run.records("crm_query_leads")) < zoho.crm.count("Leads")
    assert abs(len(run.records("crm_query_leads")) - len(there)) <= 2  # offsets differ around midnight


# ── what Zoho refuses ──


WRONG = {
    "crooked": ("select Last_Name\nfrom Leads where City =! 'x'", "SYNTAX_ERROR", "  from Leads where City =! 'x'"),
    "nonsense": ("select Last_Name,\n  Nonsense from Leads where A = 1", "column_name Nonsense", "    Nonsense from"),
    "nowhere": ("select A from Nowhere where id is not null", "no such module", "  select A from Nowhere"),
    "twice": ("select City, City as Town from Leads where id is not null", "DUPLICATE", "  select City, City"),
}


def test_wrong_queries_are_incomplete_their_places_are_told_and_others_go_on(
    zoho: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    run = attempt(zoho, *({"name": name, "query": query} for name, (query, _, _) in WRONG.items()), LEADS)

    assert run.status("crm_query_leads") == AirbyteStreamStatus.COMPLETE
    assert the_kinds(run) == {FailureType.config_error}
    for name, (_, says, line) in WRONG.items():
        assert run.status(f"crm_query_{name}") == AirbyteStreamStatus.INCOMPLETE
        sentence = next(each for each in run.errors if each.startswith(f"crm_query_{name}:"))
        assert says in sentence
        assert any(each.startswith(line) for each in sentence.split("\n")), sentence
        assert caplog.text.count(f"A query is offered of whose columns nothing is known. crm_query_{name}:") == 1


def test_a_result_that_is_longer_than_zoho_gives_is_incomplete(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"Leads": 1200})
    zoho.crm.limits(coql_offset_window=1000)
    query = "select Email, COUNT(id) as leads from Leads where Email is not null group by Email"

    run = attempt(zoho, {"name": "emails", "query": query})

    assert run.status("crm_query_emails") == AirbyteStreamStatus.INCOMPLETE
    assert "no more than 1,000 rows" in run.errors[0]
    assert len(run.records("crm_query_emails")) == 1000


def test_without_the_scope_the_query_says_which_one_it_takes(zoho: Emulator) -> None:
    stream = offered(zoho, LEADS)["crm_query_leads"]
    zoho.crm.behave(coql=False)

    run = sync(
        crm_config(zoho, coql_queries=[LEADS]), ConfiguredAirbyteCatalog(streams=[configured(stream)]), state=None
    )

    assert "ZohoCRM.coql.READ" in run.errors[0]


def test_a_query_that_is_gone_from_the_configuration_is_incomplete(zoho: Emulator) -> None:
    stream = offered(zoho, LEADS)["crm_query_leads"]

    run = sync(crm_config(zoho), ConfiguredAirbyteCatalog(streams=[configured(stream)]), state=None)

    assert run.status("crm_query_leads") == AirbyteStreamStatus.INCOMPLETE
    assert "coql_queries has no query called leads" in run.errors[0]


# ── check ──


def check(zoho: Emulator, *queries: Query) -> tuple[Status, str]:
    config = crm_config(zoho, coql_queries=list(queries))
    outcome = SourceZoho(config=config, only=STREAMS_OF_CHECK).check(LOG, config)
    return outcome.status, str(outcome.message or "")


def test_a_query_that_cannot_be_read_fails_the_check(zoho: Emulator) -> None:
    status, message = check(zoho, {"name": "wrong", "query": "select Last_Name from Leads where (City = 'x'"})

    assert status is Status.FAILED
    assert "the query of wrong cannot be read: a bracket is not closed, in line 1, column 35" in message
    assert not zoho.crm.queries


def test_a_query_that_zoho_refuses_is_named_by_the_check(zoho: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    status, _ = check(zoho, LEADS, {"name": "wrong", "query": "select Nonsense from Leads where id is not null"})

    assert status is Status.SUCCEEDED
    assert "crm_query_wrong: Zoho refuses the query." in caplog.text
    assert "crm_query_leads" not in caplog.text
    assert zoho.crm.credits_by_path[COQL] == 2
