"""
What stands in the fields that queries and files leave unsure?

Lists tell it, for up to a hundred records in a call, so records wait until there are as many. A record that changed
meanwhile is read again whole: half of it would be of another version.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from source_zoho.components.crm_facts import ModuleFacts
from source_zoho.components.crm_reader import ModuleReader
from source_zoho.components.crm_rich_text import CUT_AT, RichText
from source_zoho.crm.canonical import ABOUT, MODULE_OF_ABOUT, Part
from source_zoho.crm.walk import CHANGED_AT
from source_zoho.crm.weave import Row, moment

_MOST_WAITING = 100
_MOST_WITH_CUT_TEXTS = 200
# Where a text is cut is documented for lists only; others may count the characters otherwise, or add dots.
_LONGEST_CUT = CUT_AT + 10
_UNSETTLED = timedelta(seconds=1)


class Completion:
    """Completes records of the module of *facts*, by way of its *reader*; they come out in another order."""

    def __init__(self, facts: ModuleFacts, reader: ModuleReader) -> None:
        if facts.canonical is None:
            raise ValueError(f"{facts.stream} has no form that its records could be brought into")
        self._facts = facts
        self._canonical = facts.canonical
        self._reader = reader
        self._rich_text = RichText(
            facts.stream, facts.api_name, list(facts.rich_text), reader.requester, longest_cut=_LONGEST_CUT
        )
        self._waiting: dict[str, Part] = {}
        self._torn: dict[str, None] = {}
        self._cut: list[Row] = []

    def add(self, parts: Iterable[Part], read_at: datetime | None = None) -> list[Row]:
        """
        Return the records that are complete; others wait for their like.

        *read_at* is when Zoho was asked for *parts*: what changed in that very second may have changed again in it,
        which no time of change can tell. Raises AirbyteTracedException when Zoho does not tell what is missing.
        """
        settled = None if read_at is None else read_at - _UNSETTLED
        rows: list[Row] = []
        for part in parts:
            if not part.unsure:
                rows.append(part.row)
            elif settled and self._changed_since(settled, part):
                self._torn[part.row["id"]] = None
            else:
                self._waiting[part.row["id"]] = part
            if len(self._waiting) + len(self._torn) >= _MOST_WAITING:
                rows += self._completed()
        return self._with_whole_texts(rows)

    def flush(self) -> list[Row]:
        """Return the records that are left. Raises AirbyteTracedException when Zoho does not tell what is missing."""
        rows = self._with_whole_texts(self._completed())
        cut, self._cut = self._cut, []
        return [*rows, *self._rich_text.complete(cut)]

    @property
    def is_idle(self) -> bool:
        """Tell whether no record waits."""
        return not (self._waiting or self._torn or self._cut)

    def gaps(self) -> list[str]:
        """Return sentences about what could not be completed, besides those of the reader."""
        return [self._rich_text.gap] if self._rich_text.gap else []

    def _completed(self) -> list[Row]:
        """Return the records that wait; those that are gone meanwhile are none."""
        waiting, self._waiting = self._waiting, {}
        torn, self._torn = self._torn, {}
        rows: list[Row] = []
        for row in self._reader.by_ids(list(waiting), self._missing_in(waiting.values())) if waiting else []:
            part, record = waiting[row["id"]], self._canonical.from_rest(row)
            if self._canonical.version_of(record) == self._canonical.version_of(part.row):
                rows.append({**part.row, **{name: record[name] for name in part.unsure}})
            else:
                torn[row["id"]] = None
        whole = self._reader.by_ids(list(torn)) if torn else []
        return [*rows, *map(self._canonical.from_rest, whole)]

    def _missing_in(self, parts: Iterable[Part]) -> Sequence[str]:
        """Return the fields to ask for: the unsure ones, and what tells the version."""
        unsure = {name for part in parts for name in part.unsure}
        if MODULE_OF_ABOUT in unsure:
            unsure.add(ABOUT)  # with which it comes
        return [name for name in self._facts.fields if name in unsure or name == CHANGED_AT]

    def _with_whole_texts(self, rows: list[Row]) -> list[Row]:
        ready: list[Row] = []
        for row in rows:
            (self._cut if self._rich_text.may_be_cut(row) else ready).append(row)
        if len(self._cut) < _MOST_WITH_CUT_TEXTS:
            return ready
        cut, self._cut = self._cut, []
        return [*ready, *self._rich_text.complete(cut)]

    def _changed_since(self, settled: datetime, part: Part) -> bool:
        changed = moment(self._canonical.version_of(part.row))
        return changed is not None and changed >= settled
