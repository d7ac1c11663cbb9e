"""Do the formulas for time and order agree with sorting everything?"""

from __future__ import annotations

from collections import Counter

import pytest

from source_zoho.emulator.timeline import Timeline

START, END = 1_600_000_000, 1_660_000_000
SIZES = [1, 2, 3, 5, 36, 200, 203, 430, 1999, 5000]


def by_modification(timeline: Timeline) -> list[int]:
    return sorted(range(timeline.size), key=lambda index: (timeline.modified(index), index))


@pytest.mark.parametrize("size", SIZES)
def test_the_order_of_modification_is_the_one_that_sorting_gives(size: int) -> None:
    timeline = Timeline(size, START, END)

    assert [timeline.index_at_rank(rank) for rank in range(size)] == by_modification(timeline)


@pytest.mark.parametrize("size", SIZES)
def test_a_record_knows_its_place_in_the_order_of_modification(size: int) -> None:
    timeline = Timeline(size, START, END)

    assert [timeline.rank_of(timeline.index_at_rank(rank)) for rank in range(size)] == list(range(size))


@pytest.mark.parametrize("size", SIZES)
def test_records_are_made_in_order_and_changed_later(size: int) -> None:
    timeline = Timeline(size, START, END)
    created = [timeline.created(index) for index in range(size)]

    assert created == sorted(created)
    assert all(START <= made < timeline.modified(index) < END for index, made in enumerate(created))


@pytest.mark.parametrize("size", SIZES)
def test_records_changed_since_an_instant_are_found_by_formula(size: int) -> None:
    timeline = Timeline(size, START, END)
    for instant in {
        START,
        END,
        *(timeline.modified(index) + shift for index in range(0, size, 1 + size // 9) for shift in (0, 1)),
    }:
        expected = [index for index in range(size) if timeline.modified(index) >= instant]

        singles, rest = timeline.indexes_since(instant)

        assert [*singles, *range(rest, size)] == expected
        assert size - timeline.first_rank_since(instant) == len(expected)


def test_the_order_of_modification_is_not_the_order_of_creation() -> None:
    timeline = Timeline(36, START, END)

    assert by_modification(timeline) != list(range(36))


def test_six_records_share_a_second_around_every_two_hundredth() -> None:
    timeline = Timeline(1000, START, END)
    times = [timeline.modified_at_rank(rank) for rank in range(1000)]

    assert times[199] == times[200]
    assert Counter(times)[times[200]] == 6


def test_millions_cost_nothing_until_somebody_asks() -> None:
    timeline = Timeline(50_000_000, START, END)
    rank = timeline.rank_of(41_234_567)

    assert timeline.index_at_rank(rank) == 41_234_567
    assert timeline.first_rank_since(timeline.modified(41_234_567)) <= rank
