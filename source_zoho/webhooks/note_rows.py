"""
How is kept what a store notes beside events: receivers, syncs, channels, and times that were missed?

Every function runs in a transaction of the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, case, delete, or_, select, update

from source_zoho.webhooks.columns import in_utc
from source_zoho.webhooks.spans import from_then_on, joined
from source_zoho.webhooks.store import Channel, Missed, Span
from source_zoho.webhooks.tables import CHANNELS, CONFIRMED, MISSED, RUNS, digest, insert


def beat(connection: Connection, run_id: str, at: datetime, *, stopping: bool) -> None:
    """Note that the run has been listening until *at*; one that comes late takes nothing back."""
    told = insert(RUNS, connection.dialect.name).values(run_id=run_id, since=at, until=at, stopped=stopping)
    until = case((told.excluded.until > RUNS.c.until, told.excluded.until), else_=RUNS.c.until)
    stopped = or_(RUNS.c.stopped, told.excluded.stopped)
    connection.execute(
        told.on_conflict_do_update(index_elements=[RUNS.c.run_id], set_={"until": until, "stopped": stopped})
    )


def uptime(connection: Connection, since: datetime) -> list[Span]:
    """Return when a receiver was listening from *since* on."""
    rows = connection.execute(select(RUNS.c.since, RUNS.c.until).where(RUNS.c.until >= since))
    return from_then_on(in_utc(since), joined(Span(row.since, row.until) for row in rows))


def confirm(connection: Connection, stream: str, sequence: int, at: datetime) -> None:
    """Note how far *stream* has been read, unless a sync that began later has said so."""
    told = insert(CONFIRMED, connection.dialect.name).values(stream=stream, sequence=sequence, at=at)
    connection.execute(
        told.on_conflict_do_update(
            index_elements=[CONFIRMED.c.stream],
            set_={"sequence": told.excluded.sequence, "at": told.excluded.at},
            where=told.excluded.at >= CONFIRMED.c.at,
        )
    )


def confirmed(connection: Connection) -> dict[str, tuple[int, datetime]]:
    """Return how far each stream has been read, and when that sync began."""
    rows = connection.execute(select(CONFIRMED))
    return {row.stream: (row.sequence, row.at) for row in sorted(rows, key=lambda row: str(row.stream))}


def save_channel(connection: Connection, channel: Channel) -> None:
    """Keep *channel*, in place of one with the same id."""
    told = insert(CHANNELS, connection.dialect.name).values(
        channel_id=channel.channel_id,
        events=channel.events,
        notify_url=channel.notify_url,
        expires_at=channel.expires_at,
    )
    rest = {name: told.excluded[name] for name in ("events", "notify_url", "expires_at")}
    connection.execute(told.on_conflict_do_update(index_elements=[CHANNELS.c.channel_id], set_=rest))


def drop_channel(connection: Connection, channel_id: str) -> None:
    """Forget a channel."""
    connection.execute(delete(CHANNELS).where(CHANNELS.c.channel_id == channel_id))


def channels(connection: Connection) -> list[Channel]:
    """Return the channels, ordered by id."""
    rows = connection.execute(select(CHANNELS))
    found = (Channel(row.channel_id, row.events, row.notify_url, row.expires_at) for row in rows)
    return sorted(found, key=lambda channel: channel.channel_id)


def note_missed(connection: Connection, modules: Sequence[str], span: Span, reason: str) -> None:
    """Remember a time that was missed, unless it is known, reconciled or not."""
    since, until = in_utc(span.since), in_utc(span.until)
    told = insert(MISSED, connection.dialect.name).values(
        digest=digest(since.isoformat(), until.isoformat(), *sorted(set(modules))),
        modules=tuple(modules),
        since=since,
        until=until,
        reason=reason,
    )
    connection.execute(told.on_conflict_do_nothing(index_elements=[MISSED.c.digest]))


def missed(connection: Connection) -> list[Missed]:
    """Return what is not reconciled yet, oldest first."""
    wanted = select(MISSED).where(MISSED.c.reconciled_at.is_(None)).order_by(MISSED.c.since, MISSED.c.number)
    rows = connection.execute(wanted)
    return [Missed(row.number, row.modules, Span(row.since, row.until), row.reason) for row in rows]


def reconciled(connection: Connection, number: int, at: datetime) -> None:
    """Note that a missed time has been made good; the first time counts."""
    open_one = (MISSED.c.number == number) & MISSED.c.reconciled_at.is_(None)
    connection.execute(update(MISSED).where(open_one).values(reconciled_at=at))
