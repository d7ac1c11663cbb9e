"""What becomes of a record that is edited, made or deleted while its module is read?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from source_zoho.crm.walk import Answer, Method, Walk
from unit_tests.crm.module_model import NOON, PAGE, ModuleModel, moment
from unit_tests.crm.test_walk import LONG_AGO, a_module, assert_all_came_once
from unit_tests.crm.walk_reader import Habits, Reading, read

FIRST = 7


def delete(module: ModuleModel, *numbers: int) -> None:
    for number in numbers:
        module.delete(number)


def reading_while(module: ModuleModel, happens: dict[int, Callable[[], object]], since: float | None = None) -> Reading:
    """Read *module* while something *happens* before some of the questions."""
    return read(
        module,
        None if since is None else moment(since),
        before_question=lambda question: happens.get(question, lambda: None)(),
    )


@pytest.mark.parametrize("tokens", ["keyset", "offset"])
@pytest.mark.parametrize("question", [2, 3, 4, 5])
def test_an_edit_moves_a_record_to_the_end_where_it_is_met(tokens: str, question: int) -> None:
    """A list in the order of change that is paged by counting would skip a record for each edit in front of it."""
    module = a_module(4 * PAGE, tokens=tokens)

    reading = reading_while(module, {question: lambda: module.edit(FIRST + 3 * PAGE)})

    assert_all_came_once(reading)


@pytest.mark.parametrize("tokens", ["keyset", "offset"])
def test_deleted_records_take_no_others_along(tokens: str) -> None:
    module = a_module(4 * PAGE, tokens=tokens)

    reading = reading_while(module, {3: lambda: delete(module, FIRST, FIRST + 1, FIRST + 2)})

    assert {str(number) for number in module.entries} <= set(reading.ids)


def test_a_border_that_was_edited_away_does_not_turn_from_into_after() -> None:
    module = a_module(4 * PAGE)

    reading = reading_while(module, {3: lambda: module.edit(FIRST + PAGE - 1)})

    assert_all_came_once(reading)
    assert [ask.since for ask in reading.asks[2:5]] == [
        moment(LONG_AGO + 7 * (PAGE - 1)),
        moment(LONG_AGO + 7 * (PAGE - 1) - 1),
        moment(LONG_AGO + 7 * (2 * PAGE - 1)),
    ]


def test_a_first_page_that_was_edited_is_no_proof_against_the_order() -> None:
    module = a_module(2 * PAGE + 1)

    reading = reading_while(module, {2: lambda: module.edit(FIRST)})

    assert_all_came_once(reading)
    assert reading.methods == [Method.BY_CHANGE]


def test_looks_again_at_what_was_edited_behind_its_back() -> None:
    """Latest change first: the record jumps from a page that is still to come to one that was read."""
    module = a_module(6 * PAGE, filter="ignored", limit=100)
    since = LONG_AGO + 7 * PAGE
    a_record_of_the_last_page = FIRST + PAGE + 1

    reading = reading_while(module, {5: lambda: module.edit(a_record_of_the_last_page)}, since)

    assert reading.methods[-1] is Method.NEWEST_FIRST
    assert str(a_record_of_the_last_page) in reading.ids


def test_a_record_that_changes_between_two_groups_is_read_again_whole() -> None:
    module = a_module(PAGE, groups=2)

    reading = reading_while(module, {2: lambda: module.edit(FIRST)})

    assert_all_came_once(reading)
    assert {row["field_0"] for row in reading.rows if row["id"] == str(FIRST)} == {1}
    assert all(row["field_0"] == row["field_1"] for row in reading.rows)


def test_two_edits_within_one_second_are_told_apart_by_reading_again() -> None:
    """Zoho shows whole seconds, so both versions say that they changed at the same time."""
    module = a_module(PAGE, groups=2)
    habits = Habits(seconds_for_a_question=0.1)

    reading = read(module, before_question=lambda question: module.edit(FIRST), habits=habits)

    assert_all_came_once(reading)
    assert all(row["field_0"] == row["field_1"] for row in reading.rows)


def test_what_is_made_meanwhile_may_come_now_or_in_the_next_sync() -> None:
    module = a_module(3 * PAGE)
    first = reading_while(module, {4: module.add})

    second = read(module, first.next_since)

    assert {*first.ids, *second.ids} == {str(number) for number in module.entries}
    assert first.next_since == moment(NOON + 1)


def test_a_sync_that_is_broken_off_is_taken_up_where_it_was() -> None:
    module = a_module(4 * PAGE)
    first = read(module, habits=Habits(rounds_between_checkpoints=1, gives_up_at_question=5))

    second = read(module, first.state)

    assert first.broken_off
    assert {*first.ids, *second.ids} == {str(number) for number in module.entries}
    assert len(set(first.ids) & set(second.ids)) == 1, "the border comes again"


def test_how_far_it_has_come_counts_what_is_to_be_read_again() -> None:
    """A group that lacks a record will not give it later: the next chain begins behind it."""
    times = [moment(LONG_AGO + 7 * place).isoformat() for place in range(12)]
    rows = [{"id": str(place), "Modified_Time": changed} for place, changed in enumerate(times)]
    walk = Walk(groups=2)
    walk.take([Answer(rows[:4], more=True, token="t")] * 2, moment(NOON))
    walk.take([Answer(rows[:7:-1], more=True, token="t")] * 2, moment(NOON))

    walk.take(
        [Answer(rows[3:8], more=True, token="t"), Answer([rows[3], *rows[5:8]], more=True, token="t")], moment(NOON)
    )

    assert walk.reached == moment(LONG_AGO + 7 * 7)
    assert walk.weave.pop_torn() == ["4"]


@pytest.mark.parametrize("happens", ["edit", "delete"])
@pytest.mark.parametrize("question", range(2, 6))
def test_a_record_that_leaves_its_place_takes_no_other_along_where_zoho_counts_them(
    happens: str, question: int
) -> None:
    module = ModuleModel(tokens="offset", limit=100).add_many([LONG_AGO] * (4 * PAGE))
    change = module.edit if happens == "edit" else module.delete

    reading = reading_while(module, {question: lambda: change(FIRST)})

    assert {str(number) for number in module.entries} <= set(reading.ids)
    assert len(reading.ids) == len(set(reading.ids)) == 4 * PAGE
    assert not reading.walk.doubts


def test_what_is_made_meanwhile_is_no_reason_to_look_again() -> None:
    module = ModuleModel(limit=100).add_many([LONG_AGO] * (4 * PAGE))

    reading = reading_while(module, {2: module.add, 4: module.add})

    assert_all_came_once(reading)
    assert len(reading.asks) == 5 + 1, "the pages, and what was edited"


def test_people_who_never_stop_do_not_keep_the_walk_for_ever_and_that_is_told() -> None:
    module = ModuleModel(tokens="offset", limit=100).add_many([LONG_AGO] * (4 * PAGE))

    reading = read(module, before_question=lambda question: module.edit(FIRST + question % (4 * PAGE)))

    assert len(reading.walk.doubts) == 1
    assert len(reading.asks) < 40
