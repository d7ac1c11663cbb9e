"""Does the page of a sync say what its messages say, no less, and nothing that is nobody's business?"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from source_zoho.cli import app
from source_zoho.cli.sync.facts import Sync, sync_in
from source_zoho.cli.sync.page import page
from source_zoho.cli.sync.planned import Expected, read_plan
from source_zoho.cli.sync.view import View, age, duration
from source_zoho.errors import ConfigProblem
from source_zoho.ledger import Bill, Cost, Place
from unit_tests.cli.messages import a_record, a_status

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
LOAD_SOMETHING = re.compile(r"\b(?:src|href)\s*=|url\(|@import|<script|<link|<iframe|<img", re.IGNORECASE)


def a_log(text: str, level: str = "INFO") -> dict[str, Any]:
    return {"type": "LOG", "log": {"level": level, "message": text}}


def a_failure(text: str, stream: str | None = None) -> dict[str, Any]:
    error = {"message": text, **({"stream_descriptor": {"name": stream}} if stream else {})}
    return {"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": 0, "error": error}}


def at(second: float, message: Mapping[str, Any]) -> dict[str, Any]:
    moment = (NOON + timedelta(seconds=second)).timestamp() * 1000
    return {**message, "trace": {**message["trace"], "emitted_at": moment}}


def a_bill(*, seconds: float = 12.5, **credits_or_calls: int) -> dict[str, Any]:
    costs = {
        Place(name.partition("_")[0], name): Cost(number, number if name.startswith("crm_") else 0)
        for name, number in credits_or_calls.items()
    }
    return a_log(Bill(costs, seconds).in_a_line)


def in_lines(*messages: Mapping[str, Any]) -> list[bytes]:
    return [json.dumps(message).encode() + b"\n" for message in messages]


def the_sync(*messages: Mapping[str, Any]) -> Sync:
    return sync_in(in_lines(*messages))


def the_page(*messages: Mapping[str, Any], plan: Mapping[tuple[str, str], Expected] | None = None) -> str:
    return page(View(the_sync(*messages), "read.jsonl", NOON + timedelta(hours=3), plan or {}))


class Words(HTMLParser):
    """The words of a page, as a person sees them, and whether every element that was opened was closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in {"meta", "br"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.said.append(data)

    def __str__(self) -> str:
        return " ".join(" ".join(self.said).split())


def words(text: str) -> str:
    return str(Words(text))


# ── What is read out of the messages ──


def test_rows_are_counted_by_organization_and_the_newest_change_is_an_instant() -> None:
    sync = the_sync(
        a_record(organization_id="7", last_modified_time="2025-06-01T09:30:00+0530"),
        a_record(organization_id="7", last_modified_time="2025-06-01T05:00:00+0000"),
        a_record(organization_id="8", last_modified_time=""),
    )

    invoices = sync.streams["books_invoices"]
    assert invoices.rows == {"7": 2, "8": 1}
    assert invoices.newest == datetime(2025, 6, 1, 5, tzinfo=UTC)


def test_a_stream_that_never_said_how_it_ended_is_unfinished() -> None:
    sync = the_sync(a_status(status="STARTED"), a_status("books_bills"), a_status("books_taxes", status="INCOMPLETE"))

    assert {name: each.status for name, each in sync.streams.items()} == {
        "books_invoices": "unfinished",
        "books_bills": "complete",
        "books_taxes": "incomplete",
    }


def test_a_stream_without_rows_is_given_the_words_that_name_it() -> None:
    asleep = "document_details is none, so these streams have no rows and cost no call: books_bill_details, books_x."

    sync = the_sync(
        a_log("Syncing stream: books_bill_details"),
        a_log(asleep, "WARN"),
        a_status("books_bill_details"),
        a_status("books_bill"),
        a_record("books_x"),
        a_status("books_x"),
    )

    assert sync.streams["books_bill_details"].reasons == [asleep]
    assert sync.streams["books_bill"].reasons == []  # part of a name is another stream
    assert sync.streams["books_x"].reasons == []
    assert sync.warnings == [asleep]


def test_a_failure_belongs_to_its_stream_and_is_told_once() -> None:
    sync = the_sync(
        a_failure("Zoho wants another scope.", "books_bills"),
        a_log("books_bills: Zoho wants another scope.", "ERROR"),
        a_status("books_bills", status="INCOMPLETE"),
        a_failure("1 of 2 streams could not be read completely: books_bills."),
        a_failure("The token is dead."),
    )

    assert sync.streams["books_bills"].reasons[0] == "Zoho wants another scope."
    assert sync.failures == ["The token is dead."]


def test_lines_that_are_no_messages_are_passed_over() -> None:
    sync = sync_in([b"Traceback ...\n", b"[1]\n", b"{}\n", *in_lines(a_record())])

    assert (sync.messages, sync.streams["books_invoices"].rows.total()) == (1, 1)


# ── What the page shows ──


def test_a_complete_sync_says_so_with_its_numbers() -> None:
    shown = words(
        the_page(
            at(0, a_status(status="STARTED")),
            *[a_record(organization_id="7", last_modified_time="2025-06-01T12:00:00+0000")] * 1200,
            at(90, a_status()),
            a_bill(books_invoices=6, crm_leads=155),
        )
    )

    assert "All 1 streams were read to their end." in shown
    assert "Began 2025-06-01 12:00:00 UTC, took 12.5 s; from read.jsonl" in shown
    assert "1,200 rows" in shown
    assert "6 calls, Zoho Books" in shown
    assert "155 credits, Zoho CRM" in shown
    assert "books_invoices complete 1,200 1,200 3 h 6" in shown


def test_a_sync_that_is_not_complete_says_which_streams_and_why_first() -> None:
    text = the_page(a_status(), a_failure("Grant <b>bills</b>.", "books_bills"), a_status("books_bills", "INCOMPLETE"))

    assert "1 of 2 streams were not read to their end." in words(text)
    assert "books_bills Grant <b>bills</b>." in words(text)
    assert "<b>bills</b>" not in text  # words of the log are words, whatever they look like


def test_a_read_that_never_began_is_no_success() -> None:
    assert "The read failed." in words(the_page(a_failure("client_id is missing.")))
    assert "No stream was read." in words(the_page(a_log("hello")))


def test_what_was_planned_stands_beside_what_it_came_to() -> None:
    plan = {
        ("crm", "crm_leads"): Expected(10, 100, exact=True),
        ("books", "books_bills"): Expected(4, None, exact=False),
    }

    text = the_page(a_record("crm_leads"), a_bill(crm_leads=120, books_bills=8), plan=plan)

    assert "Zoho CRM 120 120 100 +20.0%" in words(text)
    assert "Zoho Books 8 4* +100.0%" in words(text)
    assert '<td class="n bad">+20.0%' in text
    assert '<td class="n ">+100.0%' in text  # a bound that was passed is no mistake of the plan
    assert 'style="left:83.33%"' in text  # the mark of 100 beside a bar of 120


def test_a_read_without_a_bill_does_not_pretend_to_have_been_free() -> None:
    assert "The messages do not tell what the read cost" in words(the_page(a_record()))


def test_the_page_loads_nothing_runs_nothing_and_holds_no_records() -> None:
    text = the_page(a_record(organization_id="7", customer_name="Kingfisher", email="a@example.com"), a_status())

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


# ── The command ──


def run(*arguments: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(app, ["report", *arguments], input=io.BytesIO(given))


def test_it_writes_the_page_and_says_where(tmp_path: Path) -> None:
    (tmp_path / "read.jsonl").write_bytes(b"".join(in_lines(a_record(), a_status())))
    (tmp_path / "r.html").write_text("an older one")

    result = run("--from", str(tmp_path / "read.jsonl"), "--output", str(tmp_path / "r.html"))

    assert result.exit_code == 0, result.output
    assert str(tmp_path / "r.html") in result.stdout.replace("\n", "")
    assert "All 1 streams were read to their end." in words((tmp_path / "r.html").read_text("utf-8"))


def test_it_reads_standard_input(tmp_path: Path) -> None:
    result = run("--from", "-", "--output", str(tmp_path / "r.html"), given=b"".join(in_lines(a_status())))

    assert result.exit_code == 0
    assert "from standard input" in words((tmp_path / "r.html").read_text("utf-8"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--from", "nowhere.jsonl"], "nowhere.jsonl cannot be read (No such file or directory)"),
        (["--from", "-"], "holds no messages of a read. Give --from what `source-zoho read` wrote"),
    ],
)
def test_wrong_use_is_one_sentence_and_leaves_no_page(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    result = run(*arguments, "--output", str(tmp_path / "r.html"))

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    result = run("--from", "-", "--output", str(tmp_path / "no" / "r.html"), given=b"".join(in_lines(a_status())))

    assert result.exit_code == 2
    assert "cannot be written (No such file or directory); name another file with --output." in result.stderr


@pytest.mark.parametrize("plan", [{}, [], {"streams": [{"product": "crm"}]}, {"streams": 5}])
def test_what_is_no_plan_is_told_so(plan: object, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(plan))

    with pytest.raises(ConfigProblem, match="is no plan; give --plan what `source-zoho plan --json` wrote"):
        read_plan(str(tmp_path / "plan.json"))


def test_a_plan_is_read_by_product_and_stream(tmp_path: Path) -> None:
    streams = [
        {"product": "books", "stream": "books_bills", "calls": {"value": 2, "bound": "at_least"}, "credits": None},
        {"product": "crm", "stream": "crm_leads", "calls": None, "credits": {"value": 7, "bound": "exactly"}},
    ]
    (tmp_path / "plan.json").write_text(json.dumps({"streams": streams}))

    assert read_plan(str(tmp_path / "plan.json")) == {
        ("books", "books_bills"): Expected(2, None, exact=False),
        ("crm", "crm_leads"): Expected(None, 7, exact=True),
    }
