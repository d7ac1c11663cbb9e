"""Do detail calls answer with whole documents, under the names that Zoho documents or that were seen live?"""

from __future__ import annotations

from typing import Any

import pytest

from unit_tests.emulator.builders import Caller, refusal


def first_id(caller: Caller, resource: str, field: str) -> str:
    return str(caller.zoho.rows(resource, caller.organization_id)[0][field])


@pytest.mark.parametrize(
    ("resource", "path", "field", "fields"),
    [
        (
            "invoices",
            "/invoices/{}",
            "invoice_id",
            {"line_items", "taxes", "billing_address", "notes"},
        ),
        ("bills", "/bills/{}", "bill_id", {"line_items", "taxes", "payments", "notes"}),
        ("contacts", "/contacts/{}", "contact_id", {"contact_persons", "shipping_address", "notes"}),
        ("journals", "/journals/{}", "journal_id", {"line_items", "taxes"}),
        ("price_lists", "/pricebooks/{}", "pricebook_id", {"pricebook_items"}),
    ],
)
def test_a_document_has_what_its_list_row_lacks(
    caller: Caller, resource: str, path: str, field: str, fields: set[str]
) -> None:
    own = first_id(caller, resource, field)

    body = caller.json(path.format(own))

    (document,) = (value for name, value in body.items() if name not in ("code", "message"))
    assert set(document) >= fields
    assert document == caller.zoho.detail(resource, caller.organization_id, own)


def test_an_organization_has_an_address(caller: Caller) -> None:
    (row, *_) = caller.zoho.rows("organizations", caller.organization_id)

    document = caller.json(f"/organizations/{caller.organization_id}")["organization"]

    assert document.items() >= row.items()
    assert document["address"]["city"]
    assert document == caller.zoho.detail("organizations", caller.organization_id, caller.organization_id)


def test_a_payment_is_called_otherwise_than_in_its_list(caller: Caller) -> None:
    payment_id = first_id(caller, "customer_payments", "payment_id")

    assert caller.json(f"/customerpayments/{payment_id}")["payment"]["invoices"]


def test_a_credit_note_says_updated_time(caller: Caller) -> None:
    rows = caller.zoho.rows("credit_notes", caller.organization_id)
    row = next(row for row in rows if "last_modified_time" in row)

    document = caller.json(f"/creditnotes/{row['creditnote_id']}")["creditnote"]

    assert document["updated_time"] == row["last_modified_time"]
    assert "last_modified_time" not in document


def test_a_recurring_bill_answers_at_the_path_of_its_list_alone(caller: Caller) -> None:
    own = first_id(caller, "recurring_bills", "recurring_bill_id")

    assert caller.json(f"/recurringbills/{own}")["recurring_bill"]["recurring_bill_id"] == own
    assert refusal(caller.get(f"/recurring_bills/{own}")) == (404, 5)


def test_a_recurring_bill_can_answer_as_the_specification_spells_it(caller: Caller) -> None:
    own = first_id(caller, "recurring_bills", "recurring_bill_id")
    caller.zoho.behave("recurring_bills", detail_paths="recurring_bills")

    assert caller.json(f"/recurring_bills/{own}")["recurring_bill"]["recurring_bill_id"] == own
    assert refusal(caller.get(f"/recurringbills/{own}")) == (404, 5)


def test_a_fixed_asset_can_have_the_key_of_the_specification(caller: Caller) -> None:
    own = first_id(caller, "fixed_assets", "fixed_asset_id")
    assert caller.json(f"/fixedassets/{own}")["fixed_asset"]["fixed_asset_id"] == own

    caller.zoho.behave("fixed_assets", detail_key="fissed-asset")

    assert caller.json(f"/fixedassets/{own}")["fissed-asset"]["fixed_asset_id"] == own


@pytest.mark.parametrize(
    ("resource", "path", "key", "field", "is_wrapped"),
    [
        ("chart_of_accounts", "/chartofaccounts/{}", "chart_of_account", "account_id", True),
        ("bank_rules", "/bankaccounts/rules/{}", "rule", "rule_id", False),
    ],
)
def test_fields_stand_under_a_key_or_beside_code_and_message(
    caller: Caller, resource: str, path: str, key: str, field: str, is_wrapped: bool
) -> None:
    own = first_id(caller, resource, field)

    usual = caller.json(path.format(own))
    caller.zoho.behave(resource, detail_wrapped=not is_wrapped)
    other = caller.json(path.format(own))

    wrapped, bare = (usual, other) if is_wrapped else (other, usual)
    assert wrapped[key][field] == bare[field] == own
    assert bare["code"] == 0


def test_a_sales_order_can_come_as_an_array_of_one(caller: Caller) -> None:
    own = first_id(caller, "sales_orders", "salesorder_id")
    document = caller.json(f"/salesorders/{own}")["salesorder"]

    caller.zoho.behave("sales_orders", detail_as_list=True)

    assert caller.json(f"/salesorders/{own}")["salesorder"] == [document]


def test_a_switch_that_does_not_exist_says_which_do(caller: Caller) -> None:
    with pytest.raises(ValueError, match="there is no switch 'colour'; expected one of: by_modification, sort"):
        caller.zoho.behave("invoices", colour="red")


def test_what_only_the_document_says_can_be_edited(caller: Caller) -> None:
    own = first_id(caller, "invoices", "invoice_id")

    caller.zoho.edit("invoices", caller.organization_id, own, notes="Neu", status="void")

    document = caller.json(f"/invoices/{own}")["invoice"]
    assert (document["notes"], document["status"]) == ("Neu", "void")
    row = caller.zoho.record("invoices", caller.organization_id, own)
    assert row["status"] == "void"
    assert "notes" not in row


def test_a_document_deleted_after_it_was_listed_is_gone(caller: Caller) -> None:
    own = first_id(caller, "invoices", "invoice_id")
    caller.zoho.on_call(1, lambda zoho: zoho.delete("invoices", caller.organization_id, own), "/invoices/{invoice_id}")

    assert caller.json("/invoices")["invoices"]
    assert refusal(caller.get(f"/invoices/{own}")) == (404, 1002)


# ── /itemdetails ──


def item_ids(caller: Caller) -> list[str]:
    return [str(row["item_id"]) for row in caller.zoho.rows("items", caller.organization_id)]


def ask(caller: Caller, ids: list[str]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = caller.json("/itemdetails", item_ids=",".join(ids))["items"]
    return items


def test_many_items_come_at_once_as_their_details(caller: Caller) -> None:
    ids = item_ids(caller)

    items = ask(caller, ids)

    assert [one["item_id"] for one in items] == ids
    assert items[0] == caller.json(f"/items/{ids[0]}")["item"]


def test_items_that_do_not_exist_are_passed_over(caller: Caller) -> None:
    (first, second, *_) = item_ids(caller)
    caller.zoho.delete("items", caller.organization_id, first)

    assert [one["item_id"] for one in ask(caller, [first, "4711", second])] == [second]


def test_too_many_items_at_once_are_refused(caller: Caller) -> None:
    assert ask(caller, [str(number) for number in range(200)]) == []
    assert refusal(caller.get("/itemdetails", item_ids=",".join(map(str, range(201))))) == (400, 2)


def test_item_details_need_ids_and_take_nothing_else(caller: Caller) -> None:
    assert refusal(caller.get("/itemdetails")) == (400, 4)
    assert refusal(caller.get("/itemdetails", item_ids="1", page=1)) == (400, 2)
