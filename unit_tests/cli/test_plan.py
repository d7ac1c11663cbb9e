"""Does `source-zoho plan` add up, know the days, and read what a run cost?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from rich.console import Console

from source_zoho.cli import app
from source_zoho.cli.plan_asking import price_of_planning
from source_zoho.cli.plan_budget import CALLS, CREDITS, Budget, days_of, days_of_streams, may_end_later, share
from source_zoho.cli.plan_document import document
from source_zoho.cli.plan_last import last_bill
from source_zoho.cli.plan_lines import Plan, plan_of, seconds_of
from source_zoho.cli.plan_report import sentences
from source_zoho.cli.plan_table import fitted, table
from source_zoho.estimates import Bound, Estimate, Forecast
from source_zoho.ledger import Bill, Cost, Place
from source_zoho.pace import Limits

NOBODY = Bill({})
CRM = Budget(("crm",), CREDITS, 100, 100)
BOOKS = Budget(("books",), CALLS, 50, 1_000, "7")
CONFIG = {"data_center": "us", "client_id": "1000.A", "client_secret": "hush", "refresh_token": "hush-too"}


NOTHING_PLANNED = "Nothing that costs calls could be planned, so nobody knows whether it can be read today."


def of_books(stream: str, calls: int, organization_id: str = "7", bound: Bound = Bound.EXACTLY) -> Forecast:
    return Forecast("books", stream, "list", Estimate(calls, bound), Estimate(calls * 200), None, organization_id)


def of_crm(stream: str, spent: int) -> Forecast:
    return Forecast("crm", stream, "COQL", Estimate(spent), Estimate(spent * 100), Estimate(spent))


def refused(stream: str) -> Forecast:
    return Forecast("crm", stream, "", None, why="no module has this name")


def a_plan(forecasts: Sequence[Forecast], *budgets: Budget, last: Bill | None = None) -> Plan:
    return plan_of(forecasts, budgets, Limits(calls_per_minute=100), NOBODY, last)


# ── Days and shares ──


@pytest.mark.parametrize(
    ("left", "per_day", "days"),
    [
        (100, 100, [1, 1, 1]),
        (60, 100, [1, 1, 2]),
        (30, 10, [1, 1, 8]),
        (0, 50, [1, 2, 2]),
        (0, None, [1, None, None]),
        (None, None, [1, 1, 1]),
    ],
)
def test_streams_are_read_one_after_the_other(left: int | None, per_day: int | None, days: list[int | None]) -> None:
    costs = [0, 30, 70] if left else [0, 1, 2]

    assert days_of(costs, left, per_day) == days


def test_a_stream_is_finished_when_the_slowest_of_its_budgets_suffices() -> None:
    streams = [[of_books("books_bills", 40, "7"), of_books("books_bills", 40, "8")], [of_books("books_taxes", 20, "7")]]
    of_another = Budget(("books",), CALLS, 10, 10, "8")
    of_both = Budget(("books", "billing"), CALLS, 55, 5, "7")

    assert days_of_streams(streams, [BOOKS]) == [1, 2]
    assert days_of_streams(streams, [BOOKS, of_another]) == [4, 2]
    assert days_of_streams(streams, [BOOKS, of_both]) == [1, 2]
    assert days_of_streams(streams, []) == [1, 1]


def test_a_stream_of_unknown_length_leaves_open_when_those_behind_it_are_finished() -> None:
    streams = [
        [of_books("books_bills", 5)],
        [of_books("books_taxes", 1, bound=Bound.AT_LEAST)],
        [of_books("books_items", 5)],
        [of_books("books_items", 5, "8")],
        [of_books("books_expenses", 0)],
    ]
    of_another = Budget(("books",), CALLS, 10, 10, "8")
    unknown = Budget(("books",), CALLS, None, None, "8")

    assert may_end_later(streams, [BOOKS, of_another]) == [False, True, True, False, False]
    assert may_end_later(streams, [BOOKS, unknown]) == [False, True, True, True, False]
    assert may_end_later(streams, []) == [False, True, False, False, False]


def test_what_is_left_at_most_suffices_only_as_far_as_it_is_sure() -> None:
    half = Budget(("crm",), CREDITS, 100, 100, surely=50)

    assert may_end_later([[of_crm("crm_leads", 50)], [of_crm("crm_deals", 1)]], [half]) == [False, True]


def test_a_share_is_that_of_the_scarcest_budget() -> None:
    both = [of_books("books_bills", 25, "7"), of_books("books_bills", 9, "8")]

    assert share(both, [BOOKS, Budget(("books",), CALLS, 10, 10, "8")]) == 0.9
    assert share(both, [CRM]) is None
    assert share(both, [Budget(("books",), CALLS, 0, 10, "7")]) == float("inf")


def test_organizations_are_called_side_by_side_and_documents_more_slowly() -> None:
    limits = Limits(calls_per_minute=100)
    document = Forecast("books", "books_bill_details", "documents", Estimate(84), None, None, "7", documents=True)

    assert seconds_of([of_books("books_bills", 50, "7"), of_books("books_bills", 200, "8")], limits) == 120
    assert seconds_of([of_books("books_bills", 16, "7"), document], limits) == 120
    assert seconds_of([of_crm("crm_leads", 5)], limits) is None
    assert seconds_of([of_crm("crm_leads", 5)], limits, seconds_of_a_call=0.5) == 2.5


# ── The plan ──


def test_a_line_sums_up_all_organizations() -> None:
    unknown = Forecast("books", "books_bills", "list", Estimate(1, Bound.AT_LEAST), None, None, "8")

    (line,) = a_plan([of_books("books_bills", 3), unknown]).lines

    assert line.calls == Estimate(4, Bound.AT_LEAST)
    assert line.rows == Estimate(600, Bound.AT_LEAST)
    assert line.credits is None


def test_a_plan_that_suffices_says_so() -> None:
    plan = a_plan([of_crm("crm_leads", 40), of_books("books_bills", 50)], CRM, BOOKS)

    assert plan.stops_in is None
    assert plan.last_day == 1
    assert list(sentences(plan))[-1] == "All of it can be read today."
    assert "day" not in told(plan).splitlines()[1].replace("today", "")


def test_a_plan_with_what_nobody_knows_promises_no_day() -> None:
    persons = of_books("books_contact_persons", 1, bound=Bound.AT_LEAST)

    plan = a_plan([of_books("books_bills", 5), persons, of_books("books_items", 5)], BOOKS)

    assert verdict_of(plan) == (
        "Nothing that is known speaks against reading it all today, but 1 stream may take more than its + says: "
        "books_contact_persons."
    )
    assert [line.split()[-1] for line in told(plan).splitlines() if "books_" in line] == ["today", "1+", "1+"]
    assert " 2.0 %+ " in told(plan)
    assert any(each.startswith("Books and Billing need at least 7 s") for each in sentences(plan))
    found = document(plan)
    assert [(each["day"], each["day_bound"]) for each in found["streams"]] == [
        (1, "exactly"),
        (1, "at_least"),
        (1, "at_least"),
    ]
    assert (found["days"], found["days_bound"]) == (1, "at_least")
    assert found["finishes_today"] == ["books_bills"]
    assert found["may_finish_today"] == ["books_contact_persons", "books_items"]
    assert found["verdict"] == verdict_of(plan)


def test_a_plan_that_takes_days_and_perhaps_more_says_at_the_earliest() -> None:
    open_end = of_books("books_taxes", 1, bound=Bound.AT_LEAST)

    plan = a_plan([of_books("books_bills", 5), open_end, of_books("books_items", 2_000)], BOOKS)

    assert verdict_of(plan) == (
        "It does not suffice for all of it today. Finished today: books_bills; and books_taxes, if no + takes more "
        "than it says. It stops in books_items or before, and all is read on day 3 at the earliest if a sync goes on "
        "from the state each day."
    )
    assert " 3+" in told(plan)


def test_a_plan_that_could_not_be_made_does_not_say_that_all_can_be_read() -> None:
    nothing = a_plan([refused("crm_leads"), refused("crm_deals")])
    some = a_plan([of_crm("crm_leads", 40), refused("crm_deals")], CRM)

    assert verdict_of(nothing) == NOTHING_PLANNED
    assert verdict_of(some) == (
        "What could be planned can be read today. 1 stream could not be planned, and comes on top: crm_deals."
    )
    assert document(nothing)["days"] is None
    assert document(some)["days"] is None
    assert [each["day"] for each in document(some)["streams"]] == [1, None]
    assert document(some)["stops_in"] is None


def test_a_day_of_which_nobody_knows_the_rest_is_no_promise() -> None:
    plan = a_plan([of_books("books_bills", 5)], Budget(("books",), CALLS, None, None, "7"))

    assert verdict_of(plan) == (
        "Nobody knows whether it can be read today: what is left is not known of Zoho Books, organization 7."
    )
    assert " 1+" in told(plan)


def test_a_day_that_is_used_up_is_named() -> None:
    plan = a_plan([of_books("books_bills", 5)], Budget(("books",), CALLS, 0, 1_000, "7"))

    assert verdict_of(plan).startswith(
        "Nothing is left today of Zoho Books, organization 7. It does not suffice for all of it today. Finished today: "
        "nothing. It stops in books_bills"
    )


def test_credits_that_are_left_at_most_are_no_promise() -> None:
    plan = a_plan([of_crm("crm_leads", 40), of_crm("crm_deals", 30)], Budget(("crm",), CREDITS, 100, 100, surely=50))

    assert verdict_of(plan) == (
        "Nothing that is known speaks against reading it all today, but less may be left of Zoho CRM than it takes: "
        "only 50 credits are sure."
    )


def test_a_single_one_is_told_as_one() -> None:
    budget = Budget(("crm",), CREDITS, 1, 1)

    assert "Zoho CRM, today: 1 credit left." in list(sentences(a_plan([of_crm("crm_leads", 1)], budget)))


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 160])
def test_a_narrow_table_keeps_the_names_of_the_streams_and_says_what_it_leaves_out(width: int) -> None:
    name = "books_vendor_credit_refunds"
    last = Bill({Place("crm", "crm_leads"): Cost(30, 42), Place("books", name): Cost(6_001)})
    plan = a_plan([of_crm("crm_leads", 40), of_crm("crm_deals", 300), of_books(name, 5)], CRM, BOOKS, last=last)
    console = Console(file=StringIO(), width=width)

    shown, note = fitted(plan, console)
    console.print(shown)

    assert isinstance(console.file, StringIO)
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    for stream, real in ((name, "6,001"), ("crm_leads", "42")):
        (row,) = [line for line in lines if line.strip().startswith(stream if width >= 60 else stream[:12])]
        assert real in row or width < 80
    assert "…" not in console.file.getvalue()
    assert bool(note) == (width < 140)
    assert not note or note.startswith("Columns left out, as there is no room for them: ")


def test_a_plan_that_does_not_suffice_says_where_it_stops_and_when_the_rest_comes() -> None:
    plan = a_plan([of_crm("crm_leads", 40), of_crm("crm_deals", 300), of_crm("crm_cases", 0)], CRM)

    assert [line.day for line in plan.lines] == [1, 4, 1]
    assert plan.stops_in is plan.lines[1]
    assert list(sentences(plan))[-1] == (
        "It does not suffice for all of it today. Finished today: crm_leads, crm_cases. It stops in crm_deals, and all "
        "is read on day 4 if a sync goes on from the state each day; CRM's credits come back hour by hour."
    )
    assert document(plan)["stops_in"] == "crm_deals"
    assert document(plan)["finishes_today"] == ["crm_leads", "crm_cases"]


def test_what_cannot_be_planned_is_named_with_its_reason() -> None:
    plan = a_plan([of_crm("crm_leads", 40), refused("crm_lads")], CRM)

    assert "Not planned: crm_lads: no module has this name" in list(sentences(plan))
    assert "cannot be told" in told(plan)
    assert document(plan)["complete"] is False
    assert document(plan)["totals"]["crm"]["credits"] == {"value": 40, "bound": "at_least"}


def test_the_last_run_stands_beside_the_plan() -> None:
    last = Bill({Place("crm", "crm_leads"): Cost(30, 42), Place("crm", "crm_old"): Cost(2, 2)})

    plan = a_plan([of_crm("crm_leads", 40), of_crm("crm_deals", 10)], CRM, last=last)

    leads, deals, old = plan.lines
    assert leads.difference == pytest.approx(0.05)
    assert deals.difference == -1
    assert (old.is_planned, old.difference, old.really) == (False, None, Cost(2, 2))
    assert document(plan)["streams"][0]["last"] == {"calls": 30, "credits": 42, "difference": pytest.approx(0.05)}
    assert document(plan)["totals"]["crm"]["last"] == {"calls": 32, "credits": 44}
    assert "+5.0 %" in told(plan)
    assert "not planned" in told(plan)


def test_numbers_have_thousands_and_no_colour_outside_a_terminal() -> None:
    plan = a_plan([of_books("books_bills", 12_345), of_books("books_taxes", 1, bound=Bound.AT_LEAST)], BOOKS)

    assert "12,345" in told(plan)
    assert " 1+ " in told(plan)
    assert "over 100 %" in told(plan)
    assert "2 h 03 min" in told(plan)
    assert "\x1b" not in told(plan)
    assert "1+ at least 1, and nobody knows how many before it is read." in list(sentences(plan))


def verdict_of(plan: Plan) -> str:
    return list(sentences(plan))[-1]


def told(plan: Plan) -> str:
    console = Console(file=StringIO(), width=160)
    console.print(table(plan))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


# ── What planning costs, and what the last run did ──


def test_the_price_of_planning_is_told() -> None:
    assert price_of_planning({}) == "Planning asks Zoho nothing."
    assert price_of_planning({"books": 3, "crm": 12}) == (
        "Planning asks Zoho, at most so much. Books: a call for the organizations, and 3 for each of them; "
        "CRM: 2 credits, 1 for every five modules, and 1 to 3 for each of 12 modules."
    )
    assert "1 to 3 for each module." in price_of_planning({"crm": -1})
    assert price_of_planning({"crm": 0}).endswith("CRM: 2 credits.")


def test_the_last_bill_of_an_output_counts() -> None:
    first, second = Bill({Place("crm", "crm_leads"): Cost(1, 1)}), Bill({Place("crm", "crm_leads"): Cost(2, 2)})
    a_trap = {"type": "RECORD", "record": {"stream": "x", "data": {"note": Bill({}).in_a_line}}}
    lines = [
        a_log(first.in_words),
        a_log(first.in_a_line),
        b"no message",
        a_log(second.in_a_line),
        orjson.dumps(a_trap),
    ]

    assert last_bill(lines) == second
    assert last_bill([f"2026-01-01 INFO {first.in_a_line}\n".encode()]) == first
    assert last_bill([orjson.dumps(a_trap)]) is None


def a_log(text: str) -> bytes:
    return orjson.dumps({"type": "LOG", "log": {"level": "INFO", "message": text}})


# ── Wrong use ──


def test_an_output_without_costs_is_refused_before_zoho_is_asked(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(CONFIG), "utf-8")
    (tmp_path / "notes.txt").write_text("milk, bread\n", "utf-8")
    arguments = ["plan", "--config", str(tmp_path / "config.json"), "--last"]

    for name, answer in (("notes.txt", "does not tell what a read cost"), ("nothing.txt", "cannot be read")):
        result = CliRunner().invoke(app, [*arguments, str(tmp_path / name)])

        assert result.exit_code == 2
        assert answer in result.stderr
        assert "Traceback" not in result.output


def test_a_wrong_configuration_is_answered_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({**CONFIG, "data_center": "moon"}), "utf-8")

    result = CliRunner().invoke(app, ["plan", "--config", str(tmp_path / "config.json")])

    assert result.exit_code == 2
    assert "data_center is 'moon'" in result.stderr
