"""
Which fields does a module have, and which of them do the answers of its list hold?

A list leaves out sub-forms, multi-select lookups and address composites. Nothing is lost by that: the first two are the
rows of modules of their own, and the parts of an address are fields of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from source_zoho.crm.values import first_text, letters, mapping, mappings, name_in, text, whole

Row = Mapping[str, Any]

_ROWS_ELSEWHERE = frozenset({"subform", "multiselectlookup", "multiuserlookup"})
_NOT_LISTED = _ROWS_ELSEWHERE | {"address"}
_COMPUTED = frozenset({"formula", "rollup_summary"})
# Only rich text may be this long; it tells when Zoho does not say the kind of a text area.
_RICH_TEXT_LENGTH = 50_000


@dataclass(frozen=True)
class Field:
    """
    A field as Zoho describes it; *data_type*, *json_type* and *return_type* in small letters, empty when not said.

    *lookup_module* is the module that a lookup points to, *rows_module* the one whose rows a list leaves out. *choices*
    are what a multi-select pick list offers, as far as records hold what people see.
    """

    api_name: str
    data_type: str
    json_type: str
    label: str = ""
    return_type: str = ""
    is_rich_text: bool = False
    lookup_module: str = ""
    rows_module: str = ""
    choices: frozenset[str] = frozenset()

    @property
    def is_id(self) -> bool:
        """Tell whether this is the id of the record, which comes without being asked for."""
        return self.api_name == "id"

    @property
    def listed(self) -> bool:
        """Tell whether the answers of a list may hold the field."""
        return self.data_type not in _NOT_LISTED

    @property
    def is_computed(self) -> bool:
        """Tell whether Zoho works the value out, and changes it without touching Modified_Time."""
        return self.data_type in _COMPUTED


def parse(rows: Iterable[Row]) -> list[Field]:
    """Return the fields in *rows*, in Zoho's order. A name counts once, and a row without one is no field."""
    return [field for field, _ in described(rows)]


def described(rows: Iterable[Row]) -> Iterator[tuple[Field, Row]]:
    """Yield each field in *rows* with all that Zoho says about it."""
    seen = set()
    for row in mappings(rows):
        field = _field(row)
        if field.api_name and field.api_name not in seen:
            seen.add(field.api_name)
            yield field, row


def _field(row: Row) -> Field:
    api_name, data_type = text(row.get("api_name")), text(row.get("data_type")).casefold()
    return Field(
        api_name=api_name,
        data_type=data_type,
        json_type=text(row.get("json_type")).casefold(),
        label=" ".join(first_text(row.get("field_label"), row.get("display_label"), api_name).split()),
        return_type=_return_type(row),
        is_rich_text=_is_rich_text(row, data_type),
        lookup_module=name_in(mapping(row.get("lookup")).get("module")),
        rows_module=_rows_module(row, data_type) if data_type in _ROWS_ELSEWHERE else "",
        choices=_choices(row) if data_type == "multiselectpicklist" else frozenset(),
    )


def _choices(row: Row) -> frozenset[str]:
    """Return the choices that people see under the text that is stored: for others, ways to read may differ."""
    offered = mappings(row.get("pick_list_values"))
    return frozenset(
        stored
        for stored, seen in ((each.get("actual_value"), each.get("display_value")) for each in offered)
        if isinstance(stored, str) and stored and seen in (None, stored)
    )


def _return_type(row: Row) -> str:
    return first_text(*(mapping(row.get(key)).get("return_type") for key in ("formula", "rollup_summary"))).casefold()


def _is_rich_text(row: Row, data_type: str) -> bool:
    kind = letters(mapping(row.get("textarea")).get("type"))
    if kind:
        return kind == "richtext"
    return data_type == "textarea" and (whole(row.get("length")) or 0) >= _RICH_TEXT_LENGTH


def _rows_module(row: Row, data_type: str) -> str:
    """Return the module that holds the rows of a field; Zoho has moved the name about between versions."""
    details = mapping(row.get(data_type))
    linking = mapping(details.get("linking_details"))
    if data_type == "subform":
        return name_in(row.get("associated_module"), "module") or name_in(details, "module")
    return name_in(linking.get("module")) or name_in(details.get("linking_module"))
