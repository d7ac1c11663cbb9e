"""How does a test let a stream of events read a store, from where a state says?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage, AirbyteStateMessage
from airbyte_cdk.sources.types import Record, StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components import event_stores
from source_zoho.components.checkpoints import Progress, position
from source_zoho.components.schemas import SchemaFileLoader
from source_zoho.components.webhook_events import WebhookEventsRetriever
from source_zoho.webhooks import stores
from source_zoho.webhooks.bookmarks import Bookmark
from source_zoho.webhooks.event import Event, Kept
from unit_tests.components.lists import a_selector
from unit_tests.webhooks.fakes import MemoryStore, unreachable

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOOKS, BILLING, CRM = "books_webhook_events", "billing_webhook_events", "crm_notifications"
URL = "sqlite:////nowhere/events.db"


def an_event(key: str, product: str = "books", **changes: Any) -> Event:
    usual: dict[str, Any] = {
        "organization_id": "17",
        "entity": "invoice",
        "operation": "updated",
        "event_type": "",
        "record_ids": ("900",),
        "occurred_at": None,
        "received_at": NOON,
        "payload": '{"invoice": {"invoice_id": "900"}}',
    }
    return Event(key=key, product=product, **{**usual, **changes})


def some_events(*keys: str, product: str = "books", **changes: Any) -> list[Event]:
    return [an_event(key, product, **changes) for key in keys]


@dataclass
class Store(MemoryStore):
    """A store that can lose its connection after some pages, and notes how much it was asked for at once."""

    breaks_at_page: int = 0
    limits: list[int] = field(default_factory=list)

    def read_after(
        self, sequence: int, product: str, *, limit: int = 1000, organization_id: str | None = None
    ) -> list[Kept]:
        self.limits.append(limit)
        if len(self.limits) == self.breaks_at_page:
            raise unreachable()
        return super().read_after(sequence, product, limit=limit, organization_id=organization_id)


@dataclass
class Sync:
    """What came of a sync: records, positions in the order in which they were told, and why it ended early."""

    records: list[dict[str, Any]] = field(default_factory=list)
    told: list[tuple[Bookmark, int]] = field(default_factory=list)
    error: AirbyteTracedException | None = None

    @property
    def keys(self) -> list[str]:
        return [row["key"] for row in self.records]

    @property
    def positions(self) -> list[int]:
        return [reached.sequence for reached, _ in self.told]

    @property
    def stores(self) -> set[str]:
        return {reached.store for reached, _ in self.told}


def a_state(stream: str, reached: Bookmark) -> AirbyteStateMessage:
    state = position(stream, reached).state
    assert state
    return state


def sync(stream: str = BOOKS, after: int = 0, store_before: str = "", **config: Any) -> Sync:
    """Read *stream* from where its state says, as the source and the CDK's cursor hand it over."""
    if after:
        Progress([a_state(stream, Bookmark(after, store_before))])
    retriever = WebhookEventsRetriever(
        record_selector=a_selector(), config={"webhook_store_url": URL, **config}, parameters={}, name=stream
    )
    where = StreamSlice(partition={}, cursor_slice={"start": after, "end": float("inf")})
    schema, found = SchemaFileLoader(stream).get_json_schema(), Sync()
    try:
        for each in retriever.read_records(schema, where):
            if isinstance(each, Record):
                found.records.append(dict(each.data))
            elif isinstance(each, AirbyteMessage) and each.state and each.state.stream:
                found.told.append((Bookmark(**vars(each.state.stream.stream_state)), len(found.records)))
    except AirbyteTracedException as error:
        found.error = error
    return found


@contextmanager
def meant_by_every_url() -> Iterator[Store]:
    """Give the block an empty store, which every URL means until its end."""
    with pytest.MonkeyPatch.context() as patch:
        store = Store()
        patch.setattr(stores, "existing_store", lambda _: store)
        event_stores.forget()
        yield store
        event_stores.forget()
