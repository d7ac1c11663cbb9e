"""Does `source-zoho counts` compare the right numbers, and end as a script would want it to?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from source_zoho.cli import app
from source_zoho.cli.counts_asking import price
from source_zoho.cli.counts_emitted import read_output
from source_zoho.cli.counts_report import Line, agree, document, summary, table
from source_zoho.components import census
from source_zoho.components.census import Answer, Listed
from source_zoho.errors import Transient

BILLS, INVOICES, ORGANIZATIONS = "books_bills", "books_invoices", "books_organizations"
KEYS = {BILLS: ("organization_id", "bill_id"), ORGANIZATIONS: ("organization_id",)}
CONFIG = {"data_center": "us", "client_id": "1000.A", "client_secret": "hush", "refresh_token": "hush-too"}


# ── What was read ──


def a_record(stream: str, **data: Any) -> bytes:
    return orjson.dumps({"type": "RECORD", "record": {"stream": stream, "data": data, "emitted_at": 1}})


def a_status(stream: str, status: str) -> bytes:
    told = {"stream_descriptor": {"name": stream}, "status": status}
    return orjson.dumps({"type": "TRACE", "trace": {"type": "STREAM_STATUS", "stream_status": told}})


def test_records_are_counted_by_stream_and_organization_each_once() -> None:
    emitted = read_output(
        [
            a_record(BILLS, organization_id="7", bill_id="1"),
            a_record(BILLS, organization_id="7", bill_id="1"),
            a_record(BILLS, organization_id="7", bill_id="2"),
            a_record(BILLS, organization_id="8", bill_id="1"),
        ],
        KEYS,
    )

    assert emitted.distinct == {(BILLS, "7"): 2, (BILLS, "8"): 1}
    assert emitted.records == {(BILLS, "7"): 3, (BILLS, "8"): 1}


def test_parts_of_a_key_do_not_run_into_each_other() -> None:
    rows = [a_record("x", organization_id="7", a=a, b=b) for a, b in (("1", "23"), ("12", "3"))]

    assert read_output(rows, {"x": ("organization_id", "a", "b")}).distinct["x", "7"] == 2


def test_a_list_of_the_account_has_one_number() -> None:
    rows = [a_record(ORGANIZATIONS, organization_id=each) for each in ("7", "8")]

    assert read_output(rows, KEYS, {ORGANIZATIONS}).distinct == {(ORGANIZATIONS, ""): 2}


def test_a_stream_without_records_was_read_all_the_same() -> None:
    emitted = read_output([a_status(BILLS, "STARTED"), a_status(BILLS, "COMPLETE")], KEYS)

    assert emitted.streams == {BILLS: True}
    assert emitted.distinct[BILLS, "7"] == 0


def test_a_read_that_did_not_end_well_is_remembered() -> None:
    lines = [a_status(BILLS, "STARTED"), a_record(BILLS, bill_id="1"), a_status(BILLS, "INCOMPLETE")]

    assert read_output(lines, KEYS).streams == {BILLS: False}


@pytest.mark.parametrize("line", [b"", b"milk", b"[]", b'{"type":"LOG"}', b'{"type":"RECORD"}', b'{"type":"TRACE"}'])
def test_other_lines_say_nothing(line: bytes) -> None:
    assert read_output([line], KEYS).streams == {}


def test_a_long_output_says_how_far_it_is() -> None:
    news: list[int] = []
    read_output([b"{}"] * 25_000, KEYS, news=news.append)

    assert news == [10_000, 20_000]


# ── Verdicts ──


def a_line(source: int | None = 5, emitted: int | None = 5, by: str = "count", note: str = "") -> Line:
    return Line(BILLS, "7", source, emitted, by, note)


@pytest.mark.parametrize(
    ("line", "verdict", "difference"),
    [
        (a_line(), "equal", 0),
        (a_line(5, 4), "differs", -1),
        (a_line(5, 7), "differs", 2),
        (a_line(0, 0), "equal", 0),
        (a_line(None, 4, "refused"), "no count", None),
        (a_line(5, None), "counted", None),
        (a_line(None, 4, "failed", "Zoho does not allow this read."), "failed", None),
    ],
)
def test_a_verdict_follows_from_the_numbers(line: Line, verdict: str, difference: int | None) -> None:
    assert (line.verdict, line.difference) == (verdict, difference)


def test_what_could_not_be_compared_does_not_disagree() -> None:
    assert agree([a_line(), a_line(None, 4, "ignored"), a_line(5, None)])
    assert not agree([a_line(), a_line(5, 4)])
    assert not agree([a_line(), a_line(None, None, "failed")])


def test_programs_get_everything() -> None:
    assert document([a_line(5, 4, "scan", "the read did not come to its end")]) == {
        "agree": False,
        "lists": [
            {
                "stream": BILLS,
                "organization_id": "7",
                "source": 5,
                "emitted": 4,
                "difference": -1,
                "verdict": "differs",
                "by": "scan",
                "note": "the read did not come to its end",
            }
        ],
    }


def shown(*lines: Line) -> list[list[str]]:
    console = Console(width=140, no_color=True, record=True, file=StringIO())
    console.print(table(lines))
    return [row.split() for row in console.export_text().splitlines() if row.strip()]


def test_people_see_the_difference_with_its_sign() -> None:
    rows = shown(a_line(1_234, 1_200), a_line(5, 5))

    assert [BILLS, "7", "1,234", "1,200", "-34", "differs"] in rows
    assert [BILLS, "7", "5", "5", "0", "equal"] in rows


def test_without_an_output_there_is_nothing_to_compare() -> None:
    headings, _, *rows = shown(a_line(5, None))

    assert headings == ["stream", "organization", "at", "Zoho", "verdict", "why"]
    assert rows == [[BILLS, "7", "5", "counted"]]


@pytest.mark.parametrize(
    ("by", "reason"),
    [("refused", "Zoho refused the question"), ("ignored", "Zoho ignored the question"), ("unclear", "no number")],
)
def test_a_list_without_a_count_says_why(by: str, reason: str) -> None:
    assert reason in " ".join(shown(a_line(None, 4, by))[-1])


def test_the_sum_names_each_verdict_and_the_way_on() -> None:
    lines = [a_line(), a_line(5, 4), a_line(None, 3, "refused")]

    assert summary(lines) == (
        "3 lists: 1 equal, 1 differs, 1 no count. "
        "With --scan they are counted by reading them, at a call for every 200 rows."
    )
    assert summary([]) == "0 lists: none."


def test_a_scan_costs_a_page_for_every_200_records_that_were_read() -> None:
    lines = [a_line(None, 401, "refused"), a_line(None, None, "refused"), a_line(None, 0, "refused")]

    assert price(lines).endswith("at least 5 calls.")


# ── The command ──


class FakeCensus:
    """Stands in for Zoho: bills of two organizations that refuse to count, and invoices that do."""

    problem: Exception | None = None

    def __init__(self, config: Any) -> None:
        self.config = config

    def lists(self) -> dict[str, Listed]:
        keys = {BILLS: "bill_id", INVOICES: "invoice_id"}
        return {name: Listed(name, ("organization_id", key), of_account=False) for name, key in keys.items()}

    def count(self, names: Iterable[str]) -> Iterator[Answer]:
        if self.problem:
            raise self.problem
        for name in names:
            known = name == INVOICES
            yield Answer(name, "7", 2 if known else None, "count" if known else "refused")

    def scan(self, places: Iterable[tuple[str, str]], news: Callable[[int], None]) -> Iterator[Answer]:
        news(200)
        yield from (Answer(*place, 1, "scan") for place in places)


@pytest.fixture
def zoho(monkeypatch: pytest.MonkeyPatch) -> type[FakeCensus]:
    monkeypatch.setattr(census, "Census", FakeCensus)
    monkeypatch.setattr(FakeCensus, "problem", None)
    return FakeCensus


def count(tmp_path: Path, *options: str, lines: Iterable[bytes] = (), config: Any = CONFIG) -> Result:
    path, output = tmp_path / "config.json", tmp_path / "output.jsonl"
    path.write_text(json.dumps(config), "utf-8")
    output.write_bytes(b"\n".join(lines))
    from_it = ["--from", str(output)] if lines else []
    return CliRunner().invoke(app, ["counts", "--config", str(path), *from_it, *options], env={"COLUMNS": "120"})


INVOICES_READ = [a_record(INVOICES, organization_id="7", invoice_id=each) for each in ("1", "2")]
BILLS_READ = [a_record(BILLS, organization_id="7", bill_id="1")]


@pytest.mark.usefixtures("zoho")
class TestTheCommand:
    def test_what_agrees_ends_with_0(self, tmp_path: Path) -> None:
        result = count(tmp_path, lines=INVOICES_READ)

        assert result.exit_code == 0
        assert "1 list: 1 equal." in result.stdout

    def test_what_differs_ends_with_1(self, tmp_path: Path) -> None:
        assert count(tmp_path, lines=INVOICES_READ[:1]).exit_code == 1

    def test_a_scan_counts_what_gave_no_count_and_leaves_the_rest(self, tmp_path: Path) -> None:
        result = count(tmp_path, "--scan", "--json", lines=[*INVOICES_READ, *BILLS_READ])

        assert [each["by"] for each in json.loads(result.stdout)["lists"]] == ["scan", "count"]
        assert result.exit_code == 0

    def test_only_streams_of_the_output_are_asked_about(self, tmp_path: Path) -> None:
        result = count(tmp_path, "--json", lines=BILLS_READ)

        assert [each["stream"] for each in json.loads(result.stdout)["lists"]] == [BILLS]

    def test_the_chosen_stream_is_compared_also_when_the_output_lacks_it(self, tmp_path: Path) -> None:
        result = count(tmp_path, "--json", "--stream", INVOICES, lines=BILLS_READ)

        (only,) = json.loads(result.stdout)["lists"]
        assert (only["emitted"], only["verdict"]) == (0, "differs")

    def test_an_incomplete_read_is_named_beside_its_numbers(self, tmp_path: Path) -> None:
        result = count(tmp_path, lines=[*INVOICES_READ[:1], a_status(INVOICES, "INCOMPLETE")])

        assert "the read did not come to its end" in result.stdout

    def test_json_goes_to_standard_output_and_progress_elsewhere(self, tmp_path: Path) -> None:
        result = count(tmp_path, "--json")

        assert json.loads(result.stdout)["agree"] is True
        assert "Asking Zoho for counts" in result.stderr

    def test_zoho_out_of_reach_ends_with_1_and_a_sentence(self, tmp_path: Path, zoho: type[FakeCensus]) -> None:
        zoho.problem = Transient("Zoho cannot be reached; run again later.")

        result = count(tmp_path)

        assert result.exit_code == 1
        assert result.stderr.endswith("Zoho cannot be reached; run again later.\n")

    def test_an_interruption_ends_with_130(self, tmp_path: Path, zoho: type[FakeCensus]) -> None:
        zoho.problem = KeyboardInterrupt()  # type: ignore[assignment]

        assert count(tmp_path).exit_code == 130

    @pytest.mark.parametrize(
        ("options", "config", "words"),
        [
            (["--stream", "books_bill"], CONFIG, "books_bill cannot be counted; --stream takes one of: books_bills"),
            (["--stream", "books_bill"], CONFIG, "Did you mean books_bills?"),
            (["--from", "/no/such/file"], CONFIG, "/no/such/file cannot be read (No such file or directory)"),
            ([], {**CONFIG, "data_center": "europe"}, "data_center is 'europe'; expected one of: us"),
            ([], ["no", "object"], "must be a JSON object"),
            ([], {**CONFIG, "products": ["crm"]}, "Only lists of Books and Billing are counted"),
        ],
    )
    def test_wrong_use_ends_with_2_and_says_what_is_right(
        self, tmp_path: Path, options: list[str], config: Any, words: str
    ) -> None:
        result = count(tmp_path, *options, config=config)

        assert result.exit_code == 2
        assert words in result.stderr.replace("\n", " ")

    def test_an_output_without_messages_is_refused(self, tmp_path: Path) -> None:
        result = count(tmp_path, lines=[b"milk"])

        assert result.exit_code == 2
        assert "holds no messages of a read" in result.stderr


def test_the_help_says_when_a_comparison_makes_sense() -> None:
    result = CliRunner().invoke(app, ["counts", "--help"], env={"COLUMNS": "100"})

    words = " ".join(result.output.split())
    assert "makes sense for a full read" in words
    assert "Ends with 0" in words
