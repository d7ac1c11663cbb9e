"""
What does one value say, in the types of a record, whichever way it came: as JSON, or as the text of a CSV file?

Each kind of value has one reader. It returns ``UNSURE`` for what it cannot read without guessing. Empty values are not
for readers to judge: they say nothing in every kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import isfinite
from typing import Any, Final

from source_zoho.crm.fields import Field
from source_zoho.crm.instants import day_after, in_utc
from source_zoho.crm.kinds import Kind, kind_of
from source_zoho.crm.values import yes_or_no

Reader = Callable[[Any], Any]

UNSURE: Final[Any] = object()
_WHOLE = re.compile(r"[+-]?\d+(\.0+)?", re.ASCII)
_DIGIT = re.compile(r"\d")
_SEPARATORS = ";", ","
_KEPT_CHOICES = 512


def reader_of(field: Field) -> Reader:
    """Return what reads the values of *field*."""
    kind = kind_of(field)
    return choices_reader(field.choices) if kind is Kind.CHOICES else _READERS.get(kind, _odd)


def is_empty(value: Any) -> bool:
    """Tell whether *value* says nothing: in JSON, null or an empty text, list or object."""
    return not value and (value is None or isinstance(value, str | list | dict))


# ── one reader for each kind ──


def _text(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else UNSURE


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        if value.isdecimal() and value.isascii():
            return int(value)
        return int(value.partition(".")[0]) if _WHOLE.fullmatch(value.strip()) else UNSURE
    if isinstance(value, float):
        return int(value) if value.is_integer() else UNSURE
    return value if isinstance(value, int) and not isinstance(value, bool) else UNSURE


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return UNSURE
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return UNSURE
    is_plain = not isinstance(value, str) or (value.isascii() and "_" not in value)
    return number if is_plain and isfinite(number) else UNSURE


def _flag(value: Any) -> Any:
    said = yes_or_no(value)
    return UNSURE if said is None else said


def _date(value: Any) -> Any:
    return value if isinstance(value, str) and day_after(value, 0) == value else UNSURE


def _instant(value: Any) -> Any:
    return (in_utc(value) if isinstance(value, str) else None) or UNSURE


def _reference(value: Any) -> Any:
    """Return the id alone: names are copies, and a copy is not renamed when what it names is."""
    if isinstance(value, Mapping):
        if "id" not in value:
            return UNSURE
        record_id = value["id"]
        return None if is_empty(record_id) else {"id": str(record_id)}
    text = str(value) if isinstance(value, int) else value
    is_an_id = isinstance(text, str) and text.isdecimal() and text.isascii()
    return {"id": text} if is_an_id else UNSURE


def _or_text(read: Reader) -> Reader:
    def read_or_text(value: Any) -> Any:
        found = read(value)
        # Words that say why there is no value; what has digits may be a value in a form that is not known.
        return value if found is UNSURE and isinstance(value, str) and not _DIGIT.search(value) else found

    return read_or_text


def _odd(_: Any) -> Any:
    return UNSURE


def choices_reader(known: frozenset[str]) -> Reader:
    """
    Return what reads what was chosen from among *known*: a list, or a text that can be taken apart in one way only.

    What separates the choices in a CSV file is not documented.
    """
    longest = {separator: 1 + max((each.count(separator) for each in known), default=0) for separator in _SEPARATORS}

    @lru_cache(maxsize=_KEPT_CHOICES)
    def taken_apart(text: str) -> tuple[str, ...] | None:
        found = {way for one, most in longest.items() for way in _ways(text.split(one), one, known, most)}
        return found.pop() if len(found) == 1 else None

    def read(value: Any) -> Any:
        if isinstance(value, list):
            texts = [_text(each) for each in value if each not in (None, "")]
            return UNSURE if UNSURE in texts else texts or None
        parts = taken_apart(value) if isinstance(value, str) else None
        return UNSURE if parts is None else list(parts)

    return read


def _ways(parts: Sequence[str], separator: str, known: frozenset[str], most: int) -> list[tuple[str, ...]]:
    """
    Return two ways to read *parts* as choices among *known*, or what there are.

    Choices that hold the *separator* take several parts, up to *most*.
    """
    behind: list[list[tuple[str, ...]]] = [[()]]  # the ways to read the last parts, the longest last
    for start in reversed(range(len(parts))):
        found: list[tuple[str, ...]] = []
        for length in range(1, min(most, len(parts) - start) + 1):
            written = separator.join(parts[start : start + length])
            choices = known.intersection((written, written.strip()))
            found += [(choice, *rest) for choice in choices for rest in behind[-length]]
        behind.append(found[:2])
    return behind[-1]


_READERS: Mapping[Kind, Reader] = {
    Kind.TEXT: _text,
    Kind.WHOLE: _whole,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.DATE: _date,
    Kind.INSTANT: _instant,
    Kind.REFERENCE: _reference,
    Kind.NUMBER_OR_TEXT: _or_text(_number),
    Kind.FLAG_OR_TEXT: _or_text(_flag),
    Kind.DATE_OR_TEXT: _or_text(_date),
    Kind.INSTANT_OR_TEXT: _or_text(_instant),
}
