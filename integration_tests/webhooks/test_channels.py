"""Do the commands keep CRM's channels alive at an honest Zoho, and say what went wrong where they cannot?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from integration_tests.builders import a_config, forget_earlier_syncs
from integration_tests.conftest import StartZoho
from source_zoho.cli import app
from source_zoho.emulator import Emulator
from source_zoho.webhooks.store import EventStore
from source_zoho.webhooks.stores import open_store

NOTIFY_URL = "http://127.0.0.1:9/webhooks/crm"
TOKEN = "a-word-that-nobody-guesses"
WEEK = timedelta(days=7)


@dataclass
class Desk:
    """Where someone looks after channels: a Zoho, a store, and a configuration."""

    zoho: Emulator
    store_url: str
    folder: Path

    def run(self, verb: str, *options: str, **config: Any) -> Result:
        """Run the command as a process of its own would."""
        forget_earlier_syncs()
        path = self.folder / "config.json"
        given = a_config(self.zoho, crm_notification_token=TOKEN, webhook_store_url=self.store_url, **config)
        path.write_text(json.dumps(given), encoding="utf-8")
        arguments = ["webhooks", verb, "--config", str(path), *options]
        return CliRunner().invoke(app, arguments, prog_name="source-zoho", env={"COLUMNS": "200"})

    def well(self, verb: str, *options: str) -> str:
        """Run the command, which goes well, and return what it said."""
        result = self.run(verb, *options)
        assert result.exit_code == 0, result.output
        return result.output

    def subscribe(self, *options: str) -> str:
        return self.well("subscribe", "--notify-url", NOTIFY_URL, *options)

    @property
    def now(self) -> datetime:
        return self.zoho.clock.now()

    def states(self) -> list[str]:
        """Return how the channels stand that the store knows."""
        told = json.loads(self.run("status", "--json").stdout)["channels"]
        return [each["state"] for each in told if each["state"] != "foreign"]

    def store(self) -> EventStore:
        return open_store(self.store_url)

    def ends(self) -> datetime:
        """Return when the channel ends, as the store has it."""
        with self.store() as store:
            (channel,) = store.channels()
        return channel.expires_at


@pytest.fixture
def desk(zoho: Emulator, sqlite_url: str, tmp_path: Path) -> Iterator[Desk]:
    yield Desk(zoho, sqlite_url, tmp_path)
    forget_earlier_syncs()


def test_a_channel_lives_is_renewed_ends_is_made_anew_and_goes(desk: Desk) -> None:
    assert "Leads.all, Contacts.create" in desk.subscribe("--events", "Leads.all,Contacts.create")
    assert desk.states() == ["alive"]
    assert timedelta(minutes=4) < desk.now + WEEK - desk.ends() < timedelta(minutes=6)

    desk.zoho.clock.advance(seconds=6 * 86_400)
    assert "was renewed" in desk.well("renew")
    assert timedelta(minutes=4) < desk.now + WEEK - desk.ends() < timedelta(minutes=6)

    ended_at = desk.ends()
    desk.zoho.clock.advance(seconds=8 * 86_400)
    assert desk.run("status").exit_code == 1
    told = desk.well("renew")
    assert "made anew" in told
    assert "Zoho told nothing from" in told
    with desk.store() as store:
        (missed,) = store.missed()
    assert (missed.modules, missed.span.since) == (("Leads", "Contacts"), ended_at)
    assert abs(missed.span.until - desk.now) < timedelta(minutes=1)
    assert desk.states() == ["alive"]

    assert "ended" in desk.well("unsubscribe", "--all")
    assert desk.states() == []


def test_by_default_every_module_that_notifies_is_told(desk: Desk) -> None:
    desk.subscribe()

    with desk.store() as store:
        (channel,) = store.channels()
    assert {"Leads.all", "Contacts.all", "Deals.all", "Wide_Load.all"} <= set(channel.events)
    assert all(each.endswith(".all") for each in channel.events)


@pytest.mark.parametrize("habits", [{"watch_expired": "listed", "watch_offset": "-11:00"}, {"watch_token": False}])
def test_what_zoho_does_not_promise_may_be_one_way_or_the_other(desk: Desk, habits: dict[str, Any]) -> None:
    desk.zoho.crm.behave(**habits)
    desk.subscribe("--modules", "Leads")
    ended_at = desk.ends()

    desk.zoho.clock.advance(seconds=9 * 86_400)
    desk.well("renew")

    with desk.store() as store:
        assert [each.span.since for each in store.missed()] == [ended_at]
    assert desk.states() == ["alive"]


@pytest.mark.parametrize("way", ["array", "bare", "202"])
def test_an_event_that_zoho_refuses_is_named_and_the_others_are_subscribed(desk: Desk, way: str) -> None:
    desk.zoho.crm.behave(watch_refusals=way)

    result = desk.run("subscribe", "--notify-url", NOTIFY_URL, "--modules", "Leads,Unicorns,Deals")

    assert result.exit_code == 1
    assert "Not subscribed: Unicorns.all" in result.stderr
    with desk.store() as store:
        assert [each.events for each in store.channels()] == [("Leads.all", "Deals.all")]


def test_looking_after_channels_costs_few_credits(desk: Desk) -> None:
    desk.subscribe("--modules", "Leads,Deals")
    desk.zoho.clock.advance(seconds=6 * 86_400)
    desk.zoho.crm.reset_credits()

    desk.well("renew")

    assert desk.zoho.crm.credits_used == 2


def test_a_token_without_the_scope_is_told_which_ones_it_takes(desk: Desk, a_zoho: StartZoho) -> None:
    desk.zoho = a_zoho(scopes={"ZohoCRM.notifications.READ", "ZohoCRM.settings.modules.READ"})

    result = desk.run("subscribe", "--notify-url", NOTIFY_URL, "--modules", "Leads")

    assert result.exit_code == 1
    assert "lacks the scope ZohoCRM.notifications.CREATE" in result.stderr
    assert "configuration of its own" in result.stderr
    assert TOKEN not in result.output
    assert desk.states() == []


def test_a_day_without_credits_is_no_users_mistake(desk: Desk) -> None:
    desk.subscribe("--modules", "Leads")

    result = desk.run("renew", "--all", daily_call_limit=1)

    assert result.exit_code == 1
    assert "daily_call_limit" in result.stderr
    assert desk.states() == ["alive"]


def test_a_refused_sign_in_is_a_sentence(desk: Desk) -> None:
    desk.store().close()
    result = desk.run("status", refresh_token="1000.revoked")

    assert result.exit_code == 1
    assert "Zoho refused refresh_token" in result.stderr
    assert "revoked" in result.stderr
    assert "1000.revoked" not in result.output
