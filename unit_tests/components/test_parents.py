"""Do parents come oldest change first, each once, and are those that were read known again?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from source_zoho.components.lists import Page
from source_zoho.components.parents import Parent, Seen, oldest_change_first

NOON = datetime(2025, 6, 15, 12, tzinfo=UTC)
KEY = ["organization_id", "id"]
LOOKBACK_SECONDS = 600


def a_row(key: Any, seconds: float | None = 0, **fields: Any) -> dict[str, Any]:
    """Return a row that changed *seconds* after noon, or does not say when."""
    changed = "" if seconds is None else (NOON + timedelta(seconds=seconds)).isoformat()
    return {"id": key, "last_modified_time": changed, **fields}


def a_page(*rows: dict[str, Any], in_order: bool = False) -> Page:
    return Page(list(rows), NOON, in_order=in_order)


def ordered(*pages: Page, told_apart_by: list[str] | None = None) -> list[Parent]:
    return list(oldest_change_first(pages, "id", "last_modified_time", told_apart_by or KEY))


def keys(parents: list[Parent]) -> list[str]:
    return [parent.key for parent in parents]


# ── What a parent is ──


def test_an_id_that_came_as_a_number_is_a_text() -> None:
    assert Parent.of(a_row(460001000000012345), "id", "last_modified_time").key == "460001000000012345"


@pytest.mark.parametrize("silence", [{}, {"last_modified_time": None}, {"last_modified_time": "yesterday"}])
def test_a_parent_may_not_say_when_it_changed(silence: dict[str, Any]) -> None:
    parent = Parent.of({"id": "1", **silence}, "id", "last_modified_time")

    assert (parent.changed, parent.seconds) == (None, 0)


def test_the_time_of_a_change_is_an_instant_whatever_its_zone() -> None:
    one = Parent.of({"id": "1", "at": "2025-06-15T17:30:00+0530"}, "id", "at")
    other = Parent.of({"id": "1", "at": "2025-06-15T12:00:00+00:00"}, "id", "at")

    assert one.seconds == other.seconds == int(NOON.timestamp())


# ── In which order they come ──


def test_rows_in_the_order_of_change_are_handed_on_before_the_next_page_is_asked_for() -> None:
    asked = []

    def pages() -> Iterator[Page]:
        for number in range(3):
            asked.append(number)
            yield a_page(a_row(str(number), number), in_order=True)

    parents = oldest_change_first(pages(), "id", "last_modified_time", KEY)

    assert next(parents).key == "0"
    assert asked == [0]


def test_other_rows_wait_for_the_end_of_their_list_and_come_oldest_change_first() -> None:
    parents = ordered(a_page(a_row("3", 30), a_row("1", 10)), a_page(a_row("2", 20)))

    assert keys(parents) == ["1", "2", "3"]
    assert parents[0].row == a_row("1", 10)


def test_times_of_different_zones_are_compared_as_instants() -> None:
    early = {"id": "early", "last_modified_time": "2025-06-15T17:29:00+0530"}
    late = {"id": "late", "last_modified_time": "2025-06-15T04:01:00-0800"}

    assert keys(ordered(a_page(late, early))) == ["early", "late"]


def test_a_parent_that_does_not_say_when_it_changed_comes_before_all_that_do() -> None:
    assert keys(ordered(a_page(a_row("1", 10), a_row("2", None), a_row("3", 5)))) == ["2", "3", "1"]


def test_when_the_order_ends_in_the_middle_the_rest_waits() -> None:
    parents = ordered(
        a_page(a_row("1", 10), a_row("2", 20), in_order=True),
        a_page(a_row("4", 40), a_row("3", 30)),
        a_page(a_row("5", 35), in_order=True),
    )

    assert keys(parents) == ["1", "2", "3", "5", "4"]


def test_of_a_waiting_parent_that_is_listed_twice_the_later_row_counts() -> None:
    (parent,) = ordered(a_page(a_row("1", 10, version=0)), a_page(a_row("1", 90, version=1)))

    assert parent.row["version"] == 1
    assert parent.seconds == int(NOON.timestamp()) + 90


def test_rows_with_the_same_id_are_told_apart_by_the_rest_of_the_lists_key() -> None:
    page = a_page(a_row("1", type="payment"), a_row("1", type="refund"), a_row("1", type="refund"))

    found = ordered(page, told_apart_by=["organization_id", "id", "type"])

    assert sorted(parent.row["type"] for parent in found) == ["payment", "refund"]


def test_what_waits_comes_out_as_it_came() -> None:
    row = a_row("1", 3, lines=[{"rate": 1.5, "name": "Ünïcode"}], flag=True, nothing=None)

    assert ordered(a_page(row))[0].row == row


def test_a_list_without_parents_has_none() -> None:
    assert ordered() == ordered(a_page()) == ordered(a_page(in_order=True)) == []


# ── Which were read already ──


def a_parent(key: str = "1", seconds: float | None = 0) -> Parent:
    return Parent.of(a_row(key, seconds), "id", "last_modified_time")


def seen(*parents: Parent, lookback_seconds: int = LOOKBACK_SECONDS) -> Seen:
    memory = Seen({}, lookback_seconds)
    for parent in parents:
        memory.add(parent, NOON + timedelta(hours=1))
    return memory


def later(memory: Seen, reached: datetime = NOON) -> Seen:
    """Return what the next sync remembers."""
    return Seen(memory.notes(reached), LOOKBACK_SECONDS)


def test_a_parent_that_was_read_is_known_in_the_next_sync() -> None:
    memory = later(seen(a_parent("1")))

    assert a_parent("1") in memory
    assert a_parent("2") not in memory


@pytest.mark.parametrize("seconds", [1, -1, 3600])
def test_a_parent_that_has_another_time_of_change_is_news(seconds: int) -> None:
    assert a_parent("1", seconds) not in seen(a_parent("1", 0))


@pytest.mark.parametrize(("seconds_later", "is_sure"), [(0, False), (1, False), (1.9, False), (2, True), (3600, True)])
def test_a_parent_read_in_the_second_of_its_change_may_have_changed_again_in_it(
    seconds_later: float, is_sure: bool
) -> None:
    memory = Seen({}, LOOKBACK_SECONDS)

    memory.add(a_parent(), NOON + timedelta(seconds=seconds_later))

    assert (a_parent() in memory) is is_sure


def test_a_parent_that_does_not_say_when_it_changed_is_read_every_time() -> None:
    silent = a_parent(seconds=None)

    assert silent not in seen(silent)
    assert Seen({"1": 0}, LOOKBACK_SECONDS).notes(NOON) == {}
    assert silent not in Seen({"1": 0}, LOOKBACK_SECONDS)


def test_only_parents_within_the_lookback_are_noted() -> None:
    memory = seen(*(a_parent(str(seconds), -seconds) for seconds in (0, 599, 600, 601, 9000)))

    assert sorted(memory.notes(NOON), key=int) == ["0", "599", "600"]


def test_without_a_lookback_those_of_the_last_second_are_noted() -> None:
    memory = seen(a_parent("now", 0), a_parent("before", -1), lookback_seconds=0)

    assert list(memory.notes(NOON)) == ["now"]


def test_notes_are_a_copy_that_later_parents_do_not_change() -> None:
    memory = seen(a_parent("1"))
    notes = memory.notes(NOON)

    memory.add(a_parent("2"), NOON + timedelta(hours=1))

    assert list(notes) == ["1"]


def test_notes_that_came_back_as_texts_are_understood() -> None:
    assert a_parent("1") in Seen({"1": str(int(NOON.timestamp()))}, LOOKBACK_SECONDS)
