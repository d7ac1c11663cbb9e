"""
Is an event ever lost that the receiver has acknowledged, when it is killed under load?

Sends over 64 connections to the real command, kills it with -9 after some hundred or thousand acknowledgements, starts
it again on the same store, and so on. In the end every acknowledged event has to be in the store, once.

    python -m bench.kill_receiver --rounds 20
"""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import rich_click as click
from rich.console import Console

from bench.webhook_load import Load, send
from bench.webhooks import stores
from integration_tests.webhooks.receiving import BOOKS, SECRET, served
from source_zoho.cli.webhooks_reading import events_after
from source_zoho.webhooks.store import EventStore
from source_zoho.webhooks.stores import open_store
from tasks.stream_table import refreshed

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
MARKER = "webhooks killed"
_FEWEST, _MOST = 200, 3000  # acknowledgements before a kill
_A_ROUND = 10**6  # numbers apart
_HEADINGS = ("Store", "Kills", "Acknowledged", "In the store", "Twice", "Acknowledged but lost")


@dataclass(frozen=True)
class Outcome:
    """What was acknowledged in all rounds, and what the store has in the end."""

    store: str
    kills: int
    acknowledged: frozenset[int]
    kept: Sequence[int]

    @property
    def lost(self) -> int:
        """Return how many events were acknowledged and are not there."""
        return len(self.acknowledged - set(self.kept))

    @property
    def cells(self) -> list[str]:
        """Return the line of the table."""
        twice = len(self.kept) - len(set(self.kept))
        numbers = (self.kills, len(self.acknowledged), len(self.kept), twice, self.lost)
        return [self.store, *(f"{number:,}" for number in numbers)]


def killed(store: str, store_url: str, rounds: int, chance: random.Random) -> Outcome:
    """Kill the receiver that keeps events at *store_url* so many times."""
    acknowledged: set[int] = set()
    for round_ in range(rounds):
        acknowledged.update(_until_killed(store_url, round_ * _A_ROUND, chance.randint(_FEWEST, _MOST)))
    with open_store(store_url) as kept:
        return Outcome(store, rounds, frozenset(acknowledged), list(_numbers(kept)))


def _until_killed(store_url: str, first: int, enough: int) -> list[int]:
    with served(store_url) as receiver:

        def kill(acknowledged: int) -> None:
            if acknowledged == enough:
                receiver.process.send_signal(signal.SIGKILL)

        sent = send(Load(receiver.address, BOOKS, SECRET), first=first, on_acknowledged=kill)
        if receiver.process.wait() != -signal.SIGKILL:
            raise click.ClickException("The receiver ended before it was killed.")
    return sent.acknowledged


def _numbers(store: EventStore) -> Iterator[int]:
    for each in events_after(store, 0, "books", rows=10_000):
        yield int(each.event.record_ids[0])


def as_markdown(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield the table in Markdown."""
    yield f"| {' | '.join(_HEADINGS)} |"
    yield f"| --- |{' ---: |' * (len(_HEADINGS) - 1)}"
    yield from (f"| {' | '.join(outcome.cells)} |" for outcome in outcomes)


@click.command(help=__doc__)
@click.option("--rounds", default=20, show_default=True, help="How often to kill, with each store.")
@click.option("--seed", default=7, show_default=True, help="The same seed kills after the same numbers.")
@click.option("--write", is_flag=True, help="Write the table into docs/benchmarks.md.")
def main(rounds: int, seed: int, write: bool) -> None:
    """Kill, count, print and perhaps write; fail when anything was lost."""
    with stores() as addresses:
        outcomes = [killed(store, next(urls), rounds, random.Random(seed)) for store, urls in addresses.items()]
    written = list(as_markdown(outcomes))
    for line in written:
        Console().print(line, highlight=False, soft_wrap=True)
    if write:
        PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8"), MARKER, written), encoding="utf-8")
    if any(outcome.lost for outcome in outcomes):
        raise click.ClickException("Acknowledged events were lost.")


if __name__ == "__main__":
    main()
