"""Does the table of the demo say what was read and what it cost?"""

from __future__ import annotations

import io
from decimal import Decimal

from rich.console import Console, RenderableType

from source_zoho.cli.report import OTHER_CALLS, SIGN_IN, Endpoint, Run, calls_by_stream, result_table, table

ENDPOINTS = [
    Endpoint("books_custom_module_records", "/books/v3/{module}", {}),
    Endpoint("books_contacts", "/books/v3/contacts", {}),
    Endpoint("books_contact_persons", "/books/v3/contacts/{contact_id}/contactpersons", {}),
    Endpoint("books_invoices", "/books/v3/invoices", {}),
    Endpoint("books_customer_debit_notes", "/books/v3/invoices", {"type": "debit_note"}),
]


def lines(renderable: RenderableType, width: int = 80) -> list[str]:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(renderable)
    return [line.rstrip() for line in console.export_text().splitlines() if line.strip()]


def test_a_call_belongs_to_the_stream_whose_path_it_took() -> None:
    calls: list[tuple[str, dict[str, str]]] = [
        ("/books/v3/contacts", {"page": "1"}),
        ("/books/v3/contacts/46/contactpersons", {}),
        ("/books/v3/contacts", {}),
    ]

    assert calls_by_stream(calls, ENDPOINTS) == {"books_contacts": 2, "books_contact_persons": 1}


def test_a_path_that_is_spelled_out_wins_over_a_placeholder() -> None:
    calls: list[tuple[str, dict[str, str]]] = [("/books/v3/invoices", {}), ("/books/v3/cm_vehicles", {})]

    assert calls_by_stream(calls, ENDPOINTS) == {"books_invoices": 1, "books_custom_module_records": 1}


def test_two_streams_on_one_path_are_told_apart_by_their_query() -> None:
    calls: list[tuple[str, dict[str, str]]] = [
        ("/books/v3/invoices", {"type": "debit_note", "page": "1"}),
        ("/books/v3/invoices", {"page": "1"}),
    ]

    assert calls_by_stream(calls, ENDPOINTS) == {"books_customer_debit_notes": 1, "books_invoices": 1}


def test_calls_that_belong_to_no_stream_are_counted_too() -> None:
    calls: list[tuple[str, dict[str, str]]] = [("/oauth/v2/token", {}), ("/books/v3/settings/elsewhere", {})]

    assert calls_by_stream(calls, ENDPOINTS) == {SIGN_IN: 1, OTHER_CALLS: 1}


def test_the_table_has_a_line_for_each_stream_and_the_sums() -> None:
    first = Run(
        {"books_taxes": 7, "books_invoices": 34, "books_contacts": 1200},
        {"books_taxes": 2, "books_contacts": 6, "books_invoices": 1, SIGN_IN: 1},
    )
    second = Run({"books_taxes": 7, "books_contacts": 2}, {"books_taxes": 2, "books_contacts": 1, "books_invoices": 1})

    shown = [
        line.strip().rsplit(maxsplit=4) for line in lines(table(first, second, {"books_invoices", "books_contacts"}))
    ]

    assert shown[3:] == [
        ["books_contacts", "1,200", "2", "6", "1"],
        ["books_invoices", "34", "0", "1", "1"],
        ["incremental streams", "1,234", "2", "7", "2"],
        ["books_taxes", "7", "7", "2", "2"],
        ["streams read whole", "7", "7", "2", "2"],
        ["(sign-in)", "0", "0", "1", "0"],
        ["total", "1,241", "9", "10", "4"],
    ]


def test_the_table_fits_a_narrow_terminal() -> None:
    run = Run({"books_base_currency_adjustments": 1}, {"books_base_currency_adjustments": 1})

    assert all(len(line) <= 80 for line in lines(table(run, run, ()), width=80))


def test_an_answer_shows_numbers_with_their_thousands() -> None:
    shown = lines(result_table(["customer", "invoiced"], [("Kingfisher", Decimal("12345.60")), (None, 7)]))

    assert shown[0].split() == ["customer", "invoiced"]
    assert shown[-2].split() == ["Kingfisher", "12,345.60"]
    assert shown[-1].split() == ["NULL", "7"]
