"""What do we remember of a list from one check for deletions to the next?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from source_zoho.deletions.codec import decode, encode


@dataclass(frozen=True)
class Known:
    """
    The ids that existed ``at`` a time on Zoho's clock: those that the list showed, and others (``hidden``).

    A hidden record is one that the list does not show, although it exists or may exist. ``count_agreed_at`` is when the
    list was last read to its end, if Zoho counted as many rows then as it showed: only from there on can its counts be
    compared with ours.
    """

    listed: frozenset[str]
    at: datetime
    hidden: frozenset[str] = frozenset()
    count_agreed_at: datetime | None = None

    def note(self) -> dict[str, Any]:
        """Return this as JSON for the state."""
        return {
            "at": _text(self.at),
            "count": len(self.listed),
            "ids": encode(self.listed),
            "hidden": encode(self.hidden),
            "count_agreed_at": _text(self.count_agreed_at) if self.count_agreed_at else None,
        }

    @classmethod
    def of(cls, note: Mapping[str, Any]) -> Known:
        """Return what *note* says. Raises ValueError when ``note`` of this class did not make it."""
        try:
            at, agreed = _moment(note["at"]), note["count_agreed_at"]
            listed, hidden, count = decode(note["ids"]), decode(note["hidden"]), note["count"]
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"a note without what it should say ({type(error).__name__})") from None
        if len(listed) != count:
            raise ValueError("a note that somebody changed")
        return cls(frozenset(listed), at, frozenset(hidden), _moment(agreed) if agreed else None)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a note with a time of no zone")
    return moment
