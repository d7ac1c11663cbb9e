"""
How far has a list been read, while it is still being read?

The CDK writes the state of an organization when its list has been read to the end. A list that takes hours would
begin anew after a break, and one that takes more calls than a day allows would never end. A walk in the order of
change can be taken up where it stood, so it says now and then how far it is: a retriever sends a checkpoint, and the
source turns it into a state message (``Progress``) that keeps what the state says of all other organizations.

A stream of events is read in the order of their sequence, in one partition: its position is its whole state, and says
for itself how far the read is, and in which store. The CDK, which sees records only, does not know better: after a
change of the store the sequence may be a smaller one.

A checkpoint may carry notes: what a retriever wants to know again in the next sync, beside the cursor. They stand in
the state of their partition, and ``notes_of`` returns them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    StreamDescriptor,
    Type,
)

from source_zoho.webhooks.bookmarks import SEQUENCE, Bookmark, store_in

# The clock of Zoho's answers and the one that stamps records may not be the same.
CLOCKS_MAY_DIFFER_BY = timedelta(minutes=1)
_MARK = "zoho_checkpoint"
_NOTES = "notes"
_NOT_BEYOND = "not_beyond"
_somebody_merges = threading.Event()
_notes: dict[str, list[dict[str, Any]]] = {}
_stores: dict[str, str] = {}


def checkpoint(
    stream_name: str,
    partition: Mapping[str, Any],
    cursor_field: str,
    reached: datetime,
    notes: Mapping[str, Any] | None = None,
    not_beyond: datetime | None = None,
) -> AirbyteMessage:
    """
    Return the message that every row of *partition* that changed before *reached* has been emitted.

    *not_beyond* bounds the state that the CDK makes of the latest row: what changed after it is for the next sync.
    """
    entry: dict[str, Any] = {"partition": dict(partition), "cursor": {cursor_field: str(int(reached.timestamp()))}}
    if notes is not None:
        entry[_NOTES] = dict(notes)
    if not_beyond is not None:
        entry[_NOT_BEYOND] = int(not_beyond.timestamp())
    return _state_message(stream_name, {_MARK: entry})


def position(stream_name: str, reached: Bookmark) -> AirbyteMessage:
    """Return the message that every event up to the one *reached* has been emitted, or is not wanted."""
    return _state_message(stream_name, reached.note(), _Position)


def store_before(stream_name: str) -> str:
    """Return in which store the last sync left *stream_name*, a stream of events; none when its state does not say."""
    return _stores.get(stream_name, "")


def notes_of(stream_name: str, partition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the notes that the last sync left for *partition*; empty when it left none."""
    entries = _notes.get(stream_name, [])
    return next((dict(each[_NOTES]) for each in entries if each["partition"] == dict(partition)), {})


def are_heard() -> bool:
    """Tell whether a source merges checkpoints; a runner that takes the manifest alone would take them for states."""
    return _somebody_merges.is_set()


class _Position(AirbyteStateBlob):
    """What a stream of events says of itself."""


class Progress:
    """Merges checkpoints into the states of a read."""

    def __init__(self, states: Iterable[AirbyteStateMessage]) -> None:
        _somebody_merges.set()
        self._states: dict[str, dict[str, Any]] = {}
        self._reached: dict[str, list[dict[str, Any]]] = {}
        for state in states:
            if state.stream and state.stream.stream_state:
                self._states[state.stream.stream_descriptor.name] = dict(vars(state.stream.stream_state))
        _notes.clear()
        _stores.clear()
        for name, known in self._states.items():
            _stores[name] = store_in(known)
            noted = [each for each in known.get("states", []) if _NOTES in each]
            if noted:
                _notes[name] = self._reached[name] = noted

    def apply(self, message: AirbyteMessage) -> AirbyteMessage:
        """Return *message*, a state, with all checkpoints of its stream in it."""
        if not message.state or not message.state.stream or message.state.stream.stream_state is None:
            return message
        name = message.state.stream.stream_descriptor.name
        told = dict(vars(message.state.stream.stream_state))
        if _MARK in told:
            self._remember(name, told[_MARK])
            return _state_message(name, self._merged(name, self._states.get(name, {})))
        if isinstance(message.state.stream.stream_state, _Position):
            self._states[name] = told
            return message
        if SEQUENCE in told:
            return _state_message(name, self._states.setdefault(name, told))
        self._states[name] = told
        if name not in self._reached:
            return message
        message.state.stream.stream_state = AirbyteStateBlob(self._merged(name, told))
        return message

    def _remember(self, name: str, entry: dict[str, Any]) -> None:
        others = [each for each in self._reached.get(name, []) if each["partition"] != entry["partition"]]
        self._reached[name] = [*others, entry]

    def _merged(self, name: str, state: Mapping[str, Any]) -> dict[str, Any]:
        entries = [dict(each) for each in state.get("states", [])]
        for reached in self._reached[name]:
            known = next((each for each in entries if each["partition"] == reached["partition"]), None)
            if known is None:
                entries.append({name: value for name, value in reached.items() if name != _NOT_BEYOND and value})
                continue
            if _position(known) < _position(reached):
                known["cursor"] = reached["cursor"]
            if _position(known) > reached.get(_NOT_BEYOND, _position(known)):
                known["cursor"] = {field: str(reached[_NOT_BEYOND]) for field in known["cursor"]}
            if _NOTES in reached:
                known[_NOTES] = reached[_NOTES]
            if not known.get(_NOTES, True):
                del known[_NOTES]  # there is nothing left to know
        return {"use_global_cursor": False, **state, "states": entries}


def _position(entry: Mapping[str, Any]) -> int:
    return max((int(value) for value in entry["cursor"].values()), default=0)


def _state_message(
    stream_name: str, state: Mapping[str, Any], kind: type[AirbyteStateBlob] = AirbyteStateBlob
) -> AirbyteMessage:
    stream = AirbyteStreamState(stream_descriptor=StreamDescriptor(name=stream_name), stream_state=kind(state))
    return AirbyteMessage(type=Type.STATE, state=AirbyteStateMessage(type=AirbyteStateType.STREAM, stream=stream))
