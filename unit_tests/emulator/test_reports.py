"""Do the reports add up, differ by date and basis, and refuse what they do not take?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.special_calls import REPORTS
from unit_tests.emulator.builders import Caller, refusal
from unit_tests.emulator.conftest import NOON

CUSTOM = {"filter_by": "TransactionDate.CustomDate"}
JANUARY = {**CUSTOM, "from_date": "2025-01-01", "to_date": "2025-01-31"}
FEBRUARY = {**CUSTOM, "from_date": "2025-02-01", "to_date": "2025-02-28"}
BOTH = {**CUSTOM, "from_date": "2025-01-01", "to_date": "2025-02-28"}
MARCH_31 = {**CUSTOM, "to_date": "2025-03-31"}
INVOICES_MAY_1 = {"filter_by": "InvoiceDueDate.CustomDate", "to_date": "2025-05-01"}
BILLS_MAY_1 = {"filter_by": "BillDueDate.CustomDate", "to_date": "2025-05-01"}


def cents(amount: float) -> int:
    return round(amount * 100)


def report(caller: Caller, path: str, key: str, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.json(f"/reports/{path}", **query)[key]
    return found


def nodes(tree: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in tree:
        yield node
        yield from nodes(node.get("account_transactions", []))


def below(node: dict[str, Any]) -> int:
    return sum(cents(one["total"]) for one in node["account_transactions"])


def named(tree: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(node for node in nodes(tree) if node["name"] == name)


def net_profit(caller: Caller, **query: str) -> int:
    return cents(report(caller, "profitandloss", "profit_and_loss", **query)[-1]["total"])


def test_each_line_of_profit_and_loss_carries_on_from_the_one_before(caller: Caller) -> None:
    tree = report(caller, "profitandloss", "profit_and_loss", **JANUARY)
    gross, operating, net = tree

    assert [line["total_label"] for line in tree] == ["Gross Profit", "Operating Profit", "Net Profit/Loss"]
    income, costs = gross["account_transactions"]
    assert cents(gross["total"]) == cents(income["total"]) - cents(costs["total"])
    assert cents(operating["total"]) == cents(gross["total"]) - below(operating)
    more, less = net["account_transactions"]
    assert cents(net["total"]) == cents(operating["total"]) + cents(more["total"]) - cents(less["total"])


def test_sections_of_profit_and_loss_are_the_sums_of_their_accounts(caller: Caller) -> None:
    tree = report(caller, "profitandloss", "profit_and_loss", **JANUARY)
    chart = {row["account_id"]: row for row in caller.zoho.rows("chart_of_accounts", caller.organization_id)}

    income = named(tree, "Operating Income")

    assert cents(income["total"]) == below(income) != 0
    assert {chart[leaf["account_id"]]["account_type"] for leaf in income["account_transactions"]} == {"income"}
    assert all(chart[leaf["account_id"]]["account_name"] == leaf["name"] for leaf in income["account_transactions"])


def test_two_months_are_the_sum_of_each(caller: Caller) -> None:
    for basis in ("false", "true"):
        parts = net_profit(caller, **JANUARY, cash_based=basis), net_profit(caller, **FEBRUARY, cash_based=basis)
        assert net_profit(caller, **BOTH, cash_based=basis) == sum(parts)


def test_cash_and_accrual_differ_and_so_do_two_months(caller: Caller) -> None:
    figures = {net_profit(caller, **JANUARY), net_profit(caller, **JANUARY, cash_based="true")}

    assert len(figures | {net_profit(caller, **FEBRUARY)}) == 3


@pytest.mark.parametrize("basis", ["false", "true"])
def test_both_sides_of_the_balance_sheet_are_equal_and_add_up(caller: Caller, basis: str) -> None:
    tree = report(caller, "balancesheet", "balance_sheet", **MARCH_31, cash_based=basis)
    assets, others = tree

    assert cents(assets["total"]) == cents(others["total"]) > 0
    for node in nodes(tree):
        if "account_transactions" in node:
            assert cents(node["total"]) == below(node), node["name"]


def test_the_earnings_of_the_balance_sheet_are_those_of_profit_and_loss(caller: Caller) -> None:
    tree = report(caller, "balancesheet", "balance_sheet", **MARCH_31)
    earned = net_profit(caller, **CUSTOM, from_date="2024-04-01", to_date="2025-03-31")

    assert cents(named(tree, "Current Year Earnings")["total"]) == earned


def test_banks_stand_among_the_current_assets(caller: Caller) -> None:
    bank = named(report(caller, "balancesheet", "balance_sheet", **MARCH_31), "Bank")

    known = {row["account_id"] for row in caller.zoho.rows("bank_accounts", caller.organization_id)}
    assert {leaf["account_id"] for leaf in bank["account_transactions"]} == known


@pytest.mark.parametrize("basis", ["false", "true"])
def test_debit_and_credit_of_the_trial_balance_are_equal(caller: Caller, basis: str) -> None:
    (root,) = report(caller, "trialbalance", "trialbalance", **JANUARY, cash_based=basis)
    accounts = [leaf for section in root["account_transactions"] for leaf in section["account_transactions"]]

    assert cents(root["net_debit_total"]) == cents(root["net_credit_total"]) > 0
    for side in ("net_debit_total", "net_credit_total"):
        assert cents(root[side]) == sum(cents(leaf[side] or 0) for leaf in accounts)
    assert all((leaf["net_debit_total"] == "") != (leaf["net_credit_total"] == "") for leaf in accounts)


@pytest.mark.parametrize(
    ("side", "resource", "contact", "keys", "when"),
    [
        ("ar", "invoices", "customer", ("invoice", "invoiceaging"), INVOICES_MAY_1),
        ("ap", "bills", "vendor", ("bills", "billaging"), BILLS_MAY_1),
    ],
)
def test_what_is_owed_by_contact_is_what_its_documents_add_up_to(
    caller: Caller, side: str, resource: str, contact: str, keys: tuple[str, str], when: dict[str, str]
) -> None:
    summary = caller.json(f"/reports/{side}agingsummary", **when)[keys[0]]
    contacts = summary["group_list"][0]["group_list"]
    details = caller.everything(f"/reports/{side}agingdetails", keys[1], **when)
    open_now = {
        row[f"{resource[:-1]}_id"]
        for row in caller.zoho.rows(resource, caller.organization_id)
        if row["status"] not in ("draft", "paid", "void") and row["balance"] and str(row["date"]) <= "2025-05-01"
    }

    assert {row["transaction_id"] for row in details} == open_now
    assert {row[f"{contact}_id"] for row in details} == {row["id"] for row in contacts}
    assert cents(summary["total"]) == sum(cents(row["total"]) for row in contacts)
    assert cents(summary["total"]) == sum(cents(row["balance"]) for row in details) > 0
    for row in [summary, *contacts]:
        assert cents(row["total"]) == sum(cents(each["amount"]) for each in row["intervals"])


def test_contacts_of_an_ageing_come_in_pages(caller: Caller) -> None:
    body = caller.json("/reports/aragingsummary", **INVOICES_MAY_1, per_page=2, page=2)

    assert len(body["invoice"]["group_list"][0]["group_list"]) == 2
    assert body["page_context"]["has_more_page"] is True


def test_open_documents_come_in_pages(caller: Caller) -> None:
    body = caller.json("/reports/aragingdetails", **INVOICES_MAY_1, per_page=2, page=2)

    assert len(body["invoiceaging"]) == 2
    assert body["page_context"]["has_more_page"] is True


def test_the_older_the_debt_the_further_its_column(caller: Caller) -> None:
    rows = caller.everything("/reports/aragingdetails", "invoiceaging", **{**INVOICES_MAY_1, "to_date": "2024-10-01"})

    assert all((row["interval"] == "current") == (row["due_date"] >= "2024-10-01") for row in rows)
    assert {"current", "days_above_45"} <= {row["interval"] for row in rows}


def test_an_edit_shows_in_the_report(caller: Caller) -> None:
    (row, *_) = report(caller, "aragingdetails", "invoiceaging", **INVOICES_MAY_1)

    caller.zoho.edit("invoices", caller.organization_id, row["transaction_id"], status="paid")

    after = report(caller, "aragingdetails", "invoiceaging", **INVOICES_MAY_1)
    assert row["transaction_id"] not in {one["transaction_id"] for one in after}


def test_the_truth_can_be_had_without_a_call(caller: Caller) -> None:
    called = caller.json("/reports/profitandloss", **JANUARY)

    assert caller.zoho.report("profit_and_loss", caller.organization_id, **JANUARY) == called


@pytest.mark.parametrize("query", [{}, {"from_date": "2025-01-01", "to_date": "2025-01-31"}])
def test_without_a_filter_dates_are_ignored(caller: Caller, query: dict[str, str]) -> None:
    month = caller.json("/reports/profitandloss", **query)["page_context"]
    today = caller.json("/reports/trialbalance", **query)["page_context"]

    assert (month["from_date"], month["to_date"]) == ("2026-03-01", "2026-03-31")
    assert (today["as_of_date"], today["to_date"]) == ("2026-03-04", "2026-03-04")
    assert (month["applied_filter"], today["applied_filter"]) == ("TransactionDate.ThisMonth", "TransactionDate.Today")


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [
        ("ThisMonth", "2026-03-01", "2026-03-31"),
        ("PreviousMonth", "2026-02-01", "2026-02-28"),
        ("PreviousDay", "2026-03-03", "2026-03-03"),
    ],
)
def test_a_period_can_be_named_in_words(caller: Caller, word: str, first: str, last: str) -> None:
    context = caller.json("/reports/profitandloss", filter_by=f"TransactionDate.{word}")["page_context"]

    assert (context["from_date"], context["to_date"]) == (first, last)


def test_the_answer_says_on_which_basis_it_is(caller: Caller) -> None:
    bases = [
        caller.json("/reports/balancesheet", **query)["page_context"]["report_basis"]
        for query in ({}, {"cash_based": "false"}, {"cash_based": "true"})
    ]

    assert bases == ["Accrual", "Accrual", "Cash"]
    assert "report_basis" not in caller.json("/reports/aragingsummary")["page_context"]


@pytest.mark.parametrize(
    "query",
    [
        {"filter_by": "TransactionDate.Someday"},
        {"filter_by": "InvoiceDueDate.Today"},
        {**CUSTOM, "from_date": "01.02.2025"},
        {**CUSTOM, "to_date": "2025-02-30"},
        {**CUSTOM, "from_date": "2025-03-01", "to_date": "2025-02-01"},
        {"cash_based": "yes"},
        {"basis": "cash"},
    ],
)
def test_what_a_report_does_not_take_is_refused(caller: Caller, query: dict[str, str]) -> None:
    assert refusal(caller.get("/reports/profitandloss", **query)) == (400, 2)


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_can_be_missing(caller: Caller, name: str) -> None:
    path = f"/reports/{REPORTS[name][0]}"
    assert caller.get(path).status == 200

    caller.zoho.behave(name, missing=True)

    assert refusal(caller.get(path)) == (404, 5)


def test_reports_have_a_scope_of_their_own_which_can_be_another() -> None:
    caller = Caller(Emulator(now=NOON, scopes={"ZohoBooks.accountants.READ"}))
    assert refusal(caller.get("/reports/balancesheet")) == (401, 57)

    caller.zoho.behave("balance_sheet", scope="ZohoBooks.accountants.READ")

    assert caller.get("/reports/balancesheet").status == 200


def test_the_reports_of_an_empty_organization_are_zero(caller: Caller) -> None:
    organization_id = caller.zoho.add_organization("Nobody", empty=True)

    tree = caller.json("/reports/balancesheet", organization_id=organization_id)["balance_sheet"]

    assert {node["total"] for node in nodes(tree)} == {0.0}
