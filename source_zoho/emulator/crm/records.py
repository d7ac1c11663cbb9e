"""What does a call for records of a module answer?"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .list_query import (
    SINCE,
    ListCall,
    deleted_call,
    fields_named,
    header_instant,
    list_call,
    listed_ids,
)
from .order import key_of, number_of_key
from .refusals import invalid_id, invalid_parameter, refused
from .rows import Row, Rows
from .tokens import Bound, Place, Tokens
from .world import companions

if TYPE_CHECKING:
    from .behaviour import ModuleBehaviour
    from .spec import Field, ModuleSpec
    from .world import CrmWorld

Body = dict[str, Any] | None
Given = tuple[int, Body]
LISTED_CHARACTERS = 500
MOST_RICH_IDS, MOST_RICH_FIELDS = 200, 8
NOTHING: Given = (204, None)


@dataclass
class Limits:
    """How far pages, tokens and the OFFSET of queries reach; tests lower them."""

    discrete: int = 2_000
    chain: int = 100_000
    token_hours: float = 24
    coql_offset_window: int = 100_000


@dataclass(frozen=True)
class _Page:
    numbers: list[int]
    last_key: int
    more: bool


class Records:
    """Lists of records, single records, long texts and deleted records."""

    def __init__(self, world: CrmWorld) -> None:
        """Answer from *world*."""
        self._world, self._tokens, self.limits = world, Tokens(world.seed), Limits()
        self.user = "1"

    def listed(
        self,
        module: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        *,
        most: int = 200,
        among: Callable[[int], bool] | None = None,
    ) -> Given:
        """Answer a list call with at most *most* rows; *among* keeps the records of one parent."""
        spec, behaviour = self._world.spec(module), self._world.behaviour(module)
        asked = list_call(query, headers, spec, behaviour)
        call = replace(asked, per_page=min(asked.per_page, most))
        bound = Bound.of(path, self.user, query, headers)
        place, previous = self._place(call, bound)
        keys = self._keys(module, call, among)
        if not len(keys):
            return (int(behaviour.not_modified), None) if call.since is not None else NOTHING
        page = _page(keys, call, place, offset=behaviour.counts_rows)
        if not page.numbers:
            return NOTHING
        data = self._data(module, page.numbers, call.fields, behaviour)
        return 200, {"data": data, "info": self._info(call, bound, place, previous, page)}

    def single(self, module: str, record_id: str, query: Mapping[str, str]) -> Given:
        """Answer a call for one record: all fields, those that lists do not have among them."""
        spec, behaviour = self._world.spec(module), self._world.behaviour(module)
        if unknown := set(query) - {"fields"}:
            raise invalid_parameter(min(unknown))
        if not record_id.isdecimal():
            raise invalid_id(1)
        rows = self._world.rows(module)
        number = rows.find(record_id)
        if number is None:
            return NOTHING
        named = fields_named(query, spec, behaviour) if "fields" in query else tuple(spec.by_name)
        names = _with_companions(spec, [name for name in named if name not in _kept_back(behaviour)])
        row = rows.record(number, ["id", *names])
        _cut([row], [field.api_name for field in spec.fields if field.is_rich])
        return 200, {"data": [row]}

    def full_texts(self, module: str, ids: tuple[str, ...], query: Mapping[str, str]) -> Given:
        """Answer a call for rich text in full."""
        spec, behaviour = self._world.spec(module), self._world.behaviour(module)
        named = fields_named(query, spec, behaviour, MOST_RICH_FIELDS)
        for name in named:
            if name != "id" and not spec.by_name[name].is_rich:
                raise refused("INVALID_DATA", "the field is not a rich text field", api_name=name, param_name="fields")
        rows = self._world.rows(module)
        found = [number for number in map(rows.find, ids) if number is not None]
        shown = [name for name in named if name not in behaviour.hidden_fields]
        return (200, {"data": rows.made(found, ["id", *shown])}) if found else NOTHING

    def full_texts_of_several(self, module: str, query: Mapping[str, str]) -> Given:
        """Answer a call for the rich text of several records."""
        if unknown := set(query) - {"ids", "fields"}:
            raise invalid_parameter(min(unknown))
        return self.full_texts(module, listed_ids(query, MOST_RICH_IDS), query)

    def deleted(self, module: str, query: Mapping[str, str], headers: Mapping[str, str], *, most: int = 200) -> Given:
        """Answer a call for deleted records."""
        wanted, page, per_page = deleted_call(query)
        since = header_instant(headers[SINCE]) if SINCE in headers else None
        bin_ = self._world.rows(module).bin
        if not bin_.is_kept:
            raise refused("NOT_SUPPORTED", resource_path_index=0)
        per_page = min(per_page, most)
        found = bin_.listed(wanted, since)
        start = (page - 1) * per_page
        rows = found[start : start + per_page]
        if not rows:
            return (304, None) if since is not None and not found else NOTHING
        more = len(found) > start + per_page
        return 200, {
            "data": rows,
            "info": {"per_page": per_page, "count": len(rows), "page": page, "more_records": more},
        }

    def count(self, module: str) -> Given:
        """Answer how many records a module has."""
        return 200, {"count": len(self._world.rows(module).order("false").numbers)}

    # ── where ──

    def _place(self, call: ListCall, bound: Bound) -> tuple[Place, Place | None]:
        """Return where the page begins, and where the one before it did; refuse what lies too far."""
        if call.page_token is not None:
            place, previous = self._tokens.redeem(call.page_token, bound, self._world.clock.seconds())
            if place.rows_before >= self.limits.chain:
                raise refused("PAGINATION_LIMIT_EXCEEDED", limit=self.limits.chain)
            return place, previous
        page = call.page or 1
        if page * call.per_page > self.limits.discrete and page > 1:
            raise refused("DISCRETE_PAGINATION_LIMIT_EXCEEDED", limit=self.limits.discrete)
        before = Place(None, (page - 2) * call.per_page) if page > 1 else None
        return Place(None, (page - 1) * call.per_page), before

    def _keys(self, module: str, call: ListCall, among: Callable[[int], bool] | None) -> Sequence[int]:
        """Return the sort keys of everything that the call is about, in ascending order."""
        rows = self._world.rows(module)
        order = rows.order(call.converted)
        if call.ids is not None or among is not None:
            return _some_keys(rows, call, among)
        if call.sort_by == "Modified_Time":
            return order.keys if call.since is None else order.keys[order.first_since(call.since) :]
        return order.numbers if call.since is None else order.numbers_since(call.since)

    # ── what ──

    def _data(self, module: str, numbers: list[int], fields: tuple[str, ...], behaviour: ModuleBehaviour) -> list[Row]:
        spec = self._world.spec(module)
        known: Mapping[str, Field] = spec.by_name
        kept_back = _kept_back(behaviour)
        names = [name for name in fields if name not in kept_back and (name not in known or known[name].is_listed)]
        data = self._world.rows(module).made(numbers, _with_companions(spec, [*names, "id"]))
        _cut(data, [name for name in names if name in known and known[name].is_rich])
        return data

    def _info(self, call: ListCall, bound: Bound, place: Place, previous: Place | None, page: _Page) -> dict[str, Any]:
        now, hours = self._world.clock.seconds(), self.limits.token_hours
        following = Place(page.last_key, place.rows_before + len(page.numbers))
        issue = self._tokens.issue
        return {
            "per_page": call.per_page,
            "next_page_token": issue(bound, following, place, now, hours) if page.more else None,
            "count": len(page.numbers),
            "sort_by": call.sort_by,
            "page": place.rows_before // call.per_page + 1,
            "previous_page_token": issue(bound, previous, None, now, hours) if previous else None,
            "page_token_expiry": self._world.stamp(int(now + hours * 3600)) if page.more or previous else None,
            "sort_order": "desc" if call.descending else "asc",
            "more_records": page.more,
            "call": False,
            "email": False,
        }


def _page(keys: Sequence[int], call: ListCall, place: Place, *, offset: bool) -> _Page:
    """Cut a page out of sorted keys: behind a key, or after so many rows as the list is now."""
    by_key, size = place.key is not None and not offset, call.per_page
    if call.descending:
        end = bisect_left(keys, place.key) if by_key and place.key is not None else len(keys) - place.rows_before
        start = max(0, end - size)
        found, more = list(reversed(keys[start : max(0, end)])), start > 0
    else:
        start = bisect_right(keys, place.key) if by_key and place.key is not None else place.rows_before
        found, more = list(keys[start : start + size]), start + size < len(keys)
    numbers = list(map(number_of_key, found)) if call.sort_by == "Modified_Time" else found
    return _Page(numbers, found[-1] if found else 0, more)


def _some_keys(rows: Rows, call: ListCall, among: Callable[[int], bool] | None) -> list[int]:
    """Return the sort keys of the records with given ids, or of those that *among* keeps."""
    order = rows.order(call.converted)
    if call.ids is not None:
        found = {rows.number_of(one) for one in call.ids} - {None}
        numbers = [number for number in found if number is not None and number in order]
    else:
        numbers = list(order.numbers)
    kept = [
        number
        for number in numbers
        if (among is None or among(number)) and (call.since is None or rows.modified(number) >= call.since)
    ]
    return sorted(key_of(rows.modified(n), n) for n in kept) if call.sort_by == "Modified_Time" else sorted(kept)


def _kept_back(behaviour: ModuleBehaviour) -> frozenset[str]:
    return frozenset(behaviour.hidden_fields)


def _with_companions(spec: ModuleSpec, names: list[str]) -> list[str]:
    """Add the keys that come along with a field."""
    return [*names, *companions(spec)] if "What_Id" in names else names


def _cut(rows: list[Row], names: list[str]) -> None:
    """Shorten rich text as lists do."""
    for row in rows:
        for name in names:
            if isinstance(text := row.get(name), str):
                row[name] = text[:LISTED_CHARACTERS]
