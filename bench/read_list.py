"""
What does it cost to read one long list: processor time, memory, calls?

Reads invoices of one organization from the offline Zoho with the real command, beside a bare loop of requests, json and
print, in turns and in one run, and prints a table. The offline Zoho runs in a process of its own and is not counted.

    python -m bench.read_list --rows 200000
"""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import requests
import rich_click as click
from rich.console import Console
from rich.table import Table

from source_zoho.emulator import Emulator

STREAM = "books_invoices"


@dataclass(frozen=True)
class Cost:
    """What one read took."""

    processor_seconds: float
    peak_megabytes: float
    calls: int
    rows: int


@dataclass(frozen=True)
class Bench:
    """An offline Zoho with one long list, and the files that a connector wants."""

    config: dict[str, Any]
    organization_id: str
    folder: Path

    @property
    def url(self) -> str:
        return str(self.config["api_base_url"])

    def connector(self) -> Cost:
        """Read the list with the real command."""
        command = ["source_zoho.run", "read", "--config", "config.json", "--catalog", "catalog.json"]
        return self._measure(command, '{"type":"RECORD"')

    def bare_loop(self) -> Cost:
        """Read the list without a connector."""
        form = {key: self.config[key] for key in ("client_id", "client_secret", "refresh_token")}
        answer = requests.post(f"{self.url}/oauth/v2/token", data={"grant_type": "refresh_token", **form}, timeout=60)
        return self._measure(["bench.bare_loop", self.url, answer.json()["access_token"], self.organization_id], "{")

    def _measure(self, module: list[str], mark: str) -> Cost:
        requests.post(f"{self.url}/_emulator/reset-calls", timeout=60)
        output = self.folder / "output.jsonl"
        here = str(Path(__file__).resolve().parent.parent)
        with output.open("wb") as target:
            process = subprocess.Popen(
                [sys.executable, "-m", *module], stdout=target, cwd=self.folder, env={**os.environ, "PYTHONPATH": here}
            )
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise click.ClickException(f"{module[0]} failed; its output is in {output}")
        with output.open(encoding="utf-8") as lines:
            rows = sum(line.startswith(mark) for line in lines)
        calls = requests.get(f"{self.url}/_emulator/calls", timeout=60).json()["by_path"]["/books/v3/invoices"]
        return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, calls, rows)


def _serve(rows: int, pipe: Connection) -> None:
    with Emulator(seed=7, size="small", sizes={"invoices": rows}, calls_per_minute=10**6, calls_per_day=10**9) as zoho:
        organization_id = zoho.organization_ids[0]
        config = zoho.config(organization_ids=[organization_id], calls_per_minute=100_000)
        pipe.send((config, organization_id))
        pipe.recv()


@contextmanager
def bench(rows: int) -> Iterator[Bench]:
    """Give a bench with a list of *rows* invoices."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(rows, theirs))
    server.start()
    config, organization_id = ours.recv()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        stream = {"name": STREAM, "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]}
        chosen = {"stream": stream, "sync_mode": "incremental", "destination_sync_mode": "append_dedup"}
        (folder / "catalog.json").write_text(json.dumps({"streams": [chosen]}), encoding="utf-8")
        yield Bench(config, organization_id, folder)
    ours.send("enough")
    server.join()


@click.command(help=__doc__)
@click.option("--rows", default=200_000, show_default=True, help="How many invoices the list has.")
@click.option("--rounds", default=2, show_default=True, help="How often each is measured, in turns; the best counts.")
def main(rows: int, rounds: int) -> None:
    """Measure and print."""
    with bench(rows) as table_top:
        turns = [(table_top.bare_loop(), table_top.connector()) for _ in range(rounds)]
    table = Table(title=f"{rows:,} rows of {STREAM}; at least {math.ceil(rows / 200):,} calls of 200 rows")
    for heading in ("", "rows", "calls", "CPU s per 100,000 rows", "peak MB"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, costs in zip(("requests + json + print", "source-zoho read"), zip(*turns, strict=True), strict=True):
        best = min(costs, key=lambda cost: cost.processor_seconds)
        seconds = best.processor_seconds * 100_000 / max(best.rows, 1)
        table.add_row(name, f"{best.rows:,}", f"{best.calls:,}", f"{seconds:.2f}", f"{best.peak_megabytes:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
