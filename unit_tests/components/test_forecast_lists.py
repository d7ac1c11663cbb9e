"""Is every kind of stream of Books and Billing planned, at what is known of its list?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver

from source_zoho.components.census import Answer
from source_zoho.components.forecast_lists import Known, Question, forecast, forecast_of_events, lists_to_count
from source_zoho.components.manifest_rows import Row, name_of
from source_zoho.estimates import Bound, Estimate, Forecast
from source_zoho.manifest import read_manifest, with_products

HERE = "7"


@pytest.fixture(scope="module")
def rows() -> Mapping[str, Row]:
    manifest = {**with_products(read_manifest(), ["books", "billing"]), "dynamic_streams": []}
    resolved = ManifestReferenceResolver().preprocess_manifest(manifest)
    return {name_of(row): row for group in resolved["streams"] for row in group["streams"]}


def planned(
    rows: Mapping[str, Row],
    stream: str,
    *,
    goes_on: bool = False,
    lists: Mapping[str, int] | None = None,
    **config: Any,
) -> Forecast:
    """Return the forecast of *stream* where Zoho says how long the *lists* are."""
    answers = {(name, HERE): Answer(name, HERE, count, "count") for name, count in (lists or {}).items()}
    known = Known(config, rows, answers, {(stream, HERE)} if goes_on else frozenset())
    return forecast(Question(rows[stream], HERE, known))


def at_least(number: int) -> Estimate:
    return Estimate(number, Bound.AT_LEAST)


def test_a_list_of_known_length_has_a_price(rows: Mapping[str, Row]) -> None:
    told = planned(rows, "books_bills", lists={"books_bills": 1_000})

    assert (told.rows, told.calls) == (Estimate(1_000), Estimate(6))


def test_a_list_that_gives_what_changed_costs_at_least_a_call_later(rows: Mapping[str, Row]) -> None:
    told = planned(rows, "books_bills", goes_on=True, lists={"books_bills": 1_000})

    assert (told.rows, told.calls) == (None, at_least(1))


def test_a_list_that_is_read_to_its_end_costs_as_much_later(rows: Mapping[str, Row]) -> None:
    lists = {"billing_customers": 1_000}
    first, later = (planned(rows, "billing_customers", goes_on=each, lists=lists) for each in (False, True))

    assert first.calls == later.calls
    assert later.rows == Estimate(1_000, Bound.AT_MOST)


def test_a_start_date_bounds_what_a_list_can_cost(rows: Mapping[str, Row]) -> None:
    told = planned(rows, "books_bills", lists={"books_bills": 1_000}, start_date="2025-06-01T00:00:00Z")

    assert told.calls == Estimate(6, Bound.AT_MOST)


def test_a_list_that_is_longer_than_a_page_costs_at_least_two_calls(rows: Mapping[str, Row]) -> None:
    answers = {("books_bills", HERE): Answer("books_bills", HERE, None, "ignored")}
    known = Known({}, rows, answers)

    told = forecast(Question(rows["books_bills"], HERE, known))

    assert (told.rows, told.calls) == (None, at_least(2))


@pytest.mark.parametrize(
    ("lists", "why"),
    [
        ({"books_contacts": 6_000}, "1 call for each of 6,000 rows of books_contacts"),
        ({}, "1 call for each row of books_contacts, and Zoho does not say how many there are"),
    ],
)
def test_a_call_for_each_row_is_said_with_the_number_of_rows(
    rows: Mapping[str, Row], lists: Mapping[str, int], why: str
) -> None:
    assert planned(rows, "books_contact_persons", lists=lists).why == why


def test_rows_that_are_known_to_be_there_are_counted(rows: Mapping[str, Row]) -> None:
    answers = {("books_contacts", HERE): Answer("books_contacts", HERE, None, "ignored")}

    told = forecast(Question(rows["books_contact_persons"], HERE, Known({}, rows, answers)))

    assert told.calls == at_least(2 + 201)
    assert told.why == "1 call for each of at least 201 rows of books_contacts"


@pytest.mark.parametrize("stream", ["books_contacts", "books_contact_persons"])
def test_a_list_that_could_not_be_asked_about_is_not_planned(rows: Mapping[str, Row], stream: str) -> None:
    failed = Answer("books_contacts", HERE, None, "failed", "Zoho refused the refresh token.")

    told = forecast(Question(rows[stream], HERE, Known({}, rows, {("books_contacts", HERE): failed})))

    assert (told.product, told.stream, told.organization_id) == ("books", stream, HERE)
    assert (told.calls, told.why) == (None, "Zoho refused the refresh token.")


@pytest.mark.parametrize(
    ("stream", "lists", "config", "calls"),
    [
        ("books_contact_persons", {"books_contacts": 300}, {}, Estimate(2 + 300)),
        ("books_contact_persons", {}, {}, at_least(1)),
        ("books_project_users", {"books_projects": 12}, {}, at_least(12)),
        ("books_invoice_details", {"books_invoices": 12}, {}, Estimate(0)),
        ("books_invoice_details", {"books_invoices": 12}, {"document_details": "changed"}, Estimate(1 + 12)),
        ("books_item_details", {"books_items": 150}, {"document_details": "changed"}, Estimate(1 + 2)),
        ("books_profit_and_loss", {}, {}, Estimate(4)),
        ("books_trial_balance", {}, {}, Estimate(2)),
        ("books_custom_fields", {}, {}, at_least(28)),
        ("books_deleted_records", {}, {}, Estimate(0)),
        (
            "books_deleted_records",
            {"books_bills": 250},
            {"track_deletions": ["books_bills", "books_taxes"]},
            at_least(3),
        ),
        ("billing_taxes", {}, {}, Estimate(1)),
    ],
)
def test_every_kind_of_stream_has_its_price(
    rows: Mapping[str, Row], stream: str, lists: Mapping[str, int], config: Mapping[str, Any], calls: Estimate
) -> None:
    assert planned(rows, stream, lists=lists, **config).calls == calls


@pytest.mark.parametrize(("url", "road"), [("", "not read"), ("sqlite:////events.db", "event store")])
def test_events_are_kept_by_ourselves_and_cost_nothing(rows: Mapping[str, Row], url: str, road: str) -> None:
    of_books = planned(rows, "books_webhook_events", webhook_store_url=url)
    of_crm = forecast_of_events("crm_notifications", {"webhook_store_url": url})

    assert (of_books.road, of_books.calls, of_books.credits) == (road, Estimate(0), None)
    assert (of_crm.road, of_crm.calls, of_crm.credits) == (road, Estimate(0), Estimate(0))
    assert lists_to_count(["books_webhook_events"], Known({}, rows)) == set()


def test_only_lists_are_counted_whose_length_says_something(rows: Mapping[str, Row]) -> None:
    streams = ["books_bills", "books_taxes", "books_contact_persons", "books_profit_and_loss", "books_invoice_details"]

    assert lists_to_count(streams, Known({}, rows)) == {"books_bills", "books_taxes", "books_contacts"}
    assert lists_to_count(streams, Known({}, rows, {}, {("books_bills", HERE)})) == {"books_taxes", "books_contacts"}
    assert "books_invoices" in lists_to_count(streams, Known({"document_details": "changed"}, rows))


def test_every_stream_can_be_planned(rows: Mapping[str, Row]) -> None:
    for details in ("none", "changed"):
        told = [planned(rows, stream, document_details=details) for stream in rows]

        assert [each.stream for each in told if each.calls is None] == []
