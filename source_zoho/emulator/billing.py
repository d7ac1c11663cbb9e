"""What does Billing v1 answer to one call?

Who calls, and what is refused, goes as in Books. What is Billing's own: an organization is named by a header, some
records can only be asked for one by one, and a document names such records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .books import Books
from .collection import Kept
from .details import wrapped
from .refusals import RefusedError, no_such_record, unknown_path

if TYPE_CHECKING:
    from .behaviour import Behaviour
    from .collection import Collection, Handle, Row
    from .organization import Organization
    from .routes import Route
    from .wire import Request

ORGANIZATION_HEADER = "x-com-zoho-subscriptions-organizationid"
# What the document of a credit note tells about each of its refunds: enough to ask for them.
_REFUND_FIELDS = ("refund_id", "date", "amount", "refund_mode", "status")


class Billing(Books):
    """The read-only part of Zoho Billing v1 that the resource table describes."""

    def needs_organization(self, route: Route) -> bool:
        """Tell whether a call must name its organization."""
        return route.resource.entry != "organizations"

    def answer(self, route: Route, request: Request, organization: Organization) -> dict[str, object]:
        """Answer a call inside one organization."""
        resource, behaviour = route.resource, self._behaviour(route.resource.name)
        if resource.name in organization.absent or _is_unknown(route, behaviour):
            raise unknown_path()
        collection = organization.collections[resource.name]
        if route.is_detail:
            return self._record(collection, route, behaviour)
        parent = _parent(collection, route)
        if resource.single and behaviour.absent == "400" and not _has_object(collection, parent):
            raise nothing_there()
        return self._lists.answer(collection, request.query, behaviour, parent)

    def document(self, collection: Collection, handle: Handle) -> Row:
        """Return a record as the detail call answers it; what it says about other records is true at that moment."""
        left_out = collection.resource.list_only
        found = {name: value for name, value in collection.detail(handle).items() if name not in left_out}
        changed = handle.row if isinstance(handle, Kept) else {}
        live = {name: value for name, value in _live(collection, handle).items() if name not in changed}
        return {**found, **live}

    def _record(self, collection: Collection, route: Route, behaviour: Behaviour) -> dict[str, object]:
        resource = route.resource
        handle = _own_record(collection, route)
        if handle is None:
            raise no_such_record(resource.entry)
        body = self.document(collection, handle)
        if not (resource.detail_key or behaviour.detail_key):
            return {"code": 0, "message": "success", **body}
        return wrapped(resource, body, behaviour)


def named_organization(request: Request) -> str:
    """Return the organization that a call of Billing names: by header, or by the parameter that public code sends."""
    return _header(request.headers) or request.query.get("organization_id", "")


def nothing_there() -> RefusedError:
    """
    Refuse an object that its parent does not have, such as changes where nothing is scheduled.

    Zoho's documents do not say how. The usual answer here is 404 with code 1002; this one is the other reading.
    """
    return RefusedError(400, 1038, "There is nothing to show.")


def _header(headers: Mapping[str, str]) -> str:
    return next((value for name, value in headers.items() if name.lower() == ORGANIZATION_HEADER), "")


def _is_unknown(route: Route, behaviour: Behaviour) -> bool:
    by_id = route.is_detail and bool(route.resource.path)
    return behaviour.missing or (behaviour.missing_list and not by_id)


def _parent(collection: Collection, route: Route) -> Handle | None:
    """Return the parent record whose children are asked for."""
    described, parents = collection.resource.parent, collection.parent
    if described is None or parents is None or described.field not in route.ids:
        return None
    handle = parents.find_by(described.field, route.ids[described.field])
    if handle is None:
        raise no_such_record(parents.resource.entry)
    return handle


def _has_object(collection: Collection, parent: Handle | None) -> bool:
    handles = collection.handles() if parent is None else collection.children_of(parent)
    return next(iter(handles), None) is not None


def _own_record(collection: Collection, route: Route) -> Handle | None:
    """Return the record that the last id of the path names; a parent in the path must be its parent."""
    parent = _parent(collection, route)
    handle = collection.find(list(route.ids.values())[-1])
    if handle is None or parent is None:
        return handle
    return handle if any(handle == child for child in collection.children_of(parent)) else None


def _live(collection: Collection, handle: Handle) -> Row:
    """Return what a document says about records that can only be asked for one by one."""
    collections = collection.organization.collections
    if collection.resource.entry == "credit_notes":
        refunds = collections["billing_refunds"]
        rows = [refunds.served(refund) for refund in refunds.children_of(handle)]
        return {"refunds": [{name: row.get(name, "") for name in _REFUND_FIELDS} for row in rows]}
    if collection.resource.entry == "subscriptions":
        charges = collections["billing_unbilled_charges"]
        charge = next(iter(charges.children_of(handle)), None)
        return {"unbilled_charge_id": "" if charge is None else charges.value(charge, "unbilled_charge_id")}
    return {}
