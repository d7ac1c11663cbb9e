"""How does a test follow parents to their children, sync after sync, without a socket?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest
import requests
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.checkpoints import Progress
from source_zoho.components.details import BulkDetailRetriever, DetailRetriever
from source_zoho.components.follow import FollowRetriever
from source_zoho.paging import instants
from unit_tests.components.answers import an_answer
from unit_tests.components.lists import Lists, Retrieved, a_paginator, a_selector, retrieve_with

NOTES = "rows/{id}/notes"
PARENT = {
    "name": "books_rows",
    "path": "rows",
    "records": ["rows"],
    "primary_key": ["organization_id", "id"],
    "stable_sort": "created_time",
    "query": {},
}


@dataclass
class Family(Lists):
    """
    Parents in a model of a list, and what belongs to each: notes in as many pages as *pages_of_notes*, and a document.

    ``before_call`` is told the number of each call, from 1, just before its answer. ``most_documents`` is how many
    documents are given at a time, ``cuts_off_after`` after how many an answer ends without a word, and ``poisonous`` an
    id that spoils the answer for all that are asked for with it.
    """

    pages_of_notes: int = 1
    most_documents: int = 100
    cuts_off_after: int = 100
    poisonous: str = ""
    before_call: Callable[[int], object] = lambda number: None

    @property
    def followed(self) -> list[str]:
        """What was asked for below the list, in order: ids, or the ids of one call with commas between."""
        below = [(path, asked) for path, asked in zip(self.paths, self.asked, strict=True) if path != "rows"]
        return [asked["ids"] if path == "documents" else unquote(path.split("/")[1]) for path, asked in below]

    def model_answer(self) -> requests.Response:
        """Return what the list answers now when it is asked for the oldest change first."""
        return self._said(self.model.get({"sort_column": "last_modified_time", "sort_order": "A"}))

    def forget_calls(self) -> None:
        self.paths.clear()
        self.asked.clear()
        self.headers.clear()
        self.breaks_at_call = 0

    def _of_the_model(self) -> requests.Response:
        self.before_call(len(self.asked))
        path = self.paths[-1]
        if path == "rows":
            return super()._of_the_model()
        if path == "documents":
            return self._documents(self.asked[-1]["ids"].split(","))
        return self._notes(path) if path.endswith("/notes") else self._document(path)

    def _notes(self, path: str) -> requests.Response:
        number, entry = int(self.asked[-1].get("page", 1)), self.model.entries.get(int(path.split("/")[1]))
        if entry is None:
            return gone()
        note = {"note_id": str(number), "version": entry.version}
        return self._said({"notes": [note], "page_context": {"has_more_page": number < self.pages_of_notes}})

    def _document(self, path: str) -> requests.Response:
        entry = self.model.entries.get(int(path.split("/")[1]))
        return self._said({"row": {"body": entry.version}}) if entry else gone()

    def _documents(self, ids: list[str]) -> requests.Response:
        if len(ids) > self.most_documents:
            return an_answer({"code": 2, "message": "Invalid value passed for ids"}, status=400)
        if self.poisonous in ids:
            return gone()
        given = ids[: self.cuts_off_after]
        found = {key: self.model.entries[int(key)] for key in given if int(key) in self.model.entries}
        return self._said({"items": [{"id": key, "body": entry.version} for key, entry in found.items()]})

    def _said(self, body: dict[str, Any]) -> requests.Response:
        date = format_datetime(datetime.fromtimestamp(self.model.now, UTC), usegmt=True)
        return an_answer({"code": 0, **body}, headers={"Date": date})


def gone() -> requests.Response:
    """Return the answer about something that was deleted, as the error handler marks it."""
    answer = an_answer({"code": 1002, "message": "Row does not exist."}, status=404)
    answer._zoho_gone = True  # type: ignore[attr-defined]
    return answer


# ── Retrievers ──


def a_follower(family: Family, **settings: Any) -> FollowRetriever:
    """Return a retriever of the notes of *family*; *settings* are columns of its row in the manifest."""
    return FollowRetriever(**_wanted(family, "notes", {"path": NOTES, "primary_key": ["note_id"], **settings}))


def a_detailer(family: Family, **settings: Any) -> DetailRetriever:
    """Return a retriever of the documents of *family*, one by one."""
    return DetailRetriever(**_wanted(family, "row", {"path": "rows/{id}", **_OF_DETAILS, **settings}))


def a_bulk_detailer(family: Family, **settings: Any) -> BulkDetailRetriever:
    """Return a retriever of the documents of *family*, many at a time."""
    columns = {"path": "documents", "query": {"ids": "{id}"}, **_OF_DETAILS, **settings}
    return BulkDetailRetriever(**_wanted(family, "items", columns))


_OF_DETAILS = {"cursor_field": "last_modified_time", "primary_key": ["organization_id", "id"], "asks_for_pages": False}


def _wanted(family: Family, records: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": "books_things",
        "cursor_field": "parent_last_modified_time",
        "parent": PARENT,
        "parent_key": "id",
        "walk": "keyset",
        "config": {},
        "parameters": {},
        "requester": family,
        "paginator": a_paginator(),
        "record_selector": a_selector([records]),
        **settings,
    }


# ── Syncs ──


@dataclass
class Syncs:
    """One sync after the other, with the state that a platform keeps in between."""

    family: Family
    retriever: FollowRetriever
    lookback_seconds: int = 600
    state: dict[str, Any] = field(default_factory=dict)
    landed: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def run(self, *, breaks_at_call: int = 0, organization_id: str = "7") -> Retrieved:
        """Sync once; the call number *breaks_at_call* of this sync fails."""
        self.family.forget_calls()
        self.family.breaks_at_call = breaks_at_call
        progress = Progress([self._state_message(self.state)] if self.state else [])
        where = StreamSlice(
            partition={"organization_id": organization_id}, cursor_slice=self._cursor_slice(organization_id)
        )
        with going_by(self.family):
            got = retrieve_with(self.retriever, where)
        for message in got.messages:
            self._keep(progress.apply(message))
        if got.error is None:
            self._keep(progress.apply(self._what_the_cdk_tells(organization_id, got)))
        self.landed |= {(record["id"], record.get("note_id", "")): record for record in got.records}
        return got

    def entry_of(self, organization_id: str = "7") -> dict[str, Any]:
        """Return what the state says of an organization."""
        found = (each for each in self.state.get("states", []) if each["partition"] == _partition(organization_id))
        return deepcopy(next(found, {}))

    def position_of(self, organization_id: str = "7") -> int | None:
        """Return the cursor of an organization in epoch seconds."""
        values = self.entry_of(organization_id).get("cursor", {}).values()
        return next((int(value) for value in values), None)

    def _cursor_slice(self, organization_id: str) -> dict[str, str]:
        position = self.position_of(organization_id)
        return {} if position is None else {"start_time": str(position - self.lookback_seconds)}

    def _what_the_cdk_tells(self, organization_id: str, got: Retrieved) -> AirbyteMessage:
        """Return the state with the latest cursor among the records, and without what the CDK does not know."""
        name = self.retriever.cursor_field
        known = [instants.parse(record.get(name)) for record in got.records]
        latest = [int(moment.timestamp()) for moment in known if moment]
        position = max([*latest, self.position_of(organization_id) or 946684800])
        entry = {"partition": _partition(organization_id), "cursor": {name: str(position)}}
        others = [each for each in self.state.get("states", []) if each["partition"] != entry["partition"]]
        plain = [{"partition": each["partition"], "cursor": each["cursor"]} for each in others]
        state = self._state_message({"use_global_cursor": False, "states": [*plain, entry]})
        return AirbyteMessage(type=Type.STATE, state=state)

    def _state_message(self, state: Mapping[str, Any]) -> AirbyteStateMessage:
        stream = AirbyteStreamState(
            stream_descriptor=StreamDescriptor(name=self.retriever.name), stream_state=AirbyteStateBlob(deepcopy(state))
        )
        return AirbyteStateMessage(type=AirbyteStateType.STREAM, stream=stream)

    def _keep(self, message: AirbyteMessage) -> None:
        assert message.state
        assert message.state.stream
        self.state = deepcopy(dict(vars(message.state.stream.stream_state)))


def _partition(organization_id: str) -> dict[str, str]:
    return {"organization_id": organization_id}


@contextmanager
def going_by(family: Family) -> Iterator[None]:
    """Let the connector's clock go with the model's."""
    with pytest.MonkeyPatch.context() as patch:
        clock = SimpleNamespace(monotonic=lambda: float(family.model.now))
        patch.setattr("source_zoho.components.lists.time", clock)
        yield
