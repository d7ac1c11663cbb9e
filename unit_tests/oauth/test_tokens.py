"""Is one token shared and kept fresh, and is every failed answer judged by its body?"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests

from source_zoho.errors import ConfigProblem, Transient, ZohoError
from source_zoho.oauth.tokens import Grant, TokenStore, store_for

A_GRANT = Grant("https://accounts.zoho.eu", "eu", "1000.CLIENT", "hush-client", "1000.hush.refresh")
THROTTLED = {
    "error": "Access Denied",
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "status": "failure",
}


class Accounts:
    """An accounts server without a network, and the clock that it and the store share."""

    def __init__(self) -> None:
        self.now = 5000.0
        self.waits: list[float] = []
        self.asked: list[dict[str, Any]] = []
        self._next: list[requests.Response | Exception] = []

    def will_answer(self, *bodies: Any, status: int = 200) -> None:
        self._next.extend(body if isinstance(body, Exception) else _response(body, status) for body in bodies)

    def post(self, url: str, **options: Any) -> requests.Response:
        self.asked.append({"url": url, **options})
        answer = self._next.pop(0) if self._next else _response(a_token(len(self.asked)), 200)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def a_store(self, grant: Grant = A_GRANT, *, patient: bool = True) -> TokenStore:
        store = TokenStore(grant, clock=lambda: self.now, sleep=self.sleep)
        store.patient = patient
        return store


def _response(body: Any, status: int) -> requests.Response:
    answer = requests.Response()
    answer.status_code = status
    answer._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return answer


def a_token(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {"access_token": f"1000.access.{number}", "token_type": "Bearer", "expires_in": 3600, **fields}


@pytest.fixture
def accounts(monkeypatch: pytest.MonkeyPatch) -> Accounts:
    server = Accounts()
    monkeypatch.setattr(requests, "post", server.post)
    return server


def the_problem(ask: Callable[[], object], kind: type[ZohoError]) -> str:
    with pytest.raises(kind) as caught:
        ask()
    for secret in ("hush", "1000.CLIENT"):
        assert secret not in str(caught.value)
    return str(caught.value)


# ── asking ──


def test_a_token_is_asked_for_with_a_form_at_the_accounts_server(accounts: Accounts) -> None:
    accounts.a_store().token()

    (call,) = accounts.asked
    assert call["url"] == "https://accounts.zoho.eu/oauth/v2/token"
    assert call["data"] == {
        "grant_type": "refresh_token",
        "client_id": "1000.CLIENT",
        "client_secret": "hush-client",
        "refresh_token": "1000.hush.refresh",
    }
    assert call["timeout"], "an accounts server that never answers must not hold a sync for ever"
    assert call["allow_redirects"] is False, "a redirect would carry the secrets to another host"


def test_one_token_serves_until_shortly_before_its_end(accounts: Accounts) -> None:
    store = accounts.a_store()
    first = store.token()
    accounts.now += 3299
    assert store.token() is first

    accounts.now += 2

    assert store.token().value == "1000.access.2"


@pytest.mark.parametrize(
    ("fields", "lives_seconds"),
    [
        ({"expires_in": 3600}, 3300),
        ({"expires_in": "3600"}, 3300),
        ({"expires_in_sec": 3600, "expires_in": 3_600_000}, 3300),
        ({"expires_in": 400}, 200),
        ({"expires_in": None}, 3300),
        ({"expires_in": "soon"}, 3300),
        ({"expires_in": 0}, 3300),
        ({"expires_in": -1}, 3300),
        ({"expires_in": "NaN"}, 3300),
        ({"expires_in": "Infinity"}, 3300),
        ({"expires_in": [3600]}, 3300),
        ({"expires_in": 3_600_000}, 3300),
    ],
)
def test_the_life_of_a_token_is_read_in_all_its_spellings(
    accounts: Accounts, fields: dict[str, Any], lives_seconds: float
) -> None:
    accounts.will_answer(a_token(**fields))
    store = accounts.a_store()

    assert store.token().expires_at_seconds == accounts.now + lives_seconds


def test_many_threads_at_once_make_one_token(accounts: Accounts) -> None:
    store, seen = accounts.a_store(), []
    threads = [threading.Thread(target=lambda: seen.append(store.token().value)) for _ in range(20)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(seen) == {"1000.access.1"}
    assert len(accounts.asked) == 1


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("https://www.zohoapis.eu", "https://www.zohoapis.eu"),
        ("https://www.zohoapis.eu/", "https://www.zohoapis.eu"),
        ("http://127.0.0.1:43121", "http://127.0.0.1:43121"),
        ("https://evil.example", ""),
        ("http://www.zohoapis.eu", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_the_host_that_zoho_names_is_believed_only_if_it_is_zohos(accounts: Accounts, told: object, kept: str) -> None:
    accounts.will_answer(a_token(api_domain=told))

    assert accounts.a_store().token().api_url == kept


# ── replacing ──


def test_a_rejected_token_is_replaced_once_for_all_who_held_it(accounts: Accounts) -> None:
    store = accounts.a_store()
    store.note_rejected(store.token().value)

    assert store.replace_rejected().value == "1000.access.2"
    assert store.replace_rejected().value == "1000.access.2"
    assert store.token().value == "1000.access.2"
    assert len(accounts.asked) == 2


def test_a_late_rejection_of_an_old_token_costs_no_new_one(accounts: Accounts) -> None:
    store = accounts.a_store()
    old = store.token().value
    store.note_rejected(old)
    store.replace_rejected()

    store.note_rejected(old)

    assert store.replace_rejected().value == "1000.access.2"


def test_asking_to_replace_before_there_is_a_token_makes_the_first(accounts: Accounts) -> None:
    assert accounts.a_store().replace_rejected().value == "1000.access.1"


def test_a_refused_token_is_worth_replacing(accounts: Accounts) -> None:
    assert accounts.a_store().is_worth_replacing("1000.access.1")


def test_a_token_that_works_elsewhere_is_replaced_until_that_proves_futile(accounts: Accounts) -> None:
    store = accounts.a_store()
    store.note_accepted("1000.access.1")
    assert store.is_worth_replacing("1000.access.1")
    store.note_futile_replacement()
    assert store.is_worth_replacing("1000.access.1")

    store.note_futile_replacement()

    assert not store.is_worth_replacing("1000.access.1")


def test_a_token_that_worked_only_long_ago_is_worth_replacing_even_so(accounts: Accounts) -> None:
    store = accounts.a_store()
    store.note_accepted("1000.access.1")
    store.note_futile_replacement()
    store.note_futile_replacement()

    accounts.now += 61

    assert store.is_worth_replacing("1000.access.1")
    assert store.is_worth_replacing("1000.another")


# ── refusals that the user can mend ──


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("code", ["invalid_code", "invalid_grant", "access_denied"])
def test_a_refused_refresh_token_is_the_users_to_mend_whatever_the_status(
    accounts: Accounts, code: str, status: int
) -> None:
    accounts.will_answer({"error": code}, status=status)

    sentence = the_problem(accounts.a_store().token, ConfigProblem)

    assert sentence.startswith(f"Zoho refused refresh_token in data_center 'eu' (Europe): {code}.")
    assert "made in another data centre" in sentence
    assert len(accounts.asked) == 1


@pytest.mark.parametrize("status", [200, 400, 401])
@pytest.mark.parametrize("code", ["invalid_client", "invalid_client_secret"])
def test_a_refused_client_is_the_users_to_mend_whatever_the_status(accounts: Accounts, code: str, status: int) -> None:
    accounts.will_answer({"error": code}, status=status)

    sentence = the_problem(accounts.a_store().token, ConfigProblem)

    assert sentence.startswith(f"Zoho refused client_id or client_secret in data_center 'eu' (Europe): {code}.")
    assert len(accounts.asked) == 1


def test_many_threads_that_meet_a_refusal_do_not_ask_more_than_zoho_allows(accounts: Accounts) -> None:
    accounts.will_answer(*[{"error": "invalid_code"}] * 50)
    store = accounts.a_store()

    for _ in range(30):
        with pytest.raises(ZohoError):
            store.token()

    assert len(accounts.asked) <= 10


# ── refusals that time mends ──


def test_a_throttled_sign_in_waits_minutes_and_goes_on(accounts: Accounts) -> None:
    accounts.will_answer(THROTTLED, status=400)

    assert accounts.a_store().token().value == "1000.access.2"
    assert accounts.waits == [300]


def test_a_sign_in_throttled_for_long_is_given_up_with_a_sentence(accounts: Accounts) -> None:
    accounts.will_answer(*[THROTTLED] * 9, status=400)

    sentence = the_problem(accounts.a_store().token, Transient)

    assert sentence.startswith("Zoho throttles sign-in: too many access tokens were asked for with this refresh_token")
    assert sentence.endswith("Wait ten minutes and run again.")
    assert len(accounts.asked) == 4
    assert sum(accounts.waits) == 900


def test_somebody_who_looks_at_a_form_is_told_at_once(accounts: Accounts) -> None:
    accounts.will_answer(THROTTLED, status=400)

    assert "throttles sign-in" in the_problem(accounts.a_store(patient=False).token, Transient)
    assert accounts.waits == []
    assert len(accounts.asked) == 1


@pytest.mark.parametrize(
    ("trouble", "status", "reason"),
    [
        ({"error": "general_error"}, 500, "general_error"),
        (b"<html>Accounts is taking a short break.</html>", 200, "HTTP 200 without JSON"),
        (b"", 502, "HTTP 502 without a body"),
        ({"token_type": "Bearer"}, 200, "an answer without access_token"),
        ({"access_token": ""}, 200, "an answer without access_token"),
        ({"access_token": None}, 200, "an answer without access_token"),
        ([], 200, "an answer without access_token"),
        (requests.ConnectionError("https://accounts.zoho.eu/?client_secret=hush"), 0, "ConnectionError"),
        (requests.Timeout("hush"), 0, "Timeout"),
    ],
)
def test_trouble_of_the_accounts_server_is_tried_again_and_then_told(
    accounts: Accounts, trouble: Any, status: int, reason: str
) -> None:
    accounts.will_answer(*[trouble] * 4, status=status)

    sentence = the_problem(accounts.a_store().token, Transient)

    assert sentence.startswith(
        f"Zoho's sign-in server of data_center 'eu' (Europe) did not give an access token ({reason}). Run again later"
    )
    assert len(accounts.asked) == 4
    assert accounts.waits == [1, 2, 4]


@pytest.mark.parametrize("patient", [True, False])
def test_trouble_that_passes_is_not_told(accounts: Accounts, patient: bool) -> None:
    accounts.will_answer(requests.ConnectionError(), b"<html>")

    assert accounts.a_store(patient=patient).token().value == "1000.access.3"
    assert accounts.waits == [1, 2]


# ── Zoho's allowance ──


def use_up_the_allowance(store: TokenStore) -> None:
    for _ in range(10):
        store.note_rejected(store.replace_rejected().value)


def test_tokens_that_die_early_are_not_replaced_more_often_than_zoho_allows(accounts: Accounts) -> None:
    store = accounts.a_store()
    use_up_the_allowance(store)

    sentence = the_problem(store.replace_rejected, Transient)

    assert "has asked Zoho for 10 access tokens within ten minutes" in sentence
    assert len(accounts.asked) == 10


def test_the_allowance_comes_back_after_ten_minutes(accounts: Accounts) -> None:
    store = accounts.a_store()
    use_up_the_allowance(store)

    accounts.now += 600

    assert store.replace_rejected().value == "1000.access.11"


# ── one grant, one store ──


def test_everything_in_a_process_shares_the_store_of_a_grant() -> None:
    assert store_for(A_GRANT) is store_for(Grant(**vars(A_GRANT)))
    assert store_for(A_GRANT) is not store_for(Grant(**{**vars(A_GRANT), "refresh_token": "1000.other"}))


def test_neither_grant_nor_token_shows_its_secrets(accounts: Accounts) -> None:
    shown = repr(A_GRANT) + repr(accounts.a_store().token())

    for secret in ("1000.CLIENT", "hush", "1000.access"):
        assert secret not in shown
    assert "https://accounts.zoho.eu" in shown
