"""What did each stream read and cost, and how does that look as a table?"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from rich import box
from rich.style import StyleType
from rich.table import Table
from rich.text import Text

from source_zoho.ledger import Bill

SIGN_IN = "(sign-in)"
OTHER_CALLS = "(other calls)"


@dataclass(frozen=True)
class Run:
    """One read: the rows that each stream sent, and the API calls made for each stream."""

    rows: Mapping[str, int]
    calls: Mapping[str, int]

    def of(self, streams: Iterable[str]) -> tuple[int, int]:
        """Return how many rows *streams* sent, and how many calls they took."""
        names = list(streams)
        return sum(self.rows.get(name, 0) for name in names), sum(self.calls.get(name, 0) for name in names)

    @property
    def total(self) -> tuple[int, int]:
        """Return how many rows were sent, and how many calls were made for anything."""
        return sum(self.rows.values()), sum(self.calls.values())


def calls_by_stream(bill: Bill, sign_ins: int) -> dict[str, int]:
    """Return how many calls *bill* has for each stream, and under names in brackets the rest, with *sign_ins*."""
    calls = Counter({SIGN_IN: sign_ins}) if sign_ins else Counter[str]()
    for place, cost in bill.costs.items():
        calls[OTHER_CALLS if place.stream.startswith("(") else place.stream] += cost.calls
    return dict(calls)


def table(first: Run, second: Run, incremental: Collection[str]) -> Table:
    """Return the table of both runs: the incremental streams, those read whole every time, and the sums."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column("stream", overflow="fold")
    for heading in ("rows\n1st run", "rows\n2nd run", "API calls\n1st run", "API calls\n2nd run"):
        shown.add_column(heading, justify="right", no_wrap=True)
    streams = sorted(first.rows)
    for title, names in (
        ("incremental streams", [name for name in streams if name in incremental]),
        ("streams read whole", [name for name in streams if name not in incremental]),
    ):
        for name in names:
            _add(shown, Text(name), first.of([name]), second.of([name]))
        shown.add_section()
        _add(shown, Text(title, "bold"), first.of(names), second.of(names))
        shown.add_section()
    for name in (SIGN_IN, OTHER_CALLS):
        if name in first.calls or name in second.calls:
            _add(shown, Text(name), first.of([name]), second.of([name]))
    _add(shown, Text("total", "bold"), first.total, second.total)
    return shown


def _add(shown: Table, name: Text, first: tuple[int, int], second: tuple[int, int]) -> None:
    cells = (first[0], second[0], first[1], second[1])
    shown.add_row(name, *(_number(value, name.style) for value in cells))


def result_table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> Table:
    """Return the answer to a query; numbers to the right."""
    answer = [tuple(row) for row in rows]
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(headings):
        numeric = not any(isinstance(row[place], str) for row in answer)
        shown.add_column(heading, justify="right" if numeric else "left")
    for row in answer:
        shown.add_row(*map(_cell, row))
    return shown


def _cell(value: object) -> str:
    if value is None:
        return "NULL"
    return f"{value:,}" if isinstance(value, int | Decimal) else str(value)


def _number(value: int, style: StyleType) -> Text:
    # A zero says "nothing to do here": it steps back so that the rest stands out.
    return Text(f"{value:,}", "dim" if value == 0 else style)
