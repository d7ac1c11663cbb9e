"""
How does a record become a row of PostgreSQL, without losing a digit, a field or its place in the state?

PostgreSQL itself takes each record apart, from the text that the connector wrote: no number and no id passes through a
float. Rows and the state that follows them are committed together, so a run that was killed goes on where it was.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import psycopg
from psycopg.sql import SQL, Composable, Identifier

ROWS_AT_ONCE = 5_000
LONGEST_NAME = 63  # bytes; PostgreSQL would cut a longer one
FORMATS = {"date-time": "timestamptz", "date": "date"}
# A value that does not fit its column becomes NULL there, and stays to be seen in the column _record.
CAST = SQL("""
CREATE FUNCTION {}(value text) RETURNS {} LANGUAGE plpgsql STRICT AS
$$ DECLARE fitting {}; BEGIN fitting := value; RETURN fitting; EXCEPTION WHEN data_exception THEN RETURN NULL; END $$
""")
CASTS = ("numeric", "bool", "date", "timestamptz")
NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")  # a character that PostgreSQL keeps in no text


def sql_type(schema: Mapping[str, Any]) -> str:
    """Return the type of a property's column; numeric has as many digits as an amount needs."""
    declared = schema.get("type") or []
    kinds = set([declared] if isinstance(declared, str) else declared) - {"null"}
    if not kinds or kinds & {"array", "object"}:
        return "jsonb"
    if kinds <= {"integer", "number"}:
        return "numeric"
    if kinds == {"boolean"}:
        return "bool"
    return FORMATS.get(str(schema.get("format")), "text")


def cast(kind: str) -> Identifier:
    """Return the function that reads a text as *kind*, for as long as the connection lasts."""
    return Identifier("pg_temp", f"as_{kind}")


def listed(parts: Iterable[Composable]) -> Composable:
    """Return *parts* with commas between."""
    return SQL(", ").join(parts)


class Table:
    """One stream on its way into its table, by way of a temporary one."""

    def __init__(self, number: int, configured: Mapping[str, Any], schema: str) -> None:
        stream = configured["stream"]
        self.name: str = stream["name"]
        self.place = Identifier(schema, self.name)
        self.batch = Identifier(f"batch_{number}")
        self.key = [path[0] for path in configured["primary_key"]]
        self.is_replaced = configured["sync_mode"] == "full_refresh"
        properties = {name: {"type": ["string"]} for name in self.key} | stream["json_schema"]["properties"]
        self.types = {name: sql_type(it) for name, it in properties.items() if len(name.encode()) <= LONGEST_NAME}
        self.lines: list[bytes] = []
        self.landed = 0

    def prepare(self, connection: psycopg.Connection) -> None:
        """Make the table where there is none, and give it the columns that it lacks."""
        connection.execute(SQL("CREATE TEMP TABLE {} (n bigserial, record jsonb)").format(self.batch))
        connection.execute(SQL("CREATE TABLE IF NOT EXISTS {} (_record jsonb)").format(self.place))
        add = SQL("ADD COLUMN IF NOT EXISTS {} {}")
        added = listed(add.format(Identifier(name), Identifier(kind)) for name, kind in self.types.items())
        connection.execute(SQL("ALTER TABLE {} {}").format(self.place, added))
        if self.key:
            index = Identifier(f"{self.name[: LONGEST_NAME - 4]}_key")
            unique = SQL("CREATE UNIQUE INDEX IF NOT EXISTS {} ON {} ({}) NULLS NOT DISTINCT")
            connection.execute(unique.format(index, self.place, listed(map(Identifier, self.key))))

    def send(self, connection: psycopg.Connection) -> None:
        """Hand the records that wait to PostgreSQL, not yet into their table."""
        command = SQL("COPY {} (record) FROM STDIN").format(self.batch)
        with connection.cursor() as cursor, cursor.copy(command) as copy:
            for line in self.lines:
                copy.write_row((NUL.sub(rb"\1\\ufffd", line).decode(),))
        self.landed += len(self.lines)
        self.lines.clear()

    def merge(self, connection: psycopg.Connection) -> None:
        """Move what was sent into the table."""
        self.send(connection)
        if self.is_replaced:
            connection.execute(SQL("DELETE FROM {}").format(self.place))
        columns = [Identifier(name) for name in (*self.types, "_record")]
        insert = SQL("INSERT INTO {} ({}) SELECT {} FROM ({}) AS sent {}").format(
            self.place, listed(columns), listed(self._values()), self._last_of_each_key(), self._upsert(columns)
        )
        connection.execute(insert)
        connection.execute(SQL("TRUNCATE {}").format(self.batch))

    def _values(self) -> Iterator[Composable]:
        for name, kind in self.types.items():
            if kind == "jsonb":
                yield SQL("nullif(data->{}, 'null')").format(name)
            elif kind == "text":
                yield SQL("data->>{}").format(name)
            else:
                yield SQL("{}(data->>{})").format(cast(kind), name)
        yield SQL("data")

    def _last_of_each_key(self) -> Composable:
        data = SQL("record->'record'->'data'")
        key = [SQL("{}->{}").format(data, name) for name in self.key]
        distinct = SQL("DISTINCT ON ({})").format(listed(key)) if key else SQL("")
        order = listed([*key, SQL("n DESC" if key else "n")])
        return SQL("SELECT {} {} AS data FROM {} ORDER BY {}").format(distinct, data, self.batch, order)

    def _upsert(self, columns: list[Identifier]) -> Composable:
        if not self.key:
            return SQL("")
        changes = listed(SQL("{} = excluded.{}").format(column, column) for column in columns)
        return SQL("ON CONFLICT ({}) DO UPDATE SET {}").format(listed(map(Identifier, self.key)), changes)


