"""Does CRM go on telling from read to read, and does what it did not tell come out of crm_notifications, once?"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStateMessage, ConfiguredAirbyteCatalog, Status

from integration_tests.builders import Run, configured, forget_earlier_syncs
from integration_tests.conftest import StartZoho
from integration_tests.crm.builders import crm_config, read
from integration_tests.rows import only
from source_zoho.components.channel_sender import ChannelSender
from source_zoho.emulator import Emulator
from source_zoho.emulator.calls import Call
from source_zoho.source import SourceZoho
from source_zoho.webhooks.channels import subscribe
from source_zoho.webhooks.deliveries import Delivery, Trust, event_of
from source_zoho.webhooks.settings import Settings
from source_zoho.webhooks.store import EventStore
from source_zoho.webhooks.stores import open_store
from source_zoho.webhooks.watch import LIFE

TOKEN = "hush-channel"
NOBODY = {"data_center": "us", "client_id": "nobody", "client_secret": "nothing", "refresh_token": "none"}
ALL_BUT_CHANNELS = {
    *("ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL", "ZohoCRM.org.READ", "ZohoCRM.coql.READ"),
    "ZohoCRM.composite_requests.CUSTOM",
}


def days_ago(days: float) -> datetime:
    """Return the time so many days ago: a read has no other clock than ours, so Zoho's is set back instead."""
    return datetime.now(UTC) - timedelta(days=days)


@cache
def a_catalog(*names: str) -> ConfiguredAirbyteCatalog:
    """Return a catalog of *names*; the catalog of everything would take seconds."""
    streams = SourceZoho(config=NOBODY, only=names).discover(logging.getLogger("airbyte"), NOBODY).streams
    return ConfiguredAirbyteCatalog(streams=[configured(stream) for stream in streams])


