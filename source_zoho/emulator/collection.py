"""Which records does a resource hold now, after all edits, additions and deletions?

The base is generated and never stored. What a test changed lies over it: a changed or added record is kept whole, a
deleted one by its number. Everything else is a question to the base.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .drafts import Draft, maker_of
from .extras import with_extras
from .resources import Resource
from .timeline import Timeline
from .zones import parse_stamp

if TYPE_CHECKING:
    from .organization import Organization

Row = dict[str, object]
ADDED_FROM = 12_000_000
# Where most parents have a few children, every so many-th has more than a page of them.
CROWDED = 97
_NEVER_CHILDLESS = ("project_tasks", "reporting_tag_options", "transaction_templates")
_REMEMBERED_VALUES = 50_000
_REMEMBERED_TARGETS = 1000


@dataclass(frozen=True)
class Kept:
    """A record that was changed or added."""

    number: int
    position: int
    parent: int | None
    row: Row
    created: int
    modified: int


Handle = int | Kept
# Kinds of ids that are no numbers: records with such an id are looked up, not computed.
_CODES = ("awkward_code:", "secret_id")


class Collection:
    """All records of one resource in one organization."""

    def __init__(self, organization: Organization, resource: Resource, size: int, start: int, end: int) -> None:
        """
        Hold *size* generated records between the instants *start* and *end*.

        For a child resource the size is the most that one parent has.
        """
        self.organization, self.resource, self.size = organization, resource, size
        self.stride = 2 << size.bit_length() if resource.parent else 0
        self.timeline: Timeline = Timeline(size * 64 if self.stride else size, start, end)
        self.maker = maker_of(resource)
        self._only_in_detail = resource.detail_fields.keys() - resource.fields.keys()
        self.kept: dict[int, Kept] = {}
        self.gone: set[int] = set()
        self.version = 0
        self._added = 0
        self._values: dict[tuple[int, str], object] = {}
        self._codes: tuple[int, dict[object, Handle]] | None = None
        self._targets: dict[int, Draft] = {}

    @property
    def parent(self) -> Collection | None:
        """Return the collection of the parents, for a child resource."""
        parent = self.resource.parent
        return self.organization.collections[parent.resource] if parent else None

    # ── identity ──

    def number_of(self, handle: Handle) -> int:
        """Return the record's id as a number: records with equal sort keys go by it."""
        return handle.number if isinstance(handle, Kept) else self.organization.number(self.resource.number, handle)

    def find(self, record_id: str) -> Handle | None:
        """Return the record with this id, None when there is none (any more)."""
        if str(self.resource.fields.get(self.resource.id)).startswith(_CODES):
            return self._by_code(record_id)
        if not record_id.isascii() or not record_id.isdigit():
            return None
        if self.parent is not None and self._goes_by_its_parents_id:
            return self._only_child(self.parent.find(record_id))
        if kept := self.kept.get(int(record_id)):
            return kept
        position = self.organization.position(self.resource.number, int(record_id))
        return position if position is not None and self._generated(position) else None

    @property
    def _goes_by_its_parents_id(self) -> bool:
        return str(self.resource.fields.get(self.resource.id)).startswith("@parent.")

    def _by_code(self, code: str) -> Handle | None:
        if self._codes is None or self._codes[0] != self.version:
            self._codes = self.version, {self.value(handle, self.resource.id): handle for handle in self.handles()}
        return self._codes[1].get(code)

    def _only_child(self, parent: Handle | None) -> Handle | None:
        return None if parent is None else next(self.children_of(parent), None)

    def find_by(self, field: str, wanted: str) -> Handle | None:
        """Return the record whose field has this value; by id this is quick."""
        if field == self.resource.id and self.resource.name != "document_kinds":
            return self.find(wanted)
        return next((handle for handle in self.handles() if self.value(handle, field) == wanted), None)

    def _generated(self, position: int) -> bool:
        if position in self.gone:
            return False
        if not self.stride:
            return position < self.size
        parent, place = divmod(position, self.stride)
        return bool(self.parent and parent < self.parent.size and place < self.children(parent))

    def parent_of(self, handle: Handle) -> int | None:
        """Return the position of the parent record, for a child."""
        if isinstance(handle, Kept):
            return handle.parent
        return handle // self.stride if self.stride else None

    # ── content ──

    def row(self, handle: Handle) -> Row:
        """Return the list row, with the emulator's own underscored keys."""
        if isinstance(handle, Kept):
            return handle.row
        draft = self._draft(handle)
        return with_extras(draft, self.maker.row(draft))

    def served(self, handle: Handle) -> Row:
        """Return the list row as it goes out: without the keys that are the emulator's own."""
        if isinstance(handle, Kept):
            return {name: value for name, value in public(handle.row).items() if name not in self._only_in_detail}
        draft = self._draft(handle)
        return with_extras(draft, self.maker.public_row(draft))

    def detail(self, handle: Handle) -> Row:
        """Return what the detail call answers."""
        draft = Draft(self, position_of(handle), self.created(handle), self.modified(handle), self.parent_of(handle))
        own = public(handle.row) if isinstance(handle, Kept) else self.served(handle)
        return {**self.maker.details(draft), **own}

    def value(self, handle: Handle, name: str) -> object:
        """Return one field without making the whole row."""
        if isinstance(handle, Kept):
            return handle.row.get(name, "")
        return self.maker.value(self._draft(handle), name)

    def generated(self, index: int, name: str) -> object:
        """Return one field of a generated record as it was at first; references to it use this."""
        key = (index, name)
        if key not in self._values:
            if len(self._values) >= _REMEMBERED_VALUES:
                self._values.clear()
            self._values[key] = self.maker.value(self._target(index), name)
        return self._values[key]

    def _target(self, index: int) -> Draft:
        """Return the draft of a record that others refer to: they ask for several of its fields in a row."""
        if index not in self._targets:
            if len(self._targets) >= _REMEMBERED_TARGETS:
                self._targets.clear()
            self._targets[index] = self._draft(index)
        return self._targets[index]

    def created(self, handle: Handle) -> int:
        """Return when the record was made, in epoch seconds."""
        return handle.created if isinstance(handle, Kept) else self.timeline.created(self._time_index(handle))

    def modified(self, handle: Handle) -> int:
        """Return when the record was last changed, in epoch seconds."""
        return handle.modified if isinstance(handle, Kept) else self.timeline.modified(self._time_index(handle))

    def _time_index(self, index: int) -> int:
        # Children are read by parent, never by time over all parents: any spread will do.
        return index * 37 % self.timeline.size if self.stride else index

    def _draft(self, index: int) -> Draft:
        return Draft(self, index, self.created(index), self.modified(index), self.parent_of(index))

    # ── listing ──

    def handles(self) -> Iterator[Handle]:
        """Walk over every record, generated ones first."""
        if self.stride and self.parent is not None:
            for parent in self.parent.handles():
                yield from self.children_of(parent)
            return
        yield from (index for index in range(self.size) if index not in self.gone)
        yield from self.kept.values()

    def children_of(self, parent: Handle) -> Iterator[Handle]:
        """Walk over the children of one parent record."""
        position = position_of(parent)
        first = position * self.stride
        yield from (index for index in range(first, first + self.children(position)) if index not in self.gone)
        yield from (kept for kept in self.kept.values() if kept.parent == position)

    def children(self, parent_index: int) -> int:
        """Return how many generated children a parent has."""
        parent = self.parent
        if parent is None or parent_index >= parent.size or not self.size:
            return 0
        if self.resource.name == "exchange_rates" and parent_index == 0:
            return 0  # the organization's own currency has no rate
        if self.resource.name == "project_users":
            return 1 + parent_index % min(self.size, self.organization.collections["users"].size or 1)
        if parent_index * self.stride >= ADDED_FROM:
            return 0  # record numbers end here: in a large world only the first million parents have children
        if self.resource.name == "tax_groups":
            return int(parent.generated(parent_index, "tax_type") == "tax_group")
        crowded = self.resource.few is None or parent_index % CROWDED == 0
        most = self.size if crowded else min(self.resource.few or 0, self.size)
        if parent_index == 0 or (crowded and self.resource.few):
            return most
        fewest = 1 if self.resource.name in _NEVER_CHILDLESS else 0
        return fewest + parent_index * 2_654_435_761 % (most + 1 - fewest)

    # ── changes ──

    def edit(self, handle: Handle, fields: Row, now: int) -> Kept:
        """Change fields and stamp the record."""
        stamps = {name: self.organization.zone.stamp(now) for name in self.resource.fields if self._is_stamp(name)}
        given = fields.get("last_modified_time", fields.get("updated_time"))
        modified = (parse_stamp(given) if isinstance(given, str) else None) or now
        row = {**self.row(handle), **stamps, **self._placed(fields)}
        created, parent = self.created(handle), self.parent_of(handle)
        kept = Kept(self.number_of(handle), position_of(handle), parent, row, created, modified)
        self.delete(handle)
        self.kept[kept.number] = kept
        return kept

    def add(self, fields: Row, now: int, parent: Handle | None = None) -> Kept:
        """Add a record, filled like a generated one where *fields* say nothing."""
        self._added += 1
        position = ADDED_FROM + self._added
        owner = None if parent is None else position_of(parent)
        draft = Draft(self, position, now, now, owner)
        row = {**with_extras(draft, self.maker.row(draft)), **self._placed(fields)}
        kept = Kept(self.number_of(position), position, owner, row, now, now)
        self.kept[kept.number] = kept
        self.version += 1
        return kept

    def delete(self, handle: Handle) -> None:
        """Take a record away."""
        if isinstance(handle, Kept):
            self.kept.pop(handle.number, None)
        else:
            self.gone.add(handle)
        self.version += 1

    def _placed(self, fields: Row) -> Row:
        """Put a field that the row keeps to itself under its underscored name; the document may show it as well."""
        own = self.resource
        hidden = {name for name in fields if f"_{name}" in own.fields}
        shown = {name for name in fields if name not in hidden or name in own.fields or name in own.detail_fields}
        return {f"_{name}": fields[name] for name in hidden} | {name: fields[name] for name in fields if name in shown}

    def _is_stamp(self, name: str) -> bool:
        kind = self.resource.fields[name]
        return isinstance(kind, str) and kind.rstrip("?~") == "modified"


def position_of(handle: Handle) -> int:
    """Return the position that a record's number is made from."""
    return handle.position if isinstance(handle, Kept) else handle


def public(row: Row) -> Row:
    """Leave out the keys that begin with an underscore."""
    return {name: value for name, value in row.items() if not name.startswith("_")}
