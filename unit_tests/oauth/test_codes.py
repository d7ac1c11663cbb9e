"""Does a code become a refresh token, in the right data centre, with a remedy for each refusal?"""

from __future__ import annotations

from typing import Any

import pytest
import requests

from source_zoho.errors import ConfigProblem, Transient, Unexpected, ZohoError
from source_zoho.oauth.codes import Client, trade, trade_anywhere
from source_zoho.oauth.places import Place, places_to_try
from unit_tests.oauth.accounts_server import AccountsServers, Said

CLIENT = Client("1000.CLIENT", "hush")
TOKENS = {"access_token": "1000.a", "refresh_token": "1000.r", "api_domain": "https://www.zohoapis.eu"}
EU, EU_HOST = Place.of("eu"), "accounts.zoho.eu"


@pytest.fixture
def zoho(monkeypatch: pytest.MonkeyPatch) -> AccountsServers:
    return AccountsServers(monkeypatch)


def test_a_code_is_traded_where_it_is_good(zoho: AccountsServers) -> None:
    zoho.will_answer(EU_HOST, TOKENS)

    minted = trade("1000.c", CLIENT, EU, "http://127.0.0.1:1/callback", "verifier")

    assert (minted.refresh_token, minted.api_url, minted.place) == ("1000.r", "https://www.zohoapis.eu", EU)
    ((url, form),) = zoho.heard
    assert url == "https://accounts.zoho.eu/oauth/v2/token"
    assert form == {
        "grant_type": "authorization_code",
        "client_id": "1000.CLIENT",
        "client_secret": "hush",
        "code": "1000.c",
        "redirect_uri": "http://127.0.0.1:1/callback",
        "code_verifier": "verifier",
    }


def test_nothing_secret_shows_when_things_are_printed(zoho: AccountsServers) -> None:
    zoho.will_answer(EU_HOST, TOKENS)

    shown = repr((CLIENT, trade("1000.c", CLIENT, EU)))

    assert not [secret for secret in ("hush", "1000.r", "1000.a") if secret in shown]


@pytest.mark.parametrize("word", ["invalid_code_verifier", "EXTRA_PARAM_FOUND", "pkce_not_supported"])
def test_a_verifier_that_zoho_does_not_expect_is_left_out(zoho: AccountsServers, word: str) -> None:
    zoho.will_answer(EU_HOST, {"error": word}, TOKENS)

    assert trade("1000.c", CLIENT, EU, "", "verifier").refresh_token == "1000.r"
    assert ["code_verifier" in form for _, form in zoho.heard] == [True, False]


@pytest.mark.parametrize("told", ["https://evil.example", "http://127.0.0.1:6666", "", None, "http://www.zohoapis.eu"])
def test_an_api_host_that_is_not_zohos_is_not_believed(zoho: AccountsServers, told: Any) -> None:
    zoho.will_answer(EU_HOST, {**TOKENS, "api_domain": told})

    assert trade("1000.c", CLIENT, EU).api_url == "https://www.zohoapis.eu"


def test_a_sandboxs_api_is_on_this_machine(zoho: AccountsServers) -> None:
    zoho.will_answer("127.0.0.1:8080", {**TOKENS, "api_domain": "http://127.0.0.1:8080/"})

    assert trade("1000.c", CLIENT, Place.of("us", "http://127.0.0.1:8080")).api_url == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("body", "kind", "sentence"),
    [
        ({"error": "invalid_code"}, ConfigProblem, "go through it without a break"),
        ({"error": "invalid_client"}, ConfigProblem, "does not know this client ID in data_center 'eu' (Europe)"),
        ({"error": "invalid_client_secret"}, ConfigProblem, "Copy the client secret again"),
        ({"error": "unauthorized_client"}, ConfigProblem, "may not sign in this way"),
        ({"error": "invalid_redirect_uri"}, ConfigProblem, "Authorized Redirect URIs"),
        ({"error": "access_denied"}, ConfigProblem, "more than ten codes or tokens within ten minutes"),
        ({"error": "Access Denied", "error_description": "too many requests"}, Transient, "Wait ten minutes"),
        ({"error": "brand_new"}, Unexpected, "Please report it. (Zoho's word: brand_new.)"),
        ({}, Transient, "gave no answer that can be used (an answer without access_token). Run again later."),
        (Said(200, b"<html>"), Transient, "(HTTP 200 without JSON). Run again later."),
        (
            requests.ConnectTimeout(),
            Transient,
            "(ConnectTimeout). Run again later, and see that this machine may reach",
        ),
        ({"access_token": "1000.a"}, ConfigProblem, "no refresh token"),
        ({"access_token": 7, "refresh_token": "1000.r"}, Transient, "no answer that can be used"),
        ([], Transient, "no answer that can be used"),
    ],
)
def test_every_refusal_says_what_to_do(zoho: AccountsServers, body: Any, kind: type[ZohoError], sentence: str) -> None:
    zoho.will_answer(EU_HOST, body)

    with pytest.raises(kind) as raised:
        trade("1000.c", CLIENT, EU)

    assert sentence in str(raised.value)
    assert not [secret for secret in ("hush", "1000.c", "1000.a") if secret in str(raised.value)]


# ── a self client's code, which says not where it was made ──


def test_the_data_centre_of_a_self_clients_code_is_found(zoho: AccountsServers) -> None:
    zoho.will_answer(EU_HOST, {"error": "invalid_code"})
    zoho.will_answer("accounts.zoho.in", TOKENS)

    minted = trade_anywhere("1000.c", CLIENT, places_to_try(""))

    assert minted.place == Place.of("in")
    assert zoho.hosts == ["accounts.zoho.com", "accounts.zoho.eu", "accounts.zoho.in"], "and nobody after it"
    assert not any("redirect_uri" in form for _, form in zoho.heard)


def test_a_code_that_is_too_old_is_told_where_the_client_is_known(zoho: AccountsServers) -> None:
    zoho.will_answer(EU_HOST, {"error": "invalid_code"})

    with pytest.raises(ConfigProblem, match=r"does not take the code in data_center 'eu'"):
        trade_anywhere("1000.c", CLIENT, places_to_try(""))


def test_a_client_that_nobody_knows_is_told_with_those_who_were_asked(zoho: AccountsServers) -> None:
    with pytest.raises(ConfigProblem, match=r"No data centre of Zoho's knows this client \(us, eu, in, au"):
        trade_anywhere("1000.c", CLIENT, places_to_try(""))

    assert len(zoho.heard) == 10


def test_a_named_data_centre_alone_is_asked(zoho: AccountsServers) -> None:
    with pytest.raises(ConfigProblem, match="does not know this client ID in data_center 'jp'"):
        trade_anywhere("1000.c", CLIENT, places_to_try("jp"))

    assert zoho.hosts == ["accounts.zoho.jp"]


@pytest.mark.parametrize("body", [{"error": "Access Denied"}, requests.ConnectTimeout()])
def test_trouble_ends_the_search_at_once(zoho: AccountsServers, body: Any) -> None:
    zoho.will_answer("accounts.zoho.com", body)

    with pytest.raises(Transient, match="name it with --data-center, and no other is asked"):
        trade_anywhere("1000.c", CLIENT, places_to_try(""))

    assert set(zoho.hosts) == {"accounts.zoho.com"}
