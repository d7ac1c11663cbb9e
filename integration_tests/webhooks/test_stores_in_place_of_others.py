"""Is nothing that a store holds passed by when it takes the place of the store that a state is of?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStateMessage, AirbyteStateMessageSerializer, AirbyteStreamStatus

from integration_tests.builders import Run, attempt, read
from integration_tests.conftest import StartZoho
from integration_tests.webhooks.builders import an_event, some_events
from integration_tests.webhooks.following import Followed, followed, notes
from integration_tests.webhooks.told import BILLING, BOOKS
from source_zoho.emulator import Emulator
from source_zoho.webhooks.event import Event
from source_zoho.webhooks.stores import open_store

SUBSCRIPTIONS, DELETED = "billing_subscriptions", "billing_deleted_records"
COMPLETE = AirbyteStreamStatus.COMPLETE


@pytest.fixture(scope="module")
def zoho() -> Iterator[Emulator]:
    """Return a Zoho that nothing is asked of."""
    with Emulator(seed=7, size="small") as zoho:
        yield zoho


@pytest.fixture
def another_url(sqlite_url: str) -> str:
    return sqlite_url.replace("events.db", "another.db")


def keep(url: str, events: Sequence[Event]) -> None:
    """Do as a receiver does that keeps *events* and ends."""
    with open_store(url) as store:
        store.append(events)


def keys(run: Run, stream: str = BILLING) -> list[str]:
    return [row["key"] for row in run.records(stream)]


def state_of(run: Run, stream: str = BILLING) -> dict[str, Any]:
    """Return what a platform keeps of *stream*: the last message about it."""
    told = [AirbyteStateMessageSerializer.dump(each)["stream"] for each in run.state]
    return dict(next(each["stream_state"] for each in told if each["stream_descriptor"]["name"] == stream))


def a_state(stream: str, **blob: Any) -> list[AirbyteStateMessage]:
    written = {"type": "STREAM", "stream": {"stream_descriptor": {"name": stream}, "stream_state": blob}}
    return [AirbyteStateMessageSerializer.load(written)]


def warnings_about_stores(run: Run) -> list[str]:
    return [line for line in run.log if "another store" in line]


def put_back(backup: str, url: str) -> None:
    """Put the store at *backup* in the place of the one at *url*; nobody is using either."""
    paths = [each.removeprefix("sqlite:///") for each in (backup, url)]
    with closing(sqlite3.connect(paths[0])) as source, closing(sqlite3.connect(paths[1])) as target:
        source.backup(target)


# ── streams of events ──


@pytest.mark.parametrize("others", [300, 30, 3], ids=["with more events", "with as many", "with fewer"])
def test_another_store_is_read_from_its_beginning_and_then_on(
    others: int, zoho: Emulator, sqlite_url: str, another_url: str
) -> None:
    keep(sqlite_url, some_events(30))
    keep(another_url, some_events(others, "other"))
    first = read(zoho, BILLING, webhook_store_url=sqlite_url)

    second = read(zoho, BILLING, state=first.state, webhook_store_url=another_url)
    keep(another_url, some_events(2, "new"))
    third = read(zoho, BILLING, state=second.state, webhook_store_url=another_url)

    assert keys(second) == [each.key for each in some_events(others, "other")]
    assert [f"{BILLING}: the state was left at sequence 30" in line for line in warnings_about_stores(second)] == [True]
    assert state_of(second)["sequence"] == others
    assert state_of(second)["store"] != state_of(first)["store"]
    assert (keys(third), warnings_about_stores(third)) == (["new 0", "new 1"], [])


def test_a_store_that_comes_back_is_read_once_more(zoho: Emulator, sqlite_url: str, another_url: str) -> None:
    keep(sqlite_url, some_events(3))
    keep(another_url, some_events(5, "other"))
    state = read(zoho, BILLING, webhook_store_url=sqlite_url).state
    state = read(zoho, BILLING, state=state, webhook_store_url=another_url).state

    assert keys(read(zoho, BILLING, state=state, webhook_store_url=sqlite_url)) == ["event 0", "event 1", "event 2"]


@pytest.mark.parametrize("after", [1, 9], ids=["with fewer events", "with more"])
def test_a_backup_that_is_put_back_is_no_reason_to_miss_what_came_after_it(
    after: int, zoho: Emulator, sqlite_url: str, another_url: str
) -> None:
    keep(sqlite_url, some_events(4))
    keep(another_url, [])
    put_back(sqlite_url, another_url)
    keep(sqlite_url, some_events(5, "lost"))
    state = read(zoho, BILLING, webhook_store_url=sqlite_url).state
    put_back(another_url, sqlite_url)
    keep(sqlite_url, some_events(after, "after"))

    run = read(zoho, BILLING, state=state, webhook_store_url=sqlite_url)

    assert keys(run) == [each.key for each in (*some_events(4), *some_events(after, "after"))]
    assert len(warnings_about_stores(run)) == 1


def test_a_state_from_before_a_backup_reads_on(zoho: Emulator, sqlite_url: str, another_url: str) -> None:
    keep(sqlite_url, some_events(4))
    state = read(zoho, BILLING, webhook_store_url=sqlite_url).state
    keep(another_url, [])
    put_back(sqlite_url, another_url)
    keep(another_url, some_events(2, "after"))

    run = read(zoho, BILLING, state=state, webhook_store_url=another_url)

    assert (keys(run), warnings_about_stores(run)) == (["after 0", "after 1"], [])


def test_a_state_of_version_0_5_0_reads_on_and_names_its_store_from_then_on(zoho: Emulator, sqlite_url: str) -> None:
    keep(sqlite_url, some_events(4))

    run = read(zoho, BILLING, state=a_state(BILLING, sequence=3), webhook_store_url=sqlite_url)
    again = read(zoho, BILLING, state=a_state(BILLING, sequence=4), webhook_store_url=sqlite_url)

    assert (keys(run), warnings_about_stores(run)) == (["event 3"], [])
    assert state_of(run) == state_of(again), "with no event as well"
    assert state_of(run).keys() == {"sequence", "store"}


def test_a_store_that_breaks_before_it_is_read_leaves_the_state_as_it_is(zoho: Emulator, sqlite_url: str) -> None:
    keep(sqlite_url, some_events(4))
    first = read(zoho, BILLING, BOOKS, webhook_store_url=sqlite_url)

    broken = attempt(zoho, BILLING, state=first.state, webhook_store_url="postgresql://a:b@127.0.0.1:1/c")

    assert broken.errors
    assert state_of(broken) == state_of(first)


# ── lists that follow events, and deletions ──


@pytest.fixture
def world(a_zoho: StartZoho, sqlite_url: str) -> Iterator[Followed]:
    with followed(a_zoho(sizes={SUBSCRIPTIONS: 620}), sqlite_url) as world:
        yield world


def test_a_list_is_read_in_full_when_another_store_takes_the_place_of_the_one_it_followed(
    world: Followed, another_url: str
) -> None:
    world.told_long_ago(SUBSCRIPTIONS)
    first = world.sync(SUBSCRIPTIONS)
    edited = world.ids(SUBSCRIPTIONS)[40]
    world.zoho.clock.advance(seconds=600)
    world.zoho.edit(SUBSCRIPTIONS, world.organization_id, edited, description="Kingfisher")
    world.tell(SUBSCRIPTIONS, edited)  # of which the other one does not know
    with followed(world.zoho, another_url) as other:
        for _ in range(30):
            other.told_long_ago(SUBSCRIPTIONS)

        second = world.sync(SUBSCRIPTIONS, state=first, webhook_store_url=another_url)
        calls = world.calls()
        third = world.sync(SUBSCRIPTIONS, state=second, webhook_store_url=another_url)

    assert calls == {"subscriptions": 5}
    assert world.differences(SUBSCRIPTIONS) == []
    (reason,) = [line for line in second.log if "is read in full" in line]
    assert "the store is another one than at the last sync" in reason
    assert notes(second, SUBSCRIPTIONS)["events"]["store"] != notes(first, SUBSCRIPTIONS)["events"]["store"]
    assert (third.status(SUBSCRIPTIONS), world.calls().total()) == (COMPLETE, 0)


def test_deletions_that_another_store_tells_are_not_passed_by(world: Followed, another_url: str) -> None:
    gone = world.ids(SUBSCRIPTIONS)[:2]
    for record_id in gone:
        world.zoho.delete(SUBSCRIPTIONS, world.organization_id, record_id)
    for _ in range(5):
        world.tell(SUBSCRIPTIONS, gone[0], "deleted", received_at=datetime.now(UTC) - timedelta(days=1))
    first = world.sync(DELETED)
    with followed(world.zoho, another_url) as other:
        other.tell(SUBSCRIPTIONS, gone[1], "deleted")
        other.store.append([an_event(f"{number}", organization_id="5") for number in range(20)])

        second = world.sync(DELETED, state=first, webhook_store_url=another_url)

    assert [[row["record_id"] for row in run.records(DELETED)] for run in (first, second)] == [[gone[0]], [gone[1]]]
    assert sum("another store" in line for line in second.log) == 1
