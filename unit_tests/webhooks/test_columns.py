"""Are moments told apart from times of nowhere, and kept so that text sorts as time does?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from source_zoho.webhooks.columns import Moment, in_utc
from source_zoho.webhooks.tables import digest

examples = settings(max_examples=100, derandomize=True, database=None, deadline=None)
MOMENTS = st.datetimes(timezones=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours))))


def kept(moment: datetime) -> str:
    return str(Moment().process_bind_param(moment, sqlite.dialect()))


@examples
@given(MOMENTS)
def test_a_moment_comes_back_from_its_text(moment: datetime) -> None:
    assert Moment().process_result_value(kept(moment), sqlite.dialect()) == in_utc(moment)


@examples
@given(MOMENTS, MOMENTS)
def test_texts_of_moments_sort_as_they_do(one: datetime, other: datetime) -> None:
    assert (kept(one) < kept(other)) == (in_utc(one) < in_utc(other))


def test_a_moment_without_its_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="without its zone"):
        in_utc(datetime(2026, 3, 1))  # noqa: DTZ001


def test_the_ends_of_the_calendar_stay_in_it() -> None:
    assert in_utc(datetime.min.replace(tzinfo=timezone(timedelta(hours=5)))) == datetime.min.replace(tzinfo=UTC)
    assert in_utc(datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))) == datetime.max.replace(tzinfo=UTC)


@examples
@given(st.lists(st.text()), st.lists(st.text()))
def test_only_the_same_texts_have_the_same_digest(some: list[str], others: list[str]) -> None:
    assert (digest(*some) == digest(*others)) == (some == others)
