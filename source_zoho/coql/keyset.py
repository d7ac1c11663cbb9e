"""
Which query brings the next records of a module?

The walk follows the id, which never changes: an edit moves no record, new ones come at the end, and there is no window
of 100,000 rows, as there is for OFFSET (https://www.zoho.com/crm/developer/docs/api/v8/COQL-Limitations.html). A walk
along the time of change could lose records that are edited meanwhile, and an upper bound on it would let them leave
between two queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from source_zoho.coql.literals import instant, record_id
from source_zoho.coql.select import Query, compare

COUNT = "COUNT(id)"


@dataclass(frozen=True)
class Reach:
    """
    Which records of *module* are meant: those that changed at or after *since* (None: all), behind the id *after*.

    *changed_at* is the field that says when a record changed.
    """

    module: str
    changed_at: str = "Modified_Time"
    since: datetime | None = None
    after: str = ""

    @property
    def conditions(self) -> list[str]:
        """Return what holds for these records."""
        changed = [] if self.since is None else [compare(self.changed_at, ">=", instant(self.since))]
        return [*changed, *([compare("id", ">", record_id(self.after))] if self.after else [])]


def page(reach: Reach, columns: Sequence[str], rows: int) -> Query:
    """Return the query for *columns* of the first *rows* records in *reach*."""
    return Query(reach.module, columns, conditions=reach.conditions, order=("id asc",), limit=rows)


def count(reach: Reach) -> Query:
    """Return the query for the number of records in *reach*: one row, at the price of the smallest query."""
    return Query(reach.module, expressions=(COUNT,), conditions=reach.conditions)
