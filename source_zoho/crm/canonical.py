"""
What is the record of a module, the same to the byte whichever way it came?

The key of a record is ``id``; its fields follow in Zoho's order, and every one is there, null when it is empty. Lists
give whole values. Queries and files tell of some fields no more than whether they are empty, and write others in forms
that are not documented: such a value is *unsure*, and is to be read from a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from source_zoho.crm.cells import UNSURE, Reader, is_empty, reader_of
from source_zoho.crm.fields import Field
from source_zoho.crm.kinds import Kind, kind_of
from source_zoho.crm.lines import Lines
from source_zoho.crm.tags import TagReader, TagsOf
from source_zoho.crm.walk import CHANGED_AT
from source_zoho.crm.weave import Row

ABOUT, MODULE_OF_ABOUT = "What_Id", "$se_module"  # what an activity is about, and of which module that is

# Values of this class are what they should be, unless they are empty.
_RIGHT: Mapping[Kind, type] = {
    Kind.TEXT: str,
    Kind.WHOLE: int,
    Kind.NUMBER: float,
    Kind.FLAG: bool,
    Kind.NUMBER_OR_TEXT: float,
    Kind.FLAG_OR_TEXT: bool,
}


class _Nothing:
    """Is the class of no value."""


@dataclass(frozen=True, slots=True)
class Part:
    """A record of which the values of *unsure* are still to be read; they are None in *row*."""

    row: Row
    unsure: tuple[str, ...] = ()


class Canonical:
    """
    Makes records with the fields *names* out of rows of a module that has *fields*.

    *tags* gives the tags of the module; it is asked once, when a file has some.
    """

    def __init__(self, fields: Sequence[Field], names: Sequence[str], tags: TagsOf = tuple) -> None:
        described = {field.api_name: field for field in fields}
        wanted = [described.get(name) or Field(name, "", "") for name in dict.fromkeys(names) if name != "id"]
        self.fields = tuple(wanted)
        self.names = tuple(field.api_name for field in wanted)
        self._kinds = {field.api_name: kind_of(field) for field in wanted}
        self._readers = {field.api_name: reader_of(field) for field in wanted}
        self._readers |= {name: TagReader(tags) for name, kind in self._kinds.items() if kind is Kind.TAGS}
        self._columns: list[tuple[str, type, Reader]] = [
            (name, _RIGHT.get(kind, _Nothing), self._readers[name]) for name, kind in self._kinds.items()
        ]
        self._is_about = ABOUT in self._kinds
        odd = [name for name, kind in self._kinds.items() if kind is Kind.ODD]
        self.odd = (*odd, MODULE_OF_ABOUT) if self._is_about else tuple(odd)

    def from_rest(self, row: Mapping[str, Any]) -> Row:
        """Return the record of a *row* of a list; what cannot be read as its type stays as Zoho wrote it."""
        record, unsure = self._read(row)
        for name in unsure:
            record[name] = row[name]
        if self._is_about:
            record[MODULE_OF_ABOUT] = (row.get(MODULE_OF_ABOUT) or None) if record[ABOUT] else None
        return record

    def from_coql(self, row: Mapping[str, Any]) -> Part:
        """Return what the *row* of a query tells of its record; a column that is not there is empty."""
        record, unsure = self._read(row)
        return self._part(record, unsure, row.get(MODULE_OF_ABOUT))

    def csv(self, header: Sequence[str]) -> Callable[[Sequence[str]], Part]:
        """
        Return what makes records of the lines of one file, read in their order, that begins with *header*.

        Raises ValueError when the file has no ids, and so does what is returned when a line does not fit.
        """
        lines = Lines(header, self._kinds, self._readers)
        place = lines.places.get(MODULE_OF_ABOUT)

        def read(line: Sequence[str]) -> Part:
            record, unsure = lines.read(line)
            return self._part(record, unsure, None if place is None else line[place])

        return read

    @staticmethod
    def version_of(row: Mapping[str, Any]) -> str:
        """Return when *row* changed last, as it says; nothing where it does not."""
        return row.get(CHANGED_AT) or ""

    def _read(self, row: Mapping[str, Any]) -> tuple[Row, list[str]]:
        """Return the record of *row*, with the names of the fields that are unsure in it."""
        record_id = row.get("id")
        if not record_id:
            raise ValueError("a row without an id is no record")
        record: Row = {"id": record_id if record_id.__class__ is str else str(record_id)}
        unsure: list[str] = []
        for name, right, read in self._columns:
            value = row.get(name)
            if value is None or (value.__class__ is right and value):
                record[name] = value
            elif not value and is_empty(value):
                record[name] = None
            else:
                record[name] = found = read(value)
                if found is UNSURE:
                    unsure.append(name)
        return record, unsure

    def _part(self, record: Row, unsure: list[str], module: Any) -> Part:
        """Return *record* with nothing where it is unsure; *module* is that of the record that it is about."""
        for name in unsure:
            record[name] = None
        if self._is_about:
            is_sure = ABOUT not in unsure and (bool(module) or not record[ABOUT])
            record[MODULE_OF_ABOUT] = (module or None) if is_sure and record[ABOUT] else None
            if not is_sure:
                unsure.append(MODULE_OF_ABOUT)
        return Part(record, tuple(unsure))
