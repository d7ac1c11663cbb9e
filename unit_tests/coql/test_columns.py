"""Are the columns of a wide module shared out, each once, in as few queries as there can be?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_zoho.coql.columns import column_groups

ALWAYS = ("id", "Modified_Time")
NAMES = [f"Field_{number}" for number in range(118)]


def test_what_fits_stands_in_one_query() -> None:
    assert column_groups(["Name", "Modified_Time", "id"], ALWAYS, 500) == [("id", "Modified_Time", "Name")]


def test_without_fields_there_is_still_a_question() -> None:
    assert column_groups([], ("id",), 500) == [("id",)]


@pytest.mark.parametrize(("most", "number"), [(500, 1), (120, 1), (119, 2), (61, 2), (60, 3), (50, 3), (3, 118)])
def test_groups_are_as_few_as_there_can_be(most: int, number: int) -> None:
    assert len(column_groups(NAMES, ALWAYS, most)) == number


def test_formulas_are_dealt_out_among_the_groups() -> None:
    formulas = NAMES[:12]

    groups = column_groups(NAMES, ALWAYS, 500, formulas, 5)

    assert [sum(name in formulas for name in group) for group in groups] == [4, 4, 4]


@settings(derandomize=True, database=None, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(3, 40), st.none() | st.integers(1, 10))
def test_every_column_stands_in_one_group_within_the_limits(
    number: int, formulas: int, most: int, most_formulas: int | None
) -> None:
    names, scarce = NAMES[:number], set(NAMES[:formulas])

    groups = column_groups(names, ALWAYS, most, scarce, most_formulas)

    assert all(group[:2] == ALWAYS for group in groups)
    assert sorted(name for group in groups for name in group[2:]) == sorted(names)
    assert all(len(group) <= most for group in groups)
    assert most_formulas is None or all(len(scarce & set(group)) <= most_formulas for group in groups)
