"""
Which events does a list stand for, that was asked because notifications of CRM were missed?

A list shows how a record is now: of several changes to it the last is told, and of a record that was made and deleted
meanwhile only its end. The key of such an event follows from the record and the time of its change, so asking again
brings no event twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from source_zoho.webhooks.event import CREATED, DELETED, POLL, UPDATED, Event
from source_zoho.webhooks.store import Channel, Span
from source_zoho.webhooks.watch import module_of

EVERY_OPERATION = frozenset({CREATED, UPDATED, DELETED})
# In Zoho's words, as a notification would have said it, and as a channel asks for it.
_WORDS = {CREATED: "insert", UPDATED: "update", DELETED: "delete"}
_SUBSCRIBED = {"create": CREATED, "edit": UPDATED, "delete": DELETED}


def operations_of(module: str, channels: Iterable[Channel]) -> frozenset[str]:
    """Return what *channels* tell about *module*: everything when none of them says it any more."""
    events = (event for channel in channels for event in channel.events)
    said = {event.rpartition(".")[2] for event in events if module_of(event) == module}
    some = frozenset(operation for word, operation in _SUBSCRIBED.items() if word in said)
    return EVERY_OPERATION if "all" in said or not some else some


@dataclass(frozen=True)
class Polled:
    """
    Makes the events of *module* in the times that were *missed*, each overlapped by as much as clocks may differ.

    What changed at other times was notified, and of *operations* that nobody subscribed to nothing is told. *at* is
    when the list was asked.
    """

    module: str
    missed: Sequence[Span]
    overlap: timedelta
    at: datetime
    operations: frozenset[str] = EVERY_OPERATION

    @property
    def since(self) -> datetime:
        """From when on changes are to be asked for."""
        return min(span.since for span in self.missed) - self.overlap

    def changed(self, record_id: str, created_at: datetime | None, changed_at: datetime) -> Iterator[Event]:
        """Yield what happened to a record that is there."""
        if created_at and self._was_missed(CREATED, created_at):
            yield self._event(CREATED, record_id, created_at)
        if changed_at != created_at and self._was_missed(UPDATED, changed_at):
            yield self._event(UPDATED, record_id, changed_at)

    def deleted(self, record_id: str, deleted_at: datetime | None) -> Iterator[Event]:
        """Yield that a record was deleted; when Zoho does not say when, it may have been any time."""
        if self._was_missed(DELETED, deleted_at):
            yield self._event(DELETED, record_id, deleted_at)

    def _was_missed(self, operation: str, moment: datetime | None) -> bool:
        if moment is None or operation not in self.operations:
            return operation in self.operations
        return any(span.since - self.overlap <= moment <= span.until + self.overlap for span in self.missed)

    def _event(self, operation: str, record_id: str, occurred_at: datetime | None) -> Event:
        moment = occurred_at.astimezone(UTC) if occurred_at else None
        word = _WORDS[operation]
        named = json.dumps([self.module, operation, record_id, moment.isoformat() if moment else ""])
        return Event(
            key=f"poll:{sha256(named.encode()).hexdigest()}",
            product="crm",
            organization_id="",
            entity=self.module,
            operation=operation,
            event_type=word,
            record_ids=(record_id,),
            occurred_at=moment,
            received_at=self.at,
            payload=json.dumps({"module": self.module, "operation": word, "ids": [record_id]}),
            origin=POLL,
        )
