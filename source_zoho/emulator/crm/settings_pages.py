"""Which part of a list of settings comes in one answer, and what does `info` say about the rest?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from .refusals import ambiguous, invalid_parameter, refused
from .tokens import Bound, Place, Tokens

if TYPE_CHECKING:
    from .settings_table import Found, Resource

Row = dict[str, Any]
_FIRST_ROWS = 2000
_TOKEN_HOURS = 24


@dataclass(frozen=True)
class Chains:
    """The page tokens that were given out, and what time it is for them."""

    tokens: Tokens
    now: float

    def token(self, bound: Bound, rows_before: int) -> str:
        """Give out a token for the page that begins after so many rows."""
        return self.tokens.issue(bound, Place(None, rows_before), None, self.now, _TOKEN_HOURS)


def page_of(found: Found, query: Mapping[str, str], rows: list[Row], chains: Chains) -> tuple[list[Row], Row | None]:
    """Return the rows of one answer and its `info`."""
    paging = found.resource.paging
    if paging == "page":
        return _by_page(found.resource, query, rows)
    if paging == "index":
        return _by_index(found.resource, query, rows)
    if paging == "token":
        return _by_token(found, query, rows, chains)
    return rows, _whole(found.resource, rows)


def _whole(resource: Resource, rows: list[Row]) -> Row | None:
    """Return what lists without pages say beside their rows; a count that the table leaves open is that of the rows."""
    if not resource.info:
        return None
    return {name: len(rows) if name == "count" else value for name, value in resource.info.items()}


def _by_page(resource: Resource, query: Mapping[str, str], rows: list[Row]) -> tuple[list[Row], Row]:
    page, per_page = _number(query, "page", 1, None), _number(query, "per_page", 200, resource.per_page)
    offset = (page - 1) * per_page
    some = rows[offset : offset + per_page]
    more = offset + per_page < len(rows)
    return some, {"per_page": per_page, "count": len(some), "page": page, "more_records": more, **resource.info}


def _by_index(resource: Resource, query: Mapping[str, str], rows: list[Row]) -> tuple[list[Row], Row]:
    """Go by an index that only the last answer tells; here it is the number of rows before it, in disguise."""
    most = resource.per_page
    offsets = {_index(found): found for found in range(0, len(rows) + 1, most)}
    if query.get("index", _index(0)) not in offsets:
        raise invalid_parameter("index")
    offset = offsets[query.get("index", _index(0))]
    some, after = rows[offset : offset + most], offset + most
    more = after < len(rows)
    return some, {
        "count": len(some),
        "per_page": most,
        "more_records": more,
        "next_index": _index(after) if more else None,
        "prev_index": _index(offset - most) if offset else None,
    }


def _index(offset: int) -> str:
    return blake2b(f"index {offset}".encode(), digest_size=8).hexdigest()


def _by_token(found: Found, query: Mapping[str, str], rows: list[Row], chains: Chains) -> tuple[list[Row], Row]:
    if "page" in query and "page_token" in query:
        raise ambiguous("page", "page_token")
    per_page = _number(query, "per_page", 200, found.resource.per_page)
    bound = Bound.of(found.path, "", query, {})
    page, offset = _start(query, per_page, bound, chains)
    some, after = rows[offset : offset + per_page], offset + per_page
    more = after < len(rows)
    return some, {
        "per_page": per_page,
        "count": len(some),
        "page": page,
        "more_records": more,
        "next_page_token": chains.token(bound, after) if more else None,
        "previous_page_token": chains.token(bound, offset - per_page) if offset >= per_page else None,
    }


def _start(query: Mapping[str, str], per_page: int, bound: Bound, chains: Chains) -> tuple[int, int]:
    if "page_token" in query:
        place, _ = chains.tokens.redeem(query["page_token"], bound, chains.now)
        return place.rows_before // per_page + 1, place.rows_before
    page = _number(query, "page", 1, None)
    if page * per_page > _FIRST_ROWS:
        raise refused("DISCRETE_PAGINATION_LIMIT_EXCEEDED")
    return page, (page - 1) * per_page


def _number(query: Mapping[str, str], name: str, otherwise: int, most: int | None) -> int:
    text = query.get(name)
    if text is None:
        return otherwise
    if not text.isdigit() or int(text) < 1:
        raise invalid_parameter(name, expected_data_type="integer")
    if most is not None and int(text) > most:
        raise invalid_parameter(name, maximum_value=most)
    return int(text)
