"""How are times and numbers said to people?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

_NAMES_SHOWN = 8


def duration(seconds: float) -> str:
    """Return *seconds* for people."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def age(moment: datetime | None, at: datetime) -> str:
    """Return how long before *at* the *moment* was, in the largest unit that says enough; empty when unknown."""
    if moment is None:
        return ""
    seconds = (at - moment).total_seconds()
    units: Sequence[tuple[str, float]] = (("d", 86_400), ("h", 3_600), ("min", 60))
    return next((f"{seconds / size:,.0f} {unit}" for unit, size in units if seconds >= 2 * size), "moments")


def counted(number: int, what: str, more: str = "") -> str:
    """Return *number* with the word for *what* it counts; *more* is the word for several of it."""
    return f"{number:,} {what if number == 1 else more or f'{what}s'}"


def some(names: Collection[str]) -> str:
    """Return the first of *names*, and how many more there are."""
    more = len(names) - _NAMES_SHOWN
    return ", ".join(sorted(names)[:_NAMES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
