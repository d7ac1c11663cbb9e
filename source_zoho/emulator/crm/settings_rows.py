"""Which rows does each list of settings have?

Most rows are made from the templates of the table; a few lists are worked out from others. The same seed gives the same
rows in every process. What a test edits is laid over them.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from random import Random

from . import settings_children, settings_modules, settings_people, settings_prices
from .settings_behaviour import FEATURE_CODES, SettingsBehaviour
from .settings_people import Census, census, person
from .settings_table import Resource, table
from .settings_templates import Draft, fill
from .settings_world import Row, SettingsWorld

# Ids are 19 digits long; the first seven are the same all over an organization.
_ORGANIZATION = "5540230"
_MODIFIED = ("Modified_Time", "modified_time", "modified_time__s")


class Rows:
    """All rows of the settings, and the switches that decide how many there are."""

    def __init__(self, world: SettingsWorld, seed: int) -> None:
        """Make nothing yet."""
        self.world = world
        self._seed = seed
        self._behaviours: dict[str, SettingsBehaviour] = {}
        self._edits: dict[tuple[str, str], Row] = {}
        self._made: dict[tuple[str, str, int], list[Row]] = {}
        self._served: dict[tuple[str, str], list[Row]] = {}

    def behaviour(self, name: str) -> SettingsBehaviour:
        """Return the switches of a list."""
        return self._behaviours.get(name, SettingsBehaviour())

    def behave(self, name: str, **switches: object) -> None:
        """Set switches of a list."""
        if name not in table():
            raise ValueError(f"There is no list of settings called {name}; there are {', '.join(sorted(table()))}.")
        self._behaviours[name] = self.behaviour(name).changed(switches)
        self._served.clear()

    def refusal(self, resource: Resource) -> str | None:
        """Return the code with which a list is refused: its own, its feature's, or the edition's."""
        own = self.behaviour(resource.name).refusal
        relatives = [other.name for other in table().values() if resource.feature and other.feature == resource.feature]
        shared = (self.behaviour(name).refusal for name in relatives)
        found = own or next((code for code in shared if code in FEATURE_CODES), None)
        if found is None and resource.editions and self.world.edition not in resource.editions:
            return resource.off
        return found

    def of(self, name: str, parent: str = "") -> list[Row]:
        """Return the rows of a list, or of the part of it that hangs under a parent; they are not to be changed."""
        if name in _FROM_RECORDS:
            return self._found(name, parent)
        if (name, parent) not in self._served:
            self._served[name, parent] = self._found(name, parent)
        return list(self._served[name, parent])

    def _found(self, name: str, parent: str) -> list[Row]:
        if self.behaviour(name).empty:
            return []
        maker = _WORKED_OUT.get(name)
        rows = maker(self, parent) if maker else self.made(name, self.size(name, parent), parent)
        key = table()[name].id
        return [{**row, **self._edits.get((name, str(row.get(key))), {})} for row in rows]

    def made(self, name: str, count: int, parent: str = "") -> list[Row]:
        """Return rows made from the template; only the outermost keys are the caller's to change."""
        if table()[name].parent == "record":
            # Records are many: what hangs under each is made anew rather than kept.
            return [self._row(name, parent, index) for index in range(count)]
        key = (name, parent, count)
        if key not in self._made:
            self._made[key] = [self._row(name, parent, index) for index in range(count)]
        return [dict(row) for row in self._made[key]]

    def detail(self, name: str, row: Row, parent: str = "") -> Row:
        """Return what only the answer about a single row has."""
        template = table()[name].detail or {}
        draft = Draft(self, name, parent, 0, Random(f"{self._seed}/{name}/{row.get('id')}/detail"))
        return {**row, **fill(dict(template), draft)}

    def edit(self, name: str, identifier: str, fields: Row) -> None:
        """Change fields of a row, now."""
        if table()[name].parent:
            raise ValueError(f"Rows of {name} hang under others and cannot be edited.")
        self.position(name, identifier)
        has, now = {told.rstrip("?~") for told in table()[name].fields}, int(self.world.clock.seconds())
        moved = {key: self.world.stamp(now) for key in _MODIFIED if key in has}
        known = self._edits.get((name, identifier), {})
        self._edits[name, identifier] = {**known, **moved, **fields}
        self._served.clear()

    def position(self, name: str, identifier: str) -> int:
        """Return the place of a row, or raise KeyError."""
        key = table()[name].id
        for place, row in enumerate(self.of(name)):
            if row[key] == identifier:
                return place
        raise KeyError(identifier)

    def size(self, name: str, parent: str = "") -> int:
        """Return how many rows a list has, under a parent or in all."""
        sizes = table()[name].sizes
        return self.size_of_parent(name, parent, sizes.get(parent, sizes.get("", 0)))

    def size_of_parent(self, name: str, parent: str, otherwise: int) -> int:
        """Return how many rows a test wants, or else as many as there usually are."""
        behaviour = self.behaviour(name)
        return behaviour.sizes.get(parent, otherwise if behaviour.size is None else behaviour.size)

    # ── what rows refer to ──

    def stamp(self, epoch_seconds: int) -> str:
        """Write an instant the way the CRM does."""
        return self.world.stamp(epoch_seconds)

    def identifier(self, resource: str, parent: str, index: int | str) -> str:
        """Return the id of a row."""
        digest = blake2b(f"{self._seed}/{resource}/{parent}/{index}".encode(), digest_size=8).digest()
        return f"{_ORGANIZATION}{int.from_bytes(digest) % 10**12:012d}"

    def label(self, resource: str, index: int) -> str:
        """Return what other rows call a row."""
        return str(fill(table()[resource].label, Draft(self, resource, "", index, Random(0))))

    def count(self, resource: str) -> int:
        """Return how many rows a list has that hangs under nothing."""
        return self.size(resource)

    @property
    def census(self) -> Census:
        """Return how many users there are of each kind."""
        return census(self.world.users, self.behaviour("users").size)

    def person(self, number: int) -> Row:
        """Return what is known of a user, whatever the number."""
        place = number % self.census.total
        return person(place, self.identifier("users", "", place))

    def user(self, number: int) -> Row:
        """Return what most rows say about a user."""
        known = self.person(number)
        return {name: known[name] for name in ("name", "id", "email")}

    def module_names(self) -> list[str]:
        """Return the modules that rules may be about."""
        return list(self.world.readable())

    def module_reference(self, api_name: str) -> Row:
        """Return how rows name a module."""
        told = self.world.module(api_name)
        return {"api_name": api_name, "id": told["id"] if told else self.identifier("modules", "", api_name)}

    def _row(self, name: str, parent: str, index: int) -> Row:
        draft = Draft(self, name, parent, index, Random(f"{self._seed}/{name}/{parent}/{index}"))
        row: Row = fill(dict(table()[name].fields), draft)
        return row


