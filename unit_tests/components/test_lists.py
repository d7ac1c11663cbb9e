"""Does a list that is written down under two paths come from the one that Zoho has?"""

from __future__ import annotations

import pytest

from unit_tests.components.lists import Lists, a_retriever, retrieve, retrieve_with
from unit_tests.paging.list_model import NOON, ListModel


@pytest.fixture
def lists() -> Lists:
    return Lists(ListModel().add_many(range(NOON - 1000, NOON - 550)))


def test_a_list_written_down_under_two_paths_is_found_under_the_second(lists: Lists) -> None:
    lists.unknown_paths = {"new/rows"}

    got = retrieve(lists, path="new/rows", or_path="old/rows")

    assert len(got.records) == 450
    assert lists.paths == ["new/rows", "old/rows", "old/rows", "old/rows"]


def test_a_list_that_neither_path_has_is_refused_as_zoho_refused_the_last(lists: Lists) -> None:
    lists.unknown_paths = {"new/rows", "old/rows"}
    retriever = a_retriever(lists, path="new/rows", or_path="old/rows")

    errors = [str(retrieve_with(retriever).error) for _ in range(2)]

    assert all("not have this part" in error for error in errors)
    assert lists.paths == ["new/rows", "old/rows"] * 2


def test_another_refusal_does_not_lead_to_the_second_path(lists: Lists) -> None:
    lists.breaks_at_call = 1

    assert retrieve(lists, path="new/rows", or_path="old/rows").error
    assert lists.paths == ["new/rows"]
