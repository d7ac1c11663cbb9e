"""What do the lines of a CSV file say about the fields of a record, whose values are all text there?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from source_zoho.crm.cells import UNSURE, Reader
from source_zoho.crm.kinds import Kind
from source_zoho.crm.weave import Row

_IDS = "id", "Id", "ID"
_FLAGS = frozenset({Kind.FLAG, Kind.FLAG_OR_TEXT})


class Lines:
    """
    Reads the lines below *header*; *kinds* are those of the fields, and *readers* what reads a value of each.

    It learns while it reads, so that it serves for one file, from the first line to the last. Raises ValueError when
    the file has no ids.
    """

    def __init__(self, header: Sequence[str], kinds: Mapping[str, Kind], readers: Mapping[str, Reader]) -> None:
        self.places = {name: place for place, name in reversed(list(enumerate(header)))}
        self._width = len(header)
        self._place_of_id = self._find_id()
        there = [(name, self.places[name]) for name in kinds if name in self.places]
        self._missing = [name for name in kinds if name not in self.places]
        self._blank: Row = {"id": None, **dict.fromkeys(kinds)}
        # What is read by the same few steps stands together: a file may have millions of lines.
        texts = [column for column in there if kinds[column[0]] is Kind.TEXT]
        flags = [column for column in there if kinds[column[0]] in _FLAGS]
        self._texts = texts
        self._flags = [(name, place, _Flags(readers[name])) for name, place in flags]
        self._others = [(name, place, readers[name]) for name, place in there if (name, place) not in {*texts, *flags}]

    def read(self, line: Sequence[str]) -> tuple[Row, list[str]]:
        """Return the record of *line* and the names of its unsure fields, which may hold anything."""
        if len(line) != self._width or not line[self._place_of_id]:
            raise ValueError(f"a line of {len(line)} values where {self._width} belong, or one without an id")
        record, unsure = self._blank.copy(), self._missing.copy()
        record["id"] = line[self._place_of_id]
        for name, place in self._texts:
            record[name] = line[place] or None
        for name, place, read in self._others:
            if line[place]:
                record[name] = value = read(line[place])
                if value is UNSURE:
                    unsure.append(name)
        for name, place, flag in self._flags:
            record[name] = value = flag.read(line[place])
            if value is UNSURE:
                unsure.append(name)
        return record, unsure

    def _find_id(self) -> int:
        for name in _IDS:
            if name in self.places:
                return self.places[name]
        raise ValueError("the file has no column with the ids of its records")


class _Flags:
    """Reads a column of yes and no: an empty text may be a "no", until the column has shown how it writes that."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._shows_no = False

    def read(self, text: str) -> Any:
        """Return what *text* says."""
        if not text:
            return None if self._shows_no else UNSURE
        said = self._read(text)
        self._shows_no = self._shows_no or said is False
        return said
