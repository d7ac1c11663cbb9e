"""Can a test watch the calls, act between them and move the clock?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.clock import Clock
from unit_tests.emulator.builders import Caller

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def test_calls_are_counted_by_path_and_organization(caller: Caller) -> None:
    here, there = caller.zoho.organization_ids
    caller.get("/items")
    caller.get("/items", page="x")
    caller.get("/bills", organization_id=there)

    calls = caller.zoho.calls
    assert (calls.total, calls.tokens) == (3, 1)
    assert calls.by_path == {"/books/v3/items": 2, "/books/v3/bills": 1}
    assert calls.by_organization == {here: 2, there: 1}
    assert [(call.path, call.status, call.code) for call in calls.log[-2:]] == [
        ("/books/v3/items", 400, 2),
        ("/books/v3/bills", 200, 0),
    ]


def test_the_log_holds_no_credentials(caller: Caller) -> None:
    caller.new_token()

    (call,) = caller.zoho.calls.log
    assert (call.path, call.query) == ("/oauth/v2/token", {})


def test_counters_can_be_reset(caller: Caller) -> None:
    caller.get("/items")

    caller.zoho.calls.reset()

    assert (caller.zoho.calls.total, caller.zoho.calls.log) == (0, [])


def test_an_action_runs_just_before_its_call_is_answered(caller: Caller) -> None:
    def delete_everything(zoho: Emulator) -> None:
        for row in zoho.rows("taxes", caller.organization_id):
            zoho.delete("taxes", caller.organization_id, str(row["tax_id"]))

    caller.zoho.on_call(2, delete_everything, path="taxes")

    assert caller.json("/settings/taxes")["taxes"]
    assert caller.json("/items")["items"]
    assert caller.json("/settings/taxes")["taxes"] == []


def test_an_action_runs_once(caller: Caller) -> None:
    seen: list[int] = []
    caller.zoho.on_call(1, lambda zoho: seen.append(zoho.calls.total))

    caller.get("/items")
    caller.get("/items")

    assert seen == [0]


def test_an_emulator_that_does_not_serve_has_no_address(zoho: Emulator) -> None:
    with pytest.raises(RuntimeError, match="not serving"):
        _ = zoho.url


def test_unknown_names_are_answered_with_the_known_ones(zoho: Emulator) -> None:
    with pytest.raises(KeyError, match="there are: organizations, contacts"):
        zoho.rows("unicorns", zoho.organization_ids[0])
    with pytest.raises(KeyError, match="no organization '4711'"):
        zoho.rows("items", "4711")
    with pytest.raises(KeyError, match="unicorns"):
        zoho.behave("unicorns", filter="ignore")


def test_a_frozen_clock_moves_only_when_told_to() -> None:
    clock = Clock(NOON)
    clock.freeze()
    stopped = clock.now()

    clock.advance(90)

    assert (clock.now() - stopped).total_seconds() == 90
    assert clock.now() == clock.now()


def test_a_clock_can_be_set_and_go_on_running() -> None:
    clock = Clock(NOON)
    clock.freeze()
    clock.set(datetime(2030, 1, 1, tzinfo=UTC))
    assert clock.now() == datetime(2030, 1, 1, tzinfo=UTC)

    clock.run()

    assert clock.now() >= datetime(2030, 1, 1, tzinfo=UTC)


def test_a_clock_wants_to_know_the_time_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        Clock(datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake that is refused
