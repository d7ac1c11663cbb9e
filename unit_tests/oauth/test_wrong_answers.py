"""Has every wrong answer of Zoho's sign-in its sentence and remedy, whoever asked, and is a good file left alone?"""

from __future__ import annotations

import itertools
import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException
from click.testing import CliRunner, Result
from requests import ReadTimeout

from source_zoho.cli import app
from source_zoho.components.authenticator import ZohoAuthenticator
from source_zoho.components.connection import api_url, tokens
from source_zoho.oauth.survey import Survey
from unit_tests.oauth.accounts_server import AccountsServers, Said
from unit_tests.oauth.wrong_answers import BOTH, GOOD, MINUTES, ONCE, PASSES, TIME, TOKEN, USER, WRONG, Wrong
from unit_tests.rules import every

HOST, PLACE = "accounts.zoho.eu", "data_center 'eu' (Europe)"
CLIENT = {"SOURCE_ZOHO_CLIENT_ID": "1000.CLIENT", "SOURCE_ZOHO_CLIENT_SECRET": "hush-client", "COLUMNS": "400"}
OLD = json.dumps({"data_center": "eu", "client_id": "1000.OLD", "refresh_token": "1000.hush.old", "num_workers": 3})
_numbers = itertools.count()


def a_config() -> dict[str, Any]:
    """Return a configuration that nobody has used: what one grant was answered holds for its whole process."""
    secrets = {"client_id": "1000.CLIENT", "client_secret": "hush-client"}
    return {"data_center": "eu", **secrets, "refresh_token": f"1000.hush.{next(_numbers)}"}


