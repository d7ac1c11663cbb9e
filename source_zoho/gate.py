"""
How many calls of CRM may be under way at a time, and who goes next?

Zoho counts calls in flight for each organization and application: 5 to 25 by edition, and in every edition no more than
10 of those that weigh on it, such as sorted lists, queries and composite calls
(https://www.zoho.com/crm/developer/docs/api/v8/api-limits.html).
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

UNTIL_THE_EDITION_IS_KNOWN = 10
_LIMITED_CALLS = 10


@dataclass(eq=False)
class _Turn:
    """A call that waits, or is under way."""

    units: int
    limited: bool


class Gate:
    """
    Lets calls go in the order in which they came; safe to use from many threads.

    A thread has one call under way at most: it enters before, and leaves when the answer is there or has failed.
    """

    def __init__(self, limit: int = UNTIL_THE_EDITION_IS_KNOWN) -> None:
        self._limit = limit
        self._waiting: deque[_Turn] = deque()
        self._inside: dict[int, _Turn] = {}
        self._changed = threading.Condition()

    @property
    def limit(self) -> int:
        """How many units may be under way."""
        return self._limit

    @limit.setter
    def limit(self, value: int) -> None:
        with self._changed:
            self._limit = max(value, 1)
            self._changed.notify_all()

    @property
    def under_way(self) -> int:
        """How many units are under way now."""
        with self._changed:
            return sum(each.units for each in self._inside.values())

    def enter(self, units: int = 1, *, limited: bool = False) -> None:
        """Return when a call that counts as *units* may go; *limited* ones share a smaller number of places."""
        self.leave()  # a redirect is sent while the first answer is still held
        turn = _Turn(units, limited)
        with self._changed:
            self._waiting.append(turn)
            try:
                self._changed.wait_for(lambda: self._may_go(turn))
                turn.units = self._needed(turn)
                self._inside[threading.get_ident()] = turn
            finally:
                self._waiting.remove(turn)
                self._changed.notify_all()

    def leave(self) -> None:
        """Give back what this thread holds, if anything."""
        with self._changed:
            if self._inside.pop(threading.get_ident(), None):
                self._changed.notify_all()

    def _may_go(self, turn: _Turn) -> bool:
        """Tell whether *turn* has room, and none before it could use the same room."""
        for earlier in self._waiting:
            if earlier is turn:
                return self._has_room(turn)
            if turn.limited or not earlier.limited or self._has_limited_room(earlier):
                return False
        return False

    def _has_room(self, turn: _Turn) -> bool:
        taken = sum(each.units for each in self._inside.values())
        return taken + self._needed(turn) <= self._limit and (not turn.limited or self._has_limited_room(turn))

    def _has_limited_room(self, turn: _Turn) -> bool:
        taken = sum(each.units for each in self._inside.values() if each.limited)
        return taken + self._needed(turn) <= _LIMITED_CALLS

    def _needed(self, turn: _Turn) -> int:
        """Return the units of *turn*, or all there are when it counts as more: it would never go otherwise."""
        return min(turn.units, self._limit, _LIMITED_CALLS if turn.limited else turn.units)
