"""
What do the records of a stream look like?

`python -m tasks.try_stream books_bills` starts the offline Zoho, reads the stream from it with the real connector, and
prints a few records, with the calls that they took.
"""

from __future__ import annotations

import json
import logging
from typing import Any

import rich_click as click
from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, Type
from rich.console import Console

from source_zoho.emulator import Emulator
from source_zoho.source import SourceZoho

UNHURRIED = 100_000


def records_of(stream: str, size: int | None = None) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the records of *stream* and the paths that were called for them; *size* sets the length of its list."""
    sizes = {stream.removeprefix("books_"): size} if size else {}
    with Emulator(size="small", sizes=sizes, calls_per_minute=UNHURRIED, calls_per_day=10**9) as zoho:
        config = zoho.config(products=[stream.partition("_")[0]], calls_per_minute=UNHURRIED)
        source = SourceZoho(_catalog(stream), config)
        messages = AirbyteEntrypoint(source).read(source.spec(source.logger), config, _catalog(stream), [])
        found = [message.record.data for message in messages if message.type is Type.RECORD and message.record]
        return found, [f"{call.method} {call.path} {call.query}" for call in zoho.calls.log]


def _catalog(stream: str) -> Any:
    declared = {"name": stream, "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]}
    chosen = {"stream": declared, "sync_mode": "incremental", "destination_sync_mode": "append"}
    return ConfiguredAirbyteCatalogSerializer.load({"streams": [chosen]})


@click.command(help=__doc__)
@click.argument("stream")
@click.option("--show", default=3, show_default=True, help="How many records to print.")
@click.option("--size", type=int, help="How long the list is in the offline Zoho.")
def main(stream: str, show: int, size: int | None) -> None:
    """Read and print."""
    logging.disable(logging.INFO)  # the protocol's own messages are for platforms
    records, calls = records_of(stream, size)
    out = Console()
    for record in records[:show]:
        out.print_json(json.dumps(record))
    out.print(f"{len(records)} records of {stream} for {len(calls)} calls:")
    for call in calls:
        out.print(f"  {call}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
