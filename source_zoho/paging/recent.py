"""
Has this version of this row been emitted already?

Pages overlap on purpose and rows move while we read, so the same version may come back a few pages later. The memory
is bounded, since rows do not move far: a version that returns after 50,000 others is emitted again, which a
destination that deduplicates by key absorbs.
"""

from __future__ import annotations

from collections.abc import Hashable

_REMEMBERED = 50_000


class Recent:
    """The versions seen lately, in the order of their first sight; memory stays flat over millions of rows."""

    def __init__(self, remembered: int = _REMEMBERED) -> None:
        self._remembered = remembered
        self._seen: dict[Hashable, None] = {}

    def is_first_sight(self, version: Hashable) -> bool:
        """Remember *version* and return whether it is new."""
        if version in self._seen:
            return False
        self._seen[version] = None
        if len(self._seen) > self._remembered:
            del self._seen[next(iter(self._seen))]
        return True
