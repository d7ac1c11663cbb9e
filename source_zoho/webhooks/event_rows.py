"""
How are events kept in tables, and read from them?

Every function runs in a transaction of the caller. Whoever writes events takes the turn first: the row of the last
sequence belongs to him until his transaction ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Select, bindparam, delete, func, select, update

from source_zoho.webhooks.columns import in_utc
from source_zoho.webhooks.event import TELL_OF_EDITS, WEBHOOK, Event, Kept
from source_zoho.webhooks.many_rows import add_new
from source_zoho.webhooks.store import Held, Span
from source_zoho.webhooks.tables import EVENTS, LAST_SEQUENCE, LATEST, PRUNED, digest, insert

_SLICE = 5_000  # events that are pruned at once: the receiver waits meanwhile

# What runs at every append is put together once: SQLAlchemy takes longer for that than the database for the rest.
_TURN = (
    update(LAST_SEQUENCE)
    .values(sequence=LAST_SEQUENCE.c.sequence + bindparam("numbers"))
    .returning(LAST_SEQUENCE.c.sequence)
)

_OF_AN_EVENT = (
    EVENTS.c.key,
    EVENTS.c.product,
    EVENTS.c.organization_id,
    EVENTS.c.entity,
    EVENTS.c.operation,
    EVENTS.c.event_type,
    EVENTS.c.record_ids,
    EVENTS.c.occurred_at,
    EVENTS.c.received_at,
    EVENTS.c.payload,
    EVENTS.c.origin,
)


def take_turn(connection: Connection, numbers: int = 0) -> int:
    """Wait until nobody else writes events, reserve *numbers* sequences, and return the last one before them."""
    return int(connection.execute(_TURN, {"numbers": numbers}).scalar_one()) - numbers


def append(connection: Connection, events: Sequence[Event]) -> list[bool]:
    """Keep *events* and tell for each whether it is new."""
    by_digest: dict[bytes, Event] = {}
    first_of_its_key = []
    for event in events:
        found = digest(event.key)
        first_of_its_key.append((found, found not in by_digest))
        by_digest.setdefault(found, event)
    kept = _keep(connection, by_digest)
    _note_latest(connection, (by_digest[found] for found in kept))
    return [first and found in kept for found, first in first_of_its_key]


def _keep(connection: Connection, by_digest: Mapping[bytes, Event]) -> set[bytes]:
    last = take_turn(connection, len(by_digest))
    rows = [
        {"sequence": sequence, "key_digest": found, **_row(event)}
        for sequence, (found, event) in enumerate(by_digest.items(), last + 1)
    ]
    return add_new(connection, rows)


def _row(event: Event) -> dict[str, Any]:
    row = {column.name: getattr(event, column.name) for column in _OF_AN_EVENT}
    occurred_at = None if event.occurred_at is None else in_utc(event.occurred_at)
    return {**row, "occurred_at": occurred_at, "received_at": in_utc(event.received_at)}


def _note_latest(connection: Connection, events: Iterable[Event]) -> None:
    newest: dict[tuple[str, str, str], datetime] = {}
    for event in events:
        kind = (event.product, event.organization_id, event.entity)
        if event.origin == WEBHOOK and event.operation in TELL_OF_EDITS:
            newest[kind] = max(newest.get(kind, event.received_at), event.received_at)
    if newest:
        names = ("product", "organization_id", "entity")
        rows = [
            {"kind_digest": digest(*kind), **dict(zip(names, kind, strict=True)), "received_at": at}
            for kind, at in newest.items()
        ]
        connection.execute(_telling_latest(connection.dialect.name), rows)


@cache
def _telling_latest(dialect: str) -> Insert:
    told = insert(LATEST, dialect)
    at = told.excluded.received_at
    return told.on_conflict_do_update(
        index_elements=[LATEST.c.kind_digest], set_={"received_at": at}, where=at > LATEST.c.received_at
    )


def read_after(
    connection: Connection, sequence: int, product: str, limit: int, organization_id: str | None
) -> list[Kept]:
    """Return events of *product* after *sequence*, in order."""
    wanted = _of(select(EVENTS.c.sequence, *_OF_AN_EVENT), product, organization_id)
    rows = connection.execute(wanted.where(EVENTS.c.sequence > sequence).order_by(EVENTS.c.sequence).limit(limit))
    return [Kept(row[0], Event(*row[1:])) for row in rows]


def _of(wanted: Select[Any], product: str, organization_id: str | None) -> Select[Any]:
    wanted = wanted.where(EVENTS.c.product == product)
    return wanted if organization_id is None else wanted.where(EVENTS.c.organization_id == organization_id)


def last_sequence(connection: Connection) -> int:
    """Return the last sequence that was given out and can be read."""
    return int(connection.execute(select(LAST_SEQUENCE.c.sequence)).scalar_one())


def latest(connection: Connection, product: str, organization_id: str) -> dict[str, datetime]:
    """Return when Zoho last told of an edit of each entity."""
    wanted = select(LATEST.c.entity, LATEST.c.received_at)
    rows = connection.execute(wanted.where(LATEST.c.product == product, LATEST.c.organization_id == organization_id))
    return {row.entity: row.received_at for row in rows}


def held(connection: Connection) -> list[Held]:
    """Return what the store holds, in order."""
    kind = (EVENTS.c.product, EVENTS.c.organization_id, EVENTS.c.entity, EVENTS.c.operation)
    counted = select(*kind, func.count(), func.min(EVENTS.c.received_at), func.max(EVENTS.c.received_at))
    rows = connection.execute(counted.group_by(*kind))
    # Databases have orders of their own for texts; here it is the same for both.
    return sorted(map(_held, rows), key=lambda each: (each.product, each.organization_id, each.entity, each.operation))


def _held(row: Sequence[Any]) -> Held:
    product, organization_id, entity, operation, count, first, last = row
    return Held(product, organization_id, entity, operation, count, Span(first, last))


def prune_some(
    connection: Connection, before: datetime, up_to_sequence: int | None, product: str | None, after: int
) -> list[int]:
    """Delete the oldest events after sequence *after* that may go, some of them at most, and return their sequences."""
    take_turn(connection)
    may_go = [EVENTS.c.received_at < before, EVENTS.c.sequence > after]
    if up_to_sequence is not None:
        may_go.append(EVENTS.c.sequence <= up_to_sequence)
    if product is not None:
        may_go.append(EVENTS.c.product == product)
    some = select(EVENTS.c.sequence, EVENTS.c.product).where(*may_go).order_by(EVENTS.c.sequence).limit(_SLICE)
    going = connection.execute(some).all()
    if going:
        _note_pruned(connection, {product: sequence for sequence, product in going})
        connection.execute(delete(EVENTS).where(*may_go, EVENTS.c.sequence <= going[-1].sequence))
    return [row.sequence for row in going]


def _note_pruned(connection: Connection, highest: Mapping[str, int]) -> None:
    told = insert(PRUNED, connection.dialect.name)
    connection.execute(
        told.on_conflict_do_update(
            index_elements=[PRUNED.c.product],
            set_={"sequence": told.excluded.sequence},
            where=told.excluded.sequence > PRUNED.c.sequence,
        ),
        [{"product": product, "sequence": sequence} for product, sequence in highest.items()],
    )


def pruned(connection: Connection, product: str) -> int:
    """Return the highest sequence of *product* that was deleted."""
    return connection.scalar(select(PRUNED.c.sequence).where(PRUNED.c.product == product)) or 0


def replay(connection: Connection, first: int, last: int) -> int:
    """Move the events from *first* to *last* to the end, at the same distances from each other."""
    end = take_turn(connection)
    among = EVENTS.c.sequence.between(first, last)
    lowest, highest = connection.execute(
        select(func.min(EVENTS.c.sequence), func.max(EVENTS.c.sequence)).where(among)
    ).one()
    if lowest is None:
        return 0
    take_turn(connection, highest - lowest + 1)
    moved = update(EVENTS).where(EVENTS.c.sequence.between(lowest, highest))
    return connection.execute(moved.values(sequence=EVENTS.c.sequence + (end + 1 - lowest))).rowcount
