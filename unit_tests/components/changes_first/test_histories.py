"""
Is every change found, whatever people do, whatever Zoho tells of it, and wherever syncs break off?

Each example is a history: what is done before each sync, what Zoho tells of it and in which order, when the receiver is
down, and at which call a sync breaks. After every sync that ends well all is found, but for what Zoho did not tell to a
receiver that listened; and that, too, after the reading in full that comes at the latest a day later.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit_tests.components.changes_first.told import (
    A_DAY_SECONDS,
    HOUR,
    Telling,
    ToldSyncs,
    a_list,
    a_telling_list,
    truth,
)
from unit_tests.components.families import a_follower
from unit_tests.components.test_follow_histories import many_histories


@dataclass(frozen=True)
class Hours:
    """What happens between two syncs: (what, which record, what Zoho tells of it), and whether the receiver is down."""

    deeds: list[tuple[str, int, str]]
    receiver_is_down: bool
    quiet_seconds: int
    sync_breaks_at_call: int
    order: int

    def pass_by(self, zoho: Telling, run: int) -> bool:
        """Let it happen, and return whether nothing was lost on the way to a receiver that listened."""
        told: list[tuple[int, str]] = []
        for what, place, telling in self.deeds:
            zoho.model.now += HOUR // 8
            number = self._done(zoho, what, place)
            told += [(number, what)] * {"told": 1, "twice": 2, "lost": 0}[telling]
        random.Random(self.order).shuffle(told)
        if self.receiver_is_down:
            zoho.model.now += HOUR
        for number, what in told if not self.receiver_is_down else ():
            zoho.tell(number, {"add": "created", "edit": "updated"}.get(what, "deleted"))
        zoho.model.now += self.quiet_seconds
        zoho.listens("a" * (run + 1))  # another run after each time that it was down
        return self.receiver_is_down or all(telling != "lost" for _, _, telling in self.deeds)

    def _done(self, zoho: Telling, what: str, place: int) -> int:
        numbers = sorted(zoho.model.entries)
        if what == "add":
            return zoho.model.add().number
        number = numbers[place % len(numbers)]
        (zoho.model.edit if what == "edit" else zoho.model.delete)(number)
        return number


hours = st.builds(
    Hours,
    st.lists(
        st.tuples(
            st.sampled_from(["edit", "edit", "add", "delete"]),
            st.integers(0, 50),
            st.sampled_from(["told", "told", "told", "twice", "lost"]),
        ),
        max_size=6,
    ),
    st.sampled_from([False, False, False, True]),
    st.sampled_from([0, HOUR]),
    st.sampled_from([0, 0, 0, 1, 2, 3]),
    st.integers(0, 9),
)


def read_notes(zoho: Telling) -> ToldSyncs:
    """Return syncs of what belongs to the rows, a call for each that changed."""
    follower = a_follower(zoho, walk="scan", primary_key=["organization_id", "id", "note_id"])
    return ToldSyncs(zoho, follower, receiver_listens=False)


def read_rows(zoho: Telling) -> ToldSyncs:
    """Return syncs of the rows themselves."""
    return ToldSyncs(zoho, a_list(zoho), receiver_listens=False)  # type: ignore[arg-type]


@pytest.mark.parametrize("reading", [read_rows, read_notes])
@many_histories
@given(history=st.lists(hours, min_size=2, max_size=6))
def test_every_change_is_found(reading: Any, history: list[Hours]) -> None:
    zoho = a_telling_list(30)
    syncs = reading(zoho)
    syncs.run()
    run, all_told = 0, True
    for each in history:
        run += each.receiver_is_down
        if each.receiver_is_down:
            zoho.model.now += HOUR
        all_told = each.pass_by(zoho, run) and all_told
        if syncs.run(breaks_at_call=each.sync_breaks_at_call).error is None:
            all_told = all_told or zoho.pages > 0
            assert is_found(syncs, zoho) or not all_told
    zoho.model.now += A_DAY_SECONDS
    syncs.run()
    assert is_found(syncs, zoho)


def is_found(syncs: ToldSyncs, zoho: Telling) -> bool:
    wanted = truth(zoho)
    return {key: version for key, version in syncs.versions().items() if key in wanted} == wanted
