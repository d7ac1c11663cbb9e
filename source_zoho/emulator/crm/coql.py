"""What does Zoho CRM answer to a query (`POST /crm/v8/coql`)?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import orjson

from .coql_checks import Plan, plan
from .coql_columns import Columns
from .coql_conditions import Conditions
from .coql_parser import parsed
from .coql_refusals import invalid_subquery, invalid_view, too_many
from .coql_rows import group_rows, record_rows
from .coql_scan import find
from .coql_syntax import Query
from .refusals import CrmRefusedError, invalid_parameter, not_emulated, refused

if TYPE_CHECKING:
    from source_zoho.emulator.wire import Request

    from .behaviour import ModuleBehaviour
    from .records import Given, Limits
    from .rows import Row
    from .world import CrmWorld

_QUERY, _META = "select_query", "include_meta"
_FIELDS_SCOPE = "ZohoCRM.settings.fields.READ"
_INNER_ROWS = 100
_PRICES = ((200, 1), (1_000, 2))
_DEAREST = 3
# Refuses a call whose grant lacks one of some scopes.
Permit = Callable[[tuple[str, ...]], None]


class Coql:
    """Answers queries from the records as they are."""

    def __init__(self, world: CrmWorld, limits: Limits, scope: Callable[[str], str]) -> None:
        """Answer from *world*; *scope* names what reading a module needs."""
        self._world, self._limits, self._scope = world, limits, scope
        self.queries: list[str] = []
        self.is_granted = True

    def answer(self, request: Request, permit: Permit) -> Given:
        """Answer a call."""
        if not self.is_granted:
            raise refused("OAUTH_SCOPE_MISMATCH")
        if request.query:
            raise invalid_parameter(min(request.query))
        text, wants_fields = _asked(request.body)
        self.queries.append(text)
        query = parsed(text)
        self._permit(query, permit, wants_fields=wants_fields)
        columns = Columns(self._world, query.module)
        data, more = self._page(plan(query, columns, self._behaviour(query)), columns)
        if not data:
            return 204, None
        meta = {"fields": self._meta(query, columns)} if wants_fields else {}
        return 200, {"data": data, **meta, "info": {"count": len(data), "more_records": more}}

    # ── may it be asked? ──

    def _behaviour(self, query: Query) -> ModuleBehaviour:
        return self._world.behaviour(query.module)

    def _permit(self, query: Query, permit: Permit, *, wants_fields: bool) -> None:
        if self._world.module(query.module) is None:
            raise refused("INVALID_MODULE")
        permit((self._scope(query.module), *((_FIELDS_SCOPE,) if wants_fields else ())))
        self._permit_module(query)

    def _permit_module(self, query: Query) -> None:
        behaviour = self._behaviour(query)
        if not behaviour.coql:
            raise refused("INVALID_MODULE")
        if code := self._world.refusal(query.module):
            raise refused(code)
        if query.view is not None:
            views = self._world.settings.rows("custom_views")
            if all((one["parent_module"], one["id"]) != (query.module, query.view) for one in views):
                raise invalid_view(query.view)
            raise not_emulated("custom views in queries")

    # ── which rows? ──

    def _page(self, found: Plan, columns: Columns) -> tuple[list[Row], bool]:
        """Return the rows of a query, and whether there are more of them."""
        query, behaviour = found.query, self._behaviour(found.query)
        size, offset = self._size(query, behaviour), query.offset
        rows = self._world.rows(query.module)
        records = find(rows, found, Conditions(columns, self._inner), columns)
        if found.is_grouped:
            whole = group_rows(rows, found, records, behaviour)
            return whole[offset : offset + size], len(whole) > offset + size
        numbers = list(islice(records.numbers(rows, offset), size + 1))
        return record_rows(rows, found, numbers[:size], behaviour), len(numbers) > size

    def _size(self, query: Query, behaviour: ModuleBehaviour) -> int:
        """Return how many rows an answer may have."""
        size, most, bare = query.rows, behaviour.coql_rows, behaviour.coql_limit_details == "bare"
        if size > most and behaviour.coql_over_limit == "refuse":
            raise too_many(most, "limit", bare=bare)
        if query.offset + min(size, most) > self._limits.coql_offset_window:
            raise too_many(self._limits.coql_offset_window, "offset", bare=bare)
        return min(size, most)

    # ── queries inside queries ──

    def _inner(self, query: Query, sequence: int) -> list[str]:
        """Return the values of the one column that a query inside another asks for, as literals."""
        if self._world.module(query.module) is None:
            raise refused("INVALID_MODULE")
        self._permit_module(query)
        if len(query.select) > 1:
            names = [one.item.key for one in query.select]
            raise invalid_subquery(sequence, "a sub query has one column", column_name=names)
        columns = Columns(self._world, query.module)
        found = plan(query, columns, self._behaviour(query))
        data, _ = self._page(found, columns)
        if len(data) > _INNER_ROWS:
            raise too_many(_INNER_ROWS, "sub query")
        return [text for row in data if (text := _literal(row.get(found.outputs[0].key))) is not None]

    def _meta(self, query: Query, columns: Columns) -> dict[str, Any]:
        """Return the metadata of the columns that are fields."""
        found = {}
        for name in (one.item.column for one in query.select):
            column = columns.find(name)
            if column.field is not None:
                rows = {row["api_name"]: row for row in self._world.fields(column.module)}
                found[name] = rows[column.field.api_name]
        return found


def price(body: bytes) -> int:
    """Return the credits of a query: they go by the LIMIT that is written in it."""
    try:
        rows = parsed(_asked(body)[0]).rows
    except CrmRefusedError:
        return 1
    return next((one for most, one in _PRICES if rows <= most), _DEAREST)


def _asked(body: bytes) -> tuple[str, bool]:
    """Return the query and whether metadata of its columns is wanted, or refuse a body that is no query's."""
    try:
        wrapper = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise refused("UNABLE_TO_PARSE_DATA_TYPE", expected_data_type="jsonobject") from None
    if not isinstance(wrapper, Mapping):
        raise refused("UNABLE_TO_PARSE_DATA_TYPE", expected_data_type="jsonobject")
    if unknown := set(wrapper) - {_QUERY, _META}:
        raise refused("INVALID_DATA", api_name=min(unknown), json_path=f"$.{min(unknown)}")
    if _QUERY not in wrapper:
        raise refused("MANDATORY_NOT_FOUND", api_name=_QUERY)
    if not isinstance(wrapper[_QUERY], str):
        raise _wrong(_QUERY, expected_data_type="string")
    meta = wrapper.get(_META, [])
    if not isinstance(meta, list):
        raise _wrong(_META, expected_data_type="jsonarray")
    if _META in wrapper and meta != ["fields"]:
        raise _wrong(_META, supported_values=["fields"])
    return wrapper[_QUERY], bool(meta)


def _wrong(name: str, **details: Any) -> CrmRefusedError:
    return refused("INVALID_DATA", api_name=name, json_path=f"$.{name}", **details)


def _literal(value: Any) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("id")
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)
