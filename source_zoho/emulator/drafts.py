"""How is one generated record made from nothing but its number?

A `Draft` knows who it is (organization, resource, index) and draws everything else from a hash of that, from its two
instants and from the records it refers to.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from .kinds import MISSING, Compiler, Value
from .words import CURRENCIES

if TYPE_CHECKING:
    from .collection import Collection
    from .resources import Resource


_MAKERS: dict[str, Maker] = {}


class Draft:
    """A record about to be made; kinds read from it."""

    __slots__ = ("bits", "collection", "created", "index", "line_number", "modified", "own_id", "parent", "targets")

    bits: int
    collection: Collection
    created: int
    index: int
    modified: int
    own_id: str
    parent: int | None
    targets: dict[str, tuple[Collection, int | None]]
    line_number: int

    def __init__(
        self, collection: Collection, index: int, created: int, modified: int, parent: int | None = None
    ) -> None:
        """Draw the record's randomness from who it is."""
        identity = f"{collection.organization.seed}/{collection.organization.id}/{collection.resource.name}/{index}"
        self.bits = int.from_bytes(blake2b(identity.encode(), digest_size=64).digest(), "big")
        self.collection, self.index, self.created, self.modified = collection, index, created, modified
        self.own_id = str(collection.number_of(index))
        self.parent = parent
        self.targets = {}
        self.line_number = 0

    @property
    def first_day(self) -> int:
        """Return when the oldest record of the resource was made."""
        return self.collection.timeline.created(0)

    @property
    def position(self) -> int:
        """Return the record's number among its siblings."""
        return self.index % self.collection.stride if self.collection.stride else self.index

    @property
    def currency(self) -> tuple[str, str, str]:
        """Return code, name and symbol for a currency record; the organization's own comes first."""
        ordered = sorted(CURRENCIES, key=lambda row: row[0] != self.collection.organization.currency_code)
        return ordered[self.index % len(ordered)]

    @property
    def line_id(self) -> str:
        """Return an id for a line inside the record."""
        return str(int(self.own_id) + 5_000_000_000 + self.line_number)

    def line(self, number: int) -> Draft:
        """Return a draft for the *number*-th line inside the record."""
        twin = Draft.__new__(Draft)
        twin.collection, twin.index, twin.created, twin.modified = (
            self.collection,
            self.index,
            self.created,
            self.modified,
        )
        twin.own_id, twin.parent, twin.line_number = self.own_id, self.parent, number
        twin.targets = {}
        twin.bits = (self.bits >> number * 23) | (self.bits << (512 - number * 23)) & (1 << 512) - 1
        return twin

    def linked(self, link: str, name: str) -> object:
        """Return a field of the record that this one refers to."""
        return self.collection.organization.linked(self, link, name)

    def field(self, name: str) -> object:
        """Return another field of the same record."""
        return self.collection.maker.value(self, name)

    def shared_id(self, number: int) -> str:
        """Return an id that all records of this resource share, such as that of a custom field."""
        return str(self.collection.number_of(-number))

    def foreign_id(self, number: int) -> str:
        """Return an id of something that the emulator does not serve."""
        return str(self.collection.organization.number(98, number))

    def stamp(self, instant: int) -> str:
        """Write an instant as Books does."""
        return self.collection.organization.zone.stamp(instant)

    def day(self, instant: int) -> str:
        """Write a calendar day."""
        return self.collection.organization.zone.day(instant)

    def clock(self, instant: int) -> str:
        """Write the time of day as comments show it: 6:03 PM."""
        local = self.collection.organization.zone.local(instant)
        return f"{local.hour % 12 or 12}:{local:%M %p}"

    def utc(self, instant: int) -> str:
        """Write an instant in UTC, the way the task module is documented."""
        return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Maker:
    """Make records of one resource: whole rows, single fields, or what the detail call adds."""

    def __init__(self, resource: Resource) -> None:
        """Compile the resource's kinds once."""
        compiler = Compiler()
        self._fields = {name: compiler.compile(kind) for name, kind in resource.fields.items()}
        self._public = {name: make for name, make in self._fields.items() if not name.startswith("_")}
        self._details = {name: compiler.compile(kind) for name, kind in resource.detail_fields.items()}

    def row(self, draft: Draft) -> dict[str, object]:
        """Make the list row; keys that begin with an underscore stay inside the emulator."""
        return _filled(self._fields, draft)

    def public_row(self, draft: Draft) -> dict[str, object]:
        """Make the list row as it goes out."""
        return _filled(self._public, draft)

    def details(self, draft: Draft) -> dict[str, object]:
        """Make the fields that only the detail call has."""
        return _filled(self._details, draft)

    def value(self, draft: Draft, name: str) -> object:
        """Make one field of the list row, blank when there is no such field."""
        make = self._fields.get(name)
        value = make(draft) if make else ""
        return "" if value is MISSING else value


def maker_of(resource: Resource) -> Maker:
    """Return the maker for a resource: compiled once, shared by all organizations."""
    if resource.name not in _MAKERS:
        _MAKERS[resource.name] = Maker(resource)
    return _MAKERS[resource.name]


def _filled(fields: dict[str, Value], draft: Draft) -> dict[str, object]:
    row = {name: make(draft) for name, make in fields.items()}
    if MISSING in row.values():
        return {name: value for name, value in row.items() if value is not MISSING}
    return row
