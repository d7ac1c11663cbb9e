"""What does the CRM answer about the organization: its people, its rules, the looks of its modules?

One door for some fifty lists that share a form. Whoever lets a call in has already looked at its token, scopes and
credits; here its parameters are judged, the rows found, and one page of them put into Zoho's shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any

from .list_query import SINCE, header_instant
from .refusals import invalid_id, refused
from .settings_children import timeline_extras
from .settings_pages import Chains, page_of
from .settings_parents import Parents
from .settings_people import of_type
from .settings_query import asked, check, kept
from .settings_rows import Rows
from .settings_table import Found, Resource, find, table
from .settings_world import Row, SettingsWorld
from .tokens import Tokens

# What a contact says in the roles of a deal, when nobody names fields.
_ROLE_FIELDS = ("Contact_Role", "Full_Name", "Email")
_TAX_PREFERENCE = {"auto_populate_tax": False, "modify_tax_rates": False}


class Settings:
    """The organization-level lists of the CRM, and those that hang under modules, people and records."""

    names = frozenset(table())

    def __init__(self, world: SettingsWorld, *, seed: int = 7) -> None:
        """Describe the organization behind *world*."""
        self._world, self._rows = world, Rows(world, seed)
        self._parents, self._tokens = Parents(self._rows), Tokens(seed)

    # ── calls ──

    def find(self, path: str) -> Found | None:
        """Return what a path below /crm/v8 asks for, or nothing where another part of the CRM answers."""
        first = path.strip("/").split("/")[0]
        told = self._world.module(first)
        return find(path, str(told.get("generated_type")) if told else "")

    def answer(self, found: Found, query: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, Row | None]:
        """Answer a call: a body with 200, or none with 204 and 304."""
        resource = found.resource
        if code := self._rows.refusal(resource):
            raise refused(code)
        check(resource, query, self._parents.allowed)
        parent = self._parents.called(found, query)
        if "row_id" in found.named:
            return self._single(found, parent)
        return self._list(found, query, headers, parent)

    def _list(
        self, found: Found, query: Mapping[str, str], headers: Mapping[str, str], parent: str
    ) -> tuple[int, Row | None]:
        resource = found.resource
        rows = self._ordered(resource, query, kept(resource, query, self._typed(resource, query, parent)))
        changed = self._since(resource, headers, rows)
        if rows and not changed and SINCE in headers:
            return int(self._rows.behaviour(resource.name).not_modified), None
        some, info = page_of(found, query, changed, Chains(self._tokens, self._world.clock.seconds()))
        if not some:
            return 204, None
        if resource.name == "custom_views" and info:
            info = {**info, "default": changed[0]["id"]}
        return 200, _body(resource, _shown(resource, query, some), info)

    def _single(self, found: Found, parent: str) -> tuple[int, Row | None]:
        resource, wanted = found.resource, found.named["row_id"]
        for row in self._rows.of(resource.name, parent):
            if wanted in (row.get(resource.id), row.get("api_name")):
                return 200, {resource.key: [self._rows.detail(resource.name, row, parent)]}
        if resource.id == "id" and not wanted.isdigit():
            raise invalid_id(found.place(wanted))
        return 204, None

    # ── what a test asks for ──

    def rows(self, name: str, modules: Sequence[str] | None = None) -> list[Row]:
        """
        Return every row of a list as a right reader should deliver it, with the keys of what it hangs under.

        What hangs under modules or records is of all readable modules, or of *modules*.
        """
        resource = table()[name]
        if self._rows.refusal(resource):
            return []
        parents = self._parents.all_of(resource, modules) if resource.parent else [("", {})]
        return [
            deepcopy({**keys, **row} if keys else row)
            for parent, keys in parents
            for row in self._children(resource, parent)
        ]

    def behave(self, name: str, /, **switches: object) -> None:
        """Set switches of a list; `SettingsBehaviour` says which there are."""
        self._rows.behave(name, **switches)

    def edit(self, name: str, identifier: str, /, **fields: object) -> None:
        """Change a row of a list that hangs under nothing; its time of modification moves to the clock's second."""
        self._rows.edit(name, identifier, dict(fields))

    @property
    def user_count(self) -> int:
        """Return how many users there are, the deleted ones with them."""
        return self._rows.census.total

    def user(self, number: int) -> Row:
        """Return name, id and e-mail address of a user; numbers go round."""
        return self._rows.user(number)

    def layout(self, module: str) -> Row:
        """Return name and id of a module's first layout."""
        return {"name": self._rows.label("layouts", 0), "id": self._rows.identifier("layouts", module, 0)}

    def _children(self, resource: Resource, parent: str) -> list[Row]:
        rows = self._rows.of(resource.name, parent)
        if resource.name != "deal_contact_roles":
            return rows
        return [_with_fields(row, _ROLE_FIELDS) for row in rows]

    # ── one answer ──

    def _typed(self, resource: Resource, query: Mapping[str, str], parent: str) -> list[Row]:
        """Return a list's rows; those of users are of the type that the call asks for."""
        rows = self._rows.of(resource.name, parent)
        if resource.name != "users":
            return rows
        kind, current = asked(resource, query, "type"), self._rows.person(0)["id"]
        all_of_them = self._rows.behaviour("users").deleted_in_all
        return [row for row in rows if of_type(kind, row, current=current, deleted_in_all=all_of_them)]

    def _ordered(self, resource: Resource, query: Mapping[str, str], rows: list[Row]) -> list[Row]:
        if "sort_by" not in resource.params or resource.params["sort_by"].kind == "unknown":
            return rows
        key, descending = asked(resource, query, "sort_by"), asked(resource, query, "sort_order") == "desc"
        return sorted(rows, key=lambda row: _sort_key(row.get(key)), reverse=descending)

    def _since(self, resource: Resource, headers: Mapping[str, str], rows: list[Row]) -> list[Row]:
        """Return the rows that If-Modified-Since lets pass; lists that do not document the header ignore it."""
        text, way = headers.get(SINCE), self._rows.behaviour(resource.name).if_modified_since
        if text is None or not resource.since or way == "ignored":
            return rows
        if way == "refused":
            raise refused("NOT_SUPPORTED", header_name="If-Modified-Since")
        first = header_instant(text) + (way == "exclusive")
        times = [(row, _instant(row[resource.since] or "")) for row in rows]
        return [row for row, at in times if at is not None and at.timestamp() >= first]


