"""Does a query become the records of its stream, with a state to go on from?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteStream,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    FailureType,
    SyncMode,
)

from source_zoho.components import coql_sample, crm_coql, crm_metadata
from source_zoho.components.checkpoints import Progress
from source_zoho.components.coql_queries import PrepareQueries, QueryRetriever, QuerySchemaLoader, query_is_gone
from source_zoho.components.selection import choose
from source_zoho.oauth import tokens
from unit_tests.components.coql_fakes import CITIES, LEADS, a_part, a_query, asked, rows
from unit_tests.components.crm_fakes import CONFIG, ORGANIZATION, Crm, a_crm_selector, a_page, refusal, since
from unit_tests.components.lists import Retrieved, retrieve_with
from unit_tests.crm.metadata import field_row, module_row
from unit_tests.crm.module_model import NOON

CHANGED = "Modified_Time"
LONG_AGO = NOON - 100_000


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Leave nothing for other tests."""
    yield
    coql_sample.forget()
    crm_coql.forget()
    crm_metadata.forget()
    tokens._stores.clear()
    choose([])


def a_config(query: str = LEADS, **more: Any) -> dict[str, Any]:
    return {**CONFIG, "coql_queries": [a_query(query, **more)]}


def read(crm: Crm, where: Any = ORGANIZATION, query: str = LEADS, **more: Any) -> Retrieved:
    retriever = QueryRetriever(
        requester=crm,  # type: ignore[arg-type]
        record_selector=a_crm_selector(),
        config=a_config(query, **more),
        parameters={},
        name="crm_query_leads",
    )
    return retrieve_with(retriever, where)


def changed(*moments: float | str | None) -> list[dict[str, Any]]:
    """Return rows with these times of change."""
    told = [datetime.fromtimestamp(each, UTC).isoformat() if isinstance(each, float) else each for each in moments]
    return [{"id": str(number), CHANGED: moment} for number, moment in enumerate(told, start=1)]


# ── records ──


def test_a_record_has_all_columns_of_the_query_and_its_key() -> None:
    got = read(Crm().on("coql", a_page([{"id": "1"}, {"id": "2", "Last_Name": "Frei"}])))

    assert got.error is None
    assert got.records == [{"Last_Name": None, "id": "1"}, {"Last_Name": "Frei", "id": "2"}]


@pytest.mark.parametrize("more", [{"primary_key": ["Last_Name"]}, {"query": f"{LEADS} order by City limit 3"}])
def test_an_id_that_nobody_asked_for_is_left_out(more: dict[str, Any]) -> None:
    assert read(Crm().on("coql", a_page(rows(1))), **more).records == [{"Last_Name": "L1"}]


def test_what_zoho_gives_beside_the_columns_is_kept() -> None:
    assert read(Crm().on("coql", a_page([{"id": "1", "Last_Name": "Frei", "more": {"a": 1}}]))).records == [
        {"Last_Name": "Frei", "id": "1", "more": {"a": 1}}
    ]


def test_an_order_that_is_left_out_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="airbyte")

    read(Crm().on("coql", None), query=f"{LEADS} order by Last_Name")

    assert "crm_query_leads: its order by is left out" in caplog.text


def test_what_was_read_before_a_refusal_is_kept() -> None:
    got = read(Crm().on("coql", a_part(rows(1)), refusal("INVALID_QUERY", column_name="City")))

    assert len(got.records) == 1
    assert "Zoho refuses the query" in str(got.error)


# ── what changed ──


def test_only_what_changed_since_is_asked_for() -> None:
    crm = Crm().on("coql", None)

    read(crm, since(LONG_AGO), cursor_field=CHANGED)

    start = datetime.fromtimestamp(LONG_AGO, UTC).isoformat()
    (query,) = asked(crm)
    assert query.startswith(f"select Last_Name, id, {CHANGED} from Leads where ((City = 'Bern') and {CHANGED} >= ")
    assert query.endswith(f"'{start}') order by id asc limit 200")


def test_a_first_sync_asks_for_all() -> None:
    crm = Crm().on("coql", None)

    read(crm, cursor_field=CHANGED)

    assert ">=" not in asked(crm)[0]


def test_a_day_is_compared_with_days() -> None:
    crm = Crm().on("coql", None)
    retriever = QueryRetriever(
        requester=crm,  # type: ignore[arg-type]
        record_selector=a_crm_selector(),
        config=a_config("select Closing_Date from Deals where A = 1", cursor_field="Closing_Date"),
        parameters={},
        name="crm_query_leads",
    )

    list(retriever.read_records({"properties": {"Closing_Date": {"format": "date"}}}, since(1_735_689_600)))

    assert "Closing_Date >= '2025-01-01') order" in asked(crm)[0]


