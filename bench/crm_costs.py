"""
What does reading CRM cost: credits, calls, processor time, and the patience of whoever waits for discover?

Reads from the offline Zoho with the real command: one wide module in full, then with nothing changed, then with one
record in a hundred changed; the same number of records in one group of fields, to see what joining groups costs; and
forty modules with nothing changed. Discover is timed with an answer that takes a fifth of a second.

    python -m bench.crm_costs --rows 100000
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from bench.crm_table_top import Cost, Module, table_top
from tasks.stream_table import refreshed

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
MARKER = "costs of CRM"
_FIELDS, _FIELDS_OF_ONE_GROUP = 120, 48
_IN_A_CALL, _IN_A_PAGE = 50, 200
_HEADINGS = ("", "Records", "Calls", "Credits", "At least", "Seconds", "Processor seconds", "Peak memory")


@dataclass(frozen=True)
class Line:
    """One line of the table: what was done, what it took, and the fewest credits by Zoho's documents."""

    words: str
    cost: Cost
    fewest: int


def wide(rows: int) -> Iterator[Line]:
    """Yield what a module of *rows* records and 120 fields takes, and the same with the fields of one call."""
    wide, narrow = Module("Wide_Costs", _FIELDS, rows), Module("Narrow_Costs", _FIELDS_OF_ONE_GROUP, rows)
    groups, pages = math.ceil(_FIELDS / _IN_A_CALL), math.ceil(rows / _IN_A_PAGE)
    asked_anyway = 3  # the organization, its modules, the module's fields
    with table_top(wide, narrow) as zoho:
        zoho.discover()
        first = zoho.read(wide.stream, crm_transport="rest")
        yield Line(f"{rows:,} records of {_FIELDS} fields", first, groups * pages + asked_anyway)
        yield Line(
            "the same, nothing changed", zoho.read(wide.stream, state=True, crm_transport="rest"), 1 + asked_anyway
        )
        zoho.edit(wide, 1)
        changed = groups * math.ceil(rows / 100 / _IN_A_PAGE)
        yield Line(
            "the same, 1 % changed", zoho.read(wide.stream, state=True, crm_transport="rest"), changed + asked_anyway
        )
        yield Line(
            f"{rows:,} records of {_FIELDS_OF_ONE_GROUP} fields",
            zoho.read(narrow.stream, crm_transport="rest"),
            pages + asked_anyway,
        )


def many() -> Iterator[Line]:
    """Yield what forty modules take when nothing changed, with the deletions of those that tell."""
    modules = [Module(f"Idle_{number}", 30, 40) for number in range(1, 41)]
    with table_top(*modules) as zoho:
        zoho.discover()
        streams = [*(module.stream for module in modules), "crm_deleted_records"]
        zoho.read(*streams, crm_transport="rest")
        told = sum(path.endswith("/deleted") for path in zoho.paths())
        anyway = 2 + math.ceil(len(modules) / 5)
        yield Line(
            "40 modules and the deletions of all, nothing changed",
            zoho.read(*streams, state=True, crm_transport="rest"),
            len(modules) + 2 * told + anyway,
        )


def patience(modules: int, away_seconds: float) -> Iterator[Line]:
    """Yield what discover takes with *modules* modules more than usual, the answers *away_seconds* away."""
    made = [Module(f"Some_{number}", 40, 1) for number in range(modules)]
    with table_top(*made, away_seconds=away_seconds) as zoho:
        cost = zoho.discover()
        described = zoho.described_modules()
        words = f"discover, {described} modules, answers after {away_seconds} s"
        yield Line(words, cost, 1 + math.ceil(described / 5))


def as_markdown(lines: Sequence[Line]) -> Iterator[str]:
    """Yield the lines of the table in Markdown."""
    yield f"| {' | '.join(_HEADINGS)} |"
    yield f"| --- |{' ---: |' * (len(_HEADINGS) - 1)}"
    for line in lines:
        yield f"| {' | '.join(_cells(line))} |"


def _cells(line: Line) -> list[str]:
    cost = line.cost
    return [
        line.words,
        f"{cost.records:,}",
        f"{cost.calls:,}",
        f"{cost.credits:,}",
        f"{line.fewest:,}",
        f"{cost.seconds:.1f}",
        f"{cost.processor_seconds:.1f}",
        f"{cost.peak_megabytes:.0f} MB",
    ]


@click.command(help=__doc__)
@click.option("--rows", default=100_000, show_default=True, help="How many records the long modules have.")
@click.option("--modules", default=26, show_default=True, help="How many modules to discover beside the usual ones.")
@click.option("--away", default=0.2, show_default=True, help="How many seconds an answer takes on discover.")
@click.option("--write", is_flag=True, help="Write the table into docs/benchmarks.md.")
def main(rows: int, modules: int, away: float, write: bool) -> None:
    """Measure, print and perhaps write."""
    lines: list[Line] = []
    for part in (wide(rows), many(), patience(modules, away)):
        for line in part:
            Console(stderr=True).print(f"{line.words}: done", highlight=False)
            lines.append(line)
    table = Table(title="What reading CRM costs")
    for heading in _HEADINGS:
        table.add_column(heading, justify="left" if not heading else "right")
    for line in lines:
        table.add_row(*_cells(line))
    Console().print(table)
    if write:
        PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8"), MARKER, list(as_markdown(lines))), encoding="utf-8")


if __name__ == "__main__":
    main()
