"""How does Zoho describe modules and fields? Builders of rows as its metadata calls answer them, and of odd ones."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from source_zoho.crm.fields import Field, parse

JSON_TYPES = {
    "integer": "integer",
    "boolean": "boolean",
    **dict.fromkeys(("double", "currency", "percent"), "double"),
    **dict.fromkeys(("lookup", "ownerlookup", "userlookup", "layout", "multi_module_lookup", "module"), "jsonobject"),
    **dict.fromkeys(("consent_lookup", "RRULE", "ALARM", "time_range", "widget", "wizard", "address"), "jsonobject"),
    **dict.fromkeys(("multiselectpicklist", "fileupload", "imageupload", "linetax", "tax", "territories"), "jsonarray"),
    **dict.fromkeys(("participants", "subform", "multiselectlookup", "multiuserlookup"), "jsonarray"),
}

# What JSON may say where something else is expected, alone and under the keys that a reader looks at.
_PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
ANYTHING = _PLAIN | st.lists(_PLAIN, max_size=2) | st.dictionaries(st.text(max_size=8), _PLAIN, max_size=2)
_DETAILS = st.dictionaries(
    st.sampled_from(["module", "modules", "api_name", "type", "return_type", "expression", "linking_details"]),
    ANYTHING | st.dictionaries(st.sampled_from(["module", "api_name"]), ANYTHING, max_size=2),
    max_size=4,
)
_DATA_TYPES = st.sampled_from(["text", "formula", "rollup_summary", "lookup", "subform", "multiselectlookup", "bigint"])
ODD_FIELDS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "api_name": st.sampled_from(["id", "Tag", "Name", "Modified_Time"]) | ANYTHING,
            "data_type": _DATA_TYPES | ANYTHING,
            "json_type": st.sampled_from(["string", "jsonarray", "double"]) | ANYTHING,
            **dict.fromkeys(("field_label", "length", "decimal_place", "visible", "unique", "crypt"), ANYTHING),
            "pick_list_values": ANYTHING | st.lists(st.dictionaries(st.just("actual_value"), ANYTHING), max_size=2),
            **dict.fromkeys(("formula", "rollup_summary", "lookup", "subform", "textarea"), ANYTHING | _DETAILS),
            **dict.fromkeys(("multiselectlookup", "multi_module_lookup", "associated_module"), ANYTHING | _DETAILS),
        },
    )
    | ANYTHING,
    max_size=6,
)


def module_row(api_name: str, **said: Any) -> dict[str, Any]:
    """Return a row of the list of modules, by default of a module that can be read."""
    return {
        "api_name": api_name,
        "id": f"46000000000{len(api_name):04}",
        "plural_label": api_name.replace("_", " "),
        "generated_type": "default",
        "status": "visible",
        "api_supported": True,
        "viewable": True,
        "parent_module": {},
        **said,
    }


def field_row(api_name: str, data_type: str = "text", **said: Any) -> dict[str, Any]:
    """Return a row of the list of fields, with the JSON type that Zoho gives to *data_type*."""
    return {
        "api_name": api_name,
        "id": f"46000000001{len(api_name):04}",
        "field_label": api_name.replace("_", " "),
        "data_type": data_type,
        "json_type": JSON_TYPES.get(data_type, "string"),
        "custom_field": False,
        "system_mandatory": False,
        "visible": True,
        "read_only": False,
        "unique": {},
        "crypt": None,
        "pick_list_values": [],
        **said,
    }


def field(api_name: str, data_type: str = "text", **said: Any) -> Field:
    """Return the field that such a row describes."""
    return parse([field_row(api_name, data_type, **said)])[0]
