"""What does the user read when something goes wrong in the middle of documents, or in Billing?"""

from __future__ import annotations

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, FailureType

from integration_tests.builders import Run, attempt, identities, key_of, read
from integration_tests.conftest import StartZoho, Waits
from integration_tests.truth import expected
from source_zoho.emulator import Emulator

COMPLETE, INCOMPLETE = AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE
TAXES = "books_taxes"
DOCUMENTS, COMMENTS, SUBSCRIPTIONS = "books_invoice_details", "billing_quote_comments", "billing_subscriptions"
# What is called in the middle of reading each of them, as the emulator calls it.
IN_THE_MIDDLE = {
    DOCUMENTS: "/invoices/{invoice_id}",
    COMMENTS: "billing_quote_comments",
    SUBSCRIPTIONS: "billing_subscriptions",
}
in_the_middle_of_each = pytest.mark.parametrize("stream", IN_THE_MIDDLE)


@pytest.fixture
def another_zoho(a_zoho: StartZoho) -> Emulator:
    """Return a Zoho with few documents, and subscriptions that take three pages."""
    return a_zoho(sizes={"invoices": 8, "billing_quotes": 8, "billing_subscriptions": 450})


def assert_nothing_is_missing(run: Run, zoho: Emulator, stream: str, *organization_ids: str) -> None:
    """Every record of *stream* arrived, each once."""
    for organization_id in organization_ids or zoho.organization_ids:
        there = identities(expected(zoho, stream, organization_id), key_of(stream))
        assert identities(run.records(stream, organization_id), key_of(stream)) == there


@in_the_middle_of_each
@pytest.mark.parametrize(
    ("kind", "waits_at_least_seconds"),
    [
        *[("43", 2 * 90), ("44", 2 * 60), ("1070", 2 * 5), ("500", 2 + 4), ("html", 2 + 4), ("no_list_key", 0)],
    ],
)
def test_trouble_that_passes_in_the_middle_costs_time_and_no_document(
    kind: str, waits_at_least_seconds: float, stream: str, another_zoho: Emulator, waits: Waits
) -> None:
    zoho = another_zoho
    zoho.faults.add(kind, path=IN_THE_MIDDLE[stream], after=2, times=2, organization_id=zoho.organization_ids[0])

    run = read(zoho, stream, TAXES, document_details="changed")

    assert_nothing_is_missing(run, zoho, stream)
    assert run.status(stream) is COMPLETE
    assert waits.total_seconds >= waits_at_least_seconds


@in_the_middle_of_each
@pytest.mark.parametrize(
    ("kind", "part", "failure"),
    [
        ("43", "Zoho has blocked calls for a while, as it does after many detail calls", FailureType.transient_error),
        ("45", "Zoho's calls for today are used up", FailureType.transient_error),
        ("500", "Zoho has trouble of its own", FailureType.transient_error),
        ("html", "Zoho has trouble of its own", FailureType.transient_error),
        ("5", "its plan or country edition lacks it, or the feature is off", FailureType.config_error),
        ("57", "lacks the scope Zoho", FailureType.config_error),
    ],
)
def test_trouble_that_stays_in_the_middle_ends_its_stream_in_its_organization_and_nothing_else(
    kind: str, part: str, failure: FailureType, stream: str, another_zoho: Emulator
) -> None:
    zoho = another_zoho
    troubled, other = zoho.organization_ids
    zoho.faults.add(kind, path=IN_THE_MIDDLE[stream], after=2, times=1000, organization_id=troubled)

    run = attempt(zoho, stream, TAXES, document_details="changed", num_workers=1)

    assert run.status(stream) is INCOMPLETE
    assert_nothing_is_missing(run, zoho, stream, other)
    assert_nothing_is_missing(run, zoho, TAXES, other)
    assert run.records(stream, troubled), "what was read before is kept"
    reasons = [sentence for sentence in run.errors if part in sentence and troubled in sentence]
    assert len(set(reasons)) == 1
    traces = [message.trace for message in run.output.errors]
    assert {trace.error.failure_type for trace in traces if trace and trace.error} == {failure}


@in_the_middle_of_each
def test_what_broke_in_the_middle_is_whole_after_the_next_sync(stream: str, another_zoho: Emulator) -> None:
    zoho = another_zoho
    zoho.faults.add("503", path=IN_THE_MIDDLE[stream], after=2, times=7, organization_id=zoho.organization_ids[0])

    broken = attempt(zoho, stream, document_details="changed")
    whole = read(zoho, stream, document_details="changed", state=broken.state)

    brought = {
        tuple(str(row[name]) for name in key_of(stream)) for row in broken.records(stream) + whole.records(stream)
    }
    there = {
        tuple(str(row[name]) for name in key_of(stream))
        for each in zoho.organization_ids
        for row in expected(zoho, stream, each)
    }
    assert broken.status(stream) is INCOMPLETE
    assert brought == there


def test_a_document_that_is_not_there_is_no_trouble_and_a_list_that_is_not_there_is(another_zoho: Emulator) -> None:
    zoho = another_zoho
    zoho.faults.add("1002", path=IN_THE_MIDDLE[DOCUMENTS], after=2)
    zoho.faults.add("1002", path="billing_plans", times=1000)

    run = attempt(zoho, DOCUMENTS, "billing_plans", document_details="changed")

    assert run.status(DOCUMENTS) is COMPLETE
    assert len(run.records(DOCUMENTS)) == 2 * 8 - 1
    assert run.status("billing_plans") is INCOMPLETE
