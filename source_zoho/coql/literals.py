r"""
How is a value written in a query?

Everything but numbers stands in quotes; a quote within is written ``\'``
(https://help.zoho.com/portal/en/community/topic/kaizen-171-faqs-on-coql-api, "How to escape single quotes").
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

_ESCAPED = str.maketrans({"\\": "\\\\", "'": "\\'"})


def text(value: str) -> str:
    """Return *value* in quotes. Raises ValueError when it has characters that no query can hold."""
    if any(each < " " or each == "\x7f" for each in value):
        raise ValueError("a text in a query has no line breaks, tabs or other control characters")
    return f"'{value.translate(_ESCAPED)}'"


def instant(value: datetime) -> str:
    """Return *value* to the second, with its offset. Raises ValueError when it has none."""
    if value.tzinfo is None:
        raise ValueError("an instant in a query has an offset")
    return f"'{value.replace(microsecond=0).isoformat()}'"


def day(value: date) -> str:
    """Return *value* as a date."""
    return f"'{value.year:04}-{value.month:02}-{value.day:02}'"


def flag(value: bool) -> str:
    """Return *value* as Zoho wants it: as a word in quotes, and compared by = only."""
    return "'true'" if value else "'false'"


def record_id(value: str) -> str:
    """Return the id *value*. Raises ValueError when it is none."""
    if not (value.isascii() and value.isdecimal()):
        raise ValueError(f"{value!r} is no id of a record: they are digits only")
    return f"'{value}'"


def number(value: int | float | Decimal) -> str:
    """Return *value* without an exponent. Raises ValueError when it is no number that can be written."""
    exact = Decimal(str(value))
    if not exact.is_finite():
        raise ValueError(f"{value} cannot be written in a query")
    return format(exact, "f")
