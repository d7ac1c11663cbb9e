"""
How does a module of Zoho CRM behave while people work on its records?

A model of what Zoho documents about Get Records, in memory and with a clock that only moves when told to: pages, a
token for the next one, an order by id or by time of change, If-Modified-Since by whole seconds, a last record beyond
which a chain of tokens does not lead, and groups of fields of the same records. What the documents leave open is a
switch. Pages are small here, so that a long history needs few records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

from source_zoho.crm.walk import CHANGED_AT, Answer, Ask, Trouble
from source_zoho.crm.weave import Row

NOON = 1_750_000_000
PAGE = 5
LIMIT = 20
_FIRST_ID = 7  # so that ids become longer soon: they are numbers, and written as text
_OFFSETS_IN_MINUTES = (330, -480, 0, 60)
_OWN_ORDERS = {"id desc": ("id", True), "id asc": ("id", False)}


class TroubleError(Exception):
    """Zoho refuses to answer."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


@dataclass
class Entry:
    """A record, and when it changed: to the fraction of a second, of which Zoho shows none."""

    number: int
    changed: float | None
    version: int = 0

    @property
    def second(self) -> int | None:
        """The second in which it changed."""
        return None if self.changed is None else int(self.changed)

    def row(self, groups: Iterable[int]) -> Row:
        """Return what Zoho tells of the fields in *groups*; each holds the version, so that a mixture shows."""
        values = {f"field_{group}": self.version for group in groups}
        return {"id": str(self.number), CHANGED_AT: stamp(self.second, self.number), **values}


@dataclass
class ModuleModel:
    """A module, its clock and its habits; ``answer`` answers one question for one group of fields."""

    groups: int = 1
    page: int = PAGE
    limit: int = LIMIT
    tokens: Literal["keyset", "offset"] = "keyset"
    filter: Literal["inclusive", "exclusive", "ignored", "refused"] = "inclusive"
    sort: Literal["honoured", "ignored", "refused"] = "honoured"
    sort_by_id: Literal["honoured", "ignored", "refused"] = "honoured"
    own_order: Literal["id desc", "id asc"] = "id desc"
    ties: Literal["turn round", "stay"] = "turn round"
    nulls: Literal["lowest", "highest"] = "lowest"
    nulls_pass: bool = False
    now: float = NOON
    entries: dict[int, Entry] = field(default_factory=dict)
    versions: set[tuple[str, str | None, int]] = field(default_factory=set)
    deleted: dict[int, float] = field(default_factory=dict)
    breaks: int = 0
    _next_number: int = _FIRST_ID

    # ── people at work ──

    def add(self, changed: float | None = None) -> Entry:
        """Add a record, made now unless it *changed* at another time."""
        return self._put(self.now if changed is None else changed)

    def add_many(self, changed: Iterable[float | None]) -> ModuleModel:
        """Add a record for each time in *changed*, in which None says nothing."""
        for each in changed:
            self._put(each)
        return self

    def edit(self, number: int) -> None:
        """Change a record now."""
        entry = self.entries[number]
        entry.version += 1
        entry.changed = self.now
        self._remember(entry)

    def delete(self, number: int) -> None:
        """Take a record away."""
        del self.entries[number]
        self.deleted[number] = self.now

    def _put(self, changed: float | None) -> Entry:
        entry = Entry(self._next_number, changed)
        self._next_number += 1
        self.entries[entry.number] = entry
        self._remember(entry)
        return entry

    def _remember(self, entry: Entry) -> None:
        self.versions.add((str(entry.number), stamp(entry.second, entry.number), entry.version))

    # ── questions ──

    def answer(self, ask: Ask, group: int) -> Answer:
        """Answer *ask* for *group*. Raises TroubleError when this module does not."""
        self._refuse_what_is_not_known(ask)
        token = ask.tokens[group] if ask.tokens else None
        if token and self.breaks:
            self.breaks -= 1
            raise TroubleError(Trouble.CHAIN_BROKEN)
        count = int(token.split(" ")[0]) if token else 0
        if count >= self.limit:
            raise TroubleError(Trouble.CHAIN_FULL)
        listed = self._listed(ask)
        rest = listed[count:] if self.tokens == "offset" else self._after(token, listed, ask)
        rows, more = rest[: self.page], len(rest) > self.page
        place = f"{count + len(rows)} {rows[-1].number} {rows[-1].second}" if more else None
        return Answer([entry.row([group]) for entry in rows], more, place)

    def whole(self, record_id: str) -> Row | None:
        """Return a record with the fields of all groups, as one call gives it; None when it is gone."""
        entry = self.entries.get(int(record_id))
        return entry.row(range(self.groups)) if entry else None

    def _refuse_what_is_not_known(self, ask: Ask) -> None:
        habit = self.sort_by_id if ask.sort_by == "id" else self.sort
        if (ask.sort_by and habit == "refused") or (ask.since and self.filter == "refused"):
            raise TroubleError(Trouble.NOT_TAKEN)

    def _listed(self, ask: Ask) -> list[Entry]:
        passing = [entry for entry in self.entries.values() if self._passes(entry, ask.since)]
        return sorted(passing, key=self._key(ask))

    def _passes(self, entry: Entry, since: datetime | None) -> bool:
        if since is None or self.filter == "ignored":
            return True
        if entry.second is None:
            return self.nulls_pass
        border = since.timestamp()
        return entry.second >= border if self.filter == "inclusive" else entry.second > border

    def _after(self, token: str | None, listed: list[Entry], ask: Ask) -> list[Entry]:
        """Return the entries after the record at which a page ended, wherever that record is now."""
        if token is None:
            return listed
        _, number, second = token.split(" ")
        last = Entry(int(number), None if second == "None" else float(second))
        key = self._key(ask)
        return [entry for entry in listed if key(entry) > key(last)]

    def _key(self, ask: Ask) -> Callable[[Entry], Any]:
        habit = self.sort_by_id if ask.sort_by == "id" else self.sort
        honoured = ask.sort_by and habit == "honoured"
        by, backwards = (ask.sort_by, ask.descending) if honoured else _OWN_ORDERS[self.own_order]
        sign = -1 if backwards else 1
        if by == "id":
            return lambda entry: sign * entry.number
        ties = sign if self.ties == "turn round" else 1
        null = float("-inf") if self.nulls == "lowest" else float("inf")
        return lambda entry: (sign * (null if entry.second is None else entry.second), ties * entry.number)


def stamp(second: int | None, number: int = 2) -> str | None:
    """Return *second* as Zoho writes it, with the offset of whoever made record *number*."""
    if second is None:
        return None
    return datetime.fromtimestamp(second, timezone(timedelta(minutes=_OFFSETS_IN_MINUTES[number % 4]))).isoformat()


def moment(instant: float) -> datetime:
    """Return *instant* as the walk takes it."""
    return datetime.fromtimestamp(instant, UTC)
