"""
Does anything get lost in a module that people work on while it is read, whatever they do and however Zoho behaves?

Each example is a history: a module, its habits, and what happens before each question. It is read once while all that
happens, or in several syncs that are broken off; then what came out must be what the module holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from source_zoho.crm.walk import CHANGED_AT, Method
from source_zoho.crm.weave import Row
from source_zoho.crm.weave import moment as instant_of
from unit_tests.crm.module_model import LIMIT, NOON, PAGE, ModuleModel, moment
from unit_tests.crm.walk_reader import ALL_METHODS, OF_HISTORY, WITHOUT_TIMES, Habits, Reading, read

many_histories = settings(
    max_examples=200,
    derandomize=True,  # the same examples in every run: a failure is never a matter of luck
    database=None,
    report_multiple_bugs=False,
    deadline=None,  # no test depends on how fast the machine is
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


few_histories = settings(many_histories, max_examples=100)


@dataclass(frozen=True)
class Deed:
    """What somebody does before a question; *place* picks the record from those in order of creation."""

    question: int
    kind: str
    place: int = 0
    pause: float = 0

    def happens_to(self, model: ModuleModel) -> None:
        """Change *model*, *pause* seconds later."""
        model.now += self.pause
        if self.kind == "add":
            model.add()
        elif self.kind == "break":
            model.breaks += 1
        elif model.entries:
            numbers = sorted(model.entries)
            change = model.edit if self.kind == "edit" else model.delete
            change(numbers[self.place % len(numbers)])


@dataclass(frozen=True)
class History:
    """A module, what happens to it, and how it is read."""

    changed: list[float | None]
    deeds: list[Deed]
    habits: dict[str, Any] = field(default_factory=dict)
    reader: Habits = field(default_factory=Habits)
    starts_at: float | None = None

    def a_module(self) -> ModuleModel:
        """Return the module as it is before anything happens."""
        return ModuleModel(**self.habits).add_many(self.changed)

    def read(self) -> tuple[Reading, set[str]]:
        """Read the module while everything happens; return the ids, too, that have to come out."""
        model = self.a_module()
        wanted = {str(number) for number, each in model.entries.items() if self._is_wanted(each.second)}
        since = None if self.starts_at is None else moment(self.starts_at)
        reading = self.read_on(model, since)
        return reading, wanted & {str(number) for number in model.entries}

    def read_on(self, model: ModuleModel, since: datetime | None) -> Reading:
        """Read *model* from *since* on while everything happens."""

        def disturb(question: int) -> None:
            for deed in self.deeds:
                if deed.question == question:
                    deed.happens_to(model)

        return read(model, since, before_question=disturb, habits=self.reader, most_rounds=self.most_rounds())

    def most_rounds(self) -> int:
        """Every deed may cost some pages, and every method that fails a beginning; nothing makes the walk run wild."""
        pages = 1 + (len(self.changed) + len(self.deeds)) // PAGE
        return 10 * pages + 6 * len(self.deeds) + 20

    def _is_wanted(self, second: int | None) -> bool:
        return self.starts_at is None or (second is not None and second >= int(self.starts_at))


# ── What may happen ──

DEEDS = ["edit", "edit", "add", "delete"]


@st.composite
def times(draw: st.DrawFn, most_in_a_second: int) -> list[float | None]:
    """Draw when records changed: long ago, not in the order of their ids, more than a page in one second or never."""
    stretches = st.tuples(st.sampled_from([0, 0, 1, 100]), st.integers(1, 2 * PAGE))
    found: list[float | None] = []
    instant = NOON - 10_000
    for gap, length in draw(st.lists(stretches, min_size=0, max_size=4)):
        found += [instant + gap * place for place in range(min(length, most_in_a_second) if gap == 0 else length)]
        instant += gap * length + draw(st.sampled_from([1, 1000]))
    if most_in_a_second >= PAGE:
        found += [None] * draw(st.sampled_from([0, 0, 0, 1, 2 * PAGE]))
    return draw(st.permutations(found)) if draw(st.booleans()) else found


def deeds(kinds: list[str], most: int = 10) -> st.SearchStrategy[list[Deed]]:
    """Draw what people do."""
    pauses = st.sampled_from([0, 0, 0.3, 1, 200])
    deed = st.builds(Deed, st.integers(1, 24), st.sampled_from(kinds), st.integers(0, 59), pauses)
    return st.lists(deed, max_size=most)


def readers(*methods: Sequence[Method]) -> st.SearchStrategy[Habits]:
    """Draw who reads: with which of the *methods*, how fast, and how carefully."""
    return st.builds(
        Habits,
        rounds_between_checkpoints=st.sampled_from([1, 2, 25]),
        seconds_for_a_question=st.sampled_from([0.01, 0.4, 1.0, 90.0]),
        clock_shows_fractions=st.booleans(),
        methods=st.sampled_from(methods),
    )


harmless = {
    "groups": st.integers(1, 3),
    "own_order": st.sampled_from(["id desc", "id asc"]),
    "ties": st.sampled_from(["turn round", "stay"]),
    "nulls": st.sampled_from(["lowest", "highest"]),
    "nulls_pass": st.booleans(),
}
as_documented = st.fixed_dictionaries(
    {**harmless, "filter": st.sampled_from(["inclusive", "exclusive"]), "tokens": st.sampled_from(["keyset", "offset"])}
)
by_counting = st.fixed_dictionaries(
    {
        **harmless,
        "filter": st.sampled_from(["inclusive", "exclusive"]),
        "tokens": st.just("offset"),
        "limit": st.just(1000),
        "nulls_pass": st.just(False),
    }
)
of_any_kind = st.fixed_dictionaries(
    {
        **harmless,
        "filter": st.sampled_from(["inclusive", "exclusive", "ignored", "refused"]),
        "sort": st.sampled_from(["honoured", "honoured", "ignored", "refused"]),
        "sort_by_id": st.sampled_from(["honoured", "honoured", "ignored", "refused"]),
        "tokens": st.sampled_from(["keyset", "offset"]),
    }
)


anybody = readers(ALL_METHODS, ALL_METHODS, OF_HISTORY, WITHOUT_TIMES)


@st.composite
def histories(
    draw: st.DrawFn,
    habits: st.SearchStrategy[dict[str, Any]],
    kinds: list[str],
    who_reads: st.SearchStrategy[Habits],
    most_in_a_second: int = 3 * PAGE,
) -> History:
    """Draw a module, what happens to it, and how it is read; with less than a page in a second all say when."""
    changed = draw(times(most_in_a_second))
    starts_at = draw(st.sampled_from([None, None, *sorted(filter(None, changed))[::3]]))
    return History(changed, draw(deeds(kinds)), draw(habits), draw(who_reads), starts_at)


# ── What is promised ──


def assert_no_record_came_out_twice_or_mixed(reading: Reading) -> None:
    assert not [each for each, times in Counter(reading.ids).items() if times > 1], reading.walk.remarks
    for row in reading.rows:
        values = {row[f"field_{group}"] for group in range(reading.model.groups)}
        assert {(row["id"], row[CHANGED_AT], each) for each in values} <= reading.model.versions, row
        assert len(values) == 1, row


def assert_nothing_older_came_out(reading: Reading) -> None:
    since = reading.walk.since
    for row in reading.rows:
        changed = instant_of(row[CHANGED_AT])
        assert since is None or changed is None or changed >= since, row


def assert_what_stayed_came_out(reading: Reading, wanted: set[str]) -> None:
    assert not reading.stuck
    assert not wanted - set(reading.ids), reading.walk.remarks


@many_histories
@given(history=histories(as_documented, DEEDS, readers(ALL_METHODS), most_in_a_second=PAGE - 1))
def test_a_module_that_does_as_documented_loses_nothing(history: History) -> None:
    reading, wanted = history.read()

    assert_no_record_came_out_twice_or_mixed(reading)
    assert_nothing_older_came_out(reading)
    assert_what_stayed_came_out(reading, wanted)


@many_histories
@given(history=histories(by_counting, ["edit", "delete", "add"], readers(ALL_METHODS), most_in_a_second=4 * PAGE))
def test_where_zoho_counts_records_none_is_passed_by(history: History) -> None:
    reading, wanted = history.read()

    assert_no_record_came_out_twice_or_mixed(reading)
    assert not reading.walk.doubts
    assert_what_stayed_came_out(reading, wanted)


@many_histories
@given(history=histories(of_any_kind, [*DEEDS, "break"], anybody))
def test_a_module_of_any_kind_loses_nothing_that_can_be_read(history: History) -> None:
    reading, wanted = history.read()

    assert_no_record_came_out_twice_or_mixed(reading)
    assert_nothing_older_came_out(reading)
    if reading.stuck:
        assert can_get_stuck(history, reading.model), reading.stuck
    elif not rows_shift_in_a_chain(history, reading):
        assert_what_stayed_came_out(reading, wanted)


def can_get_stuck(history: History, model: ModuleModel) -> bool:
    """Tell whether there are more records than a chain holds, and no order that leads around it."""
    there = len(history.changed) + sum(deed.kind == "add" for deed in history.deeds)
    breaks = sum(deed.kind == "break" for deed in history.deeds)
    if an_order_of_change_helps(history, model):
        return breaks > 5
    from_both_ends = model.sort_by_id == "honoured"
    return there > LIMIT * (2 if from_both_ends else 1) - PAGE or breaks > 5


def an_order_of_change_helps(history: History, model: ModuleModel) -> bool:
    """Tell whether a chain can be left for another at the last change, however many records there are."""
    in_a_second = max(Counter(history.changed).values(), default=0) + len(history.deeds)
    by_change = Method.BY_CHANGE in history.reader.methods
    as_documented = model.sort == "honoured" and model.filter in {"inclusive", "exclusive"}
    return by_change and as_documented and None not in history.changed and in_a_second <= LIMIT - PAGE


def rows_shift_in_a_chain(history: History, reading: Reading) -> bool:
    """
    Tell whether Zoho counts records where tokens have to be used, while people take some away in front of it.

    In the order of change that is noticed, unless people never stop.
    """
    if reading.model.tokens == "keyset":
        return False
    kinds = {deed.kind for deed in history.deeds}
    in_one_second = max(Counter(history.changed).values(), default=0) >= PAGE
    in_another_order = reading.methods != [Method.BY_CHANGE] or reading.model.sort == "ignored"
    return in_another_order and bool(kinds & ({"edit", "delete"} if in_one_second else {"delete"}))


@dataclass(frozen=True)
class Syncs:
    """A module that is read several times, each time until the reader gives up; in the end once in peace."""

    history: History
    turns: list[tuple[list[Deed], float]]


@st.composite
def several_syncs(draw: st.DrawFn) -> Syncs:
    """Draw a module, and for each sync what happens meanwhile and at which question it ends."""
    kinds = [*DEEDS, "break"]
    history = draw(histories(of_any_kind, kinds, anybody))
    turn = st.tuples(deeds(kinds, most=6), st.one_of(st.just(inf), st.integers(1, 24)))
    return Syncs(history, draw(st.lists(turn, min_size=1, max_size=4)))


@few_histories
@given(syncs=several_syncs())
def test_syncs_that_are_broken_off_lose_nothing(syncs: Syncs) -> None:
    model = syncs.history.a_module()
    state: datetime | None = None
    destination: dict[str, Row] = {}
    every_deed = [deed for deeds, _ in syncs.turns for deed in deeds]
    for happenings, gives_up in [*syncs.turns, ([], inf)]:
        reader = replace(syncs.history.reader, gives_up_at_question=gives_up)
        history = replace(syncs.history, deeds=happenings, reader=reader)
        reading = history.read_on(model, state)
        assert_no_record_came_out_twice_or_mixed(reading)
        assert_nothing_older_came_out(reading)
        if rows_shift_in_a_chain(replace(history, deeds=every_deed), reading):
            return
        destination |= {row["id"]: row for row in reading.rows}
        state = reading.next_since or state
        model.now += 1
    if reading.stuck:
        assert can_get_stuck(replace(history, deeds=every_deed), reading.model), reading.stuck
        return
    for number, entry in model.entries.items():
        assert destination.get(str(number)) == entry.row(range(model.groups)), (number, state)
