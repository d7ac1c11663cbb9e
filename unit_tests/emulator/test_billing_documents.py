"""Can every record of the emulated Billing be asked for whole, by the key that Billing gives it?"""

from __future__ import annotations

import re

import orjson
import pytest

from source_zoho.emulator.resources import Resource, billing_resources
from unit_tests.emulator.billing_caller import BillingCaller, encoded
from unit_tests.emulator.builders import Caller, refusal

WITH_DETAIL = [one for one in billing_resources().values() if one.detail_path]
CODES = [("billing_plans", "plan_code"), ("billing_addons", "addon_code"), ("billing_coupons", "coupon_code")]


@pytest.fixture
def billing(caller: Caller) -> BillingCaller:
    return BillingCaller(caller)


def detail_path(billing: BillingCaller, resource: Resource) -> tuple[str, str]:
    """Return the path of a resource's first record, and its own id in it."""
    assert resource.detail_path
    parent_id = "" if resource.parent is None else billing.parent_ids(resource)[0]
    row = billing.rows(resource.name, parent_id or None)[0]
    own = encoded(row[resource.id])
    *outer, last = re.findall(r"\{\w+\}", resource.detail_path)
    path = resource.detail_path.replace(last, own)
    return (path.replace(outer[0], parent_id) if outer else path), own


@pytest.mark.parametrize("resource", WITH_DETAIL, ids=lambda resource: resource.name)
def test_a_document_repeats_its_row_and_adds_to_it(billing: BillingCaller, resource: Resource) -> None:
    path, own = detail_path(billing, resource)
    parent_id = None if resource.parent is None else billing.parent_ids(resource)[0]
    row = billing.rows(resource.name, parent_id)[0]

    body = billing.json(path)
    document = body[resource.detail_key] if resource.detail_key else body

    assert document.items() >= {name: row[name] for name in row if name not in resource.list_only}.items()
    assert set(document) >= set(resource.detail_fields)
    assert not set(document) & set(resource.list_only)
    assert not [name for name in document if name.startswith("_")]
    assert refusal(billing.get(path[: -len(own)] + "4711")) == (404, 1002)


@pytest.mark.parametrize("resource", WITH_DETAIL, ids=lambda resource: resource.name)
def test_the_detail_control_returns_what_the_detail_call_answers(billing: BillingCaller, resource: Resource) -> None:
    path, _ = detail_path(billing, resource)
    parent_id = None if resource.parent is None else billing.parent_ids(resource)[0]
    row = billing.rows(resource.name, parent_id)[0]
    body = billing.json(path)
    answered = body[resource.detail_key] if resource.detail_key else body

    document = billing.zoho.detail(resource.name, billing.organization_id, row[resource.id])

    assert document == {name: answered[name] for name in answered if name not in ("code", "message")}


@pytest.mark.parametrize(("resource", "key"), CODES)
def test_codes_that_a_path_does_not_like_lead_to_their_record(billing: BillingCaller, resource: str, key: str) -> None:
    described = billing_resources()[resource]
    codes = [row[key] for row in billing.rows(resource)]
    assert {sign for sign in " /%" if any(sign in code for code in codes)} == {" ", "/", "%"}
    assert any(not code.isascii() for code in codes)

    for code in codes:
        assert billing.json(f"{described.path}/{encoded(code)}")[described.detail_key][key] == code


def test_a_slash_that_is_not_encoded_leads_nowhere(billing: BillingCaller) -> None:
    (code, *_) = (row["plan_code"] for row in billing.rows("billing_plans") if "/" in row["plan_code"])

    assert refusal(billing.get(f"/plans/{code}")) == (404, 5)


def test_two_plans_may_share_a_name(billing: BillingCaller) -> None:
    rows = billing.rows("billing_plans")

    assert len({row["name"] for row in rows}) < len(rows)
    assert len({row["plan_code"] for row in rows}) == len(rows)


