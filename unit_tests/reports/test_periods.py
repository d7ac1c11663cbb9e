"""Is a report dated by what Zoho answered, and by the calendar only where Zoho says nothing?"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from source_zoho.reports import Asked, Period, basis_of, period_of, today_in

CALCUTTA = ZoneInfo("Asia/Calcutta")
LATE = datetime(2025, 6, 30, 20, 0, tzinfo=UTC)  # already July in Calcutta


def test_what_zoho_says_of_the_period_is_believed() -> None:
    context = {"from_date": "2025-04-01", "to_date": "2025-04-30"}

    assert period_of(context, "TransactionDate.ThisMonth", LATE, UTC) == Period(date(2025, 4, 1), date(2025, 4, 30))


@pytest.mark.parametrize("context", [{"to_date": "2025-07-01"}, {"as_of_date": "2025-07-01", "to_date": ""}])
def test_a_report_as_of_a_day_has_no_first_day(context: dict[str, str]) -> None:
    assert period_of(context, "TransactionDate.Today", LATE, UTC) == Period(None, date(2025, 7, 1))


def test_a_report_as_of_a_day_has_none_even_if_zoho_names_one() -> None:
    context = {"from_date": "2025-07-01", "to_date": "2025-07-01"}

    assert period_of(context, "", LATE, UTC) == Period(None, date(2025, 7, 1))


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [
        ("TransactionDate.ThisMonth", date(2025, 7, 1), date(2025, 7, 31)),
        ("TransactionDate.PreviousMonth", date(2025, 6, 1), date(2025, 6, 30)),
        ("TransactionDate.Today", None, date(2025, 7, 1)),
    ],
)
def test_where_zoho_says_nothing_the_word_is_taken_by_the_organizations_calendar(
    word: str, first: date | None, last: date
) -> None:
    assert period_of({"to_date": "yesterday"}, word, LATE, CALCUTTA) == Period(first, last)


def test_december_is_followed_by_january() -> None:
    december = datetime(2025, 12, 31, 12, tzinfo=UTC)

    assert period_of({}, "TransactionDate.ThisMonth", december, UTC).last == date(2025, 12, 31)


def test_the_snapshot_of_a_month_is_of_the_organizations_day() -> None:
    july = Period(date(2025, 7, 1), date(2025, 7, 31))

    assert today_in(july, LATE, CALCUTTA) == date(2025, 7, 1)


def test_the_snapshot_of_a_month_stays_in_it_where_the_time_zone_is_unknown() -> None:
    assert today_in(Period(date(2025, 7, 1), date(2025, 7, 31)), LATE, UTC) == date(2025, 7, 1)
    assert today_in(Period(date(2025, 6, 1), date(2025, 6, 29)), LATE, UTC) == date(2025, 6, 29)


def test_a_report_as_of_a_day_is_the_snapshot_of_that_day() -> None:
    assert today_in(Period(None, date(2025, 7, 1)), LATE, UTC) == date(2025, 7, 1)


@pytest.mark.parametrize(
    ("said", "asked", "basis"),
    [
        ("Cash", "cash", "cash"),
        ("Accrual", "cash", "accrual"),
        ("", "cash", "cash"),
        ("Both", "accrual", "accrual"),
        ("Accrual", None, None),
    ],
)
def test_the_basis_is_the_one_that_zoho_names(said: str, asked: str | None, basis: str | None) -> None:
    assert basis_of({"report_basis": said}, asked) == basis


@pytest.mark.parametrize(
    ("asked", "parameters"),
    [
        (Asked("TransactionDate.ThisMonth", "cash"), {"filter_by": "TransactionDate.ThisMonth", "cash_based": "true"}),
        (Asked("", "accrual"), {"cash_based": "false"}),
        (Asked("", None), {}),
    ],
)
def test_a_question_is_put_in_zohos_words(asked: Asked, parameters: dict[str, str]) -> None:
    assert asked.parameters == parameters
