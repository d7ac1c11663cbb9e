"""Does `source-zoho demo` show a newcomer what is true, and does its file hold what Zoho holds?"""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from rich.console import Console

from integration_tests.builders import resource_of
from integration_tests.truth import expected as expected_records
from integration_tests.truth import lists_and_documents
from source_zoho.cli.changes import Change, make_changes
from source_zoho.cli.connector import ConnectorFailedError
from source_zoho.cli.progress import Steps
from source_zoho.cli.tour import Tour
from source_zoho.cli.workplace import Workplace
from source_zoho.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Row = dict[str, Any]

SEED = 11
# Only there so that a broken demo fails its test instead of holding it for ever.
PATIENCE_IN_SECONDS = 600

COMPARED_VALUE_FOR_VALUE = ["invoices", "contacts", "items", "bills", "bank_transactions", "users", "taxes"]
WITH_A_CURSOR = ["invoices", "contacts", "items", "expenses", "bills", "estimates", "purchase_orders"]


def source_zoho(*arguments: str, python_options: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """Start `source-zoho` the way a person would, in a terminal of 100 columns."""
    environment = {**os.environ, "COLUMNS": "100", "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, *python_options, "-m", "source_zoho.run", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@dataclass(frozen=True)
class Demo:
    """What a demo left for its user: words and files."""

    exit_code: int
    output: str
    progress: str
    folder: Path

    @cached_property
    def table(self) -> dict[str, list[int]]:
        """Return the numbers of each line of the table, by the line's name."""
        lines = re.findall(
            r"^ ?((?:books|billing|crm)_\w+|total) +([\d,]+) +([\d,]+) +([\d,]+) +([\d,]+) *$",
            self.output,
            re.MULTILINE,
        )
        return {name: [int(number.replace(",", "")) for number in numbers] for name, *numbers in lines}

    @cached_property
    def keys(self) -> dict[str, list[str]]:
        """Return the primary key of each stream."""
        catalog = json.loads((self.folder / "working-files" / "catalog.json").read_text())
        return {entry["stream"]["name"]: [path[0] for path in entry["primary_key"]] for entry in catalog["streams"]}

    def sent(self, read: str) -> dict[str, list[Row]]:
        """Return the records that the connector sent in a read, by stream."""
        streams: dict[str, list[Row]] = {name: [] for name in self.keys}
        for line in (self.folder / "working-files" / f"{read}.jsonl").read_text().splitlines():
            message = json.loads(line)
            if message["type"] == "RECORD":
                streams[message["record"]["stream"]].append(message["record"]["data"])
        return streams

    def query(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.folder / "zoho-demo.duckdb"), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(query).fetchall()


@dataclass(frozen=True)
class Truth:
    """The same Zoho as the demo's, with the same changes: the seed decides all but the moment of a change."""

    zoho: Emulator
    changes: list[Change]

    def rows(self, resource: str) -> list[Row]:
        """Return what Zoho has now, each row with its organization."""
        if resource == "organizations":
            return self.zoho.rows(resource, "")
        return [
            {**row, "organization_id": organization_id}
            for organization_id in self.zoho.organization_ids
            for row in self.zoho.rows(resource, organization_id)
        ]

    def changed(self, resource: str, *done: str) -> set[str]:
        return {change.record_id for change in self.changes if change.resource == resource and change.done in done}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A demo as a newcomer runs it, with its working files kept."""
    folder = tmp_path_factory.mktemp("demo")
    process = source_zoho("demo", "--dir", str(folder), "--keep", "--seed", str(SEED))
    output, progress = process.communicate(timeout=PATIENCE_IN_SECONDS)
    return Demo(process.returncode, output, progress, folder)


@pytest.fixture(scope="module")
def truth() -> Iterator[Truth]:
    with Emulator(seed=SEED, size="small") as zoho:
        yield Truth(zoho, make_changes(zoho))


# ── What it shows ──


def test_it_succeeds_and_says_each_step(demo: Demo) -> None:
    assert demo.exit_code == 0, demo.progress
    assert re.findall(r"^✓ (.+?)  ", demo.progress, re.MULTILINE) == [
        "Start an offline Zoho",
        "Check the connection",
        "Discover the streams",
        "First read: everything",
        "Make a report of it",
        "Six hours later in Zoho",
        "Second read: what changed",
    ]


def test_the_report_tells_of_the_first_read(demo: Demo) -> None:
    page = (demo.folder / "zoho-demo-report.html").read_text("utf-8")

    assert str(demo.folder / "zoho-demo-report.html") in demo.output
    assert f"<dt>rows</dt><dd>{sum(map(len, demo.sent('read-1').values())):,}</dd>" in page
    assert f"All {len(demo.keys)} streams were read to their end." in page


def test_the_table_has_every_stream_that_the_connector_has(demo: Demo) -> None:
    assert set(demo.table) == {*demo.keys, "total"}


def test_the_table_counts_the_records_that_the_connector_sent(demo: Demo) -> None:
    first, second = demo.sent("read-1"), demo.sent("read-2")

    shown = {name: numbers[:2] for name, numbers in demo.table.items()}

    assert shown.pop("total") == [sum(map(len, first.values())), sum(map(len, second.values()))]
    assert shown == {name: [len(first[name]), len(second[name])] for name in demo.keys}


def test_every_stream_that_sent_records_cost_calls(demo: Demo) -> None:
    free = [name for name, (rows, _, calls, _) in demo.table.items() if rows and not calls]

    assert free == ["crm_field_dictionary", "crm_fields"], "what all modules need is asked for once, and counted apart"


def test_its_question_is_answered_from_the_file(demo: Demo) -> None:
    ((name, invoiced),) = demo.query(
        "SELECT customer_name, sum(total)::DECIMAL(18, 2) FROM books_invoices "
        "GROUP BY customer_name, currency_code ORDER BY 2 DESC, 1 LIMIT 1"
    )

    assert re.search(rf"{re.escape(name)} .* {invoiced:,}", demo.output)


# ── What its file holds ──


def test_every_table_has_the_records_that_zoho_has(demo: Demo, truth: Truth) -> None:
    wrong = {}
    for stream in [name for name in demo.keys if name in lists_and_documents()]:
        key = demo.keys[stream]
        kept = Counter(demo.query(f"SELECT {', '.join(f'{name}::VARCHAR' for name in key)} FROM {stream}"))
        there = [row for each in truth.zoho.organization_ids for row in expected_records(truth.zoho, stream, each)]
        expected = Counter(tuple(str(row[name]) if row.get(name) else None for name in key) for row in there)
        # Zoho's lists do not tell of deletions.
        expected.update(
            (truth.zoho.organization_ids[0], gone) for gone in truth.changed(resource_of(stream), "deleted")
        )
        if kept != expected:
            wrong[stream] = {"only in the file": kept - expected, "only in Zoho": expected - kept}

    assert wrong == {}


@pytest.mark.parametrize("resource", COMPARED_VALUE_FOR_VALUE)
def test_every_value_is_what_zoho_says(demo: Demo, truth: Truth, resource: str) -> None:
    stream = f"books_{resource}"
    key = demo.keys[stream]
    types = dict(demo.query(f"SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '{stream}'"))
    texts = ", ".join(f'"{name}"::VARCHAR' for name in types)
    found = [read_back(types, values) for values in demo.query(f"SELECT {texts} FROM {stream}")]
    by_key = {tuple(row[name] for name in key): row for row in found}

    # A changed record has the moment of its change in it, which is another one here.
    unchanged = [row for row in truth.rows(resource) if row[key[-1]] not in truth.changed(resource, "edited", "added")]

    assert unchanged
    for row in unchanged:
        kept = by_key[tuple(row[name] for name in key)]
        assert {name: kept.get(name) for name in row} == {name: expected(types.get(name), row[name]) for name in row}


def test_the_modules_of_crm_are_in_the_file_too(demo: Demo, truth: Truth) -> None:
    for module, stream in (("Leads", "crm_leads"), ("Wide_Load", "crm_wide_load"), ("DealHistory", "crm_deal_history")):
        kept = {record_id for (record_id,) in demo.query(f"SELECT id FROM {stream}")}
        deleted = truth.changed("leads", "deleted") if module == "Leads" else set()
        assert kept == {*truth.zoho.crm.ids(module), *deleted}


def test_the_deletion_in_crm_is_told(demo: Demo, truth: Truth) -> None:
    told = {row["id"] for row in demo.sent("read-2")["crm_deleted_records"]}

    assert truth.changed("leads", "deleted") <= told


def read_back(types: dict[str, str], texts: tuple[str | None, ...]) -> Row:
    """Return a row of the file as values of Python, by means that the loader does not use."""
    row = {
        name: None if text is None else _OF_TEXT.get(sql_type, str)(text)
        for (name, sql_type), text in zip(types.items(), texts, strict=True)
    }
    return {**row, **(row.pop("_extra") or {})}


def expected(sql_type: str | None, value: Any) -> Any:
    """Return what the file should hold for *value*; an empty text is nothing, except where text is expected."""
    if sql_type in (None, "VARCHAR"):
        return value
    if value in ("", None):
        return None
    return _OF_TEXT[sql_type](str(value)) if sql_type not in ("JSON", "BOOLEAN") else value


_OF_TEXT: dict[str, Callable[[str], Any]] = {
    "TIMESTAMP WITH TIME ZONE": lambda text: datetime.fromisoformat(text).timestamp(),
    "DATE": date.fromisoformat,
    "DECIMAL(38,9)": Decimal,
    "BIGINT": int,
    "BOOLEAN": json.loads,
    "JSON": json.loads,
}


# ── What the second read brings ──


@pytest.mark.parametrize("resource", WITH_A_CURSOR)
def test_the_second_read_brings_the_changes_and_the_newest_record_of_each_organization(
    demo: Demo, truth: Truth, resource: str
) -> None:
    changed = truth.changed(resource, "edited", "added")
    sent = {row[demo.keys[f"books_{resource}"][-1]] for row in demo.sent("read-2")[f"books_{resource}"]}

    assert changed <= sent
    assert sent - changed <= newest(truth, resource, demo.keys[f"books_{resource}"][-1], before=changed)


def newest(truth: Truth, resource: str, key: str, before: set[str]) -> set[str]:
    """Return the records that were the last to change in their organization before the records in *before* did."""
    newest = set()
    for organization_id in truth.zoho.organization_ids:
        rows = [row for row in truth.zoho.rows(resource, organization_id) if row["last_modified_time"]]
        moments = {str(row[key]): datetime.fromisoformat(str(row["last_modified_time"])) for row in rows}
        last = max(moment for record_id, moment in moments.items() if record_id not in before)
        newest |= {record_id for record_id, moment in moments.items() if moment == last}
    return newest


def test_an_edit_replaces_the_row_that_was_there(demo: Demo, truth: Truth) -> None:
    edited = sorted(truth.changed("invoices", "edited"))

    assert edited
    for invoice_id in edited:
        rows = demo.query(f"SELECT reference_number FROM books_invoices WHERE invoice_id = '{invoice_id}'")
        assert rows == [("PO-2071",)]


# ── How it ends badly ──


def test_a_failing_step_is_told_in_the_words_of_the_connector(tmp_path: Path) -> None:
    with Emulator(seed=SEED) as zoho:
        tour = Tour(zoho, Workplace.prepare(tmp_path, keep=False), Steps(Console(file=io.StringIO())))
        zoho.accounts.client_secret = "changed since"
        with pytest.raises(ConnectorFailedError) as raised:
            tour.check()

    assert "client_secret" in raised.value.messages[0]


def test_ctrl_c_in_the_middle_of_a_read_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    process = source_zoho("demo", "--dir", str(tmp_path))
    assert process.stderr is not None
    while (line := process.stderr.readline()) and "First read" not in line:
        pass

    process.send_signal(signal.SIGINT)

    output, progress = process.communicate(timeout=PATIENCE_IN_SECONDS)
    assert process.returncode == 130
    assert output == ""
    assert progress.splitlines()[-1] == "Stopped. The demo's files were removed; with --keep they stay."
    assert "Traceback" not in progress
    assert list(tmp_path.iterdir()) == []


def test_the_help_imports_neither_the_cdk_nor_duckdb() -> None:
    output, imports = source_zoho("--help", python_options=("-X", "importtime")).communicate(
        timeout=PATIENCE_IN_SECONDS
    )

    assert "demo" in output
    assert "source_zoho.cli" in imports
    assert not re.search(r"\b(airbyte_cdk|duckdb|source_zoho\.emulator)\b", imports)
