"""Does the PostgreSQL road keep every digit, and are rows never without the state that knows of them?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest

from integration_tests.webhooks.postgres import Server, a_server

ROAD = Path(__file__).resolve().parents[2] / "examples" / "postgres_landing"
PROPERTIES = {
    "invoice_id": {"type": ["null", "string"]},
    "total": {"type": ["null", "number"]},
    "due_days": {"type": ["null", "integer"]},
    "is_sent": {"type": ["null", "boolean"]},
    "date": {"type": ["null", "string"], "format": "date"},
    "changed": {"type": ["null", "string"], "format": "date-time"},
    "lines": {"type": ["null", "array"]},
    "x" * 64: {"type": ["null", "string"]},
}


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with a_server() as server:
        yield server


@pytest.fixture
def database(postgres: Server) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres.new_database(), autocommit=True, options="-c TimeZone=UTC") as connection:
        yield connection


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    """Return the module of the example, which stands in no package."""
    spec = spec_from_file_location("tables_of_the_postgres_road", ROAD / "tables.py")
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def catalog(sync_mode: str = "incremental", **more: Any) -> dict[str, Any]:
    stream = {"name": "invoices", "json_schema": {"properties": {**PROPERTIES, **more}}}
    return {"streams": [{"stream": stream, "sync_mode": sync_mode, "primary_key": [["invoice_id"]]}]}


def record(data: str) -> bytes:
    return f'{{"type":"RECORD","record":{{"stream":"invoices","data":{data}}}}}\n'.encode()


def state(position: int) -> bytes:
    told = {"stream": {"stream_descriptor": {"name": "invoices"}, "stream_state": {"at": position}}}
    return json.dumps({"type": "STATE", "state": told}).encode()


COMPLETE = json.dumps(
    {"type": "TRACE", "trace": {"stream_status": {"status": "COMPLETE", "stream_descriptor": {"name": "invoices"}}}}
).encode()


def rows(database: psycopg.Connection, columns: str) -> list[tuple[Any, ...]]:
    return database.execute(f"SELECT {columns} FROM zoho.invoices ORDER BY invoice_id".encode()).fetchall()


def land(tables: ModuleType, database: psycopg.Connection, *lines: bytes, **configured: Any) -> Any:
    database.execute("SELECT pg_advisory_unlock_all()")
    database.execute("DISCARD TEMP")
    landing = tables.Landing(database, "zoho", catalog(**configured))
    for line in lines:
        landing.take(line)
    return landing


def test_every_type_lands_exactly(tables: ModuleType, database: psycopg.Connection) -> None:
    whole = record(
        '{"invoice_id":"4600000000002604901","total":12345678901234567.89,"due_days":-3,"is_sent":true,'
        '"date":"2025-06-01","changed":"2025-06-01T09:30:00+0530","lines":[{"rate":0.1000000000000000055}]}'
    )

    land(tables, database, whole, state(1))

    assert rows(database, "invoice_id, total, due_days, is_sent, date::text, changed, lines::text") == [
        (
            "4600000000002604901",
            Decimal("12345678901234567.89"),
            -3,
            True,
            "2025-06-01",
            datetime(2025, 6, 1, 4, tzinfo=UTC),
            '[{"rate": 0.1000000000000000055}]',
        )
    ]


def test_what_fits_no_column_stays_in_the_whole_record(tables: ModuleType, database: psycopg.Connection) -> None:
    odd = '{"invoice_id":"1","total":"soon","date":"","lines":null,"cf_region":"N\\u0000S","path":"C:\\\\u0000"}'

    land(tables, database, record(odd), state(1))

    kept = {**json.loads(odd), "cf_region": "N\ufffdS"}
    assert rows(database, "total, date, lines, _record") == [(None, None, None, kept)]


def test_of_one_key_the_last_record_stays_within_a_batch_and_across_runs(
    tables: ModuleType, database: psycopg.Connection
) -> None:
    versions = [record(f'{{"invoice_id":"{key}","total":{total}}}') for key, total in ((1, 1), (2, 2), (1, 3))]

    first = land(tables, database, *versions, state(1))
    again = land(tables, database, record('{"invoice_id":"2","total":4}'), state(2))

    assert rows(database, "invoice_id, total") == [("1", 3), ("2", 4)]
    assert [each.saved()[0]["stream"]["stream_state"] for each in (first, again)] == [{"at": 2}, {"at": 2}]


def test_rows_and_state_come_together_or_not_at_all(
    tables: ModuleType, database: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing = land(tables, database, record('{"invoice_id":"1","total":1}'), state(1))

    def fail(*_: object) -> None:
        raise ConnectionAbortedError

    landing.take(record('{"invoice_id":"2","total":2}'))
    with monkeypatch.context() as patch:
        patch.setattr(tables.json, "dumps", fail)  # after the rows, before the state
        with pytest.raises(ConnectionAbortedError):
            landing.take(state(2))

    assert rows(database, "invoice_id") == [("1",)]
    assert landing.saved()[0]["stream"]["stream_state"] == {"at": 1}


def test_a_list_that_is_read_whole_is_replaced_when_it_is_complete(
    tables: ModuleType, database: psycopg.Connection
) -> None:
    old, new = (record(f'{{"invoice_id":"{key}"}}') for key in (1, 2))
    land(tables, database, old, COMPLETE, sync_mode="full_refresh")

    torn = land(tables, database, new, state(1), sync_mode="full_refresh")
    assert rows(database, "invoice_id") == [("1",)]
    assert torn.saved() == []

    land(tables, database, new, COMPLETE, sync_mode="full_refresh")
    assert rows(database, "invoice_id") == [("2",)]


def test_new_fields_become_columns(tables: ModuleType, database: psycopg.Connection) -> None:
    land(tables, database, record('{"invoice_id":"1"}'), state(1))
    land(tables, database, record('{"invoice_id":"2","po":"7"}'), state(2), po={"type": "string"})

    assert rows(database, "invoice_id, po") == [("1", None), ("2", "7")]


def test_two_runs_do_not_write_to_one_schema(
    tables: ModuleType, postgres: Server, database: psycopg.Connection
) -> None:
    land(tables, database)

    with (
        psycopg.connect(postgres.url(database.info.dbname), autocommit=True) as other,
        pytest.raises(SystemExit, match="another run is writing to the schema zoho"),
    ):
        tables.Landing(other, "zoho", catalog())
