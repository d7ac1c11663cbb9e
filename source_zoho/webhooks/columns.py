"""How do moments, texts and lists of words look in a database, so that both kinds give back what they were given?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import TIMESTAMP, BigInteger, Dialect, Integer, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from source_zoho.webhooks.texts import as_it_was, keepable

_LARGEST = 2**63 - 1
_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def in_utc(moment: datetime) -> datetime:
    """Return *moment* in UTC; one that falls out of the calendar on the way becomes its nearest day."""
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone may be any of two dozen")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return _EARLIEST if moment.year == 1 else _LATEST


class Number(TypeDecorator[int]):
    """A number of eight bytes; a bound beyond all of them is as good as the last one."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        # SQLite gives numbers of its own to a column that is called INTEGER, and to no other.
        return dialect.type_descriptor(BigInteger() if dialect.name == "postgresql" else Integer())

    def process_bind_param(self, value: int | None, _: Dialect) -> int | None:
        return None if value is None else max(-_LARGEST, min(value, _LARGEST))


class Moment(TypeDecorator[datetime]):
    """A moment: ``timestamptz`` in PostgreSQL, in SQLite a text in UTC that sorts as time does."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        moment = in_utc(value)
        return moment if dialect.name == "postgresql" else moment.isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return in_utc(value if dialect.name == "postgresql" else datetime.fromisoformat(value))


class AnyText(TypeDecorator[str]):
    """A text of any characters and any length."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _: Dialect) -> str | None:
        return None if value is None else keepable(value)

    def process_result_value(self, value: str | None, _: Dialect) -> str | None:
        return None if value is None else as_it_was(value)


class Words(TypeDecorator[tuple[str, ...]]):
    """Some texts in order, as a list in JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, _: Dialect) -> str:
        return json.dumps(value or ())

    def process_result_value(self, value: str | None, _: Dialect) -> tuple[str, ...]:
        return tuple(json.loads(value or "[]"))
