"""Do failures speak of their product, and may one call say by a failure that there is nothing to read?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from airbyte_cdk.sources.streams.http.error_handlers import ResponseAction

from source_zoho import pace as paces
from source_zoho.components.connection import pace
from source_zoho.components.errors import ORGANIZATION_HEADER, is_gone
from source_zoho.errors import DailyLimit
from source_zoho.oauth import tokens as stores
from unit_tests.components.failures import CONFIG, a_handler, an_answer, the_failure


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Token store and pace are shared by a process: forget them after each test."""
    yield
    stores._stores.clear()
    paces._paces.clear()


# ── what one call may say that others may not ──


@pytest.mark.parametrize(("status", "code"), [(404, 31337), (400, 31337), (400, 2), (404, None)])
def test_a_call_may_be_told_by_its_status_that_there_is_nothing_to_read(status: int, code: int | None) -> None:
    answer = an_answer(status, code, body=None if code else b'{"message": "No scheduled changes."}')

    resolution = a_handler(nothing_there=[400, 404]).interpret_response(answer)

    assert resolution.response_action is ResponseAction.SUCCESS
    assert is_gone(answer)


@pytest.mark.parametrize(
    ("status", "code", "part"),
    [(404, 5, "does not have this part"), (400, 6041, "cannot be read with this refresh_token"), (403, 31337, "know")],
)
def test_what_the_table_knows_better_is_not_taken_for_nothing(status: int, code: int, part: str) -> None:
    _, sentence = the_failure(a_handler(nothing_there=[400, 404]), an_answer(status, code))

    assert part in sentence


@pytest.mark.parametrize("body", [b"", b"<html>Not Found</html>"])
def test_a_page_that_is_not_zohos_is_not_taken_for_nothing(body: bytes) -> None:
    the_failure(a_handler(nothing_there=[404]), an_answer(404, body=body))


def test_other_calls_take_the_same_answer_for_a_failure() -> None:
    the_failure(a_handler(), an_answer(404, 31337))


# ── products ──


def of_billing(answer: requests.Response) -> requests.Response:
    """Let *answer* be one of Billing, which is told the organization in a header."""
    answer.request = requests.Request(
        "GET", "https://www.zohoapis.eu/billing/v1/plans", {ORGANIZATION_HEADER: "17"}
    ).prepare()
    return answer


def test_sentences_name_the_product_its_scope_and_the_organization_of_the_header() -> None:
    billing = a_handler("billing_plans", "plans.READ", "Billing", "ZohoSubscriptions")

    _, lacks_scope = the_failure(billing, of_billing(an_answer(403, 57)))
    _, lacks_product = the_failure(billing, of_billing(an_answer(400, 6041)))

    assert lacks_scope.startswith("billing_plans of organization 17: ")
    assert "lacks the scope ZohoSubscriptions.plans.READ, or" in lacks_scope
    assert "Organization 17 cannot be read" in lacks_product
    assert "or lack Billing; correct organization_ids" in lacks_product


def test_the_whole_scope_is_named() -> None:
    _, sentence = the_failure(a_handler(), an_answer(403, 57))

    assert "lacks the scope ZohoBooks.bills.READ, or" in sentence


def test_a_stream_without_a_scope_of_its_own_is_spoken_of_in_words() -> None:
    _, sentence = the_failure(a_handler(scope=""), an_answer(403, 57))

    assert "lacks the scope of this stream, or" in sentence


def test_the_end_of_billings_day_leaves_books_alone() -> None:
    billing = a_handler("billing_plans", "plans.READ", "Billing", "ZohoSubscriptions")

    the_failure(billing, of_billing(an_answer(429, 45)))

    with pytest.raises(DailyLimit):
        pace(CONFIG).wait_for_turn("17", "Billing")
    pace(CONFIG).wait_for_turn("17", "Books")
