"""What are the records of one module, and what has been done to them?

A record is its number. Everything else is made from the seed, the module and that number whenever somebody asks, so
that a quarter of a million records cost nothing; only what was changed is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from source_zoho.emulator.timeline import Timeline

from .bin import Bin
from .linked_values import linked_maker, se_module, tags
from .order import Order
from .spec import DETAIL_ONLY
from .values import Maker, plain_maker, spoiled

if TYPE_CHECKING:
    from .spec import Field, ModuleSpec
    from .world import CrmWorld

Row = dict[str, Any]
Converted = Literal["false", "true", "both"]
_EMPTY_EVERY = 9
_NEVER_EMPTY = DETAIL_ONLY | {"boolean"}
_REMEMBERED = 100_000
# Ids leave gaps, and the gaps differ.
_ID_STEP, _ID_JITTER = 37, 31
_CONVERTED_EVERY = 13
_UNCHANGED: Row = {}


class _Drawn(NamedTuple):
    """A field that is made: how its random number is drawn, whether it may be empty, what makes its value."""

    divisor: int
    may_be_empty: bool
    make: Maker


class Rows:
    """The records of one module."""

    def __init__(self, spec: ModuleSpec, world: CrmWorld) -> None:
        """Make nothing yet."""
        self.spec, self.size, self._world = spec, spec.rows, world
        self._changed: dict[int, Row] = {}
        self._created: dict[int, int] = {}
        self._modified: dict[int, int] = {}
        self._next = spec.rows
        self._key = f"{world.seed}/{spec.api_name}".encode()[:64]
        self._first_id = world.first_id(spec.number)
        self._drawn: dict[str, _Drawn] = {}
        self._references: dict[int, Row] = {}
        self._orders: dict[Converted, Order] = {}
        self._converted: set[int] = set(range(3, spec.rows, _CONVERTED_EVERY)) if spec.converts else set()
        self.bin = Bin(self, world)

    # ── who is who ──

    @cached_property
    def _timeline(self) -> Timeline:
        return Timeline(max(1, self.size), self._world.start, self._world.end)

    def id_of(self, number: int) -> str:
        """Return a record's id: 19 digits, growing with the time of creation."""
        return str(self._first_id + number * _ID_STEP + number * 7_919 % _ID_JITTER)

    def number_of(self, record_id: str) -> int | None:
        """Return the record behind an id, whether it still exists or not; None when there never was one."""
        if not record_id.isdecimal():
            return None
        number = (int(record_id) - self._first_id) // _ID_STEP
        return number if 0 <= number < self._next and self.id_of(number) == record_id else None

    def find(self, record_id: str) -> int | None:
        """Return the record with an id, None when there is none."""
        number = self.number_of(record_id)
        return number if number is not None and number in self.order("both") else None

    def existing(self, record_id: str) -> int:
        """Return the record with an id that a test names."""
        number = self.find(record_id)
        if number is None:
            raise KeyError(f"no record {record_id!r} in {self.spec.api_name}.")
        return number

    # ── when ──

    def created(self, number: int) -> int:
        """Return when a record was made."""
        found = self._created.get(number)
        return self._timeline.created(number) if found is None else found

    def modified(self, number: int) -> int:
        """Return when a record was last changed."""
        found = self._modified.get(number)
        if found is not None:
            return found
        if self.spec.same_second:
            return self._world.end
        return self._timeline.created(number) if self.spec.kind == "tracker" else self._timeline.modified(number)

    # ── what ──

    def made(self, numbers: Iterable[int], names: Sequence[str]) -> list[Row]:
        """Make some records with some fields."""
        columns = self.columns(list(numbers), names)
        return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]

    def columns(self, numbers: Sequence[int], names: Sequence[str]) -> list[list[object]]:
        """Make some fields of some records, field by field."""
        wanted = [(self._hash(number), number) for number in numbers]
        # Not record by record: a page has ten thousand values, and this is the loop that makes them.
        columns = [self._column(name, wanted) for name in names]
        if self._changed:
            column_of = dict(zip(names, columns, strict=True))
            for place, number in enumerate(numbers):
                for name, value in self._changed.get(number, _UNCHANGED).items():
                    if name in column_of:
                        column_of[name][place] = value
        return columns

    def frozen(self) -> Rows:
        """Return these records as they are now, whatever is changed later; which of them exist goes on changing."""
        kept = copy(self)
        vars(kept).update(
            _changed={number: dict(fields) for number, fields in self._changed.items()},
            _created=dict(self._created),
            _modified=dict(self._modified),
            _converted=set(self._converted),
            # What makes the values looks at the records that it was made for.
            _drawn={},
        )
        return kept

    def _column(self, name: str, wanted: list[tuple[int, int]]) -> list[object]:
        """Make one field of some records."""
        divisor, may_be_empty, make = self._drawn_field(name)
        if may_be_empty:
            return [
                None if (r := h % divisor) % _EMPTY_EVERY == 0 else make(r // _EMPTY_EVERY, number)
                for h, number in wanted
            ]
        return [make(h % divisor, number) for h, number in wanted]

    def _hash(self, number: int) -> int:
        digest = blake2b(number.to_bytes(8, "big"), digest_size=8, key=self._key).digest()
        return int.from_bytes(digest, "big")

    def record(self, number: int, names: Sequence[str]) -> Row:
        """Make one record with some fields."""
        return self.made((number,), names)[0]

    def name_of(self, number: int) -> object:
        """Return what people call a record."""
        name_field = self.spec.name_field
        return self.record(number, (name_field,))[name_field] if name_field else None

    def reference(self, number: int) -> Row:
        """Return how lookups name a generated record: by its first name, whatever was edited since."""
        found = self._references.get(number)
        if found is None:
            if len(self._references) >= _REMEMBERED:
                self._references.clear()
            changed = self._changed.pop(number, None)
            found = self._references[number] = {"id": self.id_of(number), "name": self.name_of(number)}
            if changed is not None:
                self._changed[number] = changed
        return dict(found)

    def _drawn_field(self, name: str) -> _Drawn:
        if name not in self._drawn:
            special = self._special(name)
            # The two keys of a lookup that reaches several modules are drawn alike.
            field = self.spec.by_name.get("What_Id" if name == "$se_module" else name)
            if field is None:
                raise KeyError(f"{self.spec.api_name} has no field {name!r}.")
            make = special or self._maker(field)
            self._drawn[name] = _Drawn(_divisor_of(field), special is None and _may_be_empty(field), make)
        return self._drawn[name]

    def _special(self, name: str) -> Maker | None:
        """Return what makes the fields that are not random."""
        stamp = self._world.stamp
        if name == "$se_module":
            return se_module(self.spec.by_name["What_Id"])
        made: dict[str, Maker] = {
            "id": lambda _, n: self.id_of(n),
            "Created_Time": lambda _, n: stamp(self.created(n)),
            "Modified_Time": lambda _, n: stamp(self.modified(n)),
            "Converted__s": lambda _, n: n in self._converted,
        }
        return made.get(name)

    def _maker(self, field: Field) -> Maker:
        world = self._world
        if field.api_name == "Tag":
            return tags(world)
        if child := field.options.get("of") or field.options.get("link"):
            return lambda _, n: world.children(child, n)
        make = linked_maker(field, self.spec.api_name, world) or plain_maker(field, world.day, world.stamp, world.start)
        return spoiled(field, make or _unknown)

    # ── which ──

    def order(self, converted: Converted) -> Order:
        """Return the records that exist, in their orders; *converted* matters for leads only."""
        which = converted if self.spec.converts else "both"
        if which not in self._orders:
            gone = self.bin.gone
            numbers = (n for n in range(self._next) if n not in gone and self._is_in(n, which))
            self._orders[which] = Order(numbers, self.modified)
        return self._orders[which]

    def _is_in(self, number: int, converted: Converted) -> bool:
        return converted == "both" or (number in self._converted) == (converted == "true")

    def _orders_of(self, number: int) -> list[Order]:
        """Return the orders that a record stands in, or would stand in."""
        which: tuple[Converted, ...] = ("both", "true", "false") if self.spec.converts else ("both",)
        return [self.order(one) for one in which if self._is_in(number, one)]

    # ── changes: every order has to be there before anything changes, or it would be made of the changed state ──

    def add(self, fields: Row, now: int) -> int:
        """Add a record, filled like a generated one where *fields* say nothing."""
        orders = self._orders_of(self._next)
        number, self._next = self._next, self._next + 1
        self._created[number] = self._modified[number] = now
        self._changed[number] = fields
        for order in orders:
            order.add(number)
        return number

    def change(self, number: int, fields: Row, now: int | None) -> None:
        """Change fields of a record; *now* None leaves its time of modification alone."""
        self._changed.setdefault(number, {}).update(fields)
        if now is not None:
            orders, before = self._orders_of(number), self.modified(number)
            self._modified[number] = now
            for order in orders:
                order.move(number, before, now)

    def convert(self, number: int, now: int) -> None:
        """Turn a lead into a contact: it leaves the list that shows no converted ones."""
        if number in self._converted:
            return
        self.take_out(number)
        self.order("true")
        self._converted.add(number)
        self._modified[number] = now
        for order in self._orders_of(number):
            order.add(number)

    def take_out(self, number: int) -> None:
        """Let a record no longer exist."""
        for order in self._orders_of(number):
            order.remove(number)

    def put_back(self, number: int, now: int | None) -> None:
        """Let a record exist again."""
        orders = self._orders_of(number)
        if now is not None:
            self._modified[number] = now
        for order in orders:
            order.add(number)


def _divisor_of(field: Field) -> int:
    """Return the divisor that turns a record's random number into a field's: another one, of 43 bits, for each name."""
    drawn = int.from_bytes(blake2b(field.api_name.encode(), digest_size=5).digest(), "big")
    return drawn << 2 | 1 << 42 | 1


def _may_be_empty(field: Field) -> bool:
    return not field.mandatory and field.data_type not in _NEVER_EMPTY and field.api_name != "Tag"


def _unknown(r: int, _number: int) -> object:
    return f"value {r % 1000}"
