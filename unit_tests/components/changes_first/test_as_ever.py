"""Is a list read as ever where there are no events, and does a sync end as it would where a call fails?"""

from __future__ import annotations

import logging
from typing import Any

import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components import changes_first
from source_zoho.errors import ConfigProblem, Transient
from unit_tests.components.changes_first.told import (
    HOUR,
    Telling,
    ToldSyncs,
    a_telling_list,
    edit,
    notes,
    refused,
    syncs_of,
    truth,
)

# ── What stays as it was ──


def without_notes(state: dict[str, Any]) -> dict[str, Any]:
    return {**state, "states": [{**each, "notes": None} for each in state["states"]]}


@pytest.mark.parametrize("why", ["no store", "no event", "no event of this list", "switched off"])
def test_without_events_nothing_changes(why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def three_syncs(zoho: Telling, config: dict[str, Any]) -> tuple[Any, ...]:
        syncs = syncs_of(zoho, config=config)
        syncs.receiver_listens = False
        told: list[Any] = []
        for number in (0, 7, 9):
            zoho.model.now += HOUR
            if number:
                zoho.model.edit(number)
            got = syncs.run()
            told += [got.records, list(zoho.paths), list(zoho.asked), got.messages, syncs.entry_of()]
        return tuple(told)

    plain, now = a_telling_list(), a_telling_list()
    monkeypatch.setattr(plain, "store", None)
    if why != "switched off":
        now.store._latest.clear()
    if why == "no store":
        monkeypatch.setattr(now, "store", None)
    if why == "no event of this list":
        now.tell(5, entity="bill")

    assert three_syncs(now, {"webhook_full_scan_days": 0} if why == "switched off" else {}) == three_syncs(plain, {})


@pytest.mark.parametrize(
    "settings",
    [
        {"method": "newest_first"},
        {"cursor_field": ""},
        {"cursor_field": "read_at", "method": "filter"},
        {"checkpoints": False},
        {"primary_key": ["organization_id", "id", "type"]},
    ],
    ids=["asked for changes", "no cursor", "read whole", "a parent of another list", "several ids"],
)
def test_other_lists_never_follow(zoho: Telling, settings: dict[str, Any]) -> None:
    syncs = syncs_of(zoho, **settings)
    for _ in range(3):
        zoho.tell(5)
        syncs.run()
        zoho.model.now += HOUR
        assert zoho.told == []
        assert zoho.pages >= 1
        assert notes(syncs) == {}


def test_a_runner_that_keeps_no_notes_follows_nothing(zoho: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs = syncs_of(zoho)
    syncs.run()
    monkeypatch.setattr(changes_first, "are_heard", lambda: False)
    edit(zoho, 7)

    assert syncs.run().messages == []
    assert (zoho.told, zoho.pages) == ([], 5)


def test_without_a_state_everything_is_read(zoho: Telling, syncs: ToldSyncs) -> None:
    syncs.state = {}

    assert len(syncs.run().records) == 50
    assert zoho.pages == 5


def test_a_state_that_was_set_back_to_the_beginning_reads_everything(zoho: Telling, syncs: ToldSyncs) -> None:
    syncs.state["states"][0]["cursor"] = {"last_modified_time": "946684800"}

    assert len(syncs.run().records) == 50


# ── Calls that fail ──


@pytest.mark.parametrize(
    "trouble",
    [Transient("Zoho has trouble of its own."), ConfigProblem("The scope is missing.")],
    ids=["time", "scope"],
)
def test_a_sync_fails_as_it_would_and_the_next_one_asks_for_all_again(
    zoho: Telling, syncs: ToldSyncs, trouble: Any
) -> None:
    edit(zoho, 7, 3, 5)
    before = syncs.entry_of()
    zoho.trouble_at["3"] = trouble

    got = syncs.run()
    assert isinstance(got.error, AirbyteTracedException)
    assert got.error.message == str(trouble)
    assert syncs.entry_of() == before

    zoho.trouble_at.clear()
    syncs.run()
    assert zoho.told == ["7", "3", "5"]
    assert syncs.versions() == truth(zoho)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (refused(2, "Invalid value passed for id"), "Zoho does not give its records one by one (Invalid value"),
        (refused(0, "success", 200), "Zoho answered about a record without the record"),
    ],
)
def test_a_list_whose_documents_are_of_no_use_is_read_in_full_and_asked_no_more(
    zoho: Telling, syncs: ToldSyncs, caplog: pytest.LogCaptureFixture, answer: Any, said: str
) -> None:
    edit(zoho, 7)
    zoho.no_documents = answer

    with caplog.at_level(logging.WARNING, "airbyte"):
        got = syncs.run()

    assert got.error is None
    assert (zoho.told, zoho.pages) == (["7"], 5)
    assert syncs.versions() == truth(zoho)
    (line,) = caplog.messages
    assert line.startswith(f"books_rows of organization 7: events cannot be followed: {said}")
    syncs.run()
    assert (zoho.told, zoho.pages) == ([], 5)


def test_an_address_that_zoho_does_not_know_is_no_end_of_a_sync(zoho: Telling, syncs: ToldSyncs) -> None:
    edit(zoho, 7)
    zoho.unknown_paths = {"rows/7"}

    assert syncs.run().error is None
    assert syncs.versions() == truth(zoho)


def test_documents_that_do_not_say_when_they_changed_are_of_no_use(zoho: Telling, syncs: ToldSyncs) -> None:
    edit(zoho, 7)
    zoho.model.entries[7].shows_its_time = False

    assert syncs.run().error is None
    assert (zoho.told, zoho.pages) == (["7"], 5)


def test_the_time_of_change_may_stand_under_another_name() -> None:
    zoho = a_telling_list()
    syncs = syncs_of(zoho, also_changed_at=["updated_time"])
    syncs.run()
    zoho.changed_as = "updated_time"
    zoho.model.now += HOUR
    edit(zoho, 7)

    (record,) = syncs.run().records

    assert record["last_modified_time"]
    assert (zoho.told, zoho.pages) == (["7"], 0)
