"""
How many webhooks does the receiver acknowledge in a second, with a commit for each and with a commit for all that wait?

Each line is a receiver in a process of its own and a sender with 64 connections, on one machine and in one run. Both
stores write to disk at each commit; the lines with a slower disk add two milliseconds to each.

    python -m bench.webhooks --seconds 8 --rounds 3
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import rich_click as click
from rich.console import Console
from rich.table import Table

from bench.webhook_load import CONNECTIONS, Load, Sent, send
from integration_tests.webhooks.postgres import a_server
from integration_tests.webhooks.receiving import BOOKS, SECRET, served
from source_zoho.cli.terminal import terminate_like_interrupt
from source_zoho.webhooks.writer import MOST_IN_A_BATCH
from tasks.stream_table import refreshed

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
MARKER = "webhooks acknowledged"
_SLOWER_MS = 2
_HEADINGS = ("Store", "Commits", "Acknowledged a second", "Rounds", "p50", "p99", "Events in a commit")


@dataclass(frozen=True)
class Way:
    """A store, what its disk takes longer, and how many events may share a commit."""

    store: str
    slower_ms: int
    most_in_a_batch: int

    @property
    def words(self) -> tuple[str, str]:
        """Return how the table calls it."""
        slower = f", disk slower by {self.slower_ms} ms" if self.slower_ms else ""
        return f"{self.store}{slower}", "in groups" if self.most_in_a_batch > 1 else "one by one"


WAYS = [
    Way(store, slower_ms, most)
    for store, slower_ms in (("SQLite", 0), ("SQLite", _SLOWER_MS), ("PostgreSQL", 0), ("PostgreSQL", _SLOWER_MS))
    for most in (1, MOST_IN_A_BATCH)
]


@dataclass(frozen=True)
class Measured:
    """What came of one round of a way."""

    sent: Sent
    events_in_a_commit: float


@contextmanager
def stores() -> Iterator[dict[str, Iterator[str]]]:
    """Give the block addresses of empty stores without end, by their kind."""
    with terminate_like_interrupt(), tempfile.TemporaryDirectory() as folder, a_server(durable=True) as postgres:
        files = (f"sqlite:///{folder}/{time.monotonic_ns()}.db" for _ in iter(int, 1))
        databases = (postgres.new_database() for _ in iter(int, 1))
        yield {"SQLite": files, "PostgreSQL": databases}


def measure(way: Way, store_url: str, seconds: float) -> Measured:
    """Send for *seconds* to a receiver of that way, after a second to warm up."""
    command = [sys.executable, "-m", "bench.webhook_receiver", store_url, str(way.most_in_a_batch), str(way.slower_ms)]
    with served(store_url, command=command) as receiver:
        load = Load(receiver.address, BOOKS, SECRET)
        send(load, first=10**9, seconds=1)
        commits, events = (receiver.metric(f"batch_events_{what}") for what in ("count", "sum"))
        sent = send(load, seconds=seconds)
        commits, events = receiver.metric("batch_events_count") - commits, receiver.metric("batch_events_sum") - events
        receiver.stop()
    if sent.others:
        raise click.ClickException(f"{way.words} answered with other statuses, too: {dict(sent.others)}")
    return Measured(sent, events / commits)


def cells(way: Way, rounds: Sequence[Measured]) -> list[str]:
    """Return the line of *way*: medians, and between which figures the rounds were."""
    rates = [each.sent.a_second for each in rounds]
    return [
        *way.words,
        f"{median(rates):,.0f}",
        f"{min(rates):,.0f} to {max(rates):,.0f}",
        *(f"{median(each.sent.percentile(share) for each in rounds) * 1000:,.0f} ms" for share in (50, 99)),
        f"{median(each.events_in_a_commit for each in rounds):,.1f}",
    ]


def sync_ms(folder: Path) -> float:
    """Return how long this disk takes to write a page of 4 KB for good, the median of many."""
    taken = []
    with (folder / "page").open("wb", buffering=0) as file:
        for _ in range(200):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - began)
    return median(taken) * 1000


def as_markdown(lines: Sequence[Sequence[str]], disk_ms: float) -> Iterator[str]:
    """Yield the table in Markdown."""
    yield f"| {' | '.join(_HEADINGS)} |"
    yield f"| --- | --- |{' ---: |' * (len(_HEADINGS) - 2)}"
    yield from (f"| {' | '.join(line)} |" for line in lines)
    yield ""
    yield f"Writing a page of 4 KB for good took this disk {disk_ms:.2f} ms."


@click.command(help=__doc__)
@click.option("--seconds", default=8.0, show_default=True, help="How long to send in each round.")
@click.option("--rounds", default=3, show_default=True, help="How often; the ways take turns.")
@click.option("--write", is_flag=True, help="Write the table into docs/benchmarks.md.")
def main(seconds: float, rounds: int, write: bool) -> None:
    """Measure, print and perhaps write."""
    console = Console(stderr=True, highlight=False)
    measured: dict[Way, list[Measured]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder, stores() as addresses:
        disk_ms = sync_ms(Path(folder))
        for _ in range(rounds):
            for way in WAYS:
                measured[way].append(measure(way, next(addresses[way.store]), seconds))
                console.print(" ".join(cells(way, measured[way][-1:])))
    lines = [cells(way, each) for way, each in measured.items()]
    table = Table(title=f"Webhooks acknowledged over {CONNECTIONS} connections")
    for place, heading in enumerate(_HEADINGS):
        table.add_column(heading, justify="left" if place < 2 else "right")
    for line in lines:
        table.add_row(*line)
    Console().print(table)
    if write:
        written = list(as_markdown(lines, disk_ms))
        PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8"), MARKER, written), encoding="utf-8")


if __name__ == "__main__":
    main()
