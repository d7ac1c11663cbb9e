"""Which rows do the other parameters keep, and which are refused?"""

from __future__ import annotations

import pytest

from unit_tests.emulator.builders import Caller, body_of, refusal


@pytest.mark.parametrize(
    ("path", "key", "field", "hidden"),
    [
        ("/contacts", "contacts", "status", {"inactive"}),
        ("/items", "items", "status", {"inactive"}),
        ("/users", "users", "status", {"inactive", "invited"}),
        ("/bankaccounts", "bankaccounts", "is_active", {False}),
        ("/chartofaccounts", "chartofaccounts", "is_active", {False}),
        ("/banktransactions", "banktransactions", "status", {"uncategorized", "excluded"}),
    ],
)
def test_some_rows_show_only_under_the_all_filter(
    caller: Caller, path: str, key: str, field: str, hidden: set[object]
) -> None:
    all_filter = "AccountType.All" if path == "/chartofaccounts" else "Status.All"
    everything = caller.everything(path, key, filter_by=all_filter)
    shown = caller.everything(path, key)

    assert {row[field] for row in everything} >= hidden
    assert shown == [row for row in everything if row[field] not in hidden]


def test_draft_journals_show_only_under_the_all_filter(caller: Caller) -> None:
    assert len(caller.json("/journals")["journals"]) < len(
        caller.json("/journals", filter_by="JournalDate.All")["journals"]
    )


def test_a_filter_by_status_keeps_that_status(caller: Caller) -> None:
    rows = caller.everything("/invoices", "invoices", filter_by="Status.PartiallyPaid")

    assert {row["status"] for row in rows} == {"partially_paid"}


def test_a_filter_with_the_wrong_prefix_is_refused(caller: Caller) -> None:
    assert refusal(caller.get("/customerpayments", filter_by="Status.All")) == (400, 2)


def test_a_documented_filter_that_is_not_emulated_says_so(caller: Caller) -> None:
    assert refusal(caller.get("/bills", filter_by="Status.MSMEDueBills")) == (501, -1)


def test_an_unknown_parameter_is_refused_by_name(caller: Caller) -> None:
    answer = caller.get("/invoices", modified_since="2024-01-01")

    assert refusal(answer) == (400, 2)
    assert "modified_since" in body_of(answer)["message"]


def test_a_documented_parameter_that_is_not_emulated_says_so(caller: Caller) -> None:
    assert refusal(caller.get("/invoices", item_description="bolt")) == (501, -1)


def test_status_takes_one_value_and_no_list(caller: Caller) -> None:
    rows = caller.everything("/invoices", "invoices", status="paid")
    assert {row["status"] for row in rows} == {"paid"}

    assert refusal(caller.get("/invoices", status="paid,sent")) == (400, 2)


def test_dates_can_be_bounded(caller: Caller) -> None:
    rows = caller.everything("/invoices", "invoices")
    day = sorted(row["date"] for row in rows)[200]

    before = caller.everything("/invoices", "invoices", date_before=day)
    from_then = caller.everything("/invoices", "invoices", date_start=day)

    assert sorted(row["invoice_id"] for row in [*before, *from_then]) == sorted(row["invoice_id"] for row in rows)
    assert all(row["date"] < day for row in before)
    assert refusal(caller.get("/invoices", date_start="01.02.2024")) == (400, 2)


def test_rows_can_be_searched_by_the_records_they_refer_to(caller: Caller) -> None:
    customer = caller.json("/invoices")["invoices"][0]["customer_id"]

    rows = caller.everything("/invoices", "invoices", customer_id=customer)

    assert {row["customer_id"] for row in rows} == {customer}


def test_debit_notes_are_invoices_of_another_type(caller: Caller) -> None:
    body = caller.json("/invoices", filter_by="Type.DebitNote")
    notes = body["debit_notes"]
    invoices = caller.everything("/invoices", "invoices", filter_by="Status.All")

    assert notes
    assert not {row["invoice_id"] for row in notes} & {row["invoice_id"] for row in invoices}
    detail = caller.json(f"/invoices/{notes[0]['invoice_id']}")["invoice"]
    assert detail["invoice_number"] == notes[0]["invoice_number"]


def test_a_made_up_root_category_leads_the_list_unless_it_is_switched_off(caller: Caller) -> None:
    with_root = caller.json("/categories")["categories"]
    without = caller.json("/categories", include_root_category="false")["categories"]

    assert (with_root[0]["category_id"], with_root[0]["last_modified_time"]) == ("-1", "")
    assert with_root[1:] == without


def test_the_root_category_leads_filtered_lists_and_takes_a_place_on_the_page(caller: Caller) -> None:
    future = caller.json("/categories", last_modified_time="2099-01-01T00:00:00+0000")
    pages = caller.everything("/categories", "categories", per_page=5)

    assert [row["name"] for row in future["categories"]] == ["ROOT"]
    assert [row["category_id"] for row in pages].count("-1") == 1
    assert len(pages) == 13


def test_payments_come_under_the_key_of_the_live_api(caller: Caller) -> None:
    assert caller.json("/customerpayments")["customerpayments"]


def test_the_opening_balance_is_one_object(caller: Caller) -> None:
    assert isinstance(caller.json("/settings/openingbalances")["opening_balance"], dict)
