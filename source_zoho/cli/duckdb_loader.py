"""
How do Airbyte messages become tables of a DuckDB file?

One table per stream, one transaction per batch. What it promises:

- A row with a primary key replaces the row that has the same key, within a batch and across runs.
- A stream that is overwritten keeps its old rows until it is read to its end, and then has exactly the new ones.
- A state is saved in the same transaction as the last of the rows that came before it, or later; never earlier.
- Fields that the schema does not know, and values that their column cannot hold, are kept in the column ``_extra``.
"""

# ruff: noqa: S608  table and column names come quoted from the catalog, values never stand in the SQL

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from source_zoho.cli.catalog import incremental_streams
from source_zoho.cli.columns import Column, MisfitError, column_for, columns_for, quoted, text_of_json

BATCH_ROWS = 10_000
EXTRA = "_extra"
STATE_TABLE = "_airbyte_state"

Row = tuple[str | None, ...]


class StreamTable:
    """The rows of one stream on their way to one table."""

    def __init__(self, configured_stream: Mapping[str, Any]) -> None:
        stream = configured_stream["stream"]
        self.name: str = stream["name"]
        self.key = tuple(path[0] for path in configured_stream.get("primary_key") or ())
        self.columns = (
            *columns_for(stream.get("json_schema") or {}, self.key),
            column_for(EXTRA, {"type": "object"}),
        )
        self.overwrites = configured_stream["destination_sync_mode"] == "overwrite"
        self.emitted = 0
        self.state: Mapping[str, Any] | None = None
        self._known = {column.name: place for place, column in enumerate(self.columns[:-1])}
        self._key_places = [self._known[name] for name in self.key]
        self._waiting: dict[Any, Row] = {}

    def add(self, record: Mapping[str, Any]) -> None:
        """Keep *record* for the next batch; a later one with the same key takes its place."""
        row = self.row(record)
        key = tuple(row[place] for place in self._key_places) or self.emitted
        self._waiting[key] = row
        self.emitted += 1

    def row(self, record: Mapping[str, Any]) -> Row:
        """Return *record* as the texts of its columns."""
        texts: list[str | None] = [None] * len(self.columns)
        extra: dict[str, Any] = {}
        for name, value in record.items():
            place = self._known.get(name)
            if place is None:
                extra[name] = value
            elif value is not None:
                try:
                    texts[place] = self.columns[place].to_text(value)
                except MisfitError as misfit:
                    texts[place] = misfit.nearest
                    extra[name] = value
        if extra:
            texts[-1] = text_of_json(extra)
        return tuple(texts)

    @property
    def waiting(self) -> int:
        """Return how many rows wait for the next batch."""
        return len(self._waiting)

    def take_waiting(self) -> list[Row]:
        """Return the rows of the batch and start the next one."""
        rows = list(self._waiting.values())
        self._waiting.clear()
        return rows


