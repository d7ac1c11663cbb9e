"""What does Books v3 answer to one call?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .behaviour import Behaviour
from .listing import Lists
from .query import required
from .refusals import (
    method_not_allowed,
    no_authorization,
    no_such_record,
    not_authorized,
    unknown_path,
)

if TYPE_CHECKING:
    from .accounts import Accounts
    from .collection import Collection, Handle, Row
    from .organization import Organization
    from .routes import Route
    from .wire import Request
    from .world import World

SCHEME = "Zoho-oauthtoken "
_WITHOUT_ORGANIZATION = "organizations"


class Books:
    """The read-only part of Zoho Books v3 that the resource table describes."""

    def __init__(self, world: World, accounts: Accounts) -> None:
        """Answer from *world* to whoever *accounts* has given a token."""
        self._world, self._accounts, self._lists = world, accounts, Lists()
        self.behaviours: dict[str, Behaviour] = {}

    def authorize(self, request: Request, route: Route | None) -> Route:
        """Return the route of a call that may be answered, refuse any other."""
        given = request.headers.get("authorization", "")
        if not given.startswith(SCHEME) or not given.removeprefix(SCHEME).strip():
            raise no_authorization()
        grant = self._accounts.grant_of(given.removeprefix(SCHEME).strip())
        if grant is None:
            raise not_authorized()
        if route is None:
            raise unknown_path()
        if request.method != "GET":
            raise method_not_allowed()
        if not grant.covers(route.resource.scope):
            raise not_authorized()
        return route

    def needs_organization(self, route: Route) -> bool:
        """Tell whether a call must name its organization."""
        return route.resource.name != _WITHOUT_ORGANIZATION

    def organizations(self, route: Route) -> dict[str, object]:
        """Answer /organizations, or one of them."""
        rows = [organization.row for organization in self._world]
        if not route.is_detail:
            return {"code": 0, "message": "success", "organizations": rows}
        (wanted,) = route.ids.values()
        found = next((row for row in rows if row["organization_id"] == wanted), None)
        if found is None:
            raise no_such_record(route.resource.name)
        return {"code": 0, "message": "success", "organization": found}

    def answer(self, route: Route, request: Request, organization: Organization) -> dict[str, object]:
        """Answer a call inside one organization."""
        if route.is_detail:
            return self._detail(route, organization)
        collection = organization.collections[route.resource.name]
        parent = _parent(collection, route, request)
        behaviour = self.behaviours.get(route.resource.name, Behaviour())
        return self._lists.answer(collection, request.query, behaviour, parent)

    def rows(self, collection: Collection, parent: Handle | None = None) -> list[Row]:
        """Return every row that exists now."""
        return self._lists.rows(collection, parent)

    def _detail(self, route: Route, organization: Organization) -> dict[str, object]:
        resource = route.resource
        for candidate in (resource.name, *(("customer_debit_notes",) if resource.name == "invoices" else ())):
            collection = organization.collections[candidate]
            handle = _own_record(collection, route)
            if handle is not None:
                return {"code": 0, "message": "success", resource.detail_key: collection.detail(handle)}
        raise no_such_record(resource.name)


def _parent(collection: Collection, route: Route, request: Request) -> Handle | None:
    """Return the parent record that a child list is asked for."""
    described, parents = collection.resource.parent, collection.parent
    if described is None or parents is None:
        return None
    by_query = described.place == "query"
    wanted = required(request.query, described.field) if by_query else route.ids[described.field]
    handle = parents.find_by(described.field, wanted)
    if handle is None and described.field == "module_api_name":
        raise unknown_path()
    if handle is None:
        raise no_such_record(described.resource)
    return handle


def _own_record(collection: Collection, route: Route) -> Handle | None:
    """Return the record whose detail is asked for, by the last id of the path; its parents must fit."""
    described = collection.resource.parent
    ids = dict(route.ids)
    wanted_name, wanted = ids.popitem()
    if collection.resource.name == "custom_modules":
        return collection.find_by(wanted_name, wanted)
    handle = collection.find(wanted)
    if handle is None or described is None or collection.parent is None:
        return handle
    parent = collection.parent.find_by(described.field, ids[described.field])
    if parent is None:
        return None
    return handle if any(handle == child for child in collection.children_of(parent)) else None
