"""Does every answer of Zoho lead to the right action, and to a sentence that says where, what and what to do?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http.error_handlers import ResponseAction
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho import pace as paces
from source_zoho.components import errors
from source_zoho.components.connection import pace, tokens
from source_zoho.components.errors import ZohoErrorHandler, is_gone, organization_of
from source_zoho.components.rules import Rule, rules
from source_zoho.errors import DailyLimit
from source_zoho.manifest import read_manifest
from source_zoho.oauth import tokens as stores
from unit_tests.components.failures import CONFIG, a_handler, an_answer, the_failure

TABLE = read_manifest()["definitions"]["error_table"]
PLACE = "books_bills of organization 17"


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Token store and pace are shared by a process: forget them after each test."""
    yield
    stores._stores.clear()
    paces._paces.clear()


@pytest.fixture
def handler() -> ZohoErrorHandler:
    return a_handler()


# ── success ──


@pytest.mark.parametrize("answer", [an_answer(code=0), an_answer(code="0"), an_answer(body=b'{"bills": []}')])
def test_code_zero_or_none_in_a_good_answer_is_success(handler: ZohoErrorHandler, answer: requests.Response) -> None:
    assert handler.interpret_response(answer).response_action is ResponseAction.SUCCESS


# ── waiting ──


@pytest.mark.parametrize(
    ("status", "code", "wait_seconds"),
    [(429, 44, 60), (429, 43, 90), (429, 1070, 5), (429, None, 60), (200, 44, 60), (400, 43, 90)],
)
def test_a_call_too_early_is_repeated_after_as_long_as_the_table_says(
    handler: ZohoErrorHandler, status: int, code: int | None, wait_seconds: float
) -> None:
    answer = an_answer(status, code)

    resolution = handler.interpret_response(answer)

    assert resolution.response_action is ResponseAction.RATE_LIMITED
    assert resolution.failure_type is FailureType.transient_error
    assert str(resolution.error_message).startswith(PLACE)
    assert handler.backoff_strategies[0].backoff_time(answer, 1) == wait_seconds


