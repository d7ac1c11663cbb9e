"""What becomes of a sync in accounts that lack something: a product, a feature, a scope, records?"""

from __future__ import annotations

import logging
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus, Status

from integration_tests.builders import (
    Run,
    a_config,
    a_few_of_each,
    attempt,
    costs_a_call_for_each_document,
    forget_earlier_syncs,
    identities,
    key_of,
    read,
    resource_of,
)
from integration_tests.conftest import StartZoho
from integration_tests.truth import expected, lists_and_documents
from source_zoho.emulator import Emulator
from source_zoho.emulator.refusals import NoProduct
from source_zoho.source import STREAMS_OF_CHECK, SourceZoho

COMPLETE, INCOMPLETE = AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE
BILLS = "books_bills"


def the_reasons(run: Run, stream: str) -> list[str]:
    """Return what the platform shows about *stream*, without the summary of the sync."""
    return [sentence for sentence in run.errors if sentence.startswith(f"{stream} of organization ")]


def assert_whole(run: Run, zoho: Emulator, stream: str, *organization_ids: str) -> None:
    """Every record of *stream* in these organizations has arrived, each once."""
    for organization_id in organization_ids or zoho.organization_ids:
        there = identities(expected(zoho, stream, organization_id), key_of(stream))
        assert identities(run.records(stream, organization_id), key_of(stream)) == there


# ── a product that the plan does not have ──


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        ("57", "lacks the scope ZohoSubscriptions."),
        ("6024", "or lack Billing"),
        ("5", "does not have this part of Billing: its plan or country edition lacks it"),
    ],
)
def test_an_organization_without_billing_is_named_for_each_stream_and_the_others_are_read(
    a_zoho: StartZoho, answer: NoProduct, part: str
) -> None:
    zoho = a_zoho(without_product=answer)
    others = zoho.organization_ids
    without = zoho.add_organization("Ledger Only KG", products=["books"])
    streams = ("billing_plans", "billing_addons", "billing_cards")

    run = attempt(zoho, BILLS, *streams, document_details="changed")

    assert run.status(BILLS) is COMPLETE
    assert_whole(run, zoho, BILLS)
    for stream in streams:
        assert run.status(stream) is INCOMPLETE
        (reason,) = the_reasons(run, stream)
        assert reason.startswith(f"{stream} of organization {without}: ")
        assert part in reason
        assert "leave" in reason.lower() or "correct organization_ids" in reason
        assert_whole(run, zoho, stream, *others)
    assert zoho.calls.tokens <= 4


def test_billing_is_read_when_only_books_lists_the_organizations(zoho: Emulator) -> None:
    zoho.faults.add("5", path="billing_organizations", times=1000)

    run = attempt(zoho, BILLS, "billing_plans", "billing_organizations")

    assert (run.status(BILLS), run.status("billing_plans")) == (COMPLETE, COMPLETE)
    assert_whole(run, zoho, "billing_plans")
    assert run.status("billing_organizations") is INCOMPLETE


# ── check ──


def check(zoho: Emulator, **config: Any) -> tuple[Status, str]:
    """Return what check answers to a configuration."""
    forget_earlier_syncs()
    settings = a_config(zoho, **config)
    source = SourceZoho(config=settings, only=STREAMS_OF_CHECK)
    answer = source.check(logging.getLogger("airbyte"), settings)
    return answer.status, str(answer.message)


def test_check_leaves_out_products_that_the_token_does_not_cover(
    a_zoho: StartZoho, caplog: pytest.LogCaptureFixture
) -> None:
    zoho = a_zoho(scopes={"ZohoBooks.fullaccess.all"})

    with caplog.at_level(logging.WARNING, logger="airbyte"):
        status, _ = check(zoho, products=None)

    assert status is Status.SUCCEEDED
    billing, crm = [line for line in caplog.messages if "is left out" in line]
    assert billing.startswith("Billing cannot be read and is left out: ")
    assert "ZohoSubscriptions.settings.READ" in billing
    assert crm.startswith("CRM cannot be read and is left out: ")
    assert "ZohoCRM.settings.modules.READ" in crm


