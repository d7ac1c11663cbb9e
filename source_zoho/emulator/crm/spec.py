"""Which modules does the emulated CRM have, and which fields do they have?

The answer stands in `crm_modules.json`; this module only reads it. A field is written there as one line:
`Stage picklist! values=Open|Closed_Won` is a mandatory pick list with two values, `_` stands for a space in them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib import resources as package_files
from typing import Any

# data_type: json_type; what is not named is text.
_JSON_TYPES = {
    "jsonarray": "multiselectpicklist multiselectlookup multiuserlookup subform fileupload imageupload linetax",
    "jsonobject": "lookup ownerlookup userlookup layout multi_module_lookup consent_lookup RRULE ALARM time_range "
    "module widget wizard address",
    "integer": "integer",
    "double": "double currency percent",
    "boolean": "boolean",
}
JSON_TYPES = {data_type: json_type for json_type, types in _JSON_TYPES.items() for data_type in types.split()}
_RETURNED = {"boolean": "boolean", "currency": "double", "double": "double", "integer": "integer"}
_LENGTHS = {"small": 2_000, "large": 32_000, "rich_text": 50_000}
# Only the answer about a single record has them.
DETAIL_ONLY = frozenset({"subform", "multiselectlookup", "multiuserlookup", "address"})
_WIDE_TYPES = (
    "text words=words",
    "picklist values=North|South|East|West",
    "integer",
    "currency",
    "date",
    "datetime",
    "boolean",
    "double",
    "email",
    "lookup to=Accounts",
    "textarea type=small",
    "multiselectpicklist values=A|B|C|D",
)


@dataclass(frozen=True)
class Field:
    """One field of a module; `number` tells it apart from its siblings."""

    api_name: str
    data_type: str
    number: int
    mandatory: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    row: Mapping[str, Any] = field(default_factory=dict)

    @property
    def json_type(self) -> str:
        """Return what the fields' metadata says about the value's shape."""
        if "json" in self.options:
            return self.options["json"]
        return _RETURNED.get(self.returns, "string") if self.returns else JSON_TYPES.get(self.data_type, "string")

    @property
    def returns(self) -> str:
        """Return the type of a formula or a roll-up."""
        return self.options.get("returns", "")

    @property
    def label(self) -> str:
        """Return what people read."""
        return spaced(self.options.get("label") or self.api_name.removesuffix("__s"))

    @property
    def custom(self) -> bool:
        """Tell whether the organization made it."""
        return "custom" in self.options

    @property
    def is_listed(self) -> bool:
        """Tell whether lists can deliver it."""
        return self.data_type not in DETAIL_ONLY

    @property
    def is_rich(self) -> bool:
        """Tell whether lists cut it."""
        return self.data_type == "textarea" and self.options.get("type") == "rich_text"

    @property
    def length(self) -> int:
        """Return how many characters fit."""
        return _LENGTHS.get(self.options.get("type", ""), 255) if self.data_type == "textarea" else 255

    def choices(self, name: str = "values") -> tuple[str, ...]:
        """Return the values of a pick list, those in use or those that are "retired"."""
        return tuple(spaced(value) for value in self.options.get(name, "").split("|") if value)


@dataclass(frozen=True)
class ModuleSpec:
    """One module: what /settings/modules says about it comes from `kind` and `flags`."""

    api_name: str
    number: int
    kind: str
    singular: str
    plural: str
    fields: tuple[Field, ...] = ()
    rows: int = 0
    name_field: str = ""
    parent: str = ""
    scope: str = ""
    converts: bool = False
    answers: bool = False
    fields_refused: str = ""
    same_second: bool = False
    flags: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Return the fields by their API names."""
        return {one.api_name: one for one in self.fields}

    @property
    def is_dated(self) -> bool:
        """Tell whether records know when they were changed."""
        return any(one.api_name == "Modified_Time" for one in self.fields)


def spaced(text: str) -> str:
    """Write spaces where the table has underscores."""
    return text.replace("_", " ")


def parse_field(line: str, number: int, *, custom: bool = False) -> Field:
    """Read one line of the table."""
    api_name, written, *rest = line.split(" ")
    options = {key: value for key, _, value in (one.partition("=") for one in rest)}
    if custom:
        options["custom"] = ""
    return Field(api_name, written.rstrip("!"), number, written.endswith("!"), options)


