"""Does the sandbox spare other people's files, and say what to do next?"""

from __future__ import annotations

import errno
import io
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from rich.console import Console

from source_zoho.cli import app
from source_zoho.cli.sandbox import (
    farewell,
    replaceable,
    set_up_webhooks,
    start_problem,
    told_about_webhooks,
    welcome,
    write_config,
)
from source_zoho.emulator import Emulator

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "sandbox-config.json"


def test_a_new_file_may_be_written(config: Path) -> None:
    assert replaceable(config)


@pytest.mark.parametrize("url", ["http://127.0.0.1:43121", "http://localhost:8080", "http://[::1]:8080"])
def test_the_configuration_of_an_earlier_sandbox_may_be_replaced(config: Path, url: str) -> None:
    write_config(config, {"data_center": "us", "api_base_url": url})

    assert replaceable(config)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"data_center": "us", "refresh_token": "1000.dear"}),
        json.dumps({"api_base_url": "https://www.zohoapis.eu"}),
        json.dumps({"api_base_url": 7}),
        json.dumps(["a list"]),
        "no JSON",
        "",
    ],
)
def test_a_file_that_no_sandbox_made_is_spared(config: Path, content: str) -> None:
    config.write_text(content)

    assert not replaceable(config)


def test_refusing_to_overwrite_names_the_two_ways_on(config: Path) -> None:
    config.write_text("{}")

    result = CliRunner().invoke(app, ["sandbox", "--config", str(config)], env={"COLUMNS": "300"})

    assert result.exit_code == 2
    assert "was not made by a sandbox" in result.output
    assert "--config" in result.output
    assert "--force" in result.output
    assert config.read_text() == "{}"


def test_the_configuration_is_readable_json(config: Path) -> None:
    write_config(config, {"data_center": "us"})

    assert json.loads(config.read_text()) == {"data_center": "us"}


def test_the_welcome_tells_address_configuration_and_next_commands(config: Path) -> None:
    out = io.StringIO()

    Console(file=out, width=100).print(welcome("http://127.0.0.1:43121", config, 2, "small"), soft_wrap=True)

    text = out.getvalue()
    assert "http://127.0.0.1:43121" in text
    for verb in ("check", "discover", "read"):
        assert f"source-zoho {verb} --config {config}" in text


def test_a_taken_port_is_one_clear_sentence() -> None:
    sentence = start_problem(8080, OSError(errno.EADDRINUSE, "Address already in use"))

    assert sentence == "Port 8080 is taken; choose another one with --port, or leave it out for a free one."


def test_a_forbidden_port_says_why() -> None:
    assert "Permission denied" in start_problem(80, OSError(errno.EACCES, "Permission denied"))


def test_the_farewell_says_what_stays(config: Path) -> None:
    assert f"1,234 calls. {config} stays" in farewell(1234, config)


def test_webhooks_go_to_this_machine_only(config: Path) -> None:
    arguments = ["sandbox", "--config", str(config), "--webhooks", "http://example.com/webhooks"]

    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "300"})

    assert result.exit_code == 2
    assert "The webhooks cannot be set up: url is not on this machine" in result.output
    assert not config.exists()


def test_webhooks_are_signed_with_the_first_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_ZOHO_WEBHOOK_SECRET", "firstsecret123, secondsecret123")
    zoho = Emulator()

    count = set_up_webhooks(zoho, "http://127.0.0.1:9/webhooks")

    assert count == len(zoho.webhooks.all) > 2
    assert {webhook.secret for webhook in zoho.webhooks.all} == {"firstsecret123"}


def test_a_person_hears_where_webhooks_go_and_how_records_change() -> None:
    out = io.StringIO()

    told = told_about_webhooks("http://127.0.0.1:43121", 86, "http://127.0.0.1:8000/webhooks")
    Console(file=out, width=100).print(told, soft_wrap=True)

    assert "86 webhooks go to http://127.0.0.1:8000/webhooks" in out.getvalue()
    assert "http://127.0.0.1:43121/_emulator/edit" in out.getvalue()
