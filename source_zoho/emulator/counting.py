"""What does response_option make of a list: rows, their number, the sums of their amounts?

Zoho documents five formats for invoices, and not where the answer puts the number and the sums. Here they stand in
page_context; a switch moves the number elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .refusals import invalid_value

if TYPE_CHECKING:
    from .behaviour import Behaviour
    from .collection import Collection, Handle, Row

PARAMETER = "response_option"
# format: whether it includes the rows, their number, the sums of their amounts
_FORMATS = {
    "0": (True, False, False),
    "1": (True, True, True),
    "2": (False, True, False),
    "3": (False, True, True),
    "4": (True, False, True),
}
_SUMMED = ("total", "balance")


@dataclass(frozen=True)
class Format:
    """What an answer includes."""

    option: str
    rows: bool = True
    number: bool = False
    sums: bool = False

    @property
    def counts(self) -> bool:
        """Tell whether the answer says more than the rows do."""
        return self.number or self.sums


def read_format(query: dict[str, str], behaviour: Behaviour) -> Format:
    """Return what a list call asks for; whether the list takes the parameter at all is settled before."""
    option = query.get(PARAMETER)
    if option is None or behaviour.response_option == "ignore":
        return Format("0")
    if option not in _FORMATS:
        raise invalid_value(PARAMETER)
    return Format(option, *_FORMATS[option])


def counted(asked: Format, behaviour: Behaviour, number: int, sums: Row) -> tuple[Row, Row]:
    """Return what the format adds to the answer itself, and what to its page_context."""
    context: Row = {PARAMETER: int(asked.option), **(sums if asked.sums else {})}
    if not asked.number:
        return {}, context
    place, _, name = behaviour.count_at.rpartition(".")
    return ({}, {**context, name: number}) if place == "page_context" else ({name: number}, context)


def sums_of(collection: Collection, handles: Iterable[Handle]) -> Row:
    """Return the sums of the amounts that the rows have."""
    names = [name for name in _SUMMED if name in collection.resource.fields]
    cents = dict.fromkeys(names, 0)
    for handle in handles:
        for name in names:
            cents[name] += round(float(str(collection.value(handle, name) or 0)) * 100)
    return {f"sum_{name}": amount / 100 for name, amount in cents.items()}
