"""Do syncs find what events told of with fewer calls than polling, and everything whatever becomes of the events?"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import quote

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.builders import Run
from integration_tests.conftest import StartZoho
from integration_tests.ports import a_free_port
from integration_tests.webhooks.following import Followed, days_later, followed, id_of, notes
from integration_tests.webhooks.receiving import SECRET, served

SUBSCRIPTIONS, PLANS = "billing_subscriptions", "billing_plans"
PRICE_LISTS = "books_price_lists"
LISTS = (SUBSCRIPTIONS, PLANS, PRICE_LISTS)
PATHS = {SUBSCRIPTIONS: "subscriptions", PLANS: "plans", PRICE_LISTS: "pricebooks"}
ROWS = 620
INCOMPLETE = AirbyteStreamStatus.INCOMPLETE


@pytest.fixture
def world(a_zoho: StartZoho, sqlite_url: str) -> Iterator[Followed]:
    """Return an organization with three lists that Zoho cannot be asked for changes of, of four pages each."""
    with followed(a_zoho(sizes={emulated(stream): ROWS for stream in LISTS}), sqlite_url) as world:
        yield world


def emulated(stream: str) -> str:
    return stream.removeprefix("books_")


class People:
    """Those who edit, make and delete records, at random and in the order of a seed."""

    def __init__(self, world: Followed, seed: int) -> None:
        self.world, self.choose = world, random.Random(seed)

    def edit(self, stream: str, number: int = 1) -> list[str]:
        zoho, organization_id = self.world.zoho, self.world.organization_id
        chosen = self.choose.sample(self.world.ids(stream), number)
        for record_id in chosen:
            zoho.clock.advance(seconds=2)
            zoho.edit(emulated(stream), organization_id, record_id, description=f"Kingfisher {self.choose.random()}")
        return chosen

    def make(self, stream: str) -> str:
        code = {PLANS: f"pro/annual 100% {self.choose.random()}"}.get(stream)
        fields = {id_of(stream): code} if code else {}
        return self.world.zoho.add(emulated(stream), self.world.organization_id, **fields)

    def delete(self, stream: str) -> str:
        record_id = self.choose.choice(self.world.ids(stream))
        self.world.zoho.delete(emulated(stream), self.world.organization_id, record_id)
        return record_id


def documents(ids: dict[str, set[str]]) -> dict[str, int]:
    """Return the calls that it takes to ask for each of *ids* once."""
    return {f"{PATHS[stream]}/{quote(each, safe='')}": 1 for stream, found in ids.items() for each in found}


# ── With webhooks that Zoho delivers ──


def test_a_sync_finds_every_change_with_fewer_calls_than_polling(world: Followed) -> None:
    world.told_long_ago(*LISTS)
    first = world.sync(*LISTS)
    people, port = People(world, seed=6), a_free_port()
    set_up_webhooks(world, port)
    told = {stream: {*people.edit(stream), people.make(stream), people.delete(stream)} for stream in LISTS}
    assert {each.status for each in world.zoho.webhooks.deliver()} == {None}, "nobody listens yet, Zoho tries again"
    with served(world.store_url, "--port", str(port)):
        world.zoho.webhooks.deliver_all()

    polled = world.sync(*LISTS, state=first, follows=False)
    by_polling = world.calls()
    world.lands(first, *LISTS)
    second = world.sync(*LISTS, state=first)

    assert world.differences(*LISTS) == []
    assert_same_changes(polled, second)
    assert world.calls() == documents(told)
    assert (world.calls().total(), by_polling.total()) == (9, 14)


def test_lost_events_are_made_up_for_by_the_next_reading_in_full(
    world: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.told_long_ago(*LISTS)
    first = world.sync(*LISTS)
    people, port = People(world, seed=7), a_free_port()
    set_up_webhooks(world, port)
    with served(world.store_url, "--port", str(port)):
        world.zoho.webhooks.behave(lose=1.0)
        lost = {f"{stream} {record_id}" for stream in LISTS for record_id in people.edit(stream, 3)}
        world.zoho.webhooks.deliver_all()
        world.zoho.clock.advance(seconds=7_200)
        world.zoho.webhooks.behave(lose=0.0)
        lost -= {f"{stream} {record_id}" for stream in LISTS for record_id in people.edit(stream)}
        world.zoho.webhooks.deliver_all()
    second = world.sync(*LISTS, state=first)
    assert world.calls().total() == len(LISTS)
    assert set(world.differences(*LISTS)) == lost

    days_later(monkeypatch, 1)
    world.sync(*LISTS, state=second)

    assert world.differences(*LISTS) == []


def assert_same_changes(polled: Run, told: Run) -> None:
    """Events gave the records that polling gave, and the same values where a document has them."""
    for stream in LISTS:
        expected = {each[id_of(stream)]: each for each in polled.records(stream)}
        records = {each[id_of(stream)]: each for each in told.records(stream)}
        assert records.keys() <= expected.keys(), "polling gives what is in the look-back once more"
        for key, record in records.items():
            shared = record.keys() & expected[key].keys()
            assert {name: record[name] for name in shared} == {name: expected[key][name] for name in shared}


def set_up_webhooks(world: Followed, port: int) -> None:
    """Do what an administrator does in Zoho's pages, for each list and each thing that can happen; Zoho is clumsy."""
    organization_id, webhooks = world.organization_id, world.zoho.webhooks
    for stream in LISTS:
        product: Literal["books", "billing"] = "books" if stream.startswith("books_") else "billing"
        for operation in ("created", "updated", "deleted"):
            url = f"http://127.0.0.1:{port}/webhooks/{product}/{organization_id}"
            url += f"?module={stream.removeprefix(f'{product}_')}&operation={operation}"
            webhooks.add(product, organization_id, url, secret=SECRET, module=emulated(stream), operations=(operation,))
    webhooks.behave(duplicates=0.4, disorder=1.0)


