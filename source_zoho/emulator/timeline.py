"""When was the n-th generated record made and last changed, and which record is the n-th by that order?

Millions of records are answered for without being stored, so both questions need a formula. Records are made in the
order of their index. Changes happen in another order, shuffled inside blocks: far enough from the order of creation to
catch a reader that confuses the two, near enough that either order can be walked from any point without sorting.

Some records share a second, among them always six around every 200th: the border of a page is where ties hurt.
"""

from __future__ import annotations

from functools import cached_property
from math import gcd

PAGE = 200
BLOCK = 256


def first_of_tie(position: int) -> int:
    """Return the first of the positions that share a second with this one."""
    in_page = position % PAGE
    if in_page >= PAGE - 3:
        return position - in_page + PAGE - 3
    if in_page < 3:
        return position - in_page - 3 if position >= PAGE else position
    return position - 1 if position % 10 == 5 else position


class Timeline:
    """Creation and modification instants of *size* records between *start* and *end* (epoch seconds)."""

    def __init__(self, size: int, start: int, end: int) -> None:
        """Spread the records evenly; the last change stays before *end*."""
        self.size = size
        self._start, self._span = start, end - start
        self._block = max(1, min(BLOCK, size // 4))
        # Inside a block a record can move back by at most one block, and a tie starts at most five places earlier.
        self._shift = self._block + 6

    def created(self, index: int) -> int:
        """Return when the record was made."""
        return self._instant(first_of_tie(index))

    def modified(self, index: int) -> int:
        """Return when the record was last changed: always after it was made."""
        return self.modified_at_rank(self.raw_rank(index))

    def modified_at_rank(self, rank: int) -> int:
        """Return the modification instant of the record that comes *rank*-th in that order."""
        return self._instant(first_of_tie(rank) + self._shift)

    def index_at_rank(self, rank: int) -> int:
        """Return which record is the *rank*-th by modification; equal seconds go by index."""
        tie = self._tie(rank)
        return self._index(rank) if len(tie) == 1 else sorted(map(self._index, tie))[rank - tie.start]

    def rank_of(self, index: int) -> int:
        """Return the place of a record in the order of modification."""
        tie = self._tie(self.raw_rank(index))
        return tie.start + sorted(map(self._index, tie)).index(index)

    def first_rank_since(self, instant: int) -> int:
        """Return the first rank whose record changed at *instant* or later (size when there is none)."""
        low, high = 0, self.size
        while low < high:
            middle = (low + high) // 2
            if self.modified_at_rank(middle) >= instant:
                high = middle
            else:
                low = middle + 1
        return low

    def indexes_since(self, instant: int) -> tuple[list[int], int]:
        """
        Return the records changed at *instant* or later, in order of creation.

        They are a sorted list of single indexes, then every index from the second value on.
        """
        rank = self.first_rank_since(instant)
        border = min((rank // self._block + 1) * self._block, self.size)
        return sorted(self._index(other) for other in range(rank, border)), border

    def raw_rank(self, index: int) -> int:
        """Return a record's place before equal seconds are put in order of index."""
        start, length, factor = self._block_of(index)
        return start + ((index - start) * factor + 1) % length

    def _index(self, raw_rank: int) -> int:
        start, length, factor = self._block_of(raw_rank)
        return start + ((raw_rank - start - 1) * self._inverses[length, factor]) % length

    def _block_of(self, position: int) -> tuple[int, int, int]:
        start = position - position % self._block
        length = min(self._block, self.size - start)
        return start, length, self._factors[length]

    def _tie(self, position: int) -> range:
        """Return the positions that share a second with this one."""
        start = first_of_tie(position)
        end = start + 1
        while end < self.size and first_of_tie(end) == start:
            end += 1
        return range(start, end)

    def _instant(self, position: int) -> int:
        return self._start + position * self._span // (self.size + self._shift + 1)

    @cached_property
    def _factors(self) -> dict[int, int]:
        return {length: _factor(length) for length in (self._block, self.size % self._block) if length}

    @cached_property
    def _inverses(self) -> dict[tuple[int, int], int]:
        return {
            (length, factor): pow(factor, -1, length) if length > 1 else 0 for length, factor in self._factors.items()
        }


def _factor(length: int) -> int:
    """Return a number near the golden section of *length* that shares no divisor with it."""
    factor = max(1, int(length * 0.618))
    while gcd(factor, length) != 1:
        factor += 1
    return factor
