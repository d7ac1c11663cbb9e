"""
Is every parent followed as it is now, whatever people do to the list and wherever syncs break off?

Each example is a history: parents, what happens to them before each call, and the calls at which syncs break. After
the last sync, in peace, what landed must be the latest version of all that belongs to every parent; another sync must
then follow nobody. Pages have ten rows here, so a history of many pages needs few rows.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from source_zoho.components.follow import FollowRetriever
from unit_tests.components.families import Family, Syncs, a_bulk_detailer, a_detailer, a_follower
from unit_tests.paging.list_model import NOON, ListModel, Mode
from unit_tests.paging.reading import pages_of

PAGE = 10
LOOKBACK_SECONDS = 600
many_histories = settings(
    max_examples=20,
    derandomize=True,  # the same examples in every run: a failure is never a matter of luck
    database=None,
    report_multiple_bugs=False,
    deadline=None,  # no test depends on how fast the machine is
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
Make = Callable[..., FollowRetriever]
MAKERS: dict[str, Make] = {"children": a_follower, "details": a_detailer, "bulk": a_bulk_detailer}


@dataclass(frozen=True)
class Deed:
    """What somebody does before a call, counted from the first sync on; *place* picks the parent by creation."""

    call: int
    kind: str
    place: int

    def happens_to(self, model: ListModel) -> None:
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
    """Parents by when they changed, what happens to them, and at which call each sync but the last breaks off."""

    modified: list[int]
    deeds: list[Deed]
    breaks: list[int]
    seconds_per_call: int
    lookback_seconds: int = LOOKBACK_SECONDS
    silent_rows: frozenset[int] = frozenset()
    habits: dict[str, Any] = field(default_factory=dict)

    def a_family(self) -> Family:
        model = ListModel(**self.habits)
        for place, instant in enumerate(self.modified):
            shown = place not in self.silent_rows
            model.add(created=NOON - 300_000 + place // 2, modified=instant, shows_its_time=shown)
        return Family(model, seconds_per_call=self.seconds_per_call, pages_of_notes=2)


@dataclass
class Life:
    """A history on its way: the calls of all syncs are counted through."""

    history: History
    family: Family
    calls: int = 0

    def before_call(self, number: int) -> None:
        self.calls += 1
        assert number < 600, "no end"
        for deed in self.history.deeds:
            if deed.call == self.calls:
                deed.happens_to(self.family.model)


def synced(history: History, make: Make, **settings_of_the_row: Any) -> Syncs:
    """Sync until the last sync has had its peace."""
    family = history.a_family()
    family.before_call = Life(history, family).before_call
    config = {"lookback_minutes": history.lookback_seconds // 60}
    syncs = Syncs(family, make(family, config=config, **settings_of_the_row), history.lookback_seconds)
    for breaks_at_call in history.breaks:
        syncs.run(breaks_at_call=breaks_at_call)
    assert syncs.run().error is None
    family.before_call = lambda number: None
    family.model.now += 10
    assert syncs.run().error is None
    return syncs


def assert_all_landed_as_it_is_now(syncs: Syncs) -> None:
    landed = {key: record.get("body", record["version"]) for key, record in syncs.landed.items()}
    for number, entry in syncs.family.model.entries.items():
        versions = {part: version for (key, part), version in landed.items() if key == str(number)}
        parts = ["1", "2"] if "1" in versions else [""]
        assert versions == dict.fromkeys(parts, entry.version), (number, versions, entry, syncs.state)


def assert_an_idle_sync_follows_nobody(syncs: Syncs) -> None:
    assert syncs.run().error is None
    silent = {str(number) for number, each in syncs.family.model.entries.items() if not each.shows_its_time}
    # silent ones are listed again as long as they may be news
    assert set(",".join(syncs.family.followed).split(",")) - {""} <= silent


# ── What may happen ──

DEEDS = ["edit", "edit", "edit", "add", "delete"]


@st.composite
def histories(draw: st.DrawFn, habits: st.SearchStrategy[dict[str, Any]], kinds: list[str]) -> History:
    """Draw parents that changed long ago or just now, many in the same second, and a troubled life."""
    stretches = st.tuples(st.sampled_from([0, 0, 1, 50, 1000]), st.integers(1, 2 * PAGE))
    times, instant = [], NOON - draw(st.sampled_from([500, 100_000]))
    for gap, length in draw(st.lists(stretches, min_size=1, max_size=3)):
        times += [min(instant + gap * place, NOON) for place in range(length)]
        instant = times[-1] + 100
    random.Random(draw(st.integers(0, 3))).shuffle(times)
    deeds = st.builds(Deed, st.integers(1, 120), st.sampled_from(kinds), st.integers(0, 39))
    seconds_per_call = draw(st.sampled_from([0, 1, 7, 150]))
    return History(
        times,
        draw(st.lists(deeds, max_size=12)),
        draw(st.lists(st.integers(1, 40), max_size=4)),
        seconds_per_call,
        # Without any look-back a second edit within a second may pass unseen.
        draw(st.sampled_from([0, 600] if seconds_per_call else [600])),
        draw(st.frozensets(st.integers(0, 30), max_size=2)),
        draw(habits),
    )


modes: tuple[Mode, ...] = ("honour", "ignore", "refuse")
honest = st.fixed_dictionaries({"several_zones": st.booleans(), "has_page_context": st.booleans()})
of_any_honesty = st.fixed_dictionaries(
    {"filter": st.sampled_from(modes), "sort": st.sampled_from(modes), "stable_sort": st.sampled_from(modes)}
)
by_every_maker = pytest.mark.parametrize("maker", MAKERS)
by_every_walk = pytest.mark.parametrize("walk", ["keyset", "keyset_undocumented", "filter", "newest_first", "scan"])


@by_every_walk
@by_every_maker
@many_histories
@given(history=histories(honest, DEEDS))
def test_nothing_is_lost_wherever_syncs_break_off(maker: str, walk: str, history: History) -> None:
    with pages_of(PAGE):
        syncs = synced(history, MAKERS[maker], walk=walk)
        assert_all_landed_as_it_is_now(syncs)
        assert_an_idle_sync_follows_nobody(syncs)


@by_every_walk
@many_histories
@given(history=histories(of_any_honesty, [*DEEDS, "filter refuse", "sort refuse"]))
def test_nothing_is_lost_in_a_list_that_steps_down_on_the_way(walk: str, history: History) -> None:
    with pages_of(PAGE):
        syncs = synced(history, a_detailer, walk=walk)
        assert_all_landed_as_it_is_now(syncs)
        assert_an_idle_sync_follows_nobody(syncs)


@many_histories
@given(history=histories(honest, DEEDS))
def test_nothing_is_lost_where_parents_do_not_show_when_they_changed(history: History) -> None:
    everyone = History(**{**vars(history), "silent_rows": frozenset(range(60))})
    with pages_of(PAGE):
        syncs = synced(everyone, a_detailer, walk="filter_read_at", cursor_field="read_at", parent_changed_at="read_at")
        assert_all_landed_as_it_is_now(syncs)