def test_zohos_own_word_on_when_to_come_back_wins(handler: ZohoErrorHandler) -> None:
    wait = handler.backoff_strategies[0].backoff_time

    assert wait(an_answer(429, 44, Retry_After="17"), 1) == 17
    assert wait(an_answer(429, 44, Retry_After="1.5"), 1) == 1.5
    assert wait(an_answer(503, body=b"", Retry_After="999999"), 1) == 3600
    assert wait(an_answer(429, 44, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT"), 1) == 60


# ── trying again ──


@pytest.mark.parametrize(
    "answer",
    [
        an_answer(500, 1000),
        an_answer(500),
        an_answer(502, body=b"<html>Bad Gateway</html>"),
        an_answer(503, body=b""),
        an_answer(504, body=b"<html>"),
        an_answer(200, 1000),
        an_answer(200, body=b"<html>Please sign in to the network.</html>"),
        an_answer(200, body=b'{"code":0,"message":"succ'),
        an_answer(200, body=b""),
        an_answer(200, body=b"[]"),
        an_answer(204, body=b""),
    ],
)
def test_trouble_that_passes_is_tried_again(handler: ZohoErrorHandler, answer: requests.Response) -> None:
    resolution = handler.interpret_response(answer)

    assert resolution.response_action is ResponseAction.RETRY
    assert resolution.failure_type is FailureType.transient_error


def test_the_contents_of_an_answer_that_is_not_zohos_stay_out_of_the_sentence(handler: ZohoErrorHandler) -> None:
    resolution = handler.interpret_response(an_answer(200, body=b'{"bills": [{"vendor_name": "Bowman"'))

    assert resolution.error_message == (
        f"{PLACE}: The answer was not JSON (a proxy's page, or half an answer); trying again (Zoho said HTTP 200)."
    )


@pytest.mark.parametrize("trouble", [requests.ConnectionError("hush"), requests.Timeout(), None])
def test_a_broken_connection_is_tried_again(handler: ZohoErrorHandler, trouble: Exception | None) -> None:
    resolution = handler.interpret_response(trouble)

    assert resolution.response_action is ResponseAction.RETRY
    assert f"({type(trouble).__name__})" in str(resolution.error_message)
    assert "hush" not in str(resolution.error_message)


def test_trouble_without_a_time_waits_longer_each_time_but_never_over_a_minute(handler: ZohoErrorHandler) -> None:
    wait = handler.backoff_strategies[0].backoff_time

    assert [wait(an_answer(500, 1000), attempt) for attempt in (1, 2, 3, 6, 9)] == [2, 4, 8, 60, 60]
    assert wait(requests.ConnectionError(), 2) == 4


def test_repeats_are_bounded(handler: ZohoErrorHandler) -> None:
    assert handler.max_retries is not None
    assert handler.max_retries <= 10
    assert handler.max_time is not None
    assert handler.max_time <= 3600


# ── the token ──

REFUSALS = [(401, 57), (401, 14), (400, 57), (401, None), (401, 999)]


@pytest.mark.parametrize(("status", "code"), REFUSALS)
def test_a_refused_token_is_replaced_once_before_anything_is_believed(
    handler: ZohoErrorHandler, status: int, code: int | None
) -> None:
    answer = an_answer(status, code)

    assert handler.interpret_response(answer).response_action is ResponseAction.REFRESH_TOKEN_THEN_RETRY
    kind, sentence = the_failure(handler, answer)

    assert kind is FailureType.config_error
    assert "bills.READ" in sentence


def test_a_missing_scope_is_named_with_organization_and_way_out(handler: ZohoErrorHandler) -> None:
    answer = an_answer(401, 57, "You are not authorized to perform this operation")
    handler.interpret_response(answer)

    _, sentence = the_failure(handler, answer)

    assert sentence.startswith(f"{PLACE}: Zoho does not allow this read. Either the refresh_token lacks the scope")
    assert "its user may not see this in organization 17; grant it, or leave the stream out" in sentence
    assert sentence.endswith("(Zoho said code 57: You are not authorized to perform this operation).")


def test_a_token_that_works_elsewhere_is_not_replaced_for_every_stream_without_its_scope(
    handler: ZohoErrorHandler,
) -> None:
    asked_for_new_ones = 0
    for _ in range(10):
        handler.interpret_response(an_answer(code=0))
        answer = an_answer(401, 57)
        with suppress(AirbyteTracedException):
            handler.interpret_response(answer)
            asked_for_new_ones += 1
            the_failure(handler, answer)

    assert asked_for_new_ones == 2


def test_a_rejected_token_is_reported_to_the_store_that_all_share(handler: ZohoErrorHandler) -> None:
    handler.interpret_response(an_answer(401, 57, token="1000.access.dead"))

    assert "1000.access.dead" in tokens(CONFIG)._rejected


# ── what only the user can mend ──


@pytest.mark.parametrize(
    ("status", "code", "part"),
    [
        (200, 6018, "Organization 17 cannot be read with this refresh_token"),
        (400, 6024, "correct organization_ids (check lists those that can be read)"),
        (400, 6041, "be inactive, or lack Books"),
        (404, 5, "its plan or country edition lacks it, or the feature is off. Leave the stream out for it"),
        (400, 9, "check data_center and api_base_url"),
        (200, 57, "Either the refresh_token lacks the scope"),
        (403, 57, "Either the refresh_token lacks the scope"),
    ],
)
def test_what_the_user_can_mend_fails_at_once_with_what_to_do(
    handler: ZohoErrorHandler, status: int, code: int, part: str
) -> None:
    kind, sentence = the_failure(handler, an_answer(status, code))

    assert kind is FailureType.config_error
    assert sentence.startswith(f"{PLACE}: ")
    assert part in sentence
    assert f"(Zoho said code {code}: Zoho's words)." in sentence


def test_the_list_of_organizations_itself_belongs_to_none(handler: ZohoErrorHandler) -> None:
    _, sentence = the_failure(handler, an_answer(404, 5, organization_id=""))

    assert sentence.startswith("books_bills: This organization does not have this part of Books")


def test_a_refused_list_of_organizations_is_not_blamed_on_an_organization(handler: ZohoErrorHandler) -> None:
    answer = an_answer(401, 57, organization_id="")
    handler.interpret_response(answer)

    _, sentence = the_failure(handler, answer)

    assert "organization ;" not in sentence


def test_zohos_words_are_shortened(handler: ZohoErrorHandler) -> None:
    _, sentence = the_failure(handler, an_answer(404, 5, "x" * 5000))

    assert len(sentence) < 700


# ── what the reader decides ──


@pytest.mark.parametrize("code", [1001, 1002])
def test_a_parent_that_was_deleted_meanwhile_leaves_nothing_to_read(handler: ZohoErrorHandler, code: int) -> None:
    answer = an_answer(404, code)

    assert handler.interpret_response(answer).response_action is ResponseAction.SUCCESS
    assert is_gone(answer)


@pytest.mark.parametrize("code", [2, 4, 1038, 31337, None])
def test_a_refused_parameter_is_given_back_to_the_reader(handler: ZohoErrorHandler, code: int | None) -> None:
    answer = an_answer(400, code)

    assert handler.interpret_response(answer).response_action is ResponseAction.SUCCESS
    assert not is_gone(answer)


# ── the day is over ──


@pytest.mark.parametrize("status", [429, 200])
def test_the_end_of_the_day_is_told_and_kept_for_every_stream(handler: ZohoErrorHandler, status: int) -> None:
    answer = an_answer(
        status, 45, "The API call for this organization has exceeded the maximum call rate limit of 10000."
    )

    kind, sentence = the_failure(handler, answer)

    assert kind is FailureType.transient_error
    assert sentence.startswith("Stopped calling organization 17: Zoho's calls for today are used up (The API call for")
    with pytest.raises(DailyLimit):
        pace(CONFIG).wait_for_turn("17", "Books")
    pace(CONFIG).wait_for_turn("18", "Books")


# ── what nobody knows ──


@pytest.mark.parametrize(("status", "code"), [(418, 31337), (404, 31337), (200, 31337), (403, None)])
def test_an_answer_that_no_row_knows_fails_loudly(handler: ZohoErrorHandler, status: int, code: int | None) -> None:
    kind, sentence = the_failure(handler, an_answer(status, code))

    assert kind is FailureType.system_error
    assert sentence.startswith(f"{PLACE}: Zoho gave an answer that this connector does not know (Zoho said ")


# ── the table itself ──


def test_every_row_of_the_table_has_an_action_that_the_handler_knows() -> None:
    known = {"wait", "retry", "replace_token", "give_back", "gone", "end_of_day", "fail"}

    assert {row["action"] for row in TABLE} == known
    assert {row.get("kind", "system") for row in TABLE} <= {"config", "transient", "system"}


def test_every_sentence_of_the_table_can_be_filled_in() -> None:
    for row in TABLE:
        assert row["message"].format(
            product="Books", scope="bills.READ", organization="17", in_organization=" in organization 17"
        )


def test_a_row_without_codes_or_statuses_speaks_of_all_of_them() -> None:
    assert Rule("", "fail").applies_to(200, 1)
    assert Rule("", "fail", codes=[1]).applies_to(500, 1)
    assert not Rule("", "fail", codes=[1]).applies_to(500, 2)
    assert Rule("", "fail", statuses=[500]).applies_to(500, 2)
    assert not Rule("", "fail", codes=[1], statuses=[500]).applies_to(400, 1)


def test_the_first_row_that_applies_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    table: list[Mapping[str, Any]] = [
        {"codes": [3], "action": "wait", "message": "first"},
        {"codes": [3], "action": "fail", "message": "second"},
    ]
    monkeypatch.setattr(errors, "error_table", lambda: tuple(rules(table)))
    handler = ZohoErrorHandler(config=CONFIG, parameters={}, name="books_bills")

    assert handler.interpret_response(an_answer(400, 3)).response_action is ResponseAction.RATE_LIMITED


def test_the_organization_is_read_from_the_request() -> None:
    assert organization_of(an_answer().request) == "17"
    assert organization_of(an_answer(organization_id="").request) == ""
