"""Can following be taken up where it stood, and does an idle sync follow nobody?"""

from __future__ import annotations

from typing import Any

import pytest
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components import checkpoints
from unit_tests.components.families import Family, Syncs, a_follower, going_by
from unit_tests.components.lists import Retrieved, retrieve_with
from unit_tests.paging.list_model import NOON, ListModel

LONG_AGO = NOON - 100_000
SEVEN = {"organization_id": "7"}


@pytest.fixture
def somebody_merges() -> None:
    """Let a source merge checkpoints into its states, as SourceZoho does while it reads."""
    checkpoints.Progress([])


@pytest.fixture
def family() -> Family:
    """Return five parents that changed ten seconds after each other."""
    return Family(ListModel().add_many(LONG_AGO + 10 * number for number in range(5)))


def follow(family: Family, since: int | None = None, **settings: Any) -> Retrieved:
    where = StreamSlice(partition=SEVEN, cursor_slice={} if since is None else {"start_time": str(since)})
    with going_by(family):
        return retrieve_with(a_follower(family, **settings), where)


def ids(got: Retrieved) -> list[str]:
    return [record["id"] for record in got.records]


# ── How far it came ──


@pytest.mark.usefixtures("somebody_merges")
def test_every_ten_parents_and_at_the_end_the_position_is_told(family: Family) -> None:
    family.model = ListModel().add_many(LONG_AGO + number for number in range(25))

    for walk in ("keyset", "scan"):
        got = follow(family, walk=walk)
        assert [int(each["cursor"]["parent_last_modified_time"]) for each in got.checkpoints] == [
            LONG_AGO + 9,
            LONG_AGO + 19,
            LONG_AGO + 24,
        ]
        assert all(each["partition"] == SEVEN for each in got.checkpoints)


@pytest.mark.usefixtures("somebody_merges")
def test_a_checkpoint_notes_the_parents_that_the_next_sync_will_see_again(family: Family) -> None:
    (entry,) = follow(family).checkpoints

    assert entry["notes"] == {"seen": {str(number + 1): LONG_AGO + 10 * number for number in range(5)}}


@pytest.mark.usefixtures("somebody_merges")
def test_an_error_leaves_the_position_before_the_parent_that_it_met(family: Family) -> None:
    family.breaks_at_call = 4  # after the list and two parents

    got = follow(family)

    assert ids(got) == ["1", "2"]
    (entry,) = got.checkpoints
    assert entry["cursor"] == {"parent_last_modified_time": str(LONG_AGO + 10)}
    assert "trouble of its own" in str(got.error)


@pytest.mark.usefixtures("somebody_merges")
def test_an_error_before_the_first_parent_says_nothing_of_a_position(family: Family) -> None:
    family.breaks_at_call = 1

    assert follow(family).checkpoints == []


def test_a_parent_whose_children_broke_off_in_the_middle_is_followed_again(family: Family) -> None:
    family.pages_of_notes = 3
    syncs = Syncs(family, a_follower(family))
    assert syncs.run(breaks_at_call=6).error  # the list, three notes of the first parent, one of the second

    syncs.run()

    assert len(syncs.landed) == 15


def test_parents_of_one_second_are_all_followed_when_the_sync_breaks_between_them(family: Family) -> None:
    family.model = ListModel().add_many([LONG_AGO] * 30)
    syncs = Syncs(family, a_follower(family), lookback_seconds=0)
    for _ in range(3):
        assert syncs.run(breaks_at_call=9).error

    syncs.run()

    assert len(syncs.landed) == 30
    assert family.followed == [str(number) for number in range(22, 31)]


@pytest.mark.usefixtures("somebody_merges")
@pytest.mark.parametrize("columns", [{"cursor_field": "", "walk": "full"}, {"cursor_field": "read_at"}])
def test_where_parents_do_not_tell_when_they_changed_there_is_no_position(
    family: Family, columns: dict[str, Any]
) -> None:
    assert follow(family, parent_changed_at="read_at", **{"walk": "filter_read_at", **columns}).checkpoints == []


def test_children_of_such_parents_carry_the_time_at_which_the_walk_began(family: Family) -> None:
    got = follow(family, cursor_field="read_at", parent_changed_at="read_at", walk="filter_read_at")

    assert {record["read_at"] for record in got.records} == {"2025-06-15T15:06:41+0000"}


def test_without_a_source_that_merges_them_no_checkpoint_is_sent(family: Family) -> None:
    assert follow(family).checkpoints == []


# ── Sync after sync ──


def test_an_idle_sync_follows_nobody_and_keeps_the_state(family: Family) -> None:
    for walk in ("keyset", "keyset_undocumented", "filter", "newest_first", "scan"):
        syncs = Syncs(family, a_follower(family, walk=walk))
        syncs.run()
        before = syncs.entry_of()

        got = syncs.run()

        assert (family.followed, got.records) == ([], [])
        assert syncs.entry_of() == before


def test_an_idle_sync_tells_its_position_once_however_many_parents_it_passes(family: Family) -> None:
    family.model = ListModel().add_many([LONG_AGO] * 300)
    syncs = Syncs(family, a_follower(family))
    syncs.run()

    assert len(syncs.run().checkpoints) == 1


def test_a_lookback_longer_than_the_history_follows_nobody_again(family: Family) -> None:
    week = 7 * 24 * 3600
    follower = a_follower(family, config={"lookback_minutes": week // 60})
    syncs = Syncs(family, follower, lookback_seconds=week)
    syncs.run()
    family.model.now += 60
    family.model.edit(2)

    syncs.run()

    assert family.followed == ["2"]


def test_without_a_lookback_an_idle_sync_follows_nobody_either(family: Family) -> None:
    follower = a_follower(family, config={"lookback_minutes": 0})
    syncs = Syncs(family, follower, lookback_seconds=0)
    syncs.run()

    syncs.run()

    assert family.followed == []


def test_what_one_organization_has_read_is_not_taken_as_read_in_another(family: Family) -> None:
    syncs = Syncs(family, a_follower(family))
    syncs.run(organization_id="7")
    of_seven = syncs.entry_of("7")
    assert syncs.run(organization_id="8", breaks_at_call=4).error

    assert syncs.entry_of("7") == of_seven
    assert syncs.position_of("8") == LONG_AGO + 10
    syncs.run(organization_id="8")
    assert family.followed == ["3", "4", "5"]
    syncs.run(organization_id="7")
    assert family.followed == []


def test_a_broken_sync_goes_on_where_it_stood(family: Family) -> None:
    for walk in ("keyset", "scan"):
        syncs = Syncs(family, a_follower(family, walk=walk))
        assert syncs.run(breaks_at_call=4).error
        assert family.followed == ["1", "2", "3"]  # the third without an answer

        syncs.run()

        assert family.followed == ["3", "4", "5"]


def test_a_parent_edited_behind_the_reader_of_a_list_that_takes_longer_than_the_lookback_is_not_lost() -> None:
    family = Family(ListModel().add_many(range(LONG_AGO, LONG_AGO + 450)))
    syncs = Syncs(family, a_follower(family, walk="scan"))
    syncs.run()
    edits = {2: 5, 3: 449}  # by call: one on a page already read, later one on a page to come
    family.before_call = lambda number: family.model.edit(edits[number]) if number in edits else None
    family.seconds_per_call = 700
    syncs.run()
    family.before_call = lambda number: None
    syncs.run()

    assert (syncs.landed["5", "1"]["version"], syncs.landed["449", "1"]["version"]) == (1, 1)
