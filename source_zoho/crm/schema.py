"""
Which JSON Schema describes the records of a module?

The kinds of their values decide. What no kind settles may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from source_zoho.crm import types
from source_zoho.crm.canonical import ABOUT, MODULE_OF_ABOUT
from source_zoho.crm.fields import Field
from source_zoho.crm.kinds import Kind, is_list_by_name, kind_of

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
    if ABOUT in properties:
        properties[MODULE_OF_ABOUT] = types.nullable("string", description=f"API name of the module of {ABOUT}.")
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
    kind = kind_of(field)
    if kind is not Kind.ODD:
        return types.BY_KIND[kind]
    if is_list_by_name(field):
        return types.LISTS_BY_NAME[field.api_name]
    broad = types.ODD_BY_JSON_TYPE.get(field.json_type)
    if broad is None:
        return types.ODD_BY_DATA_TYPE.get(field.data_type)
    return types.ODD_BY_BOTH[field.json_type].get(field.data_type, broad)


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
