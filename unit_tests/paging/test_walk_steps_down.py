"""What if a list ignores or refuses what it is asked, from the first call on or in the middle?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from source_zoho.paging.walk import Answer, Method, Walk
from unit_tests.paging.list_model import NOON, ListModel, Mode, moment
from unit_tests.paging.reading import read

LONG_AGO = NOON - 100_000
SINCE = moment(LONG_AGO + 500)
WANTED = {str(number) for number in range(501, 1_001)}


def a_list(**habits: Mode) -> ListModel:
    """Return a thousand rows, changed second by second in an order that is not the order of their creation."""
    return ListModel(**habits).add_many(LONG_AGO + place for place in range(1_000))  # type: ignore[arg-type]


def turning(model: ListModel, call: int, **habits: Mode) -> Callable[[int], None]:
    """Return what lets *model* take to other *habits* before the given *call*."""

    def turn(number: int) -> None:
        if number == call:
            for name, mode in habits.items():
                setattr(model, name, mode)

    return turn


# ── From the first call on ──


def test_a_filter_that_is_ignored_is_noticed_by_a_row_older_than_asked() -> None:
    reading = read(a_list(filter="ignore"), since=SINCE)

    assert set(reading.ids) == WANTED
    assert reading.methods == [Method.KEYSET, Method.NEWEST_FIRST]
    assert "a row older than asked came back" in reading.walk.remarks[0]


def test_a_filter_that_is_refused_is_not_sent_again() -> None:
    reading = read(a_list(filter="refuse"), since=SINCE)

    assert set(reading.ids) == WANTED
    assert reading.methods == [Method.KEYSET, Method.NEWEST_FIRST]
    assert "Invalid value passed for last_modified_time" in reading.walk.remarks[0]


@pytest.mark.parametrize("mode", ["ignore", "refuse"])
def test_without_the_sort_the_filter_still_spares_pages(mode: Mode) -> None:
    reading = read(a_list(sort=mode), since=moment(LONG_AGO + 900))

    assert set(reading.ids) == {str(number) for number in range(901, 1_001)}
    assert reading.methods == [Method.KEYSET, Method.FILTER]
    assert reading.calls == 2


@pytest.mark.parametrize("mode", ["ignore", "refuse"])
def test_a_list_that_sorts_by_nothing_is_still_filtered(mode: Mode) -> None:
    reading = read(a_list(sort=mode, stable_sort=mode), since=moment(LONG_AGO + 900))

    assert set(reading.ids) == {str(number) for number in range(901, 1_001)}
    assert reading.methods[-1].filters
    assert reading.calls <= 3


@pytest.mark.parametrize("mode", ["ignore", "refuse"])
@pytest.mark.parametrize("begin", [Method.KEYSET, Method.FILTER, Method.NEWEST_FIRST], ids=lambda each: each.value)
def test_a_list_that_honours_nothing_is_read_whole(begin: Method, mode: Mode) -> None:
    reading = read(a_list(filter=mode, sort=mode, stable_sort=mode), begin, since=SINCE)

    assert set(reading.ids) == WANTED
    assert len(reading.rows) == len(WANTED)
    assert reading.calls <= 3 + 6 + len(reading.methods)  # three pages until an older row shows that Zoho ignores it


def test_an_order_that_zoho_says_is_another_is_not_believed_though_the_rows_fit() -> None:
    walk = Walk([Method.KEYSET, Method.SCAN], ["id"], "last_modified_time")

    walk.take(Answer([{"id": "1", "last_modified_time": "2025-01-01T00:00:00+0000"}], True, 200, "created_time"))

    assert walk.method is Method.SCAN
    assert "another order" in walk.remarks[0]


@pytest.mark.parametrize("said", [None, "", "last_modified_time"])
def test_an_order_of_which_zoho_says_nothing_is_judged_by_its_rows(said: str | None) -> None:
    walk = Walk([Method.KEYSET, Method.SCAN], ["id"], "last_modified_time")

    walk.take(Answer([{"id": "1", "last_modified_time": "2025-01-01T00:00:00+0000"}], False, 200, said))

    assert walk.method is Method.KEYSET


def test_rows_of_the_answer_that_gave_it_away_are_kept() -> None:
    model = a_list(sort="ignore")

    reading = read(model)

    assert len(reading.rows) == len(set(reading.ids)) == 1_000


def test_when_the_plainest_question_is_refused_there_is_nothing_left_to_try() -> None:
    walk = Walk([Method.PLAIN], ["id"], "last_modified_time")

    assert not walk.refuse("Invalid value passed for page")
    assert not walk.remarks


def test_each_step_is_said_once() -> None:
    reading = read(a_list(filter="ignore", sort="refuse"), since=SINCE)

    assert len(reading.walk.remarks) == len(set(reading.walk.remarks)) == len(reading.methods) - 1


# ── In the middle ──


@pytest.mark.parametrize("begin", [Method.KEYSET, Method.FILTER, Method.NEWEST_FIRST], ids=lambda each: each.value)
@pytest.mark.parametrize("what", ["filter", "sort"])
@pytest.mark.parametrize("mode", ["ignore", "refuse"])
@pytest.mark.parametrize("call", [2, 3])
@pytest.mark.parametrize("since", [None, SINCE], ids=["all", "changes"])
def test_a_list_that_turns_in_the_middle_loses_nothing(
    begin: Method, what: str, mode: Mode, call: int, since: object
) -> None:
    model = a_list()
    first = SINCE if since else None

    reading = read(model, begin, since=first, before_call=turning(model, call, **{what: mode}))

    assert set(reading.ids) == (WANTED if first else {str(number) for number in range(1, 1_001)})
    assert len(reading.rows) == len(set(reading.ids))
    assert reading.calls <= 6 + call + len(reading.methods)


def test_an_order_that_fails_on_the_way_is_not_believed_for_the_pages_before_either() -> None:
    model = a_list()

    reading = read(model, before_call=turning(model, 4, sort="ignore"))

    assert set(reading.ids) == {str(number) for number in range(1, 1_001)}
    assert [ask.since for ask in reading.asks[3:5]] == [moment(LONG_AGO + 597), None]


# ── Lists that do not say by what they have sorted ──


@pytest.mark.parametrize("begin", [Method.KEYSET, Method.NEWEST_FIRST], ids=lambda each: each.value)
def test_an_ignored_order_is_noticed_by_the_rows_when_zoho_does_not_say_it(begin: Method) -> None:
    model = ListModel(sort="ignore", says_order=False)
    model.add_many(LONG_AGO + place * 7 % 1_000 for place in range(1_000))

    reading = read(model, begin, since=SINCE)

    assert len(set(reading.ids)) == 500


def test_an_ignored_order_is_noticed_though_the_first_page_looks_like_newest_first() -> None:
    # Bills that nobody touched after making them stand newest first by creation and by change alike.
    model = ListModel(sort="ignore", says_order=False)
    model.add_many(LONG_AGO + place for place in range(1_000))
    model.edit(3)

    reading = read(model, Method.NEWEST_FIRST, since=moment(LONG_AGO + 900), documented_sort=False)

    assert "3" in reading.ids


def test_an_ignored_order_is_noticed_though_the_first_page_changed_in_one_second() -> None:
    # An import changed the newest 300 rows in one second: in the order of creation they look sorted by change, too.
    model = ListModel(sort="ignore", says_order=False)
    model.add_many([LONG_AGO] * 700 + [LONG_AGO + 1_000] * 300)

    reading = read(model, documented_sort=False)

    assert len(set(reading.ids)) == 1_000


def test_an_undocumented_order_that_may_be_that_of_creation_is_followed_no_further_than_creation() -> None:
    # Rows are made second by second and stand in that order; the last of the first page was edited long after.
    model = ListModel(sort="ignore", says_order=False, oldest_first=True)
    model.add_many(LONG_AGO + place for place in range(450))
    model.edit(200)

    reading = read(model, documented_sort=False)

    assert set(reading.ids) == {str(number) for number in range(1, 451)}


def test_an_undocumented_order_costs_nothing_where_rows_bear_it_out() -> None:
    model = ListModel(says_order=False)
    model.add_many(LONG_AGO + place * 7 % 1_000 for place in range(1_000))

    reading = read(model, documented_sort=False)

    assert reading.methods == [Method.KEYSET]
    assert len(reading.ids) == 1_000


def test_an_ignored_order_is_noticed_though_somebody_changed_the_rows_in_the_order_of_the_list() -> None:
    # A script went through the plain list, newest first, and touched 300 rows, one a second: the first page rises by
    # change and is sorted by creation all the same, backwards. The 700 rows that it did not reach changed long before.
    model = ListModel(sort="ignore", says_order=False).add_many([LONG_AGO] * 1_000)
    for place in range(300):
        model.entries[1_000 - place].modified = LONG_AGO + 10_000 + place

    reading = read(model, documented_sort=False)

    assert len(set(reading.ids)) == 1_000
