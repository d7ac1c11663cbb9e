"""Does a walk lose or repeat rows that are edited, added or deleted between two of its calls?"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from source_zoho.paging.walk import Method
from unit_tests.paging.list_model import NOON, ListModel, moment
from unit_tests.paging.reading import read

LONG_AGO = NOON - 100_000
METHODS = (Method.KEYSET, Method.FILTER, Method.NEWEST_FIRST, Method.SCAN, Method.PLAIN)
by_every_method = pytest.mark.parametrize("method", METHODS, ids=lambda each: each.value)
before_each_call = pytest.mark.parametrize("call", [1, 2, 3, 4])


def a_list(count: int = 700) -> ListModel:
    """Return a list of *count* rows, changed second by second in the order of their creation."""
    return ListModel().add_many(range(LONG_AGO, LONG_AGO + count))


def ids(numbers: Iterable[int]) -> set[str]:
    return {str(number) for number in numbers}


def before(call: int, action: Callable[[], object]) -> Callable[[int], None]:
    """Return what does *action* before the given *call*."""

    def act(number: int) -> None:
        if number == call:
            action()

    return act


@by_every_method
@before_each_call
@pytest.mark.parametrize(
    "deleted", [[1], [200], [201], [700], range(1, 251), range(195, 206), range(450, 701)], ids=repr
)
def test_deleted_rows_take_no_others_with_them(method: Method, call: int, deleted: Iterable[int]) -> None:
    model = a_list()

    def delete() -> None:
        for number in deleted:
            model.delete(number)

    reading = read(model, method, before_call=before(call, delete))

    assert ids(model.entries) <= set(reading.ids)
    assert len(reading.rows) == len(set(reading.ids))
    assert reading.calls <= 10


@by_every_method
@before_each_call
def test_added_rows_push_none_out(method: Method, call: int) -> None:
    model = a_list()

    def add() -> None:
        for _ in range(30):
            model.add()

    reading = read(model, method, before_call=before(call, add))

    assert ids(range(1, 701)) <= set(reading.ids)
    assert len(reading.rows) == len(set(reading.ids))


@pytest.mark.parametrize(
    "method", [Method.KEYSET, Method.FILTER, Method.SCAN, Method.PLAIN], ids=lambda each: each.value
)
@before_each_call
@pytest.mark.parametrize("edited", [[1], [200], [201], [700], range(190, 211), range(1, 701, 3)], ids=repr)
def test_edited_rows_come_out_as_they_are_or_as_they_were(method: Method, call: int, edited: Iterable[int]) -> None:
    model = a_list()

    def edit() -> None:
        for number in edited:
            model.edit(number)

    reading = read(model, method, before_call=before(call, edit))

    assert set(reading.ids) == ids(range(1, 701))
    versions = [(row["id"], row["version"]) for row in reading.rows]
    assert len(versions) == len(set(versions))


@pytest.mark.parametrize("call", [2, 3])
def test_a_keyset_walk_brings_the_edit_of_a_row_that_it_has_passed(call: int) -> None:
    model = a_list()

    reading = read(model, before_call=before(call, lambda: model.edit(5)))

    assert [row["version"] for row in reading.rows if row["id"] == "5"] == [0, 1]


def test_newest_first_leaves_a_row_that_jumps_to_the_front_to_the_next_run() -> None:
    model = a_list()
    first = read(model, Method.NEWEST_FIRST, before_call=before(2, lambda: model.edit(5)))

    second = read(model, Method.NEWEST_FIRST, since=moment(LONG_AGO + 699 - 600))

    assert "5" not in first.ids
    assert "5" in second.ids


def test_a_filtered_walk_may_be_entered_by_edited_rows_in_its_middle() -> None:
    model = a_list(2_000)

    def edit() -> None:
        for number in range(1, 50):
            model.edit(number)

    reading = read(
        model,
        Method.FILTER,
        since=moment(LONG_AGO + 1_000),
        before_call=before(3, edit),
    )

    assert ids(range(1_001, 2_001)) <= set(reading.ids)


@by_every_method
def test_a_list_that_is_edited_before_every_call_is_read_to_an_end(method: Method) -> None:
    model = a_list(1_000)

    def edit_and_delete(call: int) -> None:
        if call < 60:
            model.edit(call * 13)
            model.delete(call * 11)
            model.add()

    reading = read(model, method, before_call=edit_and_delete, most_calls=120)

    untouched = {number for number, entry in model.entries.items() if number <= 1_000 and not entry.version}
    assert ids(untouched) <= set(reading.ids)


def test_a_crowded_second_loses_no_row_when_others_of_it_are_deleted() -> None:
    model = ListModel().add_many([LONG_AGO] * 300 + list(range(LONG_AGO + 10, LONG_AGO + 300)))

    def delete() -> None:
        for number in (1, 2, 3):
            model.delete(number)

    reading = read(model, Method.KEYSET, before_call=before(3, delete))

    assert ids(model.entries) <= set(reading.ids)


def test_a_crowded_second_loses_no_row_when_others_of_it_are_edited() -> None:
    model = ListModel().add_many([LONG_AGO] * 300 + list(range(LONG_AGO + 10, LONG_AGO + 300)))

    def edit() -> None:
        for number in (1, 2, 3):
            model.edit(number)

    reading = read(model, Method.KEYSET, before_call=before(3, edit))

    assert ids(model.entries) <= set(reading.ids)


def test_a_page_that_begins_with_a_row_read_before_and_edited_since_is_no_continuation() -> None:
    # Rows 1 to 3 leave the first page for the end of the list, and row 201 slips onto it. The second page begins with
    # row 2, which was read before, but in another place.
    model = ListModel().add_many([LONG_AGO] * 201)

    def edit() -> None:
        for number in (1, 2, 3):
            model.edit(number)

    reading = read(model, Method.KEYSET, since=moment(LONG_AGO), before_call=before(2, edit))

    assert ids(model.entries) <= set(reading.ids)


def test_newest_first_loses_no_row_when_newer_ones_are_deleted_before_the_last_page() -> None:
    model = a_list()

    def delete() -> None:
        for number in (700, 699, 698):
            model.delete(number)

    reading = read(model, Method.NEWEST_FIRST, since=moment(LONG_AGO + 400), before_call=before(2, delete))

    assert ids(range(401, 698)) <= set(reading.ids)


@by_every_method
def test_a_server_with_smaller_pages_of_its_own_loses_no_row_to_edits_and_additions(method: Method) -> None:
    model = a_list(500)
    model.own_page_size = 50

    def edit_and_add(call: int) -> None:
        if call < 10:
            model.edit(call * 20)
            model.add()

    reading = read(model, method, before_call=edit_and_add)

    untouched = {number for number, entry in model.entries.items() if number <= 500 and not entry.version}
    assert ids(untouched) <= set(reading.ids)


def test_a_page_that_is_asked_for_again_is_told_apart_from_the_first_time() -> None:
    model = a_list(450)

    def delete() -> None:
        for number in range(1, 61):
            model.delete(number)

    reading = read(model, Method.SCAN, before_call=before(2, delete))

    assert [ask.reread for ask in reading.asks] == [0, 0, 1, 1]
    assert ids(range(61, 451)) <= set(reading.ids)
