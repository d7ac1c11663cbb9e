"""Does the emulated consent page ask, refuse and send back as Zoho's does?"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from source_zoho.emulator.accounts import Accounts
from source_zoho.emulator.clock import Clock
from source_zoho.emulator.wire import Answer, Request
from unit_tests.emulator.builders import body_of

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
REDIRECT_URI = "http://localhost:8123/callback"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def clock() -> Clock:
    clock = Clock(NOON)
    clock.freeze()
    return clock


@pytest.fixture
def accounts(clock: Clock) -> Accounts:
    """An accounts server without the rest of Zoho."""
    return Accounts(clock, 7, "us", None)


def ask(accounts: Accounts, **changes: str) -> Answer:
    query = {
        "response_type": "code",
        "client_id": accounts.client_id,
        "scope": "ZohoBooks.settings.READ,ZohoBooks.contacts.READ",
        "redirect_uri": REDIRECT_URI,
        "access_type": "offline",
        "prompt": "consent",
        "state": "xyz",
        **changes,
    }
    return accounts.answer(Request("GET", "/oauth/v2/auth", query))


def click(accounts: Accounts, page: Answer, decision: str = "accept") -> Answer:
    found = re.search(r'name="ticket" value="([^"]+)"', page.body.decode())
    assert found, page.body.decode()
    body = urlencode({"ticket": found[1], "decision": decision}).encode()
    return accounts.answer(Request("POST", "/oauth/v2/auth", {}, FORM, body))


def told(answer: Answer) -> dict[str, str]:
    assert answer.status == 302, answer.body
    assert answer.headers["Location"].startswith(f"{REDIRECT_URI}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def consent(accounts: Accounts, **changes: str) -> dict[str, str]:
    return told(click(accounts, ask(accounts, **changes)))


def trade(accounts: Accounts, code: str, **changes: str) -> dict[str, Any]:
    return post(accounts, grant_type="authorization_code", code=code, **changes)


def post(accounts: Accounts, **form: str) -> dict[str, Any]:
    whole = {"client_id": accounts.client_id, "client_secret": accounts.client_secret, **form}
    return body_of(accounts.answer(Request("POST", "/oauth/v2/token", {}, FORM, urlencode(whole).encode())))


def test_the_page_names_the_scopes_and_has_two_buttons(accounts: Accounts) -> None:
    page = ask(accounts)

    text = page.body.decode()
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "<li>ZohoBooks.contacts.READ</li><li>ZohoBooks.settings.READ</li>" in text
    assert re.findall(r'<button[^>]* value="(\w+)"', text) == ["accept", "reject"]


def test_consent_sends_back_a_code_the_state_and_the_data_centre(accounts: Accounts) -> None:
    accounts.url = "http://127.0.0.1:8080"

    answer = consent(accounts)

    assert answer["code"].startswith("1000.")
    assert {name: answer[name] for name in ("state", "location", "accounts-server")} == {
        "state": "xyz",
        "location": "us",
        "accounts-server": "http://127.0.0.1:8080",
    }


def test_a_refusal_sends_back_the_error_and_the_state(accounts: Accounts) -> None:
    assert told(click(accounts, ask(accounts), "reject")) == {"error": "access_denied", "state": "xyz"}


def test_a_refusal_may_come_without_the_state(accounts: Accounts) -> None:
    accounts.consent.states_refusals = False

    assert told(click(accounts, ask(accounts), "reject")) == {"error": "access_denied"}


def test_a_page_can_be_answered_once(accounts: Accounts) -> None:
    page = ask(accounts)
    click(accounts, page)

    assert click(accounts, page).status == 400


def test_a_code_is_traded_once_for_a_refresh_token_with_the_scopes_asked_for(accounts: Accounts) -> None:
    code = consent(accounts)["code"]
    tokens = trade(accounts, code, redirect_uri=REDIRECT_URI)
    grant = accounts.grant_of(tokens["access_token"])

    assert grant
    assert grant.scopes == frozenset({"ZohoBooks.settings.READ", "ZohoBooks.contacts.READ"})
    assert "access_token" in post(accounts, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert trade(accounts, code) == {"error": "invalid_code"}


def test_a_code_of_a_consent_lives_for_two_minutes(accounts: Accounts, clock: Clock) -> None:
    code = consent(accounts)["code"]
    clock.advance(120)

    assert trade(accounts, code) == {"error": "invalid_code"}


def test_a_code_is_bound_to_its_redirect_uri(accounts: Accounts) -> None:
    code = consent(accounts)["code"]

    assert trade(accounts, code, redirect_uri="http://localhost:9/else") == {"error": "invalid_redirect_uri"}


def test_without_offline_access_there_is_no_refresh_token(accounts: Accounts) -> None:
    assert "refresh_token" not in trade(accounts, consent(accounts, access_type="online")["code"])


def test_without_a_prompt_the_second_time_has_no_page_and_no_refresh_token(accounts: Accounts) -> None:
    assert "refresh_token" in trade(accounts, consent(accounts, prompt="")["code"])

    again = told(ask(accounts, prompt=""))

    assert "refresh_token" not in trade(accounts, again["code"])


def test_the_eleventh_code_in_ten_minutes_is_denied(accounts: Accounts, clock: Clock) -> None:
    for _ in range(10):
        assert "code" in consent(accounts)

    assert consent(accounts) == {"error": "access_denied", "state": "xyz"}
    clock.advance(601)
    assert "code" in consent(accounts)


# ── what is told on a page of Zoho's own, and leads nowhere ──


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client_id": "1000.SOMEBODY"}, "Invalid Client"),
        ({"redirect_uri": "https://example.com/callback"}, "Invalid Redirect Uri"),
        ({"redirect_uri": ""}, "Invalid Redirect Uri"),
        ({"redirect_uri": "http://localhost.example.com/"}, "Invalid Redirect Uri"),
        ({"scope": "ZohoBooks.settings.READ,ZohoBilling.invoices.READ"}, "Invalid OAuth Scope"),
        ({"scope": ""}, "Invalid OAuth Scope"),
    ],
)
def test_a_wrong_question_is_refused_on_the_spot(accounts: Accounts, changes: dict[str, str], words: str) -> None:
    answer = ask(accounts, **changes)

    assert answer.status == 400
    assert words in answer.body.decode()


def test_a_client_may_have_registered_its_addresses(accounts: Accounts) -> None:
    accounts.consent.redirect_uris = {"http://127.0.0.1:8914/callback"}

    assert "Invalid Redirect Uri" in ask(accounts).body.decode()
    assert ask(accounts, redirect_uri="http://127.0.0.1:8914/callback").status == 200


def test_a_scope_can_be_unknown_to_this_zoho(accounts: Accounts) -> None:
    accounts.consent.unknown_scopes = {"ZohoBooks.contacts.READ"}

    assert "Invalid OAuth Scope" in ask(accounts).body.decode()
    assert ask(accounts, scope="ZohoBooks.settings.READ").status == 200


def test_what_a_program_says_about_itself_is_shown_as_text(accounts: Accounts) -> None:
    page = ask(accounts, scope="ZohoBooks.<b>.READ").body.decode()

    assert "<b>" not in page


# ── the challenge, PKCE ──


def s256(verifier: str) -> dict[str, str]:
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return {"code_challenge": challenge, "code_challenge_method": "S256"}


@pytest.mark.parametrize("challenge", [s256("correct"), {"code_challenge": "correct"}])
def test_a_code_with_a_challenge_wants_its_verifier(accounts: Accounts, challenge: dict[str, str]) -> None:
    assert "refresh_token" in trade(accounts, consent(accounts, **challenge)["code"], code_verifier="correct")
    assert trade(accounts, consent(accounts, **challenge)["code"], code_verifier="wrong") == {"error": "invalid_code"}
    assert trade(accounts, consent(accounts, **challenge)["code"]) == {"error": "invalid_code"}


def test_a_challenge_may_be_ignored(accounts: Accounts) -> None:
    accounts.consent.pkce = "ignored"

    assert "refresh_token" in trade(accounts, consent(accounts, **s256("correct"))["code"])


def test_a_challenge_may_be_refused(accounts: Accounts) -> None:
    accounts.consent.pkce = "refused"

    assert told(ask(accounts, **s256("correct"))) == {"error": "invalid_request", "state": "xyz"}
    assert "code" in consent(accounts)


# ── users of another data centre ──


def test_a_user_of_another_data_centre_is_sent_there(accounts: Accounts, clock: Clock) -> None:
    european = Accounts(clock, 7, "eu", None)
    european.url = "http://127.0.0.1:9090"
    accounts.send_users_to(european)

    answer = ask(accounts)

    assert answer.status == 302
    assert answer.headers["Location"].startswith("http://127.0.0.1:9090/oauth/v2/auth?response_type=code&")
    info = body_of(accounts.answer(Request("GET", "/oauth/serverinfo")))
    assert info["locations"]["eu"] == "http://127.0.0.1:9090"
