"""What does every event store promise, whatever keeps it?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from integration_tests.webhooks.builders import NOON, an_event, at, some_events
from source_zoho.webhooks.event import CREATED, POLL, TEST
from source_zoho.webhooks.store import Channel, EventStore, Held, Span
from source_zoho.webhooks.stores import open_store

A_CHANNEL = Channel("7", ("Leads.all", "Deals.edit"), "https://hooks.example.com/webhooks/crm", at(3600))


def keys(store: EventStore, after: int = 0, product: str = "billing", **narrowed: Any) -> list[str]:
    return [kept.event.key for kept in store.read_after(after, product, **narrowed)]


def sequences(store: EventStore) -> list[int]:
    return [kept.sequence for kept in store.read_after(0, "billing")]


class EventStoreContract:
    """Promises about events and notes; a store's own class says with ``url`` where an empty one is."""

    @pytest.fixture
    def store(self, url: str) -> Iterator[EventStore]:
        with open_store(url) as store:
            yield store

    # ── keeping and reading ──

    def test_gives_back_what_it_was_given(self, store: EventStore) -> None:
        whole = an_event(
            "whole",
            record_ids=("1", "22"),
            occurred_at=at(-5),
            received_at=at(0.123456),
            payload='{"a": 1}',
            origin=TEST,
        )
        bare = an_event("bare", entity="", operation="", event_type="", record_ids=(), organization_id="")

        assert store.append([whole, bare]) == [True, True]

        assert [kept.event for kept in store.read_after(0, "billing")] == [whole, bare]

    def test_another_opening_finds_what_one_has_kept(self, store: EventStore, url: str) -> None:
        store.append([an_event("a")])
        with open_store(url) as other:
            assert other.append([an_event("a"), an_event("b")]) == [False, True]

        assert keys(store) == ["a", "b"]

    def test_keeps_one_copy_of_an_event_delivered_twice(self, store: EventStore) -> None:
        assert store.append([an_event("a", payload="first"), an_event("b")]) == [True, True]
        assert store.append([an_event("c"), an_event("a", payload="second")]) == [True, False]

        assert keys(store) == ["a", "b", "c"]
        assert store.read_after(0, "billing")[0].event.payload == "first"

    def test_keeps_one_copy_of_an_event_that_comes_twice_at_once(self, store: EventStore) -> None:
        assert store.append([an_event("a"), an_event("b"), an_event("a")]) == [True, True, False]

        assert keys(store) == ["a", "b"]

    def test_keeping_nothing_is_nothing(self, store: EventStore) -> None:
        assert store.append([]) == []
        assert store.last_sequence() == 0

    def test_keeps_all_events_or_none(self, store: EventStore) -> None:
        store.append([an_event("before")])
        with pytest.raises(ValueError, match="without its zone"):
            store.append([*some_events(30), an_event("bad", received_at=datetime(2026, 3, 1))])  # noqa: DTZ001

        assert (keys(store), store.last_sequence()) == (["before"], 1)
        assert store.append([an_event("event 0")]) == [True]

    def test_reads_in_order_from_anywhere_a_few_at_a_time(self, store: EventStore) -> None:
        store.append(some_events(5))
        places = sequences(store)

        assert places == sorted(set(places))
        assert places[-1] == store.last_sequence()
        assert keys(store, places[1], limit=2) == ["event 2", "event 3"]
        assert keys(store, places[-1]) == []

    def test_keeps_more_events_at_once_than_one_statement_takes(self, store: EventStore) -> None:
        assert store.append(some_events(3_000)) == [True] * 3_000

        assert keys(store, limit=5_000) == [event.key for event in some_events(3_000)]

    def test_products_and_organizations_are_read_apart(self, store: EventStore) -> None:
        store.append([an_event("a"), an_event("b", organization_id="20"), an_event("c", product="crm"), an_event("d")])

        assert keys(store) == ["a", "b", "d"]
        assert keys(store, organization_id="10") == ["a", "d"]
        assert keys(store, product="crm") == ["c"]
        assert keys(store, product="books") == []

    @pytest.mark.parametrize(
        "text",
        [
            "\x00",
            "half of a pair: \ud83d, the other: \udc26",
            "a mark \x1a and \x1a0000, as it was",
            "Ђорђе Ümlaut 漢字 🐦‍🔥 \u202e \uffff",
            "'; DROP TABLE source_zoho_events; -- %s :name {} \\",
            json.dumps({"note": "\x00\ud83d"}),
            "x" * 1_000_000,
        ],
        ids=lambda text: ascii(text[:12]),
    )
    def test_any_text_comes_back_as_it_went(self, store: EventStore, text: str) -> None:
        odd = an_event(text, payload=text, entity=text, event_type=text, record_ids=(text,), organization_id=text)

        assert store.append([odd, odd]) == [True, False]
        assert store.append([odd]) == [False]

        assert [kept.event for kept in store.read_after(0, "billing", organization_id=text)] == [odd]
        assert list(store.latest("billing", text)) == [text]

    def test_times_come_back_in_utc(self, store: EventStore) -> None:
        in_india = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
        store.append([an_event("a", received_at=in_india, occurred_at=in_india - timedelta(days=1))])

        event = store.read_after(0, "billing")[0].event

        assert (event.received_at, event.occurred_at) == (NOON, NOON - timedelta(days=1))
        assert event.received_at.tzinfo == UTC

    def test_a_time_at_the_end_of_the_calendar_is_no_reason_to_refuse_an_event(self, store: EventStore) -> None:
        first = datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
        last = datetime.max.replace(tzinfo=timezone(timedelta(hours=-12)))
        store.append([an_event("a", occurred_at=first), an_event("b", occurred_at=last)])

        assert [kept.event.occurred_at for kept in store.read_after(0, "billing")] == [
            datetime.min.replace(tzinfo=UTC),
            datetime.max.replace(tzinfo=UTC),
        ]

    # ── what is asked about events ──

    def test_knows_when_zoho_last_told_of_each_entity(self, store: EventStore) -> None:
        store.append([an_event("a", received_at=at(5)), an_event("b", received_at=at(9)), an_event("c")])
        store.append(
            [an_event("d", received_at=at(2)), an_event("e", entity="plan"), an_event("f", organization_id="20")]
        )
        store.append([an_event("g", entity="tax", origin=TEST), an_event("h", received_at=at(99), origin=POLL)])

        assert store.latest("billing", "10") == {"invoice": at(9), "plan": NOON}
        assert store.latest("billing", "20") == {"invoice": NOON}
        assert store.latest("books", "10") == {}

    @pytest.mark.parametrize(
        ("operation", "tells"), [("updated", True), ("", True), ("created", False), ("deleted", False)]
    )
    def test_creations_and_deletions_alone_do_not_tell_of_edits(
        self, store: EventStore, operation: str, tells: bool
    ) -> None:
        store.append([an_event("a", operation=operation)])

        assert bool(store.latest("billing", "10")) == tells

    def test_a_repeated_delivery_is_no_news(self, store: EventStore) -> None:
        store.append([an_event("a")])
        store.append([an_event("a", received_at=at(60))])

        assert store.latest("billing", "10") == {"invoice": NOON}

    def test_counts_what_it_holds(self, store: EventStore) -> None:
        store.append([an_event("a", received_at=at(5)), an_event("b"), an_event("c", operation=CREATED)])
        store.append([an_event("d", product="crm", entity="Leads"), an_event("e", organization_id="2")])

        assert store.held() == [
            Held("billing", "10", "invoice", "created", 1, Span(NOON, NOON)),
            Held("billing", "10", "invoice", "updated", 2, Span(NOON, at(5))),
            Held("billing", "2", "invoice", "updated", 1, Span(NOON, NOON)),
            Held("crm", "10", "Leads", "updated", 1, Span(NOON, NOON)),
        ]

    # ── pruning and replaying ──

    def test_prunes_what_is_old_enough_and_nothing_else(self, store: EventStore) -> None:
        store.append([an_event("a"), an_event("b", received_at=at(10)), an_event("c"), an_event("d", product="crm")])

        assert store.prune(NOON) == 0
        assert store.prune(at(1), up_to_sequence=sequences(store)[0], product="billing") == 1
        assert (keys(store), keys(store, product="crm")) == (["b", "c"], ["d"])
        assert store.prune(at(1)) == 2
        assert (keys(store), keys(store, product="crm")) == (["b"], [])

    def test_remembers_how_far_each_product_was_pruned(self, store: EventStore) -> None:
        store.append([an_event("a"), an_event("b"), an_event("c", product="crm"), an_event("d", received_at=at(9))])
        first, second, last = sequences(store)
        assert store.pruned("billing") == 0

        store.prune(at(1), up_to_sequence=second)
        assert (store.pruned("billing"), store.pruned("crm")) == (second, 0)

        store.replay(last, last)
        assert store.pruned("billing") == second, "what is moved is still there"
        store.prune(at(1))
        assert store.pruned("billing") == second
        assert store.pruned("crm") > second > first

    def test_prunes_more_than_it_deletes_at_once(self, store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("source_zoho.webhooks.event_rows._SLICE", 3)
        store.append(some_events(10))

        assert store.prune(at(1), up_to_sequence=8) == 8
        assert keys(store) == ["event 8", "event 9"]

    def test_pruning_lowers_no_sequence_and_forgets_no_entity(self, store: EventStore) -> None:
        store.append(some_events(3))
        before = store.last_sequence()
        assert store.prune(at(1)) == 3

        assert store.last_sequence() == before
        assert store.latest("billing", "10") == {"invoice": NOON}
        store.append([an_event("new")])
        assert sequences(store) == [store.last_sequence()] > [before]

    def test_replays_events_in_their_order_behind_all_others(self, store: EventStore) -> None:
        store.append(some_events(6))
        places = sequences(store)
        before = store.last_sequence()

        assert store.replay(places[1], places[3]) == 3

        assert keys(store, before) == ["event 1", "event 2", "event 3"]
        assert keys(store) == ["event 0", "event 4", "event 5", "event 1", "event 2", "event 3"]
        store.append([an_event("new")])
        assert keys(store)[-1] == "new"

    def test_what_was_replayed_is_still_known(self, store: EventStore) -> None:
        store.append([an_event("a"), an_event("b")])
        store.replay(1, store.last_sequence())

        assert store.append([an_event("a")]) == [False]

    def test_replays_everything_and_again(self, store: EventStore) -> None:
        store.append(some_events(4))
        for _ in range(3):
            assert store.replay(0, 10**30) == 4

        assert keys(store) == [event.key for event in some_events(4)]
        assert sequences(store)[0] > 4

    def test_replays_nothing_where_nothing_is(self, store: EventStore) -> None:
        store.append(some_events(2))
        before = store.last_sequence()

        assert (store.replay(before + 1, before + 9), store.replay(2, 1), store.replay(10**30, 10**31)) == (0, 0, 0)
        assert store.last_sequence() == before

    def test_bounds_beyond_every_number_are_bounds(self, store: EventStore) -> None:
        store.append(some_events(2))

        assert keys(store, 10**30) == []
        assert keys(store, -(10**30)) == ["event 0", "event 1"]
        assert store.prune(at(1), up_to_sequence=10**30) == 2

    # ── receivers and syncs ──

    def test_knows_when_a_receiver_was_listening(self, store: EventStore) -> None:
        for seconds in (0, 20, 40):
            store.beat("first", at(seconds))
        store.beat("second", at(100), stopping=False)
        store.beat("second", at(130), stopping=True)

        assert store.uptime(at(-60)) == [Span(at(0), at(40)), Span(at(100), at(130))]
        assert store.uptime(at(20)) == [Span(at(20), at(40)), Span(at(100), at(130))]
        assert store.uptime(at(131)) == []

    def test_receivers_that_relieve_each_other_leave_no_gap(self, store: EventStore) -> None:
        for run_id, seconds in (("old", 0), ("new", 50), ("old", 60), ("new", 90)):
            store.beat(run_id, at(seconds))

        assert store.uptime(NOON) == [Span(at(0), at(90))]

    def test_a_beat_that_comes_late_takes_nothing_back(self, store: EventStore) -> None:
        for seconds in (0, 40, 20):
            store.beat("run", at(seconds))

        assert store.uptime(NOON) == [Span(at(0), at(40))]

    def test_knows_how_far_streams_were_read(self, store: EventStore) -> None:
        store.confirm("books_webhook_events", 7, at(0))
        store.confirm("crm_notifications", 3, at(5))
        store.confirm("books_webhook_events", 4, at(10))  # a sync that was set back says so

        assert store.confirmed() == {"books_webhook_events": (4, at(10)), "crm_notifications": (3, at(5))}

    def test_what_an_earlier_sync_says_late_does_not_count(self, store: EventStore) -> None:
        store.confirm("crm_notifications", 9, at(10))
        store.confirm("crm_notifications", 5, at(0))

        assert store.confirmed() == {"crm_notifications": (9, at(10))}

    # ── channels and what was missed ──

    def test_keeps_channels_by_their_id(self, store: EventStore) -> None:
        renewed = replace(A_CHANNEL, events=("Leads.all",), expires_at=at(7200))
        store.save_channel(A_CHANNEL)
        store.save_channel(replace(A_CHANNEL, channel_id="10"))
        store.save_channel(renewed)

        assert store.channels() == [replace(A_CHANNEL, channel_id="10"), renewed]

    def test_forgets_a_channel(self, store: EventStore) -> None:
        store.save_channel(A_CHANNEL)
        store.drop_channel("nobody's")
        store.drop_channel(A_CHANNEL.channel_id)

        assert store.channels() == []

    def test_remembers_what_was_missed_until_it_is_reconciled(self, store: EventStore) -> None:
        store.note_missed(["Leads", "Deals"], Span(at(50), at(60)), "The channel had expired.")
        store.note_missed(["Leads"], Span(at(0), at(10)), "No receiver was listening.")
        first, second = store.missed()

        assert (first.modules, first.span, first.reason) == (
            ("Leads",),
            Span(at(0), at(10)),
            "No receiver was listening.",
        )
        assert second.modules == ("Leads", "Deals")

        store.reconciled(first.number, at(100))
        store.reconciled(first.number, at(200))
        assert store.missed() == [second]

    def test_the_same_missed_time_is_remembered_once(self, store: EventStore) -> None:
        store.note_missed(["Leads", "Deals"], Span(at(0), at(10)), "first")
        store.note_missed(["Deals", "Leads"], Span(at(0), at(10)), "second")
        store.note_missed(["Deals"], Span(at(0), at(10)), "other modules")
        assert [each.reason for each in store.missed()] == ["first", "other modules"]

        store.reconciled(store.missed()[0].number, at(20))
        store.note_missed(["Leads", "Deals"], Span(at(0), at(10)), "again")
        assert [each.reason for each in store.missed()] == ["other modules"]

    # ── standing by ──

    def test_answers_a_ping(self, store: EventStore) -> None:
        store.append([an_event("a")])
        store.ping()

        assert store.last_sequence() == 1

    def test_can_be_closed_twice(self, store: EventStore) -> None:
        store.close()
        store.close()
