"""Is the organization of the token asked for once, and does its edition set the pace?"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from source_zoho import credits as quotas
from source_zoho.components import crm_organization
from source_zoho.components.connection import crm_quota
from source_zoho.components.crm_organization import CrmOrganizationRouter, zoho_now
from source_zoho.components.traced import ZohoFailure
from source_zoho.oauth import tokens
from unit_tests.components.crm_fakes import CONFIG, Crm, refusal, the_end_of_the_day, trouble

ENTERPRISE = {"zgid": "20071234567", "id": "1", "license_details": {"paid": True, "paid_type": "enterprise"}}


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    crm_organization.forget()
    tokens._stores.clear()
    quotas._quotas.clear()


def partitions(crm: Crm, **config: Any) -> list[dict[str, Any]]:
    router = CrmOrganizationRouter(requester=crm, config={**CONFIG, **config}, parameters={})  # type: ignore[arg-type]
    return [dict(each.partition) for each in router.stream_slices()]


@pytest.mark.parametrize(
    ("row", "name"),
    [(ENTERPRISE, "20071234567"), ({"id": "1"}, "1"), ({"zgid": 17}, "17"), ({}, "")],
)
@pytest.mark.parametrize("many", [True, False])
def test_the_organization_is_the_one_partition(row: dict[str, Any], name: str, many: bool) -> None:
    crm = Crm().on("org", {"org": [row] if many else row})

    assert partitions(crm) == [{"organization_id": name}]


def test_all_streams_of_a_process_ask_once_until_the_next_run() -> None:
    crm = Crm().on("org", {"org": [ENTERPRISE]})
    for _ in range(3):
        partitions(crm)
    assert len(crm.calls) == 1

    crm_organization.forget()
    partitions(crm)

    assert len(crm.calls) == 2


def test_another_grant_opens_another_organization() -> None:
    partitions(Crm().on("org", {"org": [ENTERPRISE]}))

    assert partitions(Crm().on("org", {"org": [{"zgid": "18"}]}), refresh_token="another") == [
        {"organization_id": "18"}
    ]


def test_the_edition_says_how_many_calls_may_be_under_way() -> None:
    partitions(Crm().on("org", {"org": [ENTERPRISE]}))

    assert crm_quota(CONFIG).gate.limit == 20


def test_an_edition_that_nobody_knows_is_taken_for_the_smallest() -> None:
    partitions(Crm().on("org", {"org": [{"zgid": "17", "license_details": {"paid_type": "galactic"}}]}))

    assert crm_quota(CONFIG).gate.limit == 5


@pytest.mark.parametrize("code", ["OAUTH_SCOPE_MISMATCH", "NO_PERMISSION"])
def test_without_the_scope_for_it_the_organization_has_no_name_and_that_is_said_once(
    code: str, caplog: pytest.LogCaptureFixture
) -> None:
    crm = Crm().on("org", refusal(code))

    for _ in range(3):
        assert partitions(crm) == [{"organization_id": ""}]

    assert len(crm.calls) == 1
    assert crm_quota(CONFIG).gate.limit == 5
    (told,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert told.startswith("The edition of the CRM organization is not known, so it is taken for the smallest.")


@pytest.mark.parametrize("failure", [the_end_of_the_day(), trouble()])
def test_passing_trouble_is_not_taken_for_an_organization_without_a_name(failure: ZohoFailure) -> None:
    crm = Crm().on("org", failure, {"org": [ENTERPRISE]})

    with pytest.raises(ZohoFailure):
        partitions(crm)

    assert partitions(crm) == [{"organization_id": "20071234567"}]


@pytest.mark.parametrize("nothing", [None, {"org": []}, {"org": None}])
def test_an_empty_answer_is_an_organization_without_a_name(nothing: Any) -> None:
    assert partitions(Crm().on("org", nothing)) == [{"organization_id": ""}]


def test_the_time_is_zohos_once_it_has_answered_and_ours_before() -> None:
    before = zoho_now(CONFIG)
    assert abs(before - datetime.now(UTC)) < timedelta(minutes=1)

    crm = Crm(now=datetime.now(UTC).timestamp() + 7200).on("org", {"org": [ENTERPRISE]})
    partitions(crm)

    assert timedelta(minutes=119) < zoho_now(CONFIG) - datetime.now(UTC) < timedelta(minutes=121)


def test_a_router_adds_nothing_to_requests_and_keeps_no_state() -> None:
    router = CrmOrganizationRouter(requester=Crm(), config=CONFIG, parameters={})  # type: ignore[arg-type]

    assert router.get_request_params() == {}
    assert router.get_request_headers() == {}
    assert router.get_stream_state() is None
