"""Where does a test get a PostgreSQL server of its own, and what if there is none to be had?"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import URL

from integration_tests.ports import a_free_port

# Set to "required", it makes tests fail that would otherwise be left out.
WISH = "SOURCE_ZOHO_TEST_POSTGRES"
PASSWORD = "quite-secret:@/%"
_USER = "postgres"  # Debian's; PostgreSQL refuses to run as root
_DEBIAN = Path("/usr/lib/postgresql")
_LONGEST_SECONDS = 60

_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "16MB",
    "autovacuum": "off",
}
# A server that forgets everything at the end need not wait for a disk.
_FORGETFUL: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off"}


class PostgresIsMissingError(RuntimeError):
    """No server can be started on this machine."""


def programs() -> Path | None:
    """Return the folder with PostgreSQL's programs, the newest where Debian has several; None without any."""
    beside = shutil.which("initdb")
    if beside:
        return Path(beside).resolve().parent
    found = [path.parent for path in _DEBIAN.glob("*/bin/initdb")]
    return max(found, key=lambda folder: float(folder.parent.name), default=None)


def are_required() -> bool:
    """Tell whether tests with PostgreSQL have to run here."""
    return os.environ.get(WISH) == "required"


@dataclass
class Server:
    """A server of this test run alone."""

    folder: Path
    programs: Path
    port: int = 0
    settings: Mapping[str, str] = field(default_factory=lambda: {**_SETTINGS, **_FORGETFUL})
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str, *, user: str = _USER, password: str = PASSWORD, port: int | None = None) -> str:
        """Return the address of *database*, with the password in it."""
        url = URL.create("postgresql", user, password, "127.0.0.1", self.port if port is None else port, database)
        return url.render_as_string(hide_password=False)

    def new_database(self, options: str = "") -> str:
        """Make a database and return its address."""
        name = f"events_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} {options}")
        return self.url(name)

    def run(self, statement: str, url: str = "") -> None:
        """Run a statement as the owner of the server, in the database at *url* if one is given."""
        with psycopg.connect(url or self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def start(self) -> None:
        """Start the server, on the port that it had before if it had one."""
        self.port = self.port or a_free_port()
        settings = " ".join(f"-c {key}={value}" for key, value in {**self.settings, "port": str(self.port)}.items())
        self._control("start", "-w", "-t", str(_LONGEST_SECONDS), "-l", str(self.folder / "log"), "-o", settings)

    def stop(self) -> None:
        """Stop the server as a broken machine would."""
        self._control("stop", "-m", "immediate")

    def _control(self, verb: str, *options: str) -> None:
        _run(str(self.programs / "pg_ctl"), verb, "-s", "-D", str(self.folder / "data"), *options)


@contextmanager
def a_server(*, durable: bool = False) -> Iterator[Server]:
    """Start a server and take it away afterwards with all that it kept; a *durable* one waits for the disk."""
    found = programs()
    if found is None:
        raise PostgresIsMissingError("There is no initdb: install PostgreSQL (Debian: apt-get install postgresql).")
    folder = Path(tempfile.mkdtemp(prefix="source-zoho-postgres-"))
    server = Server(folder, found)
    if durable:
        server.settings = _SETTINGS
    try:
        _make(server)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _make(server: Server) -> None:
    words = server.folder / "password"
    words.write_text(PASSWORD, encoding="utf-8")
    if os.getuid() == 0:
        shutil.chown(server.folder, _USER)
        shutil.chown(words, _USER)
    _run(
        str(server.programs / "initdb"),
        "--no-sync",
        "--encoding=UTF8",
        "--locale=C",
        f"--username={_USER}",
        "--auth=scram-sha-256",
        f"--pwfile={words}",
        f"--pgdata={server.folder / 'data'}",
    )


def _runuser() -> str:
    """Return the program that runs others as another user, which not everybody's PATH has."""
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    return shutil.which("runuser", path=places) or "runuser"


def _run(*command: str) -> None:
    as_its_user = (_runuser(), "-u", _USER, "--") if os.getuid() == 0 else ()
    # Files, not pipes: the server would keep a pipe open, and whoever reads it waiting.
    with tempfile.TemporaryFile() as told:
        done = subprocess.run(
            [*as_its_user, *command], stdout=told, stderr=told, check=False, cwd="/", timeout=_LONGEST_SECONDS + 10
        )
        if done.returncode:
            told.seek(0)
            raise RuntimeError(f"{Path(command[0]).name} failed: {told.read().decode(errors='replace')}")
