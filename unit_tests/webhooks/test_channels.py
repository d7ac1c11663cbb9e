"""Do channels of CRM stay alive, whatever Zoho's documents leave open, and is every gap noted?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from source_zoho.errors import ConfigProblem, Transient
from source_zoho.webhooks import channels
from source_zoho.webhooks.channels import Renewal, Subscribed, channel_id_of
from source_zoho.webhooks.store import Span
from source_zoho.webhooks.watch import LIFE, compact
from source_zoho.webhooks.watch_refusals import Refused, refused
from unit_tests.rules import every
from unit_tests.webhooks.fakes import Clock, MemoryStore
from unit_tests.webhooks.watching import FakeZoho, a_clock

URL = "https://hooks.example.com/webhooks/crm"
FIRST, SECOND = channel_id_of(URL, 1), channel_id_of(URL, 2)
TOKEN = "a word that nobody guesses"
EVERYTHING = ("Leads.all", "Contacts.all", "Deals.create")


class Desk:
    """A Zoho, a store, and someone who looks after channels between them."""

    def __init__(self, **habits: Any) -> None:
        self.clock: Clock = a_clock()
        self.zoho = FakeZoho(self.clock, **habits)
        self.store = MemoryStore()

    def subscribe(self, *events: str, url: str = URL) -> Subscribed:
        return channels.subscribe(self.zoho, self.store, events or EVERYTHING, url, TOKEN, self.clock)

    def renew(self, **how: Any) -> list[Renewal]:
        self.zoho.calls.clear()
        return channels.renew(self.zoho, self.store, TOKEN, self.clock, **how)

    def renewed(self, **how: Any) -> Renewal:
        (renewal,) = self.renew(**how)
        return renewal

    def states(self) -> list[str]:
        return [each.state for each in channels.status(self.zoho, self.store, self.clock)]


# ── subscribing ──


def test_one_channel_takes_all_events_for_five_minutes_less_than_a_week() -> None:
    desk = Desk()

    done = desk.subscribe()

    (channel,) = done.channels
    assert channel.events == EVERYTHING
    assert channel.expires_at == desk.zoho.ends(FIRST) == desk.clock() + LIFE
    assert desk.store.channels() == [channel]
    assert desk.zoho.tokens == {FIRST: TOKEN}
    assert not done.missed


def test_subscribing_again_replaces_what_the_address_was_told() -> None:
    desk = Desk()
    desk.subscribe()

    desk.subscribe("Accounts.edit")

    assert desk.zoho.events(FIRST) == ["Accounts.edit"]
    assert [each.events for each in desk.store.channels()] == [("Accounts.edit",)]


def test_channels_that_are_needed_no_more_are_ended() -> None:
    desk = Desk(most_events=2, names=False)
    desk.subscribe()

    desk.subscribe("Leads.all")

    assert [each.channel_id for each in desk.store.channels()] == [FIRST]
    assert desk.zoho.calls[-1] == "DELETE"


def test_channels_to_another_address_are_left_alone() -> None:
    desk = Desk()
    desk.subscribe(url="https://elsewhere.example.com/webhooks/crm")

    desk.subscribe()

    assert len(desk.store.channels()) == 2


def test_events_are_spread_over_channels_when_zoho_takes_no_more_in_one() -> None:
    desk = Desk(most_events=2, names=False)

    done = desk.subscribe()

    told = {each.channel_id: each.events for each in done.channels}
    assert told == {FIRST: ("Leads.all",), SECOND: ("Contacts.all", "Deals.create")}
    assert not done.refused


@every([True, False], named=lambda names: "zoho names it" if names else "zoho does not name it")
def test_an_event_that_zoho_does_not_take_holds_up_no_other(names: bool) -> None:
    desk = Desk(names=names)

    done = desk.subscribe("Leads.all", "Visits.all", "Contacts.all", "Deals.all")

    told = [event for channel in done.channels for event in channel.events]
    assert sorted(told) == ["Contacts.all", "Deals.all", "Leads.all"]
    assert list(done.refused) == ["Visits.all"]
    assert "INVALID_DATA" in done.refused["Visits.all"]


@every([True, False], named=lambda names: "zoho names it" if names else "zoho does not name it")
def test_when_no_event_is_taken_that_is_said_and_nothing_is_kept(names: bool) -> None:
    desk = Desk(names=names)

    with pytest.raises(Refused):
        desk.subscribe(*(f"Unknown{number}.all" for number in range(40)))

    assert not desk.store.channels()
    assert names or len(desk.zoho.calls) < 20


@every(
    [
        ("OAUTH_SCOPE_MISMATCH", {}, "ZohoCRM.notifications.CREATE"),
        ("NO_PERMISSION", {"permissions": ["Crm_Implied_Api_Access"]}, "administrator"),
        ("INVALID_DATA", {"json_path": "$.watch[0].notify_url"}, "notify URL"),
        ("INVALID_DATA", {"api_name": "token", "maximum_length": 50}, "50 characters"),
    ],
    named=lambda case: str(case[2]),
)
def test_what_holds_for_all_events_is_asked_once_and_answered_with_a_remedy(case: tuple[str, Any, str]) -> None:
    code, details, remedy = case
    desk = Desk(refuses={"POST": refused("POST", code, "no", details)})

    with pytest.raises(ConfigProblem, match=remedy):
        desk.subscribe()

    assert desk.zoho.calls == ["GET", "POST"]


@every(["Leads", "Leads.update", ".all", ""])
def test_what_is_no_event_is_not_sent(event: str) -> None:
    desk = Desk()

    with pytest.raises(ConfigProblem, match=r"expected a module's API name"):
        desk.subscribe("Leads.all", event)

    assert not desk.zoho.calls


def test_the_same_events_are_said_as_shortly_as_can_be() -> None:
    assert compact(["Leads.edit", "Leads.all", "Deals.create", "Deals.edit", "Deals.delete", "Tasks.edit"]) == (
        "Leads.all",
        "Deals.all",
        "Tasks.edit",
    )


# ── renewing ──


def test_without_channels_nothing_is_asked() -> None:
    desk = Desk()

    assert not desk.renew()
    assert not desk.zoho.calls


def test_a_channel_with_time_left_is_kept_as_it_is() -> None:
    desk = Desk()
    desk.subscribe()
    desk.clock.pass_by(days=4)

    assert desk.renewed().outcome == "kept"
    assert desk.zoho.calls == ["GET", "GET"]  # two rows a page, three modules


@every([{}, {"names": False}, {"says_ends": False}], named=str)
def test_a_channel_that_ends_soon_is_renewed_without_a_gap(habits: dict[str, Any]) -> None:
    desk = Desk(**habits)
    desk.subscribe()
    desk.clock.pass_by(days=5, hours=12)

    renewal = desk.renewed()

    assert (renewal.outcome, renewal.missed) == ("renewed", None)
    assert renewal.channel.expires_at == desk.zoho.ends(FIRST) == desk.clock() + LIFE
    assert desk.store.channels() == [renewal.channel]
    assert desk.zoho.calls == ["GET", "GET", "PUT"]


METHODS: list[tuple[dict[str, Any], list[str]]] = [
    ({"prolongs": ("PATCH",)}, ["PUT", "PATCH"]),
    ({"takes": ("PATCH", "POST")}, ["PUT", "PATCH"]),
    ({"prolongs": ("POST",)}, ["PUT", "PATCH", "POST"]),
    ({"takes": ("POST",), "names": False}, ["PUT", "PATCH", "POST"]),
]


@every(METHODS, named=lambda case: str(case[0]))
def test_whichever_method_renews_is_found(case: tuple[dict[str, Any], list[str]]) -> None:
    habits, methods = case
    desk = Desk(**habits)
    desk.subscribe()
    desk.clock.pass_by(days=6)

    renewal = desk.renewed()

    assert renewal.channel.expires_at == desk.zoho.ends(FIRST) == desk.clock() + LIFE
    assert [each for each in desk.zoho.calls if each != "GET"] == methods
    assert not desk.store.missed()


def test_when_nothing_prolongs_a_channel_its_true_end_is_kept() -> None:
    desk = Desk(prolongs=())
    desk.subscribe()
    desk.clock.pass_by(days=6)

    renewal = desk.renewed()

    assert renewal.channel.expires_at == desk.zoho.ends(FIRST)
    assert renewal.channel.expires_at - desk.clock() < timedelta(days=1)


@every([False, True], named=lambda listed: "still listed" if listed else "not listed any more")
def test_a_channel_that_has_ended_is_made_anew_and_the_gap_is_noted(listed: bool) -> None:
    desk = Desk(lists_expired=listed)
    ended_at = desk.subscribe().channels[0].expires_at
    desk.clock.pass_by(days=10)

    renewal = desk.renewed()

    assert renewal.outcome == "anew"
    assert renewal.missed == Span(ended_at, desk.clock())
    (missed,) = desk.store.missed()
    assert (missed.span, missed.modules) == (renewal.missed, ("Leads", "Contacts", "Deals"))
    assert desk.states() == ["alive"]


def test_a_gap_is_noted_once() -> None:
    desk = Desk()
    desk.subscribe()
    desk.clock.pass_by(days=10)
    desk.renew()

    desk.clock.pass_by(minutes=1)
    renewal = desk.renewed()

    assert (renewal.outcome, renewal.missed) == ("kept", None)
    assert len(desk.store.missed()) == 1


def test_a_channel_that_went_before_its_end_may_have_gone_at_any_time_since_it_was_made() -> None:
    desk = Desk()
    desk.subscribe()
    made_at = desk.clock()
    desk.clock.pass_by(days=3)
    desk.zoho.forget(FIRST)

    assert desk.states() == ["gone"]
    assert desk.renewed().missed == Span(made_at, desk.clock())


def test_a_gap_is_noted_after_a_crash_between_zoho_and_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    ended_at = desk.subscribe().channels[0].expires_at
    desk.clock.pass_by(days=10)
    with monkeypatch.context() as patch:
        patch.setattr(desk.store, "note_missed", _crash)
        with pytest.raises(Transient):
            desk.renew()

    desk.clock.pass_by(hours=1)
    renewal = desk.renewed()

    assert (renewal.outcome, renewal.missed) == ("kept", Span(ended_at, desk.clock()))


def _crash(*_: object) -> None:
    raise Transient("The event store cannot be reached.")


def test_subscribing_after_the_end_notes_the_gap_of_the_modules_that_were_told() -> None:
    desk = Desk()
    ended_at = desk.subscribe("Leads.all", "Deals.all").channels[0].expires_at
    desk.clock.pass_by(days=10)

    done = desk.subscribe("Leads.all", "Contacts.all")

    assert done.missed == [Span(ended_at, desk.clock())]
    assert [each.modules for each in desk.store.missed()] == [("Leads",)]


def test_a_channel_that_zoho_refuses_does_not_hold_up_the_others() -> None:
    desk = Desk(most_events=2, names=False)
    desk.subscribe()
    desk.clock.pass_by(days=6)
    desk.zoho.most_events = 1

    first, second = desk.renew()

    assert {first.outcome, second.outcome} == {"renewed", "failed"}
    failed = first if first.outcome == "failed" else second
    assert "INVALID_DATA" in failed.problem
    assert failed.channel in desk.store.channels()


def test_trouble_of_zoho_is_trouble_of_the_renewal() -> None:
    desk = Desk()
    desk.subscribe()
    desk.zoho.refuses = {"GET": Transient("Zoho has trouble of its own.")}

    with pytest.raises(Transient):
        desk.renew()


# ── status and the end ──


def test_status_knows_channels_of_others_from_ours() -> None:
    desk = Desk()
    desk.subscribe()
    desk.zoho.watched_by_another("17")

    found = channels.status(desk.zoho, desk.store, desk.clock)

    assert {each.channel.channel_id: each.state for each in found} == {FIRST: "alive", "17": "foreign"}


def test_status_says_that_a_channel_has_ended() -> None:
    desk = Desk(lists_expired=True)
    desk.subscribe()
    desk.clock.pass_by(days=7)

    assert desk.states() == ["expired"]


def test_ending_a_channel_that_is_gone_is_no_failure() -> None:
    desk = Desk()
    desk.subscribe()
    ended = channels.unsubscribe(desk.zoho, desk.store, [FIRST, SECOND])

    assert ended == {FIRST: True, SECOND: False}
    assert not desk.store.channels()
    assert not desk.states()


def test_ids_are_stable_numbers_that_stay_exact_in_json() -> None:
    assert channel_id_of(URL, 1) == FIRST != SECOND
    assert len(FIRST) == 16
    assert int(FIRST) < 2**53
