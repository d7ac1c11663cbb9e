"""
How does a list of Zoho Books behave while people work on its records?

A model of what Zoho documents, in memory and with a clock that only moves when told to: numbered pages of at most 200
rows, ``last_modified_time`` as an inclusive filter by whole seconds, ``sort_column`` and ``sort_order`` with equal
values in order of id, newest created first when no order is asked for, and no trace of a deleted row. What the
documents leave open is a switch. It knows nothing of the code that it drives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, Literal

Mode = Literal["honour", "ignore", "refuse"]
Row = dict[str, Any]
NOON = 1_750_000_000
MOST_ROWS_OF_A_PAGE = 200
_ZONES = tuple(timezone(timedelta(minutes=minutes)) for minutes in (330, -480, 0, 60))


class RefusedError(Exception):
    """Zoho's 400 with code 2: a parameter that this list does not know."""


@dataclass
class Entry:
    """A record; the list may keep to itself when it was changed, but goes by it all the same."""

    number: int
    created: int
    modified: int
    version: int = 0
    shows_its_time: bool = True
    fraction: str = ""

    def row(self, zone: timezone) -> Row:
        """Return the record as the list shows it."""
        row = {"id": str(self.number), "created_time": stamp(self.created, zone), "version": self.version}
        if self.shows_its_time:
            changed = stamp(self.modified, zone)
            return {**row, "last_modified_time": changed[:19] + self.fraction + changed[19:]}
        return {**row, "last_modified_time": ""} if self.number % 2 else row


@dataclass
class ListModel:
    """A list, its clock and its habits; ``get`` answers one call."""

    filter: Mode = "honour"
    sort: Mode = "honour"
    stable_sort: Mode = "honour"
    says_order: bool = True
    oldest_first: bool = False
    has_page_context: bool = True
    own_page_size: int | None = None
    several_zones: bool = False
    ties_reversed: bool = False
    now: int = NOON
    entries: dict[int, Entry] = field(default_factory=dict)
    _next_number: int = 1

    # ── people at work ──

    def add(self, *, created: int | None = None, modified: int | None = None, **habits: Any) -> Entry:
        """Add a record, made now unless *created* says otherwise."""
        made = self.now if created is None else created
        entry = Entry(self._next_number, made, made if modified is None else modified, **habits)
        self.entries[entry.number] = entry
        self._next_number += 1
        return entry

    def add_many(self, modified: Iterable[int], created: int = NOON - 200_000) -> ListModel:
        """Add a record for each instant in *modified*, created one second after the other."""
        for place, instant in enumerate(modified):
            self.add(created=created + place, modified=instant)
        return self

    def edit(self, number: int) -> None:
        """Change a record now."""
        entry = self.entries[number]
        entry.version += 1
        entry.modified, entry.fraction = self.now, ""

    def delete(self, number: int) -> None:
        """Take a record away, without a trace."""
        del self.entries[number]

    def rows(self) -> list[Row]:
        """Return every record that exists now."""
        return [self._row(entry) for entry in self.entries.values()]

    # ── calls ──

    def get(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Answer one call. Raises RefusedError when this list does not take the *parameters*."""
        found = self._ordered(self._filtered(parameters), parameters)
        asked = int(parameters.get("per_page", MOST_ROWS_OF_A_PAGE))
        size = self.own_page_size or min(asked, MOST_ROWS_OF_A_PAGE)
        page = int(parameters.get("page", 1))
        body: dict[str, Any] = {"rows": [self._row(entry) for entry in found[(page - 1) * size : page * size]]}
        if self.has_page_context:
            body["page_context"] = {"page": page, "per_page": size, "has_more_page": page * size < len(found)}
            if self.says_order:
                body["page_context"]["sort_column"] = self._order(parameters)[0]
        return body

    def _row(self, entry: Entry) -> Row:
        return entry.row(_ZONES[entry.number % 4] if self.several_zones else UTC)

    def _filtered(self, parameters: Mapping[str, str]) -> list[Entry]:
        text = parameters.get("last_modified_time")
        if text is None or self.filter == "ignore":
            return list(self.entries.values())
        if self.filter == "refuse":
            raise RefusedError("Invalid value passed for last_modified_time")
        since = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").timestamp()
        return [entry for entry in self.entries.values() if entry.modified >= since]

    def _ordered(self, entries: list[Entry], parameters: Mapping[str, str]) -> list[Entry]:
        column, backwards = self._order(parameters)
        by_id = -1 if self.ties_reversed else 1
        if column == "last_modified_time":
            return sorted(entries, key=lambda each: (each.modified, by_id * each.number), reverse=backwards)
        return sorted(entries, key=lambda each: (each.created, by_id * each.number), reverse=backwards)

    def _order(self, parameters: Mapping[str, str]) -> tuple[str, bool]:
        """Return the column that this list sorts by, and whether the largest value comes first."""
        column = parameters.get("sort_column")
        habit = self.sort if column == "last_modified_time" else self.stable_sort
        if column is None or habit == "ignore":
            return "created_time", not self.oldest_first
        if habit == "refuse":
            raise RefusedError("Invalid value passed for sort_column")
        return column, parameters.get("sort_order") == "D"


@lru_cache(maxsize=10_000)
def stamp(instant: int, zone: timezone = UTC) -> str:
    """Return *instant* as Zoho writes it."""
    return datetime.fromtimestamp(instant, zone).strftime("%Y-%m-%dT%H:%M:%S%z")


def moment(instant: int) -> datetime:
    """Return *instant* as the walk takes it."""
    return datetime.fromtimestamp(instant, UTC)
