"""How is an SQLite file reached, kept safe and shared, and what may go wrong with it?"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from source_zoho.errors import ConfigProblem, Transient, Unexpected, ZohoError

# What RETURNING needs.
_OLDEST = (3, 35)
_WAITS_SECONDS = 10

# Of each connection, in this order: who finds the file locked waits, from the first statement on. With a write-ahead
# log readers and the one writer do not wait for each other, and FULL writes that log to disk at each commit: NORMAL
# would lose the last ones when the power fails.
PRAGMAS: tuple[str, ...] = (f"busy_timeout = {_WAITS_SECONDS * 1000}", "synchronous = FULL")

_FILE = "file"  # of a connection: which file it has opened

# By the beginnings of SQLite's own names for what went wrong.
_USERS = {
    "SQLITE_NOTADB": "is not an SQLite file; choose another path, or move that file away",
    "SQLITE_CORRUPT": "is damaged; put back a copy of it, or move it away: what it kept is then found by asking Zoho",
    "SQLITE_READONLY": "may not be written to; let the user of this process write to it and to its folder",
    "SQLITE_PERM": "may not be opened; let the user of this process write to it and to its folder",
    "SQLITE_AUTH": "may not be opened; let the user of this process write to it and to its folder",
    "SQLITE_CANTOPEN": "cannot be opened; it has to be a file, in a folder to which the user of this process may write",
}
_OF_TIME = {
    "SQLITE_FULL": "is full: no room is left on its disk. Make room, or prune events; nothing of this was kept",
    "SQLITE_BUSY": f"was locked by another program for more than {_WAITS_SECONDS} seconds; end that, or try again",
    "SQLITE_LOCKED": f"was locked by another program for more than {_WAITS_SECONDS} seconds; end that, or try again",
    "SQLITE_IOERR": "cannot be read or written: its disk reports an error or is full. See to the disk, then try again",
}


class SQLiteDatabase:
    """An event store in a file."""

    def __init__(self, url: URL, *, makes: bool = True) -> None:
        """Reach the file that *url* names; one that is not there is made, but only if this *makes* any."""
        self._place = f"The event store {url.database}"
        self._require_a_file(url)
        self._path = _path_of(url.database or "")
        if makes:
            self._require_a_folder()
        elif not self._is_there():
            raise self.no_store()
        # pysqlite would begin transactions by itself, and too late: this leaves that to `begin`.
        self.engine: Engine = create_engine(
            url.set(drivername="sqlite"), hide_parameters=True, connect_args={"isolation_level": None}
        )
        event.listen(self.engine, "connect", self._prepare)

    def _require_a_file(self, url: URL) -> None:
        if sqlite3.sqlite_version_info < _OLDEST:
            wanted = ".".join(map(str, _OLDEST))
            raise ConfigProblem(
                f"An event store needs SQLite {wanted} or newer, and this Python has {sqlite3.sqlite_version}. "
                "Use another Python, or a store in PostgreSQL."
            )
        if not url.database or url.database == ":memory:":
            raise ConfigProblem(
                "The event store is to be in memory, where nothing lasts; name a file, as in "
                "sqlite:////var/lib/source-zoho/events.db."
            )

    def _require_a_folder(self) -> None:
        folder = self._path.parent
        if not folder.is_dir():
            raise ConfigProblem(
                f"{self._place} cannot be made: there is no folder {folder}. Make it, or correct the path."
            )

    def no_store(self) -> ConfigProblem:
        state = "is a file without its tables" if self._is_there() else "does not exist"
        return ConfigProblem(
            f"The event store {self._path} {state}. Correct its address, in which a path from the root has four "
            "strokes after sqlite:, or start `source-zoho webhooks serve` with it, which makes it."
        )

    def _is_there(self) -> bool:
        try:
            self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:  # in a folder that this user may not look into; SQLite says so
            return True
        return True

    def _prepare(self, connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        try:
            self._set_up(connection)
        except BaseException:
            connection.close()
            raise
        entry.info[_FILE] = self._file()

    def _file(self) -> tuple[int, int] | None:
        """Return which file is at the path now."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _set_up(self, connection: sqlite3.Connection) -> None:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        until = time.monotonic() + _WAITS_SECONDS
        while not self._has_a_log(connection):
            if time.monotonic() > until:
                raise Transient(f"{self._place} {_OF_TIME['SQLITE_BUSY']}.")

    def _has_a_log(self, connection: sqlite3.Connection) -> bool:
        """Give the file a write-ahead log if it has none; False if somebody else was at it, and should be done now."""
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            # Whoever else is doing the same is not waited for by SQLite here, as it would be for any other statement.
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            return False
        if mode != ("wal",):
            raise ConfigProblem(
                f"{self._place} is in a place where SQLite cannot keep a write-ahead log, such as a folder of the "
                "network. Choose one on a disk of this machine, or use PostgreSQL."
            )
        return True

    def begin(self, connection: Connection, *, writing: bool) -> None:
        # SQLite would go on writing into a file that has no name any more, and all of that would be gone at the end.
        if writing and connection.info.get(_FILE) != self._file():
            raise ConfigProblem(
                f"{self._place} was deleted, moved or replaced while it was in use, and takes nothing more. Put the "
                "file back, or start this process anew, which makes a new one if there is none."
            )
        # One that begins by reading and then wants to write is refused if somebody else has written in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    def alone(self, connection: Connection) -> None:
        """Nothing is left to do: one process writes at a time."""

    def problem(self, error: SQLAlchemyError) -> ZohoError:
        name = getattr(error.orig, "sqlite_errorname", "") if isinstance(error, DBAPIError) else ""
        for beginning, sentence in _USERS.items():
            if name.startswith(beginning):
                return ConfigProblem(f"{self._place} {sentence}.")
        for beginning, sentence in _OF_TIME.items():
            if name.startswith(beginning):
                return Transient(f"{self._place} {sentence}.")
        return Unexpected(
            f"{self._place} failed in an unknown way ({name or type(error).__name__}); please report this."
        )


def _path_of(database: str) -> Path:
    """Return where the file is that a URL names, in whichever of SQLite's two ways."""
    return Path(unquote(urlsplit(database).path) if database.startswith("file:") else database).absolute()
