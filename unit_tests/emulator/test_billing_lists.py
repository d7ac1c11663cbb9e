"""Does the emulated Billing list what its table says, hide what Zoho hides and refuse what Zoho refuses?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator.resources import Resource, billing_resources
from unit_tests.emulator.billing_caller import BillingCaller, path_of
from unit_tests.emulator.builders import Caller, refusal, times

FLAT = [
    one
    for one in billing_resources().values()
    if one.path and not one.parent and not one.single and one.entry != "organizations"
]
CHILDREN = [one for one in billing_resources().values() if one.path and one.parent and not one.single]
PROBES = ("/settings/currencies", "/users", "/retainerinvoices", "/locations", "/salesreturns", "/unbilledcharges")


@pytest.fixture
def billing(caller: Caller) -> BillingCaller:
    return BillingCaller(caller)


def in_any_order(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(map(repr, rows))


def test_every_core_and_optional_entry_is_there() -> None:
    assert len(billing_resources()) == 36
    assert all(name == f"billing_{one.entry}" for name, one in billing_resources().items())


@pytest.mark.parametrize("resource", FLAT, ids=lambda resource: resource.name)
def test_a_list_under_its_all_filter_holds_every_record(billing: BillingCaller, resource: Resource) -> None:
    asked: dict[str, Any] = {"filter_by": resource.all_filter} if resource.all_filter else {}

    found = billing.everything(resource.path, resource.key, **asked)

    assert found
    assert in_any_order(found) == in_any_order(billing.rows(resource.name))


@pytest.mark.parametrize("resource", CHILDREN, ids=lambda resource: resource.name)
def test_the_children_of_all_parents_are_all_rows(billing: BillingCaller, resource: Resource) -> None:
    found = [
        row for one in billing.parent_ids(resource) for row in billing.everything(path_of(resource, one), resource.key)
    ]

    assert found
    assert in_any_order(found) == in_any_order(billing.rows(resource.name))


@pytest.mark.parametrize("resource", CHILDREN, ids=lambda resource: resource.name)
def test_a_parent_that_does_not_exist_is_refused(billing: BillingCaller, resource: Resource) -> None:
    assert refusal(billing.get(path_of(resource, "4711"))) == (404, 1002)


@pytest.mark.parametrize("resource", FLAT, ids=lambda resource: resource.name)
def test_unknown_parameters_are_refused(billing: BillingCaller, resource: Resource) -> None:
    since = "2025-01-01T00:00:00+0000"

    assert refusal(billing.get(resource.path, modified_since=since)) == (400, 2)
    assert refusal(billing.get(resource.path, last_modified_time=since)) == (400, 2)
    assert refusal(billing.get(resource.path, limit=5)) == (400, 2)


@pytest.mark.parametrize("resource", FLAT, ids=lambda resource: resource.name)
def test_pages_end_at_two_hundred(billing: BillingCaller, resource: Resource) -> None:
    assert refusal(billing.get(resource.path, per_page=201)) == (400, 2)

    body = billing.json(resource.path, per_page=2, page=1)

    if not resource.paginated:
        assert "page_context" not in body
        return
    assert len(body[resource.key]) == 2
    assert (body["page_context"]["per_page"], body["page_context"]["has_more_page"]) == (2, True)


@pytest.mark.parametrize("path", PROBES)
def test_lists_that_zoho_does_not_document_are_unknown_paths(billing: BillingCaller, path: str) -> None:
    assert refusal(billing.get(path)) == (404, 5)


@pytest.mark.parametrize("resource", FLAT, ids=lambda resource: resource.name)
def test_a_column_that_is_not_documented_is_refused_until_told_otherwise(
    billing: BillingCaller, resource: Resource
) -> None:
    if not resource.paginated:
        return
    asked: dict[str, Any] = {"sort_column": "created_time_of_mine", "sort_order": "A"}
    assert refusal(billing.get(resource.path, **asked)) == (400, 2)

    billing.zoho.behave(resource.name, sort="ignore", all_sorts=True)

    assert billing.get(resource.path, **asked).status == 200


@pytest.mark.parametrize(
    ("resource", "wanted"),
    [
        ("billing_plans", {"active"}),
        ("billing_addons", {"active"}),
        ("billing_coupons", {"active"}),
        ("billing_items", {"active"}),
    ],
)
def test_inactive_records_are_hidden_unless_asked_for(billing: BillingCaller, resource: str, wanted: set[str]) -> None:
    described = billing_resources()[resource]

    shown = billing.everything(described.path, described.key)

    assert {row["status"] for row in shown} == wanted
    assert len(shown) < len(billing.rows(resource))


def test_inactive_customers_are_hidden_though_their_rows_do_not_say_so(billing: BillingCaller) -> None:
    shown = billing.everything("/customers", "customers")
    every = billing.everything("/customers", "customers", filter_by="Status.All")
    inactive = billing.everything("/customers", "customers", filter_by="Status.Inactive")

    assert len(shown) + len(inactive) == len(every)
    assert inactive
    assert all("status" not in row for row in every)
    details = [
        billing.zoho.detail("billing_customers", billing.organization_id, row["customer_id"]) for row in inactive
    ]
    assert {detail["status"] for detail in details} == {"inactive"}


def test_ended_subscriptions_are_hidden_unless_asked_for(billing: BillingCaller) -> None:
    statuses = {row["status"] for row in billing.everything("/subscriptions", "subscriptions")}

    assert not statuses & {"cancelled", "cancelled_from_dunning", "expired", "trial_expired"}
    assert "live" in statuses


def test_filters_of_subscriptions_go_by_their_own_prefix(billing: BillingCaller) -> None:
    assert refusal(billing.get("/subscriptions", filter_by="Status.All")) == (400, 2)
    past_due = billing.everything("/subscriptions", "subscriptions", filter_by="SubscriptionStatus.PAST_DUE")
    online = billing.everything("/subscriptions", "subscriptions", filter_by="SubscriptionMode.ONLINE")

    assert {row["status"] for row in past_due} == {"dunning"}
    assert {row["auto_collect"] for row in online} == {True}


def test_a_filter_that_needs_more_than_the_row_is_not_emulated(billing: BillingCaller) -> None:
    assert billing.get("/subscriptions", filter_by="SubscriptionStatus.CANCELLED_LAST_MONTH").status == 501


def test_the_filter_is_told_again_in_page_context(billing: BillingCaller) -> None:
    told = billing.json("/plans", filter_by="PlanStatus.All")["page_context"]["applied_filter"]
    usual = billing.json("/plans")["page_context"]["applied_filter"]

    assert (told, usual) == ("PlanStatus.All", "PlanStatus.ACTIVE")


def test_transactions_can_be_asked_for_by_type_and_customer(billing: BillingCaller) -> None:
    payments = billing.everything("/transactions", "transactions", filter_by="TransactionType.PAYMENT")
    customer_id = billing.first("billing_customers")["customer_id"]
    of_customer = billing.everything("/transactions", "transactions", customer_id=customer_id)

    assert {row["type"] for row in payments} == {"payment"}
    assert 0 < len(of_customer) < len(billing.rows("billing_transactions"))


def test_two_transactions_may_share_an_id_but_not_their_type_as_well(billing: BillingCaller) -> None:
    rows = billing.rows("billing_transactions")
    ids = [row["transaction_id"] for row in rows]

    assert len(set(ids)) < len(ids)
    assert len({(row["transaction_id"], row["type"]) for row in rows}) == len(ids)


def test_events_come_newest_first_in_order_of_their_time(billing: BillingCaller) -> None:
    seen = times(billing.everything("/events", "events"), "event_time")

    assert seen == sorted(seen, reverse=True)


def test_a_modification_filter_can_be_honoured_or_ignored(billing: BillingCaller) -> None:
    rows = billing.rows("billing_subscriptions")
    border = sorted(rows, key=lambda row: times([row], "updated_time"))[60]["updated_time"]
    asked: dict[str, Any] = {"filter_by": "SubscriptionStatus.All", "last_modified_time": border}

    billing.zoho.behave("billing_subscriptions", filter="honour")
    honoured = billing.everything("/subscriptions", "subscriptions", **asked)
    billing.zoho.behave("billing_subscriptions", filter="ignore")
    ignored = billing.everything("/subscriptions", "subscriptions", **asked)

    assert min(times(honoured, "updated_time")) == times([{"updated_time": border}], "updated_time")[0]
    assert len(honoured) < len(ignored) == len(rows)


def test_a_sort_by_modification_can_be_honoured(billing: BillingCaller) -> None:
    billing.zoho.behave("billing_invoices", sort="honour")

    rows = billing.everything("/invoices", "invoices", sort_column="updated_time", sort_order="A")

    assert times(rows, "updated_time") == sorted(times(rows, "updated_time"))


def test_page_context_can_be_left_out(billing: BillingCaller) -> None:
    billing.zoho.behave("billing_quotes", page_context=False)

    assert "page_context" not in billing.json("/estimates")


@pytest.mark.parametrize(
    ("resource", "path", "usual", "other"),
    [
        ("billing_hosted_pages", "/hostedpages", "hosted_pages", "hostedpages"),
        ("billing_credit_notes", "/creditnotes", "creditnotes", "credit_notes"),
    ],
)
def test_the_key_of_a_list_can_be_spelt_otherwise(
    billing: BillingCaller, resource: str, path: str, usual: str, other: str
) -> None:
    assert usual in billing.json(path)

    billing.zoho.behave(resource, key=other)

    body = billing.json(path)
    assert other in body
    assert usual not in body


@pytest.mark.parametrize(
    ("resource", "path", "own"),
    [("billing_payments", "/payments", "payment_id"), ("billing_credit_notes", "/creditnotes", "creditnote_id")],
)
def test_a_list_seen_in_code_only_can_be_missing_while_its_documents_answer(
    billing: BillingCaller, resource: str, path: str, own: str
) -> None:
    billing.zoho.behave(resource, missing_list=True)

    assert refusal(billing.get(path)) == (404, 5)
    assert billing.get(f"{path}/{billing.first(resource)[own]}").status == 200


def test_invoices_carry_both_names_of_their_number(billing: BillingCaller) -> None:
    rows = billing.rows("billing_invoices")

    assert all(row["number"] == row["invoice_number"] for row in rows)
    assert len({row["number"] for row in rows}) == len(rows)


def test_a_customer_may_have_several_subscriptions(billing: BillingCaller) -> None:
    owners = [row["customer_id"] for row in billing.rows("billing_subscriptions")]

    assert len(set(owners)) < len(owners)
    assert set(owners) <= {row["customer_id"] for row in billing.rows("billing_customers")}
