"""
What does each road to the records of a CRM module cost: credits, calls, processor time and memory?

Reads from the offline Zoho with the real command: a wide module and a long one, by lists, by queries, by Bulk Read and
by what `auto` takes. The offline Zoho has a Bulk Read job ready at the second look; a real one takes longer.

    python -m bench.crm_roads --rows 100000 --long 1000000
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from bench.crm_table_top import Cost, Module, table_top
from source_zoho.configuration import TRANSPORTS
from tasks.stream_table import refreshed

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
MARKER = "roads of CRM"
_FIELDS, _FIELDS_OF_THE_LONG_ONE = 120, 40
_HEADINGS = ("", "Transport", "Records", "Calls", "Credits", "Seconds", "Processor µs a record", "Peak memory")


@dataclass(frozen=True)
class Line:
    """One line of the table: which module, by which transport, and what it took."""

    words: str
    transport: str
    cost: Cost


def costs(module: Module) -> Iterator[Line]:
    """Yield what *module* takes by each transport."""
    words = f"{module.rows:,} records of {module.fields} fields"
    with table_top(module) as zoho:
        zoho.discover()
        for transport in TRANSPORTS:
            yield Line(words, transport, zoho.read(module.stream, crm_transport=transport))


def as_markdown(lines: Sequence[Line]) -> Iterator[str]:
    """Yield the lines of the table in Markdown."""
    yield f"| {' | '.join(_HEADINGS)} |"
    yield f"| --- | --- |{' ---: |' * (len(_HEADINGS) - 2)}"
    for line in lines:
        yield f"| {' | '.join(_cells(line))} |"


def _cells(line: Line) -> list[str]:
    cost = line.cost
    return [
        line.words,
        f"`{line.transport}`",
        f"{cost.records:,}",
        f"{cost.calls:,}",
        f"{cost.credits:,}",
        f"{cost.seconds:.0f}",
        f"{cost.processor_seconds / max(cost.records, 1) * 1_000_000:.0f}",
        f"{cost.peak_megabytes:.0f} MB",
    ]


@click.command(help=__doc__)
@click.option(
    "--rows", default=100_000, show_default=True, help="How many records the wide module has; 0 leaves it out."
)
@click.option("--long", default=1_000_000, show_default=True, help="How many the long one has; 0 leaves it out.")
@click.option("--write", is_flag=True, help="Write the table into docs/benchmarks.md.")
def main(rows: int, long: int, write: bool) -> None:
    """Measure, print and perhaps write."""
    lines: list[Line] = []
    for module in (Module("Wide_Roads", _FIELDS, rows), Module("Long_Roads", _FIELDS_OF_THE_LONG_ONE, long)):
        for line in costs(module) if module.rows else ():
            Console(stderr=True).print(" ".join(_cells(line)), highlight=False)
            lines.append(line)
    table = Table(title="What each road to the records of a module costs")
    for place, heading in enumerate(_HEADINGS):
        table.add_column(heading, justify="left" if place < 2 else "right")
    for line in lines:
        table.add_row(*_cells(line))
    Console().print(table)
    if write:
        PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8"), MARKER, list(as_markdown(lines))), encoding="utf-8")


if __name__ == "__main__":
    main()