@pytest.mark.parametrize(("resource", "key"), CODES)
def test_records_with_codes_can_be_added_edited_and_deleted(billing: BillingCaller, resource: str, key: str) -> None:
    zoho, here, described = billing.zoho, billing.organization_id, billing_resources()[resource]
    code = zoho.add(resource, here, **{key: "new / 50%"})
    zoho.edit(resource, here, code, name="Neu")

    assert zoho.record(resource, here, code)["name"] == "Neu"
    assert billing.json(f"{described.path}/new%20%2F%2050%25")[described.detail_key]["name"] == "Neu"
    zoho.delete(resource, here, code)

    assert refusal(billing.get(f"{described.path}/{encoded(code)}")) == (404, 1002)


def test_an_edit_stamps_a_row_by_its_own_name_for_that(billing: BillingCaller) -> None:
    zoho, here = billing.zoho, billing.organization_id
    subscription, quote = billing.first("billing_subscriptions"), billing.first("billing_quotes")
    zoho.edit("billing_subscriptions", here, subscription["subscription_id"], amount=1.5)
    zoho.edit("billing_quotes", here, quote["estimate_id"], total=2.5)

    now = "2026-03-04T17:30:00+0530"
    assert zoho.record("billing_subscriptions", here, subscription["subscription_id"])["updated_time"] == now
    assert zoho.record("billing_quotes", here, quote["estimate_id"])["last_modified_time"] == now


def test_a_field_of_the_document_alone_can_be_edited_without_showing_in_the_list(billing: BillingCaller) -> None:
    zoho, here = billing.zoho, billing.organization_id
    own = billing.first("billing_invoices")["invoice_id"]

    zoho.edit("billing_invoices", here, own, invoice_items=[{"name": "One seat"}])

    assert zoho.detail("billing_invoices", here, own)["invoice_items"] == [{"name": "One seat"}]
    assert "invoice_items" not in zoho.record("billing_invoices", here, own)


def test_an_edited_customer_becomes_inactive_in_list_and_document(billing: BillingCaller) -> None:
    zoho, here = billing.zoho, billing.organization_id
    own = billing.json("/customers")["customers"][0]["customer_id"]

    zoho.edit("billing_customers", here, own, status="inactive")

    assert own not in [row["customer_id"] for row in billing.json("/customers")["customers"]]
    assert zoho.detail("billing_customers", here, own)["status"] == "inactive"


def test_refunds_are_found_by_the_documents_of_credit_notes(billing: BillingCaller) -> None:
    found = {
        refund["refund_id"]: row["creditnote_id"]
        for row in billing.rows("billing_credit_notes")
        for refund in billing.json(f"/creditnotes/{row['creditnote_id']}")["creditnote"]["refunds"]
    }

    assert sorted(found) == sorted(row["refund_id"] for row in billing.rows("billing_refunds"))
    for refund_id, creditnote_id in found.items():
        refund = billing.json(f"/creditnotes/refunds/{refund_id}")["refund"]
        assert refund["creditnote"]["creditnote_id"] == creditnote_id


def test_unbilled_charges_are_found_by_the_documents_of_subscriptions(billing: BillingCaller) -> None:
    named = [
        billing.json(f"/subscriptions/{row['subscription_id']}")["subscription"]["unbilled_charge_id"]
        for row in billing.rows("billing_subscriptions")
    ]

    assert "" in named
    assert sorted(filter(None, named)) == sorted(
        row["unbilled_charge_id"] for row in billing.rows("billing_unbilled_charges")
    )
    (charge_id, *_) = filter(None, named)
    assert billing.json(f"/unbilledcharges/{charge_id}")["unbilled_charge"]["unbilled_charge_id"] == charge_id


def test_a_deleted_refund_is_no_longer_named(billing: BillingCaller) -> None:
    zoho, here = billing.zoho, billing.organization_id
    refund = billing.first("billing_refunds")
    creditnote_id = refund["creditnote"]["creditnote_id"]

    zoho.delete("billing_refunds", here, refund["refund_id"])

    named = zoho.detail("billing_credit_notes", here, creditnote_id)["refunds"]
    assert refund["refund_id"] not in [one["refund_id"] for one in named]


