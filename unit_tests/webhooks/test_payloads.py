"""Is it clear what a payload is about, and which records it changed?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.webhooks.payloads import ids_of, main_object, own_ids

PAID = {"payment_id": "9", "invoices": [{"invoice_id": "1"}, {"invoice_id": 2}, {"invoice_id": "1"}, {"amount": 3}, 4]}


@pytest.mark.parametrize(
    ("payload", "module", "entity", "ids"),
    [
        ({"invoice": {"invoice_id": "1", "customer_id": "7"}}, "", "invoice", {"invoice_id": ("1",)}),
        ({"organization_id": "5", "invoice": {"invoice_id": "1"}}, "", "invoice", {"invoice_id": ("1",)}),
        ({"retainerinvoice": {"retainerinvoice_id": 1}}, "", "retainerinvoice", {"retainerinvoice_id": ("1",)}),
        ({"vendorpayment": {"payment_id": "9", "vendor_id": "7"}}, "", "vendorpayment", {"payment_id": ("9",)}),
        ({"vendor_credit": {"vendor_credit_id": "9"}}, "", "vendor_credit", {"vendor_credit_id": ("9",)}),
        ({"chart_of_account": {"account_id": "9"}}, "", "chart_of_account", {"account_id": ("9",)}),
        ({"plan": {"plan_code": "gold", "product_id": "3"}}, "", "plan", {"plan_code": ("gold",)}),
        ({"payment": PAID}, "", "payment", {"payment_id": ("9",), "invoice_id": ("1", "2")}),
        (
            {"creditnote": {"creditnote_id": "4", "invoices": [{"invoice_id": "1"}]}},
            "",
            "creditnote",
            {"creditnote_id": ("4",), "invoice_id": ("1",)},
        ),
        (
            {"salesorder": {"salesorder_id": "4", "invoices": [{"invoice_id": "1"}]}},
            "",
            "salesorder",
            {"salesorder_id": ("4",)},
        ),
        ({"invoice_id": "1", "total": "9.50"}, "", "invoice", {"invoice_id": ("1",)}),
        ({"invoice_id": "1", "customer_id": "7"}, "", "", {}),
        ({"invoice_id": "1", "customer_id": "7"}, "invoices", "invoices", {"invoice_id": ("1",)}),
        ({"invoice_id": "1", "customer": {"name": "Ana"}}, "", "invoice", {"invoice_id": ("1",)}),
        ({"pricebook": {"pricebook_id": "1"}}, "books_price_lists", "books_price_lists", {"pricebook_id": ("1",)}),
        ({"tax": {"tax_id": "1"}}, "settings/taxes", "settings/taxes", {"tax_id": ("1",)}),
        ({"currency": {"currency_id": "1"}}, "settings/currencies", "settings/currencies", {"currency_id": ("1",)}),
        ({"a_id": "1", "b_id": "2"}, "cm_things", "cm_things", {"a_id": ("1",), "b_id": ("2",)}),
        ({"plan": {"plan_code": "gold"}, "total": 1}, "plans", "plans", {"plan_code": ("gold",)}),
        ({"note": "nothing"}, "", "", {}),
        ({"invoice": {"invoice_id": None}}, "", "invoice", {}),
        ({"invoice": {"invoice_id": True}}, "", "invoice", {}),
        ({"invoice": {"invoice_id": "1\x00"}}, "", "invoice", {}),
        ({"invoice": {"invoice_id": "1" * 300}}, "", "invoice", {}),
        ({"in\x00voice_id": "1"}, "", "", {}),
        ({}, "", "", {}),
    ],
)
def test_tells_what_it_is_about_and_which_ids_surely_changed(
    payload: dict[str, Any], module: str, entity: str, ids: dict[str, tuple[str, ...]]
) -> None:
    assert main_object(payload, module)[0] == entity
    assert ids_of(payload, module) == ids


@pytest.mark.parametrize(
    ("event", "entity", "ids"),
    [
        ({"data": {"subscription": {"subscription_id": "1"}}}, "subscription", {"subscription_id": ("1",)}),
        ({"payload": '{"subscription": {"subscription_id": "1"}}'}, "subscription", {"subscription_id": ("1",)}),
        ({"subscription": {"subscription_id": "1"}}, "subscription", {"subscription_id": ("1",)}),
        (
            {"data": {"customer": {"customer_id": "7"}, "subscription": {"subscription_id": "1"}}},
            "subscription",
            {"subscription_id": ("1",)},
        ),
        ({"payload": "not JSON"}, "", {}),
        ({"payload": "[" * 100_000}, "", {}),
        ({"data": {}}, "", {}),
    ],
)
def test_looks_into_events_of_billing(event: dict[str, Any], entity: str, ids: dict[str, tuple[str, ...]]) -> None:
    payload = {"event_id": "90", "event_type": "subscription_renewed", "event_time": "2026-03-01", **event}

    assert (main_object(payload)[0], ids_of(payload)) == (entity, ids)


def test_the_object_is_what_is_inside_the_wrapper() -> None:
    assert main_object({"payment": PAID}) == ("payment", PAID)


@pytest.mark.parametrize("payload", [{"invoice": {"invoice_id": "1"}}, {"invoice_id": "1"}, {"payment": PAID}])
def test_the_entity_of_an_event_leads_to_the_same_ids_as_its_module(payload: dict[str, Any]) -> None:
    assert ids_of(payload, main_object(payload)[0]) == ids_of(payload)


def test_its_own_id_is_no_id_of_what_it_settles() -> None:
    assert own_ids("payment", PAID) == ("9",)


def test_which_of_several_ids_is_its_own_is_not_guessed() -> None:
    assert own_ids("cm_things", {"a_id": "1", "b_id": "2"}, "cm_things") == ()
    assert own_ids("cm_things", {"a_id": "1"}, "cm_things") == ("1",)
