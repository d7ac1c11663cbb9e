"""
Which instant in UTC does a text name?

Each way to read CRM writes times with an offset of its own. A module has some of them in every record, so that the
usual form is put together from tables instead of being worked out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

_KEPT_DAYS, _KEPT_OFFSETS = 32_768, 64
_BEGIN_AN_OFFSET = frozenset("+-Z")
_NO_CLOCK = (0, "")
_MINUTES_A_DAY = 24 * 60
_SECONDS = {f":{second:02}": f":{second:02}+00:00" for second in range(60)}


def in_utc(text: str) -> str | None:
    """
    Return *text* as ``YYYY-MM-DDTHH:MM:SS+00:00``, with a fraction of the second where there is one.

    None when it is no time, or has no offset: then it may be of any zone.
    """
    if text[10:11] == "T" and text[19:20] in _BEGIN_AN_OFFSET:
        days, clock = _clocks(text[19:]).get(text[11:16], _NO_CLOCK)
        day, seconds = day_after(text[:10], days), _SECONDS.get(text[16:19])
        if clock and day and seconds:
            return day + clock + seconds
    return _worked_out(text)


@lru_cache(maxsize=_KEPT_DAYS)
def day_after(text: str, days: int) -> str | None:
    """Return the date that is *days* after the one that *text* says; None when it says none."""
    try:
        return (date.fromisoformat(text) + timedelta(days)).isoformat()
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=_KEPT_OFFSETS)
def _clocks(offset: str) -> Mapping[str, tuple[int, str]]:
    """Return for each time of the day at *offset* the days and the time that UTC has; nothing for no offset."""
    try:
        zone = datetime.fromisoformat(f"2000-01-01T00:00:00{offset}").utcoffset()
    except ValueError:
        return {}
    if zone is None or zone % timedelta(minutes=1):
        return {}
    behind = -zone // timedelta(minutes=1)
    return {f"{minute // 60:02}:{minute % 60:02}": _clock(minute + behind) for minute in range(_MINUTES_A_DAY)}


def _clock(minute: int) -> tuple[int, str]:
    days, rest = divmod(minute, _MINUTES_A_DAY)
    return days, f"T{rest // 60:02}:{rest % 60:02}"


def _worked_out(text: str) -> str | None:
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None
    if not moment.tzinfo:
        return None
    fraction = f".{moment.microsecond:06}".rstrip("0") if moment.microsecond else ""
    return f"{moment.isoformat(timespec='seconds')[:19]}{fraction}+00:00"
