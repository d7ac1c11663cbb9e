"""In which order do the records of a module stand, and where does a page begin?

Record numbers grow with the time of creation, so the order of ids and that of creation are the same. The order of
modification is kept as sorted keys of (second, number). A change moves one key: finding it takes log n steps, moving
the rest is one copy of memory.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence

# A key is the second, then the number of the record: records that share a second go by id.
_NUMBER_BITS = 28
_NUMBER_MASK = (1 << _NUMBER_BITS) - 1


def key_of(second: int, number: int) -> int:
    """Return where a record stands in the order of modification."""
    return second << _NUMBER_BITS | number


def number_of_key(key: int) -> int:
    """Return the record that a key stands for."""
    return key & _NUMBER_MASK


class Order:
    """Records that exist, in both orders."""

    def __init__(self, numbers: Iterable[int], modified: Callable[[int], int]) -> None:
        """Take the numbers, which come sorted; the other order is made when somebody asks for it."""
        self.numbers = array("q", numbers)
        self._modified = modified
        self._keys: array[int] | None = None
        self._since: dict[int, array[int]] = {}

    @property
    def keys(self) -> array[int]:
        """Return the order of modification."""
        if self._keys is None:
            self._keys = array("q", sorted(key_of(self._modified(number), number) for number in self.numbers))
        return self._keys

    def add(self, number: int) -> None:
        """Let a record in."""
        insort(self.numbers, number)
        if self._keys is not None:
            insort(self._keys, key_of(self._modified(number), number))
        self._since.clear()

    def remove(self, number: int) -> None:
        """Take a record out; its time of modification must still be the one it came in with."""
        _drop(self.numbers, number)
        if self._keys is not None:
            _drop(self._keys, key_of(self._modified(number), number))
        self._since.clear()

    def move(self, number: int, before: int, now: int) -> None:
        """Let a record be changed *now*."""
        if self._keys is not None and number in self:
            _drop(self._keys, key_of(before, number))
            insort(self._keys, key_of(now, number))
        self._since.clear()

    def __contains__(self, number: int) -> bool:
        """Tell whether a record is there."""
        place = bisect_left(self.numbers, number)
        return place < len(self.numbers) and self.numbers[place] == number

    def first_since(self, second: int) -> int:
        """Return the place in the order of modification where the records changed since then begin."""
        return bisect_left(self.keys, key_of(second, 0))

    def numbers_since(self, second: int) -> Sequence[int]:
        """Return what was changed since then, in order of ids."""
        if second not in self._since:
            if len(self._since) > 8:
                self._since.clear()
            changed = self.keys[self.first_since(second) :]
            self._since[second] = array("q", sorted(map(number_of_key, changed)))
        return self._since[second]


def _drop(values: array[int], value: int) -> None:
    del values[bisect_left(values, value)]
