"""Does `source-zoho login` get a newcomer from a browser's consent to a configuration that reads?"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from integration_tests.conftest import StartZoho
from integration_tests.login_visitor import Visitor
from integration_tests.ports import a_free_port
from source_zoho.cli import app
from source_zoho.emulator import Emulator

COMMAND = (sys.executable, "-m", "source_zoho.run")
VISITOR = Path(__file__).with_name("login_visitor.py")
# Only there so that a broken sign-in fails its test instead of holding it for ever.
PATIENCE_IN_SECONDS = 120
FEW = ("--streams", "books_bills")


@dataclass
class Desk:
    """Where somebody signs in: a Zoho, a folder, and a browser with a visitor at it."""

    zoho: Emulator
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    port: int = field(default_factory=a_free_port)

    @property
    def path(self) -> Path:
        return self.folder / "config.json"

    @property
    def config(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.path.read_text("utf-8"))
        return found

    @property
    def flags(self) -> list[str]:
        return ["--accounts-url", self.zoho.url, "--output", str(self.path), "--port", str(self.port)]

    def environment(self, **changes: str) -> dict[str, str]:
        accounts = self.zoho.accounts
        known = {"SOURCE_ZOHO_CLIENT_ID": accounts.client_id, "SOURCE_ZOHO_CLIENT_SECRET": accounts.client_secret}
        return {**known, "COLUMNS": "200", **changes}

    def login(self, *flags: str, visitor: Visitor | None = None, code: str = "", **environment: str) -> Result:
        """Run the command in this process, with *visitor* at the browser."""
        visitor = visitor or Visitor()
        self.monkeypatch.setattr("webbrowser.open", visitor.open)
        known = self.flags[:-2] if "--self-client" in flags else self.flags  # which opens no port
        given = ["login", *known, *flags]
        result = CliRunner().invoke(app, given, env=self.environment(**environment), input=f"{code}\n")
        visitor.finish()
        return result

    def revoke(self) -> Result:
        return CliRunner().invoke(app, ["login", "--revoke", "--config", str(self.path)], env={"COLUMNS": "300"})


@pytest.fixture
def desk(a_zoho: StartZoho, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(a_zoho(), tmp_path, monkeypatch)


# ── the whole way, by the real command ──


def test_the_real_command_signs_in_and_what_it_writes_can_be_checked(desk: Desk) -> None:
    browser = f"{sys.executable} {VISITOR} %s"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **desk.environment(BROWSER=browser)}

    done = subprocess.run(
        [*COMMAND, "login", *desk.flags],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_IN_SECONDS,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    for name in ("Banyan & Söhne Trading", desk.zoho.organization_ids[0], "Nordlicht Werkzeuge & Söhne"):
        assert name in done.stdout
    assert "Missing" not in done.stdout
    assert done.stdout.count("│ ok") == 49
    assert desk.path.stat().st_mode & 0o777 == 0o600
    assert "\x1b" not in done.stdout + done.stderr, "colours are for terminals"
    checked = subprocess.run(
        [*COMMAND, "check", "--config", str(desk.path)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_IN_SECONDS,
        check=False,
    )
    assert '"status":"SUCCEEDED"' in checked.stdout, checked.stderr


def test_ctrl_c_ends_the_wait_cleanly(desk: Desk) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **desk.environment()}
    waiting = subprocess.Popen(
        [*COMMAND, "login", *desk.flags, "--no-browser"], env=environment, stderr=subprocess.PIPE, text=True
    )
    assert waiting.stderr
    heard = ""
    for line in waiting.stderr:
        heard += line
        if "Ctrl-C" in line:
            break

    waiting.send_signal(signal.SIGINT)
    heard += waiting.communicate(timeout=PATIENCE_IN_SECONDS)[1]

    assert waiting.returncode == 130
    assert "Stopped." in heard
    assert "Traceback" not in heard
    assert not desk.path.exists()


# ── in the browser ──


def test_the_browser_ends_on_a_friendly_page_without_the_code_in_its_address(desk: Desk) -> None:
    visitor = Visitor()

    assert desk.login(*FEW, visitor=visitor).exit_code == 0

    assert visitor.addresses[-1] == f"http://localhost:{desk.port}/done"
    assert "You are signed in" in visitor.last_page
    assert "United States (us)" in visitor.last_page


def test_no_more_is_asked_for_than_the_streams_need(desk: Desk) -> None:
    visitor = Visitor()

    desk.login(*FEW, visitor=visitor)

    assert "<li>ZohoBooks.bills.READ</li><li>ZohoBooks.settings.READ</li></ul>" in visitor.pages[0]


def test_no_secret_shows_up_anywhere(desk: Desk) -> None:
    visitor = Visitor()

    output = desk.login(*FEW, visitor=visitor).output

    secrets = [desk.config["client_secret"], desk.config["refresh_token"]]
    shown = output + "".join(visitor.pages + visitor.addresses + visitor.callbacks)
    assert not [secret for secret in secrets if secret in shown]
    assert "1000." not in str([call.query for call in desk.zoho.calls.log]), "no token in an address"


def test_a_refusal_on_zohos_page_is_told_in_the_browser_and_in_the_terminal(desk: Desk) -> None:
    visitor = Visitor(decision="reject")

    result = desk.login(visitor=visitor)

    assert result.exit_code == 1
    assert "Consent was refused on Zoho's page" in result.output
    assert "You are not signed in" in visitor.last_page
    assert "choose Accept" in visitor.last_page
    assert not desk.path.exists()


@pytest.mark.parametrize("pkce", ["ignored", "refused"])
def test_a_zoho_that_takes_no_challenge_can_be_signed_in_to(desk: Desk, pkce: Any) -> None:
    desk.zoho.accounts.consent.pkce = pkce

    assert desk.login(*FEW).exit_code == 0


def test_an_answer_from_an_older_tab_changes_nothing(desk: Desk) -> None:
    def an_older_tab_first(told: dict[str, str]) -> dict[str, str]:
        stray = {**told, "state": "older", "code": "1000.older"}
        seen.append(requests.get(f"http://127.0.0.1:{desk.port}/callback", params=stray, timeout=60))
        return told

    seen: list[requests.Response] = []
    result = desk.login(*FEW, visitor=Visitor(on_the_way=an_older_tab_first))

    assert result.exit_code == 0
    assert "does not belong to this sign-in" in result.output
    assert seen[0].status_code == 400
    assert "not the sign-in that is waiting" in seen[0].text


def test_a_page_that_another_name_leads_to_is_told_nothing(desk: Desk) -> None:
    def a_strangers_page(told: dict[str, str]) -> dict[str, str]:
        url, headers = f"http://127.0.0.1:{desk.port}/", {"Host": "evil.example"}
        seen.append(requests.get(url, headers=headers, timeout=60, allow_redirects=False))
        return told

    seen: list[requests.Response] = []
    desk.login(*FEW, visitor=Visitor(on_the_way=a_strangers_page))

    assert seen[0].status_code == 404
    assert "Location" not in seen[0].headers
    assert seen[0].headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("server", ["http://127.0.0.2:6666", "https://evil.example", "https://accounts.zoho.eu"])
def test_a_server_that_somebody_wrote_into_the_answer_is_given_no_secret(desk: Desk, server: str) -> None:
    posts = []

    def heard(method: str, url: str, *_: Any, **__: Any) -> Any:
        posts.append(url)
        return send(method, url, *_, **__)

    send = requests.api.request
    desk.monkeypatch.setattr("requests.api.request", heard)

    desk.login(*FEW, visitor=Visitor(on_the_way=lambda told: {**told, "accounts-server": server}))

    assert posts
    assert [url for url in posts if not url.startswith(("http://127.0.0.1:", "http://localhost:"))] == []


def test_the_configuration_of_a_sandbox_is_all_that_a_sign_in_needs(desk: Desk) -> None:
    desk.path.write_text(json.dumps(desk.zoho.config(num_workers=3)))
    desk.monkeypatch.setattr("webbrowser.open", Visitor().open)

    flags = ["--output", str(desk.path), "--force", "--port", str(desk.port), "--streams", "books_taxes"]
    result = CliRunner().invoke(app, ["login", *flags], env={"COLUMNS": "200"})

    assert result.exit_code == 0, result.output
    assert desk.config["refresh_token"] != desk.zoho.accounts.refresh_token
    assert desk.config["num_workers"] == 3


# ── data centres ──


def test_the_data_centre_is_found_by_signing_in(desk: Desk, a_zoho: StartZoho) -> None:
    european = a_zoho(data_center="eu")
    desk.zoho.accounts.send_users_to(european.accounts)

    result = desk.login(*FEW, SOURCE_ZOHO_CLIENT_SECRET=european.accounts.client_secret)

    assert result.exit_code == 0
    assert "Signed in, in data_center 'eu' (Europe)." in result.output
    assert desk.config["data_center"] == "eu"
    assert desk.config["accounts_base_url"] == desk.config["api_base_url"] == european.url


def test_the_secret_of_another_data_centre_is_told(desk: Desk, a_zoho: StartZoho) -> None:
    desk.zoho.accounts.send_users_to(a_zoho(data_center="eu").accounts)

    result = desk.login(*FEW)

    assert result.exit_code == 1
    assert "in data_center 'eu' (Europe)" in result.output
    assert "Multi-DC" in result.output


# ── trouble ──


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("token_throttle", "Zoho throttles sign-in."),
        ("token_html", "gave no answer that can be used (HTTP 200 without JSON). Run again later."),
        ("token_500", "gave no answer that can be used (general_error). Run again later."),
        ("token_invalid_code_400", "Zoho does not take the code"),
        ("token_invalid_client", "Zoho does not know this client ID"),
        ("token_invalid_client_secret", "Zoho knows this client but not its secret"),
    ],
)
def test_trouble_behind_the_consent_is_told_on_both_sides(desk: Desk, fault: str, sentence: str) -> None:
    desk.zoho.faults.add(fault, times=100)
    visitor = Visitor()

    result = desk.login(*FEW, visitor=visitor)

    assert result.exit_code == 1
    assert sentence in result.output
    assert sentence in visitor.last_page
    assert "Traceback" not in result.output
    assert not desk.path.exists()


@pytest.mark.parametrize("fault", ["token_html", "token_500"])
def test_trouble_that_passes_is_not_told(desk: Desk, fault: str) -> None:
    desk.zoho.faults.add(fault)

    assert desk.login(*FEW).exit_code == 0
    assert desk.config["refresh_token"]


def test_a_taken_port_is_told_before_anything_happens(desk: Desk) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", desk.port))
        other.listen()

        result = desk.login(*FEW)

    assert result.exit_code == 2
    assert f"Port {desk.port} is taken; choose another one with --port" in result.output
    assert desk.zoho.calls.log == []


def test_scopes_that_zoho_refuses_are_told_and_the_sign_in_is_kept(desk: Desk) -> None:
    desk.zoho.faults.add("57", path="bills", times=100)

    result = desk.login(*FEW)

    assert result.exit_code == 0
    assert "Missing: ZohoBooks.bills.READ." in result.output
    assert desk.config["refresh_token"]


# ── a self client, and the end ──


def test_a_self_clients_code_becomes_a_configuration_that_can_be_ended(desk: Desk) -> None:
    code = desk.zoho.grant_code({"ZohoBooks.settings.READ", "ZohoBooks.bills.READ"})

    result = desk.login(*FEW, "--self-client", code=code)

    assert result.exit_code == 0, result.output
    again = desk.login(*FEW, "--self-client", "--force", code=code)
    assert again.exit_code == 1
    assert "it works once and for a few minutes only" in again.output

    ended = desk.revoke()
    assert ended.exit_code == 0
    assert f"The refresh token of {desk.path} is ended at Zoho" in ended.output
    assert "Zoho did not know the refresh token" in desk.revoke().output
