"""Does the look at a fresh grant find its organizations, try each scope once, and survive every answer?"""

from __future__ import annotations

from typing import Any

import pytest
import requests
from requests_mock import Mocker

from source_zoho.oauth.survey import Api, Organization, survey
from source_zoho.oauth.trials import Verdict

API = Api("https://www.zohoapis.eu", "https://sandbox.zohoapis.eu", "1000.a")
SETTINGS, INVOICES = "ZohoBooks.settings.READ", "ZohoBooks.invoices.READ"
ONE = {"organization_id": "1", "name": "One", "plan_name": "FREE", "is_org_active": True}
TWO = {"organization_id": "2", "name": "Two", "plan_name": "PREMIUM", "is_org_active": True}
SLEEPING = {"organization_id": "3", "name": "Three", "is_org_active": False}
REFUSED = {"code": 57, "message": "You are not authorized"}


def quietly(*_: Any) -> None:
    """Tell nobody."""


def books(web: Mocker, *organizations: dict[str, Any]) -> None:
    web.get("https://www.zohoapis.eu/books/v3/organizations", json={"code": 0, "organizations": list(organizations)})


def test_organizations_are_listed_with_the_sleeping_ones_last(requests_mock: Mocker) -> None:
    books(requests_mock, SLEEPING, ONE)

    found = survey(API, [SETTINGS], quietly)

    assert found.organizations == [
        Organization("books", "1", "One", "FREE"),
        Organization("books", "3", "Three", "", False),
    ]
    assert [each.verdict for each in found.results] == [Verdict.OK]


def test_each_scope_is_tried_once_in_an_organization(requests_mock: Mocker) -> None:
    books(requests_mock, ONE, TWO)
    requests_mock.get("https://www.zohoapis.eu/books/v3/invoices", json={"code": 0, "invoices": []})
    requests_mock.get("https://www.zohoapis.eu/books/v3/bills", json=REFUSED, status_code=401)
    told: list[tuple[int, int]] = []

    found = survey(API, [SETTINGS, INVOICES, "ZohoBooks.bills.READ"], lambda _, done, total: told.append((done, total)))

    assert [each.verdict for each in found.results] == [Verdict.OK, Verdict.OK, Verdict.MISSING]
    assert len(requests_mock.request_history) == 1 + 3
    assert {call.headers["Authorization"] for call in requests_mock.request_history} == {"Zoho-oauthtoken 1000.a"}
    assert requests_mock.request_history[-1].qs["organization_id"] == ["1"]
    assert told == [(0, 3), (1, 3), (2, 3)]


def test_an_organization_that_refuses_everything_is_not_taken_for_the_grant(requests_mock: Mocker) -> None:
    books(requests_mock, ONE, TWO)
    requests_mock.get("https://www.zohoapis.eu/books/v3/invoices?organization_id=1", json=REFUSED, status_code=401)
    requests_mock.get("https://www.zohoapis.eu/books/v3/invoices?organization_id=2", json={"code": 0})

    (_, invoices) = survey(API, [SETTINGS, INVOICES], quietly).results

    assert invoices.verdict is Verdict.OK


def test_billings_organization_stands_in_a_header(requests_mock: Mocker) -> None:
    url = "https://www.zohoapis.eu/billing/v1"
    requests_mock.get(f"{url}/organizations", json={"code": 0, "organizations": [TWO]})
    requests_mock.get(f"{url}/plans", json={"code": 0, "plans": []})

    survey(API, ["ZohoSubscriptions.settings.READ", "ZohoSubscriptions.plans.READ"], quietly)

    assert requests_mock.request_history[-1].headers["X-com-zoho-subscriptions-organizationid"] == "2"


def test_crm_is_asked_in_its_environment_and_has_one_organization(requests_mock: Mocker) -> None:
    row = {"id": "7", "zgid": "700", "company_name": "Nordlicht", "license_details": {"paid_type": "enterprise"}}
    requests_mock.get("https://sandbox.zohoapis.eu/crm/v8/org", json={"org": [row]})

    found = survey(API, ["ZohoCRM.org.READ"], quietly)

    assert found.organizations == [Organization("crm", "700", "Nordlicht", "enterprise")]
    assert [each.verdict for each in found.results] == [Verdict.OK]


@pytest.mark.parametrize(
    "answer",
    [{"exc": requests.ConnectTimeout}, {"text": "<html>"}, {"status_code": 502, "text": ""}, {"json": []}, {"json": 7}],
)
def test_answers_that_are_none_are_told_and_end_nothing(requests_mock: Mocker, answer: dict[str, Any]) -> None:
    requests_mock.get("https://www.zohoapis.eu/books/v3/organizations", **answer)

    found = survey(API, [SETTINGS, INVOICES], quietly)

    assert found.organizations == []
    assert [each.verdict for each in found.results] == [Verdict.UNKNOWN, Verdict.UNKNOWN]


def test_the_token_never_shows(requests_mock: Mocker) -> None:
    assert "1000.a" not in repr(API)