@contextmanager
def zoho(*answers: Any) -> Iterator[AccountsServers]:
    """Give the block a Zoho whose European accounts server gives *answers*, the last of them for ever."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        servers = AccountsServers(monkeypatch)
        servers.will_answer(HOST, *answers)
        monkeypatch.setattr("source_zoho.cli.login_flow.survey", lambda *_: Survey())
        yield servers


def told_to_a_read(config: dict[str, Any], *, patient: bool = True) -> AirbyteTracedException:
    """Return what every stream of a read is told that asks for a token, or a check if it is not *patient*."""
    tokens(config).patient = patient
    with pytest.raises(AirbyteTracedException) as caught:
        _ = ZohoAuthenticator(config).token
    return caught.value


def login(folder: Path, *flags: str) -> Result:
    path = folder / "config.json"
    path.write_text(OLD, "utf-8")
    given = ["login", "--self-client", "--data-center", "eu", "--force", "--output", str(path), *flags]
    return CliRunner().invoke(app, given, env=CLIENT, input="1000.hush.code\n")


def assert_fit_to_be_seen(text: str) -> None:
    for never in ("hush", "1000.CLIENT", "Traceback", "evil.example/", "\x1b", "\r"):
        assert never not in text, never


# ── check, doctor and read, which have a refresh token ──


@every(WRONG, named=lambda row: row.name)
def test_whoever_reads_is_told_what_where_and_what_to_do(row: Wrong) -> None:
    with zoho(row.answer) as servers:
        told = told_to_a_read(a_config())

    sentence = str(told.message)
    assert row.reads in sentence, sentence
    assert PLACE in sentence or row.again is MINUTES
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert_fit_to_be_seen(sentence)
    assert told.failure_type is not None
    assert told.failure_type.value == row.kind
    assert len(servers.heard) == (1 if row.again is ONCE else 4)
    assert servers.waits == {ONCE: [], PASSES: [1, 2, 4], MINUTES: [300, 300, 300]}[row.again]


@every(WRONG, named=lambda row: row.name)
def test_a_check_says_the_same_and_waits_seconds_at_most(row: Wrong) -> None:
    with zoho(row.answer) as servers:
        told = told_to_a_read(a_config(), patient=False)

    assert row.reads in str(told.message)
    assert len(servers.heard) == (4 if row.again is PASSES else 1)
    assert sum(servers.waits) <= 7


@every(WRONG, named=lambda row: row.name)
def test_trouble_that_passes_is_not_told_to_a_read(row: Wrong) -> None:
    with zoho(row.answer, {**TOKEN, "access_token": "1000.good"}):
        if row.again is ONCE:
            told_to_a_read(a_config())
        else:
            assert ZohoAuthenticator(a_config()).token == "Zoho-oauthtoken 1000.good"


@every(GOOD.items(), named=lambda row: row[0])
def test_an_odd_answer_with_a_token_is_good_and_its_host_is_believed_only_if_it_is_zohos(
    row: tuple[str, tuple[dict[str, Any], str]],
) -> None:
    _, (beside, host) = row
    config = a_config()
    with zoho({**TOKEN, **beside}):
        token = tokens(config).token()

        assert token.value == TOKEN["access_token"]
        assert token.api_url == host
        assert api_url(config) == (host or "https://www.zohoapis.eu").replace("sandbox.", "www.")


def test_a_strangers_host_is_told_once_and_without_what_else_is_in_it(caplog: pytest.LogCaptureFixture) -> None:
    config = a_config()
    with zoho({**TOKEN, "api_domain": "https://hush:hush@evil.example/\x1b[2J?hush"}), caplog.at_level(logging.WARNING):
        tokens(config).note_rejected(tokens(config).token().value)
        tokens(config).replace_rejected()

    (warning,) = caplog.messages
    assert warning == (
        "Zoho names https://evil.example as the host of its API, which this version does not know, so no token is sent "
        "there and https://www.zohoapis.eu is asked. If it is one of Zoho's, please report it."
    )


# ── login, which has a code ──


@every(WRONG, named=lambda row: row.name)
def test_whoever_signs_in_is_told_what_where_and_what_to_do_and_keeps_the_old_file(row: Wrong) -> None:
    with zoho(row.answer) as servers, tempfile.TemporaryDirectory() as folder:
        result = login(Path(folder))
        left = (Path(folder) / "config.json").read_text("utf-8")

    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert row.signs_in in result.output, result.output.splitlines()[-1]
    assert PLACE in result.output or row.again is MINUTES or "scope" in row.name
    assert_fit_to_be_seen(result.output)
    assert left == OLD, "what was there is good as long as nothing better is"
    assert len(servers.heard) == (3 if row.again is PASSES and row.kind is TIME else 1)
    assert sum(servers.waits) <= 3, "a code has little time, and somebody waits"


@every([row for row in WRONG if row.again is PASSES and row.kind is TIME], named=lambda row: row.name)
def test_trouble_that_passes_is_not_told_to_whoever_signs_in(row: Wrong) -> None:
    with zoho(row.answer, BOTH), tempfile.TemporaryDirectory() as folder:
        login(Path(folder), "--streams", "books_taxes")
        written = json.loads((Path(folder) / "config.json").read_text("utf-8"))

    assert written["refresh_token"] == BOTH["refresh_token"]
    assert written["num_workers"] == 3


@every(GOOD.items(), named=lambda row: row[0])
def test_a_sign_in_asks_only_hosts_of_zohos_and_says_so_when_another_was_named(
    row: tuple[str, tuple[dict[str, Any], str]],
) -> None:
    _, (beside, host) = row
    named = beside.get("api_domain")
    with zoho({**BOTH, **beside}) as servers, tempfile.TemporaryDirectory() as folder:
        result = login(Path(folder), "--streams", "books_taxes")

    assert "Signed in, in data_center 'eu' (Europe)." in result.output
    assert ("so no token is sent there" in result.output) is (isinstance(named, str) and not host)
    assert_fit_to_be_seen(result.output)
    assert servers.hosts == [HOST]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (TOKEN, "Zoho gave an access token but no refresh token, which lives on. Take the program's access away at"),
        ({**BOTH, "refresh_token": ""}, "no refresh token"),
        ({**BOTH, "refresh_token": None}, "no refresh token"),
        ({**BOTH, "refresh_token": "1000.hush and more"}, "no refresh token"),
    ],
)
def test_a_sign_in_without_a_refresh_token_is_none(tmp_path: Path, answer: Any, sentence: str) -> None:
    with zoho(answer):
        result = login(tmp_path)

    assert result.exit_code == 1
    assert sentence in result.output
    assert_fit_to_be_seen(result.output)
    assert (tmp_path / "config.json").read_text("utf-8") == OLD


def test_a_code_that_trouble_has_used_up_is_told_as_that(tmp_path: Path) -> None:
    with zoho(Said(502, b"<html>"), {"error": "invalid_code"}):
        result = login(tmp_path)

    assert result.exit_code == 1
    assert "had trouble (HTTP 502 without JSON), and does not take the code any more, which works once" in result.output


def test_a_minute_of_silence_leaves_a_code_no_time_for_another_question(tmp_path: Path) -> None:
    with zoho(ReadTimeout("hush")) as servers:
        result = login(tmp_path)

    assert "(ReadTimeout). Run again later" in result.output
    assert len(servers.heard) == 1


# ── login --revoke ──


@every([row for row in WRONG if row.kind is not USER or "invalid_c" not in row.name], named=lambda row: row.name)
def test_a_token_is_said_to_be_ended_only_when_zoho_says_so(row: Wrong) -> None:
    with zoho(row.answer), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.json"
        path.write_text(json.dumps(a_config()), "utf-8")
        result = CliRunner().invoke(app, ["login", "--revoke", "--config", str(path)], env={"COLUMNS": "400"})

    dead = "invalid_grant" in row.name or "INVALID_CODE" in row.name
    assert result.exit_code == (0 if dead else 1), result.output
    assert "is ended at Zoho" not in result.output
    assert result.output.strip().endswith(".")
    assert_fit_to_be_seen(result.output)