class DuckDBLoader(AbstractContextManager["DuckDBLoader"]):
    """Takes the messages of one read and writes them to a DuckDB file; leaving it by an error drops unfinished work."""

    def __init__(self, path: Path | str, catalog: Mapping[str, Any]) -> None:
        # Imported here: duckdb is an extra, and the command line must start without it.
        import duckdb

        self._incremental = incremental_streams(catalog)
        self._tables = {table.name: table for table in map(StreamTable, catalog["streams"])}
        self._scratch = tempfile.TemporaryDirectory(prefix="source-zoho-")
        # Nothing may be fetched from the network: json and icu are part of the duckdb package.
        offline: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        self._database = duckdb.connect(str(path), config=offline)
        self._prepare()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            self._database.close()
            self._scratch.cleanup()

    def __enter__(self) -> Self:
        return self

    @property
    def emitted(self) -> dict[str, int]:
        """Return how many records each stream has sent, in the order of the catalog."""
        return {name: table.emitted for name, table in self._tables.items()}

    def rows(self) -> dict[str, int]:
        """Return how many rows the table of each stream has."""
        return {name: self._count(quoted(name)) for name in self._tables}

    def take(self, message: Mapping[str, Any]) -> None:
        """Take one Airbyte message; what is neither record, state nor the end of a stream is left alone."""
        match message:
            case {"type": "RECORD", "record": {"stream": str(stream), "data": data}}:
                table = self._tables[stream]
                table.add(data)
                if table.waiting >= BATCH_ROWS:
                    self._write(table)
            case {"type": "STATE", "state": {"stream": {"stream_descriptor": {"name": str(stream)}}} as state}:
                self._tables[stream].state = state
            case {"type": "TRACE", "trace": {"stream_status": {"status": "COMPLETE", "stream_descriptor": stream}}}:
                self._complete(self._tables[stream["name"]])

    def flush(self) -> None:
        """Write all rows that wait, and the states that came after them."""
        for table in self._tables.values():
            self._write(table)

    def states(self) -> list[Any]:
        """Return what the next read is given as state; a stream that is read whole has none to carry on."""
        saved = self._database.execute(f"SELECT stream, state FROM {STATE_TABLE} ORDER BY stream").fetchall()
        return [orjson.loads(state) for stream, state in saved if stream in self._incremental]

    def _count(self, table: str) -> int:
        ((rows,),) = self._database.execute(f"SELECT count(*) FROM {table}").fetchall()
        return int(rows)

    def _prepare(self) -> None:
        self._database.execute("SET TimeZone = 'UTC'")
        self._database.execute("BEGIN")
        self._database.execute(
            f"CREATE TABLE IF NOT EXISTS {STATE_TABLE} (stream VARCHAR PRIMARY KEY, state JSON, saved_at TIMESTAMPTZ)"
        )
        present = self._present_columns()
        for table in self._tables.values():
            if table.name in present:
                self._add_missing_columns(table, present[table.name])
            else:
                self._create(quoted(table.name), table.columns)
            if table.overwrites:
                self._create(_target(table), table.columns, temporary=True)
        self._database.execute("COMMIT")

    def _present_columns(self) -> dict[str, set[str]]:
        present: dict[str, set[str]] = {}
        found = self._database.execute("SELECT table_name, lower(column_name) FROM duckdb_columns() WHERE NOT internal")
        for table, column in found.fetchall():
            present.setdefault(table, set()).add(column)
        return present

    def _create(self, name: str, columns: Iterable[Column], *, temporary: bool = False) -> None:
        listed = ", ".join(f"{column.sql_name} {column.sql_type}" for column in columns)
        self._database.execute(f"CREATE {'TEMP ' if temporary else ''}TABLE {name} ({listed})")

    def _add_missing_columns(self, table: StreamTable, present: set[str]) -> None:
        for column in table.columns:
            if column.name.lower() not in present:
                added = f"{column.sql_name} {column.sql_type}"
                self._database.execute(f"ALTER TABLE {quoted(table.name)} ADD COLUMN {added}")

    def _write(self, table: StreamTable) -> None:
        rows = table.take_waiting()
        if not rows and table.state is None:
            return
        self._database.execute("BEGIN")
        if rows:
            self._upsert(table, rows)
        # The rows of an overwritten stream are in the file only when it is complete, so its state waits for that.
        if not table.overwrites:
            self._save_state(table)
        self._database.execute("COMMIT")

    def _upsert(self, table: StreamTable, rows: Sequence[Row]) -> None:
        self._database.execute(f"CREATE OR REPLACE TEMP TABLE _batch AS {self._selection(table.columns, rows)}")
        if table.key:
            same = " AND ".join(f"kept.{name} IS NOT DISTINCT FROM batch.{name}" for name in map(quoted, table.key))
            self._database.execute(f"DELETE FROM {_target(table)} AS kept USING _batch AS batch WHERE {same}")
        self._database.execute(f"INSERT INTO {_target(table)} BY NAME SELECT * FROM _batch")

    def _selection(self, columns: Sequence[Column], rows: Sequence[Row]) -> str:
        """
        Return the query that reads *rows* with their types, by way of a file.

        A file of JSON lines is DuckDB's fast way in; row by row it takes minutes for what this does in a second. The
        columns are numbered in the file, so that no field name can be misread.
        """
        file = Path(self._scratch.name) / "batch.jsonl"
        labels = [f"c{place}" for place in range(len(columns))]
        file.write_bytes(b"\n".join(orjson.dumps(dict(zip(labels, row, strict=True))) for row in rows))
        texts = ", ".join(f"{label}: 'VARCHAR'" for label in labels)
        casts = ", ".join(
            f"CAST({label} AS {column.sql_type}) AS {column.sql_name}"
            for label, column in zip(labels, columns, strict=True)
        )
        path = str(file).replace("'", "''")
        return f"SELECT {casts} FROM read_json('{path}', format = 'newline_delimited', columns = {{{texts}}})"

    def _complete(self, table: StreamTable) -> None:
        self._write(table)
        if not table.overwrites:
            return
        self._database.execute("BEGIN")
        self._database.execute(f"DELETE FROM {quoted(table.name)}")
        self._database.execute(f"INSERT INTO {quoted(table.name)} BY NAME SELECT * FROM {_target(table)}")
        self._database.execute(f"DELETE FROM {_target(table)}")
        self._save_state(table)
        self._database.execute("COMMIT")

    def _save_state(self, table: StreamTable) -> None:
        if table.state is None:
            return
        values = [table.name, text_of_json(table.state)]
        self._database.execute(f"INSERT OR REPLACE INTO {STATE_TABLE} VALUES (?, ?, now())", values)
        table.state = None


def _target(table: StreamTable) -> str:
    """Return the table that batches go to: an overwritten stream gathers its rows beside its table first."""
    return quoted(f"_incoming_{table.name}") if table.overwrites else quoted(table.name)
