"""Is one instant the same text, whichever offset it came with, and is nothing made an instant that is none?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_zoho.crm.instants import day_after, in_utc

_MINUTES = (0, 60, -60, 330, 345, -210, -570, 12 * 60 + 45, 14 * 60, -12 * 60)
_OFFSETS = st.sampled_from(_MINUTES).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_YEAR_2, _YEAR_9998 = datetime(2, 1, 1), datetime(9998, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone


@given(st.datetimes(_YEAR_2, _YEAR_9998, timezones=_OFFSETS))
def test_every_offset_becomes_utc(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)

    assert in_utc(whole.isoformat()) == whole.astimezone(UTC).isoformat()


@given(st.datetimes(_YEAR_2, _YEAR_9998, timezones=_OFFSETS))
def test_a_fraction_is_kept_unless_it_is_nothing(moment: datetime) -> None:
    read = in_utc(moment.isoformat(timespec="microseconds"))

    assert read is not None
    assert datetime.fromisoformat(read) == moment
    assert "." not in read or not read.partition("+")[0].endswith("0")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-31T10:20:30Z", "2026-01-31T10:20:30+00:00"),
        ("2026-01-31T10:20:30+00:00", "2026-01-31T10:20:30+00:00"),
        ("2026-01-31T10:20:30-00:00", "2026-01-31T10:20:30+00:00"),
        ("2026-01-31T10:20:30+0530", "2026-01-31T04:50:30+00:00"),
        ("2026-01-01T00:30:00+05:30", "2025-12-31T19:00:00+00:00"),
        ("2026-12-31T20:30:59-04:00", "2027-01-01T00:30:59+00:00"),
        ("2026-01-31T10:20+05:30", "2026-01-31T04:50:00+00:00"),
        ("2026-01-31 10:20:30+05:30", "2026-01-31T04:50:30+00:00"),
        ("2026-01-31T10:20:30.000+05:30", "2026-01-31T04:50:30+00:00"),
        ("2026-01-31T10:20:30.250+05:30", "2026-01-31T04:50:30.25+00:00"),
        ("2026-01-31T10:20:30+05:30:15", "2026-01-31T04:50:15+00:00"),
    ],
)
def test_the_ways_to_write_an_instant_are_one(text: str, instant: str) -> None:
    assert in_utc(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "2026-01-31", "2026-01-31T10:20:30", "2026-01-31 10:20:30", "31/01/2026 10:20:30+05:30"),
        *("2026-02-30T10:20:30+05:30", "2026-01-31T25:20:30+05:30", "2026-01-31T10:20:60+05:30"),
        *("2026-01-31T10:20:30+99:00", "0001-01-01T00:00:00+05:30", "9999-12-31T23:00:00-05:30"),
    ],
)
def test_what_names_no_instant_is_none(text: str) -> None:
    assert in_utc(text) is None


@pytest.mark.parametrize(
    ("text", "days", "after"),
    [("2026-02-28", 1, "2026-03-01"), ("2026-01-01", -1, "2025-12-31"), ("20260101", 0, "2026-01-01"), ("x", 0, None)],
)
def test_days_follow_the_calendar(text: str, days: int, after: str | None) -> None:
    assert day_after(text, days) == after
