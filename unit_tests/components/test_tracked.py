"""Does a tracked list put the questions of a check to Zoho, and take only a clear answer for a deletion?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests_mock
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http.error_handlers import HttpStatusErrorHandler
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho import pace as paces
from source_zoho.components.errors import ZohoErrorHandler
from source_zoho.components.requester import ZohoRequester
from source_zoho.components.tracked import Columns, TrackedList
from source_zoho.oauth import tokens as stores
from unit_tests.components.lists import a_paginator

CONFIG = {
    "data_center": "us",
    "client_id": "1000.A",
    "client_secret": "hush-client",
    "refresh_token": "hush-grant",
    "api_base_url": "http://127.0.0.1:9",
}
ROW = {
    "name": "billing_plans",
    "path": "plans",
    "records": ["plans"],
    "primary_key": ["organization_id", "plan_code"],
    "query": {"filter_by": "PlanStatus.All", "$parameters": {}},
    "stable_sort": "",
    "scope": "plans.READ",
}
WHERE = StreamSlice(partition={"organization_id": "7"}, cursor_slice={})
NOON = datetime(2025, 6, 15, 12, tzinfo=UTC)
DATE = {"Date": "Sun, 15 Jun 2025 12:00:00 GMT"}
ANYWHERE = re.compile("http://127.0.0.1:9/")


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Token store and pace are shared by a process: forget them after each test."""
    yield
    stores._stores.clear()
    paces._paces.clear()


@pytest.fixture
def zoho() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        yield mocker


def a_list(*, tells_changes: bool = False, handler: Any = None, **columns: Any) -> TrackedList:
    requester = ZohoRequester(
        name="billing_deleted_records",
        config=CONFIG,
        parameters={},
        api="billing/v1",
        product="Billing",
        error_handler=handler
        or ZohoErrorHandler(config=CONFIG, parameters={}, name="billing_deleted_records", scopes="ZohoSubscriptions"),
    )
    return TrackedList(Columns.of({**ROW, **columns}, tells_changes=tells_changes), requester, a_paginator())


def some(*codes: Any, **context: Any) -> dict[str, Any]:
    return {"code": 0, "plans": [{"plan_code": code} for code in codes], "page_context": context}


def last_request(zoho: requests_mock.Mocker) -> Any:
    """Return the request that was answered last, with its query in small letters."""
    return zoho.request_history[-1]


# ── Questions ──


def test_the_whole_list_is_read_with_its_all_filter(zoho: requests_mock.Mocker) -> None:
    zoho.get(ANYWHERE, json=some("basic", "pro", "", None, has_more_page=False), headers=DATE)

    assert a_list().everything(WHERE) == ({"basic", "pro"}, NOON)
    assert last_request(zoho).path == "/billing/v1/plans"
    assert last_request(zoho).qs["filter_by"] == ["planstatus.all"]


def test_changes_are_asked_for_from_an_instant_on(zoho: requests_mock.Mocker) -> None:
    zoho.get(ANYWHERE, json=some("pro", has_more_page=False))

    assert a_list(tells_changes=True).changed(WHERE, NOON) == {"pro"}
    assert last_request(zoho).qs["last_modified_time"] == ["2025-06-15t12:00:00+0000"]


def test_ids_that_came_as_numbers_are_text(zoho: requests_mock.Mocker) -> None:
    zoho.get(ANYWHERE, json=some(46001, has_more_page=False))

    assert a_list().everything(WHERE)[0] == {"46001"}


def test_a_record_is_asked_for_under_the_path_of_its_list(zoho: requests_mock.Mocker) -> None:
    zoho.get(ANYWHERE, json={"code": 0, "plan": {}}, headers=DATE)

    found = a_list().ask_for(WHERE, "gold/plan 1")

    assert not found.gone
    assert last_request(zoho).url == "http://127.0.0.1:9/billing/v1/plans/gold%2Fplan%201?organization_id=7"


def test_calls_for_single_records_go_at_the_pace_of_documents() -> None:
    tracked = a_list()

    assert (tracked._requester.documents, tracked._documents.documents) == (False, True)


