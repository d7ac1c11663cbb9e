"""Which records of a module were deleted, and are they still in the recycle bin?

Zoho keeps a deleted record in the bin for 60 days and remembers a permanently deleted one for 120 days more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .rows import Rows
    from .world import CrmWorld

DAY = 86_400
DAYS_IN_BIN, DAYS_AFTERWARDS = 60, 120
_FEWEST_ROWS = 20
# Each module that keeps track begins with a few deleted records: (place among the records, days ago).
_BEGINNING = ((0.2, 3), (0.4, 40), (0.6, 75), (0.8, 170))
State = Literal["recycle", "permanent"]


@dataclass
class Deleted:
    """One deleted record."""

    number: int
    second: int
    purged: int | None = None

    def permanent_since(self) -> int:
        """Return when the record leaves the bin, or left it."""
        left = self.second + DAYS_IN_BIN * DAY
        return left if self.purged is None else min(left, self.purged)

    def state(self, now: int) -> State | None:
        """Return where the record is, None once Zoho has forgotten it."""
        permanent = self.permanent_since()
        if now < permanent:
            return "recycle"
        return "permanent" if now < permanent + DAYS_AFTERWARDS * DAY else None


class Bin:
    """What was deleted from one module."""

    def __init__(self, rows: Rows, world: CrmWorld) -> None:
        """Begin with a few records that were deleted before the emulator started."""
        self._rows, self._world = rows, world
        self._deleted: dict[int, Deleted] = {}
        self.gone: set[int] = set()
        self.is_kept = keeps_track(rows.spec.kind, rows.spec.api_name)
        if self.is_kept and rows.size >= _FEWEST_ROWS:
            for place, days in _BEGINNING:
                self._enter(int(rows.size * place), world.opened - days * DAY)

    def delete(self, number: int, *, permanent: bool = False) -> None:
        """Move a record into the bin, or delete it for good."""
        self._rows.take_out(number)
        self._enter(number, self._world.now(), permanent=permanent)

    def purge(self, number: int) -> None:
        """Delete a record for good that lies in the bin."""
        self._entry(number).purged = self._world.now()

    def restore(self, number: int, *, moves: bool) -> None:
        """Take a record out of the bin; whether that counts as a modification is not documented."""
        self._entry(number)
        self._rows.put_back(number, self._world.now() if moves else None)
        del self._deleted[number]
        self.gone.discard(number)

    def entries(self) -> Iterator[tuple[Deleted, State]]:
        """Walk over what Zoho remembers, the latest first."""
        now = self._world.now()
        for entry in sorted(self._deleted.values(), key=lambda one: (-one.second, -one.number)):
            if (state := entry.state(now)) is not None:
                yield entry, state

    def listed(self, wanted: str = "all", since: int | None = None) -> list[dict[str, Any]]:
        """Return the rows of the module's deleted list."""
        return [
            self._row(entry, state)
            for entry, state in self.entries()
            if wanted in ("all", state) and (since is None or entry.second >= since)
        ]

    def _enter(self, number: int, second: int, *, permanent: bool = False) -> None:
        self._deleted[number] = Deleted(number, second, second if permanent else None)
        self.gone.add(number)

    def _entry(self, number: int) -> Deleted:
        found = self._deleted.get(number)
        if found is None or found.state(self._world.now()) != "recycle":
            raise KeyError(f"the recycle bin of {self._rows.spec.api_name} has no {self._rows.id_of(number)}.")
        return found

    def _row(self, entry: Deleted, state: State) -> dict[str, Any]:
        in_bin = state == "recycle"
        by = self._world.user(entry.number)
        return {
            "deleted_by": {"name": by["name"], "id": by["id"]} if in_bin else None,
            "id": self._rows.id_of(entry.number),
            "display_name": self._rows.name_of(entry.number) if in_bin else None,
            "type": state,
            "created_by": None,
            "deleted_time": self._world.stamp(entry.second),
        }


def keeps_track(kind: str, module: str) -> bool:
    """Tell whether Zoho documents a list of deleted records for a module."""
    return kind in ("standard", "custom") or module == "Appointments_Rescheduled_History__s"
