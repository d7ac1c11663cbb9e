"""Which records of this read have been handed out already, in little memory?"""

from __future__ import annotations

from array import array
from bisect import bisect_left

_MOST_IN_THE_SET = 50_000
_MOST_TO_MERGE = 200_000  # for a moment, sorting takes five times the memory of what is sorted
_DIGITS_THAT_FIT = 20  # in 64 bits


class Emitted:
    """
    Remembers record ids: about 8 bytes for each, since a module may have millions.

    Zoho's ids are numbers of up to 19 digits, written as text; other texts are kept as they are.
    """

    def __init__(self) -> None:
        self._recent: set[int] = set()
        self._sorted: list[array[int]] = []
        self._texts: set[str] = set()

    def __contains__(self, record_id: object) -> bool:
        if not isinstance(record_id, str):
            return False
        number = _number(record_id)
        if number is None:
            return record_id in self._texts
        return number in self._recent or any(_holds(each, number) for each in self._sorted)

    def __len__(self) -> int:
        return len(self._recent) + len(self._texts) + sum(len(each) for each in self._sorted)

    def add(self, record_id: str) -> bool:
        """Remember *record_id*, and tell whether it is new."""
        if record_id in self:
            return False
        number = _number(record_id)
        if number is None:
            self._texts.add(record_id)
            return True
        self._recent.add(number)
        if len(self._recent) >= _MOST_IN_THE_SET:
            self._put_away()
        return True

    def _put_away(self) -> None:
        """Sort the recent ids into an array, and short arrays of equal length into one: there are never many."""
        kept = array("Q", sorted(self._recent))
        self._recent = set()
        while self._sorted and len(self._sorted[-1]) <= len(kept) <= _MOST_TO_MERGE:
            kept = array("Q", sorted(self._sorted.pop() + kept))
        self._sorted.append(kept)


def _number(record_id: str) -> int | None:
    fits = len(record_id) < _DIGITS_THAT_FIT and record_id.isascii() and record_id.isdecimal()
    return int(record_id) if fits and record_id[0] != "0" else None


def _holds(numbers: array[int], number: int) -> bool:
    place = bisect_left(numbers, number)
    return place < len(numbers) and numbers[place] == number
