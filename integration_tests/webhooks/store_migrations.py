"""What does every event store promise about databases of other versions?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, inspect, text

from integration_tests.webhooks.builders import NOON, an_event, at, some_events
from source_zoho.errors import ConfigProblem
from source_zoho.webhooks import event_rows, migrations
from source_zoho.webhooks.bookmarks import Bookmark
from source_zoho.webhooks.event import TEST, Event
from source_zoho.webhooks.sql_store import SqlStore
from source_zoho.webhooks.stores import existing_store, open_store
from source_zoho.webhooks.tables import METADATA, VERSIONS, digest


def sql_store(url: str) -> SqlStore:
    store = open_store(url)
    assert isinstance(store, SqlStore)
    return store


def version_of(url: str) -> int:
    """Return the version of a store that need not be of today's."""
    with sql_store(url) as store, store._reading() as connection:
        return migrations.version_of(connection)


class MigrationContract:
    """Promises about versions; a store's own class says with ``url`` where an empty one is."""

    @pytest.fixture
    def version_1(self, url: str, monkeypatch: pytest.MonkeyPatch) -> list[Event]:
        """Make a store of version 1 and return what is in it."""
        events = [
            an_event("a", received_at=at(5)),
            an_event("b"),
            an_event("c", entity="plan"),
            an_event("d", origin=TEST),
        ]
        with monkeypatch.context() as earlier:
            earlier.setattr(migrations, "STEPS", migrations.STEPS[:1])
            with sql_store(url) as store, store._writing() as connection:
                event_rows._keep(connection, {digest(event.key): event for event in events})
        return events

    def test_an_earlier_version_is_brought_up_to_date_with_what_it_holds(
        self, url: str, version_1: list[Event]
    ) -> None:
        with open_store(url) as store:
            assert [kept.event for kept in store.read_after(0, "billing")] == version_1
            assert store.latest("billing", "10") == {"invoice": at(5), "plan": NOON}
            assert store.append([version_1[0], an_event("new", entity="tax")]) == [False, True]
            assert store.latest("billing", "10") == {"invoice": at(5), "plan": NOON, "tax": NOON}

        assert version_of(url) == len(migrations.STEPS)

    def test_a_store_of_an_earlier_version_becomes_one_that_is_known(self, url: str, version_1: list[Event]) -> None:
        with open_store(url) as store:
            known = [Bookmark.at(store, sequence) for sequence in range(len(version_1) + 1)]
        with open_store(url) as store:
            store.append(some_events(2))

            assert all(each.is_in(store) for each in known)
            assert len({each.store for each in known}) == 1

    def test_an_earlier_version_is_a_store_that_may_be_read(self, url: str, version_1: list[Event]) -> None:
        with existing_store(url) as store:
            assert len(store.read_after(0, "billing")) == len(version_1)

    def test_a_step_that_fails_leaves_the_version_before_it(
        self, url: str, version_1: list[Event], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(connection: Connection) -> None:
            connection.execute(text("CREATE TABLE half_done (number INTEGER)"))
            raise ConfigProblem("the step that fails")

        with monkeypatch.context() as later:
            later.setattr(migrations, "STEPS", (*migrations.STEPS, fails))
            with pytest.raises(ConfigProblem, match="the step that fails"):
                open_store(url)

        with monkeypatch.context() as earlier:
            earlier.setattr(migrations, "STEPS", migrations.STEPS[:1])
            assert version_of(url) == 1
        with sql_store(url) as store, store._reading() as connection:
            assert not inspect(connection).has_table("half_done")

    def test_a_later_version_is_refused_and_left_alone(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        with open_store(url) as store:
            store.append(some_events(2))
        with monkeypatch.context() as later:
            later.setattr(migrations, "STEPS", (*migrations.STEPS, lambda _: None))
            assert version_of(url) == len(migrations.STEPS)

        with pytest.raises(ConfigProblem, match=r"is of version 4, and .* up to 3: a newer one has used it\. Upgrade"):
            open_store(url)

    def test_every_version_says_since_when_it_is_there(self, url: str, version_1: list[Event]) -> None:
        with sql_store(url) as store, store._reading() as connection:
            rows = connection.execute(VERSIONS.select().order_by("version")).all()

        assert [row.version for row in rows] == [1, 2, 3]
        assert NOON < rows[0].since <= rows[1].since <= rows[2].since <= datetime.now(UTC)

    def test_the_steps_make_the_tables_that_the_code_reads(self, url: str) -> None:
        with sql_store(url) as store, store._reading() as connection:
            found = inspect(connection)
            made = {table: {column["name"] for column in found.get_columns(table)} for table in found.get_table_names()}

        assert made == {table.name: set(table.columns.keys()) for table in METADATA.sorted_tables}
