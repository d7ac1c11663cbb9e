"""Does a file pass unread, is a refusal in its place heard, and is the day not ended on suspicion?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import requests
from airbyte_cdk.sources.streams.http.error_handlers import ResponseAction

from source_zoho import credits as quotas
from source_zoho.components.crm_bulk_errors import BulkErrorHandler
from source_zoho.components.traced import ZohoFailure
from source_zoho.oauth import tokens as stores
from unit_tests.components.crm_answers import envelope, refused
from unit_tests.components.crm_bulk_fakes import TornAnswer, a_table, an_answer, an_archive
from unit_tests.components.failures import CONFIG

ARCHIVE = an_archive(a_table([["Id"], ["1"]]))
JSON = "application/json;charset=UTF-8"


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Token store and quota are shared by a process: forget them after each test."""
    yield
    stores._stores.clear()
    quotas._quotas.clear()


def a_handler(*, gives_file: bool = True) -> BulkErrorHandler:
    wanted: dict[str, Any] = {"config": CONFIG, "product": "CRM", "scopes": "ZohoCRM", "gives_file": gives_file}
    return BulkErrorHandler(parameters={}, name="crm_leads", scope="bulk.READ", **wanted)


def action_for(answer: requests.Response, **settings: Any) -> ResponseAction | None:
    return a_handler(**settings).interpret_response(answer).response_action


# ── Files ──


@pytest.mark.parametrize("kind", ["application/zip", "application/x-download", "application/octet-stream", ""])
def test_a_file_passes_unread(kind: str) -> None:
    answer = an_answer(ARCHIVE, kind)

    assert action_for(answer) is ResponseAction.SUCCESS
    assert b"".join(answer.iter_content(8)) == ARCHIVE


@pytest.mark.parametrize("kind", ["text/html;charset=UTF-8", JSON])
def test_a_file_that_is_called_a_text_passes_all_the_same(kind: str) -> None:
    answer = an_answer(ARCHIVE, kind)

    assert action_for(answer) is ResponseAction.SUCCESS
    assert b"".join(answer.iter_content(8)) == ARCHIVE


@pytest.mark.parametrize("status", [200, 404])
def test_a_refusal_in_its_place_is_heard_whatever_its_status(status: int) -> None:
    answer = an_answer(orjson.dumps(envelope("RESOURCE_NOT_FOUND", resource="7")), JSON, status)

    with pytest.raises(ZohoFailure) as failed:
        a_handler().interpret_response(answer)

    assert failed.value.code == "RESOURCE_NOT_FOUND"


@pytest.mark.parametrize("kind", ["text/html", "application/xhtml+xml", JSON])
def test_the_page_of_a_proxy_is_no_file(kind: str) -> None:
    assert action_for(an_answer(b"<html>Please sign in</html>", kind)) is ResponseAction.RETRY


def test_trouble_of_zohos_is_heard_under_any_kind() -> None:
    assert action_for(an_answer(b"", "application/zip", 502)) is ResponseAction.RETRY


def test_a_refusal_that_breaks_off_is_asked_for_again() -> None:
    class TornText(TornAnswer):
        """A text whose connection breaks while it is read."""

        @property
        def content(self) -> bytes:
            """The body, which never comes."""
            raise requests.exceptions.ChunkedEncodingError("broken")

    answer = TornText()
    answer.headers["Content-Type"] = JSON

    assert action_for(answer) is ResponseAction.RETRY


def test_what_gives_no_file_is_judged_by_its_body() -> None:
    assert action_for(an_answer(b'{"data": []}', JSON), gives_file=False) is ResponseAction.SUCCESS
    assert action_for(an_answer(ARCHIVE), gives_file=False) is ResponseAction.RETRY


# ── Pace ──


@pytest.mark.parametrize("remaining", ["", "4000"])
def test_a_refusal_for_no_reason_is_waited_for_and_closes_the_road_in_the_end(remaining: str) -> None:
    handler = a_handler()
    answer = refused("TOO_MANY_REQUESTS", "Too many requests", status=429, remaining=remaining)

    for _ in range(5):
        assert handler.interpret_response(answer).response_action is ResponseAction.RATE_LIMITED
        (wait,) = handler.backoff_strategies
        assert 60 <= (wait.backoff_time(answer, 1) or 0) <= 90
    with pytest.raises(ZohoFailure) as failed:
        handler.interpret_response(answer)

    assert (failed.value.code, failed.value.ends_the_product) == ("TOO_MANY_REQUESTS", False)


@pytest.mark.parametrize(("words", "remaining"), [("You have used up the API credits", ""), ("Too many requests", "0")])
def test_credits_that_are_used_up_end_the_day_as_elsewhere(words: str, remaining: str) -> None:
    answer = refused("TOO_MANY_REQUESTS", words, status=429, remaining=remaining)

    with pytest.raises(ZohoFailure) as failed:
        a_handler().interpret_response(answer)

    assert failed.value.ends_the_product


def test_calls_in_each_others_way_wait_as_elsewhere() -> None:
    handler = a_handler()
    answer = refused("TOO_MANY_REQUESTS", "The concurrency limit is reached", status=429)

    assert handler.interpret_response(answer).response_action is ResponseAction.RATE_LIMITED
    (wait,) = handler.backoff_strategies
    assert (wait.backoff_time(answer, 1) or 0) < 10
