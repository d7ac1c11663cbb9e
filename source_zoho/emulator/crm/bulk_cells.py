"""Which text does a value have in the file of a bulk job?

Zoho documents that lookups are bare ids, that nothing is the empty text and that times are ISO 8601. Everything else
here is reported or our reading: booleans and separators are switches.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from .bulk_behaviour import BulkBehaviour
    from .spec import Field

# What csv writes by itself: text, numbers and nothing.
Writer = Callable[[Any], object]
REFERENCES = frozenset(
    [
        "lookup",
        "ownerlookup",
        "userlookup",
        "multi_module_lookup",
        "consent_lookup",
        "layout",
        "widget",
        "wizard",
    ],
)
_BOOLEANS: dict[str, tuple[str | None, str | None]] = {
    "true/false": ("true", "false"),
    "1/0": ("1", "0"),
    "Yes/No": ("Yes", "No"),
    "true/empty": ("true", None),
}
# Lists of objects of which only one key is written.
_NAMED_BY = {
    "territories": "Name",
    "tax": "value",
    "fileupload": "File_Name__s",
    "imageupload": "File_Name__s",
}
# Objects of which only one key is written.
_ONE_KEY = {"RRULE": "RRULE", "ALARM": "ALARM", "module": "api_name"}
_PLAIN = frozenset(
    [
        "text",
        "textarea",
        "email",
        "phone",
        "website",
        "picklist",
        "profileimage",
        "autonumber",
        "bigint",
        "integer",
        "double",
        "currency",
        "percent",
        "date",
        "long",
    ]
)


def writer(field: Field, behaviour: BulkBehaviour) -> Writer | None:
    """Return what turns a field's values into text, None where they can stay what they are."""
    data_type = field.returns or field.data_type
    if field.api_name == "Tag":
        return _joined("name", behaviour.bulk_separator)
    if data_type == "boolean":
        return _boolean(*_BOOLEANS[behaviour.bulk_booleans])
    if data_type == "datetime":
        return _MOMENTS[behaviour.bulk_datetimes]
    if data_type in REFERENCES:
        return _keyed("id")
    if data_type in _ONE_KEY:
        return _keyed(_ONE_KEY[data_type])
    if data_type == "multiselectpicklist":
        return _several(behaviour.bulk_separator)
    if data_type in _NAMED_BY:
        return _joined(_NAMED_BY[data_type], behaviour.bulk_separator)
    return None if data_type in _PLAIN else _anything


def _boolean(yes: str | None, no: str | None) -> Writer:
    return lambda value: yes if value is True else no if value is False else value


def _keyed(key: str) -> Writer:
    return lambda value: value[key] if isinstance(value, dict) else _anything(value)


def _several(separator: str) -> Writer:
    return lambda value: separator.join(map(str, value)) if isinstance(value, list) else value


def _joined(key: str, separator: str) -> Writer:
    def write(value: Any) -> object:
        if not isinstance(value, list):
            return value
        return separator.join(str(one[key] if isinstance(one, dict) else one) for one in value)

    return write


def _anything(value: Any) -> object:
    """Write structures as JSON: what Zoho does with them is not documented."""
    return orjson.dumps(value).decode() if isinstance(value, (dict, list, bool)) else value


def _utc(value: Any) -> object:
    if not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value).astimezone(UTC).isoformat()
    except ValueError:
        # A formula that failed says so in words.
        return value


def _zulu(value: Any) -> object:
    return text.replace("+00:00", "Z") if isinstance(text := _utc(value), str) else text


_MOMENTS: dict[str, Writer | None] = {"offset": None, "utc": _utc, "z": _zulu}
