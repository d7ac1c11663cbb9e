"""Does response_option give rows, their number and the sums of their amounts, as documented for invoices?"""

from __future__ import annotations

from typing import Any

import pytest

from unit_tests.emulator.builders import Caller, refusal


def amounts(caller: Caller, name: str) -> float:
    return round(sum(float(str(row[name])) for row in caller.zoho.rows("invoices", caller.organization_id)), 2)


@pytest.mark.parametrize(
    ("option", "has_rows", "has_number", "has_sums"),
    [
        (0, True, False, False),
        (1, True, True, True),
        (2, False, True, False),
        (3, False, True, True),
        (4, True, False, True),
    ],
)
def test_each_format_has_what_zoho_says(
    caller: Caller, option: int, has_rows: bool, has_number: bool, has_sums: bool
) -> None:
    body = caller.json("/invoices", response_option=option, filter_by="Status.All")
    context = body["page_context"]

    assert ("invoices" in body) is has_rows
    assert context.get("total") == (430 if has_number else None)
    assert context.get("sum_total") == (amounts(caller, "total") if has_sums else None)
    assert context.get("sum_balance") == (amounts(caller, "balance") if has_sums else None)


def test_the_number_is_that_of_the_filter(caller: Caller) -> None:
    void = [row for row in caller.zoho.rows("invoices", caller.organization_id) if row["status"] == "void"]

    assert caller.json("/invoices", response_option=2, status="void")["page_context"]["total"] == len(void)


@pytest.mark.parametrize(
    ("place", "read"),
    [
        ("count", lambda body: body["count"]),
        ("page_context.total_count", lambda body: body["page_context"]["total_count"]),
        ("page_context.response_option", lambda body: body["page_context"]["response_option"]),
    ],
)
def test_the_number_can_stand_elsewhere(caller: Caller, place: str, read: Any) -> None:
    caller.zoho.behave("invoices", count_at=place)

    body = caller.json("/invoices", response_option=2)

    assert read(body) == 430
    assert "total" not in body["page_context"]


def test_debit_notes_are_counted_too(caller: Caller) -> None:
    body = caller.json("/invoices", response_option=2, filter_by="Type.DebitNote")

    assert body["page_context"]["total"] == len(caller.zoho.rows("customer_debit_notes", caller.organization_id))


@pytest.mark.parametrize("option", ["5", "-1", "two", ""])
def test_another_format_is_refused(caller: Caller, option: str) -> None:
    assert refusal(caller.get("/invoices", response_option=option)) == (400, 2)


def test_other_lists_refuse_it_until_told_otherwise(caller: Caller) -> None:
    assert refusal(caller.get("/bills", response_option=2)) == (400, 2)

    caller.zoho.behave("bills", response_option="honour")
    assert caller.json("/bills", response_option=2)["page_context"]["total"] == 50
    caller.zoho.behave("bills", response_option="ignore")
    assert len(caller.json("/bills", response_option=2)["bills"]) == 50


def test_a_list_can_be_made_to_refuse_it(caller: Caller) -> None:
    caller.zoho.behave("invoices", response_option="refuse")

    assert refusal(caller.get("/invoices", response_option=2)) == (400, 2)
