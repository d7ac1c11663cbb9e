"""Is every value written as Zoho reads it, and what cannot be written refused?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from source_zoho.coql import literals


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Boyle", "'Boyle'"),
        ("", "''"),
        ("O'Reilly", r"'O\'Reilly'"),
        ("C:\\", r"'C:\\'"),
        (r"\'", r"'\\\''"),
        ('say "no"', "'say \"no\"'"),
        ("日本 %_", "'日本 %_'"),
        ("' or id is not null or Name = '", r"'\' or id is not null or Name = \''"),
    ],
)
def test_a_text_stands_in_quotes_that_it_cannot_leave(value: str, written: str) -> None:
    assert literals.text(value) == written


@pytest.mark.parametrize("value", ["two\nlines", "a\ttab", "\0", "\x7f"])
def test_a_text_that_no_query_can_hold_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="control characters"):
        literals.text(value)


def test_an_instant_has_whole_seconds_and_its_offset() -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))

    assert literals.instant(datetime(2026, 1, 31, 12, 0, 5, 999, UTC)) == "'2026-01-31T12:00:05+00:00'"
    assert literals.instant(datetime(2026, 1, 31, 12, 0, 5, tzinfo=kolkata)) == "'2026-01-31T12:00:05+05:30'"


def test_an_instant_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        literals.instant(datetime(2026, 1, 31))  # noqa: DTZ001 - that is the point


def test_dates_and_flags_stand_in_quotes() -> None:
    assert literals.day(date(987, 1, 31)) == "'0987-01-31'"
    assert [literals.flag(True), literals.flag(False)] == ["'true'", "'false'"]


def test_an_id_is_quoted_digits() -> None:
    assert literals.record_id("4000000000123456789") == "'4000000000123456789'"


@pytest.mark.parametrize("value", ["", "12a", "1' or '1' = '1", "-1", "²", "\u0661"])
def test_what_is_no_id_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        literals.record_id(value)


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (-25, "-25"), (2.5, "2.5"), (1e21, "1000000000000000000000"), (1e-7, "0.0000001"), (12.0, "12.0")],
)
def test_a_number_has_no_exponent(value: float, written: str) -> None:
    assert literals.number(value) == written


def test_a_number_keeps_all_its_digits() -> None:
    assert literals.number(0.1234567890123) == "0.1234567890123"
    assert literals.number(Decimal("9007199254740993.10")) == "9007199254740993.10"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        literals.number(value)
