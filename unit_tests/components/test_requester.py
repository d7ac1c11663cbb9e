"""Does a request go to the right host, about the right organization, when its turn has come?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import requests_mock
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.auth.declarative_authenticator import NoAuth
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho import pace as paces
from source_zoho.components.errors import ORGANIZATION_HEADER, organization_of
from source_zoho.components.requester import OrganizationBudget, ZohoRequester
from source_zoho.oauth import tokens as stores
from source_zoho.pace import Limits, Pace
from unit_tests.components.answers import an_answer

CONFIG = {
    "data_center": "eu",
    "client_id": "1000.A",
    "client_secret": "hush-client",
    "refresh_token": "hush-grant",
    "api_base_url": "http://127.0.0.1:9/",
}


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Token store and pace are shared by a process: forget them after each test."""
    yield
    stores._stores.clear()
    paces._paces.clear()


def a_requester(config: dict[str, Any] | None = None, **settings: Any) -> ZohoRequester:
    wanted = {"name": "books_rows", "path": "rows", "api": "books/v3", **settings}
    return ZohoRequester(config=CONFIG if config is None else config, parameters={}, **wanted)


def a_slice(**partition: Any) -> StreamSlice:
    return StreamSlice(partition=partition, cursor_slice={})


def a_request(organization_id: str = "7") -> requests.PreparedRequest:
    return requests.Request("GET", f"http://127.0.0.1:9/books/v3/rows?organization_id={organization_id}").prepare()


# ── What is asked ──


def test_the_organization_of_the_slice_is_asked_about() -> None:
    assert a_requester().get_request_params(stream_slice=a_slice(organization_id="7")) == {"organization_id": "7"}


def test_a_child_asks_about_the_organization_of_its_parent() -> None:
    where = a_slice(contact_id="5", parent_slice={"project_id": "6", "parent_slice": {"organization_id": "7"}})

    assert a_requester().get_request_params(stream_slice=where)["organization_id"] == "7"


@pytest.mark.parametrize("where", [None, a_slice(), a_slice(product="books"), a_slice(parent_slice={})])
def test_what_belongs_to_no_organization_names_none(where: StreamSlice | None) -> None:
    assert a_requester().get_request_params(stream_slice=where) == {}


@pytest.mark.parametrize(
    "where", [a_slice(organization_id="7"), a_slice(id="5", parent_slice={"organization_id": "7"})]
)
def test_an_api_that_wants_it_there_is_told_the_organization_in_a_header(where: StreamSlice) -> None:
    requester = a_requester(organization_in="header")

    assert requester.get_request_headers(stream_slice=where) == {ORGANIZATION_HEADER: "7"}
    assert requester.get_request_params(stream_slice=where) == {}


def test_an_organization_is_told_once() -> None:
    assert a_requester().get_request_headers(stream_slice=a_slice(organization_id="7")) == {}
    assert a_requester(organization_in="header").get_request_headers(stream_slice=a_slice(product="billing")) == {}


def test_what_is_sent_to_billing_counts_for_the_organization_of_the_header() -> None:
    with requests_mock.Mocker() as mock:
        mock.get("http://127.0.0.1:9/billing/v1/plans/basic%2Fmonthly", json={"code": 0})
        requester = a_requester(api="billing/v1", organization_in="header", authenticator=NoAuth(parameters={}))
        requester.send_request(stream_slice=a_slice(organization_id="7"), path="plans/basic%2Fmonthly")
        (sent,) = mock.request_history

    assert urlsplit(sent.url).path == "/billing/v1/plans/basic%2Fmonthly"
    assert sent.headers[ORGANIZATION_HEADER] == "7"
    assert organization_of(sent._request) == "7"


# ── Where ──


def test_the_configured_host_is_called() -> None:
    assert a_requester().get_url_base() == "http://127.0.0.1:9/books/v3/"


