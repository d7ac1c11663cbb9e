"""Which call of the CRM does a path mean, what does it cost and which scopes does it need?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

from .refusals import refused

if TYPE_CHECKING:
    from .settings_table import Found
    from .spec import ModuleSpec
    from .world import CrmWorld

ROOT = "/crm/v8"
COMPOSITE = "__composite_requests"
QUERIES = "coql"
BULK_ROOT = "/crm/bulk/v8"
Kind = Literal[
    "modules",
    "module",
    "fields",
    "composite",
    "coql",
    "bulk_create",
    "bulk_poll",
    "bulk_download",
    "list",
    "single",
    "deleted",
    "texts",
    "text",
    "children",
    "count",
    "settings",
]
_CHILDREN = ("Notes", "Attachments")
_READ = "ZohoCRM.modules.{}.READ"
_SEARCH = "ZohoSearch.securesearch.READ"
_CREDITS: dict[Kind, int] = {"deleted": 2, "count": 50, "bulk_create": 50}
_CVID_CREDITS = 3
# How many of the calls in flight a composite call counts as.
_COMPOSITE_UNITS = 5
_SCOPES: dict[Kind, tuple[str, ...]] = {
    "modules": ("ZohoCRM.settings.modules.READ",),
    "module": ("ZohoCRM.settings.modules.READ",),
    "fields": ("ZohoCRM.settings.fields.READ",),
    "composite": ("ZohoCRM.composite_requests.CUSTOM",),
    "coql": ("ZohoCRM.coql.READ",),
    "bulk_create": ("ZohoCRM.bulk.READ",),
    "bulk_poll": ("ZohoCRM.bulk.READ",),
    "bulk_download": ("ZohoCRM.bulk.READ",),
}


@dataclass(frozen=True)
class Route:
    """A call that the CRM knows; `scopes` are all needed."""

    kind: Kind
    module: str = ""
    record_id: str = ""
    related: str = ""
    found: Found | None = None
    scopes: tuple[str, ...] = ()
    credits: int = 1

    @property
    def method(self) -> str:
        """Return the only method that the emulator answers."""
        return "POST" if self.kind in ("composite", "coql", "bulk_create") else "GET"


def is_crm(path: str) -> bool:
    """Tell whether a call is for the CRM, whatever its version."""
    return path.startswith("/crm/")


def weight(path: str, query: Mapping[str, str]) -> tuple[int, bool]:
    """
    Return how many places among the calls in flight a call takes, and whether it is a heavy one.

    Ordered lists, lists of a view, queries and composite calls also count against the ten that Zoho allows of them.
    """
    if path == f"{ROOT}/{QUERIES}":
        return 1, True
    if path == f"{ROOT}/{COMPOSITE}":
        return _COMPOSITE_UNITS, True
    return 1, bool({"sort_by", "cvid"} & set(query))


def is_meant(path: str | None, called: str) -> bool:
    """Tell whether *path*, as a test writes it, means a call: whole, or with names in brackets for any one step."""
    if path is None or path.rstrip("/") == called:
        return True
    return "{" in path and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), called) is not None


def find_route(path: str, query: Mapping[str, str], world: CrmWorld) -> Route:
    """Return what a call means, or refuse a path that the CRM does not have."""
    if path.startswith(f"{BULK_ROOT}/"):
        return _of_bulk(tuple(path.removeprefix(f"{BULK_ROOT}/").split("/")))
    if not path.startswith(f"{ROOT}/"):
        raise refused("INVALID_URL_PATTERN")
    parts = tuple(unquote(part) for part in path.removeprefix(f"{ROOT}/").split("/"))
    fixed = _fixed(parts)
    if fixed is not None:
        return fixed
    if found := world.settings.find(path.removeprefix(ROOT)):
        return Route("settings", found=found, scopes=tuple(found.scopes), credits=found.credits)
    return _of_module(parts, query, world)


def _fixed(parts: tuple[str, ...]) -> Route | None:
    if parts == ("settings", "modules"):
        return Route("modules", scopes=_SCOPES["modules"])
    if parts == ("settings", "fields"):
        return Route("fields", scopes=_SCOPES["fields"])
    if parts[:2] == ("settings", "modules") and len(parts) == 3:
        return Route("module", module=parts[2], scopes=_SCOPES["module"])
    if parts == (COMPOSITE,):
        return Route("composite", scopes=_SCOPES["composite"])
    if parts == (QUERIES,):
        return Route("coql", scopes=_SCOPES["coql"])
    return None


def _of_bulk(parts: tuple[str, ...]) -> Route:
    """Return which call about bulk jobs a path means; which module it is about stands elsewhere."""
    kind: Kind | None = None
    if parts == ("read",):
        kind = "bulk_create"
    elif parts[0] == "read" and len(parts) == 2 and parts[1]:
        kind = "bulk_poll"
    elif parts[0] == "read" and len(parts) == 3 and parts[2] == "result":
        kind = "bulk_download"
    if kind is None:
        raise refused("INVALID_URL_PATTERN")
    return Route(kind, record_id="".join(parts[1:2]), scopes=_SCOPES[kind], credits=_CREDITS.get(kind, 1))


def _of_module(parts: tuple[str, ...], query: Mapping[str, str], world: CrmWorld) -> Route:
    shape = _shape(parts)
    if shape is None:
        raise refused("INVALID_URL_PATTERN")
    if world.module(parts[0]) is None:
        raise refused("INVALID_MODULE", resource_path_index=0)
    kind, record_id, related = shape
    scopes = [reading_scope(world.spec(parts[0]))]
    if kind == "children":
        scopes.append(_READ.format(related.lower()))
    if kind == "count":
        scopes.append(_SEARCH)
    price = _CVID_CREDITS if kind == "list" and "cvid" in query else _CREDITS.get(kind, 1)
    return Route(kind, parts[0], record_id, related, None, tuple(scopes), price)


def _shape(parts: tuple[str, ...]) -> tuple[Kind, str, str] | None:
    """Return what a path below a module asks for."""
    if len(parts) == 1 and parts[0]:
        return "list", "", ""
    if len(parts) == 2:
        return ("deleted", "", "") if parts[1] == "deleted" else ("single", parts[1], "")
    if parts[1:] == ("actions", "fetch_full_data"):
        return "texts", "", ""
    if parts[1:] == ("actions", "count"):
        return "count", "", ""
    if parts[2:] == ("actions", "fetch_full_data"):
        return "text", parts[1], ""
    return ("children", parts[1], parts[2]) if len(parts) == 3 and parts[2] in _CHILDREN else None


def reading_scope(spec: ModuleSpec) -> str:
    """Return the scope that reading a module's records needs."""
    return _READ.format(spec.scope or (spec.api_name.lower() if spec.kind == "standard" else "custom"))
