"""
Which lines does a report have?

A report is a tree of sections: names, totals, and under some key the sections or accounts below. Its keys differ from
report to report and are documented nowhere, so a line is told by its shape, and what nobody expected stays with its
line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

SEPARATOR = " > "

# What a line may be called, the best first. Ageing names its contacts, and one edition its accounts.
_NAMES = (
    "name",
    "account_name",
    "customer_name",
    "vendor_name",
    "contact_name",
    "section_name",
    "total_label",
    "account_type",
)
_IDS = ("account_id", "account_code")
# Lists and objects under these keys are the cells of their line, not lines below it.
_CELLS = ("values", "intervals")
_EARLIER_CELLS = "previous_"


@dataclass(frozen=True)
class Line:
    """
    One line of a report.

    ``depth`` counts from 0, ``path`` are the names from the outermost section to this line, and ``section`` is the name
    of the section around it. A line with lines below it ``is_section``: its total already contains theirs. ``values``
    has everything else that Zoho says about the line.
    """

    number: int
    depth: int
    path: str
    section: str | None
    name: str
    is_section: bool
    account_id: str | None
    account_code: str | None
    total: Any
    values: dict[str, Any] = field(default_factory=dict)


def lines(report: Any) -> Iterator[Line]:
    """
    Yield the lines of *report* from top to bottom, a section before what it contains, numbered from 1.

    *report* is a section, a list of them, or an object that has such under any key. Its own values, if it has any, come
    last, as a line of their own.
    """
    numbers = count(1)
    if isinstance(report, Mapping):
        cells, below = _parted(report)
        yield from _each(below, (), numbers)
        if cells:
            yield _line("", cells, (), numbers, is_section=False)
    elif isinstance(report, list):
        yield from _each([("", section) for section in report], (), numbers)


def _each(found: list[tuple[str, Any]], above: tuple[str, ...], numbers: Iterator[int]) -> Iterator[Line]:
    for key, section in found:
        yield from _of(key, section, above, numbers)


def _of(key: str, section: Any, above: tuple[str, ...], numbers: Iterator[int]) -> Iterator[Line]:
    """Yield the line of *section*, which stands under *key*, and those below it."""
    if not isinstance(section, Mapping):
        yield _line(key, {"value": section}, above, numbers, is_section=False)
        return
    cells, below = _parted(section)
    line = _line(key, cells, above, numbers, is_section=bool(below))
    yield line
    yield from _each(below, (*above, line.name), numbers)


def _line(key: str, cells: dict[str, Any], above: tuple[str, ...], numbers: Iterator[int], *, is_section: bool) -> Line:
    named = next((each for each in _NAMES if isinstance(cells.get(each), str) and cells[each].strip()), None)
    name = str(cells[named]) if named else key
    ids = {each: _text(cells.get(each)) for each in _IDS if not isinstance(cells.get(each), list | dict)}
    placed = {"total", *ids, *(["name"] if named == "name" else [])}
    return Line(
        number=next(numbers),
        depth=len(above),
        path=SEPARATOR.join((*above, name)),
        section=above[-1] if above else None,
        name=name,
        is_section=is_section,
        account_id=ids.get("account_id"),
        account_code=ids.get("account_code"),
        total=cells.get("total"),
        values={each: value for each, value in cells.items() if each not in placed},
    )


def _parted(section: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """Return the cells of *section*, and what stands below it with the key that it stands under."""
    cells: dict[str, Any] = {}
    below: list[tuple[str, Any]] = []
    for key, value in section.items():
        if _holds_lines(key, value):
            below += [(key, each) for each in (value if isinstance(value, list) else [value])]
        elif value not in ([], {}):
            cells[key] = value
    return cells, below


def _holds_lines(key: str, value: Any) -> bool:
    """Tell whether *value* is a section or a list of them, rather than a cell of the line that it belongs to."""
    if key in _CELLS or key.startswith(_EARLIER_CELLS):
        return False
    if isinstance(value, list):
        return any(isinstance(each, Mapping) for each in value)
    return isinstance(value, Mapping) and (
        "total" in value
        or any(isinstance(value.get(name), str) for name in _NAMES)
        or any(_holds_lines(name, each) for name, each in value.items())
    )


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)