# ── Answers about a record ──


@pytest.mark.parametrize("code", [1001, 1002, 3004])
def test_a_404_in_zohos_words_means_that_the_record_is_gone(zoho: requests_mock.Mocker, code: int) -> None:
    zoho.get(ANYWHERE, status_code=404, json={"code": code, "message": "Plan does not exist."}, headers=DATE)

    found = a_list().ask_for(WHERE, "basic")

    assert (found.gone, found.words, found.at) == (True, f"HTTP 404, code {code}", NOON)


@pytest.mark.parametrize(
    ("answer", "words", "kind"),
    [
        (
            {"status_code": 404, "json": {"code": 5, "message": "Invalid URL"}},
            "does not have this part",
            FailureType.config_error,
        ),
        ({"status_code": 404, "text": "<html>"}, "There is no such address", FailureType.config_error),
        ({"status_code": 400, "json": {"code": 2, "message": "Invalid"}}, "did not say", FailureType.system_error),
        ({"status_code": 403, "json": {"code": 99, "message": "?"}}, "does not know", FailureType.system_error),
    ],
)
def test_any_other_answer_stops_the_stream_and_says_where(
    zoho: requests_mock.Mocker, answer: dict[str, Any], words: str, kind: FailureType
) -> None:
    zoho.get(ANYWHERE, **answer)

    with pytest.raises(AirbyteTracedException) as failure:
        a_list().ask_for(WHERE, "basic")

    assert words in str(failure.value.message)
    assert "billing_plans" in str(failure.value.message)
    assert failure.value.failure_type is kind


def test_a_list_that_does_not_exist_is_no_list_of_deleted_records(zoho: requests_mock.Mocker) -> None:
    zoho.get(ANYWHERE, status_code=404, json={"code": 3004, "message": "?"})

    with pytest.raises(AirbyteTracedException, match="does not know"):
        a_list().everything(WHERE)


def test_a_missing_scope_is_named_with_its_list(zoho: requests_mock.Mocker) -> None:
    zoho.get(ANYWHERE, status_code=403, json={"code": 57, "message": "Not authorized"})

    with pytest.raises(AirbyteTracedException) as failure:
        a_list().everything(WHERE)

    assert "billing_deleted_records (billing_plans) of organization 7" in str(failure.value.message)
    assert "ZohoSubscriptions.plans.READ" in str(failure.value.message)


# ── Counts ──


def test_only_a_list_that_tells_changes_is_worth_counting() -> None:
    assert not a_list().counts
    assert a_list(tells_changes=True).counts


def test_only_a_number_of_zohos_is_a_count_here(zoho: requests_mock.Mocker) -> None:
    zoho.get(ANYWHERE, [{"json": {"code": 0, "count": 3}}, {"json": some("basic", has_more_page=False)}])
    tracked = a_list(tells_changes=True)

    assert tracked.count(WHERE).count == 3
    assert tracked.count(WHERE).count is None
    assert tracked.counts


@pytest.mark.parametrize(
    "answer",
    [
        {"status_code": 400, "json": {"code": 2, "message": "Invalid value passed for response_option"}},
        {"json": some("basic", has_more_page=True)},
    ],
)
def test_a_list_that_does_not_count_is_not_asked_again(zoho: requests_mock.Mocker, answer: dict[str, Any]) -> None:
    zoho.get(ANYWHERE, **answer)
    tracked = a_list(tells_changes=True)

    assert tracked.count(WHERE).count is None
    assert not tracked.counts


# ── What the manifest must give ──


def test_a_key_of_several_ids_cannot_be_tracked() -> None:
    with pytest.raises(ValueError, match="too many values"):
        a_list(primary_key=["organization_id", "transaction_id", "account_id"])


def test_another_error_handler_is_a_mistake_in_the_manifest() -> None:
    with pytest.raises(TypeError, match="ZohoErrorHandler"):
        a_list(handler=HttpStatusErrorHandler(logger=None))  # type: ignore[arg-type]