# ── Whatever becomes of the events ──


def test_without_events_records_calls_and_state_are_what_they_were(world: Followed) -> None:
    def syncs(*, follows: bool) -> list[Any]:
        first = world.sync(*LISTS, follows=follows)
        calls = world.calls()
        second = world.sync(*LISTS, state=first, follows=follows)
        told = [run.records(stream) for run in (first, second) for stream in LISTS]
        states = sorted(str(each.stream) for run in (first, second) for each in run.state)
        return [calls, world.calls(), told, states]

    assert syncs(follows=True) == syncs(follows=False)


def test_codes_with_slashes_and_organizations_that_are_not_read(world: Followed) -> None:
    world.told_long_ago(PLANS)
    first = world.sync(PLANS)
    code = next(each for each in world.ids(PLANS) if "/" in each)
    world.zoho.edit(PLANS, world.organization_id, code, description="Kingfisher")
    world.tell(PLANS, code)
    world.tell(PLANS, world.ids(PLANS)[3], organization_id="999")

    second = world.sync(PLANS, state=first)

    assert world.calls() == {f"plans/{quote(code, safe='')}": 1}
    (record,) = second.records(PLANS)
    assert (record["plan_code"], record["description"]) == (code, "Kingfisher")


def test_a_call_that_fails_fails_the_sync_and_the_next_one_asks_for_all(world: Followed) -> None:
    world.told_long_ago(SUBSCRIPTIONS)
    first = world.sync(SUBSCRIPTIONS)
    for record_id in People(world, seed=8).edit(SUBSCRIPTIONS, 3):
        world.tell(SUBSCRIPTIONS, record_id)
    world.zoho.faults.add("57", path="/billing/v1/subscriptions/{subscription_id}", after=1, times=9)

    broken = world.sync(SUBSCRIPTIONS, state=first)
    world.zoho.faults.clear()
    assert broken.status(SUBSCRIPTIONS) is INCOMPLETE
    assert "ZohoSubscriptions.subscriptions.READ" in broken.errors[0]
    assert notes(broken, SUBSCRIPTIONS) == notes(first, SUBSCRIPTIONS)

    world.sync(SUBSCRIPTIONS, state=broken)
    assert world.calls().total() == 3
    assert world.differences(SUBSCRIPTIONS) == []


def test_a_store_that_cannot_be_opened_costs_calls_and_no_sync(world: Followed) -> None:
    world.told_long_ago(SUBSCRIPTIONS, PRICE_LISTS)
    first = world.sync(SUBSCRIPTIONS, PRICE_LISTS)

    second = world.sync(SUBSCRIPTIONS, PRICE_LISTS, state=first, webhook_store_url="sqlite:////proc/nowhere/events.db")

    assert not second.errors
    assert sum(line.startswith("Zoho is asked as if there were no events") for line in second.log) == 1
    assert world.calls() == {"subscriptions": 5, "pricebooks": 4}
    assert notes(second, SUBSCRIPTIONS) == notes(first, SUBSCRIPTIONS)


def test_whole_documents_follow_as_well(world: Followed) -> None:
    details, since = "billing_subscription_details", "2026-01-01T00:00:00Z"
    world.told_long_ago(SUBSCRIPTIONS)
    first = world.sync(details, document_details="changed", start_date=since)
    (record_id,) = People(world, seed=9).edit(SUBSCRIPTIONS)
    world.tell(SUBSCRIPTIONS, record_id)

    second = world.sync(details, state=first, document_details="changed", start_date=since)

    assert world.calls() == {f"subscriptions/{record_id}": 2}
    (record,) = second.records(details)
    assert (record["subscription_id"], record["record_source"]) == (record_id, "detail")
    assert record["customer_name"]


# ── Deletions ──


def test_deletions_that_events_tell_of_are_told_without_tracking_any_list(world: Followed) -> None:
    deleted = "billing_deleted_records"
    people = People(world, seed=10)
    assert world.sync(deleted).records(deleted) == []
    assert world.calls().total() == 0, "without a deletion nothing is asked"
    gone = {PLANS: people.delete(PLANS), SUBSCRIPTIONS: people.delete(SUBSCRIPTIONS)}
    for stream, record_id in gone.items():
        world.tell(stream, record_id, "deleted")
    world.tell(SUBSCRIPTIONS, world.ids(SUBSCRIPTIONS)[0], "deleted")  # which is not true

    first = world.sync(deleted)
    second = world.sync(deleted, state=first)

    assert {each["stream"]: each["record_id"] for each in first.records(deleted)} == gone
    assert {each["confirmed_by"] for each in first.records(deleted)} == {"HTTP 404, code 1002; told by an event"}
    assert second.records(deleted) == []
    assert world.calls().total() == 1, "Zoho may have shown a record that it had deleted, a moment ago"
