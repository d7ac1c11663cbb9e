"""Under which module, person, place or record do the rows of a call hang, and is it there?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .refusals import invalid_id, refused
from .settings_children import WITH_EMAILS, key_of
from .settings_modules import layout_ids
from .settings_query import Allowed

if TYPE_CHECKING:
    from .settings_rows import Rows
    from .settings_table import Found, Resource

Row = dict[str, Any]


class Parents:
    """Everything that rows can hang under."""

    def __init__(self, rows: Rows) -> None:
        """Look for parents among these rows, and in the world behind them."""
        self._rows, self._world = rows, rows.world

    @property
    def allowed(self) -> Allowed:
        """Return which modules and layouts a parameter may name."""
        return Allowed(is_module=self._is_module, is_layout=self._is_layout)

    def called(self, found: Found, query: Mapping[str, str]) -> str:
        """Return what the rows hang under, as the call names it; refuse what is not there."""
        parent = found.resource.parent
        if parent == "record":
            return self._record(found)
        if parent in ("module", "layouts"):
            return query["module" if parent == "module" else "layout_id"]
        return self._row_above(found) if parent else ""

    def all_of(self, resource: Resource, modules: Sequence[str] | None) -> list[tuple[str, Row]]:
        """Return every parent with the keys that tell its rows from those of others."""
        among = list(self._world.readable()) if modules is None else list(modules)
        if resource.parent == "module":
            return [(module, {resource.parent_key or "module": module}) for module in among]
        if resource.parent == "layouts":
            return [(one, {"layout_id": one}) for one in layout_ids(self._rows, "Deals")]
        if resource.parent == "record":
            return self._records(resource, among)
        return [(row["id"], {resource.parent_key: row["id"]}) for row in self._rows.of(resource.parent)]

    def _is_module(self, name: str) -> bool:
        told = self._world.module(name)
        return told is not None and bool(told.get("api_supported", True))

    def _is_layout(self, identifier: str) -> bool:
        return any(identifier in layout_ids(self._rows, module) for module in self._world.modules())

    def _row_above(self, found: Found) -> str:
        identifier = found.named[found.resource.parent_key]
        try:
            self._rows.position(found.resource.parent, identifier)
        except KeyError:
            raise invalid_id(found.place(identifier)) from None
        return identifier

    def _record(self, found: Found) -> str:
        module, record_id = found.named.get("module", "Deals"), found.named["record_id"]
        if not self._is_module(module):
            raise refused("INVALID_MODULE", resource_path_index=0)
        try:
            self._world.record(module, record_id)
        except KeyError:
            raise invalid_id(1) from None
        if found.name == "record_emails" and module not in WITH_EMAILS:
            raise refused("INVALID_DATA", "the relation name given seems to be invalid", resource_path_index=2)
        return key_of(module, record_id)

    def _records(self, resource: Resource, modules: list[str]) -> list[tuple[str, Row]]:
        if resource.name == "deal_contact_roles":
            return [(key_of("Deals", one), {"deal_id": one}) for one in self._world.ids("Deals")]
        return [
            (key_of(module, one), {"module": module, "record_id": one})
            for module in modules
            for one in self._world.ids(module)
        ]
