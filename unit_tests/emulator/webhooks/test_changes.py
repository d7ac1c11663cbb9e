"""Which changes of Books and Billing are told, and in which words?"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import orjson
import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.webhooks.billing_types import EVENT_TYPES, EVENT_TYPES_OF

URL = "http://127.0.0.1:9/x"


class Office:
    """An organization whose post is opened before it leaves."""

    def __init__(self, zoho: Emulator) -> None:
        self.zoho, self.id = zoho, zoho.organization_ids[0]

    def first(self, resource: str, **fields: object) -> str:
        """Return a record; it is edited first, if *fields* are given."""
        row = self.zoho.rows(resource, self.id)[0]
        record_id = str(next(iter(value for name, value in row.items() if name == self.key(resource))))
        if fields:
            self.zoho.edit(resource, self.id, record_id, **fields)
        return record_id

    def key(self, resource: str) -> str:
        return self.zoho.world.collection(resource, self.id).resource.id

    def edit(self, resource: str, record_id: str, **fields: object) -> None:
        self.zoho.edit(resource, self.id, record_id, **fields)

    def bodies(self) -> list[bytes]:
        return [one.message.write()[1] for one in self.zoho.webhooks.pending]

    def told(self) -> list[dict[str, Any]]:
        return [orjson.loads(body) for body in self.bodies()]

    def types(self) -> list[str]:
        return [event["event_type"] for event in self.told()]


@pytest.fixture
def office(zoho: Emulator) -> Office:
    return Office(zoho)


def test_the_document_travels_under_its_key(office: Office, zoho: Emulator) -> None:
    zoho.webhooks.add("books", office.id, URL, module="invoices")
    record_id = office.first("invoices")

    office.edit("invoices", record_id, notes="Neu")

    (body,) = office.told()
    assert body == {"invoice": zoho.detail("invoices", office.id, record_id)}
    assert body["invoice"]["notes"] == "Neu"


def test_every_kind_of_record_can_be_made_edited_and_deleted(office: Office, zoho: Emulator) -> None:
    """Children stand under a parent, who has to be named; single objects are neither made nor deleted."""
    for name, held in zoho.world.organization(office.id).collections.items():
        resource = held.resource
        if resource.parent or resource.single or not resource.path or "organizations" in name:
            continue
        zoho.webhooks.add(resource.product, office.id, URL, module=name)
        record_id = zoho.add(name, office.id)
        zoho.edit(name, office.id, record_id, made_up="x")
        zoho.delete(name, office.id, record_id)

        told = [one.message.about for one in zoho.webhooks.pending if one.message.about["resource"] == name]
        by_rule = [(one["operation"], one["record_id"]) for one in told if "operation" in one]
        assert by_rule == [(operation, record_id) for operation in ("created", "updated", "deleted")], name
        zoho.webhooks.reset()


@pytest.mark.parametrize(
    ("resource", "key"),
    [
        ("retainer_invoices", "retainerinvoice"),
        ("vendor_payments", "vendorpayment"),
        ("base_currency_adjustments", "base_currency_adjustment"),
        ("billing_plans", "plan"),
        ("billing_taxes", "tax"),
    ],
)
def test_the_key_is_that_of_the_detail_call_or_of_the_id(office: Office, resource: str, key: str) -> None:
    product = office.zoho.world.collection(resource, office.id).resource.product
    office.zoho.webhooks.add(product, office.id, URL, module=resource)

    office.zoho.add(resource, office.id)

    assert [list(body) for body in office.told()] == [[key]]


def test_a_deleted_record_is_told_as_it_was(office: Office, zoho: Emulator) -> None:
    zoho.webhooks.add("books", office.id, URL, module="items", operations=["deleted"])
    record_id = office.first("items")
    before = zoho.detail("items", office.id, record_id)

    office.edit("items", record_id, made_up="x")
    zoho.delete("items", office.id, record_id)

    assert office.told() == [{"item": {**before, "made_up": "x", "last_modified_time": "2026-03-04T17:30:00+0530"}}]


def test_a_body_of_ones_own_has_chosen_fields(office: Office, zoho: Emulator) -> None:
    zoho.webhooks.add("books", office.id, URL, module="invoices", body="custom", fields=["invoice_id", "notes"])
    zoho.webhooks.add("books", office.id, URL, module="invoices", body="form")
    zoho.webhooks.add("books", office.id, URL, module="invoices", body="jsonstring")
    record_id = office.first("invoices", notes="Neu")

    custom, form, text = office.bodies()
    assert orjson.loads(custom) == {"invoice_id": record_id, "notes": "Neu"}
    assert parse_qs(form.decode()) == {"invoice_id": [record_id]}
    assert orjson.loads(parse_qs(text.decode())["JSONString"][0])["invoice"]["notes"] == "Neu"


def test_other_organizations_and_modules_are_nobodys_business(office: Office, zoho: Emulator) -> None:
    zoho.webhooks.add("books", zoho.organization_ids[1], URL, module="invoices")
    zoho.webhooks.add("books", office.id, URL, module="bills")
    zoho.webhooks.add("billing", office.id, URL, module="invoices")

    office.first("invoices", notes="Neu")

    assert office.told() == []


# ── Billing's events ──


def test_an_event_says_what_happened_and_when(office: Office, zoho: Emulator) -> None:
    zoho.webhooks.add("billing", office.id, URL)

    record_id = zoho.add("billing_subscriptions", office.id, status="trial")

    (event,) = office.told()
    listed = zoho.rows("billing_events", office.id)[-1]
    assert {name: event[name] for name in ("event_id", "event_type", "event_time")} == listed
    assert event["event_type"] == "subscription_created"
    assert event["event_time"] == "2026-03-04T17:30:00+0530"
    assert event["data"] == {"subscription": zoho.detail("billing_subscriptions", office.id, record_id)}


@pytest.mark.parametrize(
    ("before", "change", "types"),
    [
        ("live", {"status": "cancelled"}, ["subscription_cancelled"]),
        ("cancelled", {"status": "live"}, ["subscription_reactivated"]),
        ("trial", {"status": "live"}, ["subscription_activation"]),
        ("live", {"status": "unpaid"}, ["subscription_unpaid"]),
        ("live", {"status": "non_renewing"}, ["subscription_cancellation_scheduled"]),
        ("live", {"status": "expired"}, ["subscription_expired"]),
        ("live", {"plan_name": "Gold, neu", "amount": 9e9}, ["subscription_upgraded"]),
        ("live", {"plan": {"plan_code": "neu"}, "amount": 0}, ["subscription_downgraded"]),
        ("live", {"next_billing_at": "2099-01-01"}, ["billing_date_changed"]),
        (
            "live",
            {"next_billing_at": "2099-01-01", "current_term_starts_at": "2098-12-01"},
            ["subscription_renewed"],
        ),
        ("live", {"status": "paused"}, []),
        ("live", {"amount": 9e9}, []),
        ("live", {"reference_id": "neu"}, []),
    ],
)
def test_edits_of_subscriptions_make_documented_events_only(
    office: Office, before: str, change: dict[str, object], types: list[str]
) -> None:
    record_id = office.first("billing_subscriptions", status=before)
    office.zoho.webhooks.add("billing", office.id, URL)

    office.edit("billing_subscriptions", record_id, **change)

    assert office.types() == types


@pytest.mark.parametrize(
    ("resource", "types"),
    [
        ("billing_invoices", ["invoice_created"]),
        ("billing_credit_notes", ["creditnote_added"]),
        ("billing_payments", ["payment_thankyou"]),
        ("billing_customers", []),
        ("billing_plans", []),
        ("invoices", []),
    ],
)
def test_new_records_make_documented_events_only(office: Office, resource: str, types: list[str]) -> None:
    office.zoho.webhooks.add("billing", office.id, URL)

    record_id = office.zoho.add(resource, office.id, status="success")
    office.edit(resource, record_id, made_up="x")

    assert office.types() == types


def test_children_and_deletions_make_events_too(office: Office, zoho: Emulator) -> None:
    zoho.webhooks.add("billing", office.id, URL)
    zoho.add("billing_refunds", office.id, creditnote_id=office.first("billing_credit_notes"))
    card = zoho.add("billing_cards", office.id, customer_id=office.first("billing_customers"))
    zoho.delete("billing_cards", office.id, card)
    zoho.delete("billing_subscriptions", office.id, office.first("billing_subscriptions"))
    zoho.add("billing_payments", office.id, status="failure")

    assert office.types() == ["payment_refunded", "card_deleted", "subscription_deleted", "payment_declined"]


def test_a_webhook_may_want_some_events_only(office: Office, zoho: Emulator) -> None:
    zoho.webhooks.add("billing", office.id, URL, events=["subscription_activation"])

    zoho.add("billing_subscriptions", office.id, status="live")

    assert office.types() == ["subscription_activation"]
    assert [row["event_type"] for row in zoho.rows("billing_events", office.id)[-2:]] == [
        "subscription_created",
        "subscription_activation",
    ]


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_every_documented_event_can_be_let_happen(office: Office, zoho: Emulator, event_type: str) -> None:
    parents = {"billing_cards": "billing_customers", "billing_refunds": "billing_credit_notes"}
    resource = EVENT_TYPES_OF[event_type]
    above = office.first(parents[resource]) if resource in parents else None
    row = zoho.rows(resource, office.id, above)[0]
    zoho.webhooks.add("billing", office.id, URL)

    event_id = zoho.webhooks.tell(office.id, event_type, str(row[office.key(resource)]))

    assert [(event["event_id"], event["event_type"]) for event in office.told()] == [(event_id, event_type)]


def test_events_and_records_that_there_are_not_are_refused(office: Office, zoho: Emulator) -> None:
    with pytest.raises(ValueError, match="no event 'invoice_paid'; there are: subscription_created"):
        zoho.webhooks.tell(office.id, "invoice_paid", "1")
    with pytest.raises(KeyError, match="no record '1' in billing_cards"):
        zoho.webhooks.tell(office.id, "card_expired", "1")


def test_events_are_listed_once_somebody_wants_to_hear_of_them(office: Office, zoho: Emulator) -> None:
    before = len(zoho.rows("billing_events", office.id))

    zoho.add("billing_invoices", office.id)
    unheard = len(zoho.rows("billing_events", office.id))
    zoho.webhooks.add("billing", office.id, URL)
    zoho.add("billing_invoices", office.id)

    assert (unheard, len(zoho.rows("billing_events", office.id))) == (before, before + 1)
