"""Whose Billing answers: which organization, by which name, with which scope and out of which quota?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.refusals import NO_PRODUCT, NoProduct
from source_zoho.emulator.resources import PRODUCTS, resources
from unit_tests.emulator.billing_caller import HEADER, BillingCaller
from unit_tests.emulator.builders import Caller, body_of, refusal

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
REFUSED = {"57": (401, 57), "6024": (400, 6024), "5": (404, 5)}


@pytest.fixture
def billing(caller: Caller) -> BillingCaller:
    return BillingCaller(caller)


@pytest.mark.parametrize("name", [HEADER, HEADER.lower(), HEADER.upper()])
def test_the_header_names_the_organization_in_any_case(billing: BillingCaller, name: str) -> None:
    _, there = billing.zoho.organization_ids

    rows = body_of(billing.get("/items", headers={name: there}, filter_by="Status.All"))["items"]

    known = {row["item_id"] for row in billing.zoho.rows("billing_items", there)}
    assert {row["item_id"] for row in rows} == known


def test_the_query_names_the_organization_as_well(billing: BillingCaller) -> None:
    answer = billing.get("/products", headers={}, organization_id=billing.organization_id)

    assert len(body_of(answer)["products"]) == len(billing.rows("billing_products"))


def test_the_header_goes_before_the_query(billing: BillingCaller) -> None:
    here, there = billing.zoho.organization_ids

    billing.get("/products", headers={HEADER: there}, organization_id=here)

    assert billing.zoho.calls.log[-1].organization_id == there
    assert billing.zoho.calls.by_organization == {there: 1}


def test_a_call_without_organization_is_refused(billing: BillingCaller) -> None:
    assert refusal(billing.get("/products", headers={})) == (400, 6024)


def test_the_header_of_billing_means_nothing_to_books(billing: BillingCaller, caller: Caller) -> None:
    assert refusal(caller.get("/items", organization_id=None)) == (400, 6024)


def test_foreign_and_inactive_organizations_are_refused(billing: BillingCaller) -> None:
    (inactive,) = billing.zoho.inactive_organization_ids

    assert refusal(billing.get("/products", headers={HEADER: "4711"})) == (400, 6041)
    assert refusal(billing.get("/products", headers={HEADER: inactive})) == (400, 6024)


def test_organizations_are_listed_without_naming_one(billing: BillingCaller, caller: Caller) -> None:
    rows = body_of(billing.get("/organizations", headers={}))["organizations"]

    assert rows == caller.json("/organizations")["organizations"]
    assert rows == billing.zoho.rows("billing_organizations", billing.organization_id)


@pytest.mark.parametrize("without", sorted(NO_PRODUCT))
def test_an_organization_without_billing_is_refused_in_a_chosen_way(without: NoProduct) -> None:
    zoho = Emulator(now=NOON, without_product=without)
    caller = Caller(zoho)
    only_books = zoho.add_organization("Ledger Only", products=("books",))

    refused = BillingCaller(caller).get("/products", headers={HEADER: only_books})

    assert refusal(refused) == REFUSED[without]
    assert caller.get("/items", organization_id=only_books).status == 200
    assert only_books in [
        row["organization_id"] for row in BillingCaller(caller).json("/organizations")["organizations"]
    ]


def test_an_organization_may_have_billing_alone(billing: BillingCaller, caller: Caller) -> None:
    only_billing = billing.zoho.add_organization("Subscriptions Only", products=("billing",))

    assert refusal(caller.get("/items", organization_id=only_billing)) == (401, 57)
    assert billing.get("/items", headers={HEADER: only_billing}).status == 200


def test_an_empty_organization_has_settings_but_no_records(billing: BillingCaller) -> None:
    empty = billing.zoho.add_organization("Brand New", empty=True)

    held = {name: billing.zoho.rows(name, empty) for name, one in resources().items() if one.product == "billing"}

    assert {name for name, rows in held.items() if rows} == {"billing_organizations", "billing_churn_messages"}
    assert body_of(billing.get("/plans", headers={HEADER: empty}))["plans"] == []


def test_odd_accounts_can_be_there_from_the_start() -> None:
    zoho = Emulator(now=NOON, odd_accounts=True)

    *_, only_books, empty = zoho.organization_ids

    assert zoho.world.organization(only_books).products == ("books",)
    assert zoho.rows("billing_invoices", empty) == []
    assert zoho.rows("invoices", empty) == []


def test_unknown_products_and_refusals_are_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="there are: books, billing"):
        Emulator(now=NOON).add_organization("Odd", products=("crm",))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="expected one of: 57, 6024, 5"):
        Emulator(now=NOON, without_product="404")  # type: ignore[arg-type]


def test_a_scope_of_books_does_not_open_billing() -> None:
    zoho = Emulator(now=NOON, scopes={"ZohoBooks.fullaccess.all", "ZohoSubscriptions.plans.READ"})
    billing = BillingCaller(Caller(zoho))

    assert billing.get("/plans").status == 200
    assert refusal(billing.get("/invoices")) == (401, 57)
    assert refusal(billing.get("/organizations")) == (401, 57)


def test_dead_tokens_other_methods_and_unknown_paths_are_refused_as_in_books(billing: BillingCaller) -> None:
    billing.get("/plans")
    assert refusal(billing.get("/plans", method="POST")) == (405, 37)
    assert refusal(billing.get("/nowhere")) == (404, 5)

    billing.zoho.revoke_access_tokens()

    assert refusal(billing.get("/plans")) == (401, 57)


@pytest.mark.parametrize("shared", [True, False])
def test_both_products_draw_on_one_quota_or_on_their_own(shared: bool) -> None:
    zoho = Emulator(now=NOON, calls_per_minute=2, calls_per_day=100, billing_shares_quota=shared)
    zoho.clock.freeze()
    caller = Caller(zoho)
    billing = BillingCaller(caller)
    caller.get("/items")
    caller.get("/items")

    answer = billing.get("/items")

    assert refusal(answer) == ((429, 44) if shared else (200, 0))
    assert answer.headers["X-Rate-Limit-Remaining"] == ("98" if shared else "99")


def test_the_configuration_names_both_products() -> None:
    with Emulator(now=NOON) as zoho:
        assert zoho.config()["products"] == list(PRODUCTS)


def test_faults_and_planned_actions_tell_the_products_apart(billing: BillingCaller, caller: Caller) -> None:
    billing.zoho.faults.add("500", path="invoices")
    billing.zoho.faults.add("44", path="billing_invoices")
    billing.zoho.faults.add("503", path="/billing/v1/plans")

    assert refusal(billing.get("/invoices")) == (429, 44)
    assert refusal(caller.get("/invoices")) == (500, 1000)
    assert billing.get("/plans").status == 503
    assert billing.get("/plans").status == 200


def test_a_fault_can_be_for_every_document_of_a_kind(billing: BillingCaller) -> None:
    billing.zoho.faults.add("1002", path="/billing/v1/events/{event_id}")

    assert refusal(billing.get(f"/events/{billing.first('billing_events')['event_id']}")) == (404, 1002)


def test_a_fault_can_be_for_one_organization_of_billing(billing: BillingCaller) -> None:
    here, there = billing.zoho.organization_ids
    billing.zoho.faults.add("57", path="billing_plans", organization_id=there)

    assert billing.get("/plans", headers={HEADER: here}).status == 200
    assert refusal(billing.get("/plans", headers={HEADER: there})) == (401, 57)
