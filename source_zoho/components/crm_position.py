"""
Where did a read stop that goes through a module in the order of ids?

Such a read says nothing about times of change before it has come to its end, so its place stands in the notes of the
state beside the cursor: the next sync goes on from there, as if it were the same read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_NOTE = "by_id"


@dataclass(frozen=True)
class Position:
    """
    All that changed *since* (None: everything) has been handed out up to the id *after*.

    *began_at* is the time on Zoho's clock when the read began.
    """

    after: str
    since: datetime | None
    began_at: datetime

    def noted(self, notes: Mapping[str, Any]) -> dict[str, Any]:
        """Return *notes* with this position."""
        since = None if self.since is None else int(self.since.timestamp())
        return {**notes, _NOTE: {"after": self.after, "since": since, "began_at": int(self.began_at.timestamp())}}


def position_in(notes: Mapping[str, Any]) -> Position | None:
    """Return the position in *notes*, if there is one that can be understood."""
    noted = notes.get(_NOTE)
    if not isinstance(noted, Mapping):
        return None
    after, since, began_at = (noted.get(key) for key in ("after", "since", "began_at"))
    if not isinstance(after, str) or not after.isdecimal() or not isinstance(began_at, int):
        return None
    return Position(after, _moment(since) if isinstance(since, int) else None, _moment(began_at))


def without_position(notes: Mapping[str, Any]) -> dict[str, Any]:
    """Return *notes* without a position."""
    return {name: value for name, value in notes.items() if name != _NOTE}


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
