"""Is last_modified_time taken where it is known, inclusive, and in one format only?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator.resources import books_resources
from source_zoho.emulator.zones import Zone
from unit_tests.emulator.builders import Caller, body_of, refusal, times

TOP_LEVEL = [one for one in books_resources().values() if not one.parent and one.name != "organizations"]
FILTERED = {
    "contacts",
    "estimates",
    "sales_orders",
    "invoices",
    "customer_debit_notes",
    "credit_notes",
    "customer_payments",
    "expenses",
    "purchase_orders",
    "bills",
    "recurring_bills",
    "vendor_credits",
    "vendor_credit_refunds",
    "vendor_payments",
    "chart_of_accounts",
    "journals",
    "base_currency_adjustments",
    "projects",
    "items",
    "item_categories",
}


@pytest.mark.parametrize("resource", TOP_LEVEL, ids=lambda resource: resource.name)
def test_only_known_lists_take_a_modification_time(caller: Caller, resource: Any) -> None:
    needed = {"filter_by": "Type.DebitNote"} if resource.name == "customer_debit_notes" else {}

    answer = caller.get(resource.path, last_modified_time="2024-01-01T00:00:00+0000", **needed)

    assert answer.status == (200 if resource.name in FILTERED else 400)


def test_the_filter_is_inclusive_and_compares_instants(caller: Caller) -> None:
    rows = caller.everything("/invoices", "invoices", sort_column="last_modified_time")
    border = times(rows)[100]

    since = caller.everything(
        "/invoices", "invoices", last_modified_time=_utc(border), sort_column="last_modified_time", sort_order="A"
    )

    assert since == [row for row, time in zip(rows, times(rows), strict=True) if time >= border]


def test_the_filter_agrees_with_itself_in_every_order(caller: Caller) -> None:
    border = _utc(times(caller.everything("/invoices", "invoices"))[200])
    orders: tuple[dict[str, str], ...] = (
        {},
        {"sort_column": "created_time"},
        {"sort_column": "total"},
        {"sort_column": "last_modified_time"},
    )

    found = [caller.everything("/invoices", "invoices", last_modified_time=border, **order) for order in orders]

    assert len({frozenset(row["invoice_id"] for row in rows) for rows in found}) == 1


@pytest.mark.parametrize(
    "text", ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00+00:00", "2024-01-01T00:00:00.000+0000", "2024-01-01", ""]
)
def test_any_other_time_format_is_refused(caller: Caller, text: str) -> None:
    answer = caller.get("/invoices", last_modified_time=text)

    assert refusal(answer) == (400, 2)
    assert body_of(answer)["message"] == "Invalid value passed for last_modified_time"


def test_a_future_time_gives_no_rows(caller: Caller) -> None:
    assert caller.json("/invoices", last_modified_time="2099-01-01T00:00:00+0000")["invoices"] == []


def test_a_list_can_be_told_to_ignore_or_refuse_the_filter(caller: Caller) -> None:
    future = "2099-01-01T00:00:00+0000"
    caller.zoho.behave("contacts", filter="ignore")
    assert len(caller.json("/contacts", last_modified_time=future)["contacts"]) > 0

    caller.zoho.behave("contacts", filter="refuse")
    assert refusal(caller.get("/contacts", last_modified_time=future)) == (400, 2)

    caller.zoho.behave("contacts", filter="honour")
    assert caller.json("/contacts", last_modified_time=future)["contacts"] == []


def test_a_wrong_switch_is_answered_with_the_right_ones(caller: Caller) -> None:
    with pytest.raises(ValueError, match="expected one of: honour, ignore, refuse"):
        caller.zoho.behave("contacts", filter="forget")  # type: ignore[arg-type]


def _utc(instant: int) -> str:
    return Zone("UTC", 0).stamp(instant)
