"""Are the right organizations read, listed once, and is a wrong choice answered with the right ones?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components import organizations
from source_zoho.components.organizations import OrganizationRouter, active_ids, time_zone_of, unknown_ids_problem
from source_zoho.components.traced import traced
from source_zoho.errors import ConfigProblem, Transient, ZohoError
from source_zoho.oauth import tokens

ZYLKER = {"organization_id": "17", "name": "Zylker", "is_org_active": True}
BOWMAN = {"organization_id": "18", "name": "Bowman", "is_org_active": True}
ASLEEP = {"organization_id": "19", "name": "Asleep", "is_org_active": False}


@dataclass
class ARequester:
    """Answers with a list of organizations and counts how often it was asked."""

    rows: list[dict[str, Any]]
    asked: int = 0
    refuses_as: type[ZohoError] | None = None

    def send_request(self) -> requests.Response:
        self.asked += 1
        if self.refuses_as:
            raise traced(self.refuses_as("Zoho does not allow this read."))
        answer = requests.Response()
        answer.status_code, answer._content = 200, json.dumps({"code": 0, "organizations": self.rows}).encode()
        return answer


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    organizations._known.clear()
    tokens._stores.clear()


def a_router(
    requester: ARequester,
    refresh_token: str = "r",
    or_requester: ARequester | None = None,
    product: str = "Books",
    for_details: bool = False,
    **config: Any,
) -> OrganizationRouter:
    account = {"data_center": "us", "client_id": "a", "client_secret": "b", "refresh_token": refresh_token}
    return OrganizationRouter(
        requester=requester,  # type: ignore[arg-type]
        or_requester=or_requester,  # type: ignore[arg-type]
        config={**account, **config},
        parameters={},
        product=product,
        for_details=for_details,
    )


def ids(router: OrganizationRouter) -> list[str]:
    return [each.partition["organization_id"] for each in router.stream_slices()]


def test_every_active_organization_is_read_unless_told_otherwise() -> None:
    assert ids(a_router(ARequester([ZYLKER, ASLEEP, BOWMAN]))) == ["17", "18"]


def test_an_organization_that_does_not_say_whether_it_is_active_is_read() -> None:
    assert active_ids([{"organization_id": 20}, {"organization_id": 21, "is_org_active": ""}]) == ["20", "21"]


@pytest.mark.parametrize("asleep", [False, "false", "False", 0])
def test_however_zoho_says_that_an_organization_is_not_active_it_is_left_out(asleep: object) -> None:
    assert active_ids([ZYLKER, {"organization_id": "19", "is_org_active": asleep}]) == ["17"]


def test_chosen_organizations_are_read_each_once_without_asking_zoho() -> None:
    requester = ARequester([])

    assert ids(a_router(requester, organization_ids=["18", "17", "18"])) == ["18", "17"]
    assert requester.asked == 0


def test_all_streams_of_a_process_share_one_list() -> None:
    requester = ARequester([ZYLKER])

    for _ in range(5):
        ids(a_router(requester))

    assert requester.asked == 1


def test_another_account_has_a_list_of_its_own() -> None:
    assert ids(a_router(ARequester([ZYLKER]))) == ["17"]
    assert ids(a_router(ARequester([BOWMAN]), refresh_token="another")) == ["18"]


@pytest.mark.parametrize("rows", [[], [ASLEEP]])
def test_an_account_without_an_active_organization_is_told_so(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(AirbyteTracedException) as caught:
        ids(a_router(ARequester(rows)))

    assert caught.value.failure_type is FailureType.config_error
    assert "no active organization in Books" in str(caught.value.message)


def test_a_router_adds_nothing_to_requests_and_keeps_no_state() -> None:
    router = a_router(ARequester([]))

    assert router.get_request_params() == {}
    assert router.get_request_headers() == {}
    assert router.get_request_body_data() == {}
    assert router.get_request_body_json() == {}
    assert router.get_stream_state() is None


# ── products ──


def test_each_product_asks_for_its_own_list() -> None:
    assert ids(a_router(ARequester([ZYLKER]))) == ["17"]
    assert ids(a_router(ARequester([BOWMAN]), product="Billing")) == ["18"]


def test_an_account_without_an_organization_in_billing_is_told_of_billing() -> None:
    with pytest.raises(AirbyteTracedException, match="no active organization in Billing"):
        ids(a_router(ARequester([]), product="Billing"))


def test_a_product_that_refuses_its_list_has_the_one_of_another() -> None:
    refusing, other = ARequester([], refuses_as=ConfigProblem), ARequester([ZYLKER, BOWMAN])

    for _ in range(3):
        assert ids(a_router(refusing, or_requester=other, product="Billing")) == ["17", "18"]
    assert (refusing.asked, other.asked) == (1, 1)


def test_a_list_that_passing_trouble_hides_is_not_sought_elsewhere() -> None:
    other = ARequester([ZYLKER])

    with pytest.raises(AirbyteTracedException) as caught:
        ids(a_router(ARequester([], refuses_as=Transient), or_requester=other, product="Billing"))

    assert caught.value.failure_type is FailureType.transient_error
    assert other.asked == 0


def test_when_both_refuse_the_product_is_told_its_own_refusal_once_for_all_streams() -> None:
    refusing, other = ARequester([], refuses_as=ConfigProblem), ARequester([], refuses_as=Transient)

    for _ in range(3):
        with pytest.raises(AirbyteTracedException) as caught:
            ids(a_router(refusing, or_requester=other, product="Billing"))
        assert caught.value.failure_type is FailureType.config_error
    assert (refusing.asked, other.asked) == (1, 1)


def test_a_refusal_is_believed_for_one_run() -> None:
    refusing = ARequester([ZYLKER], refuses_as=ConfigProblem)
    with pytest.raises(AirbyteTracedException):
        ids(a_router(refusing))
    refusing.refuses_as = None

    organizations.forget()

    assert ids(a_router(refusing)) == ["17"]


# ── details ──


@pytest.mark.parametrize("wanted", [{}, {"document_details": None}, {"document_details": "none"}])
@pytest.mark.parametrize("chosen", [{}, {"organization_ids": ["17"]}])
def test_what_costs_a_call_for_each_document_has_no_partition_and_makes_no_call(
    wanted: dict[str, Any], chosen: dict[str, Any]
) -> None:
    requester = ARequester([ZYLKER])

    assert ids(a_router(requester, for_details=True, **wanted, **chosen)) == []
    assert requester.asked == 0


def test_when_details_are_wanted_every_organization_is_read() -> None:
    assert ids(a_router(ARequester([ZYLKER]), for_details=True, document_details="changed")) == ["17"]


# ── what else the list tells ──


def test_the_time_zone_of_an_organization_is_known_from_any_list() -> None:
    zoned = {**BOWMAN, "time_zone": "Asia/Calcutta"}
    books, billing = a_router(ARequester([ZYLKER])), a_router(ARequester([zoned]), product="Billing")
    ids(books)
    assert time_zone_of(books.config, "18") is None

    ids(billing)

    assert time_zone_of(books.config, "18") == "Asia/Calcutta"
    assert time_zone_of(books.config, "17") is None


# ── wrong choices ──


def test_chosen_organizations_that_can_be_read_are_no_problem() -> None:
    assert unknown_ids_problem([], [ZYLKER]) is None
    assert unknown_ids_problem(["18", "17"], [ZYLKER, BOWMAN]) is None


def test_a_strange_organization_is_answered_with_those_that_can_be_read() -> None:
    assert unknown_ids_problem(["17", "99"], [ZYLKER, BOWMAN, ASLEEP]) == (
        "organization_ids contains 99, which does not belong to the user of this refresh_token; "
        "expected one or more of: 17 (Zylker), 18 (Bowman)."
    )


def test_an_inactive_organization_is_called_that() -> None:
    assert unknown_ids_problem(["19"], [ZYLKER, ASLEEP]) == (
        "organization_ids contains 19, which is not active; expected one or more of: 17 (Zylker)."
    )


def test_several_strangers_are_named_in_one_sentence() -> None:
    assert "contains 98, 99," in str(unknown_ids_problem(["98", "99"], [ZYLKER]))
