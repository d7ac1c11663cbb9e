"""Which records do the criteria of a bulk job let through, and are the criteria allowed?

A condition names a field, a comparator and a value; a group joins conditions and groups by "and" or "or". Nothing is
only equal to ${EMPTY}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .bulk_refusals import bulk_refused
from .bulk_values import EMPTY, Kind, kind_of

if TYPE_CHECKING:
    from .bulk_paths import Path, Snapshot

Body = Mapping[str, Any]
Find = Callable[[str], "Path"]
MOST_CONDITIONS, MOST_VALUES = 25, 20
_CONDITION = {"field", "api_name", "comparator", "value", "type"}
_GROUP = {"group", "group_operator"}
_OPERATORS = ("and", "or")
_LISTED = ("in", "not_in", "between", "not_between")


class Criteria:
    """A condition or a group."""

    def __init__(self, body: Any, find: Find) -> None:
        """Understand *body*; *find* tells which field a name means."""
        conditions = list(_conditions(body, "AMBIGUOUS_CRITERIA"))
        if len(conditions) > MOST_CONDITIONS:
            raise bulk_refused("CRITERIA_LIMIT_EXCEEDED", max_limit=MOST_CONDITIONS)
        self._test = _understood(body, find)
        self.paths = tuple(find(_name(one)) for one in conditions)

    def kept(self, numbers: list[int], snapshot: Snapshot) -> list[int]:
        """Return the records that the criteria let through."""
        passed = self._test(numbers, snapshot)
        return [number for number, is_in in zip(numbers, passed, strict=True) if is_in]


_Test = Callable[[list[int], "Snapshot"], list[bool]]


@dataclass(frozen=True)
class _Group:
    every: bool
    members: tuple[_Test, ...]

    def __call__(self, numbers: list[int], snapshot: Snapshot) -> list[bool]:
        results = [member(numbers, snapshot) for member in self.members]
        join = all if self.every else any
        return [join(one) for one in zip(*results, strict=True)]


@dataclass(frozen=True)
class _Condition:
    path: Path
    kind: Kind
    matches: Callable[[Any], bool]

    def __call__(self, numbers: list[int], snapshot: Snapshot) -> list[bool]:
        if (seconds := self.path.seconds(numbers, snapshot)) is not None:
            return list(map(self.matches, seconds))
        read = self.kind.of_record
        values = snapshot.columns(numbers, (self.path,))[0]
        return [self.matches(None if value is None else read(value)) for value in values]


def _conditions(body: Any, ambiguous: str) -> Iterator[Body]:
    """Walk over the conditions, refusing what is neither a condition nor a group."""
    if not isinstance(body, Mapping) or set(body) - _CONDITION - _GROUP - {"id"}:
        raise bulk_refused("INVALID_CRITERIA")
    is_condition, is_group = bool(set(body) & _CONDITION), bool(set(body) & _GROUP)
    if is_condition and is_group:
        raise bulk_refused(ambiguous, group_operator=body.get("group_operator"))
    if not is_group:
        yield body
        return
    members = body.get("group")
    if not isinstance(members, Sequence) or isinstance(members, str) or not members:
        raise bulk_refused("INVALID_CRITERIA")
    if body.get("group_operator") not in _OPERATORS:
        raise bulk_refused("GROUP_OPERATOR_NOT_SUPPORTED", supported=list(_OPERATORS))
    for member in members:
        yield from _conditions(member, "AMBIGUOUS_GROUP_IN_CRITERIA")


def _understood(body: Body, find: Find) -> _Test:
    if "group" in body:
        members = tuple(_understood(member, find) for member in body["group"])
        return _Group(every=body["group_operator"] == "and", members=members)
    return _condition(body, find(_name(body)))


def _name(body: Body) -> str:
    """Return which field a condition is about; the newer documents wrap its name."""
    if "field" in body and "api_name" in body:
        raise bulk_refused("AMBIGUOUS_CRITERIA", api_name=body["api_name"])
    given = body.get("field", {"api_name": body.get("api_name")})
    name = given.get("api_name") if isinstance(given, Mapping) else None
    if not isinstance(name, str) or "comparator" not in body or "value" not in body:
        raise bulk_refused("INVALID_CRITERIA")
    return name


def _condition(body: Body, path: Path) -> _Condition:
    comparator, value, name = body["comparator"], body["value"], path.name
    if body.get("type", "value") != "value":
        raise bulk_refused("VALUE_TYPE_NOT_SUPPORTED", api_name=name, supported=["value"])
    kind = kind_of(path.leaf)
    if kind is None:
        raise bulk_refused("FIELD_IN_CRITERIA_NOT_SUPPORTED", api_name=name)
    _check_comparator(path, kind, comparator)
    _check_shape(name, comparator, value)
    return _Condition(path, kind, kind.test(comparator, value, name))


def _check_comparator(path: Path, kind: Kind, comparator: Any) -> None:
    told = {"comparator": comparator, "api_name": path.name}
    if comparator not in _COMPARATORS:
        raise bulk_refused("FIELD_COMPARATOR_IN_CRITERIA_NOT_SUPPORTED", **told, supported=list(kind.comparators))
    if comparator not in kind.comparators:
        raise bulk_refused("FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE", **told, supported=list(kind.comparators))
    if "crypt" in path.leaf.options and comparator not in ("equal", "not_equal", "in", "not_in"):
        raise bulk_refused("COMPARATOR_AND_ENCRYPTED_VALUE_IN_CRITERIA_NOT_COMPATIBLE", **told)


_COMPARATORS = frozenset(
    [
        "equal",
        "not_equal",
        "in",
        "not_in",
        "less_than",
        "less_equal",
        "greater_than",
        "greater_equal",
        "between",
        "not_between",
        "contains",
        "not_contains",
        "starts_with",
        "ends_with",
    ]
)


def _check_shape(name: str, comparator: str, value: Any) -> None:
    """Refuse a list where one value belongs, one where a list does, and nothing where something is compared."""
    is_list = isinstance(value, list)
    fits = is_list == (comparator in _LISTED) and not isinstance(value, Mapping) and value is not None
    if value == EMPTY and comparator not in ("equal", "not_equal"):
        fits = False
    if comparator in ("between", "not_between") and is_list and len(value) != 2:
        fits = False
    if not fits or (is_list and not value):
        raise bulk_refused("COMPARATOR_AND_VALUE_IN_CRITERIA_NOT_COMPATIBLE", api_name=name, comparator=comparator)
    if is_list and len(value) > MOST_VALUES:
        raise bulk_refused("VALUE_LIMIT_EXCEEDED_IN_CRITERIA", max_limit=MOST_VALUES)
