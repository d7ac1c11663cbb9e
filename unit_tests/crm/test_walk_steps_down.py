"""What does the reader do about a module that does not behave as documented?"""

from __future__ import annotations

import pytest

from source_zoho.crm.walk import Method, StuckError, Trouble, Walk
from unit_tests.crm.module_model import LIMIT, NOON, PAGE, ModuleModel, moment
from unit_tests.crm.test_walk import LONG_AGO, a_module, assert_all_came_once
from unit_tests.crm.walk_reader import read

# ── the header ──


@pytest.mark.parametrize("habit", ["ignored", "refused"])
def test_a_first_sync_reads_by_id_what_cannot_be_asked_for_by_change(habit: str) -> None:
    reading = read(a_module(17, filter=habit))

    assert_all_came_once(reading)
    assert reading.methods == [Method.BY_CHANGE, Method.BY_ID]


@pytest.mark.parametrize("habit", ["ignored", "refused"])
def test_a_later_sync_stops_at_what_is_old(habit: str) -> None:
    module = a_module(20 * PAGE, limit=1000, filter=habit)
    since = LONG_AGO + 7 * (20 * PAGE - 8)

    reading = read(module, moment(since))

    assert sorted(reading.ids, key=int) == [str(number) for number in sorted(module.entries)[-8:]]
    assert reading.methods == [Method.BY_CHANGE, Method.NEWEST_FIRST]
    assert len(reading.asks) <= 6


def test_does_not_stop_at_what_is_old_when_the_order_is_ignored_as_well() -> None:
    """New records come first by their ids, as if the order were honoured; the one that was edited is far behind."""
    module = a_module(20, filter="ignored", sort="ignored")
    module.edit(8)

    reading = read(module, moment(NOON))

    assert reading.ids == ["8"]


def test_says_in_words_what_it_does_instead() -> None:
    reading = read(a_module(17, filter="ignored"))

    assert reading.walk.remarks == [
        "Zoho gives records that are older than asked for; reading on in the order of ids, all records."
    ]


# ── the order ──


def test_a_page_that_is_in_order_by_chance_proves_nothing() -> None:
    """An import within one second, of which one record was edited later, and it ends the first page."""
    module = ModuleModel(sort="ignored", own_order="id asc").add_many([LONG_AGO] * 18)
    module.now = LONG_AGO + 5
    module.edit(7 + PAGE - 1)
    module.now = NOON

    assert_all_came_once(read(module))


def test_an_order_that_is_not_kept_is_not_relied_on() -> None:
    module = ModuleModel(sort="ignored").add_many([LONG_AGO + 100 * (place % 3) for place in range(18)])

    reading = read(module)

    assert_all_came_once(reading)
    assert reading.methods == [Method.BY_CHANGE, Method.BY_ID]


def test_a_filter_saves_most_of_the_calls_although_the_order_is_ignored() -> None:
    module = a_module(30 * PAGE, limit=1000, sort="ignored")
    for number in (20, 40, 30, 120, 90, 70):
        module.now += 5
        module.edit(number)

    reading = read(module, moment(NOON))

    assert sorted(reading.ids, key=int) == ["20", "30", "40", "70", "90", "120"]
    assert len(reading.asks) <= 4


@pytest.mark.parametrize("end", ["lowest", "highest"])
def test_records_that_do_not_say_when_they_changed_come_out_too(end: str) -> None:
    times = [LONG_AGO + 7 * place for place in range(12)]
    module = ModuleModel(nulls=end).add_many([None, *times, None])  # type: ignore[arg-type]

    reading = read(module)

    assert_all_came_once(reading)
    assert reading.methods == [Method.BY_CHANGE, Method.BY_ID]


def test_reads_in_the_own_order_of_a_module_that_takes_none() -> None:
    reading = read(a_module(17, sort="refused", sort_by_id="refused"))

    assert_all_came_once(reading)
    assert reading.methods == [Method.BY_CHANGE, Method.BY_ID, Method.PLAIN]


def test_is_stuck_when_not_even_that_is_taken() -> None:
    walk = Walk(methods=[Method.PLAIN])

    with pytest.raises(StuckError, match="does not take the question"):
        walk.meet(Trouble.NOT_TAKEN)


# ── the end of chains ──


def test_reads_more_than_a_chain_holds_from_both_ends() -> None:
    module = a_module(2 * LIMIT - 1, sort="refused")

    assert_all_came_once(read(module))


def test_an_import_larger_than_a_chain_is_read_by_id() -> None:
    module = ModuleModel().add_many([LONG_AGO] * (LIMIT + PAGE) + [NOON - 100 + place for place in range(10)])

    reading = read(module)

    assert_all_came_once(reading)
    assert reading.methods == [Method.BY_CHANGE, Method.BY_ID]


def test_a_chain_that_is_full_is_left_at_the_last_change() -> None:
    module = ModuleModel().add_many([LONG_AGO] * (LIMIT - 1) + [NOON - 100] * (LIMIT - 1))

    reading = read(module)

    assert_all_came_once(reading)
    assert reading.methods == [Method.BY_CHANGE]


def test_more_than_can_be_listed_is_an_error_and_no_silent_end() -> None:
    reading = read(a_module(2 * LIMIT + PAGE, sort="refused"))

    assert "no more than 100,000" in reading.stuck


def test_an_other_end_that_is_the_same_end_is_an_error_and_no_silent_end() -> None:
    reading = read(a_module(LIMIT + 1, sort="refused", sort_by_id="ignored", own_order="id asc"))

    assert "no more than 100,000" in reading.stuck


# ── tokens that die ──


def test_a_token_that_died_costs_a_question_and_nothing_else() -> None:
    module = a_module(LIMIT - 1, gap=0)
    module.breaks = 1

    assert_all_came_once(read(module))


def test_tokens_that_die_in_the_order_of_ids_leave_the_other_end_open() -> None:
    module = a_module(2 * LIMIT - 1, sort="refused")
    module.breaks = 2

    assert_all_came_once(read(module))


def test_tokens_that_always_die_are_an_error_and_no_endless_loop() -> None:
    module = a_module(LIMIT - 1, sort="refused")
    module.breaks = 10_000

    reading = read(module)

    assert "same place again and again" in reading.stuck
    assert len(reading.asks) < 20


def test_a_first_question_that_is_answered_like_a_dead_token_is_an_error_and_no_endless_loop() -> None:
    walk = Walk()

    for _ in range(5):
        walk.meet(Trouble.CHAIN_BROKEN)

    with pytest.raises(StuckError, match="again and again"):
        walk.meet(Trouble.CHAIN_BROKEN)