def test_changes_are_scheduled_for_some_subscriptions_only(billing: BillingCaller) -> None:
    planned = {row["subscription_id"] for row in billing.rows("billing_subscription_scheduled_changes")}
    for row in billing.rows("billing_subscriptions"):
        own = row["subscription_id"]
        answer = billing.get(f"/subscriptions/{own}/scheduledchanges")
        if own in planned:
            assert orjson.loads(answer.body)["subscription"]["subscription_id"] == own
        else:
            assert refusal(answer) == (404, 1002)
    assert 0 < len(planned) < len(billing.rows("billing_subscriptions"))


def test_nothing_scheduled_can_be_refused_in_the_other_way(billing: BillingCaller) -> None:
    planned = {row["subscription_id"] for row in billing.rows("billing_subscription_scheduled_changes")}
    every = [row["subscription_id"] for row in billing.rows("billing_subscriptions")]
    (own, *_) = (one for one in every if one not in planned)

    billing.zoho.behave("billing_subscription_scheduled_changes", absent="400")

    assert refusal(billing.get(f"/subscriptions/{own}/scheduledchanges")) == (400, 1038)
    with pytest.raises(ValueError, match="expected one of: 404, 400"):
        billing.zoho.behave("billing_subscription_scheduled_changes", absent="never")


def test_a_scheduled_change_goes_by_the_id_of_its_subscription(billing: BillingCaller) -> None:
    zoho, here = billing.zoho, billing.organization_id
    own = billing.first("billing_subscription_scheduled_changes")["subscription_id"]

    zoho.edit("billing_subscription_scheduled_changes", here, own, amount=12.5)

    assert billing.json(f"/subscriptions/{own}/scheduledchanges")["subscription"]["amount"] == 12.5
    zoho.delete("billing_subscription_scheduled_changes", here, own)
    assert refusal(billing.get(f"/subscriptions/{own}/scheduledchanges")) == (404, 1002)


def test_churn_messages_are_one_object(billing: BillingCaller) -> None:
    settings = billing.json("/settings/preferences/churnmessages")["churn_messages_settings"]

    assert settings["churn_messages"]


def test_a_hosted_page_lies_beside_code_and_message(billing: BillingCaller) -> None:
    page = billing.first("billing_hosted_pages")

    body = billing.json(f"/hostedpages/{page['hostedpage_id']}")

    assert (body["code"], body["url"]) == (0, page["url"])
    assert set(body["data"]) == {"subscription", "invoice"}


def test_the_payload_of_an_event_is_text_or_object(billing: BillingCaller) -> None:
    payloads = [
        billing.zoho.detail("billing_events", billing.organization_id, row["event_id"])["payload"]
        for row in billing.rows("billing_events")[:40]
    ]

    assert {type(payload) for payload in payloads} == {str, dict}
    assert all("event_type" in (orjson.loads(one) if isinstance(one, str) else one) for one in payloads)


def test_the_key_of_a_document_can_be_spelt_otherwise(billing: BillingCaller) -> None:
    own = billing.first("billing_credit_notes")["creditnote_id"]

    billing.zoho.behave("billing_credit_notes", detail_key="credit_note")

    assert billing.json(f"/creditnotes/{own}")["credit_note"]["creditnote_id"] == own


def test_a_record_deleted_between_list_and_document_is_refused(billing: BillingCaller) -> None:
    own = billing.json("/subscriptions")["subscriptions"][0]["subscription_id"]

    billing.zoho.delete("billing_subscriptions", billing.organization_id, own)

    assert refusal(billing.get(f"/subscriptions/{own}")) == (404, 1002)
    assert refusal(billing.get(f"/subscriptions/{own}/recentactivities")) == (404, 1002)


def test_a_resource_without_documents_has_no_detail(billing: BillingCaller) -> None:
    own = billing.first("billing_taxes")["tax_id"]

    with pytest.raises(ValueError, match="no detail call"):
        billing.zoho.detail("billing_taxes", billing.organization_id, own)
