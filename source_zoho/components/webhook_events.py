"""Which events has Zoho told since the last sync?"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass
from datetime import UTC, datetime
from typing import Any

from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.checkpoints import are_heard, position, store_before
from source_zoho.components.crm_missed import reconcile
from source_zoho.components.event_stores import asking_the_store, store_of
from source_zoho.components.traced import traced
from source_zoho.errors import ConfigProblem
from source_zoho.webhooks.bookmarks import Bookmark
from source_zoho.webhooks.event import Kept
from source_zoho.webhooks.store import EventStore

EVENTS_IN_A_PAGE = 200  # a receiver may take events of a megabyte each, and a page is in memory at once
_PAGES_BETWEEN_CHECKPOINTS = 5
_log = logging.getLogger("airbyte")


@dataclass
class WebhookEventsRetriever(Retriever):
    """
    Drain the event store of the configuration (``webhook_store_url``): what it kept after the state's sequence.

    Nothing is deleted by reading, and Zoho is asked only for notifications of CRM that were missed. A sync ends with
    the event that was the last one when it began, however fast others come. The state holds the sequence up to which
    all events were handed out or left out, and in which store; another store is read from its beginning. At the
    beginning of a sync the store is told what its state says, so that pruning can spare what nobody has read.

        incremental_sync: {type: IncrementingCountCursor, cursor_field: sequence, start_value: 0}
        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.WebhookEventsRetriever
          record_selector: ...
    """

    record_selector: RecordSelector
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    name: str = ""

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield the events after *stream_slice* begins. Raises AirbyteTracedException when the store is in trouble."""
        store = store_of(self.config)
        if store is None:
            _log.info(
                "%s: webhook_store_url names no store, so there are no records and no call is made. To receive events, "
                "run `source-zoho webhooks serve`, let Zoho send its webhooks there, and set webhook_store_url to the "
                "store of the receiver.",
                self.name,
            )
            return
        where = stream_slice or StreamSlice(partition={}, cursor_slice={})
        reached = Bookmark(int(where.cursor_slice.get("start") or 0), store_before(self.name))
        with asking_the_store():
            begin, end = self._begin(store, reached)
        left_out = 0
        for number, page in enumerate(self._pages(store, begin, end), start=1):
            wanted = [each for each in page if self._is_wanted(each)]
            left_out += len(page) - len(wanted)
            yield from self._records(wanted, records_schema, where)
            if number % _PAGES_BETWEEN_CHECKPOINTS == 0:
                yield self._position(store, page[-1].sequence)
        # Beyond what is left out, pruned or of another product: the CDK knows of what was handed out only.
        yield self._position(store, end)
        if left_out:
            _log.info(
                "%s: %d events of organizations that organization_ids does not name are left out.", self.name, left_out
            )

    def _begin(self, store: EventStore, reached: Bookmark) -> tuple[int, int]:
        """Tell the store how far this stream has been read, and return the sequences to read after, and up to."""
        begin = self._place_in(store, reached)
        if self._product == "crm":
            reconcile(self.config, store)  # before the store hears that a sync begins: it looks at the time since then
        store.confirm(self.name, begin, datetime.now(UTC))
        self._tell_what_was_pruned(begin, store.pruned(self._product))
        return begin, store.last_sequence()

    def _place_in(self, store: EventStore, reached: Bookmark) -> int:
        """Return after which sequence to read on: from the beginning of *store*, if none of its own was *reached*."""
        if reached.sequence == 0 or reached.is_in(store):
            return reached.sequence
        if not are_heard():  # the CDK by itself would keep the larger number, and pass events of this store by
            raise traced(
                ConfigProblem(
                    f"{self.name}: the state was left at sequence {reached.sequence} of another store. Correct "
                    "webhook_store_url, reset this stream, or read with the command source-zoho, which begins anew."
                )
            )
        _log.warning(
            "%s: the state was left at sequence %d of another store than webhook_store_url names now, or of this one "
            "before a backup was put back, so everything that it holds is read from its beginning; what was read "
            "before comes again with the same keys.",
            self.name,
            reached.sequence,
        )
        return 0

    def _position(self, store: EventStore, sequence: int) -> AirbyteMessage:
        with asking_the_store():
            return position(self.name, Bookmark.at(store, sequence))

    def _tell_what_was_pruned(self, begin: int, pruned: int) -> None:
        if 0 < begin < pruned:
            _log.warning(
                "%s: events after sequence %d and up to %d were pruned from the store before this stream had read "
                "them, so they are missing. Let `source-zoho webhooks prune` keep events for longer than the longest "
                "pause between syncs.",
                self.name,
                begin,
                pruned,
            )

    def _pages(self, store: EventStore, begin: int, end: int) -> Iterator[Sequence[Kept]]:
        """Yield the events after *begin* and up to *end*, a page at a time."""
        while begin < end:
            with asking_the_store():
                found = store.read_after(begin, self._product, limit=EVENTS_IN_A_PAGE)
            page = [each for each in found if each.sequence <= end]
            if not page:
                return
            yield page
            begin = page[-1].sequence

    def _is_wanted(self, kept: Kept) -> bool:
        chosen = self.config.get("organization_ids")
        return self._product == "crm" or not chosen or kept.event.organization_id in chosen

    def _records(
        self, page: Iterable[Kept], records_schema: Mapping[str, Any], where: StreamSlice
    ) -> Iterable[StreamData]:
        row = _notification if self._product == "crm" else _event
        return self.record_selector.filter_and_transform(
            [row(each) for each in page], stream_state={}, records_schema=records_schema, stream_slice=where
        )

    @property
    def _product(self) -> str:
        return self.name.partition("_")[0]


def _event(kept: Kept) -> dict[str, Any]:
    """Return an event of Books or Billing as a record."""
    event = kept.event
    return {
        "organization_id": event.organization_id,
        "entity": event.entity,
        "record_ids": list(event.record_ids),
        **_circumstances(kept),
        "payload": json.loads(event.payload),
    }


def _notification(kept: Kept) -> dict[str, Any]:
    """Return a notification of CRM as a record: what Zoho wrote, but never the word by which it proves itself."""
    told = {name: value for name, value in json.loads(kept.event.payload).items() if name != "token"}
    about = {"module": kept.event.entity, "ids": list(kept.event.record_ids)}
    return {**told, **about, **_circumstances(kept)}


def _circumstances(kept: Kept) -> dict[str, Any]:
    event = kept.event
    return {
        "key": event.key,
        "sequence": kept.sequence,
        "operation": event.operation or None,
        "event_type": event.event_type or None,
        "occurred_at": _text(event.occurred_at),
        "received_at": _text(event.received_at),
        "origin": event.origin,
    }


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds") if moment else None
