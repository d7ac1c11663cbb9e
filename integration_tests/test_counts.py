"""Does `source-zoho counts` tell a complete read from one that lacks something?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from airbyte_cdk.models import AirbyteMessageSerializer
from click.testing import CliRunner, Result

from integration_tests.builders import a_config, forget_earlier_syncs
from integration_tests.conftest import StartZoho
from integration_tests.rows import read
from source_zoho.cli import app
from source_zoho.emulator import Emulator

READ = ("books_bills", "books_invoices", "books_organizations", "books_contact_persons")


@dataclass
class Desk:
    """Where someone counts: a Zoho, a configuration for it, and the output of a read."""

    zoho: Emulator
    folder: Path

    def counts(self, *options: str, **config: Any) -> Result:
        """Run the command as a process of its own would."""
        path = self.folder / "config.json"
        path.write_text(json.dumps(a_config(self.zoho, **config)), "utf-8")
        forget_earlier_syncs()
        self.zoho.calls.reset()
        arguments = ["counts", "--config", str(path), *options]
        return CliRunner().invoke(app, arguments, prog_name="source-zoho", env={"COLUMNS": "120"})

    def lists(self, *options: str, **config: Any) -> tuple[int, dict[tuple[str, str | None], Mapping[str, Any]]]:
        """Return the exit code, and the lists of the answer in JSON by stream and organization."""
        result = self.counts(*options, "--json", **config)
        answer = json.loads(result.stdout)
        assert answer["agree"] == (result.exit_code == 0)
        return result.exit_code, {(each["stream"], each["organization_id"]): each for each in answer["lists"]}

    def output(self, *streams: str) -> str:
        """Return the path of the output of a read of *streams*."""
        path = self.folder / "output.jsonl"
        messages = read(self.zoho, *streams).output.get_message_iterator()
        path.write_bytes(b"".join(orjson.dumps(AirbyteMessageSerializer.dump(each)) + b"\n" for each in messages))
        return str(path)


@pytest.fixture
def desk(zoho: Emulator, tmp_path: Path) -> Desk:
    return Desk(zoho, tmp_path)


def test_a_complete_read_agrees(desk: Desk) -> None:
    output = desk.output(*READ)
    first, second = desk.zoho.organization_ids

    exit_code, lists = desk.lists("--from", output, "--scan")

    assert exit_code == 0
    found = {place: (each["source"], each["verdict"], each["by"]) for place, each in lists.items()}
    assert found == {
        ("books_bills", first): (50, "equal", "scan"),
        ("books_bills", second): (25, "equal", "scan"),
        ("books_invoices", first): (430, "equal", "count"),
        ("books_invoices", second): (215, "equal", "count"),
        ("books_organizations", None): (3, "equal", "one_page"),
    }


def test_a_record_that_is_missing_shows(desk: Desk) -> None:
    output = desk.output("books_invoices")
    first, _ = desk.zoho.organization_ids
    desk.zoho.add("invoices", first)

    exit_code, lists = desk.lists("--from", output)

    assert exit_code == 1
    assert lists["books_invoices", first]["difference"] == -1
    assert lists["books_invoices", first]["verdict"] == "differs"


def test_a_record_that_came_twice_counts_once(desk: Desk) -> None:
    output = desk.output("books_invoices")
    path = Path(output)
    path.write_bytes(path.read_bytes() * 2)

    exit_code, _ = desk.lists("--from", output)

    assert exit_code == 0


def test_an_output_can_come_through_a_pipe(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    content = Path(desk.output("books_invoices")).read_bytes()
    path = desk.folder / "config.json"
    path.write_text(json.dumps(a_config(desk.zoho)), "utf-8")
    forget_earlier_syncs()

    result = CliRunner().invoke(app, ["counts", "--config", str(path), "--from", "-"], input=content)

    assert result.exit_code == 0
    assert "2 lists: 2 equal." in result.stdout


def test_people_get_a_table_and_hear_what_was_left_out(desk: Desk) -> None:
    result = desk.counts("--from", desk.output(*READ))

    assert result.exit_code == 0
    assert "Not counted, for they are no lists of their own: books_contact_persons." in result.stderr
    lines = [line.split() for line in result.stdout.splitlines()]
    first, _ = desk.zoho.organization_ids
    assert ["books_invoices", first, "430", "430", "0", "equal"] in lines
    assert "5 lists: 3 equal, 2 no count." in result.stdout
    assert "\x1b" not in result.stdout + result.stderr


@pytest.mark.parametrize("place", ["page_context.total", "page_context.count", "count", "page_context.total_count"])
def test_the_number_may_stand_anywhere(desk: Desk, place: str) -> None:
    desk.zoho.behave("bills", response_option="honour", count_at=place)

    exit_code, lists = desk.lists("--stream", "books_bills")

    assert exit_code == 0
    assert [each["source"] for each in lists.values()] == [50, 25]


def test_a_question_that_zoho_ignores_is_asked_once_for_a_long_list(desk: Desk) -> None:
    desk.zoho.behave("invoices", response_option="ignore")

    _, lists = desk.lists("--stream", "books_invoices")

    assert {each["by"] for each in lists.values()} == {"ignored"}
    assert sum(call.path.endswith("/invoices") for call in desk.zoho.calls.log) == 1


def test_asking_costs_a_call_for_each_list_and_organization_at_most(desk: Desk) -> None:
    _, lists = desk.lists("--stream", "books_invoices", "--stream", "books_bills")

    assert len(lists) == 4
    assert desk.zoho.calls.total == 1 + 2 + 1, "organizations; invoices of two; bills refused once"


def test_the_price_of_a_scan_is_told_before_it_is_paid(desk: Desk) -> None:
    result = desk.counts("--stream", "books_time_entries", "--scan")

    assert "Reading 2 lists that gave no count: one call for every 200 rows, at least 2 calls." in result.stderr
    assert result.stdout.split(desk.zoho.organization_ids[0])[1].split()[:2] == ["260", "counted"]


def test_a_start_date_leaves_no_row_out_of_the_count(desk: Desk) -> None:
    _, lists = desk.lists("--stream", "books_bills", "--scan", start_date="2025-05-30T00:00:00Z")

    assert [each["source"] for each in lists.values()] == [50, 25]


def test_a_start_date_is_named_when_a_read_is_compared(desk: Desk) -> None:
    result = desk.counts("--from", desk.output("books_invoices"), start_date="2025-05-30T00:00:00Z")

    assert "The configuration has a start_date" in result.stderr


def test_only_the_chosen_organizations_are_counted(desk: Desk) -> None:
    first, _ = desk.zoho.organization_ids

    _, lists = desk.lists("--stream", "books_invoices", organization_ids=[first])

    assert list(lists) == [("books_invoices", first)]


def test_a_list_that_may_not_be_read_fails_with_its_reason_and_others_go_on(a_zoho: StartZoho, tmp_path: Path) -> None:
    desk = Desk(a_zoho(scopes={"ZohoBooks.settings.READ", "ZohoBooks.invoices.READ"}), tmp_path)

    exit_code, lists = desk.lists("--stream", "books_bills", "--stream", "books_invoices")

    first, _ = desk.zoho.organization_ids
    assert exit_code == 1
    assert lists["books_invoices", first]["verdict"] == "counted"
    assert lists["books_bills", first]["verdict"] == "failed"
    assert "ZohoBooks.bills.READ" in lists["books_bills", first]["note"]


# ── Wrong use ──


def test_a_sign_in_that_fails_is_told_in_a_sentence(desk: Desk) -> None:
    result = desk.counts("--stream", "books_invoices", refresh_token="1000.stale")

    assert result.exit_code == 1
    assert "refresh" in result.stderr
    assert "Traceback" not in result.output


def test_an_output_without_messages_is_refused(desk: Desk) -> None:
    path = desk.folder / "notes.txt"
    path.write_text("milk, bread\n", "utf-8")

    result = desk.counts("--from", str(path))

    assert result.exit_code == 2
    assert "holds no messages of a read" in result.stderr
    assert desk.zoho.calls.total == 0


def test_a_stream_that_cannot_be_counted_is_answered_with_those_that_can(desk: Desk) -> None:
    result = desk.counts("--stream", "books_contact_persons")

    assert result.exit_code == 2
    assert "books_contact_persons cannot be counted; --stream takes one of:" in result.stderr
    assert "books_invoices" in result.stderr


def test_a_configuration_of_another_connector_is_understood(desk: Desk) -> None:
    config = a_config(desk.zoho)
    theirs = {name: value for name, value in config.items() if name != "data_center"} | {"region": "com"}
    (desk.folder / "theirs.json").write_text(json.dumps(theirs), "utf-8")
    forget_earlier_syncs()

    arguments = ["counts", "--config", str(desk.folder / "theirs.json"), "--stream", "books_invoices"]
    result = CliRunner().invoke(app, arguments, prog_name="source-zoho")

    assert result.exit_code == 0, result.output
