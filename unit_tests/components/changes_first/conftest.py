"""What does a test about lists that follow events start from? A list that was read once, and whose changes are told."""

from __future__ import annotations

import pytest

from unit_tests.components.changes_first.told import HOUR, Telling, ToldSyncs, a_telling_list, syncs_of


@pytest.fixture
def zoho() -> Telling:
    """Return a Zoho of one list, and a receiver that keeps what it tells."""
    return a_telling_list()


@pytest.fixture
def syncs(zoho: Telling) -> ToldSyncs:
    """Return syncs of which the first has read the list of five pages, an hour ago."""
    syncs = syncs_of(zoho)
    syncs.run()
    zoho.model.now += HOUR
    return syncs
