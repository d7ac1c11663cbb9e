"""
Does every record of a very long, wide module come out once and whole while people edit it?

Reads a module of 120 fields from the offline Zoho, which has Zoho's own limits, while some records are edited between
the pages, and compares ids and fields with what Zoho holds. Reading 250,000 records takes some minutes.

    python -m bench.long_module --rows 250000
"""

from __future__ import annotations

import logging
import random
import time
from collections import Counter

import rich_click as click
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, Type
from rich.console import Console

from source_zoho.emulator import Emulator
from source_zoho.source import SourceZoho

_MODULE, _STREAM, _FIELDS = "Very_Long", "crm_very_long", 120
_PATH = f"/crm/v8/{_MODULE}"
_CALLS_BETWEEN_EDITS, _EDITS_AT_A_TIME, _SECONDS_BETWEEN_EDITS = 7, 3, 2


class Editor:
    """Edits some records of the module now and then while it is read."""

    def __init__(self, zoho: Emulator) -> None:
        self._ids = zoho.crm.ids(_MODULE)
        self._choice = random.Random(7)
        self.edited: set[str] = set()

    def edit_later(self, zoho: Emulator) -> None:
        """Edit some records, and do so again after some calls."""
        zoho.on_call(_CALLS_BETWEEN_EDITS, self._edit, path=_PATH)

    def _edit(self, zoho: Emulator) -> None:
        for record_id in self._choice.sample(self._ids, _EDITS_AT_A_TIME):
            zoho.crm.edit(_MODULE, record_id)
            self.edited.add(record_id)
        zoho.clock.advance(_SECONDS_BETWEEN_EDITS)
        self.edit_later(zoho)


def read(zoho: Emulator) -> tuple[Counter[str], int]:
    """Return how often each id came, and how many records lacked a field."""
    logging.disable(logging.WARNING)  # the protocol's own messages are for platforms
    config = zoho.config(products=["crm"])
    stream = {"name": _STREAM, "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]}
    chosen = {"stream": stream, "sync_mode": "incremental", "destination_sync_mode": "append"}
    catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [chosen]})
    fields = {"id", *zoho.crm.listed_fields(_MODULE)}
    ids: Counter[str] = Counter()
    torn = 0
    for message in SourceZoho(catalog=catalog, config=config).read(logging.getLogger("airbyte"), config, catalog, []):
        if message.type is Type.RECORD and message.record:
            ids[message.record.data["id"]] += 1
            torn += not fields <= message.record.data.keys()
    return ids, torn


@click.command(help=__doc__)
@click.option("--rows", default=250_000, show_default=True, help="How many records the module has.")
@click.option("--tokens", type=click.Choice(["keyset", "offset"]), default="keyset", show_default=True)
def main(rows: int, tokens: str) -> None:
    """Read, compare and print."""
    with Emulator(crm_edition="ultimate", crm_credits=10**9) as zoho:
        zoho.crm.add_module(_MODULE, fields=_FIELDS, rows=rows)
        zoho.crm.behave(_MODULE, token_style=tokens)
        editor, there = Editor(zoho), set(zoho.crm.ids(_MODULE))
        editor.edit_later(zoho)
        began = time.monotonic()
        ids, torn = read(zoho)
        seconds, calls = time.monotonic() - began, zoho.calls.by_path[_PATH]
    missing, doubles = len(there - ids.keys()), sum(times > 1 for times in ids.values())
    out = Console()
    out.print(f"{len(ids):,} records of {_FIELDS} fields in {seconds:.0f} s and {calls:,} calls of the list")
    out.print(f"{len(editor.edited):,} edited meanwhile; missing {missing}, twice {doubles}, not whole {torn}")
    if missing or doubles or torn:
        raise click.ClickException("not every record came out once and whole.")


if __name__ == "__main__":
    main()
