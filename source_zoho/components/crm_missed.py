"""
What did CRM not tell, and how does the stream of notifications come to it all the same?

A notification that nobody heard does not come again: one of a time in which no receiver listened, or in which a channel
had ended. Such times are noted in the event store, and before crm_notifications is drained, each module is asked what
changed in them, and what was deleted, as far as its channel was to tell. The answers become events of origin ``poll``,
one for each record, which the same sync drains. They overlap what was heard by the look-back, so a change shortly
before or after such a time may be told twice: by Zoho, and by the list. No change is polled twice, for the key of its
event says which it is.

The CRM organization behind a store is one: its notifications do not say of which they are.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, cast

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.checkpoints import CLOCKS_MAY_DIFFER_BY
from source_zoho.components.crm_errors import HAS_NO_SUCH_LIST
from source_zoho.components.crm_facts import ModuleFacts
from source_zoho.components.crm_gone import DELETED_AT, KEPT_FOR, DeletedRecords
from source_zoho.components.crm_module import CREATED_AT, ModuleRetriever
from source_zoho.components.crm_parts import crm_requester, module_retriever
from source_zoho.components.crm_roads import AUTO
from source_zoho.components.event_stores import asking_the_store
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.configuration import crm_transport, lookback_minutes
from source_zoho.crm.canonical import Canonical
from source_zoho.crm.fields import Field
from source_zoho.crm.roads import Road
from source_zoho.crm.walk import CHANGED_AT
from source_zoho.crm.weave import Row, moment
from source_zoho.errors import Unexpected
from source_zoho.webhooks.downtime import LONGEST_SILENCE, STREAM, note_downtime
from source_zoho.webhooks.event import DELETED, Event
from source_zoho.webhooks.polled import Polled, operations_of
from source_zoho.webhooks.store import EventStore, Missed

_TIMES = (CREATED_AT, CHANGED_AT)
_log = logging.getLogger("airbyte")


def _now() -> datetime:
    return datetime.now(UTC)


def reconcile(config: Mapping[str, Any], store: EventStore, clock: Callable[[], datetime] = _now) -> None:
    """
    Append to *store* what notifications of CRM have missed since the last sync of them, as far as Zoho tells it.

    To be called before the store is told that a sync begins (``confirm``): what follows that moment is looked at by the
    next sync. Zoho is asked only about times that were missed. What it refuses stays missed, and is told in a warning.
    Raises AirbyteTracedException when the store is in trouble.
    """
    with asking_the_store():
        began = clock()
        note_downtime(store, began)
        if not config.get("crm_notification_token"):
            _tell_of_ends(store, began)
        missed = store.missed()
        if not missed:
            return
        Reconciliation(store, Questions(config), _overlap(config), clock).run(missed)
        if clock() - began > LONGEST_SILENCE:  # the next look begins now, whatever happened while Zoho was asked
            note_downtime(store, clock(), began)


def _tell_of_ends(store: EventStore, now: datetime) -> None:
    """Say that channels have ended: who has the token is told so where they are renewed."""
    for channel in store.channels():
        if channel.expires_at < now:
            _log.warning(
                "%s: CRM's channel %s ended at %s, so its changes come by asking. Renew it by `source-zoho webhooks "
                "renew`, or in each sync by setting crm_notification_token; to forget it, use `source-zoho webhooks "
                "unsubscribe`.",
                STREAM,
                channel.channel_id,
                _text(channel.expires_at),
            )


def _overlap(config: Mapping[str, Any]) -> timedelta:
    return max(timedelta(minutes=lookback_minutes(config)), CLOCKS_MAY_DIFFER_BY)


class Questions:
    """Asks CRM what changed, and what was deleted. Both raise AirbyteTracedException when a module cannot be asked."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        self._changes: ChangesRetriever | None = None

    def changed(self, module: str, since: datetime) -> Iterator[list[Row]]:
        """Yield the records of *module* that changed since then, with their times."""
        if self._changes is None:  # for several modules: what one teaches about queries holds for all
            place = f"{ChangesRetriever.__module__}.{ChangesRetriever.__name__}"
            self._changes = cast(ChangesRetriever, module_retriever(_without_jobs(self._config), STREAM, place))
        return self._changes.changed(module, since)

    def deleted(self, module: str, since: datetime) -> Iterator[list[Row]]:
        """Yield the deletions of *module* since then."""
        requester = crm_requester(self._config, STREAM, "modules.READ", credits=2)
        return (rows for rows, _ in DeletedRecords(requester, STREAM).pages(module, since))


