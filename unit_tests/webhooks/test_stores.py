"""Does a URL mean the store that its reader thinks of, and does every failure say what to do, and no secret?"""

from __future__ import annotations

import sqlite3
import sys

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as NoneFree

from source_zoho.errors import ConfigProblem, Transient, Unexpected, ZohoError
from source_zoho.webhooks.store_postgres import PostgresDatabase
from source_zoho.webhooks.store_sqlite import SQLiteDatabase
from source_zoho.webhooks.stores import open_store

SECRET = "hunter2"
EVERY_WORD = f"SELECT {SECRET}"


def refusal(url: str) -> str:
    with pytest.raises(ConfigProblem) as raised:
        open_store(url)
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None
    return str(raised.value)


# ── URLs ──


@pytest.mark.parametrize(
    "url",
    ["", "events.db", "/var/lib/events.db", f"postgresql://zoho:{SECRET}@host:port/events", f"//zoho:{SECRET}@host"],
)
def test_what_is_no_url_is_answered_with_one(url: str) -> None:
    said = refusal(url)

    assert said.startswith("The URL of the event store cannot be read; expected one such as sqlite:////var/lib")


@pytest.mark.parametrize("scheme", ["mysql", "postgres", "postgresql+asyncpg", "sqlite+aiosqlite", "https"])
def test_a_store_of_another_kind_is_answered_with_one_of_ours(scheme: str) -> None:
    said = refusal(f"{scheme}://zoho:{SECRET}@host/events")

    assert f"begins with {scheme}://, and there is no store of that kind" in said
    assert "postgresql://user:password@host/database" in said


@pytest.mark.parametrize(("missing", "needs_it"), [("sqlalchemy", "sql_store"), ("psycopg", "store_postgres")])
def test_missing_packages_are_named_by_what_installs_them(
    missing: str, needs_it: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, f"source_zoho.webhooks.{needs_it}")
    monkeypatch.setitem(sys.modules, missing, None)

    assert "pip install 'source-zoho[webhooks]'" in refusal(f"postgresql://zoho:{SECRET}@host/events")


# ── failures of PostgreSQL ──


class Failure(Exception):
    """What a driver raises, with the state that a server told, or with words only."""

    def __init__(self, sqlstate: str | None, words: str = "") -> None:
        super().__init__(f"{words} {EVERY_WORD}")
        self.sqlstate = sqlstate


def of_postgres(sqlstate: str | None, words: str = "", kind: type[DBAPIError] = OperationalError) -> ZohoError:
    database = PostgresDatabase(make_url(f"postgresql://zoho:{SECRET}@db.example.com/events"))
    return database.problem(kind(EVERY_WORD, {"payload": SECRET}, Failure(sqlstate, words)))


@pytest.mark.parametrize(
    ("sqlstate", "kind", "words"),
    [
        ("28P01", ConfigProblem, "does not let this user in"),
        ("28000", ConfigProblem, "does not let this user in"),
        ("3D000", ConfigProblem, "does not exist on this server"),
        ("42501", ConfigProblem, "grant CREATE"),
        ("25006", ConfigProblem, "is read-only"),
        ("53100", Transient, "no room is left on its disk"),
        ("53300", Transient, "out of connections"),
        ("55P03", Transient, "locked by another program"),
        ("40P01", Transient, "try again"),
        ("57P01", Transient, "is being stopped or started"),
        ("57014", Transient, "took longer than its server allows"),
        ("08006", Transient, "cannot be reached"),
        ("42P01", Unexpected, r"in an unknown way \(42P01\); please report"),
    ],
)
def test_a_state_that_postgresql_tells_has_its_sentence(sqlstate: str, kind: type[ZohoError], words: str) -> None:
    problem = of_postgres(sqlstate)

    assert type(problem) is kind
    with pytest.raises(kind, match=words):
        raise problem
    assert SECRET not in str(problem)
    assert "'events' at db.example.com" in str(problem)


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ('FATAL:  password authentication failed for user "zoho"', ConfigProblem, "does not let this user in"),
        ("fe_sendauth: no password supplied", ConfigProblem, "does not let this user in"),
        ('FATAL:  role "zoho" does not exist', ConfigProblem, "does not let this user in"),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', ConfigProblem, "does not let this user in"),
        ('FATAL:  database "events" does not exist', ConfigProblem, "does not exist on this server"),
        ("FATAL:  sorry, too many clients already", Transient, "out of connections"),
        ("FATAL:  the database system is starting up", Transient, "is being stopped or started"),
        ("connection refused", Transient, "cannot be reached"),
        ("FATAL:  Passwort-Authentifizierung fehlgeschlagen", Transient, "cannot be reached"),
    ],
)
def test_a_server_that_lets_nobody_in_is_told_apart_by_its_words(said: str, kind: type[ZohoError], words: str) -> None:
    problem = of_postgres(None, said)

    assert type(problem) is kind
    assert words in str(problem)
    assert SECRET not in str(problem)


def test_a_driver_that_lost_its_connection_says_that_it_cannot_be_reached() -> None:
    assert "cannot be reached" in str(of_postgres(None, "the connection is closed", InterfaceError))


def test_failures_of_our_own_are_ours() -> None:
    database = PostgresDatabase(make_url("postgresql:///events?host=/run/postgresql"))

    assert "at /run/postgresql failed in an unknown way (StatementError)" in str(
        database.problem(StatementError(SECRET, EVERY_WORD, {}, ValueError(SECRET)))
    )
    assert isinstance(database.problem(NoneFree()), Transient)


# ── failures of SQLite ──


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("SQLITE_FULL", Transient, "is full"),
        ("SQLITE_BUSY", Transient, "was locked by another program"),
        ("SQLITE_BUSY_SNAPSHOT", Transient, "was locked by another program"),
        ("SQLITE_IOERR_WRITE", Transient, "its disk reports an error"),
        ("SQLITE_READONLY_DBMOVED", ConfigProblem, "may not be written to"),
        ("SQLITE_CANTOPEN_ISDIR", ConfigProblem, "it has to be a file"),
        ("SQLITE_NOTADB", ConfigProblem, "is not an SQLite file"),
        ("SQLITE_CORRUPT_VTAB", ConfigProblem, "is damaged"),
        ("SQLITE_MISUSE", Unexpected, "(SQLITE_MISUSE); please report"),
    ],
)
def test_a_name_that_sqlite_gives_a_failure_has_its_sentence(name: str, kind: type[ZohoError], words: str) -> None:
    failure = sqlite3.OperationalError(EVERY_WORD)
    failure.sqlite_errorname = name
    problem = SQLiteDatabase(make_url("sqlite:///events.db")).problem(OperationalError(EVERY_WORD, {}, failure))

    assert type(problem) is kind
    assert words in str(problem)
    assert SECRET not in str(problem)
