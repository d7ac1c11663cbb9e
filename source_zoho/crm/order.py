"""
Does Zoho list records in the order that was asked for?

A list that ignores the order gives the same records, in the same order, whether the oldest or the latest are asked for
first. One page may look right by chance: all of an import within one second, and after it a single edit. So the first
page is asked for from both ends, and what is at one end has to be missing, or turned round, at the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from source_zoho.crm.weave import Row, moment


class FirstPage:
    """The first page of a list, as Zoho gave it at *read_at*."""

    def __init__(self, rows: Sequence[Row], read_at: datetime) -> None:
        self._places = {row["id"]: place for place, row in enumerate(rows)}
        self._read_at = read_at.replace(microsecond=0)

    def is_turned_round_in(self, rows: Sequence[Row], changed_at: str) -> bool:
        """
        Tell whether *rows*, given later to the same question in the other direction, prove that the direction counts.

        A list with an order of its own gives the records of this page once more, in the same order, and others only
        in the place of those that were deleted in between, which more than half of a page never are.
        """
        places = [self._place(row) for row in rows if not self._may_have_moved(row, changed_at)]
        others = places.count(self._behind)
        return others > len(rows) / 2 or any(later < earlier for earlier, later in pairwise(places))

    @property
    def _behind(self) -> int:
        return len(self._places)

    def _place(self, row: Row) -> int:
        return self._places.get(row["id"], self._behind)

    def _may_have_moved(self, row: Row, changed_at: str) -> bool:
        """Tell whether *row* was made or edited since, so that its place proves nothing."""
        changed = change_of(row, changed_at)
        return changed is not None and changed >= self._read_at


def change_of(row: Row, changed_at: str) -> datetime | None:
    """Return when *row* changed, to the second, in which questions are put; None when it does not say."""
    changed = moment(row.get(changed_at))
    return changed.replace(microsecond=0) if changed else None


def latest_come_first(rows: Sequence[Row], changed_at: str) -> bool:
    """Tell whether no row changed later than the one before it. Rows that do not say may stand anywhere."""
    changes = [changed for row in rows if (changed := change_of(row, changed_at))]
    return all(later <= earlier for earlier, later in pairwise(changes))
