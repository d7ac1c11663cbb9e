"""
How is any text kept by a database that does not take every text?

PostgreSQL refuses U+0000, and neither database takes half of a surrogate pair, which JSON can well name. Both come from
outside, so an event that has them would be refused at each delivery. They are written as a mark and four digits, and
so is the mark itself; every other text is kept as it is, for people who look into the database.
"""

from __future__ import annotations

import re

_MARK = "\x1a"  # SUBSTITUTE: stands for characters that cannot be shown, and hardly ever for anything else
_UNKEEPABLE = re.compile(f"[\x00{_MARK}\ud800-\udfff]")
_WRITTEN = re.compile(f"{_MARK}([0-9a-f]{{4}})")


def keepable(text: str) -> str:
    """Return *text* as every database takes it."""
    return _UNKEEPABLE.sub(lambda found: f"{_MARK}{ord(found[0]):04x}", text)


def as_it_was(text: str) -> str:
    """Return the text that ``keepable`` was given."""
    if _MARK not in text:
        return text
    return _WRITTEN.sub(lambda found: chr(int(found[1], 16)), text)
