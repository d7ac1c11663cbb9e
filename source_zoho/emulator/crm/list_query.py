"""What does a call for records ask for, and is it allowed to?

Parameters are looked at in one order: unknown ones, missing ones, those that exclude each other, then their values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from .refusals import (
    ambiguous,
    invalid_header,
    invalid_parameter,
    limit_exceeded,
    not_emulated,
    refused,
    required_missing,
)
from .rows import Converted

if TYPE_CHECKING:
    from .behaviour import ModuleBehaviour
    from .spec import ModuleSpec

SINCE = "if-modified-since"
MOST_FIELDS = 50
MOST_PER_PAGE = 200
PARAMETERS = frozenset(
    [
        "fields",
        "ids",
        "page",
        "per_page",
        "page_token",
        "sort_by",
        "sort_order",
        "converted",
        "cvid",
        "territory_id",
        "include_child",
    ]
)
_NOT_EMULATED = ("cvid", "territory_id", "include_child")
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
# Keys that are no fields, yet may be named.
SYSTEM_KEYS = frozenset({"$se_module"})
SortBy = Literal["id", "Created_Time", "Modified_Time"]


@dataclass(frozen=True)
class ListCall:
    """One call for records, understood."""

    fields: tuple[str, ...]
    ids: tuple[str, ...] | None
    page: int | None
    per_page: int
    page_token: str | None
    sort_by: SortBy
    descending: bool
    converted: Converted
    since: int | None


def list_call(
    query: Mapping[str, str], headers: Mapping[str, str], spec: ModuleSpec, behaviour: ModuleBehaviour
) -> ListCall:
    """Understand a call for records, or refuse it in Zoho's words."""
    _only(query, PARAMETERS)
    fields = fields_named(query, spec, behaviour)
    for first, second in (("page", "page_token"), ("cvid", "sort_by")):
        if first in query and second in query:
            raise ambiguous(first, second)
    for name in _NOT_EMULATED:
        if name in query:
            raise not_emulated(f"{name} of Get Records")
    return ListCall(
        fields,
        _ids(query, behaviour.ids_limit),
        page=_whole(query, "page", 10**9) if "page" in query else None,
        per_page=_whole(query, "per_page", MOST_PER_PAGE) if "per_page" in query else MOST_PER_PAGE,
        page_token=query.get("page_token"),
        sort_by=_sort_by(query, spec, behaviour),
        descending=one_of(query, "sort_order", ("desc", "asc")) == "desc",
        converted=one_of(query, "converted", ("false", "true", "both")),  # type: ignore[arg-type]
        since=since(headers, spec, behaviour),
    )


def fields_named(
    query: Mapping[str, str], spec: ModuleSpec, behaviour: ModuleBehaviour, most: int = MOST_FIELDS
) -> tuple[str, ...]:
    """Return the fields that a call names: at least one, not too many, all of them known."""
    named = tuple(name for name in query.get("fields", "").split(",") if name)
    if not named:
        raise required_missing("fields")
    if len(named) > most:
        raise limit_exceeded("fields", most)
    known = spec.by_name
    for name in named:
        if name in behaviour.refused_fields or (name not in known and name not in SYSTEM_KEYS):
            raise refused("INVALID_DATA", "the given field is not valid", api_name=name, param_name="fields")
    return tuple(dict.fromkeys(named))


def deleted_call(query: Mapping[str, str]) -> tuple[str, int, int]:
    """Return type, page and rows per page of a call for deleted records."""
    _only(query, {"type", "page", "per_page"})
    wanted = query.get("type", "all")
    if wanted not in ("all", "recycle", "permanent"):
        raise refused("PATTERN_NOT_MATCHED", param_name="type")
    page = _whole(query, "page", 10**9) if "page" in query else 1
    return wanted, page, _whole(query, "per_page", MOST_PER_PAGE) if "per_page" in query else MOST_PER_PAGE


def listed_ids(query: Mapping[str, str], most: int) -> tuple[str, ...]:
    """Return the ids that a call has to name."""
    found = _ids(query, most)
    if found is None:
        raise required_missing("ids")
    return found


def header_instant(text: str) -> int:
    """Return the second of If-Modified-Since, rounded up; anything but ISO 8601 with an offset is refused."""
    if not _STAMP.fullmatch(text):
        raise invalid_header("If-Modified-Since")
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise invalid_header("If-Modified-Since") from None
    return int(instant.timestamp()) + (instant.microsecond > 0)


def since(headers: Mapping[str, str], spec: ModuleSpec, behaviour: ModuleBehaviour) -> int | None:
    """Return from when on a record must have been changed to be answered."""
    text = headers.get(SINCE)
    if text is None:
        return None
    if behaviour.if_modified_since == "refused":
        raise refused("NOT_SUPPORTED", header_name="If-Modified-Since")
    instant = header_instant(text)
    if behaviour.if_modified_since == "ignored" or not spec.is_dated:
        return None
    return instant + (behaviour.if_modified_since == "exclusive")


def one_of(query: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """Return a parameter's value, the first of the allowed ones when it is not given."""
    value = query.get(name, allowed[0])
    if value not in allowed:
        raise invalid_parameter(name, expected_values=list(allowed))
    return value


def _sort_by(query: Mapping[str, str], spec: ModuleSpec, behaviour: ModuleBehaviour) -> SortBy:
    value = one_of(query, "sort_by", ("id", "Created_Time", "Modified_Time"))
    if value == "id":
        return "id"
    if behaviour.sort == "refused" or value not in spec.by_name:
        raise invalid_parameter("sort_by")
    if behaviour.sort == "ignored":
        return "id"
    return "Created_Time" if value == "Created_Time" else "Modified_Time"


def _ids(query: Mapping[str, str], most: int) -> tuple[str, ...] | None:
    if "ids" not in query:
        return None
    ids = tuple(query["ids"].split(","))
    if len(ids) > most:
        raise limit_exceeded("ids", most)
    if not all(one.isdecimal() for one in ids):
        raise invalid_parameter("ids", expected_data_type="bigint")
    return ids


def _whole(query: Mapping[str, str], name: str, most: int) -> int:
    text = query[name]
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise invalid_parameter(name, expected_data_type="integer")
    return int(text)


def _only(query: Mapping[str, str], known: frozenset[str] | set[str]) -> None:
    for name in query:
        if name not in known:
            raise invalid_parameter(name)
