"""How is a PostgreSQL server reached and made to keep what it says it kept, and what may go wrong with it?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from psycopg import Connection as Session
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.pool import ConnectionPoolEntry

from source_zoho.errors import ConfigProblem, Transient, Unexpected, ZohoError

_MIGRATION = 0x5A4F484F  # any number that nobody else in this database is likely to lock

# What libpq is told where the URL says nothing else. Without the second, a server that vanished without a word would be
# waited for through all tries of TCP: a quarter of an hour.
_DEFAULTS: Mapping[str, Any] = {
    "connect_timeout": 10,
    "tcp_user_timeout": 30_000,
    "application_name": "source-zoho",
}

# Moments come in UTC. A server or a role may be set up to say "kept" before anything is on its disk: not for us.
_OF_A_SESSION = (
    "SET TIME ZONE 'UTC'",
    "SET lock_timeout = '30s'",
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
)

# By the states of the SQL standard and of PostgreSQL; a class of states by its first two characters.
_USERS = {
    "28": "does not let this user in; correct user and password in the URL of the store",
    "3D000": "does not exist on this server; create it, or correct the URL of the store",
    "3F000": "has no schema to make tables in; create one, or correct search_path",
    "42501": "does not allow this user what is needed; grant CREATE on its schema, and all on tables that others made",
    "25006": "is read-only, as a copy of another is; let the URL of the store name the server that takes writes",
}
_OF_TIME = {
    "53100": "is full: no room is left on its disk. Make room, or prune events; nothing of this was kept",
    "53": "is out of connections, memory or the like; try again, or give the server more",
    "55P03": "was locked by another program for more than 30 seconds; end that, or try again",
    "57014": "took longer than its server allows; try again",
    "57": "is being stopped or started; try again",
    "40": "met with another program that wrote the same; try again",
    "08": "cannot be reached; see that its server runs and that this machine may connect to it",
}
_UNREACHABLE = "08"

# Before there is a session, libpq knows what the server said in words only, and in English on most servers.
_REFUSALS = (
    (re.compile(r"authentication failed|no password supplied|role .* does not exist|no pg_hba\.conf entry"), "28"),
    (re.compile(r"database .* does not exist"), "3D000"),
    (re.compile(r"permission denied"), "42501"),
    (re.compile(r"too many (clients|connections)|connection slots are reserved"), "53"),
    (re.compile(r"the database system is (starting|shutting)"), "57"),
)


class PostgresDatabase:
    """An event store in a database of a server."""

    def __init__(self, url: URL) -> None:
        self._place = f"The event store in the PostgreSQL database {url.database or ''!r} at {_host(url)}"
        ours = {key: value for key, value in _DEFAULTS.items() if key not in url.query}
        # Prepared statements outlive a transaction, which not every pooler between us and the server can stand.
        arguments = {**ours, "client_encoding": "utf8", "prepare_threshold": None}
        self.engine: Engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            hide_parameters=True,
            # A connection that broke while nobody used it is replaced before it is used again.
            pool_pre_ping=True,
            connect_args=arguments,
        )
        event.listen(self.engine, "connect", self._prepare)

    def _prepare(self, session: Session, _: ConnectionPoolEntry) -> None:
        try:
            for statement in _OF_A_SESSION:
                session.execute(statement)
            session.commit()
        except BaseException:
            session.close()
            raise

    def begin(self, connection: Connection, *, writing: bool) -> None:
        """Nothing is left to do: who writes events waits for the row of the last sequence."""

    def alone(self, connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATION})
        encoding = connection.scalar(text("SHOW server_encoding"))
        if encoding != "UTF8":
            raise ConfigProblem(
                f"{self._place} has the encoding {encoding}, which lacks letters that Zoho sends. "
                "Create one with ENCODING 'UTF8'."
            )

    def no_store(self) -> ConfigProblem:
        return ConfigProblem(
            f"{self._place} does not exist: there are no tables of one. Correct the address, or start `source-zoho "
            "webhooks serve` with it, which makes them."
        )

    def problem(self, error: SQLAlchemyError) -> ZohoError:
        state = _state(error)
        for known in (state, state[:2]):
            if known in _USERS:
                return ConfigProblem(f"{self._place} {_USERS[known]}.")
            if known in _OF_TIME:
                return Transient(f"{self._place} {_OF_TIME[known]}.")
        named = state or type(error).__name__
        return Unexpected(f"{self._place} failed in an unknown way ({named}); please report this.")


def _host(url: URL) -> str:
    host = url.host or url.query.get("host") or "this machine"
    return host if isinstance(host, str) else ", ".join(host)


def _state(error: SQLAlchemyError) -> str:
    if isinstance(error, NoneFree):
        return "53"
    if not isinstance(error, DBAPIError):
        return ""
    state = getattr(error.orig, "sqlstate", None)
    if state:
        return str(state)
    said = str(error.orig)
    known = next((state for words, state in _REFUSALS if words.search(said)), "")
    return known or (_UNREACHABLE if isinstance(error, OperationalError | InterfaceError) else "")
