"""Which fields did an organization make for itself, and what do they say in a row?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.sources.declarative.transformations import RecordTransformation
from airbyte_cdk.sources.types import StreamSlice, StreamState

HASH, LIST, PREFIX = "custom_field_hash", "custom_fields", "cf_"
_MODULE_FIELDS = "module_fields"  # in a record of a custom module, read whole
_TWINS = ("_formatted", "_unformatted")


@dataclass
class GatherCustomFields(RecordTransformation):
    """
    Gather the custom fields of a row into one object, ``custom_field_hash``, as Zoho itself does in many rows.

    Fields differ between organizations, so a destination can give none of them a column of its own, but it can give one
    to the object. Zoho's object has ``cf_x`` and, where they differ, ``cf_x_unformatted`` side by side; the flat keys
    of a row are taken over under their whole names for the same reason, and since a field may be called anything,
    "cf_price_formatted" too. Values of ``custom_fields`` are added for names that are in neither. What Zoho wrote into
    the object stays, and so does the rest of the row.

        transformations:
          - {type: CustomTransformation, class_name: source_zoho.components.GatherCustomFields}
    """

    def transform(
        self,
        record: dict[str, Any],
        config: Mapping[str, Any] | None = None,
        stream_state: StreamState | None = None,
        stream_slice: StreamSlice | None = None,
    ) -> None:
        """Add the object to *record*, or what is missing to the object that it has."""
        # Every row comes by here and most have no such field: one text is searched faster than each key is asked.
        flat = PREFIX in "".join(record)
        listed = record.get(LIST)
        if not flat and not listed:
            return
        found = _listed(listed)
        if flat:
            found |= {name: value for name, value in record.items() if name.startswith(PREFIX)}
        zohos = record.get(HASH)
        if isinstance(zohos, dict):
            found |= zohos
        if found:
            record[HASH] = found


def _listed(fields: Any) -> dict[str, Any]:
    return {str(each["api_name"]): each.get("value") for each in _objects(fields) if each.get("api_name")}


def fields_of(module: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """
    Yield each field that *rows* show, once, with all that they say about it except its value.

    A field that stands in a row only as a flat key is known by its name alone.
    """
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        for described in [*_objects(row.get(_MODULE_FIELDS)), *_objects(row.get(LIST))]:
            name = str(described.get("api_name") or described.get("customfield_id") or described.get("label") or "")
            if name:
                known = found.setdefault(name, {})
                known |= {key: value for key, value in described.items() if _describes(key, value) and key not in known}
        for name in _flat_names(row):
            found.setdefault(name, {})
    for name, described in found.items():
        yield {**described, "module": module, "api_name": name}


def _describes(key: str, value: Any) -> bool:
    return not key.startswith(("value", "selected")) and value not in (None, "")


def _flat_names(row: Mapping[str, Any]) -> list[str]:
    """Return the names of the custom fields among the keys of *row*; another writing of a value is no field."""
    flat = row.get(HASH)
    names = dict.fromkeys(key for key in (*row, *(flat if isinstance(flat, dict) else ())) if key.startswith(PREFIX))
    return [
        name for name in names if not any(name.endswith(twin) and name.removesuffix(twin) in names for twin in _TWINS)
    ]


def _objects(values: Any) -> list[Mapping[str, Any]]:
    return [each for each in values if isinstance(each, Mapping)] if isinstance(values, list) else []
