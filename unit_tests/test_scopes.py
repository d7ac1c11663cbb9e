"""Does a sign-in ask for what the chosen streams need, and for no more?"""

from __future__ import annotations

import pytest

from source_zoho import scopes
from source_zoho.errors import ConfigProblem
from source_zoho.manifest import read_manifest
from unit_tests.rules import every

MANIFEST = read_manifest()
BUTTON = [scope for product in scopes.PREFIXES for scope in scopes.of_product(MANIFEST, product)]


@pytest.mark.parametrize(
    ("streams", "expected"),
    [
        (["books_invoices"], ["ZohoBooks.settings.READ", "ZohoBooks.invoices.READ"]),
        (["books_taxes"], ["ZohoBooks.settings.READ"]),
        (["billing_plans"], ["ZohoSubscriptions.plans.READ", "ZohoSubscriptions.settings.READ"]),
        (["crm_organization"], ["ZohoCRM.org.READ"]),
        (["crm_roles"], ["ZohoCRM.settings.READ", "ZohoCRM.org.READ"]),
        (["crm_contact_roles"], ["ZohoCRM.org.READ", "ZohoCRM.modules.contacts.READ"]),
        (["books_custom_module_records"], ["ZohoBooks.settings.READ", "ZohoBooks.custommodules.ALL"]),
    ],
)
def test_a_stream_needs_its_own_scope_and_that_of_the_organizations(streams: list[str], expected: list[str]) -> None:
    assert scopes.for_streams(streams) == expected


def test_a_child_needs_the_scopes_of_its_parents() -> None:
    assert "ZohoCRM.users.READ" in scopes.for_streams(["crm_user_territories"])
    assert "ZohoSubscriptions.subscriptions.READ" in scopes.for_streams(["billing_unbilled_charges"])


@pytest.mark.parametrize("name", ["crm_record_emails", "crm_deal_contact_roles", "crm_record_shares", "crm_timelines"])
def test_a_list_for_each_record_needs_the_records(name: str) -> None:
    assert "ZohoCRM.modules.READ" in scopes.for_streams([name])


@pytest.mark.parametrize("name", ["crm_leads", "crm_query_open_deals", "crm_our_boats"])
def test_a_module_or_a_query_needs_records_metadata_and_what_saves_credits(name: str) -> None:
    assert scopes.for_streams([name, "crm_contact_roles"]) == [
        "ZohoCRM.modules.READ",
        "ZohoCRM.settings.READ",
        "ZohoCRM.org.READ",
        "ZohoCRM.bulk.READ",
        "ZohoCRM.coql.READ",
        "ZohoCRM.composite_requests.CUSTOM",
    ]


def test_products_ask_for_the_scopes_of_the_sign_in_button_that_only_read() -> None:
    assert set(BUTTON) - set(scopes.for_products(("books", "billing", "crm"))) == {"ZohoBooks.custommodules.ALL"}
    assert {scopes.product_of(scope) for scope in scopes.for_products(("billing",))} == {"billing"}


@every([name for name, row in scopes.columns().items() if row.get("scope")])
def test_every_stream_has_its_scope_among_those_of_its_product(name: str) -> None:
    wanted = set(scopes.for_streams([name]))
    narrow = {scope for scope in wanted if scope.startswith("ZohoCRM.modules.")}

    assert wanted - narrow <= {scope for scope in BUTTON if scopes.product_of(scope) == scopes.product_of(name)}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("books_invoice", "did you mean books_invoices"),
        ("billing_planes", "billing_plans"),
        ("desk_tickets", "does not have."),
    ],
)
def test_a_stream_that_there_is_not_is_answered_with_its_neighbours(name: str, hint: str) -> None:
    with pytest.raises(ConfigProblem, match=name) as raised:
        scopes.for_streams(["books_bills", name])

    assert hint in str(raised.value)


@every(scopes.for_products(tuple(scopes.PREFIXES)))
def test_every_scope_says_what_it_is_for(scope: str) -> None:
    assert scopes.purpose(scope)


def test_a_purpose_names_streams_and_counts_the_rest() -> None:
    assert scopes.purpose("ZohoBooks.fixedasset.READ") == "books_fixed_asset_types, books_fixed_assets and 2 more"
    assert scopes.purpose("ZohoSubscriptions.products.READ") == "billing_products"


@pytest.mark.parametrize(
    ("scope", "is_one"),
    [("ZohoCRM.share.leads.READ", True), ("ZohoBooks.settings.READ", True), ("ZohoCRM", False), ("a,b", False)],
)
def test_scopes_have_a_form(scope: str, is_one: bool) -> None:
    assert scopes.has_form(scope) is is_one
