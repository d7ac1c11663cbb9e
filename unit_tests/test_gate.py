"""Are never more calls under way than Zoho takes, does everybody get a turn, and is no place ever lost?"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from source_zoho.gate import Gate


class Caller(threading.Thread):
    """A thread that enters, tells so, and leaves when it is told to; it has settled when it is in or waits."""

    def __init__(self, gate: Gate, units: int = 1, *, limited: bool = False) -> None:
        super().__init__(daemon=True)
        self._gate, self._units, self._limited = gate, units, limited
        self.settled, self.is_in = threading.Event(), threading.Event()
        self._may_leave, self._has_left = threading.Event(), threading.Event()

    def run(self) -> None:
        self._gate.enter(self._units, limited=self._limited)
        self.is_in.set()
        self.settled.set()
        self._may_leave.wait()
        self._gate.leave()
        self._has_left.set()

    def go_on(self) -> None:
        self._may_leave.set()
        assert self._has_left.wait(10)


class TellingCondition(threading.Condition):
    """Lets callers tell that they wait."""

    def wait(self, timeout: float | None = None) -> bool:
        thread = threading.current_thread()
        if isinstance(thread, Caller):
            thread.settled.set()
        return super().wait(timeout)


@pytest.fixture
def callers() -> Callable[..., Caller]:
    """Start a thread at a gate, and come back when it is in or waits."""

    def start(gate: Gate, units: int = 1, *, limited: bool = False) -> Caller:
        if not isinstance(gate._changed, TellingCondition):
            gate._changed = TellingCondition()
        caller = Caller(gate, units, limited=limited)
        caller.start()
        assert caller.settled.wait(10)
        return caller

    return start


def test_no_more_calls_are_under_way_than_allowed(callers: Callable[..., Caller]) -> None:
    gate = Gate(2)
    first, second, third = (callers(gate) for _ in range(3))

    assert (first.is_in.is_set(), second.is_in.is_set(), third.is_in.is_set()) == (True, True, False)
    assert gate.under_way == 2
    first.go_on()
    assert third.is_in.wait(10)
    assert gate.under_way == 2


def test_calls_that_count_more_take_more_places(callers: Callable[..., Caller]) -> None:
    gate = Gate(6)
    composite, other, one_more = callers(gate, 5), callers(gate), callers(gate)

    assert composite.is_in.is_set()
    assert other.is_in.is_set()
    assert not one_more.is_in.is_set()
    composite.go_on()
    assert one_more.is_in.wait(10)


def test_a_big_call_is_not_passed_by_small_ones_for_ever(callers: Callable[..., Caller]) -> None:
    gate = Gate(5)
    small = callers(gate)
    big, later = callers(gate, 5), callers(gate)

    assert not big.is_in.is_set()
    assert not later.is_in.is_set(), "there is room for it, but the big one came first"
    small.go_on()
    assert big.is_in.wait(10)
    big.go_on()
    assert later.is_in.wait(10)


def test_limited_calls_share_ten_places_and_others_pass_them(callers: Callable[..., Caller]) -> None:
    gate = Gate(25)
    inside = [callers(gate, limited=True) for _ in range(10)]
    eleventh, plain, twelfth = callers(gate, limited=True), callers(gate), callers(gate, limited=True)

    assert all(each.is_in.is_set() for each in inside)
    assert plain.is_in.is_set()
    assert not eleventh.is_in.is_set()
    inside[0].go_on()
    assert eleventh.is_in.wait(10)
    assert not twelfth.is_in.is_set(), "limited calls go in their order"


def test_a_limited_call_with_room_among_its_like_is_not_passed(callers: Callable[..., Caller]) -> None:
    gate = Gate(5)
    plain = callers(gate, 5)
    sorted_list, later = callers(gate, limited=True), callers(gate, 5)

    plain.go_on()

    assert sorted_list.is_in.wait(10)
    assert not later.is_in.is_set()


def test_a_call_that_counts_more_than_there_is_takes_all_instead_of_waiting_for_ever(
    callers: Callable[..., Caller],
) -> None:
    gate = Gate(3)
    big, other = callers(gate, 5, limited=True), callers(gate)

    assert big.is_in.is_set()
    assert gate.under_way == 3
    assert not other.is_in.is_set()


def test_the_limit_may_be_raised_while_calls_wait(callers: Callable[..., Caller]) -> None:
    gate = Gate(1)
    _, second = callers(gate), callers(gate)

    gate.limit = 20

    assert second.is_in.wait(10)
    assert gate.limit == 20


def test_the_limit_may_be_lowered_while_calls_are_under_way(callers: Callable[..., Caller]) -> None:
    gate = Gate(3)
    inside = [callers(gate) for _ in range(3)]
    gate.limit = 1
    late = callers(gate)
    for each in inside[:2]:
        each.go_on()

    assert not late.is_in.is_set()
    inside[2].go_on()
    assert late.is_in.wait(10)


@pytest.mark.parametrize("limit", [0, -1])
def test_one_call_may_always_go(limit: int) -> None:
    gate = Gate()
    gate.limit = limit

    gate.enter()

    assert gate.under_way == 1


def test_a_thread_that_enters_again_has_its_earlier_answer_already(callers: Callable[..., Caller]) -> None:
    gate = Gate(1)

    gate.enter()
    gate.enter()  # a redirect

    assert gate.under_way == 1


def test_leaving_twice_or_without_having_entered_is_nothing(callers: Callable[..., Caller]) -> None:
    gate = Gate(2)
    other = callers(gate)
    gate.enter()

    for _ in range(3):
        gate.leave()

    assert gate.under_way == 1
    assert other.is_in.is_set()


def test_somebody_who_gives_up_waiting_holds_nobody_up(
    callers: Callable[..., Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(1)

    def interrupted(condition: Callable[[], bool]) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(gate._changed, "wait_for", interrupted)
        with pytest.raises(KeyboardInterrupt):
            gate.enter()

    assert callers(gate).is_in.is_set()


def test_many_threads_never_hold_more_than_there_is_and_all_get_their_turn() -> None:
    gate, most, turns = Gate(7), list[int](), list[int]()

    def call_often(number: int) -> None:
        for turn in range(30):
            units, limited = (5, True) if (number + turn) % 4 == 0 else (1, turn % 2 == 0)
            gate.enter(units, limited=limited)
            most.append(gate.under_way)
            gate.leave()
        turns.append(number)

    threads = [threading.Thread(target=call_often, args=(number,)) for number in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)

    assert sorted(turns) == list(range(12))
    assert max(most) <= 7
    assert gate.under_way == 0
