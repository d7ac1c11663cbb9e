"""What does a detail call answer, and under which key?

The names differ between list and detail, and between Zoho's specification and what answers live; where both are
possible, a switch chooses (`Behaviour`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from .collection import Collection, Handle, Row
from .drafts import Draft
from .extras import module_fields
from .kinds import Compiler, Value
from .query import required
from .refusals import invalid_value, unknown_parameter
from .resources import books_resources

if TYPE_CHECKING:
    from .behaviour import Behaviour
    from .organization import Organization
    from .resources import Resource

# Zoho's documents name no limit for item_ids; 40 and 120 at once are seen in public code.
MOST_ITEMS_AT_ONCE = 200
_SUCCESS: Row = {"code": 0, "message": "success"}
# The specification shows these documents without a key of their own, beside code and message.
_BARE = ("bank_rules",)


def document(collection: Collection, handle: Handle) -> Row:
    """Return a record as the detail call answers it: some fields are documented for the list row alone."""
    left_out = collection.resource.list_only
    whole = {name: value for name, value in collection.detail(handle).items() if name not in left_out}
    if collection.resource.name == "custom_module_records":
        whole["module_fields"] = module_fields(collection, whole)
    return whole


def organization_document(organization: Organization) -> Row:
    """Return an organization as its detail call answers it."""
    currencies = organization.collections["currencies"]
    draft = Draft(currencies, 0, currencies.created(0), currencies.modified(0))
    return {**{name: make(draft) for name, make in _organization_details().items()}, **organization.row}


def wrapped(resource: Resource, body: Row, behaviour: Behaviour) -> Row:
    """Return the answer around a document."""
    is_wrapped = resource.name not in _BARE if behaviour.detail_wrapped is None else behaviour.detail_wrapped
    if not is_wrapped:
        return {**_SUCCESS, **body}
    key = behaviour.detail_key or resource.detail_key
    return {**_SUCCESS, key: [body] if behaviour.detail_as_list else body}


def answers_at(resource: Resource, path: str, behaviour: Behaviour) -> bool:
    """Tell whether the detail answers at this spelling of its path."""
    if not resource.detail_aliases:
        return True
    spelling = path.strip("/").split("/")[-2]
    usual = str(resource.detail_path).strip("/").split("/")[0]
    return spelling in (behaviour.detail_paths or (usual,))


def item_details(items: Collection, query: dict[str, str]) -> Row:
    """Answer /itemdetails: the documents of many items at once; ids of no item are passed over."""
    for name in query:
        if name not in ("organization_id", "item_ids"):
            raise unknown_parameter(name)
    wanted = list(dict.fromkeys(required(query, "item_ids").split(",")))
    if len(wanted) > MOST_ITEMS_AT_ONCE:
        raise invalid_value("item_ids")
    found = [handle for one in wanted if (handle := items.find(one.strip())) is not None]
    context: Row = {"page": 1, "per_page": MOST_ITEMS_AT_ONCE, "has_more_page": False, "report_name": "Items"}
    context |= {"sort_column": "name", "sort_order": "A"}
    return {**_SUCCESS, "items": [document(items, handle) for handle in found], "page_context": context}


@lru_cache(maxsize=1)
def _organization_details() -> dict[str, Value]:
    compiler = Compiler()
    fields = books_resources()["organizations"].detail_fields
    return {name: compiler.compile(kind) for name, kind in fields.items()}
