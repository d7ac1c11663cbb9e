"""Is an organization's day told by its own clock, however the zone is written?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from source_zoho.reports import zone_of
from source_zoho.reports.zones import _SHORT

NOON = datetime(2025, 6, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "hour"),
    [("Asia/Calcutta", 17), ("Europe/Berlin", 14), ("PST", 5), ("JST", 21), ("UTC", 12)],
)
def test_a_zone_is_known_by_its_place_or_its_short_form(name: str, hour: int) -> None:
    assert NOON.astimezone(zone_of(name)).hour == hour


@pytest.mark.parametrize("name", [None, "", "Neverland", "../etc", "/etc/passwd"])
def test_without_a_known_zone_it_is_utc(name: str | None) -> None:
    assert zone_of(name) is UTC


def test_every_short_form_means_a_zone_that_exists() -> None:
    assert not [short for short in _SHORT if zone_of(short) is UTC]
