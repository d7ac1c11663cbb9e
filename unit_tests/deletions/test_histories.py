"""Whatever happens to a list, is every deletion told once, and nothing else ever?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_zoho.deletions.check import Check, What
from source_zoho.deletions.known import Known

BEGIN = datetime(2025, 6, 15, 12, tzinfo=UTC)


@dataclass
class World:
    """
    A list that people work on, also while a check reads it.

    ``listed`` holds when each row last changed; ``hidden`` rows exist and are not shown.
    """

    chance: Random
    counts: bool
    now: datetime = BEGIN
    listed: dict[str, datetime] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    made: int = 0
    deleted: set[str] = field(default_factory=set)

    def live(self, most: int) -> None:
        for _ in range(self.chance.randint(0, most)):
            self.now += timedelta(seconds=1)
            self.chance.choice([self.create, self.create, self.delete, self.edit, self.hide, self.show, self.restore])()

    def create(self) -> None:
        self.made += 1
        self.listed[str(self.made)] = self.now

    def delete(self) -> None:
        if victim := self._one_of({*self.listed, *self.hidden}):
            self.listed.pop(victim, None)
            self.hidden.discard(victim)
            self.deleted.add(victim)

    def edit(self) -> None:
        if row := self._one_of(set(self.listed)):
            self.listed[row] = self.now

    def hide(self) -> None:
        if row := self._one_of(set(self.listed)):
            del self.listed[row]
            self.hidden.add(row)

    def show(self) -> None:
        if row := self._one_of(self.hidden):
            self.hidden.discard(row)
            self.listed[row] = self.now - timedelta(days=400)  # showing it again is no change of it

    def restore(self) -> None:
        if row := self._one_of(self.deleted):
            self.deleted.discard(row)
            self.listed[row] = self.now

    def _one_of(self, ids: set[str]) -> str | None:
        return self.chance.choice(sorted(ids, key=int)) if ids else None


def check(world: World, known: Known | None, busy: int, breaks_after: int = 10_000) -> tuple[Known | None, list[str]]:
    """Check *world* while it lives on; return what is kept and what was told, also when it broke in the middle."""
    going = Check(known, can_count=world.counts)
    told: list[str] = []
    while going.question and breaks_after:
        breaks_after -= 1
        question, began = going.question, world.now
        world.live(busy)
        if question.what is What.COUNT:
            going.counted(len(world.listed) if world.chance.random() < 0.9 else None, began)
        elif question.what is What.CHANGED:
            assert question.since
            going.changed([row for row, at in world.listed.items() if at >= question.since])
        elif question.what is What.EVERYTHING:
            shown = set(world.listed)
            moved = {row for row in shown if busy and world.chance.random() < 0.1}  # slipped past between two pages
            going.showed(shown - moved, began)
        elif gone := going.exists(gone=question.record_id in world.deleted):
            told.append(gone)
            assert gone in world.deleted, "a tombstone for a record that is there"
    return (Known.of(going.known.note()) if going.known else None), told


def settle(world: World, known: Known | None) -> tuple[Known, list[str]]:
    """Check when counts are not enough any more, while nobody works."""
    world.now += timedelta(days=8)
    known, told = check(world, known, busy=0)
    assert known
    return known, told


@given(seed=st.integers(min_value=0), counts=st.booleans())
@settings(max_examples=300, deadline=None)
def test_every_deletion_of_a_known_record_is_told_once(seed: int, counts: bool) -> None:
    world = World(Random(seed), counts)
    world.live(30)
    known: Known | None = None
    open_cases: frozenset[str] = frozenset()  # known when they were deleted, and not told yet
    for _ in range(world.chance.randint(1, 8)):
        before = known.listed | known.hidden if known else frozenset()
        breaks_after = world.chance.choice([0, 1, 2, 3, 5, 10_000])
        known, told = check(world, known, busy=world.chance.choice([0, 0, 5]), breaks_after=breaks_after)
        assert len(told) == len(set(told))
        assert set(told) <= before, "a tombstone for a record that nobody had seen"
        ours = known.listed | known.hidden if known else frozenset()
        assert ours >= before - set(told), "an id was lost"
        open_cases = ours & world.deleted
        world.live(10)

    known, told = settle(world, known)

    assert open_cases - set(world.listed) - world.hidden <= set(told)
    assert not known.listed & world.deleted
    assert known.listed == set(world.listed)
    assert not known.hidden & world.deleted


@given(seed=st.integers(min_value=0))
@settings(max_examples=100, deadline=None)
def test_a_list_that_counts_is_not_read_while_nothing_is_deleted(seed: int) -> None:
    world = World(Random(seed), counts=True)
    world.listed = {str(number): BEGIN for number in range(1, 20)}
    world.made = 20
    first = Check(None, can_count=True)
    first.counted(len(world.listed), world.now)
    first.showed(world.listed, world.now)

    for _ in range(world.chance.randint(0, 5)):
        world.now += timedelta(seconds=1)
        world.chance.choice([world.create, world.edit])()
    second = Check(first.known, can_count=True)
    second.counted(len(world.listed), world.now)
    second.changed([row for row, at in world.listed.items() if at >= BEGIN])

    assert second.question is None
    assert second.known
    assert second.known.listed == set(world.listed)


@pytest.mark.parametrize("counts", [True, False])
def test_a_record_that_comes_back_can_be_deleted_again(counts: bool) -> None:
    world = World(Random(1), counts)
    for _ in range(5):
        world.create()
    known, _ = settle(world, None)
    told = []
    for _ in range(2):
        world.now += timedelta(hours=1)
        del world.listed["3"]
        world.deleted = {"3"}
        known, found = settle(world, known)
        told += found
        world.restore()
        known, found = settle(world, known)
        told += found

    assert told == ["3", "3"]
