"""Does the table of the demo say what was read and what it cost?"""

from __future__ import annotations

import io
from decimal import Decimal

from rich.console import Console, RenderableType

from source_zoho.cli.report import OTHER_CALLS, SIGN_IN, Run, calls_by_stream, result_table, table
from source_zoho.ledger import Bill, Cost, Place


def lines(renderable: RenderableType, width: int = 80) -> list[str]:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(renderable)
    return [line.rstrip() for line in console.export_text().splitlines() if line.strip()]


def test_calls_stand_with_the_stream_that_they_were_for_and_the_rest_under_names_in_brackets() -> None:
    costs = {
        Place("books", "books_contacts", "7"): Cost(2),
        Place("books", "books_contacts", "8"): Cost(1),
        Place("crm", "crm_leads"): Cost(3, 5),
        Place("books", "(organizations)"): Cost(1),
        Place("crm", "(modules and fields)"): Cost(4, 4),
    }

    assert calls_by_stream(Bill(costs), sign_ins=1) == {"books_contacts": 3, "crm_leads": 3, OTHER_CALLS: 5, SIGN_IN: 1}
    assert calls_by_stream(Bill({}), sign_ins=0) == {}


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
