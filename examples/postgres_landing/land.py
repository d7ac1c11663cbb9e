"""
How do Zoho's records get into PostgreSQL, exactly, and go on from there the next time?

POSTGRES_URL=postgresql://... python land.py --config config.json --streams books_contacts,books_invoices
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from tables import Landing

CONNECTOR = Path(sys.executable).with_name("source-zoho")


def catalog_of(config: Path, names: list[str]) -> dict[str, Any]:
    """Return the catalog of the streams called *names*: incremental where it can be, else read whole each time."""
    told = subprocess.run([CONNECTOR, "discover", "--config", config], stdout=subprocess.PIPE, check=False).stdout
    found = [message for message in map(json.loads, told.splitlines()) if message["type"] == "CATALOG"]
    if not found:
        raise SystemExit(f"source-zoho discover failed; source-zoho check --config {config} says why")
    streams = {stream["name"]: stream for stream in found[0]["catalog"]["streams"]}
    if missing := set(names) - set(streams):
        raise SystemExit(f"there is no stream called {', '.join(sorted(missing))}")
    return {"streams": [configured(streams[name]) for name in names]}


def configured(stream: dict[str, Any]) -> dict[str, Any]:
    """Return how *stream* is to be read."""
    is_incremental = "incremental" in stream["supported_sync_modes"]
    return {
        "stream": stream,
        "sync_mode": "incremental" if is_incremental else "full_refresh",
        "destination_sync_mode": "append_dedup" if is_incremental else "overwrite",
        "primary_key": stream.get("source_defined_primary_key") or [],
        "cursor_field": stream.get("default_cursor_field") or [],
    }


def main() -> int:
    """Read once; the exit code is the connector's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True, help="the connector's configuration")
    parser.add_argument("--streams", required=True, help="names, with commas between")
    parser.add_argument("--schema", default="zoho", help="the schema to write to")
    parser.add_argument("--organization", help="read this organization only")
    options = parser.parse_args()
    # POSTGRES_URL, or what psql goes by: PGHOST, PGUSER, a password file and so on. No password on a command line.
    database = os.environ.get("POSTGRES_URL", "")
    with (
        psycopg.connect(database, autocommit=True, options="-c TimeZone=UTC") as connection,
        tempfile.TemporaryDirectory() as folder,
    ):
        config = json.loads(options.config.read_text("utf-8"))
        if options.organization:
            config["organization_ids"] = [options.organization]
        return land(connection, options.schema, config, options.streams.split(","), Path(folder))


def land(
    connection: psycopg.Connection, schema: str, config: Mapping[str, Any], streams: list[str], folder: Path
) -> int:
    """Read *streams* into *schema*, from where the last run came to; *folder* is for the connector's files."""
    files = {name: folder / f"{name}.json" for name in ("config", "catalog", "state")}
    files["config"].write_text(json.dumps(config), "utf-8")
    catalog = catalog_of(files["config"], streams)
    landing = Landing(connection, schema, catalog)
    files["catalog"].write_text(json.dumps(catalog), "utf-8")
    files["state"].write_text(json.dumps(landing.saved()), "utf-8")
    arguments = [part for name, file in files.items() for part in (f"--{name}", str(file))]
    with subprocess.Popen([CONNECTOR, "read", *arguments], stdout=subprocess.PIPE) as connector:
        for line in connector.stdout or ():
            landing.take(line)
    sys.stdout.write(json.dumps({name: table.landed for name, table in landing.tables.items()}) + "\n")
    return connector.returncode


if __name__ == "__main__":
    raise SystemExit(main())
