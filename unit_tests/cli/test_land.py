"""Does `source-zoho land` leave tables that are right, go on where it ended, and say what failed?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from source_zoho.cli import app, landing
from source_zoho.cli.connector import ConnectorFailedError
from unit_tests.cli.messages import NUMBER, TEXT, a_record, a_state, a_status, a_stream

CONFIG = {"data_center": "us", "client_id": "1000.A", "client_secret": "b", "refresh_token": "1000.c.d"}
DETAILS = "One call for each document: needs document_details: changed."
COLUMNS: dict[str, Any] = {"id": TEXT, "total": NUMBER}


class Connector:
    """Plays the connector: what it finds, what it sends for each read, and what it was asked."""

    def __init__(self) -> None:
        self.found = [
            a_stream("books_invoices", key=("id",), cursor="total", **COLUMNS),
            a_stream("books_taxes", key=("id",), **COLUMNS),
            a_stream("books_invoice_details", key=("id",), cursor="total", **COLUMNS),
        ]
        self.found[2]["json_schema"]["description"] = DETAILS
        self.reads: list[Sequence[dict[str, Any]]] = []
        self.failure: list[str] = []
        self.asked: list[dict[str, Any]] = []

    @contextmanager
    def __call__(
        self, verb: str, *arguments: str, log: Path, stderr: Path, environment: dict[str, str]
    ) -> Iterator[Iterator[dict[str, Any]]]:
        given = dict(zip(arguments[::2], arguments[1::2], strict=True))
        self.asked.append({"verb": verb} | {flag: json.loads(Path(path).read_text()) for flag, path in given.items()})
        with log.open("w") as kept:
            yield self._messages(verb, kept)
        stderr.touch()

    def _messages(self, verb: str, kept: Any) -> Iterator[dict[str, Any]]:
        if verb == "discover":
            yield {"type": "CATALOG", "catalog": {"streams": self.found}}
            return
        for message in self.reads.pop(0):
            kept.write(json.dumps(message) + "\n")
            yield message
        if self.failure:
            raise ConnectorFailedError(self.failure)


@pytest.fixture
def connector(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Connector:
    connector = Connector()
    monkeypatch.setattr(landing, "ConnectorRun", connector)
    monkeypatch.chdir(tmp_path)
    Path("config.json").write_text(json.dumps(CONFIG))
    return connector


def land(*options: str) -> Result:
    command = ["land", "--config", "config.json", *options]
    return CliRunner().invoke(app, command, prog_name="source-zoho", env={"COLUMNS": "100"})


def rows(table: str) -> list[Any]:
    with duckdb.connect("zoho.duckdb", read_only=True) as database:
        return database.execute(f"SELECT id, CAST(total AS VARCHAR) FROM {table} ORDER BY id").fetchall()


def test_every_stream_that_can_have_rows_becomes_a_table(connector: Connector) -> None:
    invoice = a_record("books_invoices", id="46000100700001330", total=9795.64)
    connector.reads = [
        [invoice, a_status("books_invoices"), a_record("books_taxes", id="1", total=7), a_status("books_taxes")]
    ]

    result = land()

    assert result.exit_code == 0, result.output
    assert rows("books_invoices") == [("46000100700001330", "9795.640000000")]
    assert rows("books_taxes") == [("1", "7.000000000")]
    read = connector.asked[1]
    assert [entry["stream"]["name"] for entry in read["--catalog"]["streams"]] == ["books_invoices", "books_taxes"]
    assert "books_invoices" in result.stdout
    assert "zoho.duckdb" in result.stdout


def test_the_next_time_the_state_is_handed_back_and_rows_are_replaced_by_key(connector: Connector) -> None:
    first = [
        a_record("books_invoices", id="1", total=1),
        a_state("books_invoices", cursor=1),
        a_status("books_invoices"),
    ]
    connector.reads = [first, [a_record("books_invoices", id="1", total=2), a_status("books_invoices")]]

    land("--streams", "books_invoices")
    again = land("--streams", "books_invoices", "--json")

    assert [each["stream"]["stream_state"] for each in connector.asked[3]["--state"]] == [{"cursor": 1}]
    assert rows("books_invoices") == [("1", "2.000000000")]
    assert json.loads(again.stdout) == {"streams": {"books_invoices": {"read": 1, "rows": 1}}, "complete": True}


def test_what_was_read_before_a_failure_stays_and_the_failure_is_told(connector: Connector) -> None:
    connector.reads = [[a_record("books_invoices", id="1", total=1), a_status("books_invoices")]]
    connector.failure = ["books_taxes: the refresh_token lacks a scope."]

    result = land()

    assert result.exit_code == 1
    assert "lacks a scope" in result.stderr
    assert rows("books_invoices") == [("1", "1.000000000")]


def test_a_connector_that_cannot_even_discover_is_answered_in_its_own_words(
    connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> Any:
        raise ConnectorFailedError(["Zoho refused refresh_token in us."])

    monkeypatch.setattr(connector, "_messages", refused)

    result = land()

    assert (result.exit_code, result.stderr.splitlines()[-1]) == (1, "Zoho refused refresh_token in us.")


def test_only_the_products_of_the_chosen_streams_are_asked(connector: Connector) -> None:
    connector.reads = [[]]

    land("--streams", "books_invoices, books_invoices")

    assert connector.asked[0]["--config"]["products"] == ["books"]
    assert [entry["stream"]["name"] for entry in connector.asked[1]["--catalog"]["streams"]] == ["books_invoices"]


def test_details_are_read_when_the_configuration_asks_for_them(connector: Connector) -> None:
    Path("config.json").write_text(json.dumps(CONFIG | {"document_details": "changed"}))
    connector.reads = [[]]

    land()

    names = [entry["stream"]["name"] for entry in connector.asked[1]["--catalog"]["streams"]]
    assert "books_invoice_details" in names


def test_a_stream_that_is_not_there_is_answered_with_the_nearest(connector: Connector) -> None:
    result = land("--streams", "books_invoice")

    assert result.exit_code == 2
    assert "no stream books_invoice; did you mean books_invoices" in result.stderr
    assert not Path("zoho.duckdb").exists()


def test_a_stream_that_resembles_none_is_answered_with_where_to_look(connector: Connector) -> None:
    assert "`source-zoho discover` lists those that there are" in land("--streams", "xyz").stderr


@pytest.mark.parametrize("content", [b"this is text, not a database, and longer than a header", b"x" * 5000])
def test_a_file_that_is_no_database_is_left_alone(connector: Connector, content: bytes) -> None:
    Path("notes.txt").write_bytes(content)

    result = land("--database", "notes.txt")

    assert result.exit_code == 2
    assert "notes.txt cannot be used as a DuckDB file" in result.stderr
    assert Path("notes.txt").read_bytes() == content


def test_messages_are_kept_for_whoever_wants_a_report(connector: Connector) -> None:
    connector.reads = [[a_record("books_invoices", id="1", total=1)]]

    land("--messages", "read.jsonl")

    assert json.loads(Path("read.jsonl").read_text())["record"]["data"] == {"id": "1", "total": 1}


def test_a_stop_says_how_to_go_on(connector: Connector, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(connector, "_messages", stopped)

    result = land()

    assert result.exit_code == 130
    assert "run the same command to go on" in result.stderr


def test_a_wrong_configuration_is_answered_before_anything_starts(connector: Connector) -> None:
    Path("config.json").write_text(json.dumps(CONFIG | {"data_center": "mars"}))

    result = land()

    assert (result.exit_code, connector.asked) == (2, [])
    assert "data_center is 'mars'" in result.stderr


def test_without_duckdb_the_missing_package_is_named(connector: Connector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    result = land()

    assert (result.exit_code, connector.asked) == (1, [])
    assert 'pip install "source-zoho[demo]"' in result.stderr
