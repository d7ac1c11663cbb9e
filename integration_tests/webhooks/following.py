"""How does a test let lists follow events, and compare what that costs with asking Zoho each time?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration_tests.builders import Run, key_of, resource_of
from integration_tests.rows import attempt
from source_zoho.components import changes_first
from source_zoho.emulator import Emulator
from source_zoho.webhooks.event import Event
from source_zoho.webhooks.store import EventStore
from source_zoho.webhooks.stores import open_store


@dataclass
class Followed:
    """An organization whose lists follow events, and the syncs that read them."""

    zoho: Emulator
    store_url: str
    store: EventStore
    organization_id: str
    told: int = 0
    landed: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def tell(self, stream: str, record_id: str, operation: str = "updated", **changes: Any) -> None:
        """Let an event come whose URL names the list, as an administrator would write it."""
        self.told += 1
        resource = stream.removeprefix("books_").removeprefix("billing_")
        event = {
            "key": f"event {self.told}",
            "product": stream.partition("_")[0],
            "organization_id": self.organization_id,
            "entity": resource,
            "operation": operation,
            "event_type": "",
            "record_ids": (record_id,),
            "occurred_at": None,
            "received_at": datetime.now(UTC),
            "payload": json.dumps({id_of(stream): record_id}),
        }
        self.store.append([Event(**{**event, **changes})])

    def told_long_ago(self, *streams: str) -> None:
        """Let events about each list have come before."""
        for stream in streams:
            self.tell(stream, self.ids(stream)[0], received_at=datetime.now(UTC) - timedelta(days=1))

    def ids(self, stream: str) -> list[str]:
        """Return the ids of all records that exist."""
        return [str(row[id_of(stream)]) for row in self.zoho.rows(resource_of(stream), self.organization_id)]

    def sync(self, *streams: str, state: Run | None = None, follows: bool = True, **config: Any) -> Run:
        """Sync after the run *state*, whatever comes of it."""
        settings: dict[str, Any] = {
            "organization_ids": [self.organization_id],
            "products": ["books", "billing"],
            **({"webhook_store_url": self.store_url} if follows else {}),
            **config,
        }
        self.zoho.calls.reset()
        run = attempt(self.zoho, *streams, state=state.state if state else None, **settings)
        self._lands(run, streams)
        return run

    def lands(self, run: Run, *streams: str) -> None:
        """Let the destination have what *run* gave, and nothing else."""
        self.landed = {}
        self._lands(run, streams)

    def _lands(self, run: Run, streams: Iterable[str]) -> None:
        for stream in streams:
            self.landed |= {(stream, str(each.get(id_of(stream)))): each for each in run.records(stream)}

    def calls(self) -> Counter[str]:
        """Return how often each path was asked for since the last sync began, without signing in."""
        paths = (call.path for call in self.zoho.calls.log if "oauth" not in call.path)
        return Counter("/".join(path.split("/")[3:]) for path in paths)

    def differences(self, *streams: str) -> list[str]:
        """Return which records are not what landed, by the time of their change; none that exists may be missing."""
        found = []
        for stream in streams:
            for row in self.zoho.rows(resource_of(stream), self.organization_id):
                landed = self.landed.get((stream, str(row[id_of(stream)])), {})
                changed = row.get("updated_time") or row["last_modified_time"]
                if changed not in (landed.get("updated_time"), landed.get("last_modified_time")):
                    found.append(f"{stream} {row[id_of(stream)]}")
        return found


@contextmanager
def followed(zoho: Emulator, store_url: str) -> Iterator[Followed]:
    """Let a receiver have been listening for days, and for as long as the block lasts."""
    with open_store(store_url) as store:
        now = datetime.now(UTC)
        store.beat("a receiver", now - timedelta(days=9))
        store.beat("a receiver", now + timedelta(hours=1))
        yield Followed(zoho, store_url, store, zoho.organization_ids[0])


def days_later(patch: pytest.MonkeyPatch, days: int) -> None:
    """Let the connector believe that it is days later."""
    patch.setattr(changes_first, "_now", lambda: datetime.now(UTC) + timedelta(days=days))


def id_of(stream: str) -> str:
    """Return the field with the id of a record."""
    return next(name for name in key_of(stream) if name != "organization_id")


def notes(run: Run, stream: str) -> dict[str, Any]:
    """Return what the state remembers of *stream* beside its cursor."""
    blobs = [vars(each.stream.stream_state) for each in run.state if each.stream and each.stream.stream_state]
    names = [each.stream.stream_descriptor.name for each in run.state if each.stream]
    (entry,) = dict(zip(names, blobs, strict=True))[stream]["states"]
    return dict(entry.get("notes", {}))
