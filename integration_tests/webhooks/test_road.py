"""Does all that Zoho tells arrive, by the whole road: Zoho's deliveries, the receiver, its store, and a sync?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from integration_tests.builders import Run, a_config, forget_earlier_syncs
from integration_tests.conftest import StartZoho
from integration_tests.crm.builders import read as read_crm
from integration_tests.ports import a_free_port
from integration_tests.webhooks.following import Followed, followed
from integration_tests.webhooks.receiving import SECRET, TOKEN, Served, served
from integration_tests.webhooks.told import BILLING, BOOKS, CRM
from source_zoho.cli import app

SUBSCRIPTIONS, PRICE_LISTS = "billing_subscriptions", "books_price_lists"
LISTS = (SUBSCRIPTIONS, PRICE_LISTS)
DELETED = ("billing_deleted_records", "books_deleted_records")
EVERYTHING = (*LISTS, *DELETED, BILLING, BOOKS)
ROWS = 1620
OPERATIONS = ("created", "updated", "deleted")


@pytest.fixture
def world(a_zoho: StartZoho, sqlite_url: str) -> Iterator[Followed]:
    """Return an organization with two lists of nine pages, which Zoho cannot be asked for changes of."""
    with followed(a_zoho(sizes={SUBSCRIPTIONS: ROWS, "price_lists": ROWS}), sqlite_url) as world:
        yield world


def test_every_change_arrives_once_and_with_fewer_calls_than_polling(world: Followed, tmp_path: Path) -> None:
    world.told_long_ago(*LISTS)
    first = world.sync(*EVERYTHING)
    port = a_free_port()
    set_up(world, port)
    subscribe(world, port, tmp_path)
    events, gone = change_records(world)
    notifications = change_leads(world)

    with served(world.store_url, "--port", str(port)) as receiver:
        assert {each.status for each in world.zoho.webhooks.deliver()} == {200}
        assert_kept_once(receiver, world, sum(map(len, (events[BILLING], events[BOOKS], notifications))))

    by_polling = polled(world, first)
    second = world.sync(*EVERYTHING, state=first)
    assert world.differences(*LISTS) == []
    assert {stream: told(second, stream) for stream in (BILLING, BOOKS)} == events
    assert {each["record_id"] for stream in DELETED for each in second.records(stream)} == gone
    # Four records of each list; each of those that are gone was asked for once more, to prove it.
    assert (world.calls().total(), by_polling) == (2 * 4 + 2, 19)

    third = world.sync(*EVERYTHING, state=second)
    assert [third.records(stream) for stream in (*DELETED, BILLING, BOOKS)] == [[], [], [], []]
    assert_notified_once(world, notifications)


# ── Zoho ──


def set_up(world: Followed, port: int) -> None:
    """Set up Billing's events, and a rule of Books for each thing that can happen to price lists; Zoho is clumsy."""
    organization_id, webhooks = world.organization_id, world.zoho.webhooks
    base = f"http://127.0.0.1:{port}/webhooks"
    webhooks.add("billing", organization_id, f"{base}/billing/{organization_id}", secret=SECRET)
    for operation in OPERATIONS:
        url = f"{base}/books/{organization_id}?module=pricebooks&operation={operation}"
        webhooks.add("books", organization_id, url, secret=SECRET, module="price_lists", operations=(operation,))
    webhooks.behave(duplicates=1.0, disorder=1.0)


def subscribe(world: Followed, port: int, folder: Path) -> None:
    """Let CRM notify of leads."""
    path = folder / "config.json"
    config = a_config(world.zoho, crm_notification_token=TOKEN, webhook_store_url=world.store_url)
    path.write_text(json.dumps(config), encoding="utf-8")
    arguments = ["--notify-url", f"http://127.0.0.1:{port}/webhooks/crm", "--modules", "Leads"]
    result = CliRunner().invoke(app, ["webhooks", "subscribe", "--config", str(path), *arguments])
    assert result.exit_code == 0, result.output
    forget_earlier_syncs()


def change_records(world: Followed) -> tuple[dict[str, Counter[str]], set[str]]:
    """Edit two records of each list, make one and delete one; return what Zoho tells of, and what is gone."""
    zoho, organization_id = world.zoho, world.organization_id
    zoho.clock.advance(seconds=600)
    subscriptions, price_lists = world.ids(SUBSCRIPTIONS), world.ids(PRICE_LISTS)
    for record_id in subscriptions[3:5]:
        zoho.edit(SUBSCRIPTIONS, organization_id, record_id, next_billing_at="2031-05-05")
    for record_id in price_lists[3:5]:
        zoho.edit("price_lists", organization_id, record_id, description="Kingfisher")
    made = zoho.add(SUBSCRIPTIONS, organization_id, status="future"), zoho.add("price_lists", organization_id)
    zoho.delete(SUBSCRIPTIONS, organization_id, subscriptions[9])
    zoho.delete("price_lists", organization_id, price_lists[9])
    operations = ("updated", "updated", "created", "deleted")
    of_billing = zip(operations, (*subscriptions[3:5], made[0], subscriptions[9]), strict=True)
    of_books = zip(operations, (*price_lists[3:5], made[1], price_lists[9]), strict=True)
    events = {BILLING: Counter(map(" ".join, of_billing)), BOOKS: Counter(map(" ".join, of_books))}
    return events, {subscriptions[9], price_lists[9]}


def change_leads(world: Followed) -> Counter[str]:
    """Edit a lead, make one and delete one, and return what Zoho notifies of."""
    crm = world.zoho.crm
    edited, deleted, *_ = crm.ids("Leads")
    crm.edit("Leads", edited, Phone="1")
    crm.delete("Leads", deleted)
    return Counter([f"updated {edited}", f"deleted {deleted}", f"created {crm.add('Leads', Last_Name='Tern')}"])


# ── What came of it ──


def assert_kept_once(receiver: Served, world: Followed, number: int) -> None:
    """Every delivery came twice, and was kept the first time."""
    counts = [
        sum(receiver.metric(f'{name}{{product="{each}"}}') for each in ("books", "billing", "crm"))
        for name in ("kept_total", "known_total", "received_total")
    ]
    assert counts == [number, number, 2 * number]
    assert not world.zoho.webhooks.pending


def polled(world: Followed, state: Run) -> int:
    """Return how many calls the same changes of the lists take without a store."""
    world.sync(*LISTS, state=state, follows=False)
    calls = world.calls().total()
    world.lands(state, *LISTS)
    return calls


def told(run: Run, stream: str) -> Counter[str]:
    """Return what the events of *run* say has happened, and how often."""
    return Counter(happened(each, each["record_ids"]) for each in run.records(stream))


def happened(record: dict[str, Any], ids: list[str]) -> str:
    return " ".join([record["operation"], *ids])


def assert_notified_once(world: Followed, notifications: Counter[str]) -> None:
    first = read_crm(world.zoho, CRM, webhook_store_url=world.store_url)
    second = read_crm(world.zoho, CRM, state=first.state, webhook_store_url=world.store_url)

    assert Counter(happened(each, each["ids"]) for each in first.records(CRM)) == notifications
    assert second.records(CRM) == []