def _body(resource: Resource, rows: list[Row], info: Row | None) -> Row:
    if resource.shape == "object":
        return {resource.key: rows[0]}
    if resource.shape == "taxes":
        return {resource.key: {"taxes": rows, "preference": dict(_TAX_PREFERENCE)}}
    body: Row = {resource.key: rows}
    if resource.name == "shift_hours":
        staffed = sum(1 for row in rows if row["users"])
        body["shift_count"] = {"total_shift_with_user": staffed, "total_shift": len(rows)}
    return body if info is None else {**body, "info": info}


def _shown(resource: Resource, query: Mapping[str, str], rows: list[Row]) -> list[Row]:
    """Return the rows with no more than the call asked for."""
    if resource.name == "timelines":
        return [timeline_extras(row, query.get("include", "")) for row in rows]
    if "fields" in resource.params:
        return [_with_fields(row, query["fields"].split(",")) for row in rows]
    return rows


def _with_fields(row: Row, fields: Sequence[str]) -> Row:
    return {"id": row["id"], **{name: row[name] for name in fields if name in row}}


def _sort_key(value: Any) -> tuple[bool, Any]:
    at = _instant(value) if isinstance(value, str) else None
    return (value is not None, at.timestamp() if at else str(value))


def _instant(text: str) -> datetime | None:
    """Return an instant written with its offset, or nothing for any other text."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
