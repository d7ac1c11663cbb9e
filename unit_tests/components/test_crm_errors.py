"""Does every refusal of CRM lead to the right action, to a sentence with what to do, and to what a reader can catch?"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http.error_handlers import ResponseAction

from source_zoho import credits as quotas
from source_zoho.components import crm_errors
from source_zoho.components.connection import crm_quota, tokens
from source_zoho.components.crm_errors import CrmErrorHandler, crm_error_table
from source_zoho.components.traced import ZohoFailure
from source_zoho.errors import ConfigProblem, DailyLimit
from source_zoho.oauth import tokens as stores
from unit_tests.components.crm_answers import a_crm_answer, a_crm_handler, envelope, refused, the_crm_failure
from unit_tests.components.failures import CONFIG


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Token store and quota are shared by a process: forget them after each test."""
    yield
    stores._stores.clear()
    quotas._quotas.clear()


@pytest.fixture
def handler() -> CrmErrorHandler:
    return a_crm_handler()


def action_on(handler: CrmErrorHandler, answer: requests.Response | Exception | None) -> ResponseAction | None:
    return handler.interpret_response(answer).response_action


# ── success ──


@pytest.mark.parametrize(
    "answer",
    [
        a_crm_answer({"data": [{"id": "1"}]}),
        a_crm_answer(status=204),
        a_crm_answer(status=304),
        a_crm_answer({"__composite_requests": [envelope("NO_PERMISSION")]}, status=207),
    ],
)
def test_rows_no_rows_and_mixed_answers_are_good(handler: CrmErrorHandler, answer: requests.Response) -> None:
    assert action_on(handler, answer) is ResponseAction.SUCCESS


# ── what a reader can catch ──


@pytest.mark.parametrize("status", [200, 207, 400, 403])
def test_a_refusal_is_raised_with_zohos_word_and_details_whatever_the_status(
    handler: CrmErrorHandler, status: int
) -> None:
    answer = a_crm_answer({"data": [envelope("LIMIT_EXCEEDED", limit=50, param_name="fields")]}, status=status)

    failure = the_crm_failure(handler, answer)

    assert failure.code == "LIMIT_EXCEEDED"
    assert failure.details == {"limit": 50, "param_name": "fields"}
    assert failure.parameter == "fields"
    assert not failure.ends_the_product


@pytest.mark.parametrize(
    ("details", "parameter"),
    [
        ({"param_name": "sort_by"}, "sort_by"),
        ({"api_name": "Ghost"}, "Ghost"),
        ({"api_name": "", "param": "ids"}, "ids"),
        ({"limit": 50}, ""),
        ({}, ""),
    ],
)
def test_the_parameter_that_zoho_names_is_told(
    handler: CrmErrorHandler, details: dict[str, Any], parameter: str
) -> None:
    assert the_crm_failure(handler, refused("INVALID_DATA", **details)).parameter == parameter


@pytest.mark.parametrize(
    "codes",
    [
        crm_errors.CHAIN_IS_BROKEN,
        crm_errors.CHAIN_IS_FULL,
        crm_errors.QUESTION_IS_REFUSED,
        crm_errors.FEATURE_IS_OFF,
        crm_errors.HAS_NO_SUCH_LIST,
        crm_errors.NOTHING_THERE,
    ],
)
def test_every_word_that_readers_listen_for_reaches_them(handler: CrmErrorHandler, codes: frozenset[str]) -> None:
    for code in codes:
        failure = the_crm_failure(handler, refused(code))
        assert failure.code == code
        assert "does not know (" not in str(failure.message), f"the table has no row for {code}"
        assert not failure.ends_the_product


# ── what only the user can mend ──


def test_a_missing_scope_is_named_and_no_new_token_is_asked_for(handler: CrmErrorHandler) -> None:
    failure = the_crm_failure(handler, refused("OAUTH_SCOPE_MISMATCH", "invalid oauth scope", status=401))

    assert failure.failure_type is FailureType.config_error
    assert failure.message == (
        "crm_leads: The refresh_token lacks the scope ZohoCRM.modules.READ; make a new one with it, or leave the "
        "stream out (Zoho said OAUTH_SCOPE_MISMATCH: invalid oauth scope)."
    )


def test_a_scope_of_another_product_is_named_as_it_is() -> None:
    handler = a_crm_handler(scope="ZohoSearch.securesearch.READ")

    assert "the scope ZohoSearch.securesearch.READ;" in str(the_crm_failure(handler, refused("OAUTH_SCOPE_MISMATCH")))


