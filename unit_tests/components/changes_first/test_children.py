"""Do whole documents and children of a list follow events as well, and is nothing lost when they break off?"""

from __future__ import annotations

from typing import Any

import pytest

from unit_tests.components.changes_first.told import A_DAY_SECONDS, HOUR, Telling, ToldSyncs
from unit_tests.components.families import a_detailer, a_follower


def syncs_of_notes(zoho: Telling, **settings: Any) -> ToldSyncs:
    """Return syncs of the notes of rows, of which the first is an hour old."""
    syncs = ToldSyncs(zoho, a_follower(zoho, **{"walk": "scan", **settings}))
    syncs.run()
    zoho.model.now += HOUR
    return syncs


def edit(zoho: Telling, *numbers: int) -> None:
    for number in numbers:
        zoho.model.edit(number)
        zoho.tell(number)
        zoho.model.now += 60
    zoho.model.now += HOUR


def notes(syncs: ToldSyncs) -> dict[str, Any]:
    return dict(syncs.entry_of().get("notes", {}))


def test_children_of_what_was_told_are_read_at_a_call_for_the_parent_and_one_for_them(zoho: Telling) -> None:
    syncs = syncs_of_notes(zoho)
    edit(zoho, 7, 3)

    got = syncs.run()

    assert zoho.paths == ["rows/7", "rows/3", "rows/7/notes", "rows/3/notes"]
    assert {(record["id"], record["version"]) for record in got.records} == {("7", 1), ("3", 1)}
    assert all(record["parent_last_modified_time"] for record in got.records)


def test_documents_of_what_was_told_are_read_without_the_list(zoho: Telling) -> None:
    syncs = ToldSyncs(zoho, a_detailer(zoho, walk="scan"))
    syncs.run()
    zoho.model.now += HOUR
    edit(zoho, 7)

    (record,) = syncs.run().records

    assert zoho.pages == 0
    assert set(zoho.told) == {"7"}
    assert (record["id"], record["version"], record["record_source"], record["lines"]) == ("7", 1, "detail", [])


def test_an_idle_sync_costs_nothing_and_keeps_what_it_knows(zoho: Telling) -> None:
    syncs = syncs_of_notes(zoho)
    edit(zoho, 7)
    syncs.run()
    known = notes(syncs)
    zoho.model.now += HOUR
    syncs.run()
    zoho.model.now += HOUR

    syncs.run()

    assert zoho.paths == []
    assert notes(syncs)["seen"] == known["seen"]


def test_a_break_among_children_leaves_what_was_told_for_the_next_sync(zoho: Telling) -> None:
    syncs = syncs_of_notes(zoho)
    edit(zoho, 7, 3)
    before = notes(syncs)["events"]

    assert syncs.run(breaks_at_call=4).error
    assert notes(syncs)["events"] == before
    zoho.model.now += HOUR
    syncs.run()

    assert syncs.landed["7", "1"]["version"] == syncs.landed["3", "1"]["version"] == 1
    assert zoho.paths == ["rows/7", "rows/3", "rows/3/notes"], "the children of 7 had been read"
    assert notes(syncs)["events"]["sequence"] > before["sequence"]


def test_the_reading_in_full_asks_no_child_again_that_followed_an_event(zoho: Telling) -> None:
    syncs = syncs_of_notes(zoho)
    edit(zoho, 7)
    syncs.run()
    for _ in range(3):  # the look-back goes by the latest change, the reading in full by the one before
        zoho.model.now += 3 * HOUR
        edit(zoho, 9)
        syncs.run()
    zoho.model.now += A_DAY_SECONDS

    syncs.run()

    assert zoho.pages == 5
    assert zoho.told == []


@pytest.mark.parametrize("settings", [{"walk": "keyset"}, {"cursor_field": ""}], ids=["by change", "in full"])
def test_other_walks_never_follow(zoho: Telling, settings: dict[str, Any]) -> None:
    syncs = syncs_of_notes(zoho, **settings)
    edit(zoho, 7)

    syncs.run()

    assert zoho.pages > 0
    assert "events" not in notes(syncs)
