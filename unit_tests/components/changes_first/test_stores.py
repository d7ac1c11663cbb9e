"""Is a list read in full when its notes are of another store, whatever that one has?"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest

from unit_tests.components.changes_first.told import (
    HOUR,
    Telling,
    ToldSyncs,
    edit,
    notes,
    truth,
)
from unit_tests.webhooks.fakes import MemoryStore

ANOTHER = "another store"


def with_more_events(zoho: Telling) -> None:
    for _ in range(20):
        zoho.tell(1)


def with_fewer_events(zoho: Telling) -> None:
    zoho.store._last = 0


@pytest.mark.parametrize("filled", [with_more_events, with_fewer_events])
def test_another_store_makes_the_list_be_read_in_full_once_and_is_said(
    zoho: Telling, syncs: ToldSyncs, filled: Callable[[Telling], None], caplog: pytest.LogCaptureFixture
) -> None:
    edit(zoho, 3)  # of which only the old store knows
    zoho.store = MemoryStore(name=ANOTHER)
    zoho.store.beat("a", zoho.now - timedelta(days=9))
    zoho.tell(1, received_at=zoho.now - timedelta(days=2))
    filled(zoho)

    with caplog.at_level(logging.INFO, "airbyte"):
        syncs.run()

    assert (zoho.told, zoho.pages) == ([], 5)
    assert syncs.versions() == truth(zoho)
    (line,) = [each for each in caplog.messages if "read in full" in each]
    assert "the store is another one than at the last sync" in line
    assert notes(syncs)["store"] == ANOTHER

    zoho.model.now += HOUR
    edit(zoho, 7)
    syncs.run()
    assert (zoho.told[-1], zoho.pages) == ("7", 0)


def test_fewer_events_in_the_same_store_are_another_one_too(
    zoho: Telling, syncs: ToldSyncs, caplog: pytest.LogCaptureFixture
) -> None:
    with_fewer_events(zoho)
    zoho.model.edit(40)

    with caplog.at_level(logging.INFO, "airbyte"):
        syncs.run()

    assert "or one that a backup was put back into" in caplog.text
    assert syncs.versions() == truth(zoho)


def test_notes_of_version_0_5_0_are_followed_and_completed(zoho: Telling, syncs: ToldSyncs) -> None:
    (entry,) = syncs.state["states"]
    del entry["notes"]["events"]["store"]
    edit(zoho, 7)

    syncs.run()

    assert (zoho.told, zoho.pages) == (["7"], 0)
    assert notes(syncs)["store"] == "a store"
