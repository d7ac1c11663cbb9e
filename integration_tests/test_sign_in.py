"""Does signing in survive what Zoho's accounts server does, never ask too often, and never show a secret?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests import builders
from integration_tests.builders import Run, a_config, forget_earlier_syncs
from integration_tests.conftest import StartZoho, Waits
from integration_tests.rows import attempt, only, read
from source_zoho import run
from source_zoho.components.connection import api_url
from source_zoho.emulator import Emulator

SOME = ("books_bills", "books_expenses", "books_taxes", "books_users")
MANY = (
    *SOME,
    *("books_items", "books_estimates", "books_contacts", "books_tasks"),
    *("books_employees", "books_fixed_assets", "books_projects", "books_journals"),
)
ALLOWED_BY_ZOHO = 10  # access tokens in ten minutes
COMPLETE, INCOMPLETE = AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE


def the_sentences(run: Run) -> set[str]:
    """Return what the platform shows, without the summary of the sync."""
    return {sentence for sentence in run.errors if "could not be read completely" not in sentence}


# ── one token for all ──


def test_one_token_serves_every_stream_and_organization(zoho: Emulator) -> None:
    read(zoho, *MANY, num_workers=10)

    assert zoho.calls.tokens == 1


def test_a_token_that_dies_between_two_pages_is_replaced_and_no_record_is_lost_or_doubled(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"bills": 450})
    zoho.faults.add("expire_token", path="bills", after=1)

    bills = read(zoho, "books_bills").records("books_bills")

    assert len(bills) == len({row["bill_id"] for row in bills}) == 900
    assert zoho.calls.tokens == 2


def test_a_token_that_dies_under_many_workers_is_replaced_once(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"bills": 450, "expenses": 450})
    zoho.on_call(6, Emulator.revoke_access_tokens)

    run = read(zoho, *SOME, num_workers=8)

    assert run.counts()["books_bills"] == 900
    assert zoho.calls.tokens == 2


def test_a_token_that_has_reached_its_end_is_replaced_before_zoho_refuses_it(a_zoho: StartZoho, waits: Waits) -> None:
    zoho = a_zoho(sizes={"bills": 450})
    zoho.faults.add("43", path="bills", after=2, retry_after=3500)

    read(zoho, "books_bills")

    assert zoho.calls.tokens == 2
    assert 401 not in {call.status for call in zoho.calls.log}


def test_tokens_that_always_die_at_once_end_the_stream_within_zohos_allowance(zoho: Emulator) -> None:
    zoho.faults.add("expire_token", path="bills", times=1000)

    run = attempt(zoho, *SOME)

    assert zoho.calls.tokens <= ALLOWED_BY_ZOHO
    assert run.status("books_bills") is INCOMPLETE


# ── missing scopes ──


def test_streams_without_their_scope_are_named_and_the_others_are_complete(a_zoho: StartZoho) -> None:
    zoho = a_zoho(scopes={"ZohoBooks.settings.READ", "ZohoBooks.bills.READ"})

    run = attempt(zoho, *MANY)

    granted = {"books_bills", "books_taxes", "books_users", "books_items", "books_tasks"}
    assert {name for name in MANY if run.status(name) is COMPLETE} == granted
    assert set(run.counts()) == granted
    for name in set(MANY) - granted:
        assert any(sentence.startswith(f"{name} of organization ") for sentence in run.errors)
    assert "lacks the scope ZohoBooks.expenses.READ" in " ".join(run.errors)


def test_missing_scopes_cost_few_tokens_however_many_streams_lack_theirs(a_zoho: StartZoho) -> None:
    zoho = a_zoho(scopes={"ZohoBooks.settings.READ"})

    attempt(zoho, *MANY, num_workers=2)

    # The first, two that prove futile, and one for the other worker, which was finding out at that moment.
    assert zoho.calls.tokens <= 1 + 2 + 1


# ── refusals ──


@pytest.mark.parametrize("kind", ["token_invalid_code", "token_invalid_code_400"])
def test_a_refused_refresh_token_is_asked_about_once_and_told_for_every_stream(kind: str, zoho: Emulator) -> None:
    zoho.faults.add(kind, times=1000)

    run = attempt(zoho, *MANY)

    (sentence,) = the_sentences(run)
    assert sentence.startswith("Zoho refused refresh_token in data_center 'us' (United States): invalid_code.")
    assert zoho.calls.tokens <= 2, "a refresh token does not become good by asking again"
    assert zoho.calls.total == 0


def test_a_refused_client_is_told_in_its_own_words(zoho: Emulator) -> None:
    run = attempt(zoho, "books_bills", client_secret="wrong")

    (sentence,) = the_sentences(run)
    assert sentence.startswith("Zoho refused client_id or client_secret in data_center 'us' (United States)")


# ── trouble of the accounts server ──


@pytest.mark.parametrize(
    ("kind", "waits_at_least_seconds"), [("token_throttle", 300), ("token_500", 1), ("token_html", 1)]
)
def test_trouble_that_passes_costs_time_and_no_record(
    kind: str, waits_at_least_seconds: float, zoho: Emulator, waits: Waits
) -> None:
    zoho.faults.add(kind)

    run = read(zoho, *SOME)

    assert [run.status(name) for name in SOME] == [COMPLETE] * len(SOME)
    assert zoho.calls.tokens == 2
    assert waits.total_seconds >= waits_at_least_seconds


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("token_throttle", "Zoho throttles sign-in"),
        ("token_500", "did not give an access token (general_error). Run again later."),
        ("token_html", "did not give an access token (HTTP 200 without JSON). Run again later."),
    ],
)
def test_trouble_that_stays_is_met_once_and_not_for_every_stream(
    kind: str, part: str, zoho: Emulator, waits: Waits
) -> None:
    zoho.faults.add(kind, times=1000)

    run = attempt(zoho, *MANY)

    (sentence,) = the_sentences(run)
    assert part in sentence
    assert {run.status(name) for name in MANY} == {INCOMPLETE}
    assert zoho.calls.tokens <= 4
    assert waits.total_seconds <= 900


# ── where tokens travel ──


class _Listener(BaseHTTPRequestHandler):
    """A host that is not Zoho's; remembers what it was sent."""

    heard: list[str]

    def do_GET(self) -> None:
        self.heard.append(str(self.headers))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_GET  # noqa: N815 - http.server's name

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""


