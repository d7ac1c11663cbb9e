"""
Does an answer bear out that Zoho sorted it as asked, and how far may a walk rely on it?

Zoho may ignore a sort column without a word. Where it documents the column, rows in order are enough. Where it does
not, it has to name the column in its answer, or the rows themselves have to show it: rows that nobody touched after
making them look sorted by change when they are only sorted by creation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from source_zoho.paging import instants


def is_rising(moments: Sequence[datetime]) -> bool:
    """Tell whether none of *moments* is earlier than the one before."""
    return all(earlier <= later for earlier, later in pairwise(moments))


def safe_position(rows: Sequence[Mapping[str, Any]], changed: Sequence[datetime]) -> datetime | None:
    """
    Return the instant from which a walk in the order of change may go on after *rows*, or None when nothing shows it.

    *changed* are the times of change of the rows, rising; nobody but the rows vouches for their order. Rows that stand
    newest first by creation, as Zoho's lists do unasked, show nothing. If they may as well be sorted by creation,
    oldest first, the creation of the last one is a safe place: later rows were created later, and changed later still.
    """
    created = [moment for moment in (instants.parse(row.get("created_time")) for row in rows) if moment]
    all_known = len(created) == len(rows)
    if changed[0] == changed[-1] or (all_known and is_rising(created[::-1])):
        return None
    if all_known and is_rising(created):
        return min(changed[-1], created[-1].replace(microsecond=0))
    return changed[-1]
