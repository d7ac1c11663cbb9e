"""Does each stream of events give what the store has, once, and can it be taken up wherever it stopped?"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from airbyte_cdk.models import FailureType

from source_zoho.components.webhook_events import EVENTS_IN_A_PAGE
from unit_tests.components.draining import (
    BILLING,
    BOOKS,
    CRM,
    NOON,
    Store,
    an_event,
    meant_by_every_url,
    some_events,
    sync,
)
from unit_tests.webhooks.fakes import unreachable

NOTIFICATION = {
    "server_time": 1772366400123,
    "query_params": {},
    "module": "Leads",
    "resource_uri": "https://www.zohoapis.com/crm/v8/Leads",
    "ids": ["4150868000001234567"],
    "affected_fields": [{"4150868000001234567": ["Phone"]}],
    "operation": "update",
    "channel_id": 1000000068001,
    "token": "a-word-nobody-should-know",
}


@pytest.fixture
def store() -> Iterator[Store]:
    """Return the store that every URL means."""
    with meant_by_every_url() as store:
        yield store


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="airbyte")
    return caplog


# ── what a record says ──


def test_an_event_of_books_is_a_record_with_what_was_sent(store: Store) -> None:
    store.append([an_event("books:1", occurred_at=NOON - timedelta(seconds=1, microseconds=5000))])

    assert sync().records == [
        {
            "organization_id": "17",
            "entity": "invoice",
            "record_ids": ["900"],
            "key": "books:1",
            "sequence": 1,
            "operation": "updated",
            "event_type": None,
            "occurred_at": "2026-03-01T11:59:58.995+00:00",
            "received_at": "2026-03-01T12:00:00.000+00:00",
            "origin": "webhook",
            "payload": {"invoice": {"invoice_id": "900"}},
        }
    ]


def test_a_notification_of_crm_has_zohos_fields_as_columns_and_never_the_token(store: Store) -> None:
    about = {"entity": "Leads", "event_type": "update", "record_ids": tuple(NOTIFICATION["ids"]), "organization_id": ""}  # type: ignore[arg-type]
    store.append([an_event("crm:1", "crm", payload=json.dumps(NOTIFICATION), **about)])

    (record,) = sync(CRM).records
    assert record == {
        "server_time": "1772366400123",
        "query_params": {},
        "module": "Leads",
        "resource_uri": "https://www.zohoapis.com/crm/v8/Leads",
        "ids": ["4150868000001234567"],
        "affected_fields": [{"4150868000001234567": ["Phone"]}],
        "operation": "updated",
        "channel_id": "1000000068001",
        "key": "crm:1",
        "sequence": 1,
        "event_type": "update",
        "occurred_at": None,
        "received_at": "2026-03-01T12:00:00.000+00:00",
        "origin": "webhook",
    }


@pytest.mark.parametrize(("stream", "product"), [(BOOKS, "books"), (BILLING, "billing"), (CRM, "crm")])
def test_a_stream_has_the_events_of_its_product_only(stream: str, product: str, store: Store) -> None:
    for each in ("books", "billing", "crm"):
        store.append([an_event(each, each, payload="{}")])

    assert sync(stream).keys == [product]


# ── where it stands ──


def test_a_sync_reads_on_from_its_state(store: Store) -> None:
    store.append(some_events("a", "b", "c"))

    assert sync(after=1).keys == ["b", "c"]
    assert sync(after=3).keys == []


def test_reading_deletes_nothing(store: Store) -> None:
    store.append(some_events("a", "b"))

    assert sync().keys == sync().keys == ["a", "b"]


def test_a_sync_ends_with_the_last_event_of_its_beginning(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.append(some_events(*map(str, range(EVENTS_IN_A_PAGE + 1))))
    read_after = store.read_after
    monkeypatch.setattr(
        store, "read_after", lambda *asked, **how: (store.append(some_events("late")), read_after(*asked, **how))[1]
    )

    assert len(sync().records) == EVENTS_IN_A_PAGE + 1
    assert sync(after=EVENTS_IN_A_PAGE + 1).keys == ["late"]


def test_a_long_drain_says_now_and_then_how_far_it_is(store: Store) -> None:
    store.append(some_events(*map(str, range(EVENTS_IN_A_PAGE * 11 + 1))))

    done = sync()

    told = [EVENTS_IN_A_PAGE * 5, EVENTS_IN_A_PAGE * 10, EVENTS_IN_A_PAGE * 11 + 1]
    assert [(reached.sequence, handed_out) for reached, handed_out in done.told] == [(each, each) for each in told]
    assert set(store.limits) == {EVENTS_IN_A_PAGE}, "however many there are, a page is in memory at once"


def test_a_drain_that_breaks_is_taken_up_where_it_stood(store: Store) -> None:
    store.append(some_events(*map(str, range(EVENTS_IN_A_PAGE * 6))))
    store.breaks_at_page = 6

    broken = sync()
    again = sync(after=broken.positions[-1])

    assert broken.error is not None
    assert broken.error.failure_type is FailureType.transient_error
    assert broken.positions == [len(broken.records)]
    assert broken.keys + again.keys == [str(number) for number in range(EVENTS_IN_A_PAGE * 6)]


def test_the_store_is_told_how_far_the_state_is_and_not_how_far_this_sync_comes(store: Store) -> None:
    store.append(some_events("a", "b", "c"))
    before = datetime.now(UTC)

    sync(after=2)

    sequence, at = store.confirmed()[BOOKS]
    assert sequence == 2
    assert before <= at <= datetime.now(UTC)


def test_a_replayed_event_comes_again_with_a_new_place(store: Store) -> None:
    store.append(some_events("a", "b", "c"))
    store.replay(1, 2)

    assert [(row["key"], row["sequence"]) for row in sync(after=3).records] == [("a", 4), ("b", 5)]


# ── organizations ──


def test_events_of_other_organizations_are_left_out_and_counted_once(
    store: Store, log: pytest.LogCaptureFixture
) -> None:
    store.append([an_event("ours"), *some_events("x", "y", organization_id="18")])

    done = sync(organization_ids=["17"])

    assert done.keys == ["ours"]
    assert log.messages == [f"{BOOKS}: 2 events of organizations that organization_ids does not name are left out."]
    assert done.positions == [3], "they are not looked at again"


def test_without_organization_ids_all_are_read(store: Store) -> None:
    store.append([an_event("ours"), an_event("x", organization_id="18")])

    assert sync(organization_ids=[]).keys == ["ours", "x"]


def test_organization_ids_are_no_matter_of_crm(store: Store) -> None:
    store.append([an_event("crm:1", "crm", organization_id="", payload="{}")])

    assert sync(CRM, organization_ids=["17"]).keys == ["crm:1"]


# ── trouble ──


def test_without_a_store_there_is_one_sentence_that_says_how_to_have_one(log: pytest.LogCaptureFixture) -> None:
    done = sync(webhook_store_url="")

    assert (done.records, done.told, done.error) == ([], [], None)
    (sentence,) = log.messages
    assert sentence.startswith(f"{BOOKS}: webhook_store_url names no store")
    assert "source-zoho webhooks serve" in sentence


def test_a_store_that_cannot_be_reached_is_a_matter_of_time(store: Store) -> None:
    store.trouble = unreachable()

    done = sync()

    assert done.error is not None
    assert done.error.failure_type is FailureType.transient_error
    assert "cannot be reached" in str(done.error.message)


def prune(store: Store, up_to: int) -> None:
    store.prune(NOON + timedelta(days=1), up_to_sequence=up_to)


@pytest.mark.parametrize(("after", "up_to", "warnings"), [(1, 3, 1), (3, 3, 0), (2, 1, 0), (0, 3, 0)])
def test_events_that_were_pruned_before_they_were_read_are_missed_aloud(
    after: int, up_to: int, warnings: int, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store.append(some_events("a", "b", "c", "d"))
    prune(store, up_to)

    done = sync(after=after)

    assert done.keys[-1:] == ["d"]
    expected = f"{BOOKS}: events after sequence {after} and up to {up_to} were pruned from the store before"
    assert [message[: len(expected)] for message in caplog.messages] == [expected] * warnings


def test_what_was_pruned_is_missed_aloud_once(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.append(some_events("a", "b", "c"))
    prune(store, 3)

    done = sync(after=1)
    sync(after=done.positions[-1])

    assert (done.records, done.positions, len(caplog.messages)) == ([], [3], 1)


def test_the_position_passes_what_belongs_to_other_streams(store: Store) -> None:
    store.append([an_event("a"), *some_events("x", "y", product="billing", payload="{}")])

    assert sync().positions == [3]
    assert sync(after=3).positions == [3]


def test_pruned_events_of_another_product_are_not_missed(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.append([an_event("a"), *some_events("x", "y", product="billing")])
    store.prune(NOON + timedelta(days=1), product="billing")

    sync(after=1)

    assert not caplog.messages
