"""Which modules can be watched, and what do notifications call them?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .world import CrmWorld

# As Zoho's page about notifications lists them; custom modules come on top, and so do users.
_SUPPORTED = frozenset(
    {
        *("Leads", "Accounts", "Contacts", "Deals", "Campaigns", "Tasks", "Cases", "Events", "Calls", "Solutions"),
        *("Products", "Vendors", "Price_Books", "Quotes", "Sales_Orders", "Purchase_Orders", "Invoices"),
        *("Appointments__s", "Appointments_Rescheduled_History__s", "Services__s"),
    }
)
USERS = "users"
_USERS_ID = 21


class WatchedModules:
    """What notifications need to know about modules and their fields."""

    def __init__(self, world: CrmWorld) -> None:
        """Ask *world*."""
        self._world = world

    def is_watchable(self, name: str) -> bool:
        """Tell whether there are notifications about a module's records."""
        if name == USERS:
            return True
        told = self._world.module(name)
        return told is not None and (name in _SUPPORTED or told["generated_type"] == "custom")

    def named(self, name: str | None, module_id: str | None) -> dict[str, Any] | None:
        """Return name and id of a module that goes by its name, or by its id alone."""
        for one in self._world.modules():
            own = self._world.module_id(one)
            if one == name or (name is None and own == module_id):
                return {"api_name": one, "id": own}
        return None

    def field_id(self, module: str, name: str) -> str | None:
        """Return the id of a field, or nothing where there is none of that name."""
        field = self._world.spec(module).by_name.get(name)
        return None if field is None else self._world.field_id(module, field.number)

    def told(self, name: str) -> dict[str, Any]:
        """Return how answers name a module."""
        module_id = self._world.foreign_id(_USERS_ID, 0) if name == USERS else self._world.module_id(name)
        return {"resource_uri": self.uri(name), "resource_id": module_id, "resource_name": name}

    def uri(self, name: str, version: str = "v8") -> str:
        """Return the address under which Zoho's documents show a module, whatever this emulator's own is."""
        return f"https://www.zohoapis.com/crm/{version}/{name}"