def _organization(rows: Rows, _parent: str) -> list[Row]:
    """Return the organization itself, with its licence."""
    (row,) = rows.made("organization", 1)
    edition = rows.world.edition
    licence = {"users_license_purchased": rows.world.users, "paid_type": edition, "paid": edition != "free"}
    return [
        {
            **row,
            "primary_email": rows.person(0)["email"],
            "license_details": {**row["license_details"], **licence},
        }
    ]


def _channels(rows: Rows, _parent: str) -> list[Row]:
    """Return the channels of somebody who was here before, and those that calls opened."""
    before = rows.made("notification_channels", rows.size("notification_channels"))
    return [*before, *rows.world.channels()]


# What is made from records and fields changes with them, and is found anew for every call.
_FROM_RECORDS = frozenset(
    {
        *("layouts", "recycle_bin", "timelines", "record_emails", "record_shares", "deal_contact_roles"),
        "notification_channels",
    }
)
_WORKED_OUT: dict[str, Callable[[Rows, str], list[Row]]] = {
    "organization": _organization,
    "notification_channels": _channels,
    "users": settings_people.users,
    "user_territories": settings_people.user_territories,
    "user_associated_groups": settings_people.user_groups,
    "territory_users": settings_people.territory_users,
    "user_group_sources": settings_people.group_sources,
    "layouts": settings_modules.layouts,
    "custom_views": settings_modules.custom_views,
    "related_lists": settings_modules.related_lists,
    "tags": settings_modules.tags,
    "pipelines": settings_modules.pipelines,
    "apis": settings_prices.apis,
    "recycle_bin": settings_children.recycle_bin,
    "timelines": settings_children.timeline,
    "record_emails": settings_children.emails,
    "record_shares": settings_children.shares,
    "deal_contact_roles": settings_children.contact_roles,
}