class Landing:
    """A schema of a database that takes what the connector says."""

    def __init__(self, connection: psycopg.Connection, schema: str, catalog: Mapping[str, Any]) -> None:
        self.connection = connection
        self.states = Identifier(schema, "_state")
        self._be_alone(schema)
        tables = [Table(number, each, schema) for number, each in enumerate(catalog["streams"])]
        self.tables = {table.name: table for table in tables}
        with connection.transaction():
            for kind in CASTS:
                connection.execute(CAST.format(cast(kind), Identifier(kind), Identifier(kind)))
            connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(schema)))
            connection.execute(
                SQL("CREATE TABLE IF NOT EXISTS {} (stream text PRIMARY KEY, state json)").format(self.states)
            )
            for table in tables:
                table.prepare(connection)

    def _be_alone(self, schema: str) -> None:
        lock = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
        if self.connection.execute(lock, (schema,)).fetchone() != (True,):
            raise SystemExit(f"another run is writing to the schema {schema}")

    def saved(self) -> list[Any]:
        """Return the states with which the next read begins."""
        return [state for (state,) in self.connection.execute(SQL("SELECT state FROM {}").format(self.states))]

    def take(self, line: bytes) -> None:
        """Take one line of the connector."""
        match json.loads(line):
            case {"type": "RECORD", "record": {"stream": str(name)}}:
                self._keep(self.tables[name], line)
            case {"type": "STATE", "state": {"stream": {"stream_descriptor": {"name": str(name)}}} as state}:
                if not self.tables[name].is_replaced:
                    self._commit(self.tables[name], state)
            case {"type": "TRACE", "trace": {"stream_status": {"status": "COMPLETE", "stream_descriptor": stream}}}:
                self._commit(self.tables[stream["name"]])
            case {"type": "TRACE", "trace": {"error": {"message": str(words)}}}:
                sys.stderr.write(f"{words}\n")

    def _keep(self, table: Table, line: bytes) -> None:
        table.lines.append(line)
        if len(table.lines) >= ROWS_AT_ONCE:
            with self.connection.transaction():
                table.send(self.connection)

    def _commit(self, table: Table, state: object = None) -> None:
        save = SQL("INSERT INTO {} VALUES (%s, %s) ON CONFLICT (stream) DO UPDATE SET state = excluded.state")
        with self.connection.transaction():
            table.merge(self.connection)
            if state is not None:
                self.connection.execute(save.format(self.states), (table.name, json.dumps(state)))
