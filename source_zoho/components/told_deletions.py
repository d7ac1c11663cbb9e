"""Which deletions did Zoho tell of by webhooks, and are they true?"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.changes_first import EVENTS
from source_zoho.components.event_stores import asking_the_store, store_of, warn_once
from source_zoho.components.lists import is_no_such_address
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.components.tracked import Columns, TrackedList, deletion
from source_zoho.configuration import lookback_minutes
from source_zoho.deletions.known import Known
from source_zoho.errors import ConfigProblem
from source_zoho.webhooks.bookmarks import Bookmark
from source_zoho.webhooks.event import DELETED, WEBHOOK, Event
from source_zoho.webhooks.following import ASKED_TOO_SOON, Subject, heeded
from source_zoho.webhooks.store import EventStore

_EVENTS_AT_A_TIME = 1000
_log = logging.getLogger("airbyte")

Place = tuple[str, str]  # a list and an id


@dataclass
class Heeded:
    """
    What is remembered of the events of an organization: up to where they have been heeded (``reached``).

    What came in the last minutes is asked for again, since Zoho may show a record for a while that it has deleted.
    ``told`` are those that need not be, with the sequence of their event.
    """

    reached: Bookmark = field(default_factory=Bookmark)
    told: dict[Place, int] = field(default_factory=dict)

    @classmethod
    def of(cls, note: object) -> Self:
        """Return what *note* of a state says, or the beginning when it says nothing that can be relied on."""
        reached, told = Bookmark.of(note), note.get("told") if isinstance(note, Mapping) else None
        if reached is None or not isinstance(told, list):
            return cls()
        try:
            return cls(reached, {(str(name), str(record_id)): int(number) for name, record_id, number in told})
        except (TypeError, ValueError):
            return cls()

    def note(self) -> dict[str, Any]:
        """Return this as JSON for the state."""
        return {**self.reached.note(), "told": [[*place, number] for place, number in self.told.items()]}

    def through(self, reached: Bookmark) -> Heeded:
        """Return what is left to remember when all events up to *reached* need not be looked at again."""
        return Heeded(reached, {place: number for place, number in self.told.items() if number > reached.sequence})

    def anew(self) -> Heeded:
        """Return what is left to remember of another store: its sequences mean nothing, what was told stays told."""
        return Heeded(told=dict.fromkeys(self.told, 0))


@dataclass
class Remembered:
    """The ids that notes keep of lists: what an event told is not to be missed a second time when they are compared."""

    notes: MutableMapping[str, Any]
    _lists: dict[str, Known | None] = field(default_factory=dict)

    def last_seen(self, place: Place) -> datetime | None:
        """Return when a record was last known to exist, if its list is compared."""
        known = self._of(place[0])
        return known.at if known and place[1] in known.listed | known.hidden else None

    def forget(self, place: Place) -> None:
        """Let a record be one that nobody misses."""
        name, record_id = place
        if known := self._of(name):
            gone = {record_id}
            self._lists[name] = replace(known, listed=known.listed - gone, hidden=known.hidden - gone)

    def write(self) -> None:
        """Put what is left into the notes."""
        self.notes.update({name: known.note() for name, known in self._lists.items() if known})

    def _of(self, name: str) -> Known | None:
        if name not in self._lists:
            try:
                self._lists[name] = Known.of(self.notes[name]) if name in self.notes else None
            except ValueError:
                self._lists[name] = None  # who compares the list says what is wrong with it
        return self._lists[name]


class ToldDeletions:
    """
    The deletions that events tell of, in any of the lists that *columns* describe; *open_list* makes one of them.

    An event may be wrong, or come before all of Zoho's servers agree: each record is asked for, and only what Zoho
    calls gone was deleted.
    """

    def __init__(
        self,
        columns: Sequence[Columns],
        open_list: Callable[[Columns], TrackedList],
        product: str,
        config: Mapping[str, Any],
    ) -> None:
        self._columns = {each.name: each for each in columns}
        self._subjects = {each.name: Subject((each.name, each.path, *each.records), each.id_field) for each in columns}
        self._open_list = open_list
        self._lists: dict[str, TrackedList] = {}
        self._without_documents: set[str] = set()
        self._product = product
        self._config = config

    def find(self, where: StreamSlice, notes: dict[str, Any], place: str) -> Iterator[dict[str, Any]]:
        """
        Yield a record for each deletion; *notes* keep what the next sync wants to know.

        Raises AirbyteTracedException when Zoho does not say whether a record was deleted; what comes after it is asked
        about in the next sync.
        """
        before, events, upto = self._events(where, Heeded.of(notes.get(EVENTS)), place)
        told = replace(before, told=dict(before.told))
        remembered = Remembered(notes)
        refused: dict[str, str] = {}
        places = self._places(events)
        try:
            for each, number in places.items():
                if each in told.told:
                    told.told[each] = number
                elif record := self._confirmed(each, where, remembered, refused):
                    told.told[each] = number
                    yield record
        finally:
            remembered.write()
            if told.told != before.told:
                notes[EVENTS] = told.note()
        if events:
            found = len(told.told) - len(before.told)
            said = (
                "%s: %d events told of deletions, of %d records in lists that can be asked; %d more of them are gone."
            )
            _log.info(said, place, len(events), len(places), found)
        if refused:
            raise traced(ConfigProblem(" ".join(refused.values())))
        if upto is not None:
            notes[EVENTS] = told.through(upto).note()

    def _events(
        self, where: StreamSlice, before: Heeded, place: str
    ) -> tuple[Heeded, list[tuple[int, Event]], Bookmark | None]:
        """
        Return what was heeded before, the deletions that were told since, each with its sequence, and up to where no
        event is wanted any more.
        """
        organization_id = str(where.partition["organization_id"])
        try:
            store = store_of(self._config)
            with asking_the_store():
                if store is None or not are_held(store, self._product, organization_id):
                    return before, [], None
                before = self._of_this(store, before, place)
                if 0 < before.reached.sequence < store.pruned(self._product):
                    _log.warning(
                        "Events were pruned before a sync had read them: deletions that they told of may be missing."
                    )
                last = store.last_sequence()
                since = datetime.now(UTC) - max(timedelta(minutes=lookback_minutes(self._config)), ASKED_TOO_SOON)
                upto = heeded(store, last, since, self._product, organization_id)
                some = list(self._deletions(store, before.reached.sequence, organization_id))
                return before, some, Bookmark.at(store, upto)
        except AirbyteTracedException as error:
            warn_once(error)
            return before, [], None

    def _of_this(self, store: EventStore, before: Heeded, place: str) -> Heeded:
        """Return *before* if it is of *store*; else all that *store* holds is yet to be heeded."""
        if before.reached.is_in(store):
            return before
        if before.reached.sequence:
            _log.warning(
                "%s: events were heeded up to sequence %d of another store than webhook_store_url names now, or of "
                "this one before a backup was put back, so all deletions are asked about of which it tells.",
                place,
                before.reached.sequence,
            )
        return before.anew()

    def _deletions(self, store: EventStore, sequence: int, organization_id: str) -> Iterator[tuple[int, Event]]:
        some = None
        while some is None or len(some) == _EVENTS_AT_A_TIME:
            some = store.read_after(sequence, self._product, limit=_EVENTS_AT_A_TIME, organization_id=organization_id)
            for each in some:
                sequence = each.sequence
                if each.event.operation == DELETED and each.event.origin == WEBHOOK:
                    yield sequence, each.event

    def _places(self, events: Sequence[tuple[int, Event]]) -> dict[Place, int]:
        """Return which records of which lists *events* are about, each with the last event about it."""
        return {
            (name, record_id): sequence
            for sequence, event in events
            for name, subject in self._subjects.items()
            if subject.is_meant_by(event.entity)
            for record_id in subject.ids_in(event) or ()
        }

    def _confirmed(
        self, place: Place, where: StreamSlice, remembered: Remembered, refused: dict[str, str]
    ) -> dict[str, Any] | None:
        """Return the record of a deletion if Zoho says that it is one; *refused* are lists that cannot be read."""
        name, record_id = place
        if name in refused or name in self._without_documents:
            return None
        if name not in self._lists:
            self._lists[name] = self._open_list(self._columns[name])
        try:
            found = self._lists[name].ask_for(where, record_id)
        except AirbyteTracedException as error:
            self._refuse(name, error, refused)
            return None
        if not found.gone:
            return None
        last_seen = remembered.last_seen(place)
        remembered.forget(place)
        return deletion(where, name, record_id, last_seen, replace(found, words=f"{found.words}; told by an event"))

    def _refuse(self, name: str, error: AirbyteTracedException, refused: dict[str, str]) -> None:
        """Let no more be asked about a list. Raises *error* when time mends it."""
        if error.failure_type is FailureType.transient_error:
            raise error
        has_no_address = isinstance(error, ZohoFailure) and is_no_such_address(error)
        if error.failure_type is FailureType.config_error and not has_no_address:
            refused[name] = str(error.message)
            return
        self._without_documents.add(name)
        _log.warning(
            "%s: an event told of a deletion, and Zoho does not say whether it is true: %s", name, error.message
        )


def are_held(store: EventStore, product: str, organization_id: str | None = None) -> bool:
    """Tell whether *store* holds a deletion, in one organization or in any."""
    held = (each for each in store.held() if (each.product, each.operation) == (product, DELETED))
    return any(organization_id in (None, each.organization_id) for each in held)


def were_told(config: Mapping[str, Any], product: str) -> bool:
    """Tell whether events told of a deletion; a store in trouble has none for now."""
    try:
        store = store_of(config)
        with asking_the_store():
            return store is not None and are_held(store, product)
    except AirbyteTracedException as error:
        warn_once(error)
        return False