def test_check_fails_for_a_product_that_was_asked_for_by_name(a_zoho: StartZoho) -> None:
    zoho = a_zoho(scopes={"ZohoBooks.fullaccess.all"})

    status, message = check(zoho, products=["books", "billing"])

    assert status is Status.FAILED
    assert "lacks the scope ZohoSubscriptions.settings.READ" in message


def test_check_succeeds_for_billing_alone(zoho: Emulator) -> None:
    assert check(zoho, products=["billing"])[0] is Status.SUCCEEDED


def test_check_takes_the_organizations_of_books_where_billing_does_not_list_them(zoho: Emulator) -> None:
    zoho.faults.add("5", path="billing_organizations", times=1000)

    assert check(zoho, products=["books", "billing"])[0] is Status.SUCCEEDED


# ── a feature, a list, a scope ──

PLAIN_LACKS = (
    "billing_tax_authorities",
    "books_delivery_challan_details",
    "books_fixed_asset_history",
    "books_fixed_assets",
    "books_tax_authorities",
)


def test_an_edition_without_features_is_named_for_each_of_them(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes=a_few_of_each(3))
    others = zoho.organization_ids
    plain = zoho.add_organization("Plain Ltd", edition="plain")

    run = attempt(zoho, BILLS, "billing_taxes", *PLAIN_LACKS, document_details="changed")

    for stream in (BILLS, "billing_taxes"):
        assert run.status(stream) is COMPLETE
        assert_whole(run, zoho, stream)
    for stream in PLAIN_LACKS:
        assert run.status(stream) is INCOMPLETE
        (reason,) = the_reasons(run, stream)
        assert reason.startswith(f"{stream} of organization {plain}: This organization does not have this part of ")
        assert "Leave the stream out for it" in reason
        assert_whole(run, zoho, stream, *others)
    assert f"{len(PLAIN_LACKS)} of {len(PLAIN_LACKS) + 2} streams could not be read completely" in run.errors[-1]


@pytest.mark.parametrize(
    ("resource", "stream", "followers"),
    [
        ("billing_payments", "billing_payments", ["billing_payment_details"]),
        ("billing_credit_notes", "billing_credit_notes", ["billing_credit_note_details", "billing_refunds"]),
    ],
)
def test_a_list_that_billing_turns_out_not_to_have_is_named_and_so_is_what_follows_it(
    a_zoho: StartZoho, resource: str, stream: str, followers: list[str]
) -> None:
    zoho = a_zoho(sizes=a_few_of_each(3))
    zoho.behave(resource, missing_list=True)

    run = attempt(zoho, stream, *followers, "billing_plans", document_details="changed")

    assert_whole(run, zoho, "billing_plans")
    assert run.status("billing_plans") is COMPLETE
    for each in (stream, *followers):
        assert run.status(each) is INCOMPLETE
        assert len(the_reasons(run, each)) == len(zoho.organization_ids)
        assert "does not have this part of Billing" in the_reasons(run, each)[0]


def test_a_missing_scope_is_named_for_its_family_in_both_products(a_zoho: StartZoho) -> None:
    granted = {"ZohoBooks.settings.READ", "ZohoBooks.bills.READ", "ZohoSubscriptions.settings.READ"}
    zoho = a_zoho(scopes={*granted, "ZohoSubscriptions.plans.READ"}, sizes=a_few_of_each(3))
    lacking = {
        "books_credit_notes": "ZohoBooks.creditnotes.READ",
        "books_credit_note_details": "ZohoBooks.creditnotes.READ",
        "books_credit_note_comments": "ZohoBooks.creditnotes.READ",
        "billing_credit_notes": "ZohoSubscriptions.creditnotes.READ",
        "billing_refunds": "ZohoSubscriptions.creditnotes.READ",
    }

    run = attempt(zoho, BILLS, "billing_plan_details", *lacking, document_details="changed")

    for stream in (BILLS, "billing_plan_details"):
        assert run.status(stream) is COMPLETE
        assert_whole(run, zoho, stream)
    for stream, scope in lacking.items():
        assert run.status(stream) is INCOMPLETE
        assert len(the_reasons(run, stream)) == len(zoho.organization_ids)
        assert f"lacks the scope {scope}," in the_reasons(run, stream)[0]
        assert run.records(stream) == []
    assert zoho.calls.tokens <= 6


