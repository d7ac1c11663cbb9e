"""How are values compared in the criteria of a bulk job?

Six kinds of values, each with the comparators that Zoho's table allows. What a record has and what the criteria say are
read into the same kind of thing, so that times compare as instants and ids as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from .bulk_cells import REFERENCES
from .bulk_refusals import bulk_refused

if TYPE_CHECKING:
    from .spec import Field

EMPTY = "${EMPTY}"
_LONGEST_TEXT = 255
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# Milliseconds are refused, as Zoho's table says.
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})")
Test = Callable[[Any], bool]
Compare = Callable[[Any, Any], bool]


@dataclass(frozen=True)
class Kind:
    """One kind of values: what may be asked of it, and how it is read from criteria and from records."""

    comparators: Mapping[str, Compare]
    of_criteria: Callable[[Any], Any]
    of_record: Callable[[Any], Any]

    def test(self, comparator: str, value: Any, name: str) -> Test:
        """Return what a record's value has to pass; None, which is nothing, comes as it is."""
        if value == EMPTY:
            return (lambda one: one is None) if comparator == "equal" else (lambda one: one is not None)
        given = [self._read(one, name) for one in value] if isinstance(value, list) else self._read(value, name)
        compare = self.comparators[comparator]
        return lambda one: one is not None and compare(one, given)

    def _read(self, value: Any, name: str) -> Any:
        try:
            return self.of_criteria(value)
        except (InvalidOperation, TypeError, ValueError, OverflowError):
            raise bulk_refused("FIELD_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE", api_name=name, value=value) from None


def kind_of(field: Field) -> Kind | None:
    """Return how a field's values are compared, None when criteria cannot be about it."""
    if field.api_name == "Tag":
        return None
    return _KINDS.get(field.returns or field.data_type)


def _number(value: Any) -> Decimal:
    if isinstance(value, (bool, dict, list)):
        raise TypeError(value)
    return Decimal(str(value))


def _recorded_number(value: Any) -> Decimal | None:
    try:
        return _number(value)
    except (InvalidOperation, TypeError):
        # A formula that failed has words for a value.
        return None


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise ValueError(value)
    return value


def _recorded_text(value: Any) -> tuple[str, ...]:
    """Read one text, or several of a multi-select list."""
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def _day(value: Any) -> str:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError(value)
    return value


def _moment(value: Any) -> int:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError(value)
    return int(datetime.fromisoformat(value).timestamp())


def _recorded_moment(value: Any) -> float | None:
    try:
        return datetime.fromisoformat(value).timestamp()
    except (TypeError, ValueError):
        return None


def _boolean(value: Any) -> bool:
    found = {"true": True, "false": False}.get(str(value).lower())
    if found is None:
        raise ValueError(value)
    return found


def _id(value: Any) -> str:
    if isinstance(value, bool) or not str(value).isdecimal():
        raise ValueError(value)
    return str(value)


def _recorded_id(value: Any) -> str:
    return str(value["id"]) if isinstance(value, Mapping) else str(value)


def _between(one: Any, given: Any) -> bool:
    return bool(given[0] <= one <= given[1])


def _any_of(compare: Compare) -> Compare:
    """Compare each of several texts."""
    return lambda several, given: any(compare(one, given) for one in several)


def _none_of(compare: Compare) -> Compare:
    return lambda several, given: not any(compare(one, given) for one in several)


_SAME: dict[str, Compare] = {
    "equal": lambda one, given: bool(one == given),
    "not_equal": lambda one, given: bool(one != given),
    "in": lambda one, given: one in given,
    "not_in": lambda one, given: one not in given,
}
_ORDERED: dict[str, Compare] = {
    "less_than": lambda one, given: bool(one < given),
    "less_equal": lambda one, given: bool(one <= given),
    "greater_than": lambda one, given: bool(one > given),
    "greater_equal": lambda one, given: bool(one >= given),
}
_RANGES: dict[str, Compare] = {"between": _between, "not_between": lambda one, given: not _between(one, given)}
_TEXTS: dict[str, Compare] = {
    "equal": _any_of(_SAME["equal"]),
    "not_equal": _none_of(_SAME["equal"]),
    "in": _any_of(_SAME["in"]),
    "not_in": _none_of(_SAME["in"]),
    "contains": _any_of(lambda one, given: given in one),
    "not_contains": _none_of(lambda one, given: given in one),
    "starts_with": _any_of(str.startswith),
    "ends_with": _any_of(str.endswith),
}
_NUMBER = Kind({**_SAME, **_ORDERED}, _number, _recorded_number)
_TEXT = Kind(_TEXTS, _text, _recorded_text)
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("integer", "double", "currency", "percent", "bigint", "long"), _NUMBER),
    **dict.fromkeys(
        [
            "text",
            "textarea",
            "email",
            "phone",
            "website",
            "picklist",
            "multiselectpicklist",
            "autonumber",
            "profileimage",
        ],
        _TEXT,
    ),
    "date": Kind({**_SAME, **_ORDERED, **_RANGES}, _day, str),
    "datetime": Kind({**_SAME, **_ORDERED, **_RANGES}, _moment, _recorded_moment),
    "boolean": Kind({"equal": _SAME["equal"]}, _boolean, lambda value: value),
    **dict.fromkeys(REFERENCES, Kind(_SAME, _id, _recorded_id)),
}
