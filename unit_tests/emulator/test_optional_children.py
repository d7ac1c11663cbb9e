"""Do the calls beneath single documents answer as documented: comments, payments, refunds, templates, statements?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.document_kinds import documents_of
from source_zoho.emulator.resources import books_resources
from source_zoho.emulator.words import DOCUMENT_KINDS
from unit_tests.emulator.builders import Caller, refusal
from unit_tests.emulator.conftest import NOON

# name of a child list: its path beneath the first parent, and the key of its rows
DOCUMENTED = {
    "contact_comments": ("contacts/{}/comments", "contact_comments"),
    "contact_refunds": ("contacts/{}/refunds", "creditnote_refunds"),
    "contact_unused_retainer_payments": (
        "contacts/{}/receivables/unusedretainerpayments",
        "unused_credits_receivable",
    ),
    "invoice_credits_applied": ("invoices/{}/creditsapplied", "credits"),
    "recurring_invoice_child_invoices": ("recurringinvoices/{}/invoices", "invoice_history"),
    "credit_note_email_history": ("creditnotes/{}/emailhistory", "email_history"),
    "customer_payment_refunds": ("customerpayments/{}/refunds", "payment_refunds"),
    "recurring_expense_child_expenses": ("recurringexpenses/{}/expenses", "expensehistory"),
    "vendor_credit_bills": ("vendorcredits/{}/bills", "bills_credited"),
    "fixed_asset_history": ("fixedassets/{}/history", "asset_history"),
    "recurring_journal_child_journals": ("recurringjournals/{}/journals", "journals"),
    "task_comments": ("tasks/{}/comments", "comments"),
}
CROWDED = ["contact_comments", "fixed_asset_history", "project_invoices"]


def first_id(zoho: Emulator, resource: str, organization_id: str) -> str:
    return str(zoho.rows(resource, organization_id)[0][books_resources()[resource].id])


def first_parent(caller: Caller, name: str) -> str:
    described = books_resources()[name].parent
    assert described
    return first_id(caller.zoho, described.resource, caller.organization_id)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_children_answer_at_the_documented_path_under_the_documented_key(caller: Caller, name: str) -> None:
    path, key = DOCUMENTED[name]

    body = caller.json("/" + path.format(first_parent(caller, name)))

    assert body[key]


@pytest.mark.parametrize("name", CROWDED)
def test_a_few_parents_have_more_children_than_a_page_holds(caller: Caller, name: str) -> None:
    path, key = books_resources()[name].path, books_resources()[name].key
    path = path.replace(f"{{{books_resources()[name].parent.field}}}", first_parent(caller, name))  # type: ignore[union-attr]

    first, second = caller.pages(path, key)

    assert len(first) == 200
    assert second


def test_some_parents_have_no_children(caller: Caller) -> None:
    for name in ("invoice_payments", "bill_comments", "contact_comments"):
        parent = books_resources()[name].parent
        assert parent
        ids = [str(row[parent.field]) for row in caller.zoho.rows(parent.resource, caller.organization_id)]
        assert [] in [caller.zoho.rows(name, caller.organization_id, one) for one in ids], name


def test_lists_without_pages_ignore_the_page(caller: Caller) -> None:
    path = f"/invoices/{first_parent(caller, 'invoice_comments')}/comments"

    assert caller.json(path, page=2)["comments"] == caller.json(path)["comments"]
    assert "page_context" not in caller.json(path)


def test_comments_belong_to_their_document_and_name_a_user(caller: Caller) -> None:
    invoice_id = first_parent(caller, "invoice_comments")
    users = {row["user_id"]: row["name"] for row in caller.zoho.rows("users", caller.organization_id)}

    comments = caller.json(f"/invoices/{invoice_id}/comments")["comments"]

    assert {one["invoice_id"] for one in comments} == {invoice_id}
    assert all(users[one["commented_by_id"]] == one["commented_by"] for one in comments)


def test_a_payment_of_an_invoice_is_a_customer_payment(caller: Caller) -> None:
    known = {row["payment_id"] for row in caller.zoho.rows("customer_payments", caller.organization_id)}

    assert {row["payment_id"] for row in caller.zoho.rows("invoice_payments", caller.organization_id)} <= known


# ── templates ──


@pytest.mark.parametrize("kind", DOCUMENT_KINDS)
def test_each_kind_of_document_has_templates(caller: Caller, kind: str) -> None:
    templates = caller.json(f"/{kind}/templates")["templates"]

    held = caller.zoho.rows("transaction_templates", caller.organization_id, kind)
    assert templates == sorted(held, key=lambda row: str(row["template_id"]))
    assert {"template_id", "template_name", "template_type"} == set(templates[0])


@pytest.mark.parametrize("path", ["/expenses/templates", "/cm_vehicles/templates", "/nothing/templates"])
def test_nothing_else_has_templates(caller: Caller, path: str) -> None:
    assert caller.get(path).status == 404


def test_templates_need_the_scope_of_their_documents() -> None:
    caller = Caller(Emulator(now=NOON, scopes={"ZohoBooks.estimates.READ"}))

    assert caller.get("/estimates/templates").status == 200
    assert refusal(caller.get("/invoices/templates")) == (401, 57)
    assert documents_of("/books/v3/estimates/templates") is books_resources()["estimates"]


# ── single objects ──


def groups_and_others(caller: Caller) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    taxes = caller.zoho.rows("taxes", caller.organization_id)
    groups = [tax for tax in taxes if tax["tax_type"] == "tax_group"]
    return groups, [tax for tax in taxes if tax not in groups]


def test_a_tax_group_goes_by_the_id_of_its_tax(caller: Caller) -> None:
    groups, others = groups_and_others(caller)
    tax_id = str(groups[0]["tax_id"])

    group = caller.json(f"/settings/taxgroups/{tax_id}")["tax_group"]

    assert (group["tax_group_id"], group["tax_group_name"]) == (tax_id, groups[0]["tax_name"])
    assert group["taxes"]
    assert caller.zoho.record("tax_groups", caller.organization_id, tax_id) == group
    assert caller.zoho.rows("tax_groups", caller.organization_id, tax_id) == [group]
    assert refusal(caller.get(f"/settings/taxgroups/{others[0]['tax_id']}")) == (404, 1002)


def test_a_tax_group_can_be_edited(caller: Caller) -> None:
    tax_id = str(groups_and_others(caller)[0][0]["tax_id"])

    caller.zoho.edit("tax_groups", caller.organization_id, tax_id, tax_group_percentage=99)

    assert caller.json(f"/settings/taxgroups/{tax_id}")["tax_group"]["tax_group_percentage"] == 99


def test_the_last_statement_of_a_bank_account_is_one_object(caller: Caller) -> None:
    (first, *others) = [row["account_id"] for row in caller.zoho.rows("bank_accounts", caller.organization_id)]

    statement = caller.json(f"/bankaccounts/{first}/statement/lastimported")["statement"]
    elsewhere = [caller.json(f"/bankaccounts/{one}/statement/lastimported")["statement"] for one in others]

    assert statement["transactions"]
    assert {} in elsewhere, "an account that never imported one"


def test_the_last_statement_can_come_as_an_array(caller: Caller) -> None:
    account_id = first_parent(caller, "bank_last_imported_statement")
    caller.zoho.behave("bank_last_imported_statement", detail_as_list=True)

    (statement,) = caller.json(f"/bankaccounts/{account_id}/statement/lastimported")["statement"]

    assert statement["statement_id"]


# ── lists with parameters ──


def test_opening_balance_transactions_go_by_account_and_day(caller: Caller) -> None:
    account_id = first_parent(caller, "opening_balance_transactions")
    rows = caller.json("/openingbalances/transactions", account_id=account_id)["transactions"]
    day = rows[0]["transaction_date"]

    found = caller.json("/openingbalances/transactions", account_id=account_id, opening_balance_date=day)

    assert {row["transaction_date"] for row in found["transactions"]} == {day}
    assert refusal(caller.get("/openingbalances/transactions")) == (400, 4)


def test_transaction_locks_can_be_asked_for_by_scope(caller: Caller) -> None:
    rows = caller.json("/transactionlocks")["transaction_locks"]

    found = caller.json("/transactionlocks", lock_scope=rows[0]["lock_scope"])["transaction_locks"]

    assert found == [row for row in rows if row["lock_scope"] == rows[0]["lock_scope"]]


def test_a_child_of_a_large_world_is_found_by_its_number() -> None:
    zoho = Emulator(size="large", now=NOON)
    organization_id = zoho.organization_ids[0]
    invoices = zoho.world.collection("invoices", organization_id)
    comments = zoho.world.collection("invoice_comments", organization_id)

    parents = (0, 4711, 1_400_000, invoices.size - 1)
    counts = [len(list(comments.children_of(parent))) for parent in parents]

    assert counts[0] == 3
    assert counts[-1] == 0, "ids end before the last million of invoices"
    assert all(comments.find(str(comments.number_of(one))) == one for one in comments.children_of(4711))
