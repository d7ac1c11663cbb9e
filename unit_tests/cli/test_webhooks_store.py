"""Do stats, prune and replay say and do what is right about a store?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from source_zoho.cli import app
from source_zoho.webhooks.event import Event
from source_zoho.webhooks.settings import STORE_URL
from source_zoho.webhooks.store import Channel, EventStore, Span
from source_zoho.webhooks.stores import open_store

NOW = datetime.now(UTC).replace(microsecond=0)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def an_event(key: str, received_at: datetime, product: str = "billing", **changes: Any) -> Event:
    usual = {
        "organization_id": "10",
        "entity": "invoice",
        "operation": "updated",
        "event_type": "",
        "record_ids": ("1",),
        "occurred_at": None,
        "payload": '{"secret": "contents"}',
    }
    return Event(key=key, product=product, received_at=received_at, **{**usual, **changes})


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'events.db'}"


@pytest.fixture
def store(url: str) -> Iterator[EventStore]:
    """Return a store with ten old events of Billing, ten new ones, and one of CRM."""
    with open_store(url) as store:
        store.append([an_event(f"old {number}", ago(days=40)) for number in range(10)])
        store.append([an_event(f"new {number}", ago(hours=1)) for number in range(10)])
        store.append([an_event("crm", ago(hours=2), "crm", organization_id="", entity="Leads", operation="deleted")])
        yield store


@pytest.fixture
def empty(url: str) -> str:
    """Return the address of a store that a receiver made, and nobody has written into."""
    open_store(url).close()
    return url


def run(url: str, *arguments: str, **more: Any) -> Result:
    environment = {"COLUMNS": "200", STORE_URL: url}
    return CliRunner().invoke(app, ["webhooks", *arguments], prog_name="source-zoho", env=environment, **more)


def said(url: str, *arguments: str) -> str:
    result = run(url, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def keys(store: EventStore, after: int = 0) -> list[str]:
    return [each.event.key for each in store.read_after(after, "billing")]


# ── stats ──


def test_an_empty_store_is_no_failure(empty: str) -> None:
    told = said(empty, "stats")

    assert "No events are kept." in told
    assert "No receiver has listened since" in told


def test_stats_show_what_is_kept_and_how_far_it_was_read(url: str, store: EventStore) -> None:
    store.confirm("billing_webhook_events", 15, ago(hours=3))

    told = json.loads(said(url, "stats", "--json"))

    assert [(each["product"], each["entity"], each["operation"], each["count"]) for each in told["events"]] == [
        ("billing", "invoice", "updated", 20),
        ("crm", "Leads", "deleted", 1),
    ]
    assert told["events"][0]["first"] == ago(days=40).isoformat().replace("+00:00", "Z")
    assert [(each["stream"], each["sequence"], each["waiting"]) for each in told["streams"]] == [
        ("billing_webhook_events", 15, 5),
        ("crm_notifications", 0, 1),
    ]
    assert told["streams"][1]["last_sync"] is None


def test_stats_show_when_nobody_was_listening(url: str, store: EventStore) -> None:
    for hours in (10, 9, 8):
        store.beat("first", ago(hours=hours))
    for hours in (4, 3, 2):
        store.beat("second", ago(hours=hours), stopping=hours == 2)

    told = json.loads(said(url, "stats", "--json"))["receiver"]
    in_words = said(url, "stats")

    assert len(told["listening"]) == 2
    assert [each["since"] for each in told["silent"]] == [
        each.isoformat().replace("+00:00", "Z") for each in (ago(hours=8), ago(hours=2))
    ]
    assert "Nobody listened from" in in_words
    assert "(4 h)" in in_words


def test_stats_show_the_last_of_many_short_breaks(url: str, store: EventStore) -> None:
    for number in range(13):
        store.beat(f"run {number}", ago(hours=5, seconds=-60 * number))
        store.beat(f"run {number}", ago(hours=5, seconds=-60 * number - 50), stopping=True)

    told = json.loads(said(url, "stats", "--json"))["receiver"]
    in_words = said(url, "stats")

    assert len(told["silent"]) == 13
    assert in_words.count("(10 s)") == 9
    assert "Before these there were 3 other times in which nobody listened." in in_words


def test_stats_wonder_about_a_store_that_nobody_wrote_into(empty: str) -> None:
    assert "Is this the store of the receiver?" in said(empty, "stats")


def test_stats_show_channels_and_what_was_missed(url: str, store: EventStore) -> None:
    store.save_channel(Channel("12", ("Leads.all",), "https://hooks.example.com/webhooks/crm", ago(days=-3)))
    store.note_missed(["Leads", "Deals"], Span(ago(days=3), ago(days=2)), "no receiver was listening")

    told = json.loads(said(url, "stats", "--json"))
    in_words = said(url, "stats")

    assert [each["channel_id"] for each in told["channels"]] == ["12"]
    assert [each["modules"] for each in told["missed"]] == [["Leads", "Deals"]]
    assert "no receiver was listening. The next read of crm_notifications" in in_words


def test_no_verb_shows_contents(url: str, store: EventStore) -> None:
    for verb in (("stats",), ("stats", "--json"), ("prune", "--older-than", "1d"), ("replay", "--from", "1", "--yes")):
        assert "secret" not in said(url, *verb)


# ── prune ──


def test_events_that_no_stream_has_read_stay(url: str, store: EventStore) -> None:
    told = said(url, "prune", "--older-than", "30d")

    assert len(keys(store)) == 20
    assert "10 unread stay: no stream has ever read any" in told


def test_events_that_every_stream_has_passed_go(url: str, store: EventStore) -> None:
    store.confirm("billing_webhook_events", 20, ago(hours=1))
    store.confirm("billing_subscriptions", 6, ago(hours=1))
    store.confirm("books_webhook_events", 2, ago(hours=1))

    told = said(url, "prune", "--older-than", "30d", "--product", "billing")

    assert keys(store) == [*(f"old {number}" for number in range(6, 10)), *(f"new {number}" for number in range(10))]
    assert "billing: 6 events" in told
    assert "4 unread stay: billing_subscriptions, synced last at" in told
    assert "crm:" not in told


def test_a_dry_run_says_the_same_and_deletes_nothing(url: str, store: EventStore) -> None:
    store.confirm("billing_webhook_events", 6, ago(hours=1))

    rehearsed = said(url, "prune", "--older-than", "30d", "--unread", "--dry-run")
    left = len(keys(store))
    done = said(url, "prune", "--older-than", "30d", "--unread")

    assert left == 20
    assert len(keys(store)) == 10
    for told in (rehearsed, done):
        assert "billing: 10 events" in told
        assert "4 of them unread" in told


@pytest.mark.parametrize("time", ["month", "30", "-3d", "999999w", ""])
def test_what_is_no_stretch_of_time_is_refused(url: str, time: str) -> None:
    assert run(url, "prune", f"--older-than={time}").exit_code == 2


# ── replay ──


def test_events_are_read_once_more(url: str, store: EventStore) -> None:
    last = store.last_sequence()

    told = said(url, "replay", "--from", "3", "--to", "5", "--yes")

    assert keys(store, after=last) == ["old 2", "old 3", "old 4"]
    assert "3 events" in told


def test_events_of_a_time_are_read_once_more_and_no_others(url: str, store: EventStore) -> None:
    store.replay(3, 4)  # so that an old event stands among new ones
    store.append([an_event("last", ago(minutes=30))])
    last = store.last_sequence()

    told = said(url, "replay", f"--since={ago(hours=3).isoformat()}", "--yes")

    assert keys(store, after=last) == [*(f"new {number}" for number in range(10)), "last"]
    assert "12 events" in told


def test_nobody_there_to_ask_means_no(url: str, store: EventStore) -> None:
    result = run(url, "replay", "--from", "1")

    assert result.exit_code == 2
    assert "say --yes" in result.stderr
    assert "new 9" in keys(store)[-1]


@pytest.mark.parametrize(("answer", "moved"), [("y\n", 10), ("n\n", 0)])
def test_a_person_is_asked(
    url: str, store: EventStore, monkeypatch: pytest.MonkeyPatch, answer: str, moved: int
) -> None:
    monkeypatch.setattr("source_zoho.cli.webhooks_store._is_a_person_there", lambda: True)
    last = store.last_sequence()

    result = run(url, "replay", "--from", "11", "--to", "20", input=answer)

    assert result.exit_code == 0
    assert len(keys(store, after=last)) == moved


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--to", "5"),
        ("--until", "2026-03-01T08:00:00Z"),
        ("--from", "1", "--since", "2026-03-01T08:00:00Z"),
        ("--since", "2026-03-01T08:00:00"),
        ("--since", "yesterday"),
        ("--from", "5", "--to", "4"),
        ("--from", "0"),
    ],
    ids=" ".join,
)
def test_which_events_has_to_be_said_in_one_way(url: str, store: EventStore, options: tuple[str, ...]) -> None:
    result = run(url, "replay", *options, "--yes")

    assert result.exit_code == 2
    assert len(keys(store)) == 20
    assert "Traceback" not in result.output


def test_nothing_to_replay_is_said(url: str, store: EventStore) -> None:
    assert "nothing was replayed" in said(url, "replay", "--from", "500", "--yes")


# ── which store ──


def test_without_a_store_the_ways_to_name_one_are_told(tmp_path: Path) -> None:
    result = run("", "stats")

    assert result.exit_code == 2
    assert "--store URL" in result.stderr
    assert STORE_URL in result.stderr


def test_the_configuration_may_name_the_store(url: str, store: EventStore, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"webhook_store_url": url}), encoding="utf-8")

    result = run("", "stats", "--config", str(path))

    assert result.exit_code == 0
    assert "Leads" in result.stdout


@pytest.mark.parametrize(
    "command", [("stats",), ("prune", "--older-than", "30d"), ("replay", "--from", "1", "--yes")], ids=" ".join
)
@pytest.mark.parametrize("path", ["evnets.db", "no/such/folder/events.db"])
def test_a_store_that_is_not_there_is_a_sentence_and_is_not_made(
    path: str, command: tuple[str, ...], tmp_path: Path
) -> None:
    result = run("", *command, "--store", f"sqlite:///{tmp_path}/{path}")

    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert result.stderr.startswith(f"The event store {tmp_path}/{path} does not exist. Correct its address")
    assert not list(tmp_path.iterdir())
