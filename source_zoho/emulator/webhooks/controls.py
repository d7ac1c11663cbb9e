"""How does another process set webhooks up and let them be delivered?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .handle import delivery_row, pending_row, webhook_row

if TYPE_CHECKING:
    from source_zoho.emulator.emulator import Emulator

Body = dict[str, Any]


def _shown(emulator: Emulator, _body: Body) -> Body:
    webhooks = emulator.webhooks
    return {
        "webhooks": [webhook_row(one) for one in webhooks.all],
        "pending": [pending_row(one) for one in webhooks.pending],
        "log": [delivery_row(one) for one in webhooks.log],
        "delivers_by_itself": webhooks.delivers_by_itself,
    }


def _add(emulator: Emulator, body: Body) -> Body:
    return {"webhook_id": emulator.webhooks.add(**body).id}


def _remove(emulator: Emulator, body: Body) -> Body:
    emulator.webhooks.remove(body["webhook_id"])
    return {"webhook_id": body["webhook_id"]}


def _behave(emulator: Emulator, body: Body) -> Body:
    emulator.webhooks.behave(**body)
    return dict(body)


def _deliver(emulator: Emulator, body: Body) -> Body:
    webhooks = emulator.webhooks
    sent = webhooks.deliver_all() if body.get("all") else webhooks.deliver()
    return {"deliveries": [delivery_row(one) for one in sent]}


def _tell(emulator: Emulator, body: Body) -> Body:
    return {"event_id": emulator.webhooks.tell(body["organization_id"], body["event_type"], body["record_id"])}


ACTIONS: dict[tuple[str, str], tuple[Callable[[Emulator, Body], Body], str]] = {
    ("GET", "webhooks"): (_shown, "webhooks that are set up, deliveries that wait, and every attempt so far"),
    ("POST", "webhook-add"): (_add, "set a webhook up: `product`, `organization_id`, `url`, `module`, `secret` ..."),
    ("POST", "webhook-remove"): (_remove, "take `webhook_id` away"),
    ("POST", "webhook-behave"): (_behave, "`duplicates`, `disorder`, `lose`, `retries`, `timeout` ... of deliveries"),
    ("POST", "webhook-deliver"): (_deliver, "send what is due; with `all` until nothing waits, moving the clock"),
    ("POST", "webhook-tell"): (_tell, "let Billing's event `event_type` happen to `record_id`"),
}
