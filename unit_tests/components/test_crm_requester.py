"""Does a request reach the right CRM, when there is room for it, at its price, and never leave its place taken?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import requests_mock
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.auth.declarative_authenticator import NoAuth
from airbyte_cdk.sources.streams.http import rate_limiting
from airbyte_cdk.sources.types import StreamSlice

from source_zoho import credits as quotas
from source_zoho.components.connection import crm_quota
from source_zoho.components.crm_requester import CreditBudget, CrmRequester, Price
from source_zoho.components.traced import ZohoFailure
from source_zoho.credits import Credits, Quota
from source_zoho.gate import Gate
from source_zoho.oauth import tokens as stores
from unit_tests.components.crm_answers import a_crm_handler, envelope
from unit_tests.components.failures import CONFIG as GRANT

CONFIG = {**GRANT, "api_base_url": "http://127.0.0.1:9/"}
LEADS = "http://127.0.0.1:9/crm/v8/Leads"


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Token store and quota are shared by a process: forget them after each test."""
    yield
    stores._stores.clear()
    quotas._quotas.clear()


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, int]]:
    """How long was waited between tries, and how many calls were under way meanwhile; nobody really waits."""
    taken: list[tuple[float, int]] = []
    gate = crm_quota(CONFIG).gate

    def nap(seconds: float) -> None:
        if seconds:  # the CDK sleeps for nothing once more
            taken.append((seconds, gate.under_way))

    monkeypatch.setattr(rate_limiting.time, "sleep", nap)
    return taken


def a_requester(config: dict[str, Any] | None = None, **settings: Any) -> CrmRequester:
    config = CONFIG if config is None else config
    wanted = {
        "name": "crm_leads",
        "path": "Leads",
        "api": "crm/v8",
        "product": "CRM",
        "authenticator": NoAuth(parameters={}),
        "error_handler": a_crm_handler(config=config),
        **settings,
    }
    return CrmRequester(config=config, parameters={}, **wanted)


def a_budget(*, limit: int = 10, price: Price | None = None, **allowed: int) -> CreditBudget:
    return CreditBudget(Quota(Gate(limit), Credits(**allowed)), price or Price())


def a_request(query: str = "") -> requests.PreparedRequest:
    return requests.Request("GET", f"{LEADS}{query}").prepare()


# ── What is asked, and where ──


def test_parameters_and_headers_are_sent_and_no_organization_with_them() -> None:
    where = StreamSlice(partition={"organization_id": "7"}, cursor_slice={})
    with requests_mock.Mocker() as mock:
        mock.get(LEADS, json={"data": [{"id": "1"}]})
        answer = a_requester().send_request(
            stream_slice=where,
            request_params={"fields": "id,Last_Name", "per_page": 200},
            request_headers={"If-Modified-Since": "2026-01-31T00:00:00+00:00"},
        )
        (sent,) = mock.request_history

    assert answer is not None
    assert sent.url == f"{LEADS}?fields=id%2CLast_Name&per_page=200"
    assert sent.headers["If-Modified-Since"] == "2026-01-31T00:00:00+00:00"
    assert not [name for name in sent.headers if "organization" in name.lower()]
    assert sent.timeout == (10, 120)


def test_a_body_is_sent_as_json() -> None:
    asked = {"__composite_requests": [{"method": "GET", "uri": "/crm/v8/settings/fields"}]}
    with requests_mock.Mocker() as mock:
        mock.post("http://127.0.0.1:9/crm/v8/__composite_requests", json={"__composite_requests": []}, status_code=207)
        poster = a_requester(http_method="POST", units=5, limited=True)
        answer = poster.send_request(path="__composite_requests", request_body_json=asked)
        (sent,) = mock.request_history

    assert answer is not None
    assert sent.json() == asked


@pytest.mark.parametrize("status", [204, 304])
def test_an_empty_answer_is_an_answer(status: int) -> None:
    with requests_mock.Mocker() as mock:
        mock.get(LEADS, status_code=status)
        answer = a_requester().send_request()

    assert answer is not None
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("environment", "told", "called"),
    [
        (None, "https://www.zohoapis.eu", "https://www.zohoapis.eu"),
        ("production", None, "https://www.zohoapis.eu"),
        ("sandbox", None, "https://sandbox.zohoapis.eu"),
        ("developer", "https://www.zohoapis.com.au", "https://developer.zohoapis.com.au"),
        ("sandbox", "https://sandbox.zohoapis.eu", "https://sandbox.zohoapis.eu"),
        (None, "https://sandbox.zohoapis.eu", "https://sandbox.zohoapis.eu"),
        ("sandbox", "http://127.0.0.1:43121", "http://127.0.0.1:43121"),
        ("sandbox", "https://www.zohoapis.com.evil.example", "https://sandbox.zohoapis.eu"),
    ],
)
def test_the_host_is_that_of_the_environment_beside_the_one_that_zoho_names(
    environment: str | None, told: str | None, called: str
) -> None:
    token = {"access_token": "1000.x", "expires_in": 3600, **({"api_domain": told} if told else {})}
    with requests_mock.Mocker() as mock:
        mock.post("https://accounts.zoho.eu/oauth/v2/token", json=token)
        assert a_requester({**GRANT, "crm_environment": environment}).get_url_base() == f"{called}/crm/v8/"


