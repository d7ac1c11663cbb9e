"""Does an organization that was not there last time begin at the beginning, while the others go on?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.components.state import KeepHistoryOfNewPartitions

AN_ENTRY = {"partition": {"organization_id": "17"}, "cursor": {"last_modified_time": "1717200000"}}
A_GLOBAL_CURSOR = {"last_modified_time": "1717200000"}


def migrated(state: dict[str, Any]) -> Any:
    migration = KeepHistoryOfNewPartitions()
    return migration.migrate(state) if migration.should_migrate(state) else state


def test_the_global_cursor_is_left_out_so_that_new_organizations_start_at_the_start() -> None:
    state = {"use_global_cursor": False, "states": [AN_ENTRY], "state": A_GLOBAL_CURSOR, "lookback_window": 30}

    assert migrated(state) == {"use_global_cursor": False, "states": [AN_ENTRY]}


def test_a_state_that_lives_by_the_global_cursor_keeps_it() -> None:
    state = {"use_global_cursor": True, "states": [AN_ENTRY], "state": A_GLOBAL_CURSOR, "lookback_window": 30}

    assert migrated(state) == state


@pytest.mark.parametrize(
    "state", [{}, {"states": []}, {"state": A_GLOBAL_CURSOR}, {"last_modified_time": "1717200000"}]
)
def test_a_state_without_partitions_is_left_alone(state: dict[str, Any]) -> None:
    assert not KeepHistoryOfNewPartitions().should_migrate(state)
    assert migrated(state) == state


def test_a_state_that_was_migrated_is_not_migrated_again() -> None:
    once = migrated({"states": [AN_ENTRY], "state": A_GLOBAL_CURSOR})

    assert not KeepHistoryOfNewPartitions().should_migrate(once)


def test_the_parents_state_is_treated_alike() -> None:
    parent = {"use_global_cursor": False, "states": [AN_ENTRY], "state": A_GLOBAL_CURSOR}
    state = {"use_global_cursor": True, "state": A_GLOBAL_CURSOR, "parent_state": {"books_contacts": parent}}

    assert migrated(state) == {
        "use_global_cursor": True,
        "state": A_GLOBAL_CURSOR,
        "parent_state": {"books_contacts": {"use_global_cursor": False, "states": [AN_ENTRY]}},
    }


def test_a_parents_state_of_an_odd_shape_is_left_alone() -> None:
    state = {"states": [AN_ENTRY], "state": A_GLOBAL_CURSOR, "parent_state": {"books_contacts": None}}

    assert migrated(state)["parent_state"] == {"books_contacts": None}


def test_the_given_state_is_not_changed_in_place() -> None:
    state = {"states": [AN_ENTRY], "state": A_GLOBAL_CURSOR}

    migrated(state)

    assert state == {"states": [AN_ENTRY], "state": A_GLOBAL_CURSOR}