@contextmanager
def a_receiver(take: Callable[[bytes], int]) -> Iterator[str]:
    """Listen for notifications, answer each with the status that *take* returns, and return the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(take(self.rfile.read(int(self.headers["Content-Length"]))))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/webhooks/crm"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Road:
    """The road from an edit in CRM to a record: Zoho, a store, and a receiver between them, which may be down."""

    zoho: Emulator
    store: EventStore
    config: dict[str, Any]
    address: str = ""
    is_up: bool = True

    def take(self, body: bytes) -> int:
        """Keep a notification, unless the receiver is down, and return how it is answered."""
        if not self.is_up:
            return 503
        trust = Trust(Settings(crm_token=TOKEN))
        now = self.zoho.clock.now()
        self.store.append([event_of(Delivery("crm", "", b"", "application/json", body, "", now), trust)])
        return 200

    def subscribe(self, ago: float, *modules: str) -> None:
        """Have Zoho tell of *modules* from so many days ago."""
        self.zoho.clock.set(days_ago(ago))
        send = ChannelSender(self.config)
        events = [f"{module}.all" for module in modules or ("Leads",)]
        subscribe(send, self.store, events, self.address, TOKEN, send.clock)

    def listened(self, since: float, until: float = 0) -> None:
        """Let a receiver have listened from so many days ago until so many."""
        run = f"run of {since} days ago"
        self.store.beat(run, days_ago(since))
        self.store.beat(run, days_ago(until))

    def edit(self, ago: float, number: int, **fields: Any) -> str:
        """Edit a lead so many days ago, let Zoho tell of it where it does, and return its id."""
        self.zoho.clock.set(days_ago(ago))
        record_id = self.zoho.crm.ids("Leads")[number]
        self.zoho.crm.edit("Leads", record_id, **(fields or {"Company": f"Kingfisher {ago}"}))
        self.zoho.webhooks.deliver()
        return record_id

    def sync(self, *streams: str, state: Sequence[AirbyteStateMessage] | None = None, **config: Any) -> Run:
        """Read *streams*, now."""
        self.zoho.clock.set(days_ago(0))
        self.zoho.calls.reset()
        catalog = a_catalog(*(streams or ("crm_notifications",)))
        return read(self.zoho, state=state, catalog=catalog, **{**self.config, **config})

    @property
    def watch_calls(self) -> list[str]:
        """The methods of the calls about channels in the last sync."""
        return [call.method for call in self._calls if call.path.endswith("/actions/watch")]

    @property
    def _calls(self) -> list[Call]:
        return self.zoho.calls.log

    @property
    def left(self) -> timedelta:
        """How long the channel lives, by Zoho's word and the store's."""
        (kept,) = self.store.channels()
        told = {row["channel_expiry"] for row in self.zoho.crm.settings("notification_channels")}
        assert any(abs(datetime.fromisoformat(each) - kept.expires_at) < timedelta(seconds=2) for each in told if each)
        return kept.expires_at - days_ago(0)


@pytest.fixture
def a_road(a_zoho: StartZoho, sqlite_url: str) -> Iterator[Callable[..., Road]]:
    """Return a way to build a road to a Zoho whose records are older than two weeks."""
    with ExitStack() as stack:

        def build(**settings: Any) -> Road:
            zoho = a_zoho(now=days_ago(15), **settings)
            zoho.webhooks.behave(notification_retries=())
            store = stack.enter_context(open_store(sqlite_url))
            config = crm_config(zoho, webhook_store_url=sqlite_url, crm_notification_token=TOKEN, crm_transport=None)
            road = Road(zoho, store, config)
            road.address = stack.enter_context(a_receiver(road.take))
            return road

        yield build


@pytest.fixture
def road(a_road: Callable[..., Road]) -> Road:
    return a_road()


def told(run: Run) -> Counter[tuple[str, str, str]]:
    """Return what crm_notifications said of which record, and who brought it."""
    rows = run.records("crm_notifications")
    return Counter((each, row["operation"], row["origin"]) for row in rows for each in row["ids"])


def warnings(run: Run) -> list[str]:
    return [
        message.log.message
        for message in run.output.logs
        if message.log and message.log.level.value in {"WARN", "ERROR"}
    ]


# ── renewal ──


def test_a_read_renews_a_channel_with_less_than_two_days_left(road: Road) -> None:
    road.subscribe(5.5)
    road.listened(5.6)
    assert road.left < timedelta(days=2)

    run = road.sync("crm_roles")

    assert road.left > LIFE - timedelta(minutes=2)
    assert road.watch_calls == ["GET", "PUT"]
    assert road.store.missed() == []
    assert warnings(run) == []


def test_it_costs_no_call_before(road: Road) -> None:
    road.subscribe(4.9)
    road.listened(5)
    before = road.left

    road.sync("crm_roles")

    assert road.watch_calls == []
    assert timedelta(days=2) < road.left <= before


def test_renewal_stands_in_the_bill_under_a_name_of_its_own(road: Road) -> None:
    road.subscribe(5.5)

    run = road.sync("crm_roles", "crm_organization")

    (bill,) = [line for line in run.log if '"streams":' in line]
    assert '{"product":"crm","stream":"(notification channels)","calls":2,"credits":2}' in bill


def test_without_the_scope_the_sync_completes_with_one_warning(
    a_road: Callable[..., Road], caplog: pytest.LogCaptureFixture
) -> None:
    road = a_road()
    road.subscribe(5.5)
    narrow = a_road(scopes=ALL_BUT_CHANNELS)

    run = narrow.sync("crm_roles")

    (warning,) = warnings(run)
    assert "lacks the scope ZohoCRM.notifications.READ" in warning
    assert run.records("crm_roles")
    assert TOKEN not in "\n".join(run.log)


def test_check_asks_for_no_channels(a_road: Callable[..., Road], caplog: pytest.LogCaptureFixture) -> None:
    road = a_road(scopes=ALL_BUT_CHANNELS)
    forget_earlier_syncs()

    with only():
        result = SourceZoho(config=road.config).check(logging.getLogger("airbyte"), road.config)

    assert result.status is Status.SUCCEEDED
    assert road.watch_calls == []


# ── what was missed ──


def test_what_changed_after_the_end_of_a_channel_comes_once_and_so_does_what_follows(road: Road) -> None:
    road.subscribe(9)
    road.listened(9.1)
    heard = road.edit(8, 0)
    edited, deleted = road.edit(1, 1), road.zoho.crm.ids("Leads")[2]
    road.zoho.crm.delete("Leads", deleted)
    made = road.zoho.crm.add("Leads", Last_Name="Heron")

    first = road.sync()

    assert told(first) == {
        (heard, "updated", "webhook"): 1,
        (edited, "updated", "poll"): 1,
        (made, "created", "poll"): 1,
        (deleted, "deleted", "poll"): 1,
    }
    assert road.left > LIFE - timedelta(minutes=2)
    assert road.store.missed() == []

    again = road.sync(state=first.state)

    assert (told(again), road.watch_calls) == ({}, [])

    heard_again = road.edit(0, 3)
    last = road.sync(state=again.state)

    assert told(last) == {(heard_again, "updated", "webhook"): 1}


def test_where_an_ended_channel_cannot_be_renewed_changes_come_by_asking(road: Road) -> None:
    road.subscribe(9)
    road.listened(9.1)
    road.zoho.faults.add("OAUTH_SCOPE_MISMATCH", path="/crm/v8/actions/watch", times=100)
    earlier = road.edit(1, 0)

    first = road.sync()
    later = road.edit(0, 1)
    second = road.sync(state=first.state)

    assert [told(first), told(second)] == [{(each, "updated", "poll"): 1} for each in (earlier, later)]
    for run in (first, second):
        (warning,) = warnings(run)
        assert "ZohoCRM.notifications.UPDATE" in warning


def test_nothing_is_asked_for_while_nothing_is_missed(road: Road) -> None:
    road.subscribe(3)
    road.listened(3.1)
    heard = road.edit(1, 0)

    run = road.sync()

    assert told(run) == {(heard, "updated", "webhook"): 1}
    assert road.zoho.calls.total == 0


def test_what_a_receiver_did_not_hear_while_it_was_down_comes_once(road: Road) -> None:
    road.subscribe(4, "Leads", "Deals")
    road.listened(4.1, 3)
    before = road.edit(3.5, 0)
    road.is_up = False
    missed = road.edit(2, 1)
    road.is_up = True
    road.listened(1)
    after = road.edit(0.5, 2)

    run = road.sync()

    assert told(run) == {
        (before, "updated", "webhook"): 1,
        (missed, "updated", "poll"): 1,
        (after, "updated", "webhook"): 1,
    }
    assert told(road.sync(state=run.state)) == {}
    assert road.zoho.calls.total == 0


def test_while_the_receiver_is_down_each_sync_finds_what_is_new(road: Road) -> None:
    road.subscribe(4)
    road.listened(4.1, 3)
    road.is_up = False
    earlier = road.edit(1, 0)
    first = road.sync()
    later = road.edit(0, 1)

    second = road.sync(state=first.state)

    assert told(first) == {(earlier, "updated", "poll"): 1}
    assert told(second) == {(later, "updated", "poll"): 1}


def test_a_module_that_cannot_be_asked_stays_missed_and_the_rest_comes(road: Road) -> None:
    road.subscribe(4, "Leads", "Deals")
    road.listened(4.1, 3)
    road.is_up = False
    missed = road.edit(2, 1)
    road.zoho.faults.add("NO_PERMISSION", path="/crm/v8/Deals", times=10)
    road.zoho.faults.add("NO_PERMISSION", path="/crm/v8/coql", after=1, times=10)

    run = road.sync()

    assert told(run) == {(missed, "updated", "poll"): 1}
    (warning,) = warnings(run)
    assert "what changed meanwhile cannot be asked of Deals" in warning
    assert [each.modules for each in road.store.missed()] == [("Deals",)]
