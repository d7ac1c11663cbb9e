"""Does `source-zoho --help` show every verb?"""

from __future__ import annotations

import subprocess

import pytest
from click.testing import CliRunner

from source_zoho.cli import app
from source_zoho.cli.connector import CONNECTOR


@pytest.mark.parametrize("verb", ["demo", "sandbox", "login", "plan", "counts", "spec", "check", "discover", "read"])
def test_the_help_shows_every_verb(verb: str) -> None:
    result = CliRunner().invoke(app, ["--help"], prog_name="source-zoho", env={"COLUMNS": "100"})

    assert result.exit_code == 0
    assert f"│ {verb} " in result.output


def test_the_protocol_has_a_panel_of_its_own() -> None:
    result = CliRunner().invoke(app, ["--help"], prog_name="source-zoho", env={"COLUMNS": "100"})

    for_people, for_platforms = map(result.output.index, ("For people", "Airbyte's protocol"))
    assert for_people < result.output.index("│ demo") < for_platforms < result.output.index("│ spec")


@pytest.mark.parametrize("verb", ["demo", "sandbox"])
def test_every_helper_verb_explains_itself(verb: str) -> None:
    result = CliRunner().invoke(app, [verb, "--help"], prog_name="source-zoho", env={"COLUMNS": "100"})

    assert result.exit_code == 0
    assert "--size" in result.output
    assert "--seed" in result.output


def test_a_protocol_verb_called_among_the_helpers_reaches_the_connector_unchanged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[list[str]] = []

    def start(command: list[str], check: bool) -> subprocess.CompletedProcess[bytes]:
        started.append(command)
        return subprocess.CompletedProcess(command, returncode=3)

    monkeypatch.setattr(subprocess, "run", start)

    result = CliRunner().invoke(app, ["check", "--config", "config.json", "--debug"])

    assert result.exit_code == 3
    assert started == [[*CONNECTOR, "check", "--config", "config.json", "--debug"]]
