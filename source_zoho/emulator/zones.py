"""How does an organization write an instant?

Books answers with the organization's own offset and without a colon: 2024-03-01T09:30:00+0530. One of our organizations
sits half an hour off, another changes its offset twice a year, so text order is not time order there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

HOUR, DAY = 3600, 86_400
_EPOCH = date(1970, 1, 1).toordinal()
STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{4}")


@dataclass(frozen=True)
class Zone:
    """A time zone as Books needs it: a name, a standard offset and perhaps North American summer time."""

    name: str
    minutes: int
    summer_time: bool = False

    def offset_minutes(self, epoch_seconds: int) -> int:
        """Return the offset that holds at that instant."""
        return _summer_offset(self.minutes, epoch_seconds // HOUR) if self.summer_time else self.minutes

    def stamp(self, epoch_seconds: int) -> str:
        """Write an instant the way Books does."""
        offset = self.offset_minutes(epoch_seconds)
        day, second = divmod(epoch_seconds + offset * 60, DAY)
        minute, second = divmod(second, 60)
        return f"{_date(day)}T{minute // 60:02d}:{minute % 60:02d}:{second:02d}{_written(offset)}"

    def day(self, epoch_seconds: int) -> str:
        """Write the organization's calendar day of that instant."""
        return _date((epoch_seconds + self.offset_minutes(epoch_seconds) * 60) // DAY)

    def local(self, epoch_seconds: int) -> datetime:
        """Return the instant on the organization's own clock."""
        offset = timezone(timedelta(minutes=self.offset_minutes(epoch_seconds)))
        return datetime.fromtimestamp(epoch_seconds, offset)


def parse_stamp(text: str) -> int | None:
    """Return epoch seconds for the one format that Books takes, None for anything else."""
    if not STAMP.fullmatch(text):
        return None
    try:
        return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").timestamp())
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _date(days_since_1970: int) -> str:
    return date.fromordinal(_EPOCH + days_since_1970).isoformat()


@lru_cache(maxsize=64)
def _written(offset_minutes: int) -> str:
    sign = "-" if offset_minutes < 0 else "+"
    return f"{sign}{abs(offset_minutes) // 60:02d}{abs(offset_minutes) % 60:02d}"


@lru_cache(maxsize=32_768)
def _summer_offset(minutes: int, hours_since_1970: int) -> int:
    """Return the offset during one hour: clocks change on the hour."""
    instant = hours_since_1970 * HOUR
    start, end = _summer(datetime.fromtimestamp(instant, UTC).year, minutes)
    return minutes + (60 if start <= instant < end else 0)


@lru_cache(maxsize=64)
def _summer(year: int, minutes: int) -> tuple[int, int]:
    """Return when North American summer time begins and ends: second Sunday of March, first of November, at two."""
    zone = timezone(timedelta(minutes=minutes))
    start = _sunday(datetime(year, 3, 8, 2, tzinfo=zone))
    end = _sunday(datetime(year, 11, 1, 1, tzinfo=zone))
    return int(start.timestamp()), int(end.timestamp())


def _sunday(day: datetime) -> datetime:
    return day + timedelta(days=(6 - day.weekday()) % 7)
