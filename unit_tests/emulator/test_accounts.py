"""Are the rules of Zoho's accounts server kept?"""

from __future__ import annotations

import orjson
import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.wire import Answer, Request
from unit_tests.emulator.builders import Caller, body_of, refusal


def test_a_refresh_token_gives_an_access_token_and_no_new_refresh_token(caller: Caller) -> None:
    answer = caller.ask_token()

    body = body_of(answer)
    assert answer.status == 200
    assert sorted(body) == ["access_token", "api_domain", "expires_in", "token_type"]
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)


def test_parameters_may_come_in_the_query_string(zoho: Emulator) -> None:
    query = {
        "grant_type": "refresh_token",
        "client_id": zoho.accounts.client_id,
        "client_secret": zoho.accounts.client_secret,
        "refresh_token": zoho.accounts.refresh_token,
    }

    answer = zoho.answer(Request("POST", "/oauth/v2/token", query))

    assert "access_token" in body_of(answer)


def test_a_json_body_is_an_invalid_client(zoho: Emulator) -> None:
    body = orjson.dumps({"grant_type": "refresh_token", "client_id": zoho.accounts.client_id})

    answer = zoho.answer(Request("POST", "/oauth/v2/token", {}, {"content-type": "application/json"}, body))

    assert (answer.status, body_of(answer)) == (200, {"error": "invalid_client"})


def test_get_is_a_server_error(zoho: Emulator) -> None:
    assert zoho.answer(Request("GET", "/oauth/v2/token")).status == 500


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_id": "1000.SOMEBODY"}, "invalid_client"),
        ({"client_secret": "guess"}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
        ({"refresh_token": "1000.typo"}, "invalid_code"),
        ({"refresh_token": None}, "invalid_code"),
    ],
)
def test_wrong_credentials_are_named_with_http_200(caller: Caller, changes: dict[str, str | None], error: str) -> None:
    answer = caller.ask_token(**changes)

    assert (answer.status, body_of(answer)) == (200, {"error": error})


def test_a_refresh_token_of_another_data_centre_is_an_invalid_code(caller: Caller) -> None:
    european = caller.zoho.accounts.refresh_token_of("eu")

    assert body_of(caller.ask_token(refresh_token=european)) == {"error": "invalid_code"}


def test_an_unknown_data_centre_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="expected one of: us, eu, in"):
        Emulator(data_center="europe")


def test_the_eleventh_access_token_in_ten_minutes_is_denied(caller: Caller) -> None:
    for _ in range(10):
        assert caller.ask_token().status == 200

    answer = caller.ask_token()

    assert answer.status == 400
    assert body_of(answer)["error"] == "Access Denied"
    assert "too many requests continuously" in body_of(answer)["error_description"]


def test_ten_minutes_later_access_tokens_are_given_again(caller: Caller) -> None:
    for _ in range(11):
        caller.ask_token()

    caller.zoho.clock.advance(601)

    assert caller.ask_token().status == 200


def test_the_sixteenth_access_token_kills_the_oldest(caller: Caller) -> None:
    oldest = caller.new_token()
    for _ in range(14):
        caller.zoho.clock.advance(61)
        caller.new_token()
    assert caller.get("/items", token=oldest).status == 200

    caller.zoho.clock.advance(61)
    caller.new_token()

    assert refusal(caller.get("/items", token=oldest)) == (401, 57)
    assert caller.get("/items").status == 200


def test_an_access_token_lives_for_an_hour(caller: Caller) -> None:
    caller.new_token()
    caller.zoho.clock.advance(3599)
    assert caller.get("/items").status == 200

    caller.zoho.clock.advance(1)

    assert refusal(caller.get("/items")) == (401, 57)


@pytest.mark.parametrize("header", [None, "", "Bearer 1000.abc", "Zoho-oauthtoken", "zoho-oauthtoken 1000.abc"])
def test_a_missing_or_malformed_authorization_is_code_14(zoho: Emulator, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header}

    answer = zoho.answer(Request("GET", "/books/v3/items", {"organization_id": zoho.organization_ids[0]}, headers))

    assert refusal(answer) == (401, 14)


def test_revoked_tokens_are_refused_and_a_new_one_is_taken(caller: Caller) -> None:
    caller.new_token()
    caller.zoho.revoke_access_tokens()
    assert refusal(caller.get("/items")) == (401, 57)

    caller.new_token()

    assert caller.get("/items").status == 200


def test_a_scope_that_the_grant_lacks_is_code_57_like_a_dead_token() -> None:
    caller = Caller(Emulator(scopes={"ZohoBooks.settings.READ"}))

    assert caller.get("/items").status == 200
    assert refusal(caller.get("/invoices")) == (401, 57)


@pytest.mark.parametrize("scope", ["ZohoBooks.invoices.ALL", "ZohoBooks.fullaccess.all"])
def test_wider_scopes_include_reading(scope: str) -> None:
    caller = Caller(Emulator(scopes={scope}))

    assert caller.get("/invoices").status == 200


def trade(caller: Caller, code: str, **changes: str | None) -> dict[str, object]:
    form = {"grant_type": "authorization_code", "code": code, "refresh_token": None, **changes}
    return body_of(caller.ask_token(**form))


def test_a_code_expires(caller: Caller) -> None:
    code = caller.zoho.grant_code({"ZohoBooks.settings.READ"})
    caller.zoho.clock.advance(181)

    assert trade(caller, code) == {"error": "invalid_code"}


def test_the_twenty_first_refresh_token_deletes_the_oldest(caller: Caller) -> None:
    for _ in range(20):
        trade(caller, caller.zoho.grant_code({"ZohoBooks.settings.READ"}))

    assert body_of(caller.ask_token()) == {"error": "invalid_code"}


# ── ending tokens, and the other data centres ──


def revoke(caller: Caller, token: str) -> Answer:
    return caller.zoho.answer(Request("POST", "/oauth/v2/token/revoke", {"token": token}))


def test_ending_a_refresh_token_ends_what_came_of_it(caller: Caller) -> None:
    access_token = caller.new_token()

    answer = revoke(caller, caller.zoho.accounts.refresh_token)

    assert (answer.status, body_of(answer)) == (200, {"status": "success"})
    assert refusal(caller.get("/items", token=access_token)) == (401, 57)
    assert body_of(caller.ask_token()) == {"error": "invalid_code"}


def test_ending_an_access_token_leaves_the_refresh_token(caller: Caller) -> None:
    access_token = caller.new_token()

    assert revoke(caller, access_token).status == 200

    assert refusal(caller.get("/items", token=access_token)) == (401, 57)
    assert caller.ask_token().status == 200


def test_a_token_to_end_may_come_in_a_form(caller: Caller) -> None:
    body = f"token={caller.zoho.accounts.refresh_token}".encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}

    assert caller.zoho.answer(Request("POST", "/oauth/v2/token/revoke", {}, headers, body)).status == 200


def test_a_token_that_there_is_not_cannot_be_ended(caller: Caller) -> None:
    assert revoke(caller, "1000.typo").status == 400


def test_the_accounts_server_names_the_data_centres(zoho: Emulator) -> None:
    zoho.accounts.url = "http://127.0.0.1:8080"

    told = body_of(zoho.answer(Request("GET", "/oauth/serverinfo")))

    assert told == {"result": "success", "locations": {"us": "http://127.0.0.1:8080"}}
