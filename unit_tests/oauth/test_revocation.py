"""Is a refresh token said to be ended only when it is?"""

from __future__ import annotations

from typing import Any

import pytest
import requests

from source_zoho.errors import ConfigProblem, Transient
from source_zoho.oauth.revocation import revoke
from source_zoho.oauth.tokens import Grant
from unit_tests.oauth.accounts_server import AccountsServers, Said

GRANT = Grant("https://accounts.zoho.eu", "eu", "1000.CLIENT", "hush", "1000.r")
HOST = "accounts.zoho.eu"
UNKNOWN = {"error": "invalid_token"}


@pytest.fixture
def zoho(monkeypatch: pytest.MonkeyPatch) -> AccountsServers:
    return AccountsServers(monkeypatch)


def test_the_token_travels_in_the_body(zoho: AccountsServers) -> None:
    zoho.will_answer(HOST, {"status": "success"})

    assert revoke(GRANT)
    assert zoho.heard == [("https://accounts.zoho.eu/oauth/v2/token/revoke", {"token": "1000.r"})]


@pytest.mark.parametrize("body", [UNKNOWN, Said(400, b"<html>"), Said(400), {"status": "failure"}, []])
def test_a_token_that_zoho_does_not_know_is_tried_before_it_is_called_dead(zoho: AccountsServers, body: Any) -> None:
    zoho.will_answer(HOST, body, {"error": "invalid_code"})

    assert not revoke(GRANT)
    assert len(zoho.heard) == 2


def test_a_token_that_still_works_is_never_said_to_be_ended(zoho: AccountsServers) -> None:
    zoho.will_answer(HOST, UNKNOWN, {"access_token": "1000.a"})

    with pytest.raises(ConfigProblem, match=r"it still works\. End it by hand: sign in at https://accounts\.zoho\.eu"):
        revoke(GRANT)


def test_a_wrong_client_is_told(zoho: AccountsServers) -> None:
    zoho.will_answer(HOST, UNKNOWN, {"error": "invalid_client"})

    with pytest.raises(ConfigProblem, match="refused client_id or client_secret in data_center 'eu'"):
        revoke(GRANT)


@pytest.mark.parametrize("body", [requests.ConnectTimeout(), Said(500), Said(200, b"<html>"), Said(302)])
def test_trouble_is_told_as_not_known(zoho: AccountsServers, body: Any) -> None:
    zoho.will_answer(HOST, body)

    with pytest.raises(Transient, match="did not say whether"):
        revoke(GRANT)
