"""What does a name in a bulk job mean: a field, a field behind a lookup, or something about the owner?

`Phone` is a field of the module, `Account_Name.Phone` one of the account that the record names, `Owner.last_name` one
of the user who owns it. A name may reach through one lookup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .bulk_refusals import bulk_refused
from .spec import DETAIL_ONLY, Field

if TYPE_CHECKING:
    from .bulk_behaviour import BulkBehaviour
    from .refusals import CrmRefusedError
    from .rows import Rows
    from .world import CrmWorld

MOST_JOINS = 15
# Composites and what only single records have.
_NOT_EXPORTED = DETAIL_ONLY | {"nearby_distance"}
_USERS = ("ownerlookup", "userlookup")
_OF_USERS = ("id", "name", "full_name", "first_name", "last_name", "email")
# Names that are no fields: what they are called in the module's metadata.
_SYSTEM = {"$converted": "Converted__s"}
_SE_MODULE = "$se_module"
_STAMPS = ("Modified_Time", "Created_Time")


class Snapshot:
    """Records and users as they were when a job ran."""

    def __init__(self, world: CrmWorld, module: str, paths: Iterable[Path]) -> None:
        """Keep the module of the job, and those that its lookups reach."""
        joined = {path.target for path in paths if path.target}
        self._rows = {name: world.rows(name).frozen() for name in {module, *joined}}
        self.rows = self._rows[module]
        self._gone = {name: frozenset(world.rows(name).bin.gone) for name in joined}
        self._users = {str(row["id"]): row for row in world.settings.rows("users")}

    def columns(self, numbers: list[int], paths: Sequence[Path]) -> list[list[object]]:
        """Return the values of some records, name by name."""
        found = self.rows.columns(numbers, [path.base for path in paths])
        return [
            [self._joined(path, one) for one in column] if path.is_joined else column
            for path, column in zip(paths, found, strict=True)
        ]

    def _joined(self, path: Path, reference: Any) -> object:
        """Return what stands behind a lookup, None where nothing does."""
        if not isinstance(reference, dict):
            return None
        if path.leaf.api_name == "id":
            return reference["id"]
        if not path.target:
            return {**reference, **self._users.get(reference["id"], {})}.get(path.leaf.api_name)
        rows = self._rows[path.target]
        number = rows.number_of(reference["id"])
        if number is None or number in self._gone[path.target]:
            return None
        return rows.record(number, (path.leaf.api_name,))[path.leaf.api_name]


@dataclass(frozen=True)
class Path:
    """A name, understood: the field of the module, and the one behind it that the value is of."""

    name: str
    base: str
    leaf: Field
    target: str = ""

    @property
    def is_joined(self) -> bool:
        """Tell whether the value is not the record's own."""
        return "." in self.name

    def seconds(self, numbers: list[int], snapshot: Snapshot) -> list[int] | None:
        """Return the instants of a stamp without writing and reading it, None of all other fields."""
        if self.is_joined or self.base not in _STAMPS:
            return None
        rows: Rows = snapshot.rows
        return list(map(rows.modified if self.base == "Modified_Time" else rows.created, numbers))


class Paths:
    """The names that a bulk job may use for one module."""

    def __init__(self, world: CrmWorld, module: str, behaviour: BulkBehaviour) -> None:
        """Look at the module's fields."""
        self._world, self._module, self._behaviour = world, module, behaviour
        self._spec = world.spec(module)
        self._unavailable = frozenset(world.behaviour(module).refused_fields)

    def everything(self) -> list[str]:
        """Return the fields that a job without fields exports."""
        out = {*self._unavailable, *self._behaviour.bulk_refused_fields}
        return [one.api_name for one in self._spec.fields if one.api_name not in out and _is_exported(one)]

    def exported(self, name: str) -> Path:
        """Return what a name among the fields means, or refuse it."""
        return self._path(name, "FIELD_NOT_AVAILABLE", "FIELD_NOT_SUPPORTED")

    def compared(self, name: str) -> Path:
        """Return what a name in the criteria means, or refuse it."""
        return self._path(name, "FIELD_IN_CRITERIA_NOT_AVAILABLE", "FIELD_IN_CRITERIA_NOT_SUPPORTED")

    def _path(self, name: str, unknown: str, unsupported: str) -> Path:
        base, _, rest = name.partition(".")
        field = self._field(base)
        if field is None or base in self._unavailable:
            raise self._refusal(unknown, name)
        if base in self._behaviour.bulk_refused_fields or not _is_exported(field):
            raise self._refusal(unsupported, name)
        if not rest:
            return Path(name, _SYSTEM.get(base, base), field)
        leaf, target = self._behind(field, rest)
        if leaf is None:
            raise self._refusal(unknown, name)
        if not _is_exported(leaf):
            raise self._refusal(unsupported, name)
        return Path(name, base, leaf, target)

    def _field(self, name: str) -> Field | None:
        if name == _SE_MODULE:
            given = self._behaviour.bulk_se_module and "What_Id" in self._spec.by_name
            return Field(name, "text", 0) if given else None
        return self._spec.by_name.get(_SYSTEM.get(name, name))

    def _behind(self, field: Field, rest: str) -> tuple[Field | None, str]:
        """Return the field behind a lookup and the module that it belongs to; users have no module."""
        if field.data_type in _USERS:
            return (Field(rest, "text", 0) if rest in _OF_USERS else None), ""
        target = field.options.get("to", "")
        if field.data_type != "lookup" or not target:
            return None, ""
        return self._world.spec(target).by_name.get(rest), target

    def _refusal(self, code: str, name: str) -> CrmRefusedError:
        return bulk_refused(code, api_name=name, module=self._module)


def check_joins(paths: Iterable[Path]) -> None:
    """Refuse names that reach through more lookups than Zoho joins."""
    if len({path.base for path in paths if path.is_joined}) > MOST_JOINS:
        raise bulk_refused("JOIN_LIMIT_EXCEEDED", max_limit=MOST_JOINS)


def _is_exported(field: Field) -> bool:
    return field.data_type not in _NOT_EXPORTED
