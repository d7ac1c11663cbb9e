"""What does Billing's list of events say about what happened, and about who was told?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from source_zoho.emulator.front import Front
    from source_zoho.emulator.organization import Organization

    from .outbox import Delivery
    from .subscription import Webhook

_LIST = "billing_events"


class BillingEvents:
    """Notes events, and what became of their deliveries."""

    def __init__(self, front: Front) -> None:
        """Note them in the organizations behind *front*."""
        self._front = front

    def add(
        self, organization: Organization, event_type: str, data: Mapping[str, Any], wanting: Sequence[Webhook]
    ) -> dict[str, Any]:
        """Note an event and return it as a webhook sends it."""
        events, now = organization.collections[_LIST], int(self._front.clock.seconds())
        told = {"event_type": event_type, "data": dict(data)}
        stamp = organization.zone.stamp(now)
        sent = [
            {"webhook_id": one.id, "url": one.url, "status": "scheduled", "last_updated_time": stamp} for one in wanting
        ]
        fields: dict[str, object] = {
            "event_type": event_type,
            "payload": orjson.dumps(told).decode(),
            "webhooks": sent,
        }
        kept = events.add(fields, now)
        return {"event_id": kept.row["event_id"], "event_time": kept.row["event_time"], **told}

    def delivered(self, delivery: Delivery) -> None:
        """Note what became of a delivery."""
        event_id = delivery.about.get("event_id")
        if event_id is None:
            return
        with self._front.lock:
            organization = self._front.world.organization(delivery.organization_id)
            events = organization.collections[_LIST]
            handle = events.find(event_id)
            if handle is None:
                return
            now = int(delivery.at.timestamp())
            told = events.row(handle)["webhooks"]
            rows = [_updated(row, delivery, organization.zone.stamp(now)) for row in _rows(told)]
            events.edit(handle, {"webhooks": rows}, now)


def _rows(told: object) -> list[dict[str, Any]]:
    return list(told) if isinstance(told, list) else []


def _updated(row: dict[str, Any], delivery: Delivery, stamp: str) -> dict[str, Any]:
    if row["webhook_id"] != delivery.source_id:
        return row
    return {**row, "status": "success" if delivery.is_good else "failure", "last_updated_time": stamp}
