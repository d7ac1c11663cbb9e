"""How do values of a type compare in a query, and what may one be compared with?

Zoho documents the operators of each type; a value of another type is refused, not cast.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .spec import Field

# "opaque" can only be empty or not, "territory" and "long_text" cannot be asked about at all.
Kind = Literal[
    "text", "choices", "number", "date", "datetime", "boolean", "reference", "opaque", "territory", "long_text"
]
NULLS = frozenset({"is null", "is not null"})
_EQUAL = NULLS | {"=", "!=", "in", "not in"}
_TEXT = _EQUAL | {"like", "not like"}
_ORDERED = _EQUAL | {">", ">=", "<", "<=", "between", "not between"}
OPERATORS: dict[Kind, frozenset[str]] = {
    "text": _TEXT,
    "choices": _TEXT,
    "number": _ORDERED,
    "date": _ORDERED,
    "datetime": _ORDERED,
    "boolean": frozenset({"="}),
    "reference": _EQUAL,
    "opaque": NULLS,
}
# Encrypted fields can be looked up by little.
_ENCRYPTED: dict[Kind, frozenset[str]] = {"number": NULLS | {"=", "!="}}
_DATA_TYPES: dict[Kind, str] = {
    "text": "text email phone website picklist autonumber profileimage",
    "number": "integer double currency percent bigint long",
    "reference": "lookup ownerlookup userlookup layout multi_module_lookup consent_lookup widget wizard",
    "date": "date",
    "datetime": "datetime",
    "boolean": "boolean",
    "choices": "multiselectpicklist",
    "long_text": "textarea",
    "territory": "territories",
}
_KINDS: dict[str, Kind] = {data_type: kind for kind, types in _DATA_TYPES.items() for data_type in types.split()}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)


def kind_of(field: Field) -> Kind:
    """Return how a field compares."""
    if field.api_name in ("Territory", "Territories"):
        return "territory"
    found = _KINDS.get(field.returns or field.data_type, "opaque")
    # A field may be called text and hold an array, as tags do.
    shaped = field.json_type in ("jsonarray", "jsonobject", "any")
    return "opaque" if shaped and found not in ("reference", "choices", "territory") else found


def operators(kind: Kind, *, is_encrypted: bool) -> frozenset[str]:
    """Return the operators that a column has; none where it must not stand in a condition."""
    return _ENCRYPTED.get(kind, NULLS) if is_encrypted else OPERATORS.get(kind, frozenset())


def comparable(kind: Kind) -> Callable[[Any], Any]:
    """Return what turns a field's value into one that compares; empty ones become None."""
    return _COMPARABLES.get(kind, _as_it_is)


def literal(kind: Kind, text: str) -> Any:
    """Return what a value in a query means; ValueError where it is none of the type."""
    if kind == "number":
        return _number_meant(text)
    if kind == "date":
        return _day_meant(text)
    if kind == "datetime":
        return _instant_meant(text)
    if kind == "boolean":
        return _truth_meant(text)
    if kind == "reference" and not text.isdecimal():
        raise ValueError(text)
    return _parts(text.split(";")) if kind == "choices" else text


def pattern(text: str) -> re.Pattern[str]:
    """Return what `like` looks for; only the percent sign means anything."""
    return re.compile(".*".join(map(re.escape, text.split("%"))), re.DOTALL)


def _number_meant(text: str) -> int | float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return float(text) if "." in text else int(text)


def _day_meant(text: str) -> str:
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text).isoformat()


def _instant_meant(text: str) -> int:
    if not _DATETIME.fullmatch(text):
        raise ValueError(text)
    return _instant(text)


def _truth_meant(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


@lru_cache(maxsize=65_536)
def _instant(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _moment(value: Any) -> int | None:
    return _instant(value) if isinstance(value, str) and _DATETIME.fullmatch(value) else None


def _day(value: Any) -> str | None:
    return value if isinstance(value, str) and _DATE.fullmatch(value) else None


def _number(value: Any) -> int | float | None:
    """Numbers may be spelt as text, as ids are."""
    if not isinstance(value, str):
        return value  # type: ignore[no-any-return]
    return _number_meant(value) if _NUMBER.fullmatch(value) else None


def _id(value: Any) -> str | None:
    return value.get("id") if isinstance(value, Mapping) else value


def _parts(values: Any) -> str | None:
    """Several choices compare as a set; their text is that set in order."""
    return ";".join(sorted(values)) if values else None


def _text(value: Any) -> str | None:
    return None if value in (None, "", []) else str(value)


def _as_it_is(value: Any) -> Any:
    return None if value in ("", []) else value


# The error of a formula is a text; where a number or a time should be, it is nothing.
_COMPARABLES: dict[Kind, Callable[[Any], Any]] = {
    "text": _text,
    "date": _day,
    "number": _number,
    "datetime": _moment,
    "reference": _id,
    "choices": _parts,
}