# ── records ──


def test_an_organization_without_records_is_read_to_its_end(zoho: Emulator) -> None:
    empty = zoho.add_organization("Brand New Ltd", empty=True)
    streams = lists_and_documents()

    run = read(zoho, *streams, organization_ids=[empty], document_details="changed")

    assert {run.status(stream) for stream in streams} == {COMPLETE}
    for stream in streams:
        assert_whole(run, zoho, stream, empty)
    with_rows = {stream for stream in streams if run.records(stream)}
    assert len(with_rows) < 20, "a currency, a user, and settings"
    assert not [name for name in with_rows if name.endswith("_details")] or with_rows <= {
        *(name for name in streams if not costs_a_call_for_each_document(name)),
        "books_user_details",
    }


def test_a_hundred_and_twenty_custom_fields_are_gathered(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes=a_few_of_each(3))
    many = zoho.add_organization("Many Fields Ltd", custom_fields=120)

    run = read(zoho, "books_invoices", "books_invoice_details", organization_ids=[many], document_details="changed")

    for stream in ("books_invoices", "books_invoice_details"):
        assert_whole(run, zoho, stream, many)
        for row in run.records(stream):
            names = {each["api_name"] for each in row.get("custom_fields") or []}
            assert names <= set(row["custom_field_hash"])
        assert max(len(row["custom_field_hash"]) for row in run.records(stream)) >= 100


def test_organizations_with_different_custom_modules_have_their_own_records(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"custom_module_records": 4})
    boats = zoho.add_organization("Boats", modules={"cm_boats": {"cf_length": "decimal", "cf_launched": "date"}})
    none = zoho.add_organization("No Modules", modules={})
    streams = ("books_custom_modules", "books_custom_module_records", "books_custom_module_record_details")

    run = read(zoho, *streams, document_details="changed")

    for stream in streams:
        assert_whole(run, zoho, stream)
        assert run.records(stream, none) == []
    assert {row["module_api_name"] for row in run.records(streams[1], boats)} == {"cm_boats"}


# ── spellings that Zoho's documents leave in doubt ──

SPELLINGS: list[tuple[str, dict[str, Any]]] = [
    ("books_fixed_asset_details", {"detail_key": "fissed-asset"}),
    ("books_chart_of_account_details", {"detail_wrapped": False}),
    ("books_chart_of_account_details", {"detail_key": "account"}),
    ("books_sales_order_details", {"detail_as_list": True}),
    ("books_recurring_bill_details", {"detail_paths": "recurring_bills"}),
    ("books_tax_details", {"detail_as_list": True}),
    ("books_bank_last_imported_statement", {"detail_as_list": True}),
    ("billing_credit_notes", {"key": "credit_notes"}),
    ("billing_credit_note_details", {"detail_key": "credit_note"}),
    ("billing_contact_persons", {"key": "contactpersons"}),
    ("billing_hosted_pages", {"key": "hostedpages"}),
    ("billing_hosted_page_details", {"detail_key": "hostedpage"}),
    ("billing_hosted_page_details", {"detail_key": "hosted_page"}),
    ("billing_subscription_scheduled_changes", {"absent": "400"}),
    ("billing_time_entries", {"key": "timeentries"}),
]


@pytest.mark.parametrize(("stream", "switches"), SPELLINGS)
def test_a_doubtful_spelling_gives_the_same_records(a_zoho: StartZoho, stream: str, switches: dict[str, Any]) -> None:
    zoho = a_zoho(sizes=a_few_of_each(4))
    where = zoho.organization_ids[0]
    usual = read(zoho, stream, document_details="changed", organization_ids=[where])

    zoho.behave(resource_of(stream), **switches)
    doubtful = read(zoho, stream, document_details="changed", organization_ids=[where])

    assert usual.records(stream)
    by_key = {tuple(str(row[name]) for name in key_of(stream)): row for row in usual.records(stream)}
    assert {tuple(str(row[name]) for name in key_of(stream)): row for row in doubtful.records(stream)} == by_key