def field_of_row(row: Mapping[str, Any], number: int) -> Field:
    """Take a field that a test describes as /settings/fields would."""
    options: dict[str, str] = {}
    if "json_type" in row:
        options["json"] = str(row["json_type"])
    if "field_label" in row:
        options["label"] = str(row["field_label"])
    for key in ("formula", "rollup_summary"):
        if isinstance(row.get(key), Mapping):
            options["returns"] = str(row[key].get("return_type", ""))
    if isinstance(row.get("textarea"), Mapping):
        options["type"] = str(row["textarea"].get("type", "small"))
    options |= _modules_reached(row)
    if values := row.get("pick_list_values"):
        options["values"] = "|".join(str(value["actual_value"]) for value in values)
    options["custom"] = ""
    return Field(
        str(row["api_name"]), str(row.get("data_type", "text")), number, bool(row.get("system_mandatory")), options, row
    )


def _modules_reached(row: Mapping[str, Any]) -> dict[str, str]:
    """Return where a described lookup leads, to one module or to several."""
    found: dict[str, str] = {}
    if isinstance(row.get("lookup"), Mapping):
        found["to"] = str(row["lookup"].get("module", {}).get("api_name", ""))
    if isinstance(row.get("multi_module_lookup"), Mapping):
        found["parents"] = "|".join(str(module["api_name"]) for module in row["multi_module_lookup"]["modules"])
    return found


def wide_fields(count: int, *, modified_time: bool = True) -> tuple[Field, ...]:
    """Return *count* fields that lists can deliver, of many types."""
    lines = [*_groups()["stamps" if modified_time else "undated"], "Name text! words=products", "Owner ownerlookup!"]
    begun = len(lines)
    types = (_WIDE_TYPES[position % len(_WIDE_TYPES)] for position in range(begun, count))
    lines.extend(f"Field_{number} {one}" for number, one in enumerate(types, begun + 1))
    if len(lines) > count:
        raise ValueError(f"fields is {count}; a module has at least {len(lines)}.")
    return tuple(parse_field(line, number, custom=number >= begun) for number, line in enumerate(lines))


def described_fields(rows: Sequence[Mapping[str, Any]], *, modified_time: bool = True) -> tuple[Field, ...]:
    """Return the fields that a test describes, with those that every module has where it says nothing about them."""
    lines = _groups()["stamps" if modified_time else "undated"]
    described = {str(row["api_name"]) for row in rows}
    base = [one for one in map(parse_field, lines, range(len(lines))) if one.api_name not in described]
    return (*base, *(field_of_row(row, len(base) + number) for number, row in enumerate(rows)))


@cache
def specs() -> dict[str, ModuleSpec]:
    """Return every module of a fresh organization."""
    return {name: _spec(name, number, entry) for number, (name, entry) in enumerate(_table()["modules"].items(), 1)}


def crm_sizes_among(sizes: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Tell the numbers of records that are meant for modules of the CRM from all others."""
    own = {name: size for name, size in sizes.items() if name in specs()}
    return own, {name: size for name, size in sizes.items() if name not in own}


def resized(spec: ModuleSpec, rows: int) -> ModuleSpec:
    """Return the module with another number of records."""
    return replace(spec, rows=rows)


def _spec(name: str, number: int, entry: dict[str, Any]) -> ModuleSpec:
    custom = entry["kind"] in ("custom", "subform", "linking")
    lines = [line for group in entry.get("uses", ()) for line in _groups()[group]]
    base = tuple(parse_field(line, position) for position, line in enumerate(lines))
    own = tuple(
        parse_field(line, len(lines) + position, custom=custom) for position, line in enumerate(entry.get("fields", ()))
    )
    told = {
        key: entry[key]
        for key in (
            "kind",
            "singular",
            "plural",
            "parent",
            "scope",
            "converts",
            "answers",
            "fields_refused",
            "flags",
            "rows",
        )
        if key in entry
    }
    fields = wide_fields(entry["wide"]) if "wide" in entry else base + own
    return ModuleSpec(name, number, fields=fields, name_field=entry.get("name", ""), **told)


def _groups() -> dict[str, list[str]]:
    groups: dict[str, list[str]] = _table()["groups"]
    return groups


@cache
def _table() -> dict[str, Any]:
    file = package_files.files(__package__).joinpath("crm_modules.json")
    table: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return table
