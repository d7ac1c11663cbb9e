"""What is kept of a thing that Zoho told us?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# Who brought an event: Zoho, `source-zoho webhooks test`, or a list that was asked because notifications were missed.
WEBHOOK, TEST, POLL = "webhook", "test", "poll"
CREATED, UPDATED, DELETED, NOT_SAID = "created", "updated", "deleted", ""
# Where only creations and deletions are told, nobody hears of an edit.
TELL_OF_EDITS = (UPDATED, NOT_SAID)


@dataclass(frozen=True, slots=True)
class Event:
    """
    One delivery, made out as far as it lets itself be.

    ``key`` is the same for a second delivery of the same event, and different for every other one. ``entity`` is what
    the event is about, in Zoho's word: ``invoice``, ``subscription``; in CRM the module's API name. ``operation`` is
    ``created``, ``updated``, ``deleted``, or empty where Zoho does not say; ``event_type`` is Zoho's own word for it
    (``subscription_renewed``, ``insert``), if any. ``record_ids`` are the records of ``entity`` that it names.
    ``payload`` is JSON without any token. Times are aware.
    """

    key: str
    product: str
    organization_id: str
    entity: str
    operation: str
    event_type: str
    record_ids: tuple[str, ...]
    occurred_at: datetime | None
    received_at: datetime
    payload: str
    origin: str = WEBHOOK


@dataclass(frozen=True, slots=True)
class Kept:
    """An event in the store, with its place in the order in which events were kept (1, 2, ...; there may be gaps)."""

    sequence: int
    event: Event
