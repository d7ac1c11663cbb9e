"""Does a store in PostgreSQL keep what every store promises, and say what is wrong with the server?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from integration_tests.webhooks.builders import an_event, some_events
from integration_tests.webhooks.postgres import PASSWORD, Server
from integration_tests.webhooks.store_contract import EventStoreContract
from integration_tests.webhooks.store_identities import IdentityContract
from integration_tests.webhooks.store_migrations import MigrationContract, sql_store
from integration_tests.webhooks.store_together import TogetherContract
from source_zoho.errors import ConfigProblem, Transient, ZohoError
from source_zoho.webhooks import event_rows, store_postgres
from source_zoho.webhooks.sql_store import SqlStore
from source_zoho.webhooks.stores import open_store
from source_zoho.webhooks.tables import IDENTITIES, LAST_SEQUENCE, METADATA, VERSIONS

IN_LATIN_1 = "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"


@pytest.fixture(scope="module")
def shared(postgres: Server) -> Iterator[SqlStore]:
    """Return a store that stays open: a connection to PostgreSQL takes its time."""
    with sql_store(postgres.new_database()) as store:
        yield store


@pytest.fixture(scope="module")
def database(postgres: Server) -> str:
    return postgres.new_database()


@pytest.fixture
def url(postgres: Server, database: str) -> str:
    """Return the address of a database that has been emptied, which takes a fifth of the time to make one."""
    postgres.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public", database)
    return database


class TestStoreInPostgres(EventStoreContract):
    @pytest.fixture
    def url(self, shared: SqlStore) -> str:
        return shared._database.engine.url.render_as_string(hide_password=False)

    @pytest.fixture
    def store(self, shared: SqlStore) -> SqlStore:
        with shared._writing() as connection:
            for table in METADATA.sorted_tables:
                if table is LAST_SEQUENCE:
                    connection.execute(table.update().values(sequence=0))
                elif table is IDENTITIES:
                    connection.execute(table.delete().where(IDENTITIES.c.after_sequence >= 0))
                elif table is not VERSIONS:
                    connection.execute(table.delete())
        shared._has_given_out = False
        return shared


class TestManyInPostgres(TogetherContract, MigrationContract, IdentityContract):
    @pytest.fixture
    def another_url(self, shared: SqlStore) -> str:
        return shared._database.engine.url.render_as_string(hide_password=False)

    @pytest.fixture
    def backup(self, postgres: Server) -> Callable[[str], str]:
        return lambda url: postgres.new_database(f"TEMPLATE {_name(url)}")


def refusal(url: str, kind: type[ZohoError]) -> str:
    """Return the sentence with which a store at *url* is not opened, and see that it tells no secret."""
    with pytest.raises(kind) as raised:
        open_store(url)
    assert "secret" not in str(raised.value)
    return str(raised.value)


# ── what is kept is kept ──


def test_a_server_that_says_kept_too_early_is_told_to_wait_for_its_disk(postgres: Server, postgres_url: str) -> None:
    postgres.run(f"ALTER DATABASE {_name(postgres_url)} SET synchronous_commit = off")

    with sql_store(postgres_url) as store, store._writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_a_server_that_waits_for_its_copies_is_left_to_it(postgres: Server, postgres_url: str) -> None:
    postgres.run(f"ALTER DATABASE {_name(postgres_url)} SET synchronous_commit = remote_apply")

    with sql_store(postgres_url) as store, store._writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "remote_apply"


def test_a_full_disk_keeps_what_there_is_and_nothing_of_the_new(postgres: Server, url: str) -> None:
    with open_store(url) as store:
        store.append(some_events(3))
        _let_the_disk_be_full(postgres, url)
        with pytest.raises(Transient, match="is full: no room is left on its disk") as raised:
            store.append([an_event("small"), an_event("large", payload="a secret of the customer")])

        assert "secret" not in str(raised.value)
        assert (len(store.read_after(0, "billing")), store.last_sequence()) == (3, 3)
        assert store.append([an_event("small")]) == [True]


# ── connections come and go ──


def test_a_lost_connection_is_made_anew(postgres: Server, url: str) -> None:
    with open_store(url) as store:
        store.append([an_event("a")])
        _cut_all_connections(postgres, url)

        assert store.append([an_event("a"), an_event("b")]) == [False, True]


def test_a_connection_lost_in_the_middle_keeps_nothing_of_it(postgres: Server, url: str) -> None:
    with sql_store(url) as store:

        def is_cut_off() -> None:
            with store._writing() as connection:
                event_rows.take_turn(connection, 99)
                _cut_all_connections(postgres, url)
                event_rows.append(connection, [an_event("a")])

        with pytest.raises(Transient, match=r"is being stopped or started|cannot be reached"):
            is_cut_off()

        assert store.append([an_event("a")]) == [True]
        assert store.last_sequence() == 1


def test_a_server_that_stops_is_said_and_used_again_when_it_is_back(stoppable: Server) -> None:
    with open_store(stoppable.new_database()) as store:
        store.append([an_event("a")])
        stoppable.stop()
        for use in (lambda: store.append([an_event("b")]), lambda: store.read_after(0, "billing"), store.ping):
            with pytest.raises(Transient, match=r"at 127\.0\.0\.1 cannot be reached; see that its server runs"):
                use()
        stoppable.start()

        assert store.append([an_event("a"), an_event("b")]) == [False, True]


@pytest.fixture
def stoppable(postgres: Server) -> Iterator[Server]:
    """Return the server of all tests, which runs again afterwards."""
    yield postgres
    postgres.stop()
    postgres.start()


def test_who_waits_too_long_for_others_says_so(postgres: Server, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_postgres, "_OF_A_SESSION", ("SET lock_timeout = '1ms'",))
    with open_store(url) as store, psycopg.connect(url) as other:
        other.execute("UPDATE source_zoho_last_sequence SET sequence = 5")
        with pytest.raises(Transient, match="was locked by another program"):
            store.append([an_event("a")])
        other.rollback()

        assert store.append([an_event("a")]) == [True]


# ── what only its owner can mend ──


def test_a_wrong_password_is_not_repeated(postgres: Server) -> None:
    said = refusal(postgres.url("postgres", password="another-secret"), ConfigProblem)

    assert said == (
        "The event store in the PostgreSQL database 'postgres' at 127.0.0.1 does not let this user in; "
        "correct user and password in the URL of the store."
    )


def test_an_unknown_user_is_let_in_no_more(postgres: Server) -> None:
    assert "does not let this user in" in refusal(postgres.url("postgres", user="nobody"), ConfigProblem)


def test_a_missing_database_is_named(postgres: Server) -> None:
    said = refusal(postgres.url("evnets"), ConfigProblem)

    assert "'evnets' at 127.0.0.1 does not exist on this server; create it" in said


def test_a_server_that_nobody_hears_is_waited_for(postgres: Server) -> None:
    assert "cannot be reached; see that its server runs" in refusal(postgres.url("events", port=1), Transient)


def test_a_database_that_is_only_read_from_is_said(postgres: Server, postgres_url: str) -> None:
    postgres.run(f"ALTER DATABASE {_name(postgres_url)} SET default_transaction_read_only = on")

    assert "is read-only, as a copy of another is" in refusal(postgres_url, ConfigProblem)


def test_a_user_without_rights_is_said(postgres: Server, url: str) -> None:
    postgres.run(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'; GRANT USAGE ON SCHEMA public TO reader", url)

    assert "grant CREATE on its schema" in refusal(postgres.url(_name(url), user="reader"), ConfigProblem)


def test_a_database_that_lacks_letters_is_refused(postgres: Server) -> None:
    said = refusal(postgres.new_database(IN_LATIN_1), ConfigProblem)

    assert "has the encoding LATIN1, which lacks letters that Zoho sends" in said


def test_tables_may_stand_in_a_schema_of_their_own(postgres: Server, url: str) -> None:
    postgres.run("CREATE SCHEMA hooks", url)
    with open_store(f"{url}?options=-csearch_path%3Dhooks") as store:
        store.append([an_event()])

    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM hooks.source_zoho_events").fetchone() == (1,)


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def _cut_all_connections(postgres: Server, url: str) -> None:
    postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_name(url)}'")


def _let_the_disk_be_full(postgres: Server, url: str) -> None:
    """Answer a large event as a server without room on its disk does."""
    postgres.run(
        """
        CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file: %', NEW.payload USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER full_disk BEFORE INSERT ON source_zoho_events
        FOR EACH ROW WHEN (NEW.key = 'large') EXECUTE FUNCTION full_disk();
        """,
        url,
    )
