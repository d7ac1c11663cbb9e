"""
Which event store does a URL mean?

``sqlite:///beside-you.db``, ``sqlite:////anywhere/events.db``, ``postgresql://user:password@host/database``. What talks
to them is imported here and not before: most who use the connector have no store, and not all have what it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from source_zoho.errors import ConfigProblem, ZohoError
from source_zoho.webhooks.store import EventStore

if TYPE_CHECKING:
    from sqlalchemy import URL

    from source_zoho.webhooks.sql_store import Database

_SQLITE = ("sqlite", "sqlite+pysqlite")
_POSTGRES = ("postgresql", "postgresql+psycopg")
_EXPECTED = "sqlite:////var/lib/source-zoho/events.db or postgresql://user:password@host/database"


def open_store(url: str) -> EventStore:
    """
    Return the store that *url* means, with its tables made or brought up to date: for those who fill it.

    Raises ConfigProblem for a URL that means none, for what only its owner can mend, and where packages are missing;
    Transient when the store cannot be reached. No sentence repeats the URL: it may carry a password.
    """
    return _opened(url, makes=True)


def existing_store(url: str) -> EventStore:
    """
    Return the store that *url* means, as ``open_store`` does: for those who read what others have kept.

    Raises ConfigProblem also where there is none: an address that is written wrongly must not make an empty one.
    """
    return _opened(url, makes=False)


def _opened(url: str, *, makes: bool) -> EventStore:
    try:
        from source_zoho.webhooks.sql_store import SqlStore

        database = _database(_parsed(url), makes=makes)
    except ImportError:
        raise ConfigProblem("An event store needs more packages: pip install 'source-zoho[webhooks]'") from None
    store = SqlStore(database)
    try:
        store.make_ready(makes=makes)
    except ZohoError:
        store.close()
        raise
    return store


def _parsed(url: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url.strip())
    except (ArgumentError, ValueError):
        raise ConfigProblem(f"The URL of the event store cannot be read; expected one such as {_EXPECTED}.") from None


def _database(url: URL, *, makes: bool) -> Database:
    if url.drivername in _SQLITE:
        from source_zoho.webhooks.store_sqlite import SQLiteDatabase

        return SQLiteDatabase(url, makes=makes)
    if url.drivername in _POSTGRES:
        from source_zoho.webhooks.store_postgres import PostgresDatabase

        return PostgresDatabase(url)
    raise ConfigProblem(
        f"The URL of the event store begins with {url.drivername}://, and there is no store of that kind; "
        f"expected one such as {_EXPECTED}."
    )
