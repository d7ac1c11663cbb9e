"""What does a webhook send about a record?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson

from .signature import HEADER, signature

if TYPE_CHECKING:
    from source_zoho.emulator.resources import Resource

    from .subscription import Webhook

JSON, FORM = "application/json;charset=UTF-8", "application/x-www-form-urlencoded;charset=UTF-8"
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Content:
    """What travels: the body and its headers."""

    body: bytes
    headers: dict[str, str]


def wrapper_of(resource: Resource) -> str:
    """Return the key under which a document stands: as its detail call has it, or else after its id."""
    plain = resource.id.removeprefix("_").removesuffix("_id").removesuffix("_code")
    return plain if resource.detail_key in ("", "data") else resource.detail_key


def told_of_record(webhook: Webhook, resource: Resource, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the body says: the document under its key, or the fields that the administrator chose."""
    if webhook.body in ("default", "jsonstring"):
        return {wrapper_of(resource): dict(document)}
    return {name: document.get(name, "") for name in webhook.fields or (resource.id,)}


def content_of(webhook: Webhook, told: Mapping[str, Any]) -> Content:
    """Write what is told in the way that the webhook was set up, and sign it."""
    form = _form(webhook, told) if webhook.is_form else ()
    raw = b"" if webhook.is_form else orjson.dumps(told)
    headers = {"Content-Type": FORM if webhook.is_form else JSON}
    if webhook.secret:
        query = parse_qsl(urlsplit(webhook.url).query, keep_blank_values=True)
        headers[HEADER] = signature(webhook.secret, query, form, raw)
    return Content(urlencode(form).encode() if webhook.is_form else raw, headers)


def _form(webhook: Webhook, told: Mapping[str, Any]) -> Pairs:
    if webhook.body == "jsonstring":
        return (("JSONString", orjson.dumps(told).decode()),)
    return tuple(
        (name, value if isinstance(value, str) else orjson.dumps(value).decode()) for name, value in told.items()
    )
