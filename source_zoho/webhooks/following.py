"""
May a list be followed by what Zoho told, or has it to be read in full?

Events are hints, and never the only truth: a webhook may be switched off, lost, or set up for other records. So a list
is followed only while everything speaks for it, and is read in full every so often all the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Self

from source_zoho.webhooks.bookmarks import Bookmark, whole
from source_zoho.webhooks.event import WEBHOOK, Event, Kept
from source_zoho.webhooks.payloads import as_id, ids_of, main_object, same_kind
from source_zoho.webhooks.store import EventStore, Span

# The clocks of the receiver and of a sync may differ, and what the receiver notes of itself is some seconds old.
NOT_TOLD_YET = timedelta(seconds=60)
# Zoho may tell of a change before all of its servers know it: what was asked for so soon is asked for once more.
ASKED_TOO_SOON = timedelta(minutes=5)
# How many events are looked at for those of the last minutes; where there were more, asking once has to do for some.
_FIRST_LOOK_BACK, _LAST_LOOK_BACK = 250, 16_000


@dataclass(frozen=True, slots=True)
class Notes:
    """
    What is remembered of a list, in epoch seconds.

    ``scanned_at`` is when it was last begun to be read in full on Zoho's clock, and ``began_at`` the same moment on
    ours. ``reached`` is up to where events have been heeded, and ``pages`` how many calls the reading took.
    """

    scanned_at: int
    began_at: int
    reached: Bookmark
    pages: int

    @classmethod
    def of(cls, note: object) -> Self | None:
        """Return what *note* of a state says, or None when it says nothing that can be relied on."""
        if not isinstance(note, Mapping):
            return None
        scanned_at, began_at, pages = (whole(note.get(name)) for name in ("scanned_at", "began_at", "pages"))
        reached = Bookmark.of(note)
        if scanned_at is None or began_at is None or pages is None or reached is None:
            return None
        return cls(scanned_at, began_at, reached, pages)

    def note(self) -> dict[str, Any]:
        """Return this as JSON for the state."""
        return {
            "scanned_at": self.scanned_at,
            "began_at": self.began_at,
            **self.reached.note(),
            "pages": self.pages,
        }

    @property
    def began(self) -> datetime:
        """When the list was last read in full, on our clock."""
        return _moment(self.began_at)

    @property
    def told_from(self) -> datetime:
        """From when on events have to be complete, for the list to be followed."""
        return self.began - NOT_TOLD_YET

    @property
    def scanned(self) -> datetime:
        """The same on Zoho's clock, by which records say when they changed."""
        return _moment(self.scanned_at)


@dataclass(frozen=True, slots=True)
class Subject:
    """
    What events about a list are called, and by which field its records are asked for.

    ``words`` are names for it: of the stream, of its path, of the keys of its answers.
    """

    words: tuple[str, ...]
    id_field: str

    def is_meant_by(self, entity: str) -> bool:
        """Tell whether an event about *entity* is about records of this list."""
        return _is_one_of(entity, self.words)

    @property
    def id_is_its_own(self) -> bool:
        """Whether the field can only hold ids of this list; a recurring journal has a journal_id like any journal."""
        return self.is_meant_by(self.id_field.rpartition("_")[0])

    def ids_in(self, event: Event) -> tuple[str, ...] | None:
        """Return which records *event* says have changed; None when it is about one of them and does not say which."""
        about_it = self.is_meant_by(event.entity)
        if not about_it and not (self.id_is_its_own and self.id_field in event.payload):
            return ()
        payload = _object_in(event.payload)
        told = ids_of(payload, event.entity).get(self.id_field, ())
        if event.entity and not about_it:
            return told
        _, own = main_object(payload, event.entity)
        if named := as_id(own.get(self.id_field)):
            return tuple(dict.fromkeys((named, *told)))
        if not about_it:
            return ()
        # A body that an administrator made may call the id otherwise; a code cannot stand under the name of an id.
        return told or (event.record_ids if self.id_field.endswith("_id") else ()) or None


@dataclass(slots=True)
class News:
    """Which records of a list changed by what events told, each once; and how many events did not say which one."""

    ids: dict[str, None] = field(default_factory=dict)
    nameless: int = 0

    def take(self, events: Iterable[Kept], subject: Subject) -> None:
        """Add what *events* say about the records of *subject*."""
        for kept in events:
            if kept.event.origin != WEBHOOK:  # a proof that the road works is about no record
                continue
            named = subject.ids_in(kept.event)
            self.nameless += named is None
            self.ids.update(dict.fromkeys(named or ()))


@dataclass(frozen=True, slots=True)
class Heard:
    """
    What the store says when a sync begins at ``now``.

    ``knows_list`` tells whether an event about the list ever came, ``knows_place`` whether it is the store that the
    notes are of, ``pruned`` is the last sequence that was thrown away, and ``uptime`` is when a receiver listened.
    """

    now: datetime
    knows_list: bool
    knows_place: bool = True
    pruned: int = 0
    uptime: Sequence[Span] = ()


def why_in_full(notes: Notes | None, heard: Heard, full_scan: timedelta) -> str:
    """Return why the list has to be read in full, whatever events told; empty when it need not be."""
    if not heard.knows_list:
        return "no event has told of an edit in it yet"
    if notes is None:
        return "it was not read since the first event about it came"
    age = heard.now - notes.began
    if not timedelta() <= age < full_scan:
        return f"it was last read in full at {notes.began:%Y-%m-%d %H:%M} UTC"
    if not heard.knows_place:
        return "the store is another one than at the last sync, or one that a backup was put back into"
    if notes.reached.sequence < heard.pruned:
        return "events that it has not heeded yet may have been pruned"
    if not covered(Span(notes.told_from, heard.now - NOT_TOLD_YET), heard.uptime):
        return "the receiver was not listening all the time since the list was last read in full, or refused a delivery"
    return ""


def why_too_much(notes: Notes, news: News) -> str:
    """Return why *news* cannot take the place of reading the list in full; empty when they can."""
    if news.nameless:
        return f"{news.nameless} of the events about it did not say which record they were about"
    if len(news.ids) >= notes.pages:
        return f"events told of {len(news.ids)} or more records, and reading it takes {notes.pages} calls"
    return ""


def covered(wanted: Span, spans: Iterable[Span]) -> bool:
    """Tell whether one of *spans* covers all of *wanted*."""
    return any(each.since <= wanted.since and wanted.until <= each.until for each in spans)


def heeded(store: EventStore, last_sequence: int, since: datetime, product: str, organization_id: str) -> int:
    """Return up to which sequence no event has to be looked at again: none up to there was received from *since* on."""
    reach = _FIRST_LOOK_BACK
    while True:
        begin = max(last_sequence - reach, 0)
        tail = store.read_after(begin, product, limit=reach, organization_id=organization_id)
        recent = [each.sequence for each in tail if each.event.received_at >= since]
        if begin == 0 or reach >= _LAST_LOOK_BACK or len(recent) < len(tail):
            return min([last_sequence, *(sequence - 1 for sequence in recent)])
        reach *= 4


@lru_cache(maxsize=4096)
def _is_one_of(entity: str, words: tuple[str, ...]) -> bool:
    return any(same_kind(entity, word) for word in words)


def _object_in(payload: str) -> Mapping[str, Any]:
    try:
        found = json.loads(payload)
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
