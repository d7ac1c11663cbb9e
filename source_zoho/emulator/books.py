"""What does Books v3 answer to one call?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .behaviour import Behaviour
from .details import answers_at, document, item_details, organization_document, wrapped
from .document_kinds import documents_of, kind_called
from .listing import Lists
from .query import required
from .refusals import (
    method_not_allowed,
    no_authorization,
    no_such_record,
    not_authorized,
    unknown_path,
)
from .reports import report
from .special_calls import ITEM_DETAILS, REPORTS

if TYPE_CHECKING:
    from .accounts import Accounts
    from .collection import Collection, Handle, Row
    from .organization import Organization
    from .resources import Resource
    from .routes import Route
    from .wire import Request
    from .world import World

SCHEME = "Zoho-oauthtoken "
_WITHOUT_ORGANIZATION = "organizations"
_TEMPLATES = "transaction_templates"


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
        if not grant.covers(self._scope(route, request)):
            raise not_authorized()
        return route

    def needs_organization(self, route: Route) -> bool:
        """Tell whether a call must name its organization."""
        return route.resource.name != _WITHOUT_ORGANIZATION

    def is_detail(self, route: Route) -> bool:
        """Tell whether a call counts as one for a document: those have a pace of their own."""
        return route.is_detail or route.resource.name == ITEM_DETAILS

    def organizations(self, route: Route) -> dict[str, object]:
        """Answer /organizations, or one of them."""
        if not route.is_detail:
            rows = [organization.row for organization in self._world]
            return {"code": 0, "message": "success", "organizations": rows}
        (wanted,) = route.ids.values()
        found = next((one for one in self._world if one.id == wanted), None)
        if found is None:
            raise no_such_record(route.resource.name)
        return wrapped(route.resource, organization_document(found), self._behaviour(route.resource.name))

    def answer(self, route: Route, request: Request, organization: Organization) -> dict[str, object]:
        """Answer a call inside one organization."""
        name, behaviour = route.resource.name, self._behaviour(route.resource.name)
        if behaviour.missing or _is_absent(route.resource, request, organization):
            raise unknown_path()
        if name in REPORTS:
            return report(name, request.query, organization, self._world.today(organization))
        if name == ITEM_DETAILS:
            return item_details(organization.collections["items"], request.query)
        if route.is_detail:
            return self._detail(route, request, organization)
        collection = organization.collections[name]
        parent = _parent(collection, route, request)
        return self._lists.answer(collection, request.query, behaviour, parent)

    def document(self, collection: Collection, handle: Handle) -> Row:
        """Return a record as its detail call answers it."""
        return document(collection, handle)

    def rows(self, collection: Collection, parent: Handle | None = None) -> list[Row]:
        """Return every row that exists now."""
        return self._lists.rows(collection, parent)

    def forget_pages(self) -> None:
        """Make every page anew: an organization changed in ways that its records do not know of."""
        self._lists = Lists()

    def _behaviour(self, name: str) -> Behaviour:
        return self.behaviours.get(name, Behaviour())

    def _scope(self, route: Route, request: Request) -> str:
        own = route.resource.scope
        if route.resource.name == _TEMPLATES and (documents := documents_of(request.path)):
            own = documents.scope
        return self._behaviour(route.resource.name).scope or own

    def _detail(self, route: Route, request: Request, organization: Organization) -> dict[str, object]:
        resource = route.resource
        behaviour = self._behaviour(resource.name)
        if not answers_at(resource, request.path, behaviour):
            raise unknown_path()
        for candidate in (resource.name, *(("customer_debit_notes",) if resource.name == "invoices" else ())):
            collection = organization.collections[candidate]
            handle = _own_record(collection, route)
            if handle is not None:
                return wrapped(resource, self.document(collection, handle), behaviour)
        raise no_such_record(resource.name)


def _is_absent(resource: Resource, request: Request, organization: Organization) -> bool:
    """Tell whether an organization lacks the feature: with a list go its children and its templates."""
    documents = documents_of(request.path) if resource.name == _TEMPLATES else None
    above = resource.parent.resource if resource.parent else ""
    return bool({resource.name, above, documents.name if documents else ""} & organization.absent)


def _parent(collection: Collection, route: Route, request: Request) -> Handle | None:
    """Return the parent record that a child list is asked for."""
    described, parents = collection.resource.parent, collection.parent
    if described is None or parents is None:
        return None
    if described.place == "query":
        wanted = required(request.query, described.field)
    else:
        wanted = route.ids.get(described.field) or kind_called(request.path)
    handle = parents.find_by(described.field, wanted)
    if handle is None and described.field in ("module_api_name", "entity"):
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
