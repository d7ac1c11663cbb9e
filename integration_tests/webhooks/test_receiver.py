"""Does the real receiver keep what it acknowledges, and answer everything else in a sentence?"""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.webhooks.postgres import Server
from integration_tests.webhooks.receiving import BOOKS, TOKEN, Served, an_invoice, served, signed
from source_zoho.webhooks.stores import open_store

JSON = {"content_type": "application/json"}


@pytest.fixture(scope="module")
def kept_at(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('receiver') / 'events.db'}"


@pytest.fixture(scope="module")
def receiver(kept_at: str) -> Iterator[Served]:
    with served(kept_at, "--max-body", "4096") as running:
        yield running


def kept(url: str, product: str = "books") -> list[str]:
    """Return the records of the events that are kept, in order."""
    with open_store(url) as store:
        return [record for each in store.read_after(0, product) for record in each.event.record_ids]


def test_an_event_is_there_when_it_is_acknowledged(receiver: Served, kept_at: str) -> None:
    answer = receiver.deliver(an_invoice(1))

    assert (answer.status, answer.said) == (200, {"status": "kept"})
    assert kept(kept_at).count("1") == 1


def test_a_replayed_delivery_is_known_and_kept_once(receiver: Served, kept_at: str) -> None:
    answers = [receiver.deliver(an_invoice(2)).said["status"] for _ in range(3)]

    assert answers == ["kept", "known", "known"]
    assert kept(kept_at).count("2") == 1


def test_forms_and_notifications_are_kept(receiver: Served, kept_at: str) -> None:
    form = b"JSONString=%7B%22invoice_id%22%3A%223%22%7D"
    signature = signed(b'JSONString{"invoice_id":"3"}')
    form_type = {"content_type": "application/x-www-form-urlencoded"}

    assert receiver.put(BOOKS, form, **form_type, x_zoho_webhook_signature=signature).said == {"status": "kept"}
    told = f'{{"module": "Leads", "ids": ["9"], "operation": "insert", "token": "{TOKEN}"}}'.encode()
    assert receiver.put("/webhooks/crm", told, **JSON).said == {"status": "kept"}
    assert "3" in kept(kept_at)
    assert kept(kept_at, "crm") == ["9"]


@pytest.mark.parametrize(
    ("path", "body", "headers", "status", "reason"),
    [
        (BOOKS, b"{}", {**JSON, "x_zoho_webhook_signature": "00"}, 401, "signature"),
        (BOOKS, b"{", {**JSON, "x_zoho_webhook_signature": signed(b"{")}, 400, "unreadable"),
        (BOOKS, b"x" * 5000, JSON, 413, "too_large"),
        (BOOKS, b"x" * 40_000, JSON, 413, "too_large"),
        (BOOKS, b"--x--", {"content_type": "multipart/form-data; boundary=x"}, 415, "content_type"),
        ("/webhooks/crm", b'{"token": "wrong"}', JSON, 401, "token"),
        ("/webhooks/desk/1", b"{}", JSON, 404, "unknown_product"),
    ],
)
def test_what_is_refused_is_counted_and_not_kept(
    receiver: Served, kept_at: str, path: str, body: bytes, headers: dict[str, str], status: int, reason: str
) -> None:
    product = path.split("/")[2] if reason != "unknown_product" else ""
    counted = f'refused_total{{product="{product}",reason="{reason}"}}'
    before, events = receiver.metric(counted), kept(kept_at)

    answer = receiver.put(path, body, **headers)

    assert (answer.status, answer.said["status"]) == (status, "refused")
    assert answer.said["reason"].endswith(".")
    assert receiver.metric(counted) == before + 1
    assert kept(kept_at) == events


def test_a_body_that_breaks_off_is_counted_and_not_kept(receiver: Served, kept_at: str) -> None:
    counted, events = 'refused_total{product="books",reason="truncated"}', kept(kept_at)
    with socket.create_connection(receiver.address) as connection:
        head = f"POST {BOOKS} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n"
        connection.sendall(head.encode() + b'{"invoice": ')
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)  # until the receiver has seen it

    assert receiver.metric(counted) == 1
    assert kept(kept_at) == events


def test_a_full_disk_is_no_acknowledgement_and_room_mends_it(tmp_path: Path) -> None:
    url, log = f"sqlite:///{tmp_path / 'events.db'}", tmp_path / "events.db-wal"
    with served(url) as receiver:
        assert receiver.deliver(an_invoice(1)).status == 200
        _, most = resource.prlimit(receiver.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(receiver.process.pid, resource.RLIMIT_FSIZE, (log.stat().st_size, most))
        refused = receiver.deliver(an_invoice(2))
        not_ready = receiver.ask("GET", "/readyz")
        resource.prlimit(receiver.process.pid, resource.RLIMIT_FSIZE, (most, most))
        answer = receiver.deliver(an_invoice(3))
        code, _ = receiver.stop()

    assert (refused.status, not_ready.status, answer.status, code) == (503, 503, 200, 0)
    assert kept(url) == ["1", "3"]


def test_a_database_that_is_away_is_no_acknowledgement_and_is_found_again(postgres: Server) -> None:
    url = postgres.new_database()
    with served(url) as receiver:
        first = receiver.deliver(an_invoice(1))
        postgres.stop()
        try:
            refused = receiver.deliver(an_invoice(2))
            failures = receiver.metric("store_failures_total")
        finally:
            postgres.start()
        last = receiver.deliver(an_invoice(3))
        code, logged = receiver.stop()

    assert (first.status, refused.status, last.status, code) == (200, 503, 200, 0)
    assert failures == 1
    assert kept(url) == ["1", "3"]
    assert postgres.url("x").split(":")[2].split("@")[0] not in str(logged)
