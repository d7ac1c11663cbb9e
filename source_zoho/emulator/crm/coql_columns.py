"""Which value of a record does a column of a query mean?

A name is a field of the module, a field behind a lookup (`Account_Name.Parent_Account.Phone`), one of a module that a
lookup may reach (`What_Id->Deals.Stage`), or what is known of a user (`Owner.profile.name`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .coql_refusals import unknown_column, unsupported_type
from .coql_values import Kind, comparable, kind_of
from .rows import Row
from .spec import DETAIL_ONLY

if TYPE_CHECKING:
    from .spec import Field
    from .world import CrmWorld

_NOT_SUPPORTED = DETAIL_ONLY | {"imageupload"}
_REACHING = re.compile(r"(\w+)->(\w+)\.(.+)", re.ASCII)
_USER_TYPES = ("ownerlookup", "userlookup")


@dataclass(frozen=True)
class Column:
    """A column: the fields of the base record that it needs, and how its value is found among them."""

    name: str
    kind: Kind
    needs: tuple[str, ...]
    value: Callable[[Row], Any]
    # The lookups on the way, each with what led to it.
    relations: tuple[str, ...] = ()
    module: str = ""
    field: Field | None = None

    @property
    def is_encrypted(self) -> bool:
        """Tell whether its values are encrypted."""
        return self.field is not None and "crypt" in self.field.options

    @property
    def data_type(self) -> str:
        """Return the type that metadata gives it."""
        return self.field.data_type if self.field else self.kind

    def compared(self, row: Row) -> Any:
        """Return the value as it compares."""
        return comparable(self.kind)(self.value(row))


class Columns:
    """The columns of one module, for one query: records behind lookups are looked up once."""

    def __init__(self, world: CrmWorld, module: str) -> None:
        """Find columns of *module*."""
        self._world, self.module = world, module
        self._spec, self._behaviour = world.spec(module), world.behaviour(module)
        self._found: dict[str, Column] = {}

    def find(self, name: str) -> Column:
        """Return the column of a name, or refuse it."""
        if name not in self._found:
            self._found[name] = self._column(name)
        return self._found[name]

    def _column(self, name: str) -> Column:
        path = name
        if path.startswith("!"):
            module, _, path = path[1:].partition(".")
            if module != self.module:
                raise unknown_column(name)
        if reaching := _REACHING.fullmatch(path):
            return self._reached(name, *reaching.groups())
        first, _, rest = path.partition(".")
        field = self._field(first, name)
        return self._joined(name, field, rest) if rest else self._own(name, field)

    def _field(self, api_name: str, name: str) -> Field:
        """Return a field that the token's user can see."""
        behaviour = self._behaviour
        field = self._spec.by_name.get(api_name)
        if field is None or api_name in (*behaviour.hidden_fields, *behaviour.coql_refused_fields):
            if api_name == "$se_module" and behaviour.coql_se_module and "What_Id" in self._spec.by_name:
                return self._spec.by_name["What_Id"]
            raise unknown_column(name)
        if field.data_type in _NOT_SUPPORTED:
            raise unsupported_type(name, field.data_type)
        return field

    def _own(self, name: str, field: Field) -> Column:
        if name == "$se_module":
            return Column(name, "text", (name,), lambda row: row[name])
        key = field.api_name
        return Column(name, kind_of(field), (key,), lambda row: row[key], (), self.module, field)

    # ── behind a lookup ──

    def _joined(self, name: str, field: Field, rest: str) -> Column:
        target = field.options.get("to", "")
        if field.data_type in _USER_TYPES:
            return self._of_user(name, field, rest)
        if field.data_type == "lookup" and target:
            return self._behind(name, field, target, rest, field.api_name)
        if (rest, field.data_type) in _PARTS:
            return Column(name, "text", (field.api_name,), _inside(field.api_name, rest), (field.api_name,))
        raise unknown_column(name)

    def _reached(self, name: str, api_name: str, target: str, rest: str) -> Column:
        field = self._field(api_name, name)
        if target not in field.options.get("parents", "").split("|"):
            raise unknown_column(name)
        return self._behind(name, field, target, rest, f"{api_name}->{target}")

    def _behind(self, name: str, field: Field, target: str, rest: str, relation: str) -> Column:
        inner, rows, key = self._inner(target, rest, name), self._world.rows(target), field.api_name
        known: dict[str, Any] = {}

        def value(row: Row) -> Any:
            reference = row[key]
            if not isinstance(reference, Mapping):
                return None
            record_id = reference["id"]
            if record_id not in known:
                number = rows.find(record_id)
                known[record_id] = None if number is None else inner.value(rows.record(number, inner.needs))
            return known[record_id]

        relations = (relation, *(f"{relation}.{one}" for one in inner.relations))
        return Column(name, inner.kind, (key,), value, relations, inner.module, inner.field)

    def _inner(self, target: str, rest: str, name: str) -> Column:
        if self._world.module(target) is None or _REACHING.fullmatch(rest):
            raise unknown_column(name)
        columns = Columns(self._world, target)
        first, _, more = rest.partition(".")
        field = columns._field(first, name)
        return columns._joined(name, field, more) if more else columns._own(rest, field)

    def _of_user(self, name: str, field: Field, rest: str) -> Column:
        users = {str(one["id"]): one for one in self._world.settings.rows("users")}
        path, key = rest.split("."), field.api_name
        if not any(_at(user, path, missing=...) is not ... for user in users.values()):
            raise unknown_column(name)

        def value(row: Row) -> Any:
            reference = row[key]
            return _at(users.get(reference["id"], {}), path) if isinstance(reference, Mapping) else None

        kind: Kind = "reference" if path[-1] == "id" else "text"
        relations = tuple(".".join((key, *path[:count])) for count in range(len(path)))
        return Column(name, kind, (key,), value, relations)


# What an answer says of other references, besides their ids.
_PARTS = {
    (part, data_type)
    for data_type, parts in {
        "lookup": ("id",),
        "layout": ("id", "name"),
        "consent_lookup": ("id",),
        "multi_module_lookup": ("id", "module.api_name", "module.id"),
    }.items()
    for part in parts
}


def _inside(key: str, rest: str) -> Callable[[Row], Any]:
    path = rest.split(".")
    return lambda row: _at(row[key], path)


def _at(value: Any, path: list[str], missing: Any = None) -> Any:
    for part in path:
        if not isinstance(value, Mapping) or part not in value:
            return missing
        value = value[part]
    return value
