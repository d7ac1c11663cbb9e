"""
What is the record of a row of a module, by whichever way it comes?

This says it once more, plainly, and knows nothing of the connector: for each of Zoho's data types, what becomes of the
value that Zoho's lists give. Fields without a value are not there, since that is how records reach a destination.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from integration_tests.builders import Record

_REFERENCES = {"lookup", "ownerlookup", "userlookup", "consent_lookup", "layout", "widget", "wizard"}
_NUMBERS = {"double", "currency", "percent"}
_WORKED_OUT = {"formula": "formula", "rollup_summary": "rollup_summary"}


def record_of(row: Mapping[str, Any], described: Iterable[Mapping[str, Any]]) -> Record:
    """Return the record of *row*, whose fields are *described* as in Zoho's metadata."""
    found = {"id": row["id"]}
    for field in described:
        name = field["api_name"]
        if not _is_empty(row.get(name)):
            found[name] = _value(row[name], field)
    if found.get("What_Id") and row.get("$se_module"):
        found["$se_module"] = row["$se_module"]
    return found


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _value(value: Any, field: Mapping[str, Any]) -> Any:
    data_type = field["data_type"]
    if field["api_name"] == "Tag":
        return sorted(value, key=lambda tag: int(tag["id"]))
    if data_type in _REFERENCES:
        return {"id": value["id"]}
    if data_type in _WORKED_OUT:
        return _worked_out(value, field[_WORKED_OUT[data_type]]["return_type"])
    if data_type == "datetime":
        return _in_utc(value)
    if data_type == "integer":
        return int(value)
    return float(value) if data_type in _NUMBERS else value


def _worked_out(value: Any, returns: str) -> Any:
    """Return what a formula or a roll-up says: a text where it says no more than why it cannot be worked out."""
    try:
        if returns == "datetime":
            return _in_utc(value)
        return float(value) if returns in {*_NUMBERS, "integer"} else value
    except ValueError:
        return value


def _in_utc(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).isoformat()