def test_the_configured_host_wins_over_the_environment() -> None:
    assert a_requester({**CONFIG, "crm_environment": "sandbox"}).get_url_base() == "http://127.0.0.1:9/crm/v8/"


def test_a_sign_in_that_fails_is_told_in_the_platforms_way() -> None:
    with requests_mock.Mocker() as mock:
        mock.post("https://accounts.zoho.eu/oauth/v2/token", json={"error": "invalid_code"})
        with pytest.raises(ZohoFailure) as raised:
            a_requester(dict(GRANT)).get_url_base()

    assert raised.value.failure_type is FailureType.config_error


# ── At what price ──


def test_every_call_costs_its_price_and_repeated_ones_cost_it_again(naps: list[tuple[float, int]]) -> None:
    with requests_mock.Mocker() as mock:
        mock.get(LEADS, [{"status_code": 503}, {"exc": requests.ConnectTimeout}, {"json": {"data": []}}])
        a_requester(credits=3).send_request()

    assert crm_quota(CONFIG).credits.spent == 9
    assert len(naps) == 2


def test_what_zoho_says_is_left_is_heard() -> None:
    with requests_mock.Mocker() as mock:
        mock.get(LEADS, json={"data": []}, headers={"X-API-CREDITS-REMAINING": "512"})
        a_requester().send_request()

    assert crm_quota(CONFIG).credits.remaining == 512


def test_the_limit_of_the_user_ends_the_run_without_a_call() -> None:
    config = {**CONFIG, "daily_call_limit": 2}
    with requests_mock.Mocker() as mock:
        mock.get(LEADS, json={"data": []})
        requester = a_requester(config)
        for _ in range(2):
            requester.send_request()
        with pytest.raises(ZohoFailure, match="daily_call_limit") as raised:
            a_requester(config, path="Contacts").send_request()
        assert mock.call_count == 2

    assert raised.value.ends_the_product
    assert raised.value.failure_type is FailureType.transient_error
    assert crm_quota(config).gate.under_way == 0


def test_the_reserve_of_the_user_is_kept() -> None:
    config = {**CONFIG, "daily_call_reserve": 100}
    with requests_mock.Mocker() as mock:
        mock.get(LEADS, json={"data": []}, headers={"X-API-CREDITS-REMAINING": "100"})
        a_requester(config).send_request()
        with pytest.raises(ZohoFailure, match="daily_call_reserve"):
            a_requester(config).send_request()
        assert mock.call_count == 1


def test_once_the_credits_are_used_up_nobody_asks_again() -> None:
    with requests_mock.Mocker() as mock:
        mock.get(LEADS, json=envelope("TOO_MANY_REQUESTS", "API credits exhausted"), status_code=429)
        for path in ("Leads", "Contacts"):
            with pytest.raises(ZohoFailure, match="Stopped calling Zoho CRM") as raised:
                a_requester().send_request(path=path)
            assert raised.value.ends_the_product
        assert mock.call_count == 1


@pytest.mark.parametrize(
    ("limit", "price"),
    [("", 1), (" limit 1", 1), (" limit 200", 1), (" limit 201", 2), (" LIMIT 1000", 2), (" limit 1001", 3)],
)
def test_the_price_of_a_query_follows_from_its_limit(limit: str, price: int) -> None:
    ask(f"select id from Leads where Note = 'no limit 2000'{limit}")

    assert crm_quota(CONFIG).credits.spent == price


@pytest.mark.parametrize(("listed", "limit", "price"), [(1, 2000, 3), (4, 2000, 4), (None, 2000, 3), (2, 200, 2)])
def test_zohos_list_has_the_price_of_the_cheapest_query(listed: int | None, limit: int, price: int) -> None:
    crm_quota(CONFIG).credits.price_of = lambda method, path: (
        listed if (method, path) == ("POST", "/crm/v8/coql") else 9
    )

    ask(f"select id from Leads where id is not null limit {limit}")

    assert crm_quota(CONFIG).credits.spent == price


def test_a_query_without_a_text_costs_what_the_smallest_does() -> None:
    with requests_mock.Mocker() as mock:
        mock.post("http://127.0.0.1:9/crm/v8/coql", json={"data": []})
        a_requester(http_method="POST").send_request(path="coql")

    assert crm_quota(CONFIG).credits.spent == 1


