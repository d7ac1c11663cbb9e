"""
Which DuckDB column does a JSON Schema property become, and what text goes into it?

Pure: needs neither DuckDB nor a connector. Every value is handed to DuckDB as text and cast there, because a cast from
text is exact, while a JSON number would pass through a binary float on its way to DECIMAL.

===============================  ================  ==================================================================
JSON Schema                      DuckDB            reason
===============================  ================  ==================================================================
string, or string among others   VARCHAR           ids have up to 19 digits; as numbers they would lose their tail
string, format date-time         TIMESTAMPTZ       Zoho's offsets (``+0530``) become instants that compare
string, format date              DATE
number                           DECIMAL(38, 9)    sums of money come out to the cent, which DOUBLE does not promise;
                                                   nine decimals leave room for exchange rates
integer                          BIGINT
boolean                          BOOLEAN
object, array, anything else     JSON              kept as sent
===============================  ================  ==================================================================
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

DECIMALS = 9
LARGEST_NUMBER = Decimal(10) ** (38 - DECIMALS)
LARGEST_INTEGER = 2**63


class MisfitError(ValueError):
    """A value that its column cannot hold as it is; *nearest* is what the column gets instead."""

    def __init__(self, nearest: str | None = None) -> None:
        super().__init__("the value does not fit its column")
        self.nearest = nearest


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, its type, and how a JSON value is written for it (None is NULL)."""

    name: str
    sql_type: str
    to_text: Callable[[Any], str | None]

    @property
    def sql_name(self) -> str:
        """Return the name quoted for SQL."""
        return quoted(self.name)


def quoted(identifier: str) -> str:
    """Return *identifier* as SQL takes it, whatever characters it has."""
    return '"' + identifier.replace('"', '""') + '"'


def columns_for(json_schema: Mapping[str, Any], primary_key: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """
    Return the columns of a stream, the primary key first.

    DuckDB takes ``Name`` and ``name`` for one column, so of two properties that differ only in case the first gets the
    column, and the other one stays with the unknown fields.
    """
    properties: dict[str, Any] = {name: {"type": "string"} for name in primary_key}
    properties.update(json_schema.get("properties") or {})
    columns: dict[str, Column] = {}
    for name, schema in properties.items():
        columns.setdefault(name.lower(), column_for(name, schema))
    return tuple(columns.values())


def column_for(name: str, schema: Any) -> Column:
    """Return the column for one property."""
    sql_type = sql_type_for(schema)
    return Column(name, sql_type, _TEXT_OF[sql_type])


def sql_type_for(schema: Any) -> str:
    """Return the DuckDB type for the schema of one property."""
    declared = schema.get("type") if isinstance(schema, Mapping) else None
    types = ({declared} if isinstance(declared, str) else set(declared or ())) - {"null"}
    if not types or types & {"object", "array"}:
        return "JSON"
    if types == {"string"}:
        return _STRING_FORMATS.get(schema.get("format"), "VARCHAR")
    if types == {"boolean"}:
        return "BOOLEAN"
    if types == {"integer"}:
        return "BIGINT"
    if types <= {"integer", "number"}:
        return _NUMBER
    return "VARCHAR"


def text_of_string(value: Any) -> str:
    """Return *value* as text; numbers and flags that came instead of text keep their JSON spelling."""
    return value if isinstance(value, str) else text_of_json(value)


def text_of_json(value: Any) -> str:
    """Return *value* as compact JSON."""
    return orjson.dumps(value).decode()


def text_of_number(value: Any) -> str | None:
    """Return *value* in decimal digits; an empty string, which Zoho sends for "no number", is NULL."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise MisfitError
    if value == "":
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise MisfitError from None
    if not number.is_finite() or abs(number) >= LARGEST_NUMBER:
        raise MisfitError
    digits = format(number, "f")
    if len(digits.partition(".")[2]) > DECIMALS:
        raise MisfitError(nearest=f"{number:.{DECIMALS}f}")
    return digits


def text_of_integer(value: Any) -> str | None:
    """Return *value* as a whole number; ``12.0`` is one, ``12.5`` is not."""
    text = text_of_number(value)
    if text is None:
        return None
    whole, _, decimals = text.partition(".")
    if decimals.strip("0") or not -LARGEST_INTEGER <= int(whole) < LARGEST_INTEGER:
        raise MisfitError
    return whole


def text_of_boolean(value: Any) -> str | None:
    """Return *value* as true or false; a blank, which Zoho sends for "not set", is NULL."""
    text = str(value).strip().lower()
    if text == "":
        return None
    if text not in ("true", "false"):
        raise MisfitError
    return text


def text_of_instant(value: Any) -> str | None:
    """Return *value* as an ISO instant; without an offset it is taken for UTC, as Airbyte's destinations do."""
    if value == "":
        return None
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise MisfitError from None
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).isoformat()


def text_of_date(value: Any) -> str | None:
    """Return *value* as an ISO date."""
    if value == "":
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise MisfitError from None


_NUMBER = f"DECIMAL(38, {DECIMALS})"
_STRING_FORMATS = {"date-time": "TIMESTAMPTZ", "date": "DATE"}
_TEXT_OF: dict[str, Callable[[Any], str | None]] = {
    "VARCHAR": text_of_string,
    "JSON": text_of_json,
    "TIMESTAMPTZ": text_of_instant,
    "DATE": text_of_date,
    "BOOLEAN": text_of_boolean,
    "BIGINT": text_of_integer,
    _NUMBER: text_of_number,
}
