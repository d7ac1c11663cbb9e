"""
How many calls does a sync of Billing's subscriptions take, asked for each time and told by webhooks?

Reads 10,000 subscriptions of the offline Zoho three times, everything first, then with nothing changed, then after some
were edited: once without an event store, once with one that was told of the edits.

    python -m bench.webhook_calls --write
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import rich_click as click
from airbyte_cdk.models import AirbyteStateMessage
from rich.console import Console

from bench.measuring import UNHURRIED, read
from source_zoho.emulator import Emulator
from source_zoho.webhooks.event import UPDATED, Event
from source_zoho.webhooks.store import EventStore
from source_zoho.webhooks.stores import open_store
from tasks.stream_facts import manifest, streams
from tasks.stream_table import refreshed

PAGE = Path(__file__).resolve().parents[1] / "docs" / "webhooks.md"
MARKER = "calls with and without events"
STREAM, ID = "billing_subscriptions", "subscription_id"
SYNCS = ("everything, the first time", "nothing changed", "{changed} changed")


@dataclass(frozen=True)
class Told:
    """A receiver that has been listening for long, and what it was told."""

    store: EventStore
    organization_id: str

    def begin(self, record_id: str) -> None:
        """Let somebody have been listening since days ago, and have heard of an edit then."""
        now = datetime.now(UTC)
        self.store.beat("a receiver", now - timedelta(days=2))
        self.store.beat("a receiver", now + timedelta(hours=1))
        self.of(record_id, now - timedelta(days=1))

    def of(self, record_id: str, received_at: datetime) -> None:
        """Keep an event about a subscription."""
        payload = json.dumps({"subscription": {ID: record_id}})
        key = f"{record_id} {received_at.isoformat()}"
        event = Event(
            key, "billing", self.organization_id, "subscription", UPDATED, "", (record_id,), None, received_at, payload
        )
        self.store.append([event])


def calls(rows: int, changed: int, *, store_url: str = "") -> Iterator[int]:
    """Yield the calls of each sync, signing in and the list of organizations left out."""
    (about,) = [each for each in streams(manifest()) if each.name == STREAM]
    began = datetime.now(UTC) - timedelta(hours=1)
    with Emulator(sizes={STREAM: rows}, calls_per_minute=10**6, calls_per_day=10**9, now=began) as zoho:
        organization_id = zoho.organization_ids[0]
        ids = [str(row[ID]) for row in zoho.rows(STREAM, organization_id)]
        config = zoho.config(organization_ids=[organization_id], calls_per_minute=UNHURRIED)
        told = Told(open_store(store_url), organization_id) if store_url else None
        if told:
            told.begin(ids[0])
            config["webhook_store_url"] = store_url
        state: list[AirbyteStateMessage] = []
        for number in range(len(SYNCS)):
            zoho.clock.advance(seconds=600)
            for record_id in ids[:: rows // changed][:changed] if number == len(SYNCS) - 1 else ():
                zoho.edit(STREAM, organization_id, record_id, next_billing_at="2031-05-05")
                if told:
                    told.of(record_id, datetime.now(UTC))
            zoho.calls.reset()
            _, state = read(config, [about], state)
            yield sum(f"/{STREAM.removeprefix('billing_')}" in call.path for call in zoho.calls.log)
        if told:
            told.store.close()


def as_markdown(rows: int, changed: int, found: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """Yield the lines of the table."""
    yield f"| A sync of {rows:,} subscriptions | {' | '.join(found)} |"
    yield f"| --- |{' ---: |' * len(found)}"
    for number, words in enumerate(SYNCS):
        cells = " | ".join(f"{each[number]:,}" for each in found.values())
        yield f"| {words.format(changed=changed)} | {cells} |"


@click.command(help=__doc__)
@click.option("--rows", type=click.IntRange(1000), default=10_000, show_default=True, help="How many there are.")
@click.option("--changed", type=click.IntRange(1, 500), default=20, show_default=True, help="How many change.")
@click.option("--write", is_flag=True, help="Write the table into docs/webhooks.md.")
def main(rows: int, changed: int, write: bool) -> None:
    """Measure, print and perhaps write."""
    logging.disable(logging.WARNING)  # the protocol's own messages are for platforms
    with tempfile.TemporaryDirectory() as folder:
        polled = tuple(calls(rows, changed))
        told = tuple(calls(rows, changed, store_url=f"sqlite:///{folder}/events.db"))
    lines = list(as_markdown(rows, changed, {"calls by polling": polled, "calls with events": told}))
    out = Console()
    out.print("\n".join(lines), highlight=False, soft_wrap=True)
    if write:
        PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8"), MARKER, lines), encoding="utf-8")
        out.print(f"Written to {PAGE}", highlight=False)


if __name__ == "__main__":
    main()
