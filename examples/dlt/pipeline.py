"""
How do Zoho's records get through a dlt pipeline, and go on from there the next time?

python pipeline.py --config config.json --streams books_contacts,books_invoices --database zoho.duckdb
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import dlt

DATASET = "zoho_data"  # not the name of the file: DuckDB could not tell the two apart
CONNECTOR = Path(sys.executable).with_name("source-zoho")
FORMATS = {"date-time": "timestamp", "date": "date"}
KINDS = {"number": "decimal", "integer": "bigint", "boolean": "bool", "array": "json", "object": "json"}


def data_type(schema: dict[str, Any]) -> str:
    """Return what dlt calls the type of a property."""
    declared = schema.get("type") or "object"
    kinds = set([declared] if isinstance(declared, str) else declared) - {"null"}
    if kinds == {"string"}:
        return FORMATS.get(str(schema.get("format")), "text")
    return KINDS[kinds.pop()] if len(kinds) == 1 else "json"


def hints(stream: dict[str, Any]) -> Any:
    """Return what dlt should know of a table: types, key, and what happens to the rows that are there."""
    columns = {name: {"data_type": data_type(it)} for name, it in stream["json_schema"]["properties"].items()}
    for cursor in stream.get("default_cursor_field") or []:
        columns[cursor]["dedup_sort"] = "desc"  # of two versions in one load the newer one stays
    return dlt.mark.make_hints(
        table_name=stream["name"],
        primary_key=[path[0] for path in stream.get("source_defined_primary_key") or []],
        write_disposition="merge" if is_incremental(stream) else "replace",
        columns=columns,
    )


def is_incremental(stream: dict[str, Any]) -> bool:
    """Tell whether only what changed is read."""
    return "incremental" in stream["supported_sync_modes"]


def catalog_of(config: Path, names: list[str]) -> dict[str, dict[str, Any]]:
    """Return the streams called *names* as the connector describes them."""
    told = subprocess.run([CONNECTOR, "discover", "--config", config], stdout=subprocess.PIPE, check=True).stdout
    (found,) = (message for message in map(json.loads, told.splitlines()) if message["type"] == "CATALOG")
    streams = {stream["name"]: stream for stream in found["catalog"]["streams"]}
    return {name: streams[name] for name in names}


def messages(config: Path, streams: dict[str, dict[str, Any]], states: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield what the connector says in one read."""
    catalog = [
        {"stream": it, "sync_mode": mode, "destination_sync_mode": "append"}
        for it in streams.values()
        for mode in ["incremental" if is_incremental(it) else "full_refresh"]
    ]
    with tempfile.TemporaryDirectory() as folder:
        files = {"catalog": {"streams": catalog}, "state": states}
        for name, content in files.items():
            (Path(folder) / name).write_text(json.dumps(content), "utf-8")
        command = [CONNECTOR, "read", "--config", config]
        command += [part for name in files for part in (f"--{name}", Path(folder) / name)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as connector:
            for line in connector.stdout or ():
                yield json.loads(line)
    if connector.returncode:
        raise RuntimeError("source-zoho read failed; its last lines above say why")


def exact(record: dict[str, Any]) -> dict[str, Any]:
    """Return *record* with its amounts as decimals: dlt would have them round by binary fractions."""
    return {name: Decimal(str(value)) if isinstance(value, float) else value for name, value in record.items()}


def records(config: Path, names: list[str]) -> Any:
    """Return a resource of all streams; the connector's states are kept among the pipeline's own."""

    def read() -> Iterator[Any]:
        states = dlt.current.resource_state().setdefault("states", {})
        streams = catalog_of(config, names)
        for stream in streams.values():
            yield dlt.mark.with_hints([], hints(stream), create_table_variant=True)
        for message in messages(config, streams, [json.loads(state) for state in states.values()]):
            match message:
                case {"type": "RECORD", "record": {"stream": str(name), "data": data}}:
                    yield dlt.mark.with_table_name(exact(data), name)
                case {"type": "STATE", "state": {"stream": {"stream_descriptor": {"name": str(name)}}} as state}:
                    if is_incremental(streams[name]):
                        states[name] = json.dumps(state)
                case {"type": "TRACE", "trace": {"error": {"message": str(words)}}}:
                    sys.stderr.write(f"{words}\n")

    return dlt.resource(read, name="zoho", max_table_nesting=0)


def main() -> None:
    """Read once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True, help="the connector's configuration")
    parser.add_argument("--streams", required=True, help="names, with commas between")
    parser.add_argument("--database", type=Path, default="zoho.duckdb", help="the file to write to")
    options = parser.parse_args()
    pipeline = dlt.pipeline(
        "zoho", destination=dlt.destinations.duckdb(str(options.database.resolve())), dataset_name=DATASET
    )
    pipeline.run(records(options.config, options.streams.split(",")), loader_file_format="parquet")
    sys.stdout.write(json.dumps(pipeline.last_trace.last_normalize_info.row_counts) + "\n")


if __name__ == "__main__":
    main()
