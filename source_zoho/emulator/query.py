"""What does a list call ask for, and would Zoho take it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .counting import PARAMETER
from .filters import OWN_PARAMETERS, Keep, by_date, by_filter, by_status, search, shown_by_default
from .refusals import RefusedError, invalid_value, unknown_parameter
from .zones import parse_stamp

if TYPE_CHECKING:
    from .behaviour import Behaviour
    from .collection import Collection
    from .resources import Resource

LARGEST_PAGE = 200
_ALWAYS = frozenset({"organization_id", "page", "per_page"})
# Most lists of Billing say updated_time where Books says last_modified_time.
_MODIFIED = ("last_modified_time", "updated_time")


@dataclass(frozen=True)
class ListQuery:
    """A list call that Zoho takes."""

    page: int
    per_page: int
    sort_column: str
    descending: bool
    since: int | None
    filter_by: str
    keeps: tuple[Keep, ...]
    signature: tuple[tuple[str, str], ...]


def read_query(collection: Collection, query: dict[str, str], behaviour: Behaviour) -> ListQuery:
    """Read the parameters of a list call, or refuse it in Zoho's words."""
    resource = collection.resource
    _refuse_unknown(resource, query, behaviour)
    sort_column, descending = _sort(resource, query, behaviour)
    return ListQuery(
        page=number(query, "page", 1, 10**9),
        per_page=number(query, "per_page", LARGEST_PAGE, LARGEST_PAGE),
        sort_column=sort_column,
        descending=descending,
        since=_since(query, behaviour),
        filter_by=query.get("filter_by") or _default_filter(resource),
        keeps=tuple(_keeps(collection, query)),
        signature=tuple(sorted((name, value) for name, value in query.items() if name not in ("page", "per_page"))),
    )


def _default_filter(resource: Resource) -> str:
    """Return the name that page_context gives to the list without filter_by."""
    names = [resource.all_filter.replace(".All", active) for active in (".Active", ".ACTIVE")]
    return next((name for name in names if resource.hidden and name in resource.filter_by), resource.all_filter)


def _refuse_unknown(resource: Resource, query: dict[str, str], behaviour: Behaviour) -> None:
    known = _known(resource, behaviour)
    if behaviour.response_option in ("honour", "ignore") or resource.name == "customer_debit_notes":
        known.add(PARAMETER)  # debit notes are a list of /invoices, which takes it
    if behaviour.response_option == "refuse":
        known.discard(PARAMETER)
    for name in query:
        if name not in known:
            raise unknown_parameter(name)


def _known(resource: Resource, behaviour: Behaviour) -> set[str]:
    """Return the parameters that Zoho documents for a list."""
    known = {*_ALWAYS, *resource.date_filters, *resource.search}
    if resource.parent and resource.parent.place == "query":
        known.add(resource.parent.field)
    if resource.filter_by:
        known.add("filter_by")
    if resource.statuses:
        known.add("status")
    if resource.sort_columns or behaviour.sort is not None:
        known |= {"sort_column", "sort_order"}
    if resource.modified_filter or behaviour.by_modification is not None:
        known.add("last_modified_time")
    return known


def number(query: dict[str, str], name: str, default: int, most: int) -> int:
    """Return a parameter that is a number from 1 to *most*, or refuse it."""
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise invalid_value(name)
    return int(text)


def _sort(resource: Resource, query: dict[str, str], behaviour: Behaviour) -> tuple[str, bool]:
    order = query.get("sort_order")
    if order not in (None, "A", "D"):
        raise invalid_value("sort_order")
    column = query.get("sort_column")
    # Zoho promises no order for calls without sort_column. Newest first is what the page_context blocks of its
    # documents show for documents; children come in order of their ids there.
    default = ("id", False) if resource.parent else ("created_time", True)
    if column is None:
        return default[0], default[1] if order is None else order == "D"
    switched = behaviour.sort if column in _MODIFIED or behaviour.all_sorts else None
    if switched == "refuse" or (switched is None and not resource.sorts_by(column)):
        raise invalid_value("sort_column")
    if switched == "ignore":
        return default
    # Nothing says which direction is the default; ascending is what the examples of sorted calls show.
    return column, order == "D"


def _since(query: dict[str, str], behaviour: Behaviour) -> int | None:
    text = query.get("last_modified_time")
    if text is None or behaviour.by_modification == "ignore":
        return None
    instant = parse_stamp(text)
    if behaviour.by_modification == "refuse" or instant is None:
        raise invalid_value("last_modified_time")
    return instant


def _keeps(collection: Collection, query: dict[str, str]) -> list[Keep]:
    resource, keeps = collection.resource, []
    if resource.filter_by:
        shown = by_filter(collection, query["filter_by"]) if "filter_by" in query else shown_by_default(collection)
        keeps += [shown] if shown else []
    elif shown := shown_by_default(collection):
        keeps.append(shown)
    if "status" in query and resource.statuses:
        keeps.append(by_status(collection, query["status"]))
    keeps += [by_date(collection, name, query[name]) for name in resource.date_filters if name in query]
    own = OWN_PARAMETERS.get(resource.name, frozenset())
    keeps += [search(collection, name, query[name]) for name in resource.search if name in query and name not in own]
    return keeps


def required(query: dict[str, str], name: str) -> str:
    """Return a parameter that the call cannot do without."""
    if value := query.get(name):
        return value
    raise RefusedError(400, 4, f"Invalid value passed for {name}")
