"""
How do the groups of fields of one record become one record again?

Zoho gives at most 50 fields in one answer (https://www.zoho.com/crm/developer/docs/api/v8/get-records.html), so a wide
module is read in several lists, group by group, and joined on the id. A record that is edited between two answers would
come out half old and half new; its time of change tells.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]
_UNSETTLED = timedelta(seconds=1)


@dataclass
class _Parts:
    """What each group has said of one record so far."""

    rows: list[Row | None]
    settled: datetime | None
    rounds: int = 0

    def whole(self, changed_at: str) -> bool:
        """Tell whether every group has spoken, of the same version."""
        first = self.rows[0]
        return first is not None and all(
            row is not None and row.get(changed_at) == first.get(changed_at) for row in self.rows
        )


class Weave:
    """
    Joins what *groups* lists say about the same records, a round of answers at a time.

    ``torn`` are the ids of records that have to be read again whole: a group lacks them for longer than a round,
    or gives another version.
    """

    def __init__(self, groups: int, changed_at: str = "Modified_Time") -> None:
        self._groups = groups
        self._changed_at = changed_at
        self._pending: dict[str, _Parts] = {}
        self.torn: dict[str, None] = {}

    def take(
        self, answers: Sequence[Sequence[Row]], read_at: datetime | None = None, known: Container[str] = ()
    ) -> list[Row]:
        """
        Return the records that are whole with these *answers*, one list of rows for each group.

        *read_at* is when Zoho gave the first of them: what changed in that very second may have changed again in it,
        which no time of change can tell. Records in *known* were handed out before, and nobody waits for them.
        """
        if self._groups == 1:
            return list(answers[0])
        settled = None if read_at is None else read_at - _UNSETTLED
        if not self._pending and self._are_aligned(answers, settled):
            return [_joined(parts) for parts in zip(*answers, strict=True)]
        for group, rows in enumerate(answers):
            for row in rows:
                if row["id"] not in known:
                    parts = self._pending.setdefault(row["id"], _Parts([None] * self._groups, settled))
                    parts.rows[group] = row
        return self._whole()

    def give_up_waiting(self, before: datetime | None = None) -> None:
        """Count what is not whole yet, and changed *before*, as torn: no group will say more about it."""
        for record_id, parts in list(self._pending.items()):
            if before is None or any(self._is_older(row, before) for row in parts.rows if row):
                self.torn[record_id] = None
                del self._pending[record_id]

    def pop_torn(self) -> list[str]:
        """Return the ids of the torn records, once."""
        ids = list(self.torn)
        self.torn.clear()
        return ids

    def _are_aligned(self, answers: Sequence[Sequence[Row]], settled: datetime | None) -> bool:
        """Tell whether all groups list the same versions of the same records in the same order, as they mostly do."""
        versions = [[(row["id"], row.get(self._changed_at)) for row in rows] for rows in answers]
        if any(each != versions[0] for each in versions[1:]):
            return False
        return not any(self._may_change_again(row, settled) for row in answers[0])

    def _whole(self) -> list[Row]:
        rows: list[Row] = []
        for record_id, parts in list(self._pending.items()):
            parts.rounds += 1
            first = parts.rows[0]
            if parts.whole(self._changed_at) and first is not None and not self._may_change_again(first, parts.settled):
                self.torn.pop(record_id, None)
                rows.append(_joined([row for row in parts.rows if row is not None]))
                del self._pending[record_id]
            elif parts.rounds > 1 or None not in parts.rows:
                self.torn[record_id] = None
                del self._pending[record_id]
        return rows

    def _is_older(self, row: Row, border: datetime) -> bool:
        changed = moment(row.get(self._changed_at))
        return changed is not None and changed < border

    def _may_change_again(self, row: Row, settled: datetime | None) -> bool:
        changed = moment(row.get(self._changed_at))
        return settled is not None and changed is not None and changed >= settled


def moment(value: Any) -> datetime | None:
    """Return the instant that Zoho's text *value* says, or None when it says none."""
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return read if read is None or read.tzinfo else None


def _joined(parts: Sequence[Row]) -> Row:
    joined: Row = {}
    for part in parts:
        joined.update(part)
    return joined
