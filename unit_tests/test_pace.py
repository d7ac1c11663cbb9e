"""Is an organization called as often as it may be, and not once more?"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from source_zoho.errors import DailyLimit
from source_zoho.pace import Limits, Pace, pace_for

AN_ORGANIZATION, ANOTHER = "10234695", "10234696"


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def a_pace(clock: Clock) -> Callable[..., Pace]:
    return lambda **limits: Pace(Limits(**limits), clock=clock, sleep=clock.sleep)


def call(pace: Pace, times: int = 1, organization_id: str = AN_ORGANIZATION) -> None:
    for _ in range(times):
        pace.wait_for_turn(organization_id)


def the_end_of_the_day(pace: Pace, organization_id: str = AN_ORGANIZATION) -> str:
    with pytest.raises(DailyLimit) as caught:
        pace.wait_for_turn(organization_id)
    return str(caught.value)


def test_calls_within_the_pace_do_not_wait(a_pace: Callable[..., Pace], clock: Clock) -> None:
    call(a_pace(calls_per_minute=5), times=5)

    assert clock.waits == []


def test_a_call_too_many_waits_until_the_oldest_is_a_minute_old(a_pace: Callable[..., Pace], clock: Clock) -> None:
    pace = a_pace(calls_per_minute=2)
    call(pace)
    clock.now += 40
    call(pace, times=2)

    assert clock.waits == [pytest.approx(20, abs=0.1)]


def test_no_minute_whatever_its_begin_sees_more_calls_than_allowed(a_pace: Callable[..., Pace], clock: Clock) -> None:
    pace, made = a_pace(calls_per_minute=7), []
    for number in range(100):
        call(pace)
        made.append(clock.now)
        clock.now += 0.5 * (number % 5)

    assert all(later - earlier > 60 for earlier, later in zip(made, made[7:], strict=False))


def test_each_organization_has_a_minute_of_its_own(a_pace: Callable[..., Pace], clock: Clock) -> None:
    pace = a_pace(calls_per_minute=1)

    call(pace, organization_id=AN_ORGANIZATION)
    call(pace, organization_id=ANOTHER)

    assert clock.waits == []


# ── documents ──


def test_documents_take_four_in_ten_of_a_minutes_calls(a_pace: Callable[..., Pace], clock: Clock) -> None:
    pace = a_pace()
    for _ in range(39):
        pace.wait_for_turn(AN_ORGANIZATION, document=True)
    assert clock.waits == []

    pace.wait_for_turn(AN_ORGANIZATION, document=True)

    assert clock.waits == [pytest.approx(60, abs=0.1)]


def test_no_minute_sees_more_documents_than_zoho_bears(a_pace: Callable[..., Pace], clock: Clock) -> None:
    pace, made = a_pace(), []
    for number in range(300):
        pace.wait_for_turn(AN_ORGANIZATION, document=True)
        made.append(clock.now)
        clock.now += 0.3 * (number % 7)

    assert all(later - earlier > 60 for earlier, later in zip(made, made[39:], strict=False))


def test_while_documents_wait_lists_go_on(a_pace: Callable[..., Pace], clock: Clock) -> None:
    pace = a_pace()
    for _ in range(39):
        pace.wait_for_turn(AN_ORGANIZATION, document=True)

    call(pace, times=95 - 39)

    assert clock.waits == []


def test_documents_count_among_all_calls(a_pace: Callable[..., Pace], clock: Clock) -> None:
    pace = a_pace(calls_per_minute=10)
    for _ in range(4):
        pace.wait_for_turn(AN_ORGANIZATION, document=True)
    call(pace, times=6)
    assert clock.waits == []

    call(pace)

    assert clock.waits == [pytest.approx(60, abs=0.1)]


def test_the_slowest_pace_still_lets_a_document_through(a_pace: Callable[..., Pace], clock: Clock) -> None:
    pace = a_pace(calls_per_minute=1)

    pace.wait_for_turn(AN_ORGANIZATION, document=True)

    assert clock.waits == []


def test_a_new_run_remembers_the_documents_of_the_last_minute(a_pace: Callable[..., Pace], clock: Clock) -> None:
    pace = a_pace()
    for _ in range(39):
        pace.wait_for_turn(AN_ORGANIZATION, document=True)

    pace.begin_run()
    pace.wait_for_turn(AN_ORGANIZATION, document=True)

    assert clock.waits


# ── products ──


def test_all_products_keep_one_pace_towards_an_organization(a_pace: Callable[..., Pace], clock: Clock) -> None:
    pace = a_pace(calls_per_minute=2)

    for product in ("Books", "Billing", "Books"):
        pace.wait_for_turn(AN_ORGANIZATION, product)

    assert clock.waits == [pytest.approx(60, abs=0.1)]


def test_the_end_of_one_products_day_leaves_the_other_alone(a_pace: Callable[..., Pace]) -> None:
    pace = a_pace()
    pace.close_day(AN_ORGANIZATION, "Zoho's calls for today are used up", "Books")

    pace.wait_for_turn(AN_ORGANIZATION, "Billing")
    with pytest.raises(DailyLimit):
        pace.wait_for_turn(AN_ORGANIZATION, "Books")


def test_what_zoho_says_is_left_is_said_of_one_product(a_pace: Callable[..., Pace]) -> None:
    pace = a_pace(daily_call_reserve=100)
    pace.note_headers(AN_ORGANIZATION, {"X-Rate-Limit-Remaining": "100"}, "Billing")

    pace.wait_for_turn(AN_ORGANIZATION, "Books")
    with pytest.raises(DailyLimit, match="only 100 calls are left today"):
        pace.wait_for_turn(AN_ORGANIZATION, "Billing")


def test_the_users_own_limit_counts_the_calls_of_all_products(a_pace: Callable[..., Pace]) -> None:
    pace = a_pace(daily_call_limit=2)
    for product in ("Books", "Billing"):
        pace.wait_for_turn(AN_ORGANIZATION, product)

    for product in ("Books", "Billing"):
        with pytest.raises(DailyLimit, match="daily_call_limit"):
            pace.wait_for_turn(AN_ORGANIZATION, product)


# ── the day ──


def test_the_daily_limit_of_the_user_ends_the_day_with_a_sentence(a_pace: Callable[..., Pace]) -> None:
    pace = a_pace(daily_call_limit=3)
    call(pace, times=3)

    assert the_end_of_the_day(pace) == (
        f"Stopped calling organization {AN_ORGANIZATION}: daily_call_limit (3 calls) is used up. What was read is kept "
        "in the state; run again after Zoho's day has turned and the sync goes on from there."
    )


def test_the_end_of_one_organizations_day_leaves_the_others_alone(a_pace: Callable[..., Pace]) -> None:
    pace = a_pace(daily_call_limit=1)
    call(pace)
    the_end_of_the_day(pace)

    call(pace, organization_id=ANOTHER)


def test_the_reserve_is_kept_for_other_programs(a_pace: Callable[..., Pace]) -> None:
    pace = a_pace(daily_call_reserve=100)
    pace.note_headers(AN_ORGANIZATION, {"X-Rate-Limit-Remaining": "101", "X-Rate-Limit-Reset": "7260"})
    call(pace)
    pace.note_headers(AN_ORGANIZATION, {"X-Rate-Limit-Remaining": "100"})

    sentence = the_end_of_the_day(pace)

    assert "only 100 calls are left today, and daily_call_reserve keeps 100 for others" in sentence
    assert "run again in 2 h 01 min" in sentence


def test_without_a_reserve_the_last_call_of_the_day_may_be_used(a_pace: Callable[..., Pace]) -> None:
    pace = a_pace()
    pace.note_headers(AN_ORGANIZATION, {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "60"})

    call(pace)


def test_answers_without_figures_change_nothing(a_pace: Callable[..., Pace]) -> None:
    pace = a_pace(daily_call_reserve=10)
    pace.note_headers(AN_ORGANIZATION, {"X-Rate-Limit-Remaining": "9"})
    pace.note_headers(AN_ORGANIZATION, {})
    pace.note_headers(AN_ORGANIZATION, {"X-Rate-Limit-Remaining": "many", "X-Rate-Limit-Reset": "soon"})

    assert "only 9 calls are left today" in the_end_of_the_day(pace)


def test_a_closed_day_stays_closed_and_says_why(a_pace: Callable[..., Pace]) -> None:
    pace = a_pace()

    error = pace.close_day(AN_ORGANIZATION, "Zoho's calls for today are used up")

    assert str(error).startswith(f"Stopped calling organization {AN_ORGANIZATION}: Zoho's calls for today are used up.")
    assert the_end_of_the_day(pace) == str(error)


@pytest.mark.parametrize(
    ("seconds", "said"), [(20, "1 min"), (3540, "59 min"), (3600, "1 h 00 min"), (86399, "24 h 00 min")]
)
def test_the_time_to_come_back_is_said_in_hours_and_minutes(
    a_pace: Callable[..., Pace], seconds: int, said: str
) -> None:
    pace = a_pace()
    pace.note_headers(AN_ORGANIZATION, {"X-Rate-Limit-Reset": str(seconds)})

    assert f"run again in {said} and" in str(pace.close_day(AN_ORGANIZATION, "enough"))


def test_workers_side_by_side_share_one_pace(a_pace: Callable[..., Pace], clock: Clock) -> None:
    pace = a_pace(calls_per_minute=50)
    workers = [threading.Thread(target=call, args=(pace, 10)) for _ in range(8)]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert clock.waits  # 80 calls do not fit into a minute of 50
    assert clock.now >= 1060


def test_all_of_a_process_share_the_pace_towards_an_api() -> None:
    one, same = pace_for("http://127.0.0.1:1", Limits()), pace_for("http://127.0.0.1:1", Limits())

    assert one is same
    assert pace_for("http://127.0.0.1:2", Limits()) is not one


def test_the_day_of_one_run_does_not_end_before_it_began_for_other_limits() -> None:
    assert pace_for("http://127.0.0.1:1", Limits(daily_call_limit=1)) is not pace_for("http://127.0.0.1:1", Limits())
