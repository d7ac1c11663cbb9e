"""Does a list ask for what events told instead of being read, and for everything as soon as there is a doubt?"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest

from source_zoho.errors import Transient
from unit_tests.components.changes_first.told import (
    A_DAY_SECONDS,
    HOUR,
    Telling,
    ToldSyncs,
    a_list,
    a_telling_list,
    edit,
    notes,
    syncs_of,
    truth,
)

# ── Following ──


def test_nothing_told_costs_nothing(zoho: Telling, syncs: ToldSyncs) -> None:
    got = syncs.run()

    assert (got.records, zoho.paths) == ([], [])
    assert notes(syncs)["pages"] == 5


def test_what_was_told_is_asked_for_by_its_id_once(zoho: Telling, syncs: ToldSyncs) -> None:
    edit(zoho, 7, 3, 7)

    got = syncs.run()

    assert zoho.told == ["7", "3"]
    assert zoho.pages == 0
    assert [(record["id"], record["version"], record["organization_id"]) for record in got.records] == [
        ("7", 2, "7"),
        ("3", 1, "7"),
    ]


def test_a_record_has_the_fields_of_its_list_and_no_others(zoho: Telling, syncs: ToldSyncs) -> None:
    row = syncs.landed["5", ""]
    edit(zoho, 5)

    (record,) = syncs.run().records

    assert record.keys() == row.keys()


def test_what_is_gone_gives_no_record_and_is_counted(
    zoho: Telling, syncs: ToldSyncs, caplog: pytest.LogCaptureFixture
) -> None:
    edit(zoho, 7)
    zoho.model.delete(3)
    zoho.tell(3, "deleted")

    with caplog.at_level(logging.INFO, "airbyte"):
        got = syncs.run()

    assert [record["id"] for record in got.records] == ["7"]
    assert "1 of the records that events told of do not exist any more" in caplog.text


def test_the_position_is_kept_although_no_record_came(zoho: Telling, syncs: ToldSyncs) -> None:
    before = notes(syncs)["sequence"]
    zoho.model.delete(3)
    zoho.tell(3, "deleted")
    zoho.model.now += HOUR

    assert syncs.run().records == []
    assert notes(syncs)["sequence"] == before + 1
    syncs.run()
    assert zoho.paths == []


def test_what_was_told_just_before_a_sync_is_asked_for_once_more(zoho: Telling, syncs: ToldSyncs) -> None:
    edit(zoho, 7)
    syncs.run()
    zoho.model.now += 120
    syncs.run()
    assert zoho.told == ["7"], "Zoho may not have known its own change a moment after it told of it"

    zoho.model.now += HOUR
    syncs.run()
    assert zoho.told == ["7"], "the sync before was too soon, too"
    zoho.model.now += HOUR
    syncs.run()
    assert zoho.told == []


def test_an_event_that_comes_while_we_read_is_for_the_next_sync(zoho: Telling, syncs: ToldSyncs) -> None:
    edit(zoho, 7)
    zoho.before_call = lambda number: edit(zoho, 3) if number == 1 else None

    assert [record["id"] for record in syncs.run().records] == ["7"]
    zoho.before_call = lambda _: None
    assert {record["id"] for record in syncs.run().records} == {"7", "3"}
    assert syncs.versions() == truth(zoho)


def test_an_event_that_comes_while_the_list_is_read_is_for_the_next_sync(zoho: Telling) -> None:
    syncs = syncs_of(zoho)
    zoho.before_call = lambda number: edit(zoho, 2) if number == 4 else None
    syncs.run()
    zoho.before_call = lambda _: None

    syncs.run()

    assert zoho.pages == 0
    assert syncs.versions() == truth(zoho)


def test_events_of_other_organizations_and_lists_are_nobodys(zoho: Telling, syncs: ToldSyncs) -> None:
    zoho.tell(7, organization_id="8")
    zoho.tell(7, entity="invoice", payload='{"invoice": {"id": "7"}}')

    syncs.run()

    assert zoho.paths == []


def test_clocks_that_differ_by_months_do_no_harm() -> None:
    zoho = a_telling_list()
    zoho.ahead_seconds = 90 * A_DAY_SECONDS
    zoho.store.beat("b", zoho.now - timedelta(days=1))
    zoho.listens("b")
    syncs = syncs_of(zoho)
    for _ in range(2):
        zoho.listens("b")
        syncs.run()
        zoho.model.now += HOUR
    zoho.listens("b")
    edit(zoho, 7)

    syncs.run()

    assert (zoho.told, zoho.pages) == (["7"], 0)


# ── Reading in full ──


def told_too_much(zoho: Telling) -> None:
    edit(zoho, 1, 2, 3, 4, 5)


def told_without_an_id(zoho: Telling) -> None:
    zoho.tell("", record_ids=(), payload='{"row": {"called": "Kingfisher"}}')


def a_day_passes(zoho: Telling) -> None:
    zoho.model.now += A_DAY_SECONDS


def pruned(zoho: Telling) -> None:
    edit(zoho, 1)
    zoho.store.prune(zoho.now + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (told_too_much, "events told of 5 or more records, and reading it takes 5 calls"),
        (told_without_an_id, "did not say which record"),
        (a_day_passes, "it was last read in full at"),
        (pruned, "pruned"),
    ],
)
def test_a_doubt_makes_the_list_be_read_in_full_and_is_said(
    zoho: Telling, syncs: ToldSyncs, caplog: pytest.LogCaptureFixture, happens: Any, said: str
) -> None:
    zoho.model.edit(40)  # of which nobody tells
    happens(zoho)

    with caplog.at_level(logging.INFO, "airbyte"):
        syncs.run()

    assert (zoho.told, zoho.pages) == ([], 5)
    assert syncs.versions() == truth(zoho)
    (line,) = [each for each in caplog.messages if "read in full" in each]
    assert line.startswith("books_rows of organization 7: the list of books_rows is read in full: ")
    assert said in line


def test_a_receiver_that_was_down_makes_the_list_be_read_in_full_once(zoho: Telling, syncs: ToldSyncs) -> None:
    zoho.listens()
    zoho.model.now += HOUR
    zoho.model.edit(40)  # while nobody listened
    zoho.model.now += HOUR
    zoho.listens("b")
    zoho.model.now += 120
    zoho.listens("b")
    syncs.receiver_listens = False

    syncs.run()
    assert zoho.pages == 5
    assert syncs.versions() == truth(zoho)

    zoho.model.now += HOUR
    zoho.listens("b")
    syncs.run()
    assert zoho.paths == []


def test_a_lost_event_is_made_up_for_although_the_cursor_has_passed_the_change(zoho: Telling, syncs: ToldSyncs) -> None:
    zoho.model.edit(40)
    lost_at = zoho.model.now
    zoho.model.now += 6 * HOUR
    edit(zoho, 7)
    syncs.run()
    position = syncs.position_of()
    assert position is not None
    assert position > lost_at + syncs.lookback_seconds
    assert syncs.versions()["40"] == 0

    zoho.model.now += A_DAY_SECONDS
    syncs.run()

    assert syncs.versions() == truth(zoho)


@pytest.mark.parametrize("config", [{"webhook_full_scan_days": 0}, {}], ids=["switched off", "taken away"])
def test_a_list_that_follows_no_more_makes_up_for_lost_events_and_forgets_them(
    zoho: Telling, syncs: ToldSyncs, config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    zoho.model.edit(40)
    zoho.model.now += 6 * HOUR
    edit(zoho, 7)
    syncs.run()
    store = zoho.store
    syncs.retriever = a_list(zoho, config=config)  # type: ignore[assignment]
    if not config:
        monkeypatch.setattr(zoho, "store", None)
        syncs.receiver_listens = False

    syncs.run()

    assert zoho.pages == 5
    assert syncs.versions() == truth(zoho)
    assert "notes" not in syncs.entry_of()
    assert store.events


def test_a_store_in_trouble_costs_calls_and_one_warning(
    zoho: Telling, syncs: ToldSyncs, caplog: pytest.LogCaptureFixture
) -> None:
    edit(zoho, 7)
    zoho.model.edit(40)
    before = notes(syncs)
    zoho.store.trouble, syncs.receiver_listens = Transient("The event store cannot be reached."), False

    with caplog.at_level(logging.INFO, "airbyte"):
        got = syncs.run()
        syncs.run(organization_id="8")

    assert got.error is None
    assert syncs.versions() == truth(zoho)
    assert notes(syncs) == before, "the next sync may follow from where this one could have"
    (line,) = [each for each in caplog.messages if "event store" in each]
    assert line == "Zoho is asked as if there were no events, which loses nothing: The event store cannot be reached."

    zoho.store.trouble, syncs.receiver_listens = None, True
    zoho.model.now += HOUR
    syncs.run()
    assert (zoho.told, zoho.pages) == (["7"], 0)