@pytest.mark.parametrize(
    ("said", "called"),
    [
        ("https://www.zohoapis.eu", "https://www.zohoapis.eu"),
        ("https://sandbox.zohoapis.eu", "https://www.zohoapis.eu"),  # an environment of CRM: Books has none there
        (None, "https://www.zohoapis.eu"),
    ],
)
def test_else_the_host_that_zoho_names_with_the_token_or_that_of_the_data_center(said: str | None, called: str) -> None:
    config = {key: value for key, value in CONFIG.items() if key != "api_base_url"}
    token = {"access_token": "1000.x", "expires_in": 3600, **({"api_domain": said} if said else {})}
    with requests_mock.Mocker() as mock:
        mock.post("https://accounts.zoho.eu/oauth/v2/token", json=token)
        assert a_requester(config).get_url_base() == f"{called}/books/v3/"


def test_a_sign_in_that_fails_is_told_in_the_platforms_way() -> None:
    config = {key: value for key, value in CONFIG.items() if key != "api_base_url"}
    with requests_mock.Mocker() as mock:
        mock.post("https://accounts.zoho.eu/oauth/v2/token", json={"error": "invalid_code"})
        with pytest.raises(AirbyteTracedException) as raised:
            a_requester(config).get_url_base()

    assert raised.value.failure_type is FailureType.config_error
    assert "hush" not in str(raised.value.message)


# ── When ──


class Clock:
    """A clock that moves when somebody waits."""

    def __init__(self) -> None:
        self.now, self.waits = 1_000.0, list[float]()

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def a_budget(clock: Clock, *, documents: bool = False, **limits: int) -> OrganizationBudget:
    return OrganizationBudget(Pace(Limits(**limits), clock, clock.wait), "Books", documents=documents)


def test_an_organization_that_has_used_its_minute_waits_and_others_do_not() -> None:
    clock = Clock()
    budget = a_budget(clock, calls_per_minute=2)
    for organization_id in ("7", "7", "8", "8"):
        budget.acquire_call(a_request(organization_id))
    assert clock.waits == []

    budget.acquire_call(a_request("7"))

    assert sum(clock.waits) == pytest.approx(60, abs=1)


def test_calls_for_documents_wait_sooner_than_others() -> None:
    clock = Clock()
    lists, documents = a_budget(clock, calls_per_minute=10), a_budget(clock, calls_per_minute=10, documents=True)
    for _ in range(10):
        lists.acquire_call(a_request())
    for _ in range(4):
        documents.acquire_call(a_request("8"))
    assert clock.waits == []

    documents.acquire_call(a_request("8"))

    assert sum(clock.waits) == pytest.approx(60, abs=1)


def test_a_requester_tells_its_pace_which_calls_are_for_documents() -> None:
    for documents in (False, True):
        budget = a_requester(documents=documents, product="Billing").api_budget
        assert isinstance(budget, OrganizationBudget)
        assert (budget._documents, budget._product) == (documents, "Billing")


def test_when_the_day_is_over_the_platform_is_told_that_time_mends_it() -> None:
    budget = a_budget(Clock(), daily_call_limit=1)
    budget.acquire_call(a_request())

    with pytest.raises(AirbyteTracedException) as raised:
        budget.acquire_call(a_request())

    assert raised.value.failure_type is FailureType.transient_error
    assert "organization 7" in str(raised.value.message)
    budget.acquire_call(a_request("8"))


def test_what_zoho_says_is_left_of_the_day_is_heard() -> None:
    budget = a_budget(Clock(), daily_call_reserve=100)
    budget.update_from_response(a_request(), an_answer({}, headers={"X-Rate-Limit-Remaining": "100"}))

    with pytest.raises(AirbyteTracedException, match="daily_call_reserve"):
        budget.acquire_call(a_request())


def test_an_answer_from_elsewhere_says_nothing_of_the_day() -> None:
    budget = a_budget(Clock(), daily_call_reserve=100)

    budget.update_from_response(a_request(), ConnectionError())
    budget.acquire_call(a_request())

    assert budget.get_matching_policy(a_request()) is None


def test_requesters_of_one_process_keep_one_pace() -> None:
    one, other = a_requester(path="bills"), a_requester(path="invoices")

    assert isinstance(one.api_budget, OrganizationBudget)
    assert isinstance(other.api_budget, OrganizationBudget)
    assert one.api_budget._pace is other.api_budget._pace


def test_nobody_waits_for_ever() -> None:
    requester = a_requester()

    assert requester.connect_timeout_in_seconds == 10
    assert requester.read_timeout_in_seconds == 120
