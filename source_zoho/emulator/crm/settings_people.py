"""Who works in the organization, and which territories and groups do they belong to?

Users stand in one order: those who are active (the last of them has not confirmed yet), those who were switched off,
those who were deleted. Who belongs where is decided by one rule, so that both sides of a membership tell the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from source_zoho.emulator import words

if TYPE_CHECKING:
    from .settings_rows import Rows

Row = dict[str, Any]
_DELETED = 3


@dataclass(frozen=True)
class Census:
    """How many users there are of each kind."""

    active: int
    disabled: int
    deleted: int = _DELETED

    @property
    def total(self) -> int:
        """Return how many there are, the deleted ones with them."""
        return self.active + self.disabled + self.deleted

    def status(self, number: int) -> str:
        """Return the status of a user."""
        if number < self.active:
            return "active"
        return "disabled" if number < self.active + self.disabled else "deleted"


def census(licences: int, size: int | None) -> Census:
    """Count the users: as many active ones as there are licences, or *size* in all that are not deleted."""
    if size is None:
        return Census(max(1, licences), 2 + licences // 10)
    disabled = min(2 + size // 10, max(0, size - 1))
    return Census(size - disabled, disabled)


def person(number: int, identifier: str) -> Row:
    """Return what other rows say about a user. Every eleventh has no last name."""
    first = words.FIRST_NAMES[number % len(words.FIRST_NAMES)]
    last = words.LAST_NAMES[(number * 3 + number // 12) % len(words.LAST_NAMES)] if number % 11 != 10 else None
    full = f"{first} {last}" if last else first
    return {
        "id": identifier,
        "name": full,
        "full_name": full,
        "first_name": first,
        "last_name": last,
        "email": f"crm.user.{number + 1}@example.com",
        "zuid": f"20071234{number + 1:03d}",
    }


def users(rows: Rows, _parent: str) -> list[Row]:
    """Return all users, the deleted ones last."""
    counted = rows.census
    return [_user(rows, row, number, counted) for number, row in enumerate(rows.made("users", counted.total))]


def _user(rows: Rows, row: Row, number: int, counted: Census) -> Row:
    known, status = rows.person(number), counted.status(number)
    admin = {"name": rows.label("profiles", 0), "id": rows.identifier("profiles", "", 0)}
    named = {name: known[name] for name in ("id", "full_name", "first_name", "last_name", "email")}
    developer, lite = number % 9 == 4, number % 9 == 8
    return {
        **row,
        **named,
        "status": status,
        "confirm": number != counted.active - 1 or number == 0,
        "type__s": "Sandbox Developer User" if developer else "Lite User" if lite else "Regular User",
        "sandboxDeveloper": developer,
        "profile": admin if number % 7 == 0 else row["profile"],
        "status_reason__s": "disabled manually" if status == "disabled" else None,
        # A user who is gone or never signed in has no date of a change.
        "Modified_Time": None if number == counted.active - 1 and number else row["Modified_Time"],
    }


def of_type(kind: str, row: Row, *, current: str, deleted_in_all: bool) -> bool:
    """Tell whether a user is of a kind that `type` asks for."""
    status, confirmed = row["status"], row["confirm"]
    admin = (row["profile"] or {}).get("name") == "Administrator"
    kinds: dict[str, bool] = {
        "AllUsers": status != "deleted" or deleted_in_all,
        "ActiveUsers": status == "active",
        "AllActiveUsers": status == "active",
        "DeactiveUsers": status == "disabled",
        "DeletedUsers": status == "deleted",
        "ConfirmedUsers": confirmed and status != "deleted",
        "NotConfirmedUsers": not confirmed,
        "ActiveConfirmedUsers": status == "active" and confirmed,
        "AdminUsers": admin and status != "deleted",
        "ActiveConfirmedAdmins": admin and status == "active" and confirmed,
        "CurrentUser": row["id"] == current,
        "DeveloperUsers": row["sandboxDeveloper"] and status != "deleted",
        "ActiveLiteUser": row["type__s"] == "Lite User" and status == "active",
    }
    return kinds[kind]


def user_territories(rows: Rows, user_id: str) -> list[Row]:
    """Return the territories of a user, in which Zoho writes names with capitals."""
    return [
        {
            "id": row["id"],
            "Name": row["name"],
            "Manager": _capital(row["manager"]),
            "Reporting_To": _capital(row["reporting_to"]),
        }
        for row in _places_of(rows, "territories", user_id)
    ]


def territory_users(rows: Rows, territory_id: str) -> list[Row]:
    """Return the users of a territory, whole."""
    return _members_of(rows, "territories", territory_id)


def user_groups(rows: Rows, user_id: str) -> list[Row]:
    """Return the groups of a user."""
    return _places_of(rows, "user_groups", user_id)


def group_sources(rows: Rows, group_id: str) -> list[Row]:
    """Return what a group is made of: users, a role with those below it, a territory."""
    found = [_source("users", row["id"], row["full_name"]) for row in _members_of(rows, "user_groups", group_id)]
    role, territory = rows.of("roles")[-1:], rows.of("territories")[:1]
    found += [_source("roles", row["id"], row["name"], subordinates=True) for row in role]
    return found + [_source("territories", row["id"], row["name"], sub_territories=False) for row in territory]


def _source(kind: str, identifier: str, name: str, **flags: bool) -> Row:
    return {
        "type": kind,
        "source": {"id": identifier, "name": name},
        "subordinates": flags.get("subordinates"),
        "sub_territories": flags.get("sub_territories"),
    }


def _places_of(rows: Rows, resource: str, user_id: str) -> list[Row]:
    number = rows.position("users", user_id)
    whole = rows.of("users")[number]
    return [row for place, row in enumerate(rows.of(resource)) if _belongs(number, whole, place)]


def _members_of(rows: Rows, resource: str, identifier: str) -> list[Row]:
    place = rows.position(resource, identifier)
    return [row for number, row in enumerate(rows.of("users")) if _belongs(number, row, place)]


def _belongs(number: int, user: Row, place: int) -> bool:
    """Decide who belongs where; who was deleted belongs nowhere."""
    return user["status"] != "deleted" and (number * 3 + place * 5) % 4 == 0


def _capital(reference: Row | None) -> Row | None:
    return reference and {"Name": reference["name"], "id": reference["id"]}
