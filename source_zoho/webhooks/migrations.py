"""
How does a database of any earlier version become one of this version?

Each step below is a version, in order. A step that was released is never changed: what it makes is there already.
All missing steps run in the transaction that the caller has begun, with everyone else who might want to run them
waiting, so a database is of one version or the next, never in between.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Table, func, inspect, select

from source_zoho.errors import ConfigProblem
from source_zoho.webhooks import identities, tables
from source_zoho.webhooks.event import TELL_OF_EDITS, WEBHOOK
from source_zoho.webhooks.tables import EVENTS, LATEST, VERSIONS

Step = Callable[[Connection], None]


def version_of(connection: Connection) -> int:
    """Return the version of the database, 0 for one that is not a store yet."""
    if not inspect(connection).has_table(VERSIONS.name):
        return 0
    return connection.scalar(select(func.max(VERSIONS.c.version))) or 0


def is_current(connection: Connection) -> bool:
    """
    Tell whether nothing is to be done.

    Raises ConfigProblem for a database of a later version: what that keeps, this one would lose.
    """
    version, ours = version_of(connection), len(STEPS)
    if version > ours:
        raise ConfigProblem(
            f"The event store is of version {version}, and this source-zoho knows versions up to {ours}: a newer "
            "one has used it. Upgrade source-zoho here as well, or give this one a store of its own."
        )
    return version == ours


def migrate(connection: Connection, now: datetime) -> None:
    """Run the steps that are missing; the caller keeps everyone else from doing so at the same time."""
    if is_current(connection):
        return
    VERSIONS.create(connection, checkfirst=True)
    for version in range(version_of(connection) + 1, len(STEPS) + 1):
        STEPS[version - 1](connection)
        connection.execute(VERSIONS.insert().values(version=version, since=now))


def _make(connection: Connection, *made: Table) -> None:
    for table in made:
        table.create(connection)


def _events_and_notes(connection: Connection) -> None:
    """Version 1: events in their order, and what is noted about receivers, syncs and channels."""
    _make(connection, tables.LAST_SEQUENCE, EVENTS)
    _make(connection, tables.RUNS, tables.CONFIRMED, tables.CHANNELS, tables.MISSED)
    connection.execute(tables.LAST_SEQUENCE.insert().values(sequence=0))


def _latest_and_pruned(connection: Connection) -> None:
    """Version 2: how far events were deleted, and when Zoho last told of each kind, which took a walk through all."""
    _make(connection, LATEST, tables.PRUNED)
    kind = (EVENTS.c.product, EVENTS.c.organization_id, EVENTS.c.entity)
    newest = select(*kind, func.max(EVENTS.c.received_at).label("received_at"))
    for row in (
        connection.execute(
            newest.where(EVENTS.c.origin == WEBHOOK, EVENTS.c.operation.in_(TELL_OF_EDITS)).group_by(*kind)
        )
        .mappings()
        .all()
    ):
        digest = tables.digest(row["product"], row["organization_id"], row["entity"])
        connection.execute(LATEST.insert().values(kind_digest=digest, **row))


def _identities(connection: Connection) -> None:
    """Version 3: a state that says how far it has read says in which store, too."""
    _make(connection, tables.IDENTITIES)
    identities.begin(connection, after_sequence=identities.BEFORE_ALL)


STEPS: tuple[Step, ...] = (_events_and_notes, _latest_and_pruned, _identities)
