"""Is a list followed only while everything speaks for it, and is each record that events name asked for?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from source_zoho.webhooks.bookmarks import Bookmark
from source_zoho.webhooks.event import TEST, Event, Kept
from source_zoho.webhooks.following import (
    Heard,
    News,
    Notes,
    Subject,
    heeded,
    why_in_full,
    why_too_much,
)
from source_zoho.webhooks.store import Span
from unit_tests.webhooks.fakes import MemoryStore

NOON = datetime(2025, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NOTES = Notes(int(NOON.timestamp()) + 7, int(NOON.timestamp()), Bookmark(10, "a store"), pages=3)
LATER = NOON + timedelta(hours=6)
WHOLE_DAY = Span(NOON - DAY, NOON + DAY)
HEARD = Heard(LATER, knows_list=True, knows_place=True, pruned=10, uptime=[WHOLE_DAY])

SUBSCRIPTIONS = Subject(("billing_subscriptions", "subscriptions", "subscriptions"), "subscription_id")
PLANS = Subject(("billing_plans", "plans", "plans"), "plan_code")
INVOICES = Subject(("billing_invoices", "invoices", "invoices"), "invoice_id")
PRICE_LISTS = Subject(("books_price_lists", "pricebooks", "pricebooks"), "pricebook_id")
RECURRING_JOURNALS = Subject(("books_recurring_journals", "recurringjournals", "recurring_journals"), "journal_id")


A_SUBSCRIPTION = {"subscription": {"subscription_id": "5"}}
TWO_INVOICES = [{"invoice_id": "1"}, {"invoice_id": "2"}]


def an_event(entity: str, payload: Any, record_ids: Sequence[str] = (), **changes: Any) -> Event:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    event = Event("key", "billing", "7", entity, "updated", "", tuple(record_ids), None, NOON, text)
    return replace(event, **changes)


def the_news(subject: Subject, *events: Event) -> News:
    news = News()
    news.take([Kept(number, event) for number, event in enumerate(events, start=1)], subject)
    return news


# ── When a list is followed ──


def test_a_list_is_followed_when_nothing_speaks_against_it() -> None:
    assert why_in_full(NOTES, HEARD, DAY) == ""


@pytest.mark.parametrize(
    ("notes", "heard", "said"),
    [
        (NOTES, replace(HEARD, knows_list=False), "no event has told of an edit"),
        (None, HEARD, "not read since the first event"),
        (NOTES, replace(HEARD, now=NOON + DAY), "last read in full at 2025-06-15 12:00 UTC"),
        (NOTES, replace(HEARD, now=NOON - timedelta(seconds=1)), "last read in full at"),
        (NOTES, replace(HEARD, knows_place=False), "another one"),
        (NOTES, replace(HEARD, pruned=11), "pruned"),
        (NOTES, replace(HEARD, uptime=[]), "not listening all the time"),
    ],
    ids=[
        "never told",
        "never read",
        "too long ago",
        "a clock that was set back",
        "another store",
        "pruned",
        "no receiver",
    ],
)
def test_it_is_read_in_full_for_a_reason_that_is_said(notes: Notes | None, heard: Heard, said: str) -> None:
    assert said in why_in_full(notes, heard, DAY)


@pytest.mark.parametrize(
    ("spans", "follows"),
    [
        ([(-60, 21_540)], True),
        ([(-59, 21_540)], False),
        ([(-60, 21_539)], False),
        ([(-60, 9_000), (9_001, 30_000)], False),
        ([(-900, -800), (-60, 30_000)], True),
    ],
    ids=["just enough", "began too late", "ended too soon", "a hole of a second", "an older run does no harm"],
)
def test_the_receiver_has_to_have_listened_without_a_hole(spans: Iterable[tuple[int, int]], follows: bool) -> None:
    uptime = [Span(NOON + timedelta(seconds=since), NOON + timedelta(seconds=until)) for since, until in spans]

    assert (why_in_full(NOTES, replace(HEARD, uptime=uptime), DAY) == "") is follows


@pytest.mark.parametrize(
    ("news", "said"),
    [
        (News(), ""),
        (News({"1": None, "2": None}), ""),
        (News({"1": None, "2": None, "3": None}), "events told of 3 or more records, and reading it takes 3 calls"),
        (News({}, nameless=1), "1 of the events about it did not say which record"),
    ],
)
def test_events_take_the_place_of_a_reading_while_they_cost_less_and_name_their_record(news: News, said: str) -> None:
    found = why_too_much(NOTES, news)

    assert said in found
    assert bool(said) is bool(found)


# ── What is remembered ──


def test_notes_come_back_from_the_state() -> None:
    assert Notes.of(json.loads(json.dumps(NOTES.note()))) == NOTES


def test_notes_of_version_0_5_0_come_back_without_a_store() -> None:
    known = {"scanned_at": 1, "began_at": 2, "sequence": 10, "pages": 3}

    notes = Notes.of(known)

    assert notes == Notes(1, 2, Bookmark(10), 3)
    assert notes.note() == known


@pytest.mark.parametrize(
    "note",
    [
        None,
        {},
        [],
        "x",
        {**NOTES.note(), "pages": "3"},
        {**NOTES.note(), "pages": True},
        {**NOTES.note(), "sequence": None},
        {**NOTES.note(), "store": 7},
    ],
)
def test_notes_that_nobody_wrote_so_are_none(note: object) -> None:
    assert Notes.of(note) is None


def a_store(seconds: Iterable[int]) -> MemoryStore:
    """Return a store that received an event in each of the *seconds* after noon, in the order of sequence."""
    store = MemoryStore()
    moments = [NOON + timedelta(seconds=each) for each in seconds]
    store.append([an_event("plan", {}, key=f"{number}", received_at=at) for number, at in enumerate(moments)])
    return store


@pytest.mark.parametrize(
    ("seconds", "upto"),
    [([], 0), ([-9, -8], 2), ([-9, 0, 5], 1), ([0, 5], 0), ([-9, 5, -8], 1)],
    ids=["none", "all long ago", "some just now", "all just now", "given anew"],
)
def test_events_of_the_last_minutes_are_looked_at_again(seconds: list[int], upto: int) -> None:
    assert heeded(a_store(seconds), len(seconds), NOON, "billing", "7") == upto


def test_many_events_of_the_last_minutes_are_looked_at_again_too() -> None:
    assert heeded(a_store([*[-1] * 100, *[1] * 3_000]), 3_100, NOON, "billing", "7") == 100


# ── Which records events name ──


@pytest.mark.parametrize(
    ("subject", "event", "ids"),
    [
        (SUBSCRIPTIONS, an_event("subscription", {"event_type": "x", "data": A_SUBSCRIPTION}), ["5"]),
        (SUBSCRIPTIONS, an_event("subscriptions", {"subscription": {"subscription_id": 5}}), ["5"]),
        (SUBSCRIPTIONS, an_event("billing_subscriptions", {"subscription_id": "5", "customer_id": "6"}), ["5"]),
        (SUBSCRIPTIONS, an_event("", {"subscription_id": "5", "customer_id": "6"}), ["5"]),
        (SUBSCRIPTIONS, an_event("invoice", {"invoice": {"invoice_id": "1", "subscription_id": "5"}}), []),
        (PLANS, an_event("plan", {"plan": {"plan_id": "9", "plan_code": "pro/annual 3"}}), ["pro/annual 3"]),
        (INVOICES, an_event("payment", {"payment": {"payment_id": "3", "invoices": TWO_INVOICES}}), ["1", "2"]),
        (PRICE_LISTS, an_event("price_lists", {"pricebook": {"pricebook_id": "4"}}), ["4"]),
        (PRICE_LISTS, an_event("pricebook", {"id_of_it": "4"}, ["4"]), ["4"]),
        (RECURRING_JOURNALS, an_event("recurringjournals", {"journal_id": "8"}), ["8"]),
        (RECURRING_JOURNALS, an_event("journal", {"journal": {"journal_id": "8"}}), []),
        (SUBSCRIPTIONS, an_event("subscription", A_SUBSCRIPTION, origin=TEST), []),
    ],
)  # fmt: skip
def test_an_event_names_the_records_that_surely_changed(subject: Subject, event: Event, ids: list[str]) -> None:
    news = the_news(subject, event)

    assert (list(news.ids), news.nameless) == (ids, 0)


@pytest.mark.parametrize(
    "event",
    [
        an_event("plan", {"plan": {"plan_id": "9"}}, ["9"]),
        an_event("plans", {"name": "Gold"}),
        an_event("plan", "half of a bo"),
        an_event("plan", "[]"),
    ],
    ids=["an id for a code", "no id at all", "no JSON", "no object"],
)
def test_an_event_about_the_list_that_names_no_record_is_counted(event: Event) -> None:
    assert (list(the_news(PLANS, event).ids), the_news(PLANS, event).nameless) == ([], 1)


def test_each_record_is_asked_for_once_however_often_and_in_whatever_order_it_is_told() -> None:
    events = [an_event("plan", {"plan": {"plan_code": code}}) for code in ("b", "a", "b", "b", "a")]

    assert list(the_news(PLANS, *events).ids) == ["b", "a"]


def test_a_recurring_journal_is_no_journal() -> None:
    assert not RECURRING_JOURNALS.is_meant_by("journal")
    assert RECURRING_JOURNALS.is_meant_by("recurring_journal")
    assert not SUBSCRIPTIONS.is_meant_by("")
