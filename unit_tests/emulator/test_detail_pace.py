"""Is an organization blocked for a while after too many calls for single documents?"""

from __future__ import annotations

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.quotas import BLOCKED_SECONDS, DETAILS_PER_MINUTE
from unit_tests.emulator.builders import Caller, refusal
from unit_tests.emulator.conftest import NOON


def a_caller(**settings: int) -> Caller:
    zoho = Emulator(now=NOON, **settings)  # type: ignore[arg-type]
    zoho.clock.freeze()
    return Caller(zoho)


def invoice_path(caller: Caller) -> str:
    return f"/invoices/{caller.zoho.rows('invoices', caller.organization_id)[0]['invoice_id']}"


def test_too_many_documents_in_a_minute_block_every_call_for_a_while() -> None:
    caller = a_caller(detail_calls_per_minute=3)
    path = invoice_path(caller)
    assert [caller.get(path).status for _ in range(3)] == [200, 200, 200]

    assert refusal(caller.get(path)) == (429, 43)
    assert refusal(caller.get("/items")) == (429, 43)
    caller.zoho.clock.advance(BLOCKED_SECONDS - 1)
    assert refusal(caller.get(path)) == (429, 43)
    caller.zoho.clock.advance(1)
    assert caller.get(path).status == 200


def test_refused_calls_do_not_lengthen_the_block_and_cost_nothing() -> None:
    caller = a_caller(detail_calls_per_minute=1, calls_per_day=3)
    path = invoice_path(caller)
    caller.get(path)
    for _ in range(5):
        assert refusal(caller.get(path)) == (429, 43)

    caller.zoho.clock.advance(BLOCKED_SECONDS)

    assert caller.get(path).headers["X-Rate-Limit-Remaining"] == "1"


def test_the_pace_is_a_moving_minute() -> None:
    caller = a_caller(detail_calls_per_minute=2)
    path = invoice_path(caller)
    for _ in range(4):
        assert caller.get(path).status == 200
        caller.zoho.clock.advance(31)


def test_lists_and_children_have_only_the_pace_of_all_calls() -> None:
    caller = a_caller(detail_calls_per_minute=1)
    path = invoice_path(caller)

    assert all(caller.get(one).status == 200 for one in ("/invoices", f"{path}/comments", f"{path}/payments") * 2)


def test_items_asked_for_in_bulk_count_as_one_call() -> None:
    caller = a_caller(detail_calls_per_minute=1)
    ids = ",".join(str(row["item_id"]) for row in caller.zoho.rows("items", caller.organization_id))

    assert caller.get("/itemdetails", item_ids=ids).status == 200
    assert refusal(caller.get("/itemdetails", item_ids=ids)) == (429, 43)


def test_each_organization_is_blocked_for_itself() -> None:
    caller = a_caller(detail_calls_per_minute=1)
    path = invoice_path(caller)
    caller.get(path)
    caller.get(path)

    assert caller.get("/items", organization_id=caller.zoho.organization_ids[1]).status == 200


def statuses(caller: Caller, number: int) -> set[int]:
    path = invoice_path(caller)
    return {caller.get(path).status for _ in range(number)}


@pytest.mark.parametrize(
    ("settings", "last"), [({}, 429), ({"calls_per_minute": 1000}, 200), ({"detail_calls_per_minute": 99}, 200)]
)
def test_the_pace_for_documents_is_lifted_with_that_of_all_calls(settings: dict[str, int], last: int) -> None:
    caller = a_caller(**settings)

    assert statuses(caller, DETAILS_PER_MINUTE) == {200}
    assert statuses(caller, 1) == {last}


def test_a_pace_that_is_given_holds_even_so() -> None:
    caller = a_caller(calls_per_minute=100_000, detail_calls_per_minute=2)

    assert statuses(caller, 2) == {200}
    assert statuses(caller, 1) == {429}