@contextmanager
def a_strangers_host() -> Iterator[tuple[str, list[str]]]:
    """Serve on this machine under a name that is not this machine's; yields the address and what was heard."""
    heard: list[str] = []
    server = HTTPServer(("127.0.0.1", 0), type("Listener", (_Listener,), {"heard": heard}))
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.2:{server.server_address[1]}", heard
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("key", ["api_base_url", "accounts_base_url"])
def test_a_foreign_host_is_refused_and_hears_nothing(key: str, zoho: Emulator) -> None:
    with a_strangers_host() as (url, heard):
        run = attempt(zoho, "books_bills", state=None, **{key: url})

    assert run.errors
    assert f"{key} points neither at one of Zoho's own hosts" in run.errors[0]
    assert heard == []
    assert zoho.calls.tokens == zoho.calls.total == 0


def test_a_foreign_host_that_comes_with_the_token_is_not_believed(zoho: Emulator) -> None:
    with a_strangers_host() as (url, heard):
        zoho.accounts.url = url
        # Without api_base_url the connector would go to the host that comes with the token, else to Zoho itself.
        found = api_url({**a_config(zoho), "api_base_url": ""})

    assert found == "https://www.zohoapis.com"
    assert heard == []


# ── secrets ──


@pytest.fixture
def given_tokens(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which every access token is added that the accounts server gives."""
    given: list[str] = []
    post = requests.post

    def listen(*args: Any, **options: Any) -> requests.Response:
        answer = post(*args, **options)
        given.extend(re.findall(r'"access_token": ?"([^"]+)"', answer.text))
        return answer

    monkeypatch.setattr(requests, "post", listen)
    return given


@pytest.mark.parametrize("flag", [[], ["--debug"]])
def test_no_secret_shows_up_anywhere_whatever_goes_wrong(
    flag: list[str], zoho: Emulator, given_tokens: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for kind in ("reset", "truncated", "500", "html_200", "44", "expire_token"):
        zoho.faults.add(kind, path="bills")
    zoho.faults.add("57", path="users", times=1000)
    zoho.faults.add("token_html")
    arguments = builders.write_for_the_command(tmp_path, zoho, *SOME)[len(builders.COMMAND) :]
    forget_earlier_syncs()

    with only(*SOME), pytest.raises(SystemExit):
        run.main([*arguments, *flag])

    heard = capfd.readouterr()
    assert "books_bills" in heard.out
    assert len(given_tokens) >= 2
    for secret in (zoho.accounts.client_secret, zoho.accounts.refresh_token, *given_tokens):
        assert secret not in heard.out + heard.err
    assert not re.search(r"oauthtoken 1000\.", heard.out + heard.err)


def test_no_secret_is_kept_in_the_state(zoho: Emulator, given_tokens: list[str]) -> None:
    told = str([vars(state.stream.stream_state) for state in read(zoho, *SOME).state if state.stream])

    assert given_tokens
    for secret in (
        zoho.accounts.client_id,
        zoho.accounts.client_secret,
        zoho.accounts.refresh_token,
        *given_tokens,
    ):
        assert secret not in told


def test_a_token_is_noted_as_a_secret_once_and_not_for_every_request(
    a_zoho: StartZoho, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is searched for every line of the log, so a sync of a day must not make it grow."""
    noted: list[str] = []
    monkeypatch.setattr("source_zoho.components.authenticator.add_to_secrets", noted.append)
    zoho = a_zoho(sizes={"bills": 1000})

    read(zoho, "books_bills")

    assert zoho.calls.total > 10
    assert len(noted) <= 2 * zoho.calls.tokens
