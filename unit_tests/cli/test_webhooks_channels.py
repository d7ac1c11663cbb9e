"""Are mistakes about channels answered with a sentence before Zoho is asked?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from source_zoho.cli import app
from source_zoho.webhooks.settings import TOKEN
from source_zoho.webhooks.stores import open_store

SECRET = "kingfisher over the weir"
URL = "https://hooks.example.com/webhooks/crm"
CONFIG = {
    "data_center": "eu",
    "client_id": "1000.ABC",
    "client_secret": "hush",
    "refresh_token": "1000.hush",
    "crm_notification_token": SECRET,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with an empty store."""
    open_store(f"sqlite:///{tmp_path}/events.db").close()
    return tmp_path


def run(folder: Path, *arguments: str, token: str = "", **config: Any) -> Result:
    path = folder / "config.json"
    path.write_text(json.dumps({**CONFIG, "webhook_store_url": f"sqlite:///{folder}/events.db", **config}), "utf-8")
    environment = {"COLUMNS": "200", TOKEN: token}
    command = ["webhooks", arguments[0], "--config", str(path), *arguments[1:]]
    return CliRunner().invoke(app, command, prog_name="source-zoho", env=environment)


def refusal(folder: Path, *arguments: str, **config: Any) -> str:
    """Return what is said to a wrong use, in one line."""
    result = run(folder, *arguments, **config)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    assert SECRET not in result.output
    return " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("hooks.example.com/webhooks/crm", "is no address"),
        ("ftp://hooks.example.com/webhooks/crm", "is no address"),
        ("https://[::1/webhooks/crm", "is no address"),
        ("https:///webhooks/crm", "is no address"),
        ("http://hooks.example.com/webhooks/crm", "must begin with https://"),
    ],
)
def test_an_address_that_would_show_the_token_to_others_is_refused(folder: Path, url: str, answer: str) -> None:
    assert answer in refusal(folder, "subscribe", "--notify-url", url)


def test_an_address_that_the_receiver_does_not_have_is_asked_about(folder: Path) -> None:
    told = refusal(folder, "subscribe", "--notify-url", "https://hooks.example.com/zoho", "--events", "Leads")

    assert "at /webhooks/crm; does the proxy see to that?" in told


def test_an_event_that_is_none_is_shown_how_one_is_written(folder: Path) -> None:
    told = refusal(folder, "subscribe", "--notify-url", URL, "--events", "Leads.all,Leads.update")

    assert "'Leads.update' is no event" in told
    assert "create, edit, delete, all" in told


@pytest.mark.parametrize("verb", [("subscribe", "--notify-url", URL), ("renew",)])
def test_without_a_token_notifications_could_prove_nothing(folder: Path, verb: tuple[str, ...]) -> None:
    told = refusal(folder, *verb, crm_notification_token=None)

    assert TOKEN in told
    assert "crm_notification_token" in told


def test_a_token_that_is_too_long_is_refused_wherever_it_comes_from(folder: Path) -> None:
    told = refusal(folder, "renew", token="x" * 51)

    assert "at most 50 characters" in told
    assert "xxx" not in told


@pytest.mark.parametrize("options", [(), ("--all", "--channel", "12"), ("--channel", "all")], ids=" ".join)
def test_which_channels_to_end_has_to_be_said(folder: Path, options: tuple[str, ...]) -> None:
    assert "Say which channels" in refusal(folder, "unsubscribe", *options)


def test_a_configuration_that_cannot_be_used_is_a_sentence(folder: Path) -> None:
    assert "data_center is 'moon'" in refusal(folder, "status", data_center="moon")


@pytest.mark.parametrize("command", [("status",), ("renew",), ("unsubscribe", "--all")], ids=" ".join)
def test_a_store_that_is_not_there_has_no_channels_and_is_not_made(folder: Path, command: tuple[str, ...]) -> None:
    told = refusal(folder, *command, webhook_store_url=f"sqlite:///{folder}/evnets.db")

    assert told.startswith(f"The event store {folder}/evnets.db does not exist. Correct its address")
    assert not (folder / "evnets.db").exists()


def test_without_channels_there_is_nothing_to_renew(folder: Path) -> None:
    result = run(folder, "renew")

    assert result.exit_code == 0
    assert "source-zoho webhooks subscribe makes one" in result.stdout


@pytest.mark.parametrize("time", ["2", "two days", "2y"])
def test_what_is_no_stretch_of_time_is_refused(folder: Path, time: str) -> None:
    assert "is no stretch of time" in refusal(folder, "renew", "--when-less-than", time)


@pytest.mark.parametrize(
    "verb", ["serve", "test", "stats", "prune", "replay", "subscribe", "status", "renew", "unsubscribe"]
)
def test_the_help_shows_every_verb(verb: str) -> None:
    result = CliRunner().invoke(app, ["webhooks", "--help"], prog_name="source-zoho", env={"COLUMNS": "100"})

    assert f"│ {verb} " in result.output
    assert CliRunner().invoke(app, ["webhooks", verb, "--help"], prog_name="source-zoho").exit_code == 0


def test_the_help_of_subscribing_says_that_reading_needs_less() -> None:
    result = CliRunner().invoke(app, ["webhooks", "subscribe", "--help"], env={"COLUMNS": "200"})

    told = " ".join(result.output.split())
    assert "ZohoCRM.notifications.CREATE, UPDATE and DELETE" in told
    assert "second refresh token" in told
