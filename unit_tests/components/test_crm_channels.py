"""Are channels prolonged when they end soon, at no call before, and never at the price of the sync?"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from source_zoho.components import crm_channels
from source_zoho.components.crm_channels import renew_channels
from source_zoho.components.traced import traced
from source_zoho.errors import ConfigProblem, Transient, ZohoError
from source_zoho.webhooks.store import Channel, EventStore, Span
from source_zoho.webhooks.watch import LIFE
from source_zoho.webhooks.watch_refusals import refused
from unit_tests.components.crm_fakes import CONFIG
from unit_tests.webhooks.fakes import MemoryStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://hooks.example.com/webhooks/crm"
A_DAY = timedelta(days=1)
HUSH = "hush-channel"
WITH_A_STORE = {**CONFIG, "webhook_store_url": "sqlite:////nowhere/events.db", "crm_notification_token": HUSH}
NO_SCOPE = refused("PUT", "OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL", {})


@dataclass
class Zoho:
    """Plays Zoho's channels: lists them, and prolongs what it is asked to, unless it refuses a method."""

    channels: dict[str, Channel] = field(default_factory=dict)
    refusals: dict[str, ZohoError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)

    def __call__(self, method: str, path: str, params: Mapping[str, Any], json: Any) -> Any:
        assert path == "actions/watch"
        self.asked.append(method)
        if method in self.refusals:
            raise self.refusals[method]
        return self._listed() if method == "GET" else {"watch": [self._prolonged(each) for each in json["watch"]]}

    def clock(self) -> datetime:
        return NOON

    def _listed(self) -> dict[str, Any]:
        rows = [
            {
                "channel_id": each.channel_id,
                "events": list(each.events),
                "notify_url": each.notify_url,
                "channel_expiry": each.expires_at.isoformat(),
                "token": HUSH,
            }
            for each in self.channels.values()
        ]
        return {"watch": rows, "info": {"more_records": False}}

    def _prolonged(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self.tokens.add(asked["token"])
        ends = datetime.fromisoformat(asked["channel_expiry"])
        self.channels[asked["channel_id"]] = Channel(asked["channel_id"], tuple(asked["events"]), URL, ends)
        events = [{"channel_id": asked["channel_id"], "channel_expiry": ends.isoformat()}]
        return {"status": "success", "code": "SUCCESS", "message": "done", "details": {"events": events}}


@pytest.fixture
def store() -> MemoryStore:
    """Return a store whose receiver has been listening for two weeks."""
    listened = MemoryStore()
    listened.beat("run", NOON - 14 * A_DAY)
    listened.beat("run", NOON)
    return listened


@pytest.fixture
def zoho(monkeypatch: pytest.MonkeyPatch, store: MemoryStore) -> Zoho:
    played = Zoho()
    monkeypatch.setattr(crm_channels, "ChannelSender", lambda config: played)
    monkeypatch.setattr(crm_channels, "zoho_now", lambda config: NOON)
    monkeypatch.setattr(crm_channels, "store_of", lambda config: store)
    return played


def a_channel(zoho: Zoho, store: MemoryStore, left: timedelta, channel_id: str = "1") -> Channel:
    """Let store and Zoho know a channel that has so much time left; one that has ended is gone at Zoho."""
    channel = Channel(channel_id, ("Leads.all",), URL, NOON + left)
    store.save_channel(channel)
    if left > timedelta(0):
        zoho.channels[channel_id] = channel
    return channel


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def ends(store: MemoryStore) -> list[datetime]:
    return [each.expires_at for each in store.channels()]


# ── when ──


def test_a_channel_with_less_than_two_days_left_is_prolonged_to_a_week(zoho: Zoho, store: MemoryStore) -> None:
    a_channel(zoho, store, 2 * A_DAY - timedelta(seconds=1))

    renew_channels(WITH_A_STORE, ["crm_leads"])

    assert ends(store) == [NOON + LIFE]
    assert (zoho.asked, zoho.tokens) == (["GET", "PUT"], {HUSH})
    assert store.missed() == []


def test_a_channel_with_more_costs_no_call(zoho: Zoho, store: MemoryStore) -> None:
    a_channel(zoho, store, 2 * A_DAY)

    renew_channels(WITH_A_STORE, ["crm_leads"])

    assert (zoho.asked, ends(store)) == ([], [NOON + 2 * A_DAY])


def test_a_store_without_channels_costs_no_call(zoho: Zoho, store: MemoryStore) -> None:
    renew_channels(WITH_A_STORE, ["crm_leads"])

    assert zoho.asked == []


@pytest.mark.parametrize(
    ("without", "streams"),
    [
        ("crm_notification_token", ["crm_leads"]),
        ("webhook_store_url", ["crm_leads"]),
        ("", ["books_invoices"]),
        ("", []),
    ],
)
def test_nothing_is_done_for_who_has_no_use_for_it(
    zoho: Zoho, store: MemoryStore, without: str, streams: list[str]
) -> None:
    a_channel(zoho, store, A_DAY)

    renew_channels({name: value for name, value in WITH_A_STORE.items() if name != without}, streams)

    assert zoho.asked == []


def test_a_channel_that_has_ended_is_made_anew_and_what_it_missed_is_noted(
    zoho: Zoho, store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    before = a_channel(zoho, store, -A_DAY)

    with caplog.at_level(logging.INFO, "airbyte"):
        renew_channels(WITH_A_STORE, ["crm_leads"])

    assert {(each.modules, each.span) for each in store.missed()} == {(("Leads",), Span(before.expires_at, NOON))}
    assert ends(store) == [NOON + LIFE]
    assert (
        "CRM's channel 1: anew, until 2026-03-08T11:55+00:00; what it did not tell since 2026-02-28T12:00+00:00 will be"
        in caplog.text
    )
    assert warnings(caplog) == []


def test_what_no_receiver_heard_before_is_noted_as_long_as_the_channel_tells_since_when(
    zoho: Zoho, store: MemoryStore
) -> None:
    store.beats.clear()
    before = a_channel(zoho, store, A_DAY)

    renew_channels(WITH_A_STORE, ["crm_leads"])

    assert [each.span for each in store.missed()] == [Span(before.expires_at - LIFE, NOON)]


# ── what goes wrong ──


def test_without_the_scope_there_is_one_warning_with_the_remedy(
    zoho: Zoho, store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    a_channel(zoho, store, A_DAY)
    a_channel(zoho, store, A_DAY, "2")
    zoho.refusals = {"PUT": NO_SCOPE, "PATCH": NO_SCOPE, "POST": NO_SCOPE}

    renew_channels(WITH_A_STORE, ["crm_leads"])

    (warning,) = warnings(caplog)
    assert "the sync goes on" in warning
    assert "ZohoCRM.notifications.UPDATE" in warning
    assert "The end of the first one: 2026-03-02T12:00+00:00." in warning
    assert HUSH not in caplog.text


@pytest.mark.parametrize(
    "failure", [refused("GET", "OAUTH_SCOPE_MISMATCH", "invalid oauth scope", {}), Transient("Zoho gave no answer.")]
)
def test_when_zoho_does_not_even_list_them_there_is_one_warning(
    zoho: Zoho, store: MemoryStore, caplog: pytest.LogCaptureFixture, failure: ZohoError
) -> None:
    a_channel(zoho, store, A_DAY)
    zoho.refusals["GET"] = failure

    renew_channels(WITH_A_STORE, ["crm_leads"])

    (warning,) = warnings(caplog)
    assert str(failure) in warning
    assert "The end of the first one: 2026-03-02" in warning


def test_a_store_that_cannot_be_opened_is_a_warning_here(
    zoho: Zoho, store: MemoryStore, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(config: Mapping[str, Any]) -> EventStore:
        raise traced(ConfigProblem("The event store cannot be opened."))

    monkeypatch.setattr(crm_channels, "store_of", closed)

    renew_channels(WITH_A_STORE, ["crm_leads"])

    (warning,) = warnings(caplog)
    assert "The event store cannot be opened." in warning
    assert zoho.asked == []
