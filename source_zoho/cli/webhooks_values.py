"""How do people write stretches of time and moments on the command line, and how are they shown to them?"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import rich_click as click

_STRETCH = re.compile(r"(\d{1,4})([wdhms])")
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def read_by(read: Callable[[str], Any]) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """Return the callback of an option whose text *read* understands, or refuses with a ValueError."""

    def callback(_context: click.Context, _parameter: click.Parameter, text: str | None) -> Any:
        try:
            return None if text is None else read(text)
        except (ValueError, OverflowError) as error:
            raise click.BadParameter(str(error)) from None

    return callback


def stretch(text: str) -> timedelta:
    """Return the stretch of time that *text* says, such as 30d. Raises ValueError when it says none."""
    found = _STRETCH.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no stretch of time; expected a number with w, d, h, m or s, such as 30d or 12h.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def moment(text: str) -> datetime:
    """Return the moment that *text* says, such as 2026-03-01T08:00:00Z. Raises ValueError when it says none."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is no moment; expected one such as 2026-03-01T08:00:00Z.") from None
    if found.tzinfo is None:
        raise ValueError(
            f"{text!r} does not say where; expected a moment with Z or an offset, such as {text.strip()}Z."
        )
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise ValueError(
            f"{text!r} is outside of the calendar; expected a moment such as 2026-03-01T08:00:00Z."
        ) from None


def shown(at: datetime) -> str:
    """Return *at* for people: in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def in_json(at: datetime) -> str:
    """Return *at* for programs."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def lasting(time: timedelta) -> str:
    """Return how long *time* is, in the two largest units that say something."""
    seconds = int(time.total_seconds())
    parts = []
    for unit, name in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        number, seconds = divmod(seconds, unit)
        if number:
            parts.append(f"{number} {name}")
    return " ".join(parts[:2]) or "0 s"
