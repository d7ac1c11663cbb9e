"""What does /settings/fields say about a field?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .spec import Field
    from .world import CrmWorld

Row = dict[str, Any]
_BASE = frozenset({"id", "Created_By", "Modified_By", "Created_Time", "Modified_Time", "Tag", "Last_Activity_Time"})
_COLOURS = ("#f8f8ff", None, "#25b52a")


def field_row(field: Field, module: str, world: CrmWorld) -> Row:
    """Return a field's row: every key that a reader may look at, and what surrounds them."""
    read_only, field_id = "ro" in field.options, world.field_id(module, field.number)
    shown = field.api_name != "id"
    row: Row = {
        "id": field_id,
        "api_name": field.api_name,
        "field_label": field.label,
        "display_label": field.label,
        "data_type": field.data_type,
        "json_type": None if field.json_type == "any" else field.json_type,
        "length": field.length,
        "decimal_place": 2 if field.json_type == "double" else None,
        "system_mandatory": field.mandatory and not read_only and not field.custom,
        "custom_field": field.custom,
        "created_source": "default",
        "type": "unused" if "unused" in field.options else "used",
        "read_only": read_only,
        "field_read_only": read_only,
        "visible": shown,
        "virtual_field": field.data_type in ("module", "nearby_distance"),
        "view_type": {"view": shown, "edit": not read_only, "quick_create": field.mandatory, "create": not read_only},
        "operation_type": dict.fromkeys(("web_update", "api_create", "web_create", "api_update"), not read_only),
        "display_type": -1,
        "ui_type": field.number + 1,
        "sequence_number": field.number + 1,
        "quick_sequence_number": None,
        "column_name": field.api_name.upper(),
        "default_value": None,
        "display_field": False,
        "sortable": field.json_type in ("string", "integer", "double"),
        "searchable": field.json_type == "string",
        "filterable": field.api_name != "Tag",
        "webhook": True,
        "blueprint_supported": field.custom,
        "mass_update": not read_only,
        "businesscard_supported": shown,
        "customizable_properties": [],
        "pick_list_values_sorted_lexically": False,
        "enable_colour_code": False,
        "separator": field.json_type in ("integer", "double"),
        "show_type": 7,
        "category": 0 if field.api_name in _BASE else 1,
        "profiles": [],
        "layout_associations": [],
        "tooltip": None,
        "external": None,
        "unique": {"case_sensitive": False} if field.data_type == "autonumber" else {},
        "history_tracking": None,
        "hipaa_compliance_enabled": "hipaa" in field.options,
        "created_time": None,
        "modified_time": None,
        "static_field": False,
    }
    return {**row, **_parts(field, module, world), **field.row, "id": field_id}


def _parts(field: Field, module: str, world: CrmWorld) -> Row:
    """Return the keys that depend on the type; they are there for every type, mostly empty."""
    target, data_type = field.options.get("to", ""), field.data_type
    parents = [world.module_reference(name) for name in field.options.get("parents", "").split("|") if name]
    returned = {"return_type": field.returns}
    return {
        "pick_list_values": _choices(field, module, world),
        "lookup": _lookup(field, target, world) if data_type in ("lookup", "consent_lookup") else {},
        "multi_module_lookup": {"display_label": field.label, "modules": parents}
        if data_type == "multi_module_lookup"
        else {},
        "multiselectlookup": _linked(field, world) if data_type == "multiselectlookup" else {},
        "multiuserlookup": _linked(field, world) if data_type == "multiuserlookup" else {},
        "subform": {
            "module": field.options["of"],
            "id": world.field_id(module, 400 + field.number),
        }
        if "of" in field.options
        else None,
        "associated_module": world.module_reference(field.options["of"]) if "of" in field.options else None,
        "formula": {**returned, "expression": "…", "dynamic": False} if data_type == "formula" else {},
        "rollup_summary": {**returned, "rollup_based_on": "…"} if data_type == "rollup_summary" else {},
        "textarea": {"type": field.options.get("type", "small")} if data_type == "textarea" else None,
        "currency": {"rounding_option": "normal", "precision": 2} if data_type == "currency" else {},
        "auto_number": {key: field.options.get(key, "") for key in ("prefix", "suffix")} | {"start_number": 1}
        if data_type == "autonumber"
        else {},
        "crypt": {"mode": "decryption", "status": 1, "column": None, "table": None, "encFldIds": [], "notify": None}
        if "crypt" in field.options
        else None,
        "private": {"restricted": True, "type": "Low", "export": False} if "crypt" in field.options else None,
        "hipaa_compliance": {"restricted_in_export": True, "restricted": True} if "hipaa" in field.options else None,
    }


def _choices(field: Field, module: str, world: CrmWorld) -> list[Row]:
    return [
        {
            "id": world.field_id(module, 10_000 + field.number * 100 + number),
            "actual_value": value,
            "display_value": value,
            "reference_value": value,
            "sequence_number": number + 1,
            "colour_code": _COLOURS[number % 3],
            "type": "used",
        }
        for number, value in enumerate(field.choices())
    ]


def _lookup(field: Field, target: str, world: CrmWorld) -> Row:
    reference = world.module_reference(target) if target else None
    return {
        "module": reference,
        "display_label": field.label,
        "api_name": field.api_name,
        "id": None,
        "query_details": {},
    }


def _linked(field: Field, world: CrmWorld) -> Row:
    target, linking = field.options.get("to", ""), world.module_reference(field.options["link"])
    return {
        "display_label": field.label,
        "api_name": field.api_name,
        "lookup_apiname": field.api_name,
        "linking_module": linking,
        "linking_details": {"module": linking, "lookup_field": {"api_name": field.api_name}},
        "connected_details": {"module": world.module_reference(target) if target else None},
    }
