"""
Does anything get lost in a list that people work on while it is read, whatever they do and however the list behaves?

Each example is a history: a list, its habits, and what happens to it before each call. The list is read once while all
that happens and once in peace, from the state that the CDK would keep in between; then the destination must hold what
the list holds. Pages have ten rows here, so a history of many pages needs few rows.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from source_zoho.paging import instants
from source_zoho.paging.walk import Method
from unit_tests.paging.list_model import NOON, Entry, ListModel, Mode, Row, moment
from unit_tests.paging.reading import Reading, pages_of, read

LOOK_BACK_SECONDS = 600
PAGE = 10
BEGINNINGS = (Method.KEYSET, Method.FILTER, Method.NEWEST_FIRST, Method.SCAN, Method.PLAIN)
many_histories = settings(
    max_examples=200,
    derandomize=True,  # the same examples in every run: a failure is never a matter of luck
    database=None,
    report_multiple_bugs=False,
    deadline=None,  # no test depends on how fast the machine is
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


few_histories = settings(many_histories, max_examples=60)


@dataclass(frozen=True)
class Deed:
    """What somebody does before a call; *place* picks the record from those in order of creation."""

    call: int
    kind: str
    place: int = 0
    pause: int = 0

    def happens_to(self, model: ListModel) -> None:
        """Change *model*, *pause* seconds later."""
        model.now += self.pause
        if " " in self.kind:  # the list takes to another habit
            setattr(model, *self.kind.split(" "))
        elif self.kind == "add":
            model.add()
        elif model.entries:
            numbers = sorted(model.entries)
            change = model.edit if self.kind == "edit" else model.delete
            change(numbers[self.place % len(numbers)])


@dataclass(frozen=True)
class History:
    """A list, what happens to it, and the state with which the first run begins."""

    modified: list[int]
    deeds: list[Deed]
    habits: dict[str, Any] = field(default_factory=dict)
    starts_at: int | None = None
    silent_rows: frozenset[int] = frozenset()

    def a_list(self) -> ListModel:
        """Return the list as it is before anything happens."""
        model = ListModel(**self.habits)
        for place, instant in enumerate(self.modified):
            shown = place not in self.silent_rows
            model.add(created=NOON - 300_000 + place // 2, modified=instant, shows_its_time=shown)
        return model

    def before_call(self, call: int, model: ListModel) -> None:
        """Let happen what happens before *call*."""
        for deed in self.deeds:
            if deed.call == call:
                deed.happens_to(model)


@dataclass
class Synced:
    """What two runs brought to the destination, the first of them disturbed."""

    first: Reading
    second: Reading
    model: ListModel
    alive_throughout: set[str]
    destination: dict[str, Row] = field(default_factory=dict)


def sync_twice(history: History, method: Method, stable_sort: str = "created_time") -> Synced:
    """Read the list of *history* while everything happens, and once more in peace."""
    model = history.a_list()
    destination = {row["id"]: row for row in model.rows() if is_older(row, history.starts_at)}
    wanted = {str(number) for number, each in model.entries.items() if is_wanted(each, history.starts_at)}
    began = model.now
    since = None if history.starts_at is None else moment(history.starts_at)
    first = read(
        model,
        method,
        since=since,
        stable_sort=stable_sort,
        before_call=lambda call: history.before_call(call, model),
    )
    assert model.now - began < LOOK_BACK_SECONDS, "the history should be shorter than the look-back"
    state = latest(first.rows, history.starts_at)
    second = read(
        model, method, since=None if state is None else moment(state - LOOK_BACK_SECONDS), stable_sort=stable_sort
    )
    destination |= {row["id"]: row for row in [*first.rows, *second.rows]}
    return Synced(first, second, model, wanted & {str(number) for number in model.entries}, destination)


def latest(rows: list[Row], before: int | None) -> int | None:
    """Return the state that the CDK keeps: the latest time among the records, or what it was before."""
    times = [instants.parse(row.get("last_modified_time")) for row in rows]
    known = [int(time.timestamp()) for time in times if time] + ([] if before is None else [before])
    return max(known, default=None)


def is_older(row: Row, starts_at: int | None) -> bool:
    time = instants.parse(row.get("last_modified_time"))
    return starts_at is not None and (time is None or time.timestamp() < starts_at)


def is_wanted(entry: Entry, starts_at: int | None) -> bool:
    return starts_at is None or entry.modified >= starts_at


def assert_nothing_is_lost(synced: Synced) -> None:
    """Every record of the list is in the destination, as it is now."""
    kept = {row["id"]: (row["version"], row.get("last_modified_time")) for row in synced.destination.values()}
    for row in synced.model.rows():
        assert kept.get(row["id"]) == (row["version"], row.get("last_modified_time")), synced.first.walk.remarks


def assert_what_stayed_came_out_at_once(synced: Synced) -> None:
    """A record that was there from the first call to the last comes out of the first run, as it is or as it was."""
    missing = synced.alive_throughout - set(synced.first.ids)
    if Method.NEWEST_FIRST in synced.first.methods:
        # An edit takes a row to the front, behind the reader's back; the next run asks for it again.
        missing -= {str(number) for number, each in synced.model.entries.items() if each.version}
    assert not missing, synced.first.walk.remarks


def assert_no_version_twice(reading: Reading) -> None:
    versions = [(row["id"], row["last_modified_time"]) for row in reading.rows if row.get("last_modified_time")]
    assert len(versions) == len(set(versions))


def assert_few_calls(synced: Synced, history: History) -> None:
    """Every deed may cost some pages, and every method that fails a beginning; no history makes the walk run wild."""
    pages = 2 + 2 * (len(history.modified) + len(history.deeds)) // PAGE
    assert synced.first.calls <= 6 * pages + 4 * len(history.deeds) + 20
    assert synced.second.calls <= 6 * pages


# ── What may happen ──

DEEDS = ["edit", "edit", "add", "delete", "delete"]
TURNS = [*DEEDS, *DEEDS, "filter ignore", "filter refuse", "sort ignore", "sort refuse"]


def histories(habits: st.SearchStrategy[dict[str, Any]], kinds: list[str]) -> st.SearchStrategy[History]:
    """Draw a list whose records changed long ago, many in the same second, and what happens to it."""
    # Made once: a strategy that is made anew for every history is checked anew, which takes as long as drawing from it.
    stretches = st.lists(st.tuples(st.sampled_from([0, 0, 1, 1000]), st.integers(1, 3 * PAGE)), min_size=1, max_size=4)
    deed = st.builds(Deed, st.integers(1, 7), st.sampled_from(kinds), st.integers(0, 59), st.integers(0, 1))
    deeds, silent = st.lists(deed, min_size=1, max_size=10), st.frozensets(st.integers(0, 44), max_size=2)

    @st.composite
    def a_history(draw: st.DrawFn) -> History:
        times, instant = [], NOON - 150_000
        for gap, length in draw(stretches):
            times += [instant + gap * place for place in range(length)]
            instant = times[-1] + 1000
        starts_at = draw(st.sampled_from([None, *times[::3]]))
        random.Random(draw(st.integers(0, 3))).shuffle(times)
        silent_rows = draw(silent)
        return History(times, draw(deeds), draw(habits), starts_at, silent_rows)

    return a_history()


modes: tuple[Mode, ...] = ("honour", "ignore", "refuse")
honest = st.fixed_dictionaries(
    {"several_zones": st.booleans(), "ties_reversed": st.booleans(), "has_page_context": st.booleans()}
)
of_any_honesty = st.fixed_dictionaries(
    {
        "filter": st.sampled_from(modes),
        "sort": st.sampled_from(modes),
        "stable_sort": st.sampled_from(modes),
        "ties_reversed": st.booleans(),
    }
)
by_every_method = pytest.mark.parametrize("method", BEGINNINGS, ids=lambda each: each.value)


@by_every_method
@many_histories
@given(history=histories(honest, DEEDS))
def test_a_list_that_does_as_documented_loses_nothing(method: Method, history: History) -> None:
    with pages_of(PAGE):
        synced = sync_twice(history, method)

    assert_nothing_is_lost(synced)
    assert_what_stayed_came_out_at_once(synced)
    assert_no_version_twice(synced.first)
    assert_few_calls(synced, history)


@by_every_method
@many_histories
@given(history=histories(of_any_honesty, TURNS), stable_sort=st.sampled_from(["created_time", ""]))
def test_a_list_that_ignores_or_refuses_what_it_is_asked_loses_nothing(
    method: Method, history: History, stable_sort: str
) -> None:
    with pages_of(PAGE):
        synced = sync_twice(history, method, stable_sort)

    assert_nothing_is_lost(synced)
    assert_what_stayed_came_out_at_once(synced)
    assert_no_version_twice(synced.first)
    assert_few_calls(synced, history)


@by_every_method
@few_histories
@given(history=histories(of_any_honesty, DEEDS), own_page_size=st.sampled_from([None, 3, 7]))
def test_in_peace_every_row_comes_out_once(method: Method, history: History, own_page_size: int | None) -> None:
    model = history.a_list()
    model.own_page_size = own_page_size
    with pages_of(PAGE):
        reading = read(model, method)

    assert sorted(reading.ids) == sorted(map(str, model.entries))


@many_histories
@given(gaps=st.lists(st.integers(1, 5), max_size=60))
def test_rows_of_different_seconds_cost_a_keyset_walk_no_call_too_many(gaps: list[int]) -> None:
    times = [NOON - 1000 + sum(gaps[:place]) for place in range(len(gaps))]
    with pages_of(PAGE):
        reading = read(ListModel().add_many(times))

    assert reading.calls == 1 + max(0, -(-(len(times) - PAGE) // (PAGE - 1)))
    assert all(earlier < later for earlier, later in pairwise(row["last_modified_time"] for row in reading.rows))


@many_histories
@given(count=st.integers(0, 120))
def test_a_scan_in_peace_costs_little_more_than_pages_that_do_not_overlap(count: int) -> None:
    with pages_of(PAGE):
        reading = read(ListModel().add_many([NOON - 1000] * count), Method.SCAN)

    assert reading.calls <= 2 + 1.7 * count / PAGE
