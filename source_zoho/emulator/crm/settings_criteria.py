"""Which rows does a JSON filter keep?

A filter is one condition, `{"field": {"api_name": ...}, "comparator": ..., "value": ...}`, or a group of them under AND
or OR. Zoho documents the shape for several lists and the comparators for few; these are the ones that other lists use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson

from .refusals import CrmRefusedError, refused

Row = Mapping[str, Any]
Keep = Callable[[Row], bool]


def parse_filters(text: str) -> Keep:
    """Turn the `filters` parameter into a test of rows."""
    try:
        return _keep(orjson.loads(text))
    except orjson.JSONDecodeError:
        raise refused("UNABLE_TO_PARSE_DATA_TYPE", param_name="filters") from None


def value_at(row: Row, path: str) -> Any:
    """Return the value under a dotted name; a reference to a module or a person counts as its name or id."""
    value: Any = row
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _keep(condition: Any) -> Keep:
    if not isinstance(condition, dict):
        raise refused("UNABLE_TO_PARSE_DATA_TYPE", param_name="filters")
    if "group" in condition:
        return _group(condition)
    for name in ("field", "comparator", "value"):
        if name not in condition:
            raise refused("MANDATORY_NOT_FOUND", api_name=name, param_name="filters")
    return _single(condition)


def _group(condition: dict[str, Any]) -> Keep:
    members = [_keep(member) for member in condition["group"]]
    together = {"and": all, "or": any}.get(str(condition.get("group_operator", "")).lower())
    if together is None:
        raise _wrong("group_operator")
    return lambda row: together(member(row) for member in members)


def _single(condition: dict[str, Any]) -> Keep:
    name, value = str(condition["field"].get("api_name", "")), condition["value"]
    compare = _COMPARATORS.get(str(condition["comparator"]))
    if compare is None:
        raise _wrong("comparator")
    return lambda row: compare(_plain(value_at(row, name)), value)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return value.get("api_name") or value.get("id")
    return value


def _between(value: Any, bounds: Any) -> bool:
    return value is not None and _instant(bounds[0]) <= _instant(value) <= _instant(bounds[1])


def _instant(value: Any) -> Any:
    """Compare times as instants, since they come with offsets, and anything else as it is."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


_COMPARATORS: dict[str, Callable[[Any, Any], bool]] = {
    "equal": lambda value, wanted: str(value) == str(wanted),
    "equals": lambda value, wanted: str(value) == str(wanted),
    "not_equal": lambda value, wanted: str(value) != str(wanted),
    "in": lambda value, wanted: str(value) in wanted,
    "greater_than": lambda value, wanted: value is not None and _instant(value) > _instant(wanted),
    "greater_equal": lambda value, wanted: value is not None and _instant(value) >= _instant(wanted),
    "less_than": lambda value, wanted: value is not None and _instant(value) < _instant(wanted),
    "less_equal": lambda value, wanted: value is not None and _instant(value) <= _instant(wanted),
    "between": _between,
}


def _wrong(name: str) -> CrmRefusedError:
    return refused("INVALID_DATA", api_name=name, param_name="filters")
