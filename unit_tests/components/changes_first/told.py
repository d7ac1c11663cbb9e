"""How does a test let Zoho tell of changes while syncs follow them, without a socket or a database?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import InitVar, dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest
import requests

from source_zoho.components import changes_first
from source_zoho.components.retriever import ListRetriever
from source_zoho.components.traced import traced
from source_zoho.errors import ZohoError
from source_zoho.webhooks.event import Event
from unit_tests.components.answers import an_answer
from unit_tests.components.families import Family, Syncs, gone
from unit_tests.components.lists import a_retriever
from unit_tests.paging.list_model import ListModel
from unit_tests.webhooks.fakes import MemoryStore

FIELDS = ("organization_id", "id", "created_time", "last_modified_time", "version")
SCHEMA: dict[str, Any] = {"properties": {name: {} for name in FIELDS}}
A_DAY_SECONDS = 24 * 60 * 60
HOUR = 3_600


@dataclass
class Telling(Family):
    """
    A Zoho of one list, its documents, and a receiver that keeps what it tells.

    ``ahead_seconds`` is by how much our clocks are ahead of Zoho's. ``no_documents`` is how Zoho answers when it does
    not give documents, ``trouble_at`` which documents it has trouble with, and ``changed_as`` what they call the time
    of their change.
    """

    parameters: InitVar[Any] = None
    product: str = "Books"
    documents: bool = False
    ahead_seconds: int = 0
    no_documents: requests.Response | None = None
    trouble_at: dict[str, ZohoError] = field(default_factory=dict)
    changed_as: str = "last_modified_time"
    store: MemoryStore = field(default_factory=MemoryStore)
    numbers: list[int] = field(default_factory=list)

    def __post_init__(self, parameters: Any) -> None:
        """Take what the requester of the connector is made with."""

    @property
    def now(self) -> datetime:
        """The time on our clock."""
        return datetime.fromtimestamp(self.model.now + self.ahead_seconds, UTC)

    def listens(self, run_id: str = "a") -> None:
        """Let the receiver say that it has been listening until now."""
        self.store.beat(run_id, self.now)

    def tell(self, number: object, operation: str = "updated", entity: str = "row", **changes: Any) -> None:
        """Let an event about the record come, whatever happened to it."""
        self.numbers.append(len(self.numbers))
        wanted: dict[str, Any] = {
            "key": f"key {len(self.numbers)}",
            "product": "books",
            "organization_id": "7",
            "entity": entity,
            "operation": operation,
            "event_type": "",
            "record_ids": (str(number),),
            "occurred_at": None,
            "received_at": self.now,
            "payload": json.dumps({"row": {"id": str(number)}}),
        }
        self.store.append([Event(**{**wanted, **changes})])

    @property
    def told(self) -> list[str]:
        """Which documents were asked for, in order."""
        return self.followed

    @property
    def pages(self) -> int:
        """How many pages of the list were asked for."""
        return self.paths.count("rows")

    def _document(self, path: str) -> requests.Response:
        if self.no_documents is not None:
            return self.no_documents
        record_id = unquote(path.split("/")[1])
        if record_id in self.trouble_at:
            raise traced(self.trouble_at[record_id])
        entry = self.model.entries.get(int(record_id))
        if entry is None:
            return gone()
        row = entry.row(UTC)
        return self._said({"row": {self.changed_as: row.pop("last_modified_time", None), **row, "lines": []}})


def a_telling_list(rows: int = 50, *, changed_at: int = 0, **settings: Any) -> Telling:
    """Return a list of ten rows a page; the receiver has been listening for days, and was told of a row once."""
    zoho = Telling(ListModel(own_page_size=10, **settings))
    zoho.model.add_many([changed_at or zoho.model.now - A_DAY_SECONDS] * rows)
    zoho.store.beat("a", zoho.now - timedelta(days=9))
    zoho.tell(1, received_at=zoho.now - timedelta(days=2))
    zoho.listens()
    return zoho


def a_list(zoho: Telling, **settings: Any) -> ListRetriever:
    """Return a retriever of the list."""
    return a_retriever(zoho, **{"name": "books_rows", "path": "rows", "config": {}, **settings})


@dataclass
class ToldSyncs(Syncs):
    """Syncs whose clock goes with Zoho's, with a receiver that listens unless it is told not to."""

    receiver_listens: bool = True

    def run(self, **settings: Any) -> Any:
        zoho = self.family
        assert isinstance(zoho, Telling)
        if self.receiver_listens:
            zoho.listens()
        with following(zoho):
            return super().run(**settings)

    def versions(self) -> dict[str, int]:
        """Return which version of each record landed."""
        return {record["id"]: record["version"] for record in self.landed.values()}


def syncs_of(zoho: Telling, **settings: Any) -> ToldSyncs:
    """Return syncs of the list."""
    return ToldSyncs(zoho, a_list(zoho, **settings))  # type: ignore[arg-type]


def truth(zoho: Telling) -> dict[str, int]:
    """Return the version of each record that exists."""
    return {str(number): entry.version for number, entry in zoho.model.entries.items()}


@contextmanager
def following(zoho: Telling) -> Iterator[None]:
    """Let the connector find the store and the schema of *zoho*, and go by its clock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes_first, "store_of", lambda _: zoho.store)
        patch.setattr(changes_first, "_now", lambda: zoho.now)
        loader = SimpleNamespace(get_json_schema=lambda: SCHEMA)
        patch.setattr(changes_first, "SchemaFileLoader", lambda name: loader)
        yield


def refused(code: int, words: str, status: int = 400) -> requests.Response:
    """Return how Zoho refuses."""
    return an_answer({"code": code, "message": words}, status=status)


def edit(zoho: Telling, *numbers: int) -> None:
    """Change records, and tell of each."""
    for number in numbers:
        zoho.model.edit(number)
        zoho.tell(number)


def notes(syncs: ToldSyncs) -> dict[str, Any]:
    """Return what the state says of events."""
    return dict(syncs.entry_of().get("notes", {}).get("events", {}))