def test_a_missing_permission_is_named(handler: CrmErrorHandler) -> None:
    answer = refused("NO_PERMISSION", "permission denied", status=403, permissions=["Crm_Implied_View_Deals"])

    failure = the_crm_failure(handler, answer)

    assert failure.failure_type is FailureType.config_error
    assert "let an administrator grant the permission that Zoho names" in str(failure.message)
    assert "(Zoho said NO_PERMISSION: permission denied; permissions Crm_Implied_View_Deals)." in str(failure.message)
    assert not failure.ends_the_product


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("FEATURE_NOT_ENABLED", "its edition lacks it, or the feature is off. Leave the stream out"),
        ("CURRENCIES_NOT_ENABLED", "does not have this part of CRM"),
        ("TERRITORY_NOT_ENABLED", "does not have this part of CRM"),
        ("INVALID_MODULE", "Run discover again, or leave the stream out"),
        ("API_NOT_SUPPORTED", "Zoho's API does not give this"),
        ("INVALID_URL_PATTERN", "There is no such address"),
        ("AUTHORIZATION_FAILED", "sign in as another user, or leave the stream out"),
    ],
)
def test_what_the_user_can_mend_says_what_to_do(handler: CrmErrorHandler, code: str, part: str) -> None:
    failure = the_crm_failure(handler, refused(code))

    assert failure.failure_type is FailureType.config_error
    assert str(failure.message).startswith("crm_leads: ")
    assert part in str(failure.message)


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (
            refused("NO_PERMISSION", status=403, permissions=["Crm_Implied_Api_Access"]),
            "a profile without API access, so nothing of CRM can be read",
        ),
        (refused("INVALID_HOST"), "check data_center, crm_environment and api_base_url"),
    ],
)
def test_what_holds_for_the_whole_product_ends_it(
    handler: CrmErrorHandler, answer: requests.Response, part: str
) -> None:
    failure = the_crm_failure(handler, answer)

    assert failure.failure_type is FailureType.config_error
    assert failure.ends_the_product
    assert str(failure.message).startswith("Zoho CRM: ")
    assert part in str(failure.message)
    with pytest.raises(ConfigProblem, match=part):
        crm_quota(CONFIG).credits.spend(1)


# ── what is ours to mend ──


@pytest.mark.parametrize(
    "code",
    [
        "REQUIRED_PARAM_MISSING",
        "MANDATORY_NOT_FOUND",
        "AMBIGUITY_DURING_PROCESSING",
        "PATTERN_NOT_MATCHED",
        "SYNTAX_ERROR",
        "INVALID_QUERY",
        "UNABLE_TO_PARSE_DATA_TYPE",
        "LIMIT_EXCEEDED",
        "PAGINATION_LIMIT_EXCEEDED",
        "DISCRETE_PAGINATION_LIMIT_EXCEEDED",
        "TOKEN_BOUND_DATA_MISMATCH",
        "INVALID_DATA",
    ],
)
def test_a_refusal_that_no_reader_catches_is_loud_and_asks_to_be_reported(handler: CrmErrorHandler, code: str) -> None:
    failure = the_crm_failure(handler, refused(code))

    assert failure.failure_type is FailureType.system_error
    assert "please report it" in str(failure.message)


@pytest.mark.parametrize(
    "answer", [refused("SOMETHING_NEW"), refused("SOMETHING_NEW", status=200), a_crm_answer(status=404)]
)
def test_an_answer_that_no_row_knows_fails_loudly(handler: CrmErrorHandler, answer: requests.Response) -> None:
    failure = the_crm_failure(handler, answer)

    assert failure.failure_type is FailureType.system_error
    assert "an answer that this connector does not know" in str(failure.message)


def test_names_that_zoho_gives_are_quoted_and_values_of_users_are_not(handler: CrmErrorHandler) -> None:
    answer = refused("INVALID_DATA", "invalid data", param_name="ids", expected_data_type="bigint", value="Bowman")

    sentence = str(the_crm_failure(handler, answer))

    assert "(Zoho said INVALID_DATA: invalid data; param_name ids; expected_data_type bigint)" in sentence
    assert "Bowman" not in sentence


# ── the token ──


@pytest.mark.parametrize(
    "answer",
    [
        refused("INVALID_TOKEN", status=401),
        refused("INVALID_OAUTHTOKEN", status=401),
        refused("AUTHENTICATION_FAILURE", status=401),
        refused("INVALID_TOKEN", status=400),
        a_crm_answer(status=401, content=b"<html>"),
    ],
)
def test_a_refused_token_is_replaced_once_and_then_it_stops(
    handler: CrmErrorHandler, answer: requests.Response
) -> None:
    assert action_on(handler, answer) is ResponseAction.REFRESH_TOKEN_THEN_RETRY
    assert "1000.access.1" in tokens(CONFIG)._rejected

    failure = the_crm_failure(handler, answer)

    assert failure.failure_type is FailureType.config_error
    assert "make a new refresh_token with the scope ZohoCRM.modules.READ" in str(failure.message)


# ── trying again ──


