"""How do many events get into their table in one statement, and which of them were new?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import JSON, Connection, Text, bindparam, cast, column, func, select
from sqlalchemy.sql.dml import ReturningInsert

from source_zoho.webhooks.tables import EVENTS, insert

if TYPE_CHECKING:
    from psycopg import Binary

Row = Mapping[str, Any]


def add_new(connection: Connection, rows: Sequence[Row]) -> set[bytes]:
    """Add *rows* but for those whose key is there already, and return the digests of the new keys."""
    add = _add_to_postgresql if connection.dialect.name == "postgresql" else _add_to_sqlite
    return set(add(connection, rows))


def _add_to_sqlite(connection: Connection, rows: Sequence[Row]) -> Iterable[bytes]:
    return connection.execute(_new_values(), rows).scalars()


@cache
def _new_values() -> ReturningInsert[Any]:
    # With RETURNING, SQLAlchemy makes one statement of as many rows as SQLite takes in one.
    new = insert(EVENTS, "sqlite").on_conflict_do_nothing(index_elements=[EVENTS.c.key_digest])
    return new.returning(EVENTS.c.key_digest)


def _add_to_postgresql(connection: Connection, rows: Sequence[Row]) -> Iterable[bytes]:
    # One value with all rows: the driver would take longer to fit in thousands than the server takes to keep them.
    takes = {str(each.name): each.type.bind_processor(connection.dialect) for each in EVENTS.columns}
    taken = [{name: take(row[name]) if take else row[name] for name, take in takes.items()} for row in rows]
    return connection.execute(_new_of_json(), {"rows": orjson.dumps(taken, default=_in_hex).decode()}).scalars()


@cache
def _new_of_json() -> ReturningInsert[Any]:
    names = [each.name for each in EVENTS.columns]
    given = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON))
    rows = given.table_valued(*(column(each.name, each.type) for each in EVENTS.columns)).render_derived(
        with_types=True
    )
    new = insert(EVENTS, "postgresql").from_select(names, select(*rows.columns))
    return new.on_conflict_do_nothing(index_elements=[EVENTS.c.key_digest]).returning(EVENTS.c.key_digest)


def _in_hex(value: Binary) -> str:
    return rf"\x{bytes(value.obj).hex()}"
