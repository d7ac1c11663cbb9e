"""
Is a sequence that somebody remembers one of this store, or did another store give it out?

A store has a random name from its making on. Each process that gives out sequences adds one, which counts from there
on: when a backup is put back, the numbers that were given out after it was taken are given out once more, and whoever
has read the first ones must not take the second ones for read.

Every function runs in a transaction of the caller.
"""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import Connection, select

from source_zoho.webhooks.tables import IDENTITIES

BEFORE_ALL = -1


def begin(connection: Connection, *, after_sequence: int) -> None:
    """Give sequences after *after_sequence* an identity of their own; the caller lets nobody give out any meanwhile."""
    connection.execute(IDENTITIES.insert().values(identity=str(uuid4()), after_sequence=after_sequence))


def of(connection: Connection, sequence: int) -> str:
    """Return the identity of *sequence*; of 0, before the first one, that of the store."""
    wanted = select(IDENTITIES.c.identity).where(IDENTITIES.c.after_sequence < sequence)
    return str(connection.execute(wanted.order_by(IDENTITIES.c.number.desc()).limit(1)).scalar_one())
