"""Does the page of a sync say what its messages say, no less, and nothing that is nobody's business?"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from source_zoho.cli.sync.planned import Expected
from source_zoho.cli.sync.words import age, duration
from source_zoho.estimates import Bound, Estimate
from unit_tests.cli.messages import a_record, a_status
from unit_tests.cli.sync.reads import NOON, a_bill, a_count, a_failure, a_log, at, the_page, words

LOAD_SOMETHING = re.compile(r"<[^>]*\b(?:src|href)\s*=(?!\"#)|url\(|@import|<script|<link|<iframe|<img", re.IGNORECASE)


# ── Did everything arrive? ──


def test_a_complete_sync_says_so_with_its_numbers() -> None:
    shown = words(
        the_page(
            at(0, a_status(status="STARTED")),
            *[a_record(organization_id="7", last_modified_time="2025-06-01T11:00:00+0000")] * 1200,
            a_count(1200),
            at(90, a_status()),
            a_bill(books_invoices=6, crm_leads=155),
        )
    )

    assert "The one stream was read to its end." in shown
    assert "Every row is in the file, by the connector's own count: 1,200." in shown
    assert "2025-06-01 12:00 UTC, took 12.5 s, from read.jsonl" in shown
    assert "rows 1,200 of 1 stream brought rows 1 organization 1 Zoho Books calls 6 Zoho CRM credits 155" in shown
    assert "books_invoices complete 1,200 2025-06-01 11:00 62 min 1 min 30 s 6" in shown
    assert "Zoho Books, together 1,200 6" in shown


def test_a_sync_that_is_not_complete_says_which_streams_and_why_first() -> None:
    text = the_page(a_status(), a_failure("Grant <b>bills</b>.", "books_bills"), a_status("books_bills", "INCOMPLETE"))

    assert "1 of 2 streams was not read to the end." in words(text)
    assert text.index("Grant &lt;b&gt;") < text.index('<h2 id="rows">')
    assert "Grant <b>bills</b>. 1 stream books_bills" in words(text)
    assert "<b>bills</b>" not in text  # words of the log are words, whatever they look like


def test_a_failure_names_the_organization_as_people_call_it() -> None:
    shown = words(
        the_page(
            a_record("books_organizations", organization_id="7", name="Kingfisher & Sons"),
            a_status("books_organizations"),
            a_failure("books_bills of organization 7: Not in this edition. Leave it out.", "books_bills"),
            a_status("books_bills", "INCOMPLETE"),
        )
    )

    assert "Not in this edition. Leave it out. 1 stream Organization books_bills Kingfisher & Sons 7" in shown
    assert "Organization Rows Streams that failed Kingfisher & Sons 7 1 1" in shown


def test_a_stream_whose_messages_stop_says_what_to_do() -> None:
    shown = words(the_page(at(0, a_status(status="STARTED")), a_record()))

    assert "1 of 1 stream was not read to the end." in shown
    assert "The messages end before it was read to its end." in shown
    assert "it goes on from there" in shown
    assert "1 stream had begun when the messages end: the read was stopped, or is still running." in shown


def test_a_read_that_never_began_is_no_success() -> None:
    refused = words(the_page(a_failure("client_id is missing. Add it.")))

    assert "The read failed before it came to a stream." in refused
    assert "What failed, and what to do client_id is missing. Add it. Made by" in refused
    assert "The read failed." in words(the_page(a_status(), a_failure("The token died.")))
    assert "No stream was read." in words(the_page(a_log("hello")))


def test_lost_lines_are_no_success() -> None:
    shown = words(the_page(a_record(), a_count(3), a_status()))

    assert "The file does not hold all that was read." in shown
    assert "The connector counted what the file does not hold: 2 rows of books_invoices." in shown
    assert "Every row" not in shown


def test_what_is_odd_about_the_file_is_said() -> None:
    shown = words(the_page(a_status(), {"type": "HOLOGRAM"}, a_bill(), a_bill()))

    assert "Passed over: 1 message of a type that is not known (HOLOGRAM)." in shown
    assert "The file holds 2 reads, one after the other" in shown


def test_a_read_of_another_connector_is_not_called_one_of_zoho() -> None:
    shown = words(the_page(a_record("customers", id=1), a_status("customers")))

    assert shown.startswith("Sync Sync From read.jsonl The one stream was read to its end.")
    assert "The messages do not tell what the read cost: another connector wrote them" in shown
    assert "Other streams customers complete 1 Other streams, together 1" in shown


# ── What it cost ──


def test_what_was_planned_stands_beside_what_it_came_to() -> None:
    plan = {
        ("crm", "crm_leads"): Expected(Estimate(10), Estimate(100), Estimate(2)),
        ("books", "books_bills"): Expected(Estimate(4, Bound.AT_LEAST)),
    }
    said = (a_record("crm_leads"), a_status("crm_leads"), a_status("books_bills"), a_bill(crm_leads=120, books_bills=8))

    text = the_page(*said, plan=plan)

    assert "Zoho CRM 120 120 100 +20.0%" in words(text)
    assert "Zoho Books 8 4+ +100.0%" in words(text)
    assert "crm_leads complete 1 2 120 120 100" in words(text)
    assert '<td class="n bad">+20.0%' in text
    assert '<td class="n ">+100.0%' in text  # a bound that was passed is no mistake of the plan
    assert 'style="left:83.33%"' in text  # the mark of 100 beside a bar of 120


def test_a_plan_of_another_sync_is_told_and_judges_nothing() -> None:
    text = the_page(
        a_record("crm_leads"), a_bill(crm_leads=120), plan={("crm", "crm_deals"): Expected(credits=Estimate(100))}
    )

    assert "The plan is one of another sync" in words(text)
    assert '<td class="n ">+20.0%' in text


def test_calls_that_serve_several_streams_have_a_line_and_are_in_the_sum() -> None:
    shown = words(the_page(a_record("crm_leads"), a_bill(crm_leads=3, crm_shared=4)))

    assert "crm_shared 4 4 Zoho CRM, together 1 7 7" in shown


def test_a_read_without_a_bill_does_not_pretend_to_have_been_free() -> None:
    assert "The messages do not tell what the read cost" in words(the_page(a_record()))
    assert "The read made no calls to Zoho." in words(the_page(a_record(), a_bill()))


# ── How it looks ──


def test_bars_have_the_lengths_of_their_numbers() -> None:
    rows = [*[a_record("crm_a")] * 8, *[a_record("crm_b")] * 2, a_record("crm_c")]

    assert re.findall(r'class="fill" style="left:0.00%;width:([\d.]+)%"', the_page(*rows)) == [
        "100.00",
        "25.00",
        "12.50",
    ]


def test_the_timeline_shows_when_each_stream_began_and_how_it_ended() -> None:
    text = the_page(
        at(0, a_status("crm_a", "STARTED")),
        at(6, a_status("crm_b", "STARTED")),
        at(8, a_status("crm_a")),
        at(10, a_status("crm_b", "INCOMPLETE")),
    )

    assert 'class="fill complete" style="left:0.00%;width:80.00%"' in text
    assert 'class="fill incomplete" style="left:60.00%;width:40.00%"' in text
    assert "crm_b 4.0 s ended incomplete" in words(text)


def test_freshness_is_counted_from_the_end_of_the_read() -> None:
    changes = {"crm_a": "2025-06-01T10:00:00Z", "crm_b": "2025-05-28T10:00:00Z", "crm_c": "2025-01-01T10:00:00Z"}
    records = [a_record(name, Modified_Time=moment) for name, moment in changes.items()]

    shown = words(the_page(*records, a_record("crm_d"), at(0, a_status("crm_d"))))

    assert "Zoho CRM 2025-06-01 10:00 2 h 1 1 1 1" in shown


ODD_NAMES = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "شركة الصقر",
    "🦊" * 40,
    "{{ 7 * 7 }}",
    "N" * 400,
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_names_are_names_whatever_they_look_like(name: str) -> None:
    text = the_page(a_record("books_organizations", organization_id="7", name=name), a_status("books_organizations"))

    assert f"{name} 7" in words(text)
    assert not LOAD_SOMETHING.search(text)
    assert "<bdi>" in text  # its direction stays its own


def test_the_page_loads_nothing_runs_nothing_and_holds_no_records() -> None:
    text = the_page(
        a_record(organization_id="7", customer_name="Kingfisher", email="a@example.com"), a_status(), a_bill(crm_x=1)
    )

    assert not LOAD_SOMETHING.search(text)
    assert "default-src 'none'" in text
    assert "Kingfisher" not in text
    assert "example.com" not in text


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.04, "0.0 s"), (59.9, "59.9 s"), (60, "1 min 00 s"), (4000, "1 h 06 min")]
)
def test_durations_are_said_in_the_unit_that_fits(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(-5, "moments"), (100, "moments"), (600, "10 min"), (7_200, "2 h"), (900_000, "10 d")]
)
def test_ages_are_said_in_the_largest_unit_that_says_enough(seconds: float, said: str) -> None:
    assert age(NOON - timedelta(seconds=seconds), NOON) == said
    assert age(None, NOON) == ""
