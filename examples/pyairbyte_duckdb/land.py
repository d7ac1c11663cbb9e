"""
How do Zoho's records get into a DuckDB file with PyAirbyte, and go on from there the next time?

python land.py --config config.json --streams books_contacts,books_invoices --database zoho.duckdb
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import airbyte
from airbyte.caches import DuckDBCache

CONNECTOR = Path(sys.executable).with_name("source-zoho")


def main() -> None:
    """Read once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True, help="the connector's configuration")
    parser.add_argument("--streams", required=True, help="names, with commas between")
    parser.add_argument("--database", type=Path, default="zoho.duckdb", help="the file to write to")
    options = parser.parse_args()
    source = airbyte.get_source(
        "source-zoho",
        config=json.loads(options.config.read_text("utf-8")),
        # The console script, not source_manifest=: with that, PyAirbyte reads everything anew each time.
        local_executable=CONNECTOR,
        streams=options.streams.split(","),
    )
    # This cache, not PostgresCache: that one reads ids as floats, and 17 digits do not fit into those.
    cache = DuckDBCache(db_path=options.database)
    whole = lists_read_whole(source)
    read: dict[str, int] = {}
    # Left to itself, PyAirbyte would keep in a list that is read whole what is no longer in Zoho.
    for streams, strategy in ((whole, "replace"), (sorted(set(source.get_selected_streams()) - set(whole)), "merge")):
        if streams:
            result = source.read(cache=cache, streams=streams, write_strategy=strategy)
            read |= {name: len(rows) for name, rows in result.streams.items() if name in streams}
    sys.stdout.write(json.dumps(read) + "\n")


def lists_read_whole(source: airbyte.Source) -> list[str]:
    """Return the selected streams of which Zoho does not tell what changed."""
    selected = source.get_selected_streams()
    streams = [stream for stream in source.discovered_catalog.streams if stream.name in selected]
    return [
        stream.name for stream in streams if "incremental" not in {mode.value for mode in stream.supported_sync_modes}
    ]


if __name__ == "__main__":
    main()
