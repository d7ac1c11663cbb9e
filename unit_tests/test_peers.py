"""Can somebody who used another Zoho connector keep the configuration, and read the same data with it?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.configuration import problems
from source_zoho.peers import migrated

SECRETS = {
    "client_id": "1000.NEVERAREALCLIENTOFANYBODY",
    "client_secret": "0123456789abcdef0123456789abcdef0123456789",
    "refresh_token": "1000.00000000000000000000000000000000.11111111111111111111111111111111",
}

# Whole configurations, as the forms of these versions wrote them.
CRM_0_1 = SECRETS | {
    "dc_region": "EU",
    "environment": "Production",
    "start_datetime": "2000-01-01T13:00:00-07:00",
    "edition": "Enterprise",
}
CRM_0_3 = SECRETS | {
    "dc_region": "US",
    "environment": "Sandbox",
    "start_datetime": None,
    "max_concurrent_requests": 15,
}
BOOKS = SECRETS | {"region": "com.au", "start_date": "2023-01-01T00:00:00Z"}
BILLING = SECRETS | {"region": "ca"}
DZ_BOOKS = SECRETS | {"organization_id": "60001234567", "dc_region": "IN", "start_date": "2023-05-31T00:00:00Z"}

WHOLE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "crm-0.1": (
        CRM_0_1,
        {
            "data_center": "eu",
            "products": ["crm"],
            "crm_environment": "production",
            "start_date": "2000-01-01T20:00:00Z",
        },
    ),
    "crm-0.3": (
        CRM_0_3,
        {"data_center": "us", "products": ["crm"], "crm_environment": "sandbox", "num_workers": 10},
    ),
    "books": (BOOKS, {"data_center": "au", "start_date": "2023-01-01T00:00:00Z"}),
    "billing": (BILLING, {"data_center": "ca"}),
    "dz-books": (
        DZ_BOOKS,
        {"data_center": "in", "organization_ids": ["60001234567"], "start_date": "2023-05-31T00:00:00Z"},
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_configuration_is_taken_over_and_can_be_used(name: str) -> None:
    theirs, ours = WHOLE[name]

    assert migrated(theirs) == SECRETS | ours
    assert problems(migrated(theirs)) == []


@pytest.mark.parametrize("name", WHOLE)
def test_migrating_twice_is_migrating_once_and_leaves_the_original_alone(name: str) -> None:
    theirs = WHOLE[name][0]
    before = dict(theirs)

    assert migrated(migrated(theirs)) == migrated(theirs)
    assert theirs == before


@pytest.mark.parametrize(
    ("region", "data_center"),
    [
        *(("com", "us"), (".com", "us"), ("eu", "eu"), ("in", "in"), ("com.cn", "cn"), ("com.au", "au")),
        *(("jp", "jp"), ("sa", "sa"), ("ca", "ca")),
    ],
)
def test_the_region_of_books_and_billing_becomes_a_data_center(region: str, data_center: str) -> None:
    assert migrated({"region": region}) == {"data_center": data_center}


@pytest.mark.parametrize("region", ["US", "AU", "EU", "IN", "CN", "JP"])
def test_the_region_of_crm_becomes_a_data_center_and_crm_is_what_is_read(region: str) -> None:
    assert migrated({"dc_region": region}) == {"data_center": region.lower(), "products": ["crm"]}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("2000-01-01", "2000-01-01T00:00:00Z"),
        ("2000-01-01 13:00", "2000-01-01T13:00:00Z"),
        ("2000-01-01 13:00:00", "2000-01-01T13:00:00Z"),
        ("2000-01-01T13:00+00:00", "2000-01-01T13:00:00Z"),
        ("2000-01-01T13:00:00-07:00", "2000-01-01T20:00:00Z"),
        ("2000-01-01T13:00:00Z", "2000-01-01T13:00:00Z"),
    ],
)
def test_every_way_in_which_crm_let_people_write_the_start_becomes_ours(theirs: str, ours: str) -> None:
    assert migrated({"start_datetime": theirs}) == {"start_date": ours}


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_start_stays_no_start(nothing: str | None) -> None:
    assert migrated({"start_datetime": nothing}) == {}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"region": "mars"}, "data_center is 'mars'; expected one of: us, "),
        ({"dc_region": "US", "start_datetime": "yesterday"}, "start_date is 'yesterday'; expected a moment in UTC"),
        ({"dc_region": "US", "environment": "Test"}, "crm_environment is 'test'; expected one of: production, "),
        ({"dc_region": "US", "max_concurrent_requests": 0}, "num_workers is 0; expected a whole number from 1 to 10"),
    ],
)
def test_what_was_wrong_there_is_answered_with_what_is_right_here(wrong: dict[str, Any], sentence: str) -> None:
    assert problems(migrated(SECRETS | wrong))[0].startswith(sentence)


def test_our_own_words_win_over_those_of_others() -> None:
    ours = {"data_center": "eu", "start_date": "2025-01-01T00:00:00Z", "products": ["books"], "num_workers": 2}
    theirs = {"dc_region": "US", "start_datetime": "2024-01-31", "max_concurrent_requests": 5}

    assert migrated(theirs | ours) == ours


def test_a_configuration_of_ours_stays_as_it_is() -> None:
    ours = SECRETS | {"data_center": "sa", "start_date": "2024-01-31T00:00:00Z", "organization_ids": ["1"]}

    assert migrated(ours) == ours
    assert migrated(ours) is not ours
