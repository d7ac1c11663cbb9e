"""Are the lists that can be counted found in the manifest, and asked by the components of every read?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests_mock

from source_zoho import pace as paces
from source_zoho.components import organizations
from source_zoho.components.census import Answer, Census
from source_zoho.errors import Transient
from source_zoho.oauth import tokens as stores

CONFIG = {
    "data_center": "us",
    "client_id": "1000.A",
    "client_secret": "hush-client",
    "refresh_token": "hush-grant",
    "api_base_url": "http://127.0.0.1:9",
    "accounts_base_url": "http://127.0.0.1:9",
    "organization_ids": ["7", "8"],
    "start_date": "2025-01-01T00:00:00Z",
    "calls_per_minute": 100_000,
}
TOKEN = {"access_token": "1000.T", "expires_in": 3600, "api_domain": "https://www.zohoapis.com"}


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Token store, pace and organizations are shared by a process: forget them after each test."""
    yield
    stores._stores.clear()
    paces._paces.clear()
    organizations._known.clear()


@pytest.fixture
def zoho() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        mocker.post(re.compile("/oauth/v2/token"), json=TOKEN)
        yield mocker


def answer_with(zoho: requests_mock.Mocker, path: str, *bodies: dict[str, Any], status: int = 200) -> None:
    zoho.get(
        re.compile(f"http://127.0.0.1:9/books/v3/{path}"), [{"json": each, "status_code": status} for each in bodies]
    )


def last_request(zoho: requests_mock.Mocker) -> Any:
    """Return the request that was answered last, with its query in small letters."""
    return zoho.request_history[-1]


def test_lists_of_their_own_can_be_counted_and_nothing_else() -> None:
    lists = Census(CONFIG).lists()

    assert {"books_invoices", "books_contacts", "billing_plans", "books_organizations"} <= lists.keys()
    assert not {"books_contact_persons", "books_invoice_details", "books_deleted_records"} & lists.keys()
    assert lists["books_invoices"].key == ("organization_id", "invoice_id")
    assert {name for name, each in lists.items() if each.of_account} == {"books_organizations", "billing_organizations"}


def test_each_organization_is_asked(zoho: requests_mock.Mocker) -> None:
    answer_with(zoho, "invoices", {"code": 0, "page_context": {"total": 5}}, {"code": 0, "page_context": {"total": 6}})

    assert list(Census(CONFIG).count(["books_invoices"])) == [
        Answer("books_invoices", "7", 5, "count"),
        Answer("books_invoices", "8", 6, "count"),
    ]


def test_a_list_is_read_to_its_end_whatever_the_start_date(zoho: requests_mock.Mocker) -> None:
    rows = [{"bill_id": each, "last_modified_time": "2020-01-01T00:00:00+0000"} for each in ("1", "2", "2")]
    answer_with(zoho, "bills", {"code": 0, "bills": rows, "page_context": {"has_more_page": False}})

    assert list(Census(CONFIG).scan([("books_bills", "8")], lambda _: None)) == [Answer("books_bills", "8", 2, "scan")]
    assert last_request(zoho).qs["organization_id"] == ["8"]
    assert "last_modified_time" not in last_request(zoho).qs


def test_an_organization_that_may_not_be_read_says_why(zoho: requests_mock.Mocker) -> None:
    answer_with(zoho, "bills", {"code": 6024, "message": "No access."}, status=403)
    found = Census(CONFIG)

    for answers in (found.count(["books_bills"]), found.scan([("books_bills", "7")], lambda _: None)):
        first = next(answers)
        assert (first.organization_id, first.count, first.by) == ("7", None, "failed")
        assert "Organization 7 cannot be read" in first.problem


def test_without_the_list_of_organizations_nothing_can_be_counted(zoho: requests_mock.Mocker) -> None:
    answer_with(zoho, "organizations", {"code": 6024, "message": "No access."}, status=403)
    census = Census({name: value for name, value in CONFIG.items() if name != "organization_ids"})

    with pytest.raises(Transient, match="cannot be read"):
        list(census.count(["books_bills"]))
