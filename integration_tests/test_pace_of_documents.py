"""Does a read of many documents keep to the pace at which Zoho gives them, and never meet code 43?"""

from __future__ import annotations

from collections import Counter

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.builders import identities, key_of, read
from integration_tests.conftest import StartZoho, Waits
from source_zoho.emulator import Emulator

INVOICES = 110
ZOHOS_PACE = {"calls_per_minute": 100, "detail_calls_per_minute": 50}


def codes(zoho: Emulator) -> Counter[int | str | None]:
    return Counter(call.code for call in zoho.calls.log)


@pytest.mark.parametrize(
    "streams",
    [
        ("books_invoice_details",),
        ("books_invoice_details", "books_bill_details", "books_invoice_comments"),
        ("books_invoice_details", "billing_addon_details", "billing_invoices"),
    ],
)
def test_hundreds_of_documents_never_meet_a_block(a_zoho: StartZoho, waits: Waits, streams: tuple[str, ...]) -> None:
    zoho = a_zoho(**ZOHOS_PACE, sizes={"invoices": INVOICES, "bills": 40, "billing_addons": 40})

    run = read(zoho, *streams, document_details="changed", calls_per_minute=95, num_workers=6)

    assert codes(zoho).keys() <= {0, None, 2}, "2: an order that Zoho does not document"
    received = identities(run.records(streams[0]), key_of(streams[0]))
    assert len(received) == INVOICES * len(zoho.organization_ids)
    assert {run.status(stream) for stream in streams} == {AirbyteStreamStatus.COMPLETE}
    assert waits.total_seconds >= 60, "a pace is not put to the test by fewer calls"


def test_a_block_is_waited_for_where_the_pace_is_too_fast(a_zoho: StartZoho, waits: Waits) -> None:
    zoho = a_zoho(calls_per_minute=1000, detail_calls_per_minute=20, sizes={"invoices": 45})

    run = read(zoho, "books_invoice_details", document_details="changed", num_workers=1)

    assert codes(zoho)[43] > 0
    assert len(identities(run.records("books_invoice_details"), ["invoice_id"])) == 45 * len(zoho.organization_ids)
    assert waits.total_seconds >= 90


def test_items_are_given_by_the_hundred_and_need_no_wait(a_zoho: StartZoho, waits: Waits) -> None:
    zoho = a_zoho(**ZOHOS_PACE, sizes={"items": 450})

    run = read(zoho, "books_item_details", document_details="changed", calls_per_minute=95)

    assert len(run.records("books_item_details")) == 450 * len(zoho.organization_ids)
    assert codes(zoho).keys() <= {0, None}
    assert waits.total_seconds == 0
