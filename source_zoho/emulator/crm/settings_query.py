"""Which rows of a list of settings does a call ask for, and is it allowed to ask like that?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .list_query import MOST_FIELDS
from .refusals import CrmRefusedError, invalid_parameter, limit_exceeded, not_emulated, refused
from .settings_criteria import parse_filters, value_at

if TYPE_CHECKING:
    from .settings_table import Parameter, Resource

_PAGING = {"none": (), "page": ("page", "per_page"), "index": ("index",), "token": ("page", "per_page", "page_token")}
_MOST_IDS = 100


@dataclass(frozen=True)
class Allowed:
    """What a value may be, where only the organization knows: its modules and layouts."""

    is_module: Callable[[str], bool]
    is_layout: Callable[[str], bool]


def check(resource: Resource, query: Mapping[str, str], allowed: Allowed) -> None:
    """Refuse parameters that the list does not have, lacks, or has with another kind of value."""
    for name, value in query.items():
        if name in _PAGING[resource.paging]:
            continue
        if name not in resource.params:
            # What Zoho answers to a parameter that it does not document is not known; being strict finds misspellings.
            raise invalid_parameter(name)
        _check_value(resource, name, value, allowed)
    for name, parameter in resource.params.items():
        if parameter.mandatory and not query.get(name):
            raise refused("REQUIRED_PARAM_MISSING", **{resource.missing_as: name})


def kept(resource: Resource, query: Mapping[str, str], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows that the parameters keep."""
    for name, value in query.items():
        parameter = resource.params.get(name)
        if parameter and parameter.kind == "filters":
            keep = parse_filters(value)
            rows = [row for row in rows if keep(row)]
        elif parameter and parameter.by:
            rows = [row for row in rows if _matches(row, parameter, value)]
    return rows


def asked(resource: Resource, query: Mapping[str, str], name: str) -> str:
    """Return a parameter's value, or what Zoho takes when it is left out."""
    return query.get(name) or resource.params[name].default


def _matches(row: Mapping[str, Any], parameter: Parameter, value: str) -> bool:
    wanted = value.split(",") if parameter.kind == "ids" else [value]
    return any(_text(value_at(row, path)) in wanted for path in parameter.by.split("|"))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check_value(resource: Resource, name: str, value: str, allowed: Allowed) -> None:
    kind = resource.params[name].kind
    if kind == "unknown":
        raise not_emulated(f"the parameter {name} of {resource.path}")
    if isinstance(kind, tuple):
        if value not in kind:
            raise refused("PATTERN_NOT_MATCHED", api_name=name)
    elif kind == "module" and not allowed.is_module(value):
        raise refused("INVALID_MODULE", **{resource.missing_as: name})
    elif kind == "layout" and not allowed.is_layout(value):
        raise invalid_parameter(name)
    elif problem := _CHECKS.get(kind, _nothing)(name, value):
        raise problem


def _nothing(_name: str, _value: str) -> CrmRefusedError | None:
    return None


def _number(name: str, value: str) -> CrmRefusedError | None:
    return None if value.isdigit() else invalid_parameter(name, expected_data_type="integer")


def _bool(name: str, value: str) -> CrmRefusedError | None:
    return None if value in ("true", "false") else invalid_parameter(name, expected_data_type="boolean")


def _ids(name: str, value: str) -> CrmRefusedError | None:
    ids = value.split(",")
    if len(ids) > _MOST_IDS:
        return limit_exceeded(name, _MOST_IDS)
    return next((problem for one in ids if (problem := _number(name, one))), None)


def _fields(name: str, value: str) -> CrmRefusedError | None:
    return limit_exceeded(name, MOST_FIELDS) if value.count(",") >= MOST_FIELDS else None


_CHECKS: dict[str, Callable[[str, str], CrmRefusedError | None]] = {
    "int": _number,
    "id": _number,
    "bool": _bool,
    "ids": _ids,
    "fields": _fields,
}
