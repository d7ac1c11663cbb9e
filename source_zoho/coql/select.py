"""
What does a query consist of, and how is it written?

https://www.zoho.com/crm/developer/docs/api/v8/Get-Records-through-COQL-Query.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from source_zoho.coql import names

NEUTRAL = "id is not null"  # a query without a condition is refused, and every record has an id
LIMIT_UNLESS_SAID = 200
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_LIMIT = re.compile(r"\blimit\s+(\d+)(?:\s*,\s*(\d+))?", re.IGNORECASE)


@dataclass(frozen=True)
class Query:
    """
    A question for records of *module*: *columns* by their names, *conditions* and *order* as they are written.

    The names of *expressions*, such as ``COUNT(id)``, are no fields and are written as they stand.
    """

    module: str
    columns: Sequence[str] = ()
    expressions: Sequence[str] = ()
    conditions: Sequence[str] = ()
    order: Sequence[str] = ()
    limit: int | None = None
    offset: int = 0

    @property
    def text(self) -> str:
        """Return the query as Zoho takes it. Raises ValueError when a name cannot be written, or nothing is asked."""
        selected = [*map(names.column, self.columns), *self.expressions]
        if not selected:
            raise ValueError(f"a query of {self.module} selects no column")
        parts = ["select", ", ".join(selected), "from", names.module(self.module), "where", every(self.conditions)]
        parts += [f"order by {', '.join(self.order)}"] if self.order else []
        parts += [] if self.limit is None else [f"limit {self.limit}"]
        parts += [f"offset {self.offset}"] if self.offset else []
        return " ".join(parts)


def compare(column: str, operator: str, literal: str) -> str:
    """Return the condition that *column* stands in the relation *operator* to *literal*, which is written already."""
    return f"{names.column(column)} {operator} {literal}"


def every(conditions: Sequence[str]) -> str:
    """
    Return that all of *conditions* hold: ``((A and B) and C)``, since Zoho reads no three without brackets around two.

    Without conditions it is one that always holds.
    """
    return reduce(lambda held, another: f"({held} and {another})", conditions or [NEUTRAL])


def limit_in(text: str) -> int:
    """Return how many rows the query *text* asks for: its LIMIT, and what Zoho takes when there is none."""
    found = _LIMIT.findall(_QUOTED.sub("''", text))
    if not found:
        return LIMIT_UNLESS_SAID
    first, second = found[-1]
    return int(second or first)  # ``limit 400, 200`` skips 400
