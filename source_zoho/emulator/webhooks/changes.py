"""Which webhooks hear of a change in Books or Billing?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .billing_events import BillingEvents
from .billing_types import types_of_deletion, types_of_edit, types_of_new
from .bodies import content_of, told_of_record, wrapper_of
from .outbox import Message

if TYPE_CHECKING:
    from source_zoho.emulator.collection import Collection, Handle, Kept, Row
    from source_zoho.emulator.front import Front

    from .outbox import Outbox
    from .subscription import Webhook


@dataclass(frozen=True)
class Seen:
    """A record at some moment: its document, and its row in the list, which may tell more."""

    document: Row
    row: Row

    @property
    def values(self) -> Row:
        """Return everything that is known of the record."""
        return {**self.row, **self.document}


class Changes:
    """
    Turns what happens to records into deliveries; the emulator's lock is held meanwhile.

    Billing notes events in its list once somebody in the organization wants to hear of events: a world in which nobody
    does stays as it was made, but for what is edited.
    """

    def __init__(self, front: Front, outbox: Outbox, webhooks: Mapping[str, Webhook]) -> None:
        """Put deliveries for *webhooks* into *outbox*."""
        self._front, self._outbox, self._webhooks = front, outbox, webhooks
        self._events = BillingEvents(front)
        outbox.told = self._events.delivered

    def before(self, collection: Collection, handle: Handle) -> Seen | None:
        """Return a record as it is before a change; nothing where nobody would hear of it."""
        return self._seen(collection, handle) if self._matters(collection) else None

    def created(self, collection: Collection, kept: Kept) -> None:
        """Tell of a new record."""
        if self._matters(collection):
            new = self._seen(collection, kept)
            self._tell(collection, "created", new.document, types_of_new(collection.resource.name, new.values))

    def edited(self, collection: Collection, before: Seen | None, kept: Kept) -> None:
        """Tell of an edit."""
        if before is not None:
            after = self._seen(collection, kept)
            types = types_of_edit(collection.resource.name, before.values, after.values)
            self._tell(collection, "updated", after.document, types)

    def deleted(self, collection: Collection, before: Seen | None) -> None:
        """Tell of a deletion, with the record as it was."""
        if before is not None:
            self._tell(collection, "deleted", before.document, types_of_deletion(collection.resource.name))

    def tell(self, collection: Collection, event_type: str, record_id: str) -> str:
        """Let one event happen to a record."""
        handle = collection.find(record_id)
        if handle is None:
            raise KeyError(f"no record {record_id!r} in {collection.resource.name}.")
        return self._event(collection, event_type, self._seen(collection, handle).document)

    def _matters(self, collection: Collection) -> bool:
        own = [one for one in self._webhooks.values() if one.organization_id == collection.organization.id]
        return any(one.module == collection.resource.name or one.is_about_events for one in own)

    def _seen(self, collection: Collection, handle: Handle) -> Seen:
        resource, row = collection.resource, collection.served(handle)
        if resource.detail_path or resource.single:
            return Seen(self._front.service(resource.product).document(collection, handle), row)
        return Seen(row, row)

    def _tell(self, collection: Collection, operation: str, document: Row, types: list[str]) -> None:
        resource, organization_id = collection.resource, collection.organization.id
        for one in self._webhooks.values():
            is_here = one.organization_id == organization_id and one.module == resource.name
            if is_here and operation in one.operations:
                told = told_of_record(one, resource, document)
                self._queue(one, told, {**_about(collection, document), "operation": operation})
        if any(one.is_about_events and one.organization_id == organization_id for one in self._webhooks.values()):
            for event_type in types:
                self._event(collection, event_type, document)

    def _event(self, collection: Collection, event_type: str, document: Row) -> str:
        """Note an event in Billing's list and send it to those who want it."""
        wanting = [one for one in self._webhooks.values() if _wants(one, collection.organization.id, event_type)]
        data = {wrapper_of(collection.resource): dict(document)}
        event = self._events.add(collection.organization, event_type, data, wanting)
        about = {**_about(collection, document), "event_type": event_type, "event_id": str(event["event_id"])}
        for one in wanting:
            self._queue(one, event, about)
        return str(event["event_id"])

    def _queue(self, webhook: Webhook, told: Mapping[str, Any], about: dict[str, str]) -> None:
        content = content_of(webhook, told)
        written = content.headers, content.body
        message = Message(webhook.id, webhook.product, webhook.url, webhook.method, lambda: written, about)
        self._outbox.queue(message)


def _wants(webhook: Webhook, organization_id: str, event_type: str) -> bool:
    if not webhook.is_about_events or webhook.organization_id != organization_id:
        return False
    return not webhook.events or event_type in webhook.events


def _about(collection: Collection, document: Row) -> dict[str, str]:
    resource = collection.resource
    return {
        "organization_id": collection.organization.id,
        "resource": resource.name,
        "record_id": str(document.get(resource.id, "")),
    }
