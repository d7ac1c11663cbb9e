"""How does a test say what Zoho sends? Builders of deliveries, signed as Zoho signs."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from source_zoho.webhooks.deliveries import Delivery, Trust
from source_zoho.webhooks.settings import Settings

SECRET = "abcdefghijkl1234"
TOKEN = "token-of-the-channel"
ORGANIZATION = "10234695"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
INVOICE = {"invoice": {"invoice_id": "460000000038079", "last_modified_time": "2026-03-01T11:59:58+0530"}}
NOTIFICATION = {
    "server_time": 1772366398000,
    "query_params": {},
    "module": "Leads",
    "resource_uri": "https://www.zohoapis.com/crm/v8/Leads",
    "ids": ["3652397000000649013"],
    "affected_fields": [],
    "operation": "update",
    "channel_id": "1000000068001",
    "token": TOKEN,
}


def signed(message: str | bytes, secret: str = SECRET) -> str:
    """Return the signature of *message*, worked out here once more."""
    raw = message.encode() if isinstance(message, str) else message
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def trust(*unsigned: str, secrets: tuple[str, ...] = (SECRET,), token: str = TOKEN) -> Trust:
    """Return the trust of a receiver that knows all secrets."""
    return Trust(Settings(secrets=secrets, crm_token=token), unsigned)


def a_webhook(payload: Any = INVOICE, product: str = "books", **other: Any) -> Delivery:
    """Return a webhook with a JSON body, rightly signed unless *other* says something else."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    query: bytes = other.get("query", b"")
    pairs = sorted(pair.split("=") for pair in query.decode().split("&") if pair)
    given = {
        "product": product,
        "organization_id": ORGANIZATION,
        "query": b"",
        "content_type": "application/json;charset=UTF-8",
        "body": body,
        "signature": signed("".join(map("".join, pairs)).encode() + body),
        "received_at": NOON,
    }
    return Delivery(**{**given, **other})


def a_form(fields: dict[str, str], **other: Any) -> Delivery:
    """Return a webhook whose body is a form of *fields*, rightly signed."""
    glued = "".join(f"{key}{value}" for key, value in sorted(fields.items()))
    given = {"content_type": "application/x-www-form-urlencoded", "signature": signed(glued)}
    return a_webhook(urlencode(fields).encode(), **{**given, **other})


def a_notification(**changed: Any) -> Delivery:
    """Return a notification of CRM."""
    return a_webhook({**NOTIFICATION, **changed}, "crm", organization_id="", signature="")
