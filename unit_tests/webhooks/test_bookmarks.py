"""Is a place in the events of a store known again there, and in no other store?"""

from __future__ import annotations

import json

import pytest

from source_zoho.webhooks.bookmarks import Bookmark
from source_zoho.webhooks.event import Event
from unit_tests.webhooks.deliveries import NOON
from unit_tests.webhooks.fakes import MemoryStore


def a_store(name: str, events: int) -> MemoryStore:
    store = MemoryStore(name=name)
    store.append([Event(str(n), "books", "7", "invoice", "updated", "", (), None, NOON, "{}") for n in range(events)])
    return store


@pytest.mark.parametrize(
    ("bookmark", "is_in"),
    [
        (Bookmark(3, "ours"), True),
        (Bookmark(5, "ours"), True),
        (Bookmark(6, "ours"), False),
        (Bookmark(3, "another"), False),
        (Bookmark(0, "another"), False),
        (Bookmark(5), True),
        (Bookmark(6), False),
        (Bookmark(), True),
    ],
    ids=[
        "of this store",
        "its last event",
        "more than it gave out",
        "of another store",
        "the beginning of another store",
        "of version 0.5.0",
        "of version 0.5.0, and more than it gave out",
        "nothing read yet",
    ],
)
def test_a_bookmark_is_of_one_store(bookmark: Bookmark, is_in: bool) -> None:
    assert bookmark.is_in(a_store("ours", 5)) is is_in


def test_a_bookmark_comes_back_from_the_state() -> None:
    bookmark = Bookmark.at(a_store("ours", 5), 3)

    assert Bookmark.of(json.loads(json.dumps(bookmark.note()))) == bookmark == Bookmark(3, "ours")


def test_a_bookmark_of_version_0_5_0_is_written_as_it_was() -> None:
    assert Bookmark.of({"sequence": 3}) == Bookmark(3)
    assert Bookmark(3).note() == {"sequence": 3}


@pytest.mark.parametrize(
    "note", [None, {}, [], "3", {"sequence": "3"}, {"sequence": True}, {"sequence": 3, "store": 7}]
)
def test_what_nobody_wrote_so_is_no_bookmark(note: object) -> None:
    assert Bookmark.of(note) is None
