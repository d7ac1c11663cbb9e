"""What is the same for event stores in SQLite and in PostgreSQL? All but how they are reached and what may go wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from source_zoho.errors import ConfigProblem, ZohoError
from source_zoho.webhooks import event_rows, identities, migrations, note_rows
from source_zoho.webhooks.event import Event, Kept
from source_zoho.webhooks.store import Channel, Held, Missed, Span


class Database(Protocol):
    """What a kind of database does in its own way."""

    @property
    def engine(self) -> Engine:
        """Return what gives connections."""

    def begin(self, connection: Connection, *, writing: bool) -> None:
        """Begin a transaction; who writes in one must not find out at its end that somebody else did, too."""

    def alone(self, connection: Connection) -> None:
        """Wait until no other process is changing tables, and keep them all waiting until the transaction ends."""

    def no_store(self) -> ConfigProblem:
        """Return that nobody has made a store here yet, and what to do."""

    def problem(self, error: SQLAlchemyError) -> ZohoError:
        """Return what *error* means, in a sentence without password or payload."""


class SqlStore:
    """An event store; see ``EventStore`` for what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._has_given_out = False

    def make_ready(self, *, makes: bool = True) -> None:
        """Bring the tables of an earlier version up to this one; where there are none, make them if it *makes* any."""
        with self._reading() as connection:
            ready = migrations.is_current(connection)
            if not (makes or migrations.version_of(connection)):
                raise self._database.no_store()
        if not ready:
            with self._writing() as connection:
                self._database.alone(connection)
                migrations.migrate(connection, datetime.now(UTC))

    def append(self, events: Sequence[Event]) -> list[bool]:
        if not events:
            return []
        with self._giving_out() as connection:
            return event_rows.append(connection, events)

    def read_after(
        self, sequence: int, product: str, *, limit: int = 1000, organization_id: str | None = None
    ) -> list[Kept]:
        with self._reading() as connection:
            return event_rows.read_after(connection, sequence, product, limit, organization_id)

    def last_sequence(self) -> int:
        with self._reading() as connection:
            return event_rows.last_sequence(connection)

    def identity(self, sequence: int) -> str:
        with self._reading() as connection:
            return identities.of(connection, sequence)

    def latest(self, product: str, organization_id: str) -> Mapping[str, datetime]:
        with self._reading() as connection:
            return event_rows.latest(connection, product, organization_id)

    def beat(self, run_id: str, at: datetime, *, stopping: bool = False) -> None:
        with self._writing() as connection:
            note_rows.beat(connection, run_id, at, stopping=stopping)

    def uptime(self, since: datetime) -> list[Span]:
        with self._reading() as connection:
            return note_rows.uptime(connection, since)

    def confirm(self, stream: str, sequence: int, at: datetime) -> None:
        with self._writing() as connection:
            note_rows.confirm(connection, stream, sequence, at)

    def confirmed(self) -> Mapping[str, tuple[int, datetime]]:
        with self._reading() as connection:
            return note_rows.confirmed(connection)

    def save_channel(self, channel: Channel) -> None:
        with self._writing() as connection:
            note_rows.save_channel(connection, channel)

    def drop_channel(self, channel_id: str) -> None:
        with self._writing() as connection:
            note_rows.drop_channel(connection, channel_id)

    def channels(self) -> list[Channel]:
        with self._reading() as connection:
            return note_rows.channels(connection)

    def note_missed(self, modules: Sequence[str], span: Span, reason: str) -> None:
        with self._writing() as connection:
            note_rows.note_missed(connection, modules, span, reason)

    def missed(self) -> list[Missed]:
        with self._reading() as connection:
            return note_rows.missed(connection)

    def reconciled(self, number: int, at: datetime) -> None:
        with self._writing() as connection:
            note_rows.reconciled(connection, number, at)

    def held(self) -> list[Held]:
        with self._reading() as connection:
            return event_rows.held(connection)

    def prune(self, before: datetime, *, up_to_sequence: int | None = None, product: str | None = None) -> int:
        pruned, last = 0, 0
        while gone := self._prune_some(before, up_to_sequence, product, last):
            pruned += len(gone)
            last = gone[-1]
        return pruned

    def _prune_some(self, before: datetime, up_to_sequence: int | None, product: str | None, after: int) -> list[int]:
        with self._writing() as connection:
            return event_rows.prune_some(connection, before, up_to_sequence, product, after)

    def pruned(self, product: str) -> int:
        with self._reading() as connection:
            return event_rows.pruned(connection, product)

    def replay(self, first: int, last: int) -> int:
        with self._giving_out() as connection:
            return event_rows.replay(connection, first, last)

    def ping(self) -> None:
        # Only a write that ends proves that one can: a full disk lets every transaction begin. SQLite leaves out what
        # changes nothing, so something is changed, and changed back.
        with self._writing() as connection:
            for numbers in (1, -1):
                event_rows.take_turn(connection, numbers)

    def close(self) -> None:
        self._database.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._transaction(writing=False) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._transaction(writing=True) as connection:
            yield connection

    @contextmanager
    def _giving_out(self) -> Iterator[Connection]:
        """Write what takes new sequences; the first of this opening have another identity than those before."""
        with self._writing() as connection:
            if not self._has_given_out:
                identities.begin(connection, after_sequence=event_rows.take_turn(connection))
            yield connection
        self._has_given_out = True

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Connection]:
        try:
            with self._database.engine.begin() as connection:
                self._database.begin(connection, writing=writing)
                yield connection
        except SQLAlchemyError as error:
            # The cause names statements and places of the code: nothing that the reader of the sentence can use.
            raise self._database.problem(error) from None
