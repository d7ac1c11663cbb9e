"""Is every field asked for, once, in as few calls as Zoho allows?"""

from __future__ import annotations

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_zoho.crm.groups import field_groups


def many(count: int) -> list[str]:
    return [f"Field_{number}" for number in range(count)]


def test_fifty_fields_take_one_call() -> None:
    names = ["Modified_Time", *many(49)]

    assert field_groups(names) == [tuple(names)]


def test_one_more_takes_another_call_that_also_tells_the_version() -> None:
    first, second = field_groups([*many(50), "Modified_Time"])

    assert len(first) == 50
    assert second == ("Modified_Time", "Field_49")


def test_a_module_of_120_fields_takes_three_calls() -> None:
    assert [len(group) for group in field_groups(["id", "Modified_Time", *many(119)])] == [50, 50, 22]


def test_a_module_without_a_time_of_change_has_more_room() -> None:
    assert [len(group) for group in field_groups(many(100))] == [50, 50]


@pytest.mark.parametrize("names", [[], ["id"]])
def test_the_id_is_asked_for_only_when_there_is_nothing_else(names: list[str]) -> None:
    assert field_groups(names) == [("id",)]


def test_the_shared_fields_alone_are_one_group() -> None:
    assert field_groups(["id", "Modified_Time"]) == [("Modified_Time",)]


def test_groups_without_room_are_refused() -> None:
    with pytest.raises(ValueError, match="no room beside Modified_Time"):
        field_groups(["Modified_Time", "Name"], limit=1)


@given(
    st.lists(st.sampled_from(["id", "Modified_Time", "Created_Time", *many(90)]), max_size=120),
    st.integers(min_value=3, max_value=60),
    st.sampled_from([(), ("Modified_Time",), ("Modified_Time", "Created_Time", "Missing")]),
)
def test_groups_hold_every_field_once_beside_the_shared_ones(
    names: list[str], limit: int, always: tuple[str, ...]
) -> None:
    groups = field_groups(names, limit, always)
    shared = [name for name in always if name in names]
    rest = [name for name in dict.fromkeys(names) if name not in {"id", *shared}]

    assert [name for group in groups for name in group[len(shared) :]] == (rest or [] if shared or rest else ["id"])
    assert all(list(group[: len(shared)]) == shared for group in groups)
    assert all(0 < len(group) <= limit for group in groups)
    assert len(groups) == max(1, ceil(len(rest) / (limit - len(shared))))
