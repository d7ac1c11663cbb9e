"""Do webhooks and notifications arrive over HTTP, and does the emulator go on answering meanwhile?"""

from __future__ import annotations

import hashlib
import hmac
import socket
from collections.abc import Iterator

import pytest

from integration_tests.emulator.client import Client
from integration_tests.emulator.sink import Letter, Sink
from source_zoho.emulator import Emulator
from source_zoho.emulator.webhooks.sender import send

SECRET = "abcdefghijkl1234"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_signed_webhook_arrives_as_it_was_set_up(zoho: Emulator, sink: Sink, method: str) -> None:
    organization_id = zoho.organization_ids[0]
    url = f"{sink.url}/books/{organization_id}?module=items&operation=created"
    zoho.webhooks.add("books", organization_id, url, secret=SECRET, module="items", method=method)
    zoho.add("items", organization_id, name="Größe")

    (delivery,) = zoho.webhooks.deliver()

    (letter,) = sink.letters
    expected = hmac.new(SECRET.encode(), b"moduleitemsoperationcreated" + letter.body, hashlib.sha256).hexdigest()
    assert delivery.status == 200
    assert (letter.method, letter.target) == (method, f"/books/{organization_id}?module=items&operation=created")
    assert letter.headers["X-Zoho-Webhook-Signature"] == expected
    assert '"name":"Größe"' in letter.body.decode()


def test_the_receiver_may_call_zoho_before_it_answers(zoho: Emulator, client: Client, sink: Sink) -> None:
    zoho.webhooks.add("books", client.organization_id, sink.url, module="items")
    record_id = zoho.add("items", client.organization_id, name="Neu")
    read: list[str] = []

    def read_first(letter: Letter) -> int | None:
        read.append(client.get(f"/items/{record_id}").json()["item"]["name"])
        return sink.take(letter)

    sink.answer = read_first

    assert [one.status for one in zoho.webhooks.deliver()] == [200]
    assert read == ["Neu"]


def test_who_hangs_up_hears_of_it_again(zoho: Emulator, sink: Sink) -> None:
    zoho.webhooks.add("books", zoho.organization_ids[0], sink.url, module="items")
    zoho.add("items", zoho.organization_ids[0])
    sink.answer = lambda _letter: None
    (first,) = zoho.webhooks.deliver()
    sink.answer = sink.take

    sent = zoho.webhooks.deliver_all()

    assert (first.status, first.reason) == (None, "RemoteDisconnected")
    assert [(one.attempt, one.status) for one in sent] == [(2, 200)]


def test_a_silent_receiver_is_not_waited_for_any_longer_than_agreed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outcome = send("POST", f"http://127.0.0.1:{silent.getsockname()[1]}/", {}, b"", 0.05)

    assert (outcome.status, outcome.reason) == (None, "timeout")


def test_nobody_there_and_nobody_here() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert send("POST", f"http://127.0.0.1:{port}/", {}, b"", 5).reason == "refused"
    assert send("POST", "http://192.0.2.1/", {}, b"", 5).reason == "not on this machine"


def test_in_the_background_changes_arrive_by_themselves(zoho: Emulator, client: Client, sink: Sink) -> None:
    entry = {"channel_id": "42", "events": ["Leads.all"], "notify_url": f"{sink.url}/crm", "token": "a-token"}
    opened = client.session.post(f"{client.url}/crm/v8/actions/watch", json={"watch": [entry]}, timeout=20)
    zoho.webhooks.add("billing", client.organization_id, f"{sink.url}/billing")

    with zoho.webhooks.background(every=0.01):
        zoho.crm.add("Leads")
        zoho.add("billing_invoices", client.organization_id)
        letters = sink.wait_for(2)
        assert zoho.webhooks.delivers_by_itself

    assert opened.status_code == 201
    assert {letter.target for letter in letters} == {"/crm", "/billing"}
    assert not zoho.webhooks.delivers_by_itself


def test_another_process_can_set_webhooks_up_and_let_them_be_delivered(client: Client, sink: Sink) -> None:
    where = {"organization_id": client.organization_id}
    added = client.control(
        "webhook-add", {**where, "product": "billing", "url": sink.url, "secret": SECRET, "events": ["invoice_created"]}
    ).json()
    client.control("webhook-behave", {"duplicates": 1})
    client.control("add", {**where, "resource": "billing_invoices", "fields": {}})
    before = client.control("webhooks").json()

    sent = client.control("webhook-deliver", {"all": True}).json()["deliveries"]

    after = client.control("webhooks").json()
    assert [one["duplicate"] for one in sent] == [False, True]
    assert (len(before["pending"]), len(after["pending"]), len(after["log"])) == (1, 0, 2)
    assert SECRET not in str(after)
    assert client.control("webhook-remove", added).json() == added
    assert client.control("webhook-add", {**where, "product": "books", "url": sink.url}).status_code == 400


def test_another_process_can_let_events_happen(client: Client) -> None:
    where: dict[str, object] = {"organization_id": client.organization_id}
    rows = client.control("rows", resource="billing_subscriptions", organization_id=client.organization_id).json()
    told = {**where, "event_type": "trial_expiring", "record_id": rows["rows"][0]["subscription_id"]}

    event_id = client.control("webhook-tell", told).json()["event_id"]

    shown = client.control(
        "detail", resource="billing_events", record_id=event_id, organization_id=client.organization_id
    ).json()["record"]
    assert shown["event_type"] == "trial_expiring"


def test_another_process_can_take_a_record_out_of_the_bin(client: Client, zoho: Emulator) -> None:
    record_id = zoho.crm.ids("Leads")[0]
    client.control("crm-delete", {"module": "Leads", "record_id": record_id})

    client.control("crm-restore", {"module": "Leads", "record_id": record_id})

    assert record_id in zoho.crm.ids("Leads")
