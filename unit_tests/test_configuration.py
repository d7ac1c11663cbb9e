"""Does every wrong value of the configuration get a sentence with the right ones, and no secret with it?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from source_zoho.configuration import (
    DETAIL_LEVELS,
    PRODUCTS,
    formula_refresh_days,
    full_scan_days,
    lookback_minutes,
    problems,
    start_date,
    wants,
    wants_details,
    webhook_store_url,
)
from source_zoho.data_centers import DATA_CENTERS, ENVIRONMENTS


def a_config(**overrides: Any) -> dict[str, Any]:
    return {"data_center": "us", "client_id": "1000.A", "client_secret": "b", "refresh_token": "1000.c.d", **overrides}


def the_problem(**overrides: Any) -> str:
    (sentence,) = problems(a_config(**overrides))
    return sentence


def test_a_minimal_configuration_is_fine() -> None:
    assert problems(a_config()) == []


def test_a_full_configuration_is_fine() -> None:
    full = a_config(
        products=["books", "crm"],
        organization_ids=["10234695"],
        start_date="2024-01-31T00:00:00Z",
        num_workers=10,
        calls_per_minute=1,
        daily_call_limit=1,
        daily_call_reserve=0,
        lookback_minutes=0,
        document_details="changed",
        crm_environment="sandbox",
        crm_formula_refresh_days=7,
        webhook_store_url="postgresql://zoho:word@db.internal/events",
        webhook_full_scan_days=0,
        crm_notification_token="x" * 50,
        coql_queries=[{"name": "leads", "query": "select Last_Name from Leads where id is not null"}],
        api_base_url="https://www.zohoapis.eu",
        accounts_base_url="http://127.0.0.1:8080",
    )

    assert problems(full) == []


@pytest.mark.parametrize("value", [None, [], "text", 3])
def test_something_else_than_an_object_is_told_what_it_should_hold(value: object) -> None:
    (sentence,) = problems(value)

    assert "JSON object with data_center, client_id, client_secret and refresh_token" in sentence


def test_an_empty_configuration_is_told_all_that_is_missing_at_once() -> None:
    sentences = problems({})

    for key in ("data_center", "client_id", "client_secret", "refresh_token"):
        assert sum(sentence.startswith(f"{key} is missing") for sentence in sentences) == 1


@pytest.mark.parametrize("key", ["client_id", "client_secret", "refresh_token"])
@pytest.mark.parametrize("value", ["", "  ", 17, ["s3cret"]])
def test_a_secret_of_the_wrong_kind_is_named_but_not_repeated(key: str, value: object) -> None:
    sentence = the_problem(**{key: value})

    assert sentence.startswith(f"{key} must be a text that is not empty")
    assert "s3cret" not in sentence
    assert "17" not in sentence


@pytest.mark.parametrize("value", ["europe", "US", "", 7, ["us"]])
def test_an_unknown_data_center_is_answered_with_the_known_ones(value: object) -> None:
    sentence = the_problem(data_center=value)

    assert sentence == f"data_center is {value!r}; expected one of: {', '.join(DATA_CENTERS)}."


@pytest.mark.parametrize("value", ["books", ["inventory"], ["books", "x"], {}])
def test_unknown_products_are_answered_with_the_known_ones(value: object) -> None:
    assert the_problem(products=value).endswith("one or more of: books, billing, crm.")


@pytest.mark.parametrize("value", [None, []])
def test_no_products_mean_all(value: list[str] | None) -> None:
    assert problems(a_config(products=value)) == []


@pytest.mark.parametrize("value", ["all", "", True, 1, ["changed"], "Changed"])
def test_an_unknown_level_of_detail_is_answered_with_the_known_ones(value: object) -> None:
    assert the_problem(document_details=value) == f"document_details is {value!r}; expected one of: none, changed."


@pytest.mark.parametrize("value", [None, *DETAIL_LEVELS])
def test_documents_are_read_only_when_that_is_said(value: str | None) -> None:
    config = a_config(document_details=value)

    assert problems(config) == []
    assert wants_details(config) is (value == "changed")
    assert not wants_details({})


@pytest.mark.parametrize("value", ["staging", "", True, 1, ["sandbox"], "Sandbox"])
def test_an_unknown_environment_of_crm_is_answered_with_the_known_ones(value: object) -> None:
    sentence = the_problem(crm_environment=value)

    assert sentence == f"crm_environment is {value!r}; expected one of: production, sandbox, developer."


@pytest.mark.parametrize("value", [None, *ENVIRONMENTS])
def test_a_known_environment_of_crm_or_none_is_fine(value: str | None) -> None:
    assert problems(a_config(crm_environment=value)) == []


@pytest.mark.parametrize("value", ["10234695", [10234695], ["Zylker"], [""], ["-1"]])
def test_organization_ids_that_are_none_are_shown_a_good_one(value: object) -> None:
    assert 'such as ["10234695"]' in the_problem(organization_ids=value)


def test_no_organization_ids_mean_all() -> None:
    assert problems(a_config(organization_ids=None)) == []
    assert problems(a_config(organization_ids=[])) == []


@pytest.mark.parametrize(
    "value", ["yesterday", "2024-01-31", "2024-01-31T00:00:00", "", 20240131, "2024-13-01T00:00:00Z"]
)
def test_a_start_date_that_is_no_moment_is_shown_a_good_one(value: object) -> None:
    assert "such as 2024-01-31T00:00:00Z" in the_problem(start_date=value)


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [
        ("num_workers", 1, 10),
        ("calls_per_minute", 1, 100_000),
        ("daily_call_limit", 1, 10_000_000),
        ("daily_call_reserve", 0, 10_000_000),
        ("lookback_minutes", 0, 10_080),
        ("crm_formula_refresh_days", 1, 365),
        ("webhook_full_scan_days", 0, 31),
    ],
)
def test_a_number_out_of_bounds_is_told_the_bounds(key: str, low: int, high: int) -> None:
    for wrong in (low - 1, high + 1, "5", 2.5, True):
        assert the_problem(**{key: wrong}) == f"{key} is {wrong!r}; expected a whole number from {low} to {high}."
    for right in (low, high):
        assert problems(a_config(**{key: right})) == []


@pytest.mark.parametrize("key", ["api_base_url", "accounts_base_url"])
def test_a_foreign_address_is_refused_without_being_repeated(key: str) -> None:
    sentence = the_problem(**{key: "https://somebody:pa55@evil.example"})

    assert sentence.startswith(f"{key} points neither at one of Zoho's own hosts over https nor at this machine")
    assert "pa55" not in sentence
    assert "evil" not in sentence


@pytest.mark.parametrize("key", ["api_base_url", "accounts_base_url"])
def test_an_empty_address_means_the_data_centers_own(key: str) -> None:
    assert problems(a_config(**{key: ""})) == []


def test_every_wrong_value_is_named_in_one_go() -> None:
    sentences = problems(a_config(data_center="europe", num_workers=0, start_date="soon"))

    assert [sentence.split()[0] for sentence in sentences] == ["data_center", "start_date", "num_workers"]


def test_the_lookback_is_ten_minutes_unless_told_otherwise() -> None:
    assert lookback_minutes({}) == 10
    assert lookback_minutes({"lookback_minutes": None}) == 10
    assert lookback_minutes({"lookback_minutes": 0}) == 0


def test_modules_with_formulas_are_not_read_in_full_again_unless_that_is_wanted() -> None:
    assert formula_refresh_days({}) == formula_refresh_days({"crm_formula_refresh_days": None}) == 0
    assert formula_refresh_days({"crm_formula_refresh_days": 30}) == 30


@pytest.mark.parametrize("config", [{}, {"products": None}, {"products": []}])
def test_without_a_choice_every_product_is_wanted(config: dict[str, Any]) -> None:
    assert all(wants(config, product) for product in PRODUCTS)


def test_a_choice_leaves_the_other_products_out() -> None:
    assert [product for product in PRODUCTS if wants({"products": ["crm"]}, product)] == ["crm"]


@pytest.mark.parametrize("value", ["2024-01-31T05:30:00+05:30", "2024-01-31T05:30:00+0530", "2024-01-31T00:00:00Z"])
def test_the_start_date_is_an_instant_wherever_it_was_written(value: str) -> None:
    assert problems(a_config(start_date=value)) == []
    assert start_date({"start_date": value}) == datetime(2024, 1, 31, tzinfo=UTC)


def test_a_start_date_that_is_yet_to_come_would_hide_everything_for_ever() -> None:
    assert "yet to come; expected a moment in the past" in the_problem(start_date="2962-01-01T00:00:00Z")
    today = datetime.now(UTC)
    assert problems(a_config(start_date=today.strftime("%Y-%m-%dT%H:%M:%SZ"))) == []


def test_without_a_start_date_everything_is_read() -> None:
    assert start_date({}) is None
    assert start_date({"start_date": None}) is None


# ── queries ──


def test_every_wrong_query_is_told_with_the_other_problems() -> None:
    queries = [{"name": "a", "query": "select"}, {"name": "B", "query": "select A from Leads where A = 1"}]

    found = problems(a_config(coql_queries=queries, data_center="europe"))

    assert [sentence.split()[0] for sentence in found] == ["data_center", "coql_queries:", "coql_queries"]


def test_queries_are_a_list() -> None:
    assert the_problem(coql_queries={"name": "a"}).startswith("coql_queries is {'name': 'a'}; expected a list of")


# ── webhooks ──


@pytest.mark.parametrize("value", ["events.db", "mysql://root:hush@db/events", "postgres//hush", 5])
def test_an_address_of_no_store_is_shown_good_ones_without_being_repeated(value: object) -> None:
    sentence = the_problem(webhook_store_url=value)

    assert sentence.startswith("webhook_store_url names no store; expected an address such as sqlite:////")
    assert "hush" not in sentence


@pytest.mark.parametrize("value", ["x" * 51, 7, ["x"]])
def test_a_token_that_zoho_would_not_take_is_told_the_bound(value: object) -> None:
    assert the_problem(crm_notification_token=value).endswith("at most 50 characters, as Zoho takes no more.")


def test_lists_that_follow_events_are_read_in_full_once_a_day_unless_told_otherwise() -> None:
    assert full_scan_days({}) == full_scan_days({"webhook_full_scan_days": None}) == 1
    assert full_scan_days({"webhook_full_scan_days": 0}) == 0


@pytest.mark.parametrize("config", [{}, {"webhook_store_url": None}, {"webhook_store_url": ""}])
def test_without_an_address_there_is_no_store(config: dict[str, Any]) -> None:
    assert problems(a_config(**config)) == []
    assert not webhook_store_url(config)
