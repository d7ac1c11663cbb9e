"""
Which JSON Schema describes the records of a module?

`json_type` decides and `data_type` refines it, since Zoho adds data types more often than ways to write them in JSON.
What neither settles may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from source_zoho.crm import types
from source_zoho.crm.fields import Field

_REFINED: Mapping[str, Mapping[str, types.Schema]] = {
    "string": {**types.TEXTS, **types.MIXED},
    "jsonobject": {**types.OBJECTS, **types.MIXED},
    "jsonarray": {**types.LISTS, **types.MIXED},
}
# What an activity is about. Which module that record is of, Zoho tells beside it, in a key that is no field.
_ABOUT_ANYTHING = "What_Id"
_KINDS = {
    "picklist": "pick list",
    "multiselectpicklist": "multi-select pick list",
    "autonumber": "auto number",
    "currency": "in the currency of the record",
    "percent": "per cent",
    "fileupload": "files",
    "imageupload": "images",
}


def module_schema(module_label: str, fields: Iterable[Field]) -> dict[str, Any]:
    """Return the schema of the records of a module: the id, then the fields that lists hold, in Zoho's order."""
    properties = {"id": types.nullable("string", description="Identifies the record.")}
    properties |= {field.api_name: field_schema(field) for field in fields if field.listed and not field.is_id}
    if _ABOUT_ANYTHING in properties:
        properties["$se_module"] = types.nullable("string", description="API name of the module of What_Id.")
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "additionalProperties": True,
        "description": f"Records of the module {module_label}.",
        "properties": properties,
    }


def field_schema(field: Field) -> dict[str, Any]:
    """Return the schema of the values of *field*, an open one when its type is unknown."""
    return {**deepcopy(_schema_of(field) or {}), "description": _description(field)}


def unknown_types(fields: Iterable[Field]) -> dict[str, list[str]]:
    """Return each type that is unknown, with the API names of the listed *fields* that have it."""
    unknown: dict[str, list[str]] = {}
    for field in fields:
        if field.listed and _schema_of(field) is None:
            unknown.setdefault(field.return_type or field.data_type or "(none)", []).append(field.api_name)
    return unknown


def _schema_of(field: Field) -> types.Schema | None:
    if field.is_id:
        return types.TEXT
    if field.json_type == "jsonarray" and field.api_name in types.LISTS_BY_NAME:
        return types.LISTS_BY_NAME[field.api_name]
    if field.is_computed:
        return _computed(field)
    return _by_type(field)


def _by_type(field: Field) -> types.Schema | None:
    broad = types.BY_JSON_TYPE.get(field.json_type)
    if broad is None:
        return types.BY_DATA_TYPE.get(field.data_type)
    return _REFINED.get(field.json_type, {}).get(field.data_type, broad)


def _computed(field: Field) -> types.Schema | None:
    """
    Return the schema of a formula or roll-up: what it returns, or text.

    A formula that cannot be worked out says so in words, whatever it returns. So a date is no more than text here, and
    a whole number is a number, since Zoho sends 12.0 as well.
    """
    returned = types.BY_DATA_TYPE.get(field.return_type) or types.BY_JSON_TYPE.get(field.json_type)
    if returned is None or "type" not in returned:
        return None
    kind = "number" if returned["type"][-1] == "integer" else returned["type"][-1]
    return types.TEXT if kind == "string" else {**returned, "type": ["null", kind, "string"]}


def _description(field: Field) -> str:
    kind = _kind(field)
    return f"{field.label} ({kind})." if kind else f"{field.label}."


def _kind(field: Field) -> str:
    if field.is_computed:
        name = "formula" if field.data_type == "formula" else "roll-up"
        return f"{name}, {field.return_type}" if field.return_type else name
    if field.lookup_module:
        return f"refers to {field.lookup_module}"
    return "rich text" if field.is_rich_text else _KINDS.get(field.data_type, "")