def _without_jobs(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *config* without the wish for Bulk Read, which takes fifty credits to tell of one record."""
    return {**config, "crm_transport": AUTO} if crm_transport(config) == Road.BULK else config


@dataclass
class ChangesRetriever(ModuleRetriever):
    """
    Tell when the records of a module changed, by the cheapest road: reconciling puts this class in the place of the
    module's own.

        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.crm_missed.ChangesRetriever
          requester: ...
    """

    def changed(self, module: str, since: datetime) -> Iterator[list[Row]]:
        """Yield the records of *module* that changed since then. Raises AirbyteTracedException when Zoho refuses."""
        canonical = Canonical([Field(name, "datetime", "string") for name in _TIMES], _TIMES)
        facts = ModuleFacts(f"{STREAM} of module {module}", module, _TIMES, canonical=canonical)
        return (batch.rows for batch in self._reader(facts, {}).batches(since))


@dataclass
class Reconciliation:
    """Makes events in *store* of what lists say about the time that was missed."""

    store: EventStore
    questions: Questions
    overlap: timedelta
    clock: Callable[[], datetime] = _now
    failed: dict[str, str] = field(default_factory=dict, init=False)
    found: dict[str, int] = field(default_factory=dict, init=False)

    def run(self, missed: Sequence[Missed]) -> None:
        """Ask about everything in *missed*; what cannot be asked stays missed."""
        channels = self.store.channels()
        for module in dict.fromkeys(chain.from_iterable(each.modules for each in missed)):
            spans = [each.span for each in missed if module in each.modules]
            self._ask(Polled(module, spans, self.overlap, self.clock(), operations_of(module, channels)))
        for each in missed:
            self._settle(each)
        self._tell(missed)

    def _ask(self, polled: Polled) -> None:
        """Append the events of a module, unless it cannot be asked."""
        try:
            for events in chain(self._changes(polled), self._deletions(polled)):
                self.found[polled.module] = self.found.get(polled.module, 0) + sum(self.store.append(events))
        except AirbyteTracedException as failure:
            self.failed[polled.module] = str(failure.message)

    def _changes(self, polled: Polled) -> Iterator[list[Event]]:
        if polled.operations == {DELETED}:
            return
        for rows in self.questions.changed(polled.module, polled.since):
            yield [event for row in rows for event in _changed(polled, row)]

    def _deletions(self, polled: Polled) -> Iterator[list[Event]]:
        if DELETED not in polled.operations:
            return
        try:
            for rows in self.questions.deleted(polled.module, polled.since):
                yield [event for row in rows for event in polled.deleted(str(row["id"]), moment(row.get(DELETED_AT)))]
        except ZohoFailure as failure:
            if failure.code not in HAS_NO_SUCH_LIST:
                raise
            _log.warning(
                "%s: deletions in module %s cannot be found by asking. %s", STREAM, polled.module, failure.message
            )

    def _settle(self, missed: Missed) -> None:
        """Note that *missed* is reconciled; for modules that could not be asked the time is noted anew, first."""
        left = [module for module in missed.modules if module in self.failed]
        if len(left) == len(missed.modules):
            return
        if left:
            self.store.note_missed(left, missed.span, missed.reason)
        self.store.reconciled(missed.number, self.clock())

    def _tell(self, missed: Sequence[Missed]) -> None:
        since, until = min(each.span.since for each in missed), max(each.span.until for each in missed)
        reasons = "; ".join(dict.fromkeys(each.reason.rstrip(".") for each in missed))
        found = ", ".join(f"{number} of {module}" for module, number in self.found.items() if number)
        _log.info(
            "%s: notifications between %s and %s may have been missed (%s). Changes found by asking: %s.",
            STREAM,
            _text(since),
            _text(until),
            reasons,
            found or "none",
        )
        if self.failed:
            why = " ".join(dict.fromkeys(self.failed.values()))
            _log.warning(
                "%s: what changed meanwhile cannot be asked of %s, and will be asked again by the next sync. %s",
                STREAM,
                ", ".join(self.failed),
                why,
            )
        if self.clock() - since > KEPT_FOR:
            _log.warning("%s: Zoho tells deletions for %d days, so earlier ones are missing.", STREAM, KEPT_FOR.days)


def _changed(polled: Polled, row: Row) -> Iterator[Event]:
    """Yield the events that *row* stands for. Raises AirbyteTracedException when it does not say when it changed."""
    changed_at = moment(row.get(CHANGED_AT))
    if changed_at is None:
        raise traced(Unexpected(f"{STREAM}: records of module {polled.module} do not say when they changed."))
    yield from polled.changed(str(row["id"]), moment(row.get(CREATED_AT)), changed_at)


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")
