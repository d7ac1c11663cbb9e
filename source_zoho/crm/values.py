"""
What does a piece of metadata say, if it has the shape that it should have?

One odd field or module must not take the others with it, so nothing here raises: what does not fit counts as absent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

_YES, _NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})


def text(value: Any) -> str:
    """Return *value* without blanks around it; a number as text, anything else as nothing."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def first_text(*values: Any) -> str:
    """Return the first of *values* that says something."""
    return next((found for found in map(text, values) if found), "")


def flag(value: Any, *, unless_said: bool) -> bool:
    """Tell whether *value* says yes or no, also in words; *unless_said* when it says neither."""
    said = yes_or_no(value)
    return unless_said if said is None else said


def yes_or_no(value: Any) -> bool | None:
    """Return what *value* says, also in words; None when it says neither."""
    if isinstance(value, bool):
        return value
    word = text(value).casefold()
    return True if word in _YES else False if word in _NO else None


def whole(value: Any) -> int | None:
    """Return *value* as a whole number, or None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        number = float(value) if isinstance(value, float | str) else math.nan
    except ValueError:
        return None
    return int(number) if number.is_integer() else None


def mapping(value: Any) -> Mapping[str, Any]:
    """Return *value* if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def mappings(values: Any) -> list[Mapping[str, Any]]:
    """Return the objects among *values*, none when it is no list."""
    if not isinstance(values, Iterable) or isinstance(values, str | bytes | Mapping):
        return []
    return [each for each in values if isinstance(each, Mapping)]


def name_in(value: Any, *keys: str) -> str:
    """Return the API name that *value* is, or holds as an object; *keys* are where else it may stand."""
    return text(value) or first_text(*(mapping(value).get(key) for key in ("api_name", *keys)))


def letters(value: Any) -> str:
    """Return the letters and digits of *value* in small: how words are compared that Zoho writes in several ways."""
    return "".join(each for each in text(value).casefold() if each.isalnum())
