"""What did an administrator set up in Zoho's pages about webhooks?"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from source_zoho.emulator.resources import PRODUCTS, Product, Resource, resources

from .billing_types import EVENT_TYPES

BodyKind = Literal["default", "custom", "form", "jsonstring"]
BODIES: tuple[BodyKind, ...] = ("default", "custom", "form", "jsonstring")
METHODS = ("POST", "PUT", "DELETE")
OPERATIONS = ("created", "updated", "deleted")
# Zoho's page about secrets: letters and digits, 12 to 50 of them.
_SECRET = re.compile(r"[A-Za-z0-9]{12,50}")


@dataclass(frozen=True)
class Webhook:
    """
    One webhook: of a workflow rule, which is about one `module`, or one of Billing's own, which is about events.

    `fields` are what a body of one's own names; `events` narrow Billing's own webhook, empty means all types.
    """

    id: str
    product: Product
    organization_id: str
    url: str
    secret: str = ""
    module: str = ""
    body: BodyKind = "default"
    method: str = "POST"
    operations: tuple[str, ...] = OPERATIONS
    events: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    @property
    def is_about_events(self) -> bool:
        """Tell whether this is Billing's own kind, whose body is an event."""
        return not self.module

    @property
    def is_form(self) -> bool:
        """Tell whether the body travels as a form."""
        return self.body in ("form", "jsonstring")


def checked(webhook: Webhook) -> Webhook:
    """Return the webhook, with its module's full name, if Zoho's pages and this machine would take it."""
    _one_of("product", webhook.product, PRODUCTS)
    _one_of("body", webhook.body, BODIES)
    _one_of("method", webhook.method, METHODS)
    for operation in webhook.operations:
        _one_of("operations", operation, OPERATIONS)
    for event in webhook.events:
        _one_of("events", event, EVENT_TYPES)
    if webhook.secret and not _SECRET.fullmatch(webhook.secret):
        raise ValueError("secret is not 12 to 50 letters and digits, which is all that Zoho takes.")
    if not reachable(webhook.url):
        raise ValueError("url is not on this machine; the emulator delivers to http://localhost:PORT/... only.")
    _check_kind(webhook)
    return replace(webhook, module=module_named(webhook.product, webhook.module).name) if webhook.module else webhook


def module_named(product: Product, name: str) -> Resource:
    """Return the resource that a webhook of a product is about, by its own name or by its name in the product."""
    for one in resources().values():
        if one.product == product and name in (one.name, one.entry):
            return one
    known = ", ".join(one.entry for one in resources().values() if one.product == product)
    raise ValueError(f"{product} has no module {name!r}; there are: {known}.")


def reachable(url: str) -> bool:
    """Tell whether the emulator delivers to an address: plain HTTP, on this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme != "http":
        return False
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_kind(webhook: Webhook) -> None:
    if webhook.module:
        if webhook.events:
            raise ValueError("events narrow Billing's own webhook; one with a module is told by its operations.")
        return
    if webhook.product == "books":
        raise ValueError("a webhook of Books belongs to a workflow rule, which is about one module; name it.")
    _one_of("body", webhook.body, ("default", "jsonstring"))


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name} has {value!r}; expected: {', '.join(known)}.")
