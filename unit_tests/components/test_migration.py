"""Can somebody who used another Zoho connector keep the configuration?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.components.migration import MigratePeerConfig
from source_zoho.configuration import problems

SECRETS = {"client_id": "1000.A", "client_secret": "b", "refresh_token": "1000.c.d"}


def migrated(config: dict[str, Any]) -> dict[str, Any]:
    changed = dict(config)
    MigratePeerConfig().transform(changed)
    return changed


@pytest.mark.parametrize(
    ("region", "data_center"),
    [("com", "us"), ("eu", "eu"), ("in", "in"), ("com.au", "au"), ("com.cn", "cn"), ("jp", "jp"), (".com", "us")],
)
def test_the_region_of_source_zoho_books_becomes_a_data_center(region: str, data_center: str) -> None:
    assert migrated({**SECRETS, "region": region}) == {**SECRETS, "data_center": data_center}


@pytest.mark.parametrize(
    ("region", "data_center"), [("US", "us"), ("AU", "au"), ("EU", "eu"), ("IN", "in"), ("CN", "cn")]
)
def test_the_region_of_source_zoho_crm_becomes_a_data_center(region: str, data_center: str) -> None:
    assert migrated({**SECRETS, "dc_region": region})["data_center"] == data_center


def test_a_start_is_taken_over() -> None:
    before = {**SECRETS, "region": "com", "start_datetime": "2024-01-31T00:00:00Z"}

    assert migrated(before)["start_date"] == "2024-01-31T00:00:00Z"
    assert "start_datetime" not in migrated(before)


def test_a_migrated_configuration_can_be_used() -> None:
    assert problems(migrated({**SECRETS, "region": "com.au", "start_datetime": "2024-01-31T00:00:00Z"})) == []


def test_a_configuration_of_ours_stays_as_it_is() -> None:
    ours = {**SECRETS, "data_center": "sa", "start_date": "2024-01-31T00:00:00Z", "num_workers": 2}

    assert migrated(ours) == ours


def test_our_own_words_win_over_those_of_others() -> None:
    both = {
        **SECRETS,
        "data_center": "eu",
        "region": "com",
        "start_date": "2025-01-01T00:00:00Z",
        "start_datetime": "x",
    }

    assert migrated(both) == {**SECRETS, "data_center": "eu", "start_date": "2025-01-01T00:00:00Z"}


def test_migrating_twice_is_migrating_once() -> None:
    once = migrated({**SECRETS, "dc_region": "EU", "start_datetime": "2024-01-31T00:00:00Z"})

    assert migrated(once) == once
