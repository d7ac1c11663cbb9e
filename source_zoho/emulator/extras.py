"""Which fields does an organization have that Zoho did not give it: custom fields by the dozen, modules of its own?

They depend on the organization, not on the resource, so they are laid over the rows that the resource table describes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from . import words

if TYPE_CHECKING:
    from .collection import Collection, Row
    from .drafts import Draft

WITH_MANY_FIELDS = ("contacts", "invoices")
USUAL_CUSTOM_FIELDS = 2
_DAY = 86_400
_TEXTS = (*words.REGIONS, *words.SENTENCES)
# data type: how a value is made from a number of its own and from the record
_VALUES: dict[str, Callable[[int, Draft], object]] = {
    "string": lambda number, _draft: _TEXTS[number % len(_TEXTS)],
    "decimal": lambda number, _draft: number % 1_000_000 / 100,
    "amount": lambda number, _draft: number % 10_000_000 / 100,
    "number": lambda number, _draft: number % 1000,
    "date": lambda number, draft: draft.day(draft.created + number % 90 * _DAY),
    "date_time": lambda number, draft: draft.stamp(draft.created + number % 90_000),
    "check_box": lambda number, _draft: number % 2 == 0,
    "email": lambda number, _draft: f"field.{number % 1000}@example.com",
}
DATA_TYPES = tuple(_VALUES)


@dataclass(frozen=True)
class Module:
    """A custom module: its names, and the data type of each of its fields by the field's api name."""

    plural: str
    singular: str
    api_name: str
    is_active: bool
    fields: tuple[tuple[str, str], ...]


_USUAL_FIELDS = (("cf_debt_amount", "amount"), ("cf_region", "string"))
USUAL_MODULES = tuple(Module(*names, _USUAL_FIELDS) for names in words.MODULES)


def modules(described: Mapping[str, Mapping[str, str]]) -> tuple[Module, ...]:
    """Return the modules that a test describes: {"cm_boats": {"cf_length": "decimal"}}."""
    for api_name, fields in described.items():
        if not api_name.startswith("cm_"):
            raise ValueError(f"the module {api_name!r} needs a name that begins with cm_.")
        if unknown := set(fields.values()) - set(DATA_TYPES):
            raise ValueError(
                f"{api_name} has a field of type {', '.join(sorted(unknown))}; "
                f"expected one of: {', '.join(DATA_TYPES)}."
            )
    return tuple(
        Module(_title(api_name), _title(api_name).removesuffix("s"), api_name, True, tuple(fields.items()))
        for api_name, fields in described.items()
    )


def with_extras(draft: Draft, row: Row) -> Row:
    """Return a generated list row with the fields that its organization added to it."""
    organization, name = draft.collection.organization, draft.collection.resource.name
    if name in WITH_MANY_FIELDS and organization.custom_fields > USUAL_CUSTOM_FIELDS:
        return _with_many_fields(draft, row, organization.custom_fields)
    if name == "custom_module_records" and organization.modules is not USUAL_MODULES:
        return _with_module_fields(draft, row)
    return row


def module_fields(collection: Collection, record: Row) -> list[Row]:
    """Return what the detail of a custom module's record says about its fields."""
    wanted = record.get("module_api_name")
    module = next((one for one in collection.organization.modules if one.api_name == wanted), None)
    return [
        {
            "field_id": str(collection.number_of(-index)),
            "is_active": True,
            "is_mandatory": False,
            "label": _title(api_name),
            "api_name": api_name,
            "data_type": data_type,
            "value": record.get(api_name, ""),
            "value_formatted": str(record.get(api_name, "")),
        }
        for index, (api_name, data_type) in enumerate(module.fields if module else (), start=1)
    ]


def _with_many_fields(draft: Draft, row: Row, count: int) -> Row:
    usual = row["custom_fields"]
    added = list(_more_fields(draft, count))
    flat: Row = {}
    for one in added:
        name = str(one["api_name"])
        flat |= {name: one["value_formatted"], f"{name}_unformatted": one["value"]}
    return {**row, "custom_fields": [*(usual if isinstance(usual, list) else []), *added], **flat}


def _more_fields(draft: Draft, count: int) -> Iterator[Row]:
    for index in range(USUAL_CUSTOM_FIELDS + 1, count + 1):
        api_name, data_type = f"cf_extra_{index:03d}", DATA_TYPES[index % len(DATA_TYPES)]
        value = _value(draft, api_name, data_type)
        yield {
            "customfield_id": draft.shared_id(index),
            "index": index,
            "label": f"Extra {index:03d}",
            "api_name": api_name,
            "data_type": data_type,
            "value": value,
            "value_formatted": f"{value:,.2f}" if isinstance(value, float) else str(value),
        }


def _with_module_fields(draft: Draft, row: Row) -> Row:
    known = draft.collection.organization.modules
    module = next((one for one in known if one.api_name == row["module_api_name"]), None)
    own = {name: _value(draft, name, data_type) for name, data_type in (module.fields if module else ())}
    return {**{name: value for name, value in row.items() if not name.startswith("cf_")}, **own}


def _value(draft: Draft, api_name: str, data_type: str) -> object:
    """Make a value; some are blank, as Zoho's are."""
    digest = blake2b(f"{draft.bits}/{api_name}".encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "big")
    return "" if number % 7 == 0 else _VALUES[data_type](number // 7, draft)


def _title(api_name: str) -> str:
    return api_name.removeprefix("cm_").removeprefix("cf_").replace("_", " ").capitalize()
