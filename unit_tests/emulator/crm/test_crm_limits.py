"""Are credits and calls in flight counted as Zoho documents them?"""

from __future__ import annotations

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.clock import Clock
from source_zoho.emulator.crm.limits import CrmLimits
from source_zoho.emulator.crm.refusals import CrmRefusedError
from unit_tests.emulator.builders import body_of
from unit_tests.emulator.conftest import NOON
from unit_tests.emulator.crm.crm_caller import CrmCaller, refusal

DAY = 86_400
LEFT = "X-API-CREDITS-REMAINING"


def few_credits(credits_in_all: int) -> CrmCaller:
    zoho = Emulator(now=NOON, crm_credits=credits_in_all)
    zoho.clock.freeze()
    return CrmCaller(zoho)


@pytest.mark.parametrize(
    ("edition", "users", "credits_in_all", "at_once"),
    [
        ("free", 3, 5_000, 5),
        ("standard", 10, 52_500, 10),
        ("standard", 1_000, 100_000, 10),
        ("professional", 10, 55_000, 15),
        ("enterprise", 10, 60_000, 20),
        ("enterprise", 9_999, 5_000_000, 20),
        ("ultimate", 9_999, 20_048_000, 25),
    ],
)
def test_the_edition_decides(edition: str, users: int, credits_in_all: int, at_once: int) -> None:
    limits = CrmLimits(Clock(NOON), edition, users, None, None)

    assert (limits.total, limits.at_once, limits.left) == (credits_in_all, at_once, credits_in_all)


def test_an_unknown_edition_is_a_mistake_of_the_test() -> None:
    with pytest.raises(ValueError, match="crm_edition is 'gold'; expected one of: free, standard"):
        Emulator(crm_edition="gold")


def test_the_rest_is_told_once_half_is_used() -> None:
    crm = few_credits(4)
    told = [crm.get("/Deals", fields="id").headers.get(LEFT) for _ in range(4)]

    assert told == [None, "2", "1", "0"]


def test_the_last_credit_is_the_last_for_24_hours() -> None:
    crm = few_credits(3)
    crm.get("/Deals/deleted")
    refused = crm.get("/Deals/deleted")
    cheap = crm.get("/Deals", fields="id").status
    crm.zoho.clock.advance(DAY - 1)
    crm.token = CrmCaller(crm.zoho).token
    still = crm.get("/Deals", fields="id").status
    crm.zoho.clock.advance(1)

    assert refusal(refused)[:2] == (429, "TOO_MANY_REQUESTS")
    assert "credits" in body_of(refused)["message"]
    assert (cheap, still, crm.get("/Deals/deleted").status) == (200, 429, 200)
    assert crm.zoho.crm.credits_used == 5


def test_credits_come_back_one_by_one() -> None:
    crm = few_credits(10)
    crm.get("/Deals", fields="id")
    crm.zoho.clock.advance(3600)
    crm.token = CrmCaller(crm.zoho).token
    crm.get("/Deals", fields="id")
    left = crm.zoho.crm.credits_left
    crm.zoho.clock.advance(DAY - 3600)

    assert (left, crm.zoho.crm.credits_left) == (8, 9)


def test_what_is_not_let_in_costs_nothing(crm: CrmCaller, zoho: Emulator) -> None:
    crm.get("/no/such/path/here")
    crm.get("/Nothing", fields="id")
    crm.token = "1000.dead.token"
    crm.get("/Deals", fields="id")

    assert zoho.crm.credits_used == 0
    assert [call.code for call in zoho.calls.log[-3:]] == ["INVALID_URL_PATTERN", "INVALID_MODULE", "INVALID_TOKEN"]


def test_a_view_costs_three_credits(crm: CrmCaller, zoho: Emulator) -> None:
    crm.get("/Deals", fields="id", cvid="4000007001000000001")

    assert zoho.crm.credits_used == 3


def test_counting_can_begin_anew(crm: CrmCaller, zoho: Emulator) -> None:
    crm.get("/Deals", fields="id")
    zoho.crm.reset_credits()

    assert (zoho.crm.credits_used, zoho.crm.credits_by_path, zoho.crm.most_at_once) == (0, {}, 0)


def test_places_in_flight_run_out() -> None:
    limits = CrmLimits(Clock(NOON), "free", 1, None, None)
    for _ in range(5):
        limits.enter(1, is_heavy=False)

    with pytest.raises(CrmRefusedError, match="TOO_MANY_REQUESTS"):
        limits.enter(1, is_heavy=False)
    limits.leave(1, is_heavy=False)
    limits.enter(1, is_heavy=False)
    assert limits.most_at_once == 5


def test_ten_heavy_calls_are_enough_in_every_edition() -> None:
    limits = CrmLimits(Clock(NOON), "ultimate", 1, None, None)
    limits.enter(5, is_heavy=True)
    limits.enter(5, is_heavy=True)

    with pytest.raises(CrmRefusedError, match="TOO_MANY_REQUESTS"):
        limits.enter(1, is_heavy=True)
    limits.enter(1, is_heavy=False)
    limits.leave(5, is_heavy=True)
    limits.enter(1, is_heavy=True)


def test_a_call_beyond_the_places_in_flight_is_refused_in_other_words(zoho: Emulator, crm: CrmCaller) -> None:
    crowded = zoho._front.crm.limits
    for _ in range(20):
        crowded.enter(1, is_heavy=False)

    answer = crm.get("/Deals", fields="id")
    assert refusal(answer)[:2] == (429, "TOO_MANY_REQUESTS")
    assert "concurrent" in body_of(answer)["message"]
    assert zoho.crm.credits_used == 0


def test_an_ordered_list_is_heavy_and_a_plain_one_is_not(zoho: Emulator, crm: CrmCaller) -> None:
    crowded = zoho._front.crm.limits
    crowded.enter(10, is_heavy=True)

    assert crm.get("/Deals", fields="id").status == 200
    assert crm.get("/Deals", fields="id", sort_by="id").status == 429
    assert crm.composite(("/org", {})).status == 429


def test_both_limits_can_be_set() -> None:
    limits = CrmLimits(Clock(NOON), "enterprise", 10, 7, 2)

    assert (limits.total, limits.at_once) == (7, 2)
