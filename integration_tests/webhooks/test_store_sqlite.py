"""Does a store in an SQLite file keep what every store promises, and say what is wrong with the file?"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from integration_tests.webhooks.builders import an_event, some_events
from integration_tests.webhooks.store_contract import EventStoreContract
from integration_tests.webhooks.store_identities import IdentityContract
from integration_tests.webhooks.store_migrations import MigrationContract, sql_store
from integration_tests.webhooks.store_together import TogetherContract
from source_zoho.errors import ConfigProblem, Transient
from source_zoho.webhooks import store_sqlite
from source_zoho.webhooks.event import Event
from source_zoho.webhooks.stores import existing_store, open_store


class TestStoreInSQLite(EventStoreContract, TogetherContract, MigrationContract, IdentityContract):
    @pytest.fixture
    def url(self, sqlite_url: str) -> str:
        return sqlite_url

    @pytest.fixture
    def another_url(self, sqlite_url: str) -> str:
        return sqlite_url.replace("events.db", "others.db")

    @pytest.fixture
    def backup(self) -> Callable[[str], str]:
        return copied


def copied(url: str) -> str:
    copy = url.replace("events.db", "backup.db")
    with closing(sqlite3.connect(_path(url))) as original, closing(sqlite3.connect(_path(copy))) as other:
        original.backup(other)
    return copy


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no store grow beyond some dozen pages."""
    monkeypatch.setattr(store_sqlite, "PRAGMAS", (*store_sqlite.PRAGMAS, "max_page_count = 60"))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no store wait for others."""
    monkeypatch.setattr(store_sqlite, "PRAGMAS", ("busy_timeout = 0", "synchronous = FULL"))
    monkeypatch.setattr(store_sqlite, "_WAITS_SECONDS", 0)


def a_large_event(key: str) -> Event:
    return an_event(key, payload="a secret of the customer " * 4_000)


def test_writes_to_disk_at_each_commit(sqlite_url: str) -> None:
    with sql_store(sqlite_url) as store, store._reading() as connection:
        of_the_session = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "journal_mode")
        ]

    assert of_the_session == [2, "wal"]


def test_a_full_store_keeps_what_it_has_and_nothing_of_what_does_not_fit(sqlite_url: str, little_room: None) -> None:
    with open_store(sqlite_url) as store:
        store.append(some_events(3))
        with pytest.raises(Transient, match="is full: no room is left on its disk") as raised:
            store.append([an_event("small"), a_large_event("large"), a_large_event("larger")])

        assert "secret" not in str(raised.value)
        assert (len(store.read_after(0, "billing")), store.last_sequence()) == (3, 3)
        assert store.append([an_event("small")]) == [True]


def test_a_full_store_that_is_pruned_has_room_again(sqlite_url: str, little_room: None) -> None:
    large = a_large_event("large")
    with open_store(sqlite_url) as store:
        store.append([large])
        with pytest.raises(Transient, match="prune events"):
            store.append([a_large_event("larger")])
        store.prune(large.received_at.replace(year=2027))

        assert store.append([a_large_event("larger")]) == [True]


def test_a_file_that_somebody_else_has_locked_is_waited_for_and_then_said(sqlite_url: str, impatient: None) -> None:
    with open_store(sqlite_url) as store, sqlite3.connect(_path(sqlite_url), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Transient, match="was locked by another program"):
            store.append([an_event()])
        assert store.read_after(0, "billing") == []
        other.execute("ROLLBACK")

        assert store.append([an_event()]) == [True]


def test_a_new_file_that_somebody_else_has_locked_is_said(sqlite_url: str, impatient: None) -> None:
    with sqlite3.connect(_path(sqlite_url), isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Transient, match="was locked by another program"):
            open_store(sqlite_url)


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblem, match=rf"there is no folder {tmp_path}/nowhere\. Make it, or correct the path"):
        open_store(f"sqlite:///{tmp_path}/nowhere/events.db")


@pytest.mark.parametrize("path", ["evnets.db", "nowhere/events.db", "letter.txt/events.db"])
def test_who_reads_a_file_that_is_not_there_is_told_where_it_would_be_and_makes_none(path: str, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear customer", encoding="utf-8")
    with pytest.raises(ConfigProblem) as raised:
        existing_store(f"sqlite:///{tmp_path}/{path}")

    assert str(raised.value) == (
        f"The event store {tmp_path}/{path} does not exist. Correct its address, in which a path from the root has "
        "four strokes after sqlite:, or start `source-zoho webhooks serve` with it, which makes it."
    )
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]


def test_a_path_with_a_stroke_too_few_is_told_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigProblem, match=rf"The event store {tmp_path}/var/lib/events\.db does not exist"):
        existing_store("sqlite:///var/lib/events.db")


def test_who_reads_by_the_other_way_to_name_a_file_makes_none_either(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblem, match=rf"The event store {tmp_path}/a b\.db does not exist"):
        existing_store(f"sqlite:///file:{tmp_path}/a%20b.db?uri=true")

    assert list(tmp_path.iterdir()) == []


def test_who_reads_a_file_of_other_tables_leaves_it_without_ours(sqlite_url: str) -> None:
    with closing(sqlite3.connect(_path(sqlite_url))) as other:
        other.execute("CREATE TABLE letters (text TEXT)")
        with pytest.raises(ConfigProblem, match="is a file without its tables"):
            existing_store(sqlite_url)

        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("letters",)]


def test_a_folder_in_place_of_a_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblem, match=rf"{tmp_path} cannot be opened; it has to be a file"):
        open_store(f"sqlite:///{tmp_path}")


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear customer, " * 100, encoding="utf-8")
    with pytest.raises(ConfigProblem, match=r"letter\.txt is not an SQLite file; choose another path"):
        open_store(f"sqlite:///{letter}")

    assert letter.read_text(encoding="utf-8") == "Dear customer, " * 100


def test_a_damaged_file_is_said(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store:
        store.append(some_events(300))
    path = _path(sqlite_url)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))

    with pytest.raises(ConfigProblem, match="is damaged; put back a copy of it"):
        open_store(sqlite_url)


def test_a_file_that_is_taken_away_takes_nothing_more_until_it_is_back(sqlite_url: str) -> None:
    path = Path(_path(sqlite_url))
    with open_store(sqlite_url) as store:
        store.append([an_event("before")])
        moved = path.rename(path.with_name("moved.db"))
        for _ in range(2):
            with pytest.raises(ConfigProblem, match="was deleted, moved or replaced while it was in use"):
                store.append([an_event("nowhere")])
        moved.rename(path)
        store.append([an_event("after")])

        assert [each.event.key for each in store.read_after(0, "billing")] == ["before", "after"]


def test_a_file_that_may_only_be_read_is_said(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store:
        store.append([an_event()])

    with (
        open_store(f"sqlite:///file:{_path(sqlite_url)}?mode=ro&uri=true") as store,
        pytest.raises(ConfigProblem, match="may not be written to; let the user of this process write to it"),
    ):
        store.append([an_event("b")])


def test_a_place_without_a_log_is_refused(sqlite_url: str) -> None:
    with pytest.raises(ConfigProblem, match="where SQLite cannot keep a write-ahead log"):
        open_store(f"sqlite:///file:{_path(sqlite_url)}?vfs=unix-dotfile&uri=true")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_store_in_memory_is_refused(url: str) -> None:
    with pytest.raises(ConfigProblem, match="in memory, where nothing lasts"):
        open_store(url)


def test_a_path_beside_the_process_is_meant_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///events.db").close()

    assert (tmp_path / "events.db").exists()


def test_an_sqlite_that_is_too_old_is_said(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 26, 0))

    with pytest.raises(ConfigProblem, match=r"needs SQLite 3\.35 or newer"):
        open_store(sqlite_url)


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))
