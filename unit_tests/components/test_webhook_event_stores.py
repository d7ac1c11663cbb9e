"""Which store do streams of events read, and what becomes of a state that is of another one?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from airbyte_cdk.models import FailureType

from source_zoho.components import event_stores
from source_zoho.webhooks import stores
from unit_tests.components.draining import BILLING, BOOKS, CRM, URL, Store, meant_by_every_url, some_events, sync
from unit_tests.webhooks.fakes import unreachable


@pytest.fixture
def store() -> Iterator[Store]:
    """Return the store that every URL means."""
    with meant_by_every_url() as store:
        yield store


# ── a state of another store ──


@pytest.mark.parametrize(
    ("after", "store_before"),
    [(5000, ""), (5000, "a store"), (2, "another store"), (5000, "another store")],
    ids=["more, of version 0.5.0", "of a backup put back", "another one with more", "another one with less"],
)
def test_another_store_is_read_from_its_beginning_aloud(
    after: int, store_before: str, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store.append(some_events("a", "b", "c"))

    done = sync(after=after, store_before=store_before)

    assert done.keys == ["a", "b", "c"]
    assert (done.positions, done.stores) == ([3], {"a store"})
    (sentence,) = caplog.messages
    assert sentence.startswith(f"{BOOKS}: the state was left at sequence {after} of another store")
    assert "or of this one before a backup was put back" in sentence
    assert store.confirmed()[BOOKS][0] == 0, "pruning must not rely on it"


def test_the_sync_after_that_reads_on(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.append(some_events("a", "b", "c"))

    done = sync(after=3, store_before="a store")

    assert (done.records, done.positions, caplog.messages) == ([], [3], [])


def test_an_empty_store_in_place_of_another_is_where_the_next_sync_begins(store: Store) -> None:
    done = sync(after=30, store_before="another store")

    assert (done.records, done.positions, done.stores) == ([], [0], {"a store"})


def test_a_state_of_version_0_5_0_is_believed_and_completed(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.append(some_events("a", "b", "c"))

    done = sync(after=2)

    assert (done.keys, done.positions, done.stores, caplog.messages) == (["c"], [3], {"a store"}, [])


def test_a_first_sync_names_its_store_without_a_warning(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.append(some_events("a"))

    assert sync().stores == {"a store"}
    assert not caplog.messages


def test_who_cannot_begin_anew_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.append(some_events("a"))
    monkeypatch.setattr("source_zoho.components.webhook_events.are_heard", lambda: False)

    done = sync(after=5000)

    assert not done.records
    assert done.error is not None
    assert done.error.failure_type is FailureType.config_error
    assert "left at sequence 5000 of another store" in str(done.error.message)
    assert not store.confirmed(), "pruning must not rely on it"


# ── one store for all ──


def opened(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> list[str]:
    """Let opening a store give or raise *answers*, the last one again and again, and note the URLs."""
    urls: list[str] = []

    def existing_store(url: str) -> Any:
        urls.append(url)
        answer = answers[min(len(urls), len(answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(stores, "existing_store", existing_store)
    event_stores.forget()
    return urls


def test_a_store_is_opened_once_for_all_streams_of_a_run_and_closed_before_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Store()
    urls = opened(monkeypatch, store)

    for stream in (BOOKS, BILLING, CRM):
        sync(stream)
    assert urls == [URL]
    assert not store.closed

    event_stores.forget()
    assert store.closed
    sync(BOOKS)
    assert urls == [URL, URL]


def test_a_store_that_could_not_be_opened_is_not_tried_again_before_the_next_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    urls = opened(monkeypatch, unreachable(), Store())

    assert sync(BOOKS).error
    assert sync(BILLING).error
    assert urls == [URL]

    event_stores.forget()
    assert sync().error is None
