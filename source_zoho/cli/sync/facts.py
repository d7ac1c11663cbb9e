"""What do the messages of a read say: how many rows, from when to when, how it ended, and why?"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from source_zoho.cli.connector import REPETITION, parse
from source_zoho.ledger import PREFIX, Bill, bill_in
from source_zoho.paging.instants import parse as instant

COMPLETE, INCOMPLETE, UNFINISHED = "complete", "incomplete", "unfinished"
# By what records of the three products say when they changed; the first that is there counts.
_CHANGED_AT = ("last_modified_time", "updated_time", "Modified_Time", "event_time", "deleted_time", "received_at")
# What the CDK says of every stream is no reason for anything.
_CHATTER = re.compile(
    r"(Marking stream|Syncing stream|Finished syncing|Starting syncing|Read \d+ records|MemoryMonitor)"
)
_WORD = re.compile(r"\w+")
_LINES_BETWEEN_NEWS = 10_000


@dataclass
class Stream:
    """
    One stream of a read: its rows by organization (empty: none is named), its time, how it ended, and what was said.

    ``began_ms`` and ``ended_ms`` are epoch milliseconds of the machine that read, 0 when it did not say.
    """

    name: str
    rows: Counter[str] = field(default_factory=Counter)
    began_ms: float = 0
    ended_ms: float = 0
    status: str = UNFINISHED
    newest: datetime | None = None
    reasons: list[str] = field(default_factory=list)

    @property
    def product(self) -> str:
        """The product that its name begins with."""
        return self.name.partition("_")[0]


@dataclass
class Sync:
    """Everything that a read said, but for the records themselves."""

    streams: dict[str, Stream] = field(default_factory=dict)
    bill: Bill | None = None
    warnings: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    messages: int = 0

    def of(self, name: str) -> Stream:
        """Return the stream *name*, which need not have been heard of."""
        return self.streams.setdefault(name, Stream(name))


def sync_in(lines: Iterable[bytes], news: Callable[[int], None] = lambda _: None) -> Sync:
    """Return what the messages on *lines* say; lines that are no messages are passed over."""
    sync, remarks = Sync(), dict[str, None]()
    for number, line in enumerate(lines, start=1):
        if number % _LINES_BETWEEN_NEWS == 0:
            news(number)
        message = parse(line)
        if message is not None:
            sync.messages += "type" in message
            _note(message, sync, remarks)
    _tell_reasons(sync, remarks)
    return sync


def _note(message: Mapping[str, Any], sync: Sync, remarks: dict[str, None]) -> None:
    match message:
        case {"type": "RECORD", "record": {"stream": str(name), "data": dict(data)}}:
            _note_record(sync.of(name), data)
        case {"type": "TRACE", "trace": {"stream_status": {"stream_descriptor": {"name": str(name)}} as told} as trace}:
            _note_status(sync.of(name), str(told.get("status")), float(trace.get("emitted_at") or 0))
        case {"type": "TRACE", "trace": {"error": {"message": str(text)} as error}}:
            _note_failure(sync, text, (error.get("stream_descriptor") or {}).get("name"))
        case {"type": "LOG", "log": {"message": str(text)} as log}:
            _note_log(sync, str(log.get("level")), text, remarks)


def _note_record(stream: Stream, data: Mapping[str, Any]) -> None:
    stream.rows[str(data.get("organization_id") or "")] += 1
    changed = instant(next((data[name] for name in _CHANGED_AT if data.get(name)), None))
    if changed and (stream.newest is None or changed > stream.newest):
        stream.newest = changed


def _note_status(stream: Stream, status: str, at_ms: float) -> None:
    if status == "STARTED":
        stream.began_ms = at_ms
    elif status in {"COMPLETE", "INCOMPLETE"}:
        stream.ended_ms, stream.status = at_ms, status.lower()


def _note_failure(sync: Sync, text: str, name: str | None) -> None:
    if name:
        sync.of(name).reasons.append(text)
    elif REPETITION not in text:
        sync.failures.append(text)


def _note_log(sync: Sync, level: str, text: str, remarks: dict[str, None]) -> None:
    if PREFIX in text:
        sync.bill = bill_in(text) or sync.bill
    elif not _CHATTER.match(text):
        remarks[text] = None
        if level in {"WARN", "ERROR", "FATAL"} and text not in sync.warnings:
            sync.warnings.append(text)


def _tell_reasons(sync: Sync, remarks: Iterable[str]) -> None:
    """Give each stream that brought nothing, or not everything, the remarks that name it."""
    naming = defaultdict[str, list[str]](list)
    for remark in remarks:
        for name in dict.fromkeys(_WORD.findall(remark)):
            naming[name].append(remark)
    for stream in sync.streams.values():
        if not stream.rows or stream.status != COMPLETE:
            told = stream.reasons
            told += [each for each in naming[stream.name] if each not in told]
