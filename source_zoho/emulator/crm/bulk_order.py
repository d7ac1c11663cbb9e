"""Which records go into the file of a bulk job, and in which order?

Bulk jobs know no order, so the emulator's is none that anybody would guess. It depends on nothing but a record's
number: whatever is added or deleted between two jobs, the second goes on where the first ended.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass

from .order import Order

Kept = Callable[[list[int]], list[int]]
_BATCH = 4_096
_SMALLEST_BITS = 8


class Scramble:
    """A shuffle of the numbers of a module that needs no memory: a multiplication, and the one that undoes it."""

    def __init__(self, size: int) -> None:
        """Shuffle the numbers below the next power of two; those behind it, of records added later, come last."""
        self.size = 1 << max(_SMALLEST_BITS, size.bit_length())
        self._step = int(self.size * 0.618_033_988) | 1
        self._back = pow(self._step, -1, self.size)

    def place(self, number: int) -> int:
        """Return where a record stands."""
        return number * self._step % self.size if number < self.size else number

    def number(self, place: int) -> int:
        """Return the record at a place."""
        return place * self._back % self.size if place < self.size else place


@dataclass(frozen=True)
class Chosen:
    """The records of one job, the place of the last one, and whether others come behind it."""

    numbers: array[int]
    last_place: int
    more: bool


def chosen(order: Order, scramble: Scramble, kept: Kept, *, after: int, skip: int, most: int) -> Chosen:
    """Return at most *most* records behind the place *after*, once *skip* of them have gone by."""
    newest = order.numbers[-1] if len(order.numbers) else 0
    found = array("q")
    for begin in range(after + 1, max(scramble.size, newest + 1), _BATCH):
        numbers = map(scramble.number, range(begin, min(begin + _BATCH, max(scramble.size, newest + 1))))
        found.extend(kept([number for number in numbers if number in order]))
        if len(found) > skip + most:
            break
    wanted = found[skip : skip + most]
    return Chosen(wanted, scramble.place(wanted[-1]) if wanted else after, len(found) > skip + most)
