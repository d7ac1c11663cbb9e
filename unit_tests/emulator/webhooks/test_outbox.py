"""Do deliveries come again, twice, out of turn or not at all, as a test likes?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from source_zoho.emulator import Emulator
from source_zoho.emulator.webhooks.handle import delivery_row, pending_row
from source_zoho.emulator.webhooks.sender import Outcome
from unit_tests.emulator.conftest import NOON
from unit_tests.emulator.crm.crm_caller import CrmCaller
from unit_tests.emulator.crm.watch_caller import WatchCaller
from unit_tests.emulator.webhooks.conftest import Listener

URL = "http://127.0.0.1:9/x"


def queue(zoho: Emulator, count: int = 1) -> None:
    """Let so many deliveries wait."""
    organization_id = zoho.organization_ids[0]
    if not zoho.webhooks.all:
        zoho.webhooks.add("books", organization_id, URL, module="items", operations=["created"], body="custom")
    for _ in range(count):
        zoho.add("items", organization_id)


def order(zoho: Emulator) -> list[str]:
    return [one.id for one in zoho.webhooks.log]


def test_what_is_due_leaves_in_turn_and_once(zoho: Emulator, listener: Listener) -> None:
    queue(zoho, 3)

    sent = zoho.webhooks.deliver()

    assert [(one.id, one.status, one.attempt) for one in sent] == [("1", 200, 1), ("2", 200, 1), ("3", 200, 1)]
    assert zoho.webhooks.deliver() == []
    assert len(listener.received) == 3
    assert (sent[0].resource, sent[0].operation, sent[0].event_type) == ("items", "created", "")


@pytest.mark.parametrize("answer", [Outcome(500), Outcome(302), Outcome(404), Outcome(None, "refused")])
def test_what_is_not_answered_with_2xx_comes_again_on_the_clock(
    zoho: Emulator, listener: Listener, answer: Outcome
) -> None:
    zoho.webhooks.behave(retries=(60, 300))
    listener.answers += [answer, answer]
    begin = zoho.clock.now()
    queue(zoho)

    zoho.webhooks.deliver()
    zoho.clock.advance(59)
    assert zoho.webhooks.deliver() == []
    zoho.clock.advance(1)
    (second,) = zoho.webhooks.deliver()
    zoho.clock.advance(300)
    (third,) = zoho.webhooks.deliver()

    assert [(second.attempt, second.status, second.reason)] == [(2, answer.status, answer.reason)]
    assert (third.attempt, third.status, third.at) == (3, 200, begin + timedelta(seconds=360))
    assert len({(one.id, one.body) for one in zoho.webhooks.log}) == 1
    assert zoho.webhooks.given_up == []


def test_after_the_last_attempt_a_delivery_is_given_up(zoho: Emulator, listener: Listener) -> None:
    zoho.webhooks.behave(retries=[60])
    begin = zoho.clock.now()
    listener.answers += [Outcome(500), Outcome(503)]
    queue(zoho)

    sent = zoho.webhooks.deliver_all()

    assert [one.status for one in sent] == [500, 503]
    assert round((zoho.clock.now() - begin).total_seconds()) == 60
    assert (zoho.webhooks.pending, [one.status for one in zoho.webhooks.given_up]) == ([], [503])


def test_a_duplicate_is_the_same_once_more_although_it_was_taken(zoho: Emulator, listener: Listener) -> None:
    zoho.webhooks.behave(duplicates=1)
    listener.answers += [Outcome(500)]
    queue(zoho, 2)

    sent = zoho.webhooks.deliver()

    assert [(one.id, one.status, one.duplicate) for one in sent] == [
        ("1", 500, False),
        ("2", 200, False),
        ("2", 200, True),
    ]
    assert listener.received[1] == listener.received[2]


def test_lost_deliveries_never_leave(zoho: Emulator, listener: Listener) -> None:
    zoho.webhooks.behave(lose=1)
    queue(zoho)

    (lost,) = zoho.webhooks.deliver()

    assert (lost.status, lost.reason, listener.received, zoho.webhooks.pending) == (None, "lost", [], [])
    assert zoho.webhooks.given_up == [lost]


def test_disorder_changes_places_and_nothing_else(zoho: Emulator, listener: Listener) -> None:
    zoho.webhooks.behave(disorder=1)
    queue(zoho, 20)

    zoho.webhooks.deliver()

    assert order(zoho) != sorted(order(zoho), key=int)
    assert sorted(order(zoho), key=int) == [str(number) for number in range(1, 21)]


def test_the_same_seed_brings_the_same_trouble(listener: Listener) -> None:
    seen: list[list[Any]] = []
    for seed in (3, 3, 4):
        zoho = Emulator(seed=seed, now=NOON)
        zoho.clock.freeze()
        zoho.webhooks.behave(disorder=0.5, lose=0.3, duplicates=0.3)
        queue(zoho, 30)
        seen.append([(one.id, one.status, one.duplicate) for one in zoho.webhooks.deliver()])

    assert seen[0] == seen[1] != seen[2]


def test_notifications_of_the_crm_are_not_repeated_unless_asked_for(zoho: Emulator, listener: Listener) -> None:
    listener.answers += [Outcome(500), Outcome(500)]
    WatchCaller(CrmCaller(zoho)).open()
    zoho.crm.add("Leads")
    zoho.webhooks.deliver()
    assert zoho.webhooks.pending == []

    zoho.webhooks.behave(notification_retries=(5,))
    zoho.crm.add("Leads")
    first, second = zoho.webhooks.deliver_all()

    assert (first.status, second.status) == (500, 200)
    assert first.body == second.body


@pytest.mark.parametrize(
    ("switches", "words"),
    [
        ({"lose": 2}, "lose is 2; expected a share from 0 to 1"),
        ({"timeout": 0}, "more than 0 seconds"),
        ({"ids_together": 0}, "at least 1"),
        ({"loose": 1}, "no switch loose; expected: duplicates"),
    ],
)
def test_wrong_switches_are_answered_with_the_right_ones(
    zoho: Emulator, switches: dict[str, float], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        zoho.webhooks.behave(**switches)


def test_a_reset_forgets_what_waits(zoho: Emulator, listener: Listener) -> None:
    queue(zoho)
    zoho.webhooks.reset()

    assert zoho.webhooks.deliver() == []


def test_the_list_of_events_tells_what_became_of_deliveries(zoho: Emulator, listener: Listener) -> None:
    organization_id = zoho.organization_ids[0]
    webhook = zoho.webhooks.add("billing", organization_id, URL)
    listener.answers += [Outcome(500)]
    zoho.add("billing_invoices", organization_id)
    event_id = str(zoho.rows("billing_events", organization_id)[-1]["event_id"])
    states = []

    for _ in range(3):
        (told,) = zoho.detail("billing_events", organization_id, event_id)["webhooks"]
        states.append((told["webhook_id"], told["status"]))
        zoho.webhooks.deliver()
        zoho.clock.advance(60)

    assert states == [(webhook.id, "scheduled"), (webhook.id, "failure"), (webhook.id, "success")]


def test_only_its_own_delivery_changes_what_an_event_says_of_a_webhook(zoho: Emulator, listener: Listener) -> None:
    organization_id = zoho.organization_ids[0]
    for _ in range(2):
        zoho.webhooks.add("billing", organization_id, URL)
    zoho.add("billing_invoices", organization_id)
    zoho.add("billing_invoices", organization_id)
    kept, gone = (str(row["event_id"]) for row in zoho.rows("billing_events", organization_id)[-2:])
    zoho.delete("billing_events", organization_id, gone)
    listener.answers += [Outcome(200), Outcome(500)]

    zoho.webhooks.deliver()

    told = zoho.detail("billing_events", organization_id, kept)["webhooks"]
    assert [row["status"] for row in told] == ["success", "failure"]


def test_what_waits_and_what_was_sent_is_shown_without_contents(zoho: Emulator, listener: Listener) -> None:
    queue(zoho)
    waiting = pending_row(zoho.webhooks.pending[0])
    (sent,) = zoho.webhooks.deliver()

    assert (waiting["resource"], waiting["attempt"], waiting["due"]) == ("items", 1, zoho.clock.seconds())
    shown = delivery_row(sent)
    assert (shown["status"], shown["bytes"], shown["at"]) == (200, len(sent.body), zoho.clock.now().isoformat())
    assert not {"body", "headers"} & (set(shown) | set(waiting))
