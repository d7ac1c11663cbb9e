"""
When was this, as an instant?

Zoho Books writes times in the organization's own zone (``2013-09-11T17:18:32+0530``), so two of them compare rightly
only as instants, never as text. In a request it accepts ``YYYY-MM-DDTHH:MM:SS+HHMM`` and nothing else: ``Z``, a colon
in the offset or a fraction of a second is refused with code 2 (https://www.zoho.com/books/api/v3/, seen by several
clients).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def parse(value: Any) -> datetime | None:
    """Return the instant that *value* names, or None when it is missing, empty or not a time with an offset."""
    if not isinstance(value, str) or len(value) < 20:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def for_request(moment: datetime) -> str:
    """Return *moment* in the one form that Zoho's filters accept, rounded down to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