@pytest.mark.parametrize(
    "answer",
    [
        refused("INTERNAL_ERROR", status=500),
        refused("INTERNAL_ERROR", status=200),
        refused("INTERNAL_SERVER_ERROR", status=500),
        refused("SERVICE_UNAVAILABLE", status=503),
        refused("REQUEST_TIMEOUT", status=400),
        refused("SOMETHING_NEW", status=503),
        a_crm_answer(status=502, content=b"<html>Bad Gateway</html>"),
        a_crm_answer(status=200, content=b'{"data": [{"Last_Name": "Bowm'),
        a_crm_answer(status=200, content=b""),
        requests.ConnectionError("hush"),
        None,
    ],
)
def test_trouble_that_passes_is_tried_again_and_not_for_ever(
    handler: CrmErrorHandler, answer: requests.Response | None
) -> None:
    if isinstance(answer, requests.Response):
        for _ in range(6):
            assert action_on(handler, answer) is ResponseAction.RETRY
        failure = the_crm_failure(handler, answer)
        assert failure.failure_type is FailureType.transient_error
        assert "Bowm" not in str(failure.message)
    else:
        assert action_on(handler, answer) is ResponseAction.RETRY


def test_whoever_waits_for_the_next_try_holds_no_place(handler: CrmErrorHandler) -> None:
    gate = crm_quota(CONFIG).gate
    gate.enter()

    handler.interpret_response(requests.ConnectionError())

    assert gate.under_way == 0


# ── too many requests ──


@pytest.mark.parametrize(
    "answer",
    [
        refused("TOO_MANY_REQUESTS", "You have reached the concurrency limit", status=429),
        refused("TOO_MANY_REQUESTS", "Too many parallel calls", status=200),
        refused("TOO_MANY_REQUESTS", "slow down", status=429, remaining="812"),
        refused("RATE_LIMIT_EXCEEDED", status=429),
        a_crm_answer(status=429, content=b"<html>"),
    ],
)
def test_too_many_calls_at_a_time_wait_a_bounded_number_of_times(
    handler: CrmErrorHandler, answer: requests.Response
) -> None:
    for _ in range(6):
        assert action_on(handler, answer) is ResponseAction.RATE_LIMITED

    failure = the_crm_failure(handler, answer)

    assert failure.failure_type is FailureType.transient_error
    assert not failure.ends_the_product
    crm_quota(CONFIG).credits.spend(1)


@pytest.mark.parametrize(
    "answer",
    [
        refused("TOO_MANY_REQUESTS", "API credits are exhausted", status=429),
        refused("TOO_MANY_REQUESTS", "limit for 24 hours reached", status=200, remaining="3"),
        refused("TOO_MANY_REQUESTS", "no more calls", status=429, remaining="0"),
    ],
)
def test_credits_that_are_used_up_end_the_day(handler: CrmErrorHandler, answer: requests.Response) -> None:
    failure = the_crm_failure(handler, answer)

    assert failure.failure_type is FailureType.transient_error
    assert failure.ends_the_product
    assert str(failure.message).startswith("Stopped calling Zoho CRM: the API credits of this organization are used up")
    assert "run again later and the sync goes on from there. Zoho counts the credits of the last 24 hours" in str(
        failure.message
    )
    with pytest.raises(DailyLimit):
        crm_quota(CONFIG).credits.spend(1)


def test_a_refusal_that_does_not_tell_which_waits_a_few_times_and_then_counts_as_credits(
    handler: CrmErrorHandler,
) -> None:
    answer = refused("TOO_MANY_REQUESTS", "", status=429)
    for _ in range(3):
        assert action_on(handler, answer) is ResponseAction.RATE_LIMITED

    failure = the_crm_failure(handler, answer)

    assert failure.ends_the_product
    assert "its API credits seem to be used up" in str(failure.message)


def test_waiting_calls_do_not_come_back_all_at_once(handler: CrmErrorHandler, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = refused("TOO_MANY_REQUESTS", "concurrency", status=429)
    wait = handler.backoff_strategies[0].backoff_time

    for spread, seconds in ((1.0, [2, 4, 8]), (1.5, [3, 6, 12])):
        monkeypatch.setattr(random, "uniform", lambda low, high, spread=spread: spread)
        assert [wait(answer, attempt) for attempt in (1, 2, 3)] == seconds


def test_nobody_comes_back_sooner_than_zoho_asks(handler: CrmErrorHandler) -> None:
    answer = a_crm_answer(status=503, headers={"Retry-After": "20"})

    assert 20 <= (handler.backoff_strategies[0].backoff_time(answer, 1) or 0) <= 30


# ── the table ──


def test_the_table_is_read_once_and_is_not_that_of_books() -> None:
    assert crm_error_table() is crm_error_table()
    assert all(isinstance(code, str) or code == -1 for rule in crm_error_table() for code in rule.codes)


def test_a_failure_of_ours_has_no_word_of_zohos() -> None:
    failure = ZohoFailure(message="no")

    assert failure.code is None
    assert failure.details == {}
    assert failure.parameter == ""
