"""What does every event store promise to those who remember how far they have read it?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from integration_tests.webhooks.builders import NOON, at, some_events
from source_zoho.errors import ConfigProblem
from source_zoho.webhooks.bookmarks import Bookmark
from source_zoho.webhooks.store import EventStore
from source_zoho.webhooks.stores import existing_store, open_store

Grow = Callable[[EventStore], object]


def keep(url: str, number: int, name: str = "event") -> None:
    """Do as a process does that keeps so many events and ends."""
    with open_store(url) as store:
        store.append(some_events(number, name))


def bookmarks_of(url: str) -> list[Bookmark]:
    """Return a bookmark at the beginning and at each sequence that was given out."""
    with open_store(url) as store:
        return [Bookmark.at(store, sequence) for sequence in range(store.last_sequence() + 1)]


def believed(bookmarks: list[Bookmark], url: str) -> list[int]:
    """Return the sequences of those *bookmarks* that are of the store at *url*."""
    with open_store(url) as store:
        return [each.sequence for each in bookmarks if each.is_in(store)]


def appends(store: EventStore) -> None:
    store.append(some_events(6, "after"))


def replays(store: EventStore) -> None:
    for _ in range(3):
        store.replay(1, store.last_sequence())


class IdentityContract:
    """
    Promises about who a store is.

    A store's own class says with ``url`` where an empty one is, with ``another_url`` where another one is, and with
    ``backup`` how the one at a URL, which nobody uses now, is copied: it returns the address of the copy.
    """

    def test_an_empty_store_is_known_already(self, url: str) -> None:
        assert believed(bookmarks_of(url), url) == [0]

    def test_a_store_is_known_for_ever(self, url: str) -> None:
        keep(url, 3)
        bookmarks = bookmarks_of(url)
        keep(url, 3, "more")
        with open_store(url) as store:
            store.replay(1, 2)
            store.beat("a receiver", NOON)
            store.prune(at(1))
            store.ping()

        assert believed(bookmarks, url) == [0, 1, 2, 3]
        assert bookmarks_of(url)[:4] == bookmarks

    def test_another_store_is_another_one_however_much_it_holds(self, url: str, another_url: str) -> None:
        keep(url, 3)
        keep(another_url, 5)

        assert believed(bookmarks_of(url), another_url) == []
        assert believed(bookmarks_of(another_url), url) == []

    def test_a_copy_is_the_same_store_as_far_as_it_goes(self, url: str, backup: Callable[[str], str]) -> None:
        keep(url, 3)
        copy = backup(url)
        keep(url, 3, "more")

        assert believed(bookmarks_of(url), copy) == [0, 1, 2, 3]

    @pytest.mark.parametrize("grow", [appends, replays])
    def test_what_was_read_after_a_backup_is_not_taken_for_what_came_after_it_was_put_back(
        self, url: str, backup: Callable[[str], str], grow: Grow
    ) -> None:
        with open_store(url) as receiver:
            receiver.append(some_events(3))
        copy = backup(url)
        keep(url, 3, "lost")
        read = bookmarks_of(url)
        with open_store(copy) as receiver:
            grow(receiver)
            assert receiver.last_sequence() > read[-1].sequence, "so its numbers alone would not tell"

        assert believed(read, copy) == [0, 1, 2, 3]

    def test_the_same_holds_when_the_receiver_of_the_backup_was_never_stopped(
        self, url: str, backup: Callable[[str], str]
    ) -> None:
        keep(url, 2)
        copy = backup(url)
        with open_store(url) as receiver:  # its first events come after the backup
            receiver.append(some_events(3, "lost"))
        keep(copy, 4, "after")

        assert believed(bookmarks_of(url), copy) == [0, 1, 2]

    def test_reading_makes_no_store(self, url: str) -> None:
        with pytest.raises(
            ConfigProblem, match=r"Correct .* or start `source-zoho webhooks serve` with it, which makes"
        ):
            existing_store(url)
        with pytest.raises(ConfigProblem):
            existing_store(url)

        open_store(url).close()
        existing_store(url).close()
