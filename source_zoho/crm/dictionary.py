"""What does each field of each module mean, for people who meet its API name in a table?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from source_zoho.crm.fields import Field, described
from source_zoho.crm.modules import Module
from source_zoho.crm.values import first_text, flag, mapping, mappings, name_in, text, whole

Row = Mapping[str, Any]


def entries(module: Module, field_rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Yield a record for each field of *module*, with the same keys for every field."""
    for field, row in described(field_rows):
        yield {
            "module": module.api_name,
            "api_name": field.api_name,
            "module_label": module.label,
            "id": text(row.get("id")) or None,
            "label": field.label,
            "listed": field.listed,
            "read_from": field.rows_module or None,
            **_type(field, row),
            **_rules(row),
            **_references(field, row),
            "pick_list_values": [_choice(value) for value in mappings(row.get("pick_list_values"))],
        }


def _type(field: Field, row: Row) -> dict[str, Any]:
    return {
        "data_type": text(row.get("data_type")) or None,
        "json_type": text(row.get("json_type")) or None,
        "length": whole(row.get("length")),
        "decimal_place": whole(row.get("decimal_place")),
        "text_area_type": text(mapping(row.get("textarea")).get("type")) or None,
        "return_type": field.return_type or None,
        "expression": text(mapping(row.get("formula")).get("expression")) or None,
        "rollup_summary": dict(mapping(row.get("rollup_summary"))) or None,
    }


def _rules(row: Row) -> dict[str, Any]:
    """Return what may be done with the field; uniqueness and encryption are objects that unconcerned fields lack."""
    return {
        "custom_field": _said(row.get("custom_field")),
        "read_only": _said(row.get("read_only")),
        "mandatory": _said(row.get("system_mandatory")),
        "visible": _said(row.get("visible")),
        "unique": bool(mapping(row.get("unique"))),
        "encrypted": bool(mapping(row.get("crypt"))),
    }


def _references(field: Field, row: Row) -> dict[str, Any]:
    related = mappings(mapping(row.get("multi_module_lookup")).get("modules"))
    return {
        "lookup_module": field.lookup_module or None,
        "related_modules": [name for name in (name_in(each, "module_name") for each in related) if name],
    }


def _choice(value: Row) -> dict[str, Any]:
    texts = ("id", "actual_value", "display_value", "reference_value", "type")
    return {name: _as_text(value.get(name)) for name in texts} | {
        "sequence_number": whole(value.get("sequence_number"))
    }


def _as_text(value: Any) -> str | None:
    """Return the text of a choice as it is, blanks included: records hold the same."""
    return value if isinstance(value, str) else first_text(value) or None


def _said(value: Any) -> bool | None:
    return None if value is None else flag(value, unless_said=False)
