"""How does a test say in a few words which event it means?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from source_zoho.webhooks.event import Event

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """Return the moment that many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def an_event(key: str = "a", **changes: Any) -> Event:
    """Return an event about an invoice of Billing, received at noon, with *changes*."""
    usual = {
        "product": "billing",
        "organization_id": "10",
        "entity": "invoice",
        "operation": "updated",
        "event_type": "invoice_updated",
        "record_ids": ("1",),
        "occurred_at": None,
        "received_at": NOON,
        "payload": "{}",
    }
    return Event(key=key, **{**usual, **changes})


def some_events(number: int, name: str = "event", **changes: Any) -> list[Event]:
    """Return *number* events with keys of their own."""
    return [an_event(f"{name} {each}", **changes) for each in range(number)]
