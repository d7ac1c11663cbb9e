"""Are the three limits of an organization kept, by the emulator's clock?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.clock import Clock
from source_zoho.emulator.quotas import Quotas
from source_zoho.emulator.refusals import RefusedError
from unit_tests.emulator.builders import Caller, refusal

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def a_caller(per_minute: int = 1000, per_day: int = 1000) -> Caller:
    zoho = Emulator(now=NOON, calls_per_minute=per_minute, calls_per_day=per_day)
    zoho.clock.freeze()
    return Caller(zoho)


def test_calls_above_the_pace_are_refused_until_a_minute_has_passed() -> None:
    caller = a_caller(per_minute=3)
    for _ in range(3):
        assert caller.get("/items").status == 200
    assert refusal(caller.get("/items")) == (429, 44)

    caller.zoho.clock.advance(60)

    assert caller.get("/items").status == 200


def test_the_minute_is_a_moving_window() -> None:
    caller = a_caller(per_minute=2)
    caller.get("/items")
    caller.zoho.clock.advance(40)
    caller.get("/items")
    caller.zoho.clock.advance(21)

    assert caller.get("/items").status == 200
    assert refusal(caller.get("/items")) == (429, 44)


def test_each_organization_has_a_pace_of_its_own() -> None:
    caller = a_caller(per_minute=1)
    other = caller.zoho.organization_ids[1]
    caller.get("/items")

    assert caller.get("/items", organization_id=other).status == 200
    assert refusal(caller.get("/items")) == (429, 44)


def test_the_daily_quota_ends_at_the_organizations_midnight() -> None:
    caller = a_caller(per_day=2)
    caller.get("/items")
    last = caller.get("/items")
    assert last.headers["X-Rate-Limit-Limit"] == "2"
    assert last.headers["X-Rate-Limit-Remaining"] == "0"
    # Noon in Greenwich is 17:30 at +0530: six and a half hours are left of that day.
    assert last.headers["X-Rate-Limit-Reset"] == str(int(6.5 * 3600))
    assert refusal(caller.get("/items")) == (429, 45)

    caller.zoho.clock.advance(int(last.headers["X-Rate-Limit-Reset"]))

    assert caller.get("/items", token=caller.new_token()).status == 200


def test_organizations_may_be_listed_without_spending_anything() -> None:
    caller = a_caller(per_minute=1, per_day=1)
    for _ in range(3):
        assert caller.get("/organizations", organization_id=None).status == 200

    assert caller.get("/items").status == 200


def test_every_answer_carries_the_daily_figures() -> None:
    caller = a_caller()

    answers = [
        caller.get("/items"),
        caller.get("/items", page="x"),
        caller.get("/nowhere"),
        caller.get("/organizations"),
    ]

    assert all(answer.headers["X-Rate-Limit-Limit"] == "1000" for answer in answers)


def test_too_many_calls_in_flight_are_refused() -> None:
    quotas = Quotas(Clock(NOON), per_minute=100, per_day=100, at_once=2)
    quotas.enter("1")
    quotas.enter("1")
    quotas.enter("2")

    with pytest.raises(RefusedError) as refused:
        quotas.enter("1")

    assert (refused.value.status, refused.value.code) == (429, 1070)


def test_a_finished_call_makes_room_for_the_next() -> None:
    quotas = Quotas(Clock(NOON), per_minute=100, per_day=100, at_once=1)
    quotas.enter("1")
    quotas.leave("1")

    quotas.enter("1")


def test_a_call_refused_for_being_one_too_many_leaves_no_trace_in_flight() -> None:
    zoho = Emulator(now=NOON, concurrent_calls=0)
    caller = Caller(zoho)

    assert refusal(caller.get("/items")) == (429, 1070)
    assert zoho.calls.log[-1].code == 1070
