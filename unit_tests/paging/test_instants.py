"""Are Zoho's times compared as instants, and written the one way that its filters take?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_zoho.paging import instants

HALF_PAST_FIVE = timezone(timedelta(hours=5, minutes=30))


def test_the_same_instant_in_two_zones_is_the_same() -> None:
    assert instants.parse("2013-09-11T17:18:32+0530") == instants.parse("2013-09-11T03:48:32-0800")


@pytest.mark.parametrize(
    "text",
    [
        "2013-09-11T17:18:32+0530",
        "2013-09-11T17:18:32+05:30",
        "2013-09-11T17:18:32.000+0530",
        "2013-09-11T11:48:32Z",
    ],
)
def test_every_spelling_that_was_seen_in_answers_is_read(text: str) -> None:
    assert instants.parse(text) == datetime(2013, 9, 11, 17, 18, 32, tzinfo=HALF_PAST_FIVE)


@pytest.mark.parametrize(
    "value", ["", " ", None, 0, 1378900112, True, [], {}, "yesterday", "2013-09-11", "2013-09-11T17:18:32", "0" * 25]
)
def test_what_names_no_instant_is_none(value: Any) -> None:
    assert instants.parse(value) is None


def test_a_fraction_of_a_second_is_kept_when_read_and_left_out_when_asked_for() -> None:
    moment = instants.parse("2013-09-11T17:18:32.987+0530")

    assert moment is not None
    assert moment.microsecond == 987_000
    assert instants.for_request(moment) == "2013-09-11T11:48:32+0000"


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(
    moment=st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001 - given a zone below
    minutes=st.integers(-14 * 60, 14 * 60),
)
def test_what_is_asked_for_is_the_beginning_of_the_same_second(moment: datetime, minutes: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))

    assert instants.parse(instants.for_request(aware)) == aware.astimezone(UTC).replace(microsecond=0)
