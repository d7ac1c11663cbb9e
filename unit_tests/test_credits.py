"""Does a run spend no more of CRM's credits than it may, and say so when it stops?"""

from __future__ import annotations

import threading

import pytest

from source_zoho.credits import REMAINING_HEADER, Credits, quota_for
from source_zoho.errors import ConfigProblem, DailyLimit


def told(remaining: object) -> dict[str, str]:
    return {REMAINING_HEADER: str(remaining)}


def spend(purse: Credits, *prices: int) -> None:
    for price in prices:
        purse.spend(price)


def the_end(purse: Credits, price: int = 1) -> str:
    with pytest.raises(DailyLimit) as caught:
        purse.spend(price)
    return str(caught.value)


def test_calls_cost_what_their_price_says() -> None:
    purse = Credits()

    spend(purse, 1, 3, 50)

    assert purse.spent == 54


def test_a_run_stops_before_it_spends_more_than_the_user_allows() -> None:
    purse = Credits(limit=5)
    spend(purse, 2, 2)

    sentence = the_end(purse, 2)

    assert purse.spent == 4
    assert sentence == (
        "Stopped calling Zoho CRM: daily_call_limit (5 credits in CRM) is used up. What was read is kept in the state; "
        "run again later and the sync goes on from there. Zoho counts the credits of the last 24 hours, so they come "
        "back hour by hour."
    )


def test_all_that_the_user_allows_may_be_spent() -> None:
    purse = Credits(limit=3)

    spend(purse, 1, 2)

    assert purse.spent == 3


def test_once_closed_even_cheaper_calls_are_not_made() -> None:
    purse = Credits(limit=5)
    spend(purse, 4)

    assert the_end(purse, 2) == the_end(purse, 1)
    assert purse.spent == 4


def test_the_reserve_is_kept_by_what_zoho_says_is_left() -> None:
    purse = Credits(reserve=100)
    spend(purse, 1)
    purse.note_headers(told(102))
    spend(purse, 1, 1)

    sentence = the_end(purse)

    assert purse.remaining == 100
    assert "only 100 API credits are left, and daily_call_reserve keeps 100 for others" in sentence


def test_a_dear_call_that_would_touch_the_reserve_is_not_made() -> None:
    purse = Credits(reserve=100)
    purse.note_headers(told(140))

    the_end(purse, 50)


def test_without_a_reserve_zoho_has_the_last_word() -> None:
    purse = Credits()
    purse.note_headers(told(0))

    spend(purse, 1)


def test_a_known_allowance_counts_until_zoho_says_what_is_left() -> None:
    purse = Credits(reserve=10)
    purse.allowance = 12
    spend(purse, 1, 1)
    the_end(purse)

    other = Credits(reserve=10)
    other.allowance = 12
    spend(other, 1, 1)
    other.note_headers(told(500))
    spend(other, 1)


@pytest.mark.parametrize("headers", [{}, told(""), told("soon"), told("-1"), told("1.5")])
def test_an_answer_that_does_not_tell_changes_nothing(headers: dict[str, str]) -> None:
    purse = Credits()
    purse.note_headers(told(7))

    purse.note_headers(headers)

    assert purse.remaining == 7


def test_zohos_own_end_of_the_day_closes_it_for_all() -> None:
    purse = Credits()

    error = purse.close_day("the API credits of this organization are used up (Zoho's words)")

    assert isinstance(error, DailyLimit)
    assert the_end(purse) == str(error)


def test_what_holds_for_the_whole_product_is_told_to_every_later_call_and_the_first_reason_stays() -> None:
    purse = Credits()
    purse.close(ConfigProblem("no API access"))
    purse.close(ConfigProblem("something else"))

    for _ in range(2):
        with pytest.raises(ConfigProblem, match="no API access"):
            purse.spend(1)


def test_a_new_run_begins_from_nothing() -> None:
    quota = quota_for("a new run", 1, 0)
    spend(quota.credits, 1)
    the_end(quota.credits)
    quota.credits.note_headers(told(3))

    quota.begin_run()

    assert (quota.credits.spent, quota.credits.remaining) == (0, None)
    spend(quota.credits, 1)


def test_everything_in_a_process_that_calls_the_same_shares_one_quota() -> None:
    assert quota_for("shared", 5, 0) is quota_for("shared", 5, 0)
    assert quota_for("shared", 5, 0) is not quota_for("another", 5, 0)
    assert quota_for("shared", 5, 0) is not quota_for("shared", 6, 0)


def test_many_threads_together_spend_no_more_than_allowed() -> None:
    purse, made = Credits(limit=100), list[int]()

    def call_often() -> None:
        for _ in range(50):
            try:
                purse.spend(1)
            except DailyLimit:
                return
            made.append(1)

    threads = [threading.Thread(target=call_often) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)

    assert len(made) == purse.spent == 100


@pytest.mark.parametrize(
    ("purse", "headers", "available"),
    [
        (Credits(), {}, None),
        (Credits(limit=100), {}, 70),
        (Credits(reserve=50), {}, None),
        (Credits(reserve=50), {REMAINING_HEADER: "400"}, 350),
        (Credits(limit=100, reserve=50), {REMAINING_HEADER: "400"}, 70),
        (Credits(limit=100, reserve=50), {REMAINING_HEADER: "90"}, 40),
        (Credits(limit=20), {}, 0),
    ],
)
def test_what_a_run_may_spend_is_bounded_by_whatever_is_least(
    purse: Credits, headers: dict[str, str], available: int | None
) -> None:
    purse.spent = 30
    purse.note_headers(headers)

    assert purse.available == available
