"""Is anything lost that was acknowledged, however the receiver ends? `bench/kill_receiver.py` asks more often."""

from __future__ import annotations

from bench.webhook_load import Load, Sent, send
from integration_tests.webhooks.receiving import BOOKS, SECRET, Served, served
from source_zoho.webhooks.stores import open_store

_MEANWHILE = 150  # acknowledged before the end comes


def sent_until(receiver: Served, number: int, first: int) -> Sent:
    """Send events until the receiver is gone; it gets the signal *number* in the middle of its work."""

    def end(acknowledged: int) -> None:
        if acknowledged == _MEANWHILE:
            receiver.process.send_signal(number)

    return send(Load(receiver.address, BOOKS, SECRET), first=first, on_acknowledged=end)


def lost(store_url: str, acknowledged: list[int]) -> set[int]:
    with open_store(store_url) as store:
        kept = {int(each.event.record_ids[0]) for each in store.read_after(0, "books", limit=100_000)}
    return set(acknowledged) - kept


def test_kill_9_under_load_loses_nothing_acknowledged(sqlite_url: str) -> None:
    with served(sqlite_url) as receiver:
        acknowledged = sent_until(receiver, 9, first=1).acknowledged

    assert len(acknowledged) >= _MEANWHILE
    assert not lost(sqlite_url, acknowledged)


def test_sigterm_under_load_answers_what_was_taken_and_loses_nothing_acknowledged(sqlite_url: str) -> None:
    with served(sqlite_url) as receiver:
        sent = sent_until(receiver, 15, first=1)
        code, logged = receiver.stop()

    with open_store(sqlite_url) as store:
        last = store.read_after(0, "books", limit=100_000)[-1].event
        (span,) = store.uptime(last.received_at)
    assert code == 0
    assert logged[-1]["event"] == "stopped"
    assert len(sent.acknowledged) >= _MEANWHILE
    assert not lost(sqlite_url, sent.acknowledged)
    assert span.until > last.received_at
