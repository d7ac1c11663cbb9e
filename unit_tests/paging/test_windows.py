"""Do numbered pages show that rows have moved, at the cost of few calls?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from source_zoho.paging.windows import Page, Windows, overlapping_page


def walk_through(rows: list[int], happens: Callable[[int, list[int]], object] | None = None) -> tuple[list[int], int]:
    """Return the rows that numbered pages of *rows* showed, and the number of calls."""
    windows, shown, calls = Windows(), [], 0
    while not windows.done:
        calls += 1
        assert calls < 100
        if happens:
            happens(calls, rows)
        page = windows.page
        ids = rows[page.offset : page.offset + page.size]
        shown += ids
        windows.advance(ids, has_more=page.offset + page.size < len(rows), size_seen=page.size)
    return shown, calls


@pytest.mark.parametrize(
    ("rows", "calls"), [(0, 1), (1, 1), (199, 1), (200, 1), (201, 2), (398, 2), (399, 3), (400, 3)]
)
def test_a_short_list_costs_no_more_than_it_must(rows: int, calls: int) -> None:
    shown, made = walk_through(list(range(rows)))

    assert set(shown) == set(range(rows))
    assert made == calls


@pytest.mark.parametrize("rows", [1_000, 5_000, 12_345])
def test_overlapping_costs_about_one_call_in_ten(rows: int) -> None:
    shown, made = walk_through(list(range(rows)))

    assert set(shown) == set(range(rows))
    assert made <= 1.15 * rows / 200 + 1


@pytest.mark.parametrize("covered", [1, 2, 199, 200, 201, 397, 398, 399, 400, 1_000, 9_999, 123_456])
def test_the_next_page_shows_the_last_row_again_and_reaches_on(covered: int) -> None:
    page = overlapping_page(covered)

    assert page.offset < covered <= page.offset + page.size
    assert page.offset + page.size > covered or page.size == 200
    assert 100 <= page.size <= 200


def test_nothing_read_yet_means_the_first_page() -> None:
    assert overlapping_page(0) == overlapping_page(-5) == Page(1, 200)


@pytest.mark.parametrize("deleted", [1, 2, 50, 199, 200])
def test_rows_that_slip_onto_a_page_already_read_are_fetched_there(deleted: int) -> None:
    def delete(call: int, rows: list[int]) -> None:
        if call == 2:
            del rows[:deleted]

    shown, _ = walk_through(list(range(700)), delete)

    assert set(shown) == set(range(700))


def test_the_row_by_which_pages_overlap_may_itself_be_deleted() -> None:
    def delete(call: int, rows: list[int]) -> None:
        if call == 2:
            rows.remove(199)

    shown, made = walk_through(list(range(390)), delete)

    assert set(shown) == set(range(390))
    assert made == 4  # the second page once in vain, the first once more


def test_a_last_page_that_deletions_have_emptied_is_no_end() -> None:
    def delete(call: int, rows: list[int]) -> None:
        if call == 2:
            del rows[:60]

    shown, _ = walk_through(list(range(230)), delete)

    assert set(shown) == set(range(230))


def test_rows_that_come_in_before_the_reader_cost_a_second_look_at_most() -> None:
    def add(call: int, rows: list[int]) -> None:
        if call in (2, 3):
            rows[:0] = range(call * 10_000, call * 10_000 + 5)

    shown, made = walk_through(list(range(700)), add)

    assert set(range(700)) <= set(shown)
    assert made == 4


def test_a_list_in_another_order_each_time_is_read_to_an_end_all_the_same() -> None:
    def shuffle(call: int, rows: list[int]) -> None:
        rows[:] = rows[300:] + rows[:300]

    shown, made = walk_through(list(range(1_000)), shuffle)

    assert shown
    assert made < 60


def pages_of_a_server(
    own_size: int, count: int, says: bool, rows: Sequence[int] | None = None
) -> tuple[list[int], list[int]]:
    """Return the rows and the page numbers of a walk through a server that gives pages of its own size."""
    listed = list(range(count)) if rows is None else list(rows)
    windows, shown, numbers = Windows(), [], []
    while not windows.done:
        number = windows.page.number
        numbers.append(number)
        assert len(numbers) < 100
        ids = listed[(number - 1) * own_size : number * own_size]
        shown += ids
        windows.advance(ids, has_more=number * own_size < count, size_seen=own_size if says else None)
    return shown, numbers


@pytest.mark.parametrize("says", [True, False])
def test_a_server_with_smaller_pages_of_its_own_is_read_by_number(says: bool) -> None:
    shown, numbers = pages_of_a_server(own_size=50, count=170, says=says)

    assert shown == list(range(170))
    assert numbers == [1, 2, 3, 4]


def test_a_server_that_honours_only_the_largest_page_is_read_by_number_from_the_start() -> None:
    shown, numbers = pages_of_a_server(own_size=200, count=410, says=True)

    assert set(shown) == set(range(410))
    assert numbers == [1, 2, 1, 2, 3]


@pytest.mark.parametrize(
    "pages",
    [
        [[1, 2], [], [], []],
        [[1, 2], [1, 2], [1, 2], [1, 2]],
        [list(range(200))] * 4,
    ],
    ids=["empty pages", "the same few rows", "the same full page"],
)
def test_more_that_is_promised_and_never_comes_is_noticed(pages: list[list[int]]) -> None:
    windows = Windows()

    for page in pages[:-1]:
        windows.advance(page, has_more=True, size_seen=None)
        assert not windows.stalled
    windows.advance(pages[-1], has_more=True, size_seen=None)

    assert windows.stalled


def test_a_page_or_two_without_news_are_no_reason_to_give_up() -> None:
    windows = Windows()

    for page in ([1, 2], [], [1, 2], [3], [], []):
        windows.advance(page, has_more=True, size_seen=None)

    assert not windows.stalled


def test_the_end_of_a_list_may_repeat_what_was_there() -> None:
    windows = Windows()

    for has_more in (True, True, True, False):
        windows.advance([1, 2], has_more=has_more, size_seen=None)

    assert windows.done
    assert not windows.stalled