def ask(query: str) -> None:
    """Put *query*; the price counts although Zoho has no rows."""
    with requests_mock.Mocker() as mock:
        mock.post("http://127.0.0.1:9/crm/v8/coql", status_code=204)
        poster = a_requester(http_method="POST", limited=True)
        poster.send_request(path="coql", request_body_json={"select_query": query})


def test_calls_per_minute_are_not_for_crm(naps: list[tuple[float, int]]) -> None:
    with requests_mock.Mocker() as mock:
        mock.get(LEADS, json={"data": []})
        requester = a_requester({**CONFIG, "calls_per_minute": 1})
        for _ in range(5):
            requester.send_request()

    assert naps == []


# ── When there is room ──


def test_a_place_is_held_while_the_call_is_under_way_and_no_longer() -> None:
    gate, seen = crm_quota(CONFIG).gate, list[int]()

    def answer(request: Any, context: Any) -> dict[str, Any]:
        seen.append(gate.under_way)
        return {"data": []}

    with requests_mock.Mocker() as mock:
        mock.get(LEADS, json=answer)
        a_requester(units=5).send_request()

    assert seen == [5]
    assert gate.under_way == 0


@pytest.mark.parametrize("trouble", [{"status_code": 503}, {"exc": requests.ConnectionError}, {"text": "<html>"}])
def test_no_place_is_held_between_two_tries(naps: list[tuple[float, int]], trouble: dict[str, Any]) -> None:
    with requests_mock.Mocker() as mock:
        mock.get(LEADS, [trouble, {"json": {"data": []}}])
        a_requester().send_request()

    assert [under_way for _, under_way in naps] == [0]


@pytest.mark.parametrize(
    "trouble", [{"exc": KeyboardInterrupt}, {"exc": ValueError}, {"exc": requests.RequestException}]
)
def test_no_place_is_lost_whatever_goes_wrong(naps: list[tuple[float, int]], trouble: dict[str, Any]) -> None:
    with requests_mock.Mocker() as mock:
        mock.get(LEADS, **trouble)
        with pytest.raises((KeyboardInterrupt, ValueError, ZohoFailure)):
            a_requester().send_request()

    assert crm_quota(CONFIG).gate.under_way == 0


def test_a_redirect_does_not_wait_for_the_place_that_its_own_call_holds() -> None:
    crm_quota(CONFIG).gate.limit = 1
    with requests_mock.Mocker() as mock:
        mock.get(LEADS, status_code=302, headers={"Location": "http://127.0.0.1:9/crm/v8/Moved"})
        mock.get("http://127.0.0.1:9/crm/v8/Moved", json={"data": []})
        answer = a_requester().send_request()

    assert answer is not None
    assert answer.status_code == 200
    assert crm_quota(CONFIG).gate.under_way == 0


@pytest.mark.parametrize(
    ("query", "price", "limited"),
    [
        ("", Price(), False),
        ("?fields=sort_by", Price(), False),
        ("?sort_by=id&per_page=200", Price(), True),
        ("?cvid=7", Price(), True),
        ("", Price(limited=True), True),
    ],
)
def test_sorted_lists_and_marked_calls_share_the_scarcer_places(query: str, price: Price, limited: bool) -> None:
    budget = a_budget(price=price)

    budget.acquire_call(a_request(query))

    (turn,) = budget._quota.gate._inside.values()
    assert turn.limited is limited


def test_the_budget_knows_no_policies_and_hears_no_answers_from_elsewhere() -> None:
    budget = a_budget()
    budget.acquire_call(a_request())

    budget.update_from_response(a_request(), ConnectionError())

    assert budget.get_matching_policy(a_request()) is None
    assert budget._quota.gate.under_way == 0


# ── What they share ──


def test_requesters_of_one_process_share_credits_and_places() -> None:
    one, other = a_requester(path="Leads").api_budget, a_requester(path="Contacts", credits=2).api_budget

    assert isinstance(one, CreditBudget)
    assert isinstance(other, CreditBudget)
    assert one._quota is other._quota is crm_quota(CONFIG)


@pytest.mark.parametrize(
    "change", [{"refresh_token": "another"}, {"crm_environment": "sandbox"}, {"api_base_url": "http://127.0.0.1:10"}]
)
def test_other_organizations_have_credits_of_their_own(change: dict[str, str]) -> None:
    assert crm_quota(CONFIG) is not crm_quota({**CONFIG, **change})


def test_an_environment_that_is_not_said_is_production() -> None:
    assert crm_quota(CONFIG) is crm_quota({**CONFIG, "crm_environment": "production"})
