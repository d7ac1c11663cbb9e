"""Which record does a test mean when it names one?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .resources import resources

if TYPE_CHECKING:
    from .collection import Collection, Handle


def is_organizations(resource: str) -> bool:
    """Tell whether a name means the organizations themselves, as one of the products lists them."""
    return resource in resources() and resources()[resource].entry == "organizations"


def record_meant(collection: Collection, record_id: str) -> Handle:
    """Find a record by its id; a member of a project, who has none, by "<project id>/<user id>"."""
    parent_id, _, own_id = record_id.rpartition("/")
    handle = collection.find(record_id)
    if handle is None and parent_id and collection.resource.parent:
        members = collection.children_of(parent_meant(collection, parent_id))
        handle = next((one for one in members if collection.value(one, "user_id") == own_id), None)
    if handle is None:
        raise KeyError(f"no record {record_id!r} in {collection.resource.name} of {collection.organization.id}.")
    return handle


def parent_meant(collection: Collection, parent_id: str) -> Handle:
    """Find the parent of children by its id."""
    described, parents = collection.resource.parent, collection.parent
    if described is None or parents is None:
        raise ValueError(f"{collection.resource.name} has no parent.")
    handle = parents.find_by(described.field, parent_id)
    if handle is not None:
        return handle
    raise KeyError(f"no record {parent_id!r} in {described.resource} of {collection.organization.id}.")
