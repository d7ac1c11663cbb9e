"""Do lists page and sort as Zoho documents it?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.emulator.resources import books_resources
from unit_tests.emulator.builders import Caller, body_of, refusal, times

# ── pages ──


def test_pages_hold_two_hundred_rows_and_say_whether_more_follow(caller: Caller) -> None:
    pages = list(caller.pages("/invoices", "invoices"))

    assert [len(page) for page in pages] == [200, 200, 30]


def test_page_context_says_what_was_asked(caller: Caller) -> None:
    context = caller.json("/invoices", per_page=50, page=3, sort_column="date", sort_order="A")["page_context"]

    assert context == {
        "page": 3,
        "per_page": 50,
        "has_more_page": True,
        "report_name": "Invoices",
        "applied_filter": "Status.All",
        "sort_column": "date",
        "sort_order": "A",
    }


def test_the_last_page_may_be_exactly_full(caller: Caller) -> None:
    body = caller.json("/invoices", per_page=43, page=10)

    assert len(body["invoices"]) == 43
    assert body["page_context"]["has_more_page"] is False


def test_a_page_beyond_the_end_is_an_empty_list(caller: Caller) -> None:
    body = caller.json("/invoices", page=99)

    assert body["invoices"] == []
    assert body["page_context"]["has_more_page"] is False


@pytest.mark.parametrize(
    ("name", "value"),
    [("per_page", "201"), ("per_page", "0"), ("per_page", "all"), ("page", "0"), ("page", "-1"), ("page", "1.5")],
)
def test_page_numbers_that_make_no_sense_are_refused(caller: Caller, name: str, value: str) -> None:
    answer = caller.get("/invoices", **{name: value})

    assert refusal(answer) == (400, 2)
    assert body_of(answer)["message"] == f"Invalid value passed for {name}"


@pytest.mark.parametrize("resource", ["organizations", "currencies", "locations", "reporting_tags", "tax_exemptions"])
def test_lists_that_are_documented_without_page_context_have_none(caller: Caller, resource: str) -> None:
    assert "page_context" not in caller.json(books_resources()[resource].path)


def test_page_context_can_be_switched_off(caller: Caller) -> None:
    caller.zoho.behave("invoices", page_context=False)

    assert "page_context" not in caller.json("/invoices")


def test_lists_without_pages_ignore_the_page(caller: Caller) -> None:
    assert caller.json("/locations", page=2, per_page=1) == caller.json("/locations")


def test_response_option_2_drops_the_rows(caller: Caller) -> None:
    assert "invoices" not in caller.json("/invoices", response_option=2)


# ── every list ──


TOP_LEVEL = [one for one in books_resources().values() if not one.parent and one.name != "organizations"]


@pytest.mark.parametrize("resource", TOP_LEVEL, ids=lambda resource: resource.name)
def test_every_list_serves_all_its_rows_with_all_documented_fields(caller: Caller, resource: Any) -> None:
    query = {"filter_by": resource.all_filter or None}
    if resource.name == "customer_debit_notes":
        query = {"filter_by": "Type.DebitNote"}
    if resource.name == "item_categories":
        query = {"include_root_category": "false"}

    rows = caller.json(resource.path, per_page=200, **query)[resource.key]

    rows = rows if isinstance(rows, list) else [rows]
    held = caller.zoho.rows(resource.name, caller.organization_id)
    documented = {name for name in resource.fields if not name.startswith("_")}
    assert len(rows) == min(200, len(held)) > 0
    assert set(map(repr, rows)) <= set(map(repr, held))
    for row in rows:
        assert documented - set(row) <= {"last_modified_time"}
        assert set(row) <= documented


@pytest.mark.parametrize("resource", TOP_LEVEL, ids=lambda resource: resource.name)
def test_every_documented_sort_column_is_taken_and_no_other(caller: Caller, resource: Any) -> None:
    needed = {"filter_by": "Type.DebitNote"} if resource.name == "customer_debit_notes" else {}
    for column in resource.sort_columns:
        plain = "cf_region" if column.startswith("cf_") else column
        assert caller.get(resource.path, sort_column=plain, sort_order="A", **needed).status == 200

    assert refusal(caller.get(resource.path, sort_column="shoe_size", **needed)) == (400, 2)


# ── order ──


def test_without_a_sort_column_the_newest_come_first(caller: Caller) -> None:
    rows = caller.everything("/invoices", "invoices")

    assert times(rows, "created_time") == sorted(times(rows, "created_time"), reverse=True)


@pytest.mark.parametrize("column", ["last_modified_time", "created_time"])
def test_ascending_and_descending_are_each_others_reverse(caller: Caller, column: str) -> None:
    rising = caller.everything("/invoices", "invoices", sort_column=column, sort_order="A")
    falling = caller.everything("/invoices", "invoices", sort_column=column, sort_order="D")

    assert times(rising, column) == sorted(times(rising, column))
    assert rising == falling[::-1]


def test_equal_seconds_go_by_id(caller: Caller) -> None:
    rows = caller.everything("/invoices", "invoices", sort_column="last_modified_time")
    keys = list(zip(times(rows), (int(row["invoice_id"]) for row in rows), strict=True))

    assert keys == sorted(keys)
    assert len({time for time, _ in keys}) < len(keys)


def test_a_tie_lies_across_the_border_of_the_first_page(caller: Caller) -> None:
    first, second, *_ = caller.pages("/invoices", "invoices", sort_column="last_modified_time")

    assert first[-1]["last_modified_time"] == second[0]["last_modified_time"]


def test_money_sorts_as_a_number(caller: Caller) -> None:
    totals = [row["total"] for row in caller.everything("/invoices", "invoices", sort_column="total")]

    assert totals == sorted(totals)


def test_expenses_refuse_to_sort_by_modification(caller: Caller) -> None:
    assert refusal(caller.get("/expenses", sort_column="last_modified_time")) == (400, 2)


@pytest.mark.parametrize("path", ["/contacts", "/invoices", "/customerpayments", "/items", "/projects"])
def test_lists_that_others_sort_by_modification_can_be_sorted_so(caller: Caller, path: str) -> None:
    assert caller.get(path, sort_column="last_modified_time", sort_order="A").status == 200


def test_the_sort_order_is_a_or_d(caller: Caller) -> None:
    assert refusal(caller.get("/invoices", sort_column="date", sort_order="ascending")) == (400, 2)


def test_a_list_can_be_told_to_ignore_or_refuse_the_sort(caller: Caller) -> None:
    plain = caller.json("/bills")["bills"]
    caller.zoho.behave("bills", sort="ignore")
    assert caller.json("/bills", sort_column="last_modified_time", sort_order="A")["bills"] == plain

    caller.zoho.behave("bills", sort="refuse")

    assert refusal(caller.get("/bills", sort_column="last_modified_time")) == (400, 2)
    assert caller.get("/bills", sort_column="created_time").status == 200


def test_a_list_can_be_told_to_sort_by_modification_although_undocumented(caller: Caller) -> None:
    caller.zoho.behave("expenses", sort="honour")

    assert caller.get("/expenses", sort_column="last_modified_time").status == 200
