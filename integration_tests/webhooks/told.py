"""What may Zoho have told the receiver? A few events of each product, the same in every run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from source_zoho.webhooks.event import Event
from source_zoho.webhooks.stores import open_store

TOLD_AT = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)
_RECEIVED_AFTER = timedelta(seconds=1, milliseconds=500)
BOOKS, BILLING, CRM = "books_webhook_events", "billing_webhook_events", "crm_notifications"


def a_store_with_events(folder: Path, organization_ids: Sequence[str]) -> str:
    """Make a store in *folder* with two events of each organization and product, and return its address."""
    url = f"sqlite:///{folder / 'told.db'}"
    with open_store(url) as store:
        for number, organization_id in enumerate(organization_ids):
            store.append([_of_books(organization_id, f"90{number}{each}") for each in (1, 2)])
            store.append([_of_billing(organization_id, f"80{number}{each}") for each in (1, 2)])
        store.append([_of_crm(f"7000000000{each}") for each in (1, 2)])
    return url


def _of_books(organization_id: str, record_id: str) -> Event:
    body = {"recurring_bill": {"recurring_bill_id": record_id, "last_modified_time": "2025-06-02T15:00:00+0530"}}
    return _event(
        f"books:{record_id}", "books", body, organization_id=organization_id, entity="recurringbills", ids=[record_id]
    )


def _of_billing(organization_id: str, record_id: str) -> Event:
    body = {
        "event_id": f"5{record_id}",
        "event_type": "subscription_renewed",
        "event_time": "2025-06-02T15:00:00+0530",
        "data": {"subscription": {"subscription_id": record_id, "status": "live", "amount": 99.5}},
    }
    return _event(
        f"billing:{organization_id}:5{record_id}",
        "billing",
        body,
        organization_id=organization_id,
        entity="subscription",
        ids=[record_id],
        event_type="subscription_renewed",
    )


def _of_crm(record_id: str) -> Event:
    body = {
        "server_time": int(TOLD_AT.timestamp() * 1000),
        "query_params": {},
        "module": "Leads",
        "resource_uri": "https://www.zohoapis.com/crm/v8/Leads",
        "ids": [record_id],
        "affected_fields": [{record_id: ["Phone"]}],
        "operation": "update",
        "channel_id": "1000000068001",
    }
    return _event(f"crm:{record_id}", "crm", body, entity="Leads", ids=[record_id], event_type="update")


def _event(key: str, product: str, body: dict[str, Any], *, ids: list[str], **more: str) -> Event:
    usual: dict[str, Any] = {"organization_id": "", "event_type": "", **more}
    return Event(
        key=key,
        product=product,
        operation="updated",
        record_ids=tuple(ids),
        occurred_at=TOLD_AT,
        received_at=TOLD_AT + _RECEIVED_AFTER,
        payload=json.dumps(body),
        **usual,
    )
