"""What do the messages of a read say: how many rows, from when to when, how it ended, and why?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from source_zoho.cli.connector import parse
from source_zoho.cli.failures import REPETITION
from source_zoho.cli.sync.facts import COMPLETE, Stream, Sync
from source_zoho.ledger import PREFIX, bill_in
from source_zoho.paging.instants import parse as instant

KNOWN_KINDS = frozenset({"RECORD", "STATE", "LOG", "TRACE", "CONTROL", "SPEC", "CONNECTION_STATUS", "CATALOG"})
NO_MESSAGE = "no message"
# By what records of the three products say when they changed; the first that is there counts.
_CHANGED_AT = ("last_modified_time", "updated_time", "Modified_Time", "event_time", "deleted_time", "received_at")
# Which records tell what an organization is called: stream, its id, its name.
_CALLED = {
    "books_organizations": ("organization_id", "name"),
    "billing_organizations": ("organization_id", "name"),
    "crm_organization": ("", "company_name"),
}
# What the CDK says of every stream is no reason for anything, and what it says of failures is told better elsewhere.
_CHATTER = re.compile(
    r"Marking stream|Syncing stream|Finished syncing|Starting syncing|Read \d+ records|MemoryMonitor"
    r"|During the sync, the following streams did not sync successfully"
)
_WORD = re.compile(r"\w+")
_LINES_BETWEEN_NEWS = 10_000


def sync_in(lines: Iterable[bytes], news: Callable[[int], None] = lambda _: None) -> Sync:
    """Return what the messages on *lines* say; lines that are no messages are counted and passed over."""
    sync, remarks = Sync(), dict[str, None]()
    for number, line in enumerate(lines, start=1):
        if number % _LINES_BETWEEN_NEWS == 0:
            news(number)
        message = parse(line)
        kind = message.get("type") if message else None
        sync.is_cut_off = message is None and not line.endswith(b"\n")
        if message is None or not isinstance(kind, str):
            sync.strange[NO_MESSAGE] += bool(line.strip())
            continue
        sync.kinds[kind] += 1
        if kind in KNOWN_KINDS:
            _note(message, sync, remarks)
        else:
            sync.strange[kind] += 1
    _tell_reasons(sync, remarks)
    return sync


def _note(message: Mapping[str, Any], sync: Sync, remarks: dict[str, None]) -> None:
    match message:
        case {"type": "RECORD", "record": {"stream": str(name), "data": dict(data)}}:
            _note_record(sync, sync.of(name), data)
        case {"type": "STATE", "state": {"stream": {"stream_descriptor": {"name": str(name)}}} as state}:
            _note_count(sync.of(name), state.get("sourceStats"))
        case {"type": "TRACE", "trace": {"stream_status": {"stream_descriptor": {"name": str(name)}} as told} as trace}:
            _note_status(sync.of(name), str(told.get("status")), trace.get("emitted_at"))
        case {"type": "TRACE", "trace": {"error": {"message": str(text)} as error}}:
            _note_failure(sync, text, error.get("stream_descriptor"))
        case {"type": "LOG", "log": {"message": str(text)} as log}:
            _note_log(sync, str(log.get("level")), text, remarks)


def _note_record(sync: Sync, stream: Stream, data: Mapping[str, Any]) -> None:
    stream.rows[str(data.get("organization_id") or "")] += 1
    changed = instant(next((data[name] for name in _CHANGED_AT if data.get(name)), None))
    if changed and (stream.newest is None or changed > stream.newest):
        stream.newest = changed
    if stream.name in _CALLED:
        _note_name(sync, data, *_CALLED[stream.name])


def _note_name(sync: Sync, data: Mapping[str, Any], id_field: str, name_field: str) -> None:
    called = str(data.get(name_field) or "").strip()
    if called and id_field:
        sync.names[str(data.get(id_field) or "")] = called
    elif called:
        sync.crm_name = called


def _note_count(stream: Stream, told: object) -> None:
    match told:
        case {"recordCount": int(number) | float(number)}:
            stream.counted = (stream.counted or 0) + int(number)


def _note_status(stream: Stream, status: str, at_ms: object) -> None:
    moment = float(at_ms) if isinstance(at_ms, int | float) else 0
    if status == "STARTED":
        stream.began_ms = moment
    elif status in {"COMPLETE", "INCOMPLETE"}:
        stream.ended_ms, stream.status = moment, status.lower()


def _note_failure(sync: Sync, text: str, descriptor: object) -> None:
    match descriptor:
        case {"name": str(name)}:
            told = sync.of(name).failures
            told += [text] if text not in told else []
        case _ if REPETITION not in text:
            sync.failures.append(text)


def _note_log(sync: Sync, level: str, text: str, remarks: dict[str, None]) -> None:
    if PREFIX in text:
        found = bill_in(text)
        sync.bill, sync.bills = found or sync.bill, sync.bills + bool(found)
    elif not _CHATTER.match(text):
        remarks[text] = None
        if level in {"WARN", "ERROR", "FATAL"} and text not in sync.warnings:
            sync.warnings.append(text)


def _tell_reasons(sync: Sync, remarks: Iterable[str]) -> None:
    """Give each stream that brought nothing, or not everything, the remarks that name it; tell nothing twice."""
    naming = defaultdict[str, list[str]](list)
    for remark in remarks:
        for name in dict.fromkeys(_WORD.findall(remark)):
            naming[name].append(remark)
    told = set(sync.failures)
    for stream in sync.streams.values():
        if not stream.rows or stream.status != COMPLETE:
            stream.remarks = naming[stream.name]
            told.update(stream.reasons)
    sync.warnings = [each for each in sync.warnings if not _is_told(each, told)]


def _is_told(warning: str, told: set[str]) -> bool:
    """Tell whether *warning* is one of what is *told* already, or one of them behind the CDK's own words."""
    return warning in told or warning.removeprefix("Exception while syncing stream ").partition(": ")[2] in told