def positions(got: Retrieved, field: str = CHANGED) -> list[int]:
    return [int(each["cursor"][field]) for each in got.checkpoints]


def test_the_state_reaches_until_the_query_was_asked_when_zoho_writes_the_cursor_itself() -> None:
    Progress([])
    crm = Crm(seconds_per_call=0.0).on("coql", a_page(changed(LONG_AGO + 0.0)))

    assert positions(read(crm, cursor_field=CHANGED)) == [int(NOON) - 60]


def test_the_state_reaches_the_latest_row_when_the_user_writes_the_cursor() -> None:
    Progress([])
    found: list[dict[str, Any]] = [
        {"id": "1", "Closing_Date": "2025-01-01"},
        {"id": "2", "Closing_Date": None},
        {"id": "3"},
    ]
    got = read(Crm().on("coql", a_page(found)), cursor_field="Closing_Date")

    assert positions(got, "Closing_Date") == [1_735_689_600]


def test_nothing_new_in_a_cursor_of_the_users_says_nothing() -> None:
    Progress([])

    assert read(Crm().on("coql", None), cursor_field="Closing_Date").checkpoints == []


def test_the_state_never_claims_what_changed_after_the_first_answer() -> None:
    Progress([])
    crm = Crm(seconds_per_call=0.0).on("coql", a_page(changed(NOON + 9999.0)))

    (entry,) = read(crm, cursor_field=CHANGED).checkpoints

    assert entry["not_beyond"] == int(NOON)


def test_a_read_that_breaks_off_says_nothing_about_its_position() -> None:
    Progress([])
    crm = Crm().on("coql", a_part(changed(LONG_AGO + 0.0)), refusal("NO_PERMISSION"))

    got = read(crm, cursor_field=CHANGED)

    assert (len(got.records), got.checkpoints) == (1, [])


def test_a_runner_of_the_bare_manifest_is_told_nothing() -> None:
    assert read(Crm().on("coql", None), cursor_field=CHANGED).messages == []


# ── schemas ──


def a_schema(crm: Crm, **more: Any) -> Mapping[str, Any]:
    loader = QuerySchemaLoader(
        coql=crm,  # type: ignore[arg-type]
        one=crm,  # type: ignore[arg-type]
        config=a_config(**more),
        parameters={},
        name="crm_query_leads",
    )
    return loader.get_json_schema()


def test_a_query_is_described_by_its_first_rows() -> None:
    crm = Crm().on("coql", a_page(rows(1))).on("settings/modules", {"modules": [module_row("Leads")]})

    schema = a_schema(crm.on("settings/fields", {"fields": [field_row("Last_Name")]}))

    assert list(schema["properties"]) == ["Last_Name", "id"]
    assert schema["description"] == "Result of a query of the module Leads."


def test_a_sync_takes_the_schema_of_its_catalog_and_asks_nobody() -> None:
    stream = AirbyteStream(
        name="crm_query_leads", json_schema={"properties": {"A": {}}}, supported_sync_modes=[SyncMode.full_refresh]
    )
    mode, into = SyncMode.full_refresh, DestinationSyncMode.append
    choose([ConfiguredAirbyteStream(stream=stream, sync_mode=mode, destination_sync_mode=into)])

    assert a_schema(Crm()) == {"properties": {"A": {}}}


# ── configuration ──


def prepared(**config: Any) -> dict[str, Any]:
    PrepareQueries().transform(config)
    found: dict[str, Any] = config["prepared_queries"]
    return found


def test_queries_are_prepared_by_whether_they_have_a_cursor() -> None:
    queries = [a_query(cursor_field=CHANGED), a_query(CITIES, name="cities", primary_key=["City"])]

    assert prepared(coql_queries=queries) == {
        "by_change": [{"stream": "crm_query_leads", "primary_key": ["id"], "cursor_field": CHANGED}],
        "in_full": [{"stream": "crm_query_cities", "primary_key": ["City"], "cursor_field": ""}],
    }


@pytest.mark.parametrize(
    "config",
    [{}, {"coql_queries": None}, {"coql_queries": []}, {"coql_queries": [{"name": 1}]},
     {"coql_queries": [a_query()], "products": ["books"]}],
)  # fmt: skip
def test_without_queries_that_are_wanted_there_are_none(config: dict[str, Any]) -> None:
    assert prepared(**config) == {"by_change": [], "in_full": []}


def test_a_query_that_the_configuration_does_not_have_any_more_is_told() -> None:
    failure = query_is_gone("crm_query_old")

    assert failure is not None
    assert failure.failure_type is FailureType.config_error
    assert "coql_queries has no query called old" in str(failure.message)
    assert query_is_gone("crm_leads") is None
