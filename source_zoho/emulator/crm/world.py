"""What does the CRM organization consist of: its clock, people, modules and records?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from source_zoho.emulator.clock import Clock
from source_zoho.emulator.zones import Zone

from .behaviour import ModuleBehaviour
from .field_metadata import field_row
from .linked_values import CHILDREN
from .module_metadata import has_records, module_row, refusal_of
from .rows import Row, Rows
from .settings import Settings
from .spec import Field, ModuleSpec, resized, specs
from .watch import Watch

_ZONE = Zone("Asia/Calcutta", 330)
_SIZES = {"small": 1, "medium": 20, "large": 500}
# Few of them, however large the organization is.
_FEW = 30
# Records are made field by field, so many at once cost less.
_BATCH = 500
_MODULE_IDS, _FIELD_IDS, _FOREIGN_IDS = 990, 991, 980
# Streams with fixed schemas, not found by looking at the modules.
FIXED = ("Notes", "Attachments")


class CrmWorld:
    """One organization of Zoho CRM."""

    def __init__(
        self,
        clock: Clock,
        *,
        seed: int,
        size: str,
        sizes: Mapping[str, int],
        newest: datetime,
        span: timedelta,
        edition: str,
        users: int,
    ) -> None:
        """Lay out the organization; records are made when somebody asks for them."""
        self.clock, self.seed, self.edition, self.users = clock, seed, edition, users
        self.start, self.end = int((newest - span).timestamp()), int(newest.timestamp())
        self.opened = self.now()
        self._specs = {name: _scaled(spec, _SIZES[size], sizes) for name, spec in specs().items()}
        self._rows: dict[str, Rows] = {}
        self._flags: dict[str, dict[str, object]] = {}
        self._module_rows: dict[str, Row] = {}
        self._field_rows: dict[str, list[Row]] = {}
        self._behaviours: dict[str, ModuleBehaviour] = {}
        self._usual = ModuleBehaviour()
        self._people: list[Row] = []
        self._layouts: dict[str, Row] = {}
        self.watch = Watch(self)
        self.settings = Settings(self, seed=seed)

    # ── time and numbers ──

    def now(self) -> int:
        """Return the present second."""
        return int(self.clock.seconds())

    def stamp(self, epoch_seconds: int) -> str:
        """Write an instant as the CRM does, in the organization's offset."""
        return _stamp(epoch_seconds)

    def day(self, epoch_seconds: int) -> str:
        """Write a calendar day."""
        return _day(epoch_seconds)

    def first_id(self, kind: int) -> int:
        """Return where the ids of a kind of thing begin: 19 digits."""
        return (4_000_000 + self.seed % 1_000_000) * 10**12 + kind * 10**9

    def foreign_id(self, kind: int, number: int) -> str:
        """Return an id of something that is no record."""
        return str(self.first_id(_FOREIGN_IDS) + kind * 10**7 + number * 17)

    def field_id(self, module: str, number: int) -> str:
        """Return the id of a field, or of something inside it."""
        return str(self.first_id(_FIELD_IDS) + self._specs[module].number * 10**6 + number)

    def module_id(self, module: str) -> str:
        """Return a module's own id."""
        return str(self.first_id(_MODULE_IDS) + self._specs[module].number * 11)

    # ── people ──

    def user(self, number: int) -> Row:
        """Return name, id and address of a user; numbers go round."""
        if not self._people:
            self._people = [dict(self.settings.user(one)) for one in range(self.settings.user_count)]
        return self._people[number % len(self._people)]

    def layout(self, module: str) -> Row:
        """Return name and id of a module's layout."""
        if module not in self._layouts:
            self._layouts[module] = dict(self.settings.layout(module))
        return self._layouts[module]

    # ── modules ──

    def modules(self) -> list[str]:
        """Return the API names of all modules."""
        return list(self._specs)

    def readable(self) -> list[str]:
        """Return the modules that a right reader finds: their flags allow it, and their fields can be read."""
        return [name for name in self._specs if name not in FIXED and self._is_readable(name)]

    def _is_readable(self, name: str) -> bool:
        spec = self._specs[name]
        return has_records(self.module_row(name)) and bool(spec.fields) and not self.fields_refusal(name)

    def module(self, name: str) -> Row | None:
        """Return what /settings/modules says about a module, None when there is none of that name."""
        return self.module_row(name) if name in self._specs else None

    def module_row(self, name: str) -> Row:
        """Return a module's row in /settings/modules."""
        if name not in self._module_rows:
            spec = self.spec(name)
            parent = self.module_reference(spec.parent) if spec.parent else None
            custom = spec.kind in ("custom", "subform", "linking")
            profiles = [
                {"name": one, "id": self.foreign_id(20, number)}
                for number, one in enumerate(("Administrator", "Standard"))
            ]
            modified = (self.user(0), self.stamp(self.start)) if custom else None
            self._module_rows[name] = module_row(
                spec, self.module_id(name), profiles, parent, modified, self._flags.get(name, {})
            )
        return self._module_rows[name]

    def module_reference(self, name: str) -> Row:
        """Return how other rows name a module."""
        return {"api_name": name, "id": self.module_id(name), "module_name": name, "module": name}

    def spec(self, name: str) -> ModuleSpec:
        """Return the description of a module."""
        if name not in self._specs:
            raise KeyError(f"no module {name!r}; there are: {', '.join(self._specs)}.")
        return self._specs[name]

    def set_flags(self, name: str, flags: Mapping[str, object]) -> None:
        """Change what /settings/modules says about a module."""
        if unknown := set(flags) - set(self.module_row(name)):
            raise ValueError(f"/settings/modules has no {', '.join(sorted(unknown))}.")
        self._flags.setdefault(name, {}).update(flags)
        self._module_rows.pop(name)

    def add_module(self, spec: ModuleSpec) -> None:
        """Let there be one more module, or another one of the same name."""
        self._specs[spec.api_name] = spec
        for kept in (self._rows, self._module_rows, self._field_rows):
            kept.pop(spec.api_name, None)

    @property
    def next_number(self) -> int:
        """Return the number for one more module."""
        return max(spec.number for spec in self._specs.values()) + 1

    # ── fields ──

    def fields(self, name: str) -> list[Row]:
        """Return what /settings/fields says about a module, as the profile of the token's user sees it."""
        if name not in self._field_rows:
            spec = self.spec(name)
            self._field_rows[name] = [field_row(field, name, self) for field in spec.fields]
        return self._field_rows[name]

    def listed(self, name: str) -> list[Field]:
        """Return the fields that lists deliver."""
        behaviour = self.behaviour(name)
        out = {*behaviour.hidden_fields, *behaviour.refused_fields}
        return [field for field in self.spec(name).fields if field.is_listed and field.api_name not in out]

    # ── records ──

    def rows(self, name: str) -> Rows:
        """Return the records of a module."""
        if name not in self._rows:
            self._rows[name] = Rows(self.spec(name), self)
        return self._rows[name]

    def reference(self, name: str, number: int) -> Row | None:
        """Return how a lookup names one of a module's records; numbers go round."""
        rows = self.rows(name)
        return rows.reference(number % rows.size) if rows.size else None

    def children(self, name: str, parent: int) -> list[Row]:
        """Return the records of a module that belong to one of its parent's."""
        rows = self.rows(name) if name in self._specs else None
        if rows is None:
            return []
        exist = rows.order("both")
        numbers = [n for n in range(parent * CHILDREN, (parent + 1) * CHILDREN) if n in exist]
        return rows.made(numbers, [field.api_name for field in rows.spec.fields])

    def full(self, name: str, numbers: Sequence[int] | None = None) -> Iterator[Row]:
        """Walk over records as a right reader delivers them: every field that lists have, rich text whole."""
        rows = self.rows(name)
        names = [*(field.api_name for field in self.listed(name)), *companions(rows.spec)]
        wanted = list(rows.order("both").numbers if numbers is None else numbers)
        for begin in range(0, len(wanted), _BATCH):
            yield from rows.made(wanted[begin : begin + _BATCH], names)

    def ids(self, name: str) -> list[str]:
        """Return the ids of all records, oldest first."""
        rows = self.rows(name)
        return [rows.id_of(number) for number in rows.order("both").numbers]

    def record(self, name: str, record_id: str) -> dict[str, Any]:
        """Return one record as a right reader delivers it."""
        return next(self.full(name, [self.rows(name).existing(record_id)]))

    def deleted(self, name: str) -> list[Row]:
        """Return what was deleted from a module, as its own list has it."""
        return self.rows(name).bin.listed()

    def channels(self) -> list[Row]:
        """Return the notification channels that were opened by calls, as their list has them."""
        return self.watch.rows()

    # ── behaviour ──

    def behaviour(self, name: str) -> ModuleBehaviour:
        """Return how a module behaves."""
        return self._behaviours.get(name, self._usual)

    def behave(self, name: str | None, switches: Mapping[str, object]) -> None:
        """Set switches of a module, or of all: those too that are added later."""
        if name is not None:
            self.spec(name)
            self._behaviours[name] = self.behaviour(name).changed(switches)
            return
        self._usual = self._usual.changed(switches)
        self._behaviours = {one: behaviour.changed(switches) for one, behaviour in self._behaviours.items()}

    def refusal(self, name: str) -> str | None:
        """Return the code that every call for a module's records is refused with."""
        return self.behaviour(name).refusal or refusal_of(self.module_row(name), answers=self._specs[name].answers)

    def fields_refusal(self, name: str) -> str | None:
        """Return the code that a call for a module's fields is refused with."""
        spec, row = self._specs[name], self.module_row(name)
        behaviour = self.behaviour(name)
        if code := behaviour.refusal or behaviour.fields_refusal or spec.fields_refused:
            return code
        return None if (row["viewable"] and row["api_supported"]) or spec.answers else refusal_of(row, answers=False)


def companions(spec: ModuleSpec) -> tuple[str, ...]:
    """Return the keys that come along with a field without being named."""
    return ("$se_module",) if "What_Id" in spec.by_name else ()


def _scaled(spec: ModuleSpec, factor: int, sizes: Mapping[str, int]) -> ModuleSpec:
    rows = sizes.get(spec.api_name, spec.rows if spec.rows < _FEW else spec.rows * factor)
    return resized(spec, rows)


@lru_cache(maxsize=200_000)
def _stamp(epoch_seconds: int) -> str:
    text = _ZONE.stamp(epoch_seconds)
    return f"{text[:-2]}:{text[-2:]}"


@lru_cache(maxsize=4_096)
def _day(epoch_seconds: int) -> str:
    return _ZONE.day(epoch_seconds)
