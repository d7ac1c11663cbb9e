"""Are instants written and read the way Books does it?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_zoho.emulator.zones import Zone, parse_stamp

INDIA = Zone("Asia/Calcutta", 330)
PACIFIC = Zone("PST", -480, summer_time=True)


def seconds(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[arg-type,misc]


def test_the_offset_has_no_colon_and_may_be_half_an_hour_off() -> None:
    assert INDIA.stamp(seconds(2025, 1, 1, 20, 0, 5)) == "2025-01-02T01:30:05+0530"


@pytest.mark.parametrize(
    ("instant", "stamp"),
    [
        (seconds(2025, 3, 9, 9, 59, 59), "2025-03-09T01:59:59-0800"),
        (seconds(2025, 3, 9, 10, 0, 0), "2025-03-09T03:00:00-0700"),
        (seconds(2025, 11, 2, 8, 59, 59), "2025-11-02T01:59:59-0700"),
        (seconds(2025, 11, 2, 9, 0, 0), "2025-11-02T01:00:00-0800"),
    ],
)
def test_summer_time_begins_and_ends_as_in_north_america(instant: int, stamp: str) -> None:
    assert PACIFIC.stamp(instant) == stamp


@given(st.integers(seconds(2020, 1, 1), seconds(2030, 1, 1)), st.sampled_from([INDIA, PACIFIC]))
def test_what_is_written_is_read_as_the_same_instant(instant: int, zone: Zone) -> None:
    assert parse_stamp(zone.stamp(instant)) == instant


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-02T01:30:05Z",
        "2025-01-02T01:30:05+05:30",
        "2025-01-02T01:30:05.000+0530",
        "2025-01-02",
        "2025-01-02 01:30:05+0530",
        "2025-01-02T01:30:05",
        "2025-13-02T01:30:05+0530",
        "2025-01-02T01:30:05 0530",
        "",
    ],
)
def test_any_other_shape_is_not_an_instant(text: str) -> None:
    assert parse_stamp(text) is None
