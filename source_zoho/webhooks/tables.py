"""
In which tables are events kept, and what stands in each column?

What has to be unique is found by a digest, since a key or the name of a thing may be longer than an index takes. All
names begin alike, because the database may hold other things, too.
"""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, Table
from sqlalchemy.dialects import postgresql, sqlite

from source_zoho.webhooks.columns import AnyText, Moment, Number, Words

METADATA = MetaData()

# One row for each version that this database has gone through.
VERSIONS = Table(
    "source_zoho_versions",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("since", Moment, nullable=False),
)

# One row: the last sequence that was given out. Who gives out the next holds this row until the end of the transaction,
# which is what makes events visible in their order. Numbers that the database gives by itself have no such order.
LAST_SEQUENCE = Table(
    "source_zoho_last_sequence",
    METADATA,
    Column("sequence", Number, nullable=False),
)

# By what a state knows sequences of this store again: those after `after_sequence`, up to the next row. Each process
# that gives out some begins with a row of its own: where a backup was put back, a sequence is given out a second time.
IDENTITIES = Table(
    "source_zoho_identities",
    METADATA,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("identity", AnyText, nullable=False),
    Column("after_sequence", Number, nullable=False),
)

EVENTS = Table(
    "source_zoho_events",
    METADATA,
    Column("sequence", Number, primary_key=True, autoincrement=False),
    Column("key_digest", LargeBinary, nullable=False, unique=True),
    Column("key", AnyText, nullable=False),
    Column("product", AnyText, nullable=False),
    Column("organization_id", AnyText, nullable=False),
    Column("entity", AnyText, nullable=False),
    Column("operation", AnyText, nullable=False),
    Column("event_type", AnyText, nullable=False),
    Column("record_ids", Words, nullable=False),
    Column("occurred_at", Moment),
    Column("received_at", Moment, nullable=False),
    Column("payload", AnyText, nullable=False),
    Column("origin", AnyText, nullable=False),
    Index("source_zoho_events_of_product", "product", "sequence"),
)

# When Zoho last told of each kind of thing: kept apart, as it is asked often, and outlives the events.
LATEST = Table(
    "source_zoho_latest",
    METADATA,
    Column("kind_digest", LargeBinary, primary_key=True),
    Column("product", AnyText, nullable=False),
    Column("organization_id", AnyText, nullable=False),
    Column("entity", AnyText, nullable=False),
    Column("received_at", Moment, nullable=False),
)

# How far the events of each product were ever deleted: who had not read them by then has missed them.
PRUNED = Table(
    "source_zoho_pruned",
    METADATA,
    Column("product", AnyText, primary_key=True),
    Column("sequence", Number, nullable=False),
)

RUNS = Table(
    "source_zoho_runs",
    METADATA,
    Column("run_id", AnyText, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("stopped", Boolean, nullable=False),
)

CONFIRMED = Table(
    "source_zoho_confirmed",
    METADATA,
    Column("stream", AnyText, primary_key=True),
    Column("sequence", Number, nullable=False),
    Column("at", Moment, nullable=False),
)

CHANNELS = Table(
    "source_zoho_channels",
    METADATA,
    Column("channel_id", AnyText, primary_key=True),
    Column("events", Words, nullable=False),
    Column("notify_url", AnyText, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

MISSED = Table(
    "source_zoho_missed",
    METADATA,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("modules", Words, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("reason", AnyText, nullable=False),
    Column("reconciled_at", Moment),
)


def digest(*texts: str) -> bytes:
    """Return 32 bytes that are the same for the same texts only."""
    found = sha256()
    for text in texts:
        written = text.encode("utf-8", "surrogatepass")
        found.update(len(written).to_bytes(8, "big") + written)
    return found.digest()


def insert(table: Table, dialect: str) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT into *table* that can be told what to do about a row that is there already."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
