"""Has every way in which a browser may come back from Zoho its sentence, in the terminal and in the browser?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from click.testing import CliRunner, Result

from source_zoho.cli import app
from source_zoho.cli.login_browser import Desk, Reply
from source_zoho.oauth.survey import Survey
from unit_tests.oauth.accounts_server import AccountsServers
from unit_tests.oauth.wrong_answers import BOTH
from unit_tests.rules import every

ENVIRONMENT = {"SOURCE_ZOHO_CLIENT_ID": "1000.CLIENT", "SOURCE_ZOHO_CLIENT_SECRET": "hush-client", "COLUMNS": "400"}
CODE = "code=1000.hush.code"
STRAY = "does not belong to this sign-in"
NOT_UNDERSTOOD = "does not understand the question. See that the client is a server-based one"


@dataclass(frozen=True)
class Callback:
    """What a browser brings back behind /callback?, STATE standing for ours, and part of what is said of it."""

    query: str
    sentence: str


def refusals(sentence: str, *words: str) -> list[Callback]:
    """Return a row for each word of Zoho's, with our state and without: whether Zoho repeats it is not documented."""
    return [Callback(f"error={quote(word)}{state}", sentence) for word in words for state in ("", "&state=STATE")]


FINAL = [
    *refusals("Run `source-zoho login` again and choose Accept", "access_denied", "ERROR_access_denied"),
    *refusals("Wait ten minutes and run `source-zoho login` again", "Access Denied"),
    *refusals("does not know this client ID. Copy it again from Zoho's API console", "invalid_client"),
    *refusals("knows this client but not its secret", "invalid_client_secret"),
    *refusals("Use a server-based client of Zoho's API console", "unauthorized_client"),
    *refusals("Enter it in Zoho's API console under Authorized Redirect URIs", "invalid_redirect_uri"),
    *refusals("leave out what you do without, with --without-scope", "invalid_scope", "INVALID_OAUTHSCOPE"),
    *refusals(NOT_UNDERSTOOD, "invalid_response_type", "unsupported_response_type", "ERROR_invalid_response_type"),
    *refusals("no answer that can be used (server_error). Run again later.", "server_error"),
    *refusals("no answer that can be used (general_error). Run again later.", "general_error"),
    *refusals("Let an administrator of the organization activate the user", "inactive_user"),
    *refusals("unknown here. Please report it. (Zoho's word: brand[2J<b>.)", "brand\x1b[2J<b>"),
    Callback(f"error=access_denied&{CODE}&state=STATE", "choose Accept"),
    Callback("state=STATE", "came back without a code, and without a reason"),
    Callback("code=&state=STATE", "came back without a code, and without a reason"),
    Callback(f"{CODE}&state=STATE&location=mars", "lives in data centre 'mars', which this version does not know"),
    Callback(f"{CODE}&state=STATE&accounts-server=https://evil.example", "so nothing was sent there"),
]
IGNORED = [
    "",
    CODE,
    f"{CODE}&state=",
    f"{CODE}&state=guess",
    f"{CODE}&state=%ff%00",
    f"{CODE}&state=guess&state=STATE",
    f"{CODE}&code=1000.hush.other&state=STATE",
    f"{CODE}&state=STATE&location=eu&location=in",
    "error=access_denied&state=guess",
    "error=access_denied&error=invalid_client&state=STATE",
]


@dataclass
class Browser:
    """Goes to *queries* one after the other, as soon as there is somebody to come back to."""

    queries: tuple[str, ...]
    page: str = ""

    @contextmanager
    def served(self, desk: Desk, port: int) -> Iterator[str]:
        """Stand in for the server on this machine."""
        desk.note_sent(Reply(200, is_last=True))  # nobody is waited for
        for query in self.queries:
            desk.answer(f"/callback?{query.replace('STATE', desk.consent.state)}")
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            self.page = unescape(desk.answer("/done").page)


def login(folder: str, *queries: str, answers: tuple[object, ...] = (BOTH,)) -> tuple[Result, Browser, AccountsServers]:
    """Sign in with a browser that comes back with *queries*, and a Zoho that trades a code for *answers*."""
    browser = Browser(queries)
    with pytest.MonkeyPatch.context() as monkeypatch:
        servers = AccountsServers(monkeypatch)
        servers.will_answer("accounts.zoho.com", *answers)
        monkeypatch.setattr("source_zoho.cli.login_mint.served", browser.served)
        monkeypatch.setattr("source_zoho.cli.login_mint.open_browser", lambda *_: None)
        monkeypatch.setattr("source_zoho.cli.login_flow.survey", lambda *_: Survey())
        path = Path(folder) / "config.json"
        result = CliRunner().invoke(app, ["login", "--output", str(path), "--force"], env=ENVIRONMENT)
    for never in ("hush", "Traceback", "\x1b"):
        assert never not in result.output + browser.page, never
    return result, browser, servers


@every(FINAL, named=lambda row: row.query)
def test_a_refusal_is_told_in_the_terminal_and_in_the_browser_and_writes_nothing(row: Callback) -> None:
    with tempfile.TemporaryDirectory() as folder:
        result, browser, servers = login(folder, row.query)
        written = (Path(folder) / "config.json").exists()

    assert result.exit_code == 1, result.output
    assert row.sentence in result.output, result.output
    assert row.sentence in browser.page, browser.page
    assert "You are not signed in" in browser.page
    assert not written
    assert all(not form for _, form in servers.heard), "the secret goes nowhere without a code of ours"


@every(IGNORED)
def test_what_is_not_the_answer_is_told_and_the_answer_still_taken(query: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        result, browser, servers = login(folder, query, f"{CODE}&state=STATE")

    assert STRAY in result.output
    assert "You are signed in" in browser.page
    assert [form["code"] for _, form in servers.heard] == ["1000.hush.code"]


@pytest.mark.parametrize("again", [f"{CODE}&state=STATE", "code=1000.hush.other&state=STATE", "error=access_denied"])
def test_the_first_answer_is_the_only_one(tmp_path: Path, again: str) -> None:
    result, browser, servers = login(str(tmp_path), f"{CODE}&state=STATE", again)

    assert "Signed in, in data_center 'us' (United States)." in result.output
    assert "You are signed in" in browser.page
    assert [form["code"] for _, form in servers.heard] == ["1000.hush.code"]


@pytest.mark.parametrize("word", ["invalid_request", "EXTRA_PARAM_FOUND", "ERROR_invalid_request"])
def test_a_challenge_that_is_not_understood_is_left_out_and_then_the_question_is_at_fault(
    tmp_path: Path, word: str
) -> None:
    result, browser, _ = login(str(tmp_path), f"error={word}&state=STATE", "error=invalid_request&state=STATE")

    assert result.exit_code == 1
    assert NOT_UNDERSTOOD in result.output
    assert NOT_UNDERSTOOD in browser.page


def test_a_code_that_zoho_refuses_is_told_in_the_browser_too(tmp_path: Path) -> None:
    answers = {"error": "invalid_redirect_uri"}
    query = urlencode({"code": "1000.hush.code"}) + "&state=STATE"

    result, browser, _ = login(str(tmp_path), query, answers=(answers,))

    assert result.exit_code == 1
    assert "under Authorized Redirect URIs" in result.output
    assert "under Authorized Redirect URIs" in browser.page
