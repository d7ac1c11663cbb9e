"""Does the question to the user carry what Zoho wants and no secret, and is only its own answer believed?"""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from source_zoho.errors import ConfigProblem, Transient, Unexpected, ZohoError
from source_zoho.oauth.consent import Callback, ChallengeRefused, Consent, StrayCallback, read_callback

URI = "http://127.0.0.1:8914/callback"
SCOPES = ("ZohoBooks.settings.READ", "ZohoBooks.reports.READ")


@pytest.fixture
def consent() -> Consent:
    return Consent.new("1000.CLIENT", URI, SCOPES)


def asked(consent: Consent) -> dict[str, str]:
    parts = urlsplit(consent.url("https://accounts.zoho.eu"))
    assert parts.scheme == "https"
    assert (parts.netloc, parts.path) == ("accounts.zoho.eu", "/oauth/v2/auth")
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def test_the_question_asks_for_a_refresh_token_every_time(consent: Consent) -> None:
    told = asked(consent)

    assert told["scope"] == ",".join(SCOPES)
    assert (told["access_type"], told["prompt"]) == ("offline", "consent")
    assert (told["response_type"], told["client_id"], told["redirect_uri"]) == ("code", "1000.CLIENT", URI)


def test_the_challenge_is_made_of_the_verifier_which_stays_here(consent: Consent) -> None:
    told = asked(consent)

    digest = hashlib.sha256(consent.verifier.encode()).digest()
    assert told["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert told["code_challenge_method"] == "S256"
    assert consent.verifier not in consent.url("https://accounts.zoho.eu")


def test_nobody_can_guess_the_state_or_the_verifier(consent: Consent) -> None:
    other = Consent.new("1000.CLIENT", URI, SCOPES)

    assert len({consent.state, other.state, consent.verifier, other.verifier}) == 4
    assert min(len(consent.state), len(consent.verifier)) >= 43, "256 bits; a verifier has 43 characters at least"
    assert consent.state not in repr(consent)
    assert consent.verifier not in repr(consent)


def test_a_question_without_a_challenge_has_a_state_of_its_own(consent: Consent) -> None:
    plain = consent.without_challenge()

    assert "code_challenge" not in asked(plain)
    assert plain.state not in ("", consent.state)


def test_the_answer_tells_the_code_and_the_data_centre(consent: Consent) -> None:
    told = {"state": consent.state, "code": "1000.c", "location": "eu", "accounts-server": "https://accounts.zoho.eu"}

    callback = read_callback(consent, told)

    assert callback == Callback("1000.c", "eu", "https://accounts.zoho.eu")
    assert "1000.c" not in repr(callback)


@pytest.mark.parametrize(
    "told",
    [
        {"code": "1000.c"},
        {"code": "1000.c", "state": ""},
        {"code": "1000.c", "state": "guess"},
        {"code": "1000.c", "state": "\u00fc"},
        {"error": "access_denied", "state": "guess"},
        {},
    ],
)
def test_an_answer_with_another_state_is_not_believed(consent: Consent, told: dict[str, str]) -> None:
    with pytest.raises(StrayCallback, match="does not belong to this sign-in"):
        read_callback(consent, told)


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        ("access_denied", ConfigProblem, "choose Accept"),
        ("invalid_client", ConfigProblem, "does not know this client ID"),
        ("invalid_redirect_uri", ConfigProblem, "Authorized Redirect URIs"),
        ("invalid_scope", ConfigProblem, "--without-scope"),
        ("Access Denied", Transient, "Wait ten minutes"),
        ("server_error", Transient, "no answer that can be used (server_error). Run again later."),
        ("ERROR_invalid_response_type", ConfigProblem, "does not understand the question"),
        ("user_inactive", ConfigProblem, "Let an administrator of the organization activate the user"),
        ("brand_new\x1b[2J", Unexpected, "Please report it. (Zoho's word: brand_new[2J.)"),
    ],
)
@pytest.mark.parametrize("repeats_the_state", [True, False])
def test_a_refusal_says_what_to_do(
    consent: Consent, error: str, kind: type[ZohoError], sentence: str, repeats_the_state: bool
) -> None:
    told = {"error": error, **({"state": consent.state} if repeats_the_state else {})}

    with pytest.raises(kind) as raised:
        read_callback(consent, told)

    assert sentence in str(raised.value)


def test_an_unknown_scope_is_looked_for_among_those_that_were_asked_for(consent: Consent) -> None:
    with pytest.raises(ConfigProblem) as raised:
        read_callback(consent, {"error": "invalid_scope", "state": consent.state})

    assert "Not every edition has ZohoBooks.reports.READ: leave out" in str(raised.value)


def test_a_challenge_that_is_not_understood_can_be_left_out(consent: Consent) -> None:
    with pytest.raises(ChallengeRefused):
        read_callback(consent, {"error": "invalid_request", "state": consent.state})

    plain = consent.without_challenge()
    with pytest.raises(ConfigProblem, match="does not understand the question"):
        read_callback(plain, {"error": "invalid_request", "state": plain.state})


def test_an_answer_without_code_and_reason_is_no_answer(consent: Consent) -> None:
    with pytest.raises(ConfigProblem, match="without a code"):
        read_callback(consent, {"state": consent.state})
