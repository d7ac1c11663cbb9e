"""Which stores does a test of webhooks get, and which tests are left out where there is no PostgreSQL?"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.webhooks import postgres as of_postgres
from integration_tests.webhooks.postgres import Server

KINDS = ("sqlite", "postgres")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Return a server for all tests of this process; each takes a database of its own."""
    with of_postgres.a_server() as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the address of a file that is not there yet."""
    return f"sqlite:///{tmp_path / 'events.db'}"


@pytest.fixture
def postgres_url(postgres: Server) -> str:
    """Return the address of an empty database."""
    return postgres.new_database()


@pytest.fixture(params=KINDS)
def store_url(request: pytest.FixtureRequest) -> str:
    """Return the address of an empty store, once of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs PostgreSQL where there is none, and say so; where it is required, let it fail."""
    if of_postgres.programs() or of_postgres.are_required():
        return
    left_out = [item for item in items if _needs_postgres(item)]
    if not left_out:
        return
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
    warnings.warn(
        f"PostgreSQL is not installed: {len(left_out)} tests of its event store were left out. To run them, install it "
        f"(Debian: apt-get install postgresql); {of_postgres.WISH}=required makes them fail instead.",
        stacklevel=1,
    )


def _needs_postgres(item: pytest.Item) -> bool:
    if "postgres" in getattr(item, "fixturenames", ()):
        return True
    call = getattr(item, "callspec", None)
    return call is not None and call.params.get("store_url") == "postgres"
