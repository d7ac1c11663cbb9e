"""How does the demo end, well or badly?"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from source_zoho.cli import app
from source_zoho.cli.changes import Change
from source_zoho.cli.connector import ConnectorFailedError
from source_zoho.cli.report import SIGN_IN, Run
from source_zoho.cli.tour import Outcome
from source_zoho.cli.workplace import Workplace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tour = Callable[..., Outcome]

OUTCOME = Outcome(
    first=Run({"books_invoices": 2}, {"books_invoices": 1, SIGN_IN: 1}),
    changes=[Change("edited", "invoices", "10", "46001")],
    second=Run({"books_invoices": 1}, {"books_invoices": 1}),
    incremental=frozenset({"books_invoices"}),
)


def a_tour_that_succeeds(workplace: Workplace, *_: Any) -> Outcome:
    with duckdb.connect(str(workplace.database)) as connection:
        connection.execute("CREATE TABLE books_invoices (customer_name VARCHAR, currency_code VARCHAR, total DOUBLE)")
        connection.execute("INSERT INTO books_invoices VALUES ('Kingfisher', 'EUR', 10.5), ('Kingfisher', 'EUR', 2)")
    return OUTCOME


def a_tour_that(raises: BaseException) -> Tour:
    def tour(workplace: Workplace, *_: Any) -> Outcome:
        workplace.database.write_bytes(b"half")
        raise raises

    return tour


@pytest.fixture
def run_demo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    def run(tour: Tour, *arguments: str) -> Result:
        monkeypatch.setattr(demo_module(), "take_tour", tour)
        command = ["demo", "--dir", str(tmp_path), *arguments]
        return CliRunner().invoke(app, command, prog_name="source-zoho", env={"COLUMNS": "100"})

    return run


def demo_module() -> Any:
    # The package offers the command under the module's name, so the module is asked for by its path.
    return importlib.import_module("source_zoho.cli.demo")


def test_a_demo_that_succeeds_shows_table_file_question_and_answer(
    run_demo: Callable[..., Result], tmp_path: Path
) -> None:
    result = run_demo(a_tour_that_succeeds)

    assert result.exit_code == 0
    assert "books_invoices" in result.stdout
    assert str(tmp_path / "zoho-demo.duckdb") in result.stdout
    assert demo_module().QUERY in result.stdout
    assert "12.50" in result.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["zoho-demo.duckdb"]


def test_keep_says_where_the_working_files_are(run_demo: Callable[..., Result], tmp_path: Path) -> None:
    result = run_demo(a_tour_that_succeeds, "--keep")

    assert f"Working files: {tmp_path / 'working-files'}" in result.stdout
    assert (tmp_path / "working-files").is_dir()


def test_a_connector_that_fails_is_quoted_and_nothing_else(run_demo: Callable[..., Result], tmp_path: Path) -> None:
    result = run_demo(a_tour_that(raises=ConnectorFailedError(["Zoho refused the refresh token (invalid_code)."])))

    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "Zoho refused the refresh token (invalid_code).",
        "The demo's files were removed; with --keep they stay.",
    ]
    assert list(tmp_path.iterdir()) == []


def test_a_demo_that_fails_can_be_kept_to_look_into(run_demo: Callable[..., Result], tmp_path: Path) -> None:
    result = run_demo(a_tour_that(raises=ConnectorFailedError(["It failed."])), "--keep")

    assert f"The files so far are in {tmp_path}." in result.stderr
    assert (tmp_path / "zoho-demo.duckdb").exists()


def test_ctrl_c_is_one_sentence_and_leaves_nothing(run_demo: Callable[..., Result], tmp_path: Path) -> None:
    result = run_demo(a_tour_that(raises=KeyboardInterrupt()))

    assert result.exit_code == 130
    assert result.stderr.splitlines() == ["Stopped. The demo's files were removed; with --keep they stay."]
    assert list(tmp_path.iterdir()) == []


def test_without_duckdb_the_demo_says_how_to_get_it(
    run_demo: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    result = run_demo(a_tour_that_succeeds)

    assert result.exit_code == 1
    assert 'pip install "source-zoho[demo]"' in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_database_is_not_overwritten(run_demo: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "zoho-demo.duckdb").write_text("dear to me")

    result = run_demo(a_tour_that_succeeds)

    assert result.exit_code == 2
    assert "exists already" in result.stderr
    assert (tmp_path / "zoho-demo.duckdb").read_text() == "dear to me"


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    result = CliRunner().invoke(app, ["demo", "--dir", str(tmp_path / "file" / "folder")])

    assert result.exit_code == 2
    assert "cannot be used (Not a directory); name another one with --dir." in result.stderr
