"""Is every call booked under what it was for, and can the bill be found again in a log?"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from source_zoho.ledger import PREFIX, Bill, Cost, Ledger, Place, bill_in

LEADS, METADATA = Place("crm", "crm_leads"), Place("crm", "(modules and fields)")
BILLS, BILLS_OF_ANOTHER = Place("books", "books_bills", "7"), Place("books", "books_bills", "8")


@pytest.fixture
def ledger() -> Ledger:
    ticks = iter((10.0, 10.0, 12.54))
    return Ledger(clock=lambda: next(ticks))


def a_bill() -> Bill:
    return Bill({LEADS: Cost(3, 5), METADATA: Cost(2, 2), BILLS: Cost(40), BILLS_OF_ANOTHER: Cost(2)}, 12.54)


def test_calls_add_up_by_stream_and_organization() -> None:
    ledger = Ledger()
    for place, credits_spent in ((LEADS, 1), (LEADS, 3), (BILLS, 0), (BILLS_OF_ANOTHER, 0), (BILLS, 0)):
        ledger.book(place, credits_spent)

    assert ledger.bill.costs == {LEADS: Cost(2, 4), BILLS: Cost(2), BILLS_OF_ANOTHER: Cost(1)}
    assert ledger.bill.of("books") == Cost(3)


def test_a_new_run_begins_with_nothing(ledger: Ledger) -> None:
    ledger.book(LEADS, 1)
    ledger.begin_run()

    bill = ledger.bill

    assert bill.costs == {}
    assert bill.seconds == pytest.approx(2.54)


def test_it_is_known_how_long_an_answer_takes() -> None:
    ledger = Ledger()
    for seconds in (0.2, 0.4):
        ledger.note_answer("crm", seconds)

    assert ledger.bill.seconds_of_a_call == {"crm": pytest.approx(0.3)}
    ledger.begin_run()
    assert ledger.bill.seconds_of_a_call == {}


def test_no_call_is_lost_among_threads() -> None:
    ledger = Ledger()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(400):
            pool.submit(ledger.book, LEADS, 2)

    assert ledger.bill.costs == {LEADS: Cost(400, 800)}


def test_people_read_a_sentence() -> None:
    assert a_bill().in_words == (
        "This read made 42 calls to Zoho Books, 5 calls to Zoho CRM for 7 credits. "
        "They went to: books_bills 42 calls, crm_leads 5 credits, (modules and fields) 2 credits."
    )
    assert Bill({}).in_words == "This read made no calls to Zoho."


def test_of_many_streams_people_read_the_dearest() -> None:
    many = {Place("books", f"books_{number}", "7"): Cost(number) for number in range(1, 8)}

    assert "The dearest: books_7 7 calls, books_6 6 calls, books_5 5 calls," in Bill(many).in_words
    assert "books_2" not in Bill(many).in_words


def test_programs_read_a_line() -> None:
    line = a_bill().in_a_line

    assert json.loads(line.removeprefix(PREFIX)) == {
        "version": 1,
        "seconds": 12.5,
        "streams": [
            {"product": "books", "stream": "books_bills", "organization_id": "7", "calls": 40},
            {"product": "books", "stream": "books_bills", "organization_id": "8", "calls": 2},
            {"product": "crm", "stream": "(modules and fields)", "calls": 2, "credits": 2},
            {"product": "crm", "stream": "crm_leads", "calls": 3, "credits": 5},
        ],
    }


@pytest.mark.parametrize("around", ["{}", "12:00:01 INFO {}\n", "first {} and then more"])
def test_the_line_is_found_wherever_it_stands(around: str) -> None:
    assert bill_in(around.format(a_bill().in_a_line)) == Bill(a_bill().costs, 12.5)


@pytest.mark.parametrize(
    "text", ["", "nothing of the kind", PREFIX, f"{PREFIX}[1]", f"{PREFIX}{{}}", f'{PREFIX}{{"streams": [{{}}]}}']
)
def test_what_is_no_bill_is_none(text: str) -> None:
    assert bill_in(text) is None
