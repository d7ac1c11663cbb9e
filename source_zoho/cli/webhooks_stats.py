"""What is there to say of an event store, to people and to programs?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rich import box
from rich.table import Table

from source_zoho.cli.webhooks_reading import MOST_COUNTED, Read, holes, how_far
from source_zoho.cli.webhooks_values import in_json, lasting, shown
from source_zoho.webhooks.store import Channel, EventStore, Held, Missed, Span

_MOST_SHOWN = 10  # times in which nobody listened


@dataclass(frozen=True)
class Stats:
    """What a store says of itself at *at*; *listening* is when a receiver ran in the time that *since* begins."""

    at: datetime
    since: datetime
    held: Sequence[Held]
    read: Sequence[Read]
    listening: Sequence[Span]
    channels: Sequence[Channel]
    missed: Sequence[Missed]

    @property
    def silent(self) -> list[Span]:
        """Return when no receiver listened after the first had begun."""
        return holes(self.listening, self.at)


def stats_of(store: EventStore, at: datetime, days: int) -> Stats:
    """Return what *store* says of itself, and of its receiver in the last *days*."""
    since, held = at - timedelta(days=days), store.held()
    read = how_far(store, {each.product for each in held})
    return Stats(at, since, held, read, store.uptime(since), store.channels(), store.missed())


def tables(stats: Stats) -> Iterator[Table | str]:
    """Yield what people are shown."""
    yield _events(stats.held) if stats.held else "No events are kept."
    if stats.read:
        yield _reading(stats.read)
    yield from _receiver(stats)
    if stats.channels:
        yield _channels(stats)
    yield from map(_of_missed, stats.missed)


def document(stats: Stats) -> dict[str, Any]:
    """Return what programs are given."""
    return {
        "at": in_json(stats.at),
        "events": [_held_in_json(each) for each in stats.held],
        "streams": [_read_in_json(each) for each in stats.read],
        "receiver": {
            "since": in_json(stats.since),
            "listening": [_span_in_json(each) for each in stats.listening],
            "silent": [_span_in_json(each) for each in stats.silent],
        },
        "channels": [channel_in_json(each) for each in stats.channels],
        "missed": [
            {"modules": list(each.modules), "reason": each.reason, **_span_in_json(each.span)} for each in stats.missed
        ],
    }


def channel_in_json(channel: Channel) -> dict[str, Any]:
    """Return *channel* for programs."""
    return {
        "channel_id": channel.channel_id,
        "events": list(channel.events),
        "notify_url": channel.notify_url,
        "expires_at": in_json(channel.expires_at),
    }


def _events(held: Sequence[Held]) -> Table:
    shown_as = _table("product", "organization", "entity", "operation", "#events", "first", "last")
    for each in held:
        shown_as.add_row(
            each.product,
            each.organization_id or "-",
            each.entity,
            each.operation or "not said",
            f"{each.count:,}",
            shown(each.received.since),
            shown(each.received.until),
        )
    return shown_as


def _reading(read: Sequence[Read]) -> Table:
    shown_as = _table("stream", "#read up to", "#waiting", "last sync that confirmed it")
    for each in read:
        waiting = f"{each.waiting:,}{'+' if each.waiting >= MOST_COUNTED else ''}"
        when = shown(each.last_sync) if each.last_sync else "none yet"
        shown_as.add_row(each.stream, f"{each.sequence:,}", waiting, when)
    return shown_as


def _receiver(stats: Stats) -> Iterator[str]:
    if not stats.listening:
        wonder = "" if stats.held else " Is this the store of the receiver?"
        yield f"No receiver has listened since {shown(stats.since)}.{wonder}"
        return
    first = stats.listening[0].since
    silent = sum((each.until - each.since for each in stats.silent), timedelta())
    whole = (stats.at - first) or timedelta(seconds=1)
    yield f"A receiver listened for {1 - silent / whole:.2%} of the time since {shown(first)}.".replace("%", " %", 1)
    if hidden := len(stats.silent[:-_MOST_SHOWN]):
        yield f"  Before these there were {hidden:,} other times in which nobody listened."
    for each in stats.silent[-_MOST_SHOWN:]:
        yield f"  Nobody listened from {shown(each.since)} to {shown(each.until)} ({lasting(each.until - each.since)})."


def _channels(stats: Stats) -> Table:
    shown_as = _table("channel", "events", "notify URL", "ends")
    for each in stats.channels:
        shown_as.add_row(each.channel_id, ", ".join(each.events), each.notify_url, ends(each.expires_at, stats.at))
    return shown_as


def ends(expires_at: datetime, now: datetime) -> str:
    """Return when something ends, and how long that is from *now*."""
    left = f"in {lasting(expires_at - now)}" if expires_at > now else "over"
    return f"{shown(expires_at)} ({left})"


def _of_missed(missed: Missed) -> str:
    return (
        f"Notifications of {', '.join(missed.modules)} may have been missed from {shown(missed.span.since)} to "
        f"{shown(missed.span.until)}: {missed.reason.rstrip('.')}. The next read of crm_notifications finds it."
    )


def _table(*headings: str) -> Table:
    """Return an empty table; headings that begin with # are those of numbers."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        is_number = heading.startswith("#")
        made.add_column(heading.removeprefix("#"), justify="right" if is_number else "left", overflow="fold")
    return made


def _held_in_json(held: Held) -> dict[str, Any]:
    return {
        "product": held.product,
        "organization_id": held.organization_id,
        "entity": held.entity,
        "operation": held.operation,
        "count": held.count,
        "first": in_json(held.received.since),
        "last": in_json(held.received.until),
    }


def _read_in_json(read: Read) -> Mapping[str, Any]:
    return {
        "stream": read.stream,
        "sequence": read.sequence,
        "waiting": read.waiting,
        "waiting_at_least": read.waiting >= MOST_COUNTED,
        "last_sync": in_json(read.last_sync) if read.last_sync else None,
    }


def _span_in_json(span: Span) -> dict[str, str]:
    return {"since": in_json(span.since), "until": in_json(span.until)}
