"""Is what a road has put into its tables what Zoho has, value by value?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

import duckdb
import psycopg
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from source_zoho.emulator import Emulator

Row = Mapping[str, Any]
Tables = Mapping[str, list[dict[str, Any]]]
KEYS = {"books_contacts": "contact_id", "books_invoices": "invoice_id", "books_items": "item_id"}
KEYS |= {"books_expenses": "expense_id", "books_currencies": "currency_id"}
LEADS = "crm_leads"
# Exact, or as PyAirbyte lands it: amounts as binary fractions, times without their offset, of Books on the clock of the
# organization, of CRM in UTC as the connector sends them.
Kept = Literal["exact", "wall", "utc"]
EMPTY: tuple[object, ...] = (None, "", [], {})


def in_duckdb(file: Path, schema: str) -> Tables:
    """Return the tables of *schema* in a DuckDB file, with their rows."""
    if not file.exists():
        return {}
    with duckdb.connect(str(file), read_only=True) as database:
        database.execute("SET TimeZone = 'UTC'")
        named = "SELECT table_name FROM duckdb_tables() WHERE schema_name = ?"
        found = [str(name) for (name,) in database.execute(named, [schema]).fetchall()]
        return {name: list(_dicts(database.execute(f'SELECT * FROM "{schema}"."{name}"'))) for name in found}  # noqa: S608 - names that it has just told


def _dicts(answer: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    names = [column[0] for column in answer.description or ()]
    return (dict(zip(names, row, strict=True)) for row in answer.fetchall())


def in_postgres(url: str, schema: str) -> Tables:
    """Return the tables of *schema* in a PostgreSQL database, with their rows."""
    with psycopg.connect(url, row_factory=dict_row) as database:
        named = "SELECT table_name FROM information_schema.tables WHERE table_schema = %s"
        found = [str(row["table_name"]) for row in database.execute(named, (schema,)).fetchall()]
        every = SQL("SELECT * FROM {}")
        return {name: database.execute(every.format(Identifier(schema, name))).fetchall() for name in found}


@dataclass
class Verdict:
    """What was compared, and what differs."""

    rows: int = 0
    values: int = 0
    differences: list[str] = field(default_factory=list)


def compare(zoho: Emulator, tables: Tables, streams: Iterable[str], *, exact: bool) -> Verdict:
    """
    Compare what landed with what Zoho has now.

    Lists do not tell of deletions, so what the streams of deletions name is taken away first, as a user would.
    A road that is not *exact* is known to lose offsets of times, and digits of long amounts.
    """
    verdict = Verdict()
    for stream in streams:
        if stream in KEYS:
            key = KEYS[stream]
            sent = [row for each in zoho.organization_ids for row in zoho.rows(stream.removeprefix("books_"), each)]
        elif stream == LEADS:
            key, sent = "id", zoho.crm.rows("Leads")
        else:
            continue
        gone = _deleted(tables, stream)
        landed = [row for row in tables.get(stream, ()) if row[key] not in gone]
        kept: Kept = "exact" if exact else "utc" if stream == LEADS else "wall"
        _compare(verdict, stream, key, landed, sent, kept)
    return verdict


def _deleted(tables: Tables, stream: str) -> set[str]:
    if stream == LEADS:
        return {row["id"] for row in tables.get("crm_deleted_records", ()) if row["module"] == "Leads"}
    return {row["record_id"] for row in tables.get("books_deleted_records", ()) if row["stream"] == stream}


def _compare(
    verdict: Verdict, stream: str, key: str, landed: list[dict[str, Any]], sent: Sequence[Row], kept: Kept
) -> None:
    by_key = {row[key]: {plain(name): value for name, value in row.items()} for row in landed}
    if len(by_key) != len(landed):
        verdict.differences.append(f"{stream}: {len(landed)} rows have {len(by_key)} keys")
    # As text: an id that became a number is another id, however close.
    if missing := {str(row[key]) for row in sent} ^ set(by_key):
        verdict.differences.append(
            f"{stream}: {len(missing)} keys are on one side only, such as {min(map(str, missing))}"
        )
    for row in sent:
        found = by_key.get(str(row[key]), {})
        verdict.rows += 1
        for name, value in row.items():
            if found and plain(name) in found:
                verdict.values += 1
                if not same(found[plain(name)], value, kept):
                    verdict.differences.append(f"{stream} {row[key]} {name}: {value!r} became {found[plain(name)]!r}")


def plain(name: str) -> str:
    """Return *name* without what roads change in names of columns."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def same(landed: object, sent: object, kept: Kept) -> bool:
    """Tell whether *landed* is *sent* as the type of its column has it."""
    match landed:
        case None:
            return sent in EMPTY
        case bool():
            return landed is sent or str(landed).lower() == sent
        case datetime():
            return _same_time(landed, str(sent), kept)
        case date():
            return landed.isoformat() == sent
        case int() | float() | Decimal():
            return _same_number(landed, sent, kept)
        case str() if isinstance(sent, list | dict):
            return _alike(json.loads(landed), sent)
    return _alike(landed, sent)


def _same_time(landed: datetime, sent: str, kept: Kept) -> bool:
    meant = datetime.fromisoformat(sent)
    if kept == "exact":
        return landed == meant
    return landed == (meant.astimezone(UTC) if kept == "utc" else meant).replace(tzinfo=None)


def _same_number(landed: float | Decimal, sent: object, kept: Kept) -> bool:
    try:
        meant = Decimal(str(sent))
    except InvalidOperation:
        return False
    return Decimal(str(landed)) == meant if kept == "exact" else float(landed) == float(meant)


def _alike(landed: object, sent: object) -> bool:
    """Compare structures; of what a CRM field looks up the connector keeps the id."""
    if isinstance(landed, dict) and isinstance(sent, dict):
        return all(name in sent and _alike(value, sent[name]) for name, value in landed.items())
    if isinstance(landed, list) and isinstance(sent, list):
        return len(landed) == len(sent) and all(map(_alike, _in_order(landed), _in_order(sent)))
    return landed == sent


def _in_order(items: list[Any]) -> list[Any]:
    """Order *items* by their ids, if they have any: CRM shows tags in no order of theirs."""
    if all(isinstance(item, dict) and "id" in item for item in items):
        return sorted(items, key=lambda item: str(item["id"]))
    return items
