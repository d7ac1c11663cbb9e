"""On what are the costs of reading CRM measured? An offline Zoho in a process of its own, and the real command."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import requests
import rich_click as click

from source_zoho.emulator import Emulator
from source_zoho.emulator.wire import Answer, Request

_RECORD = '{"type":"RECORD"'
_STATE = '{"type":"STATE"'


@dataclass(frozen=True)
class Module:
    """A module to lay out: its API name, how many fields its lists hold, and how many records it has."""

    api_name: str
    fields: int
    rows: int

    @property
    def stream(self) -> str:
        """Return the name of its stream."""
        return f"crm_{self.api_name.lower()}"


@dataclass(frozen=True)
class Cost:
    """What one command took; *seconds* by the clock on the wall."""

    processor_seconds: float
    seconds: float
    peak_megabytes: float
    calls: int
    credits: int
    records: int


class _Distant(Emulator):
    """A Zoho that is *away_seconds* away."""

    def __init__(self, away_seconds: float, **layout: Any) -> None:
        super().__init__(**layout)
        self._away_seconds = away_seconds

    def answer(self, request: Request) -> Answer:
        """Answer one call, after its way here and back."""
        if self._away_seconds:
            time.sleep(self._away_seconds)
        return super().answer(request)


@dataclass(frozen=True)
class TableTop:
    """An offline Zoho, and a folder with the files that the connector wants."""

    config: Mapping[str, Any]
    folder: Path
    pipe: Connection

    @property
    def url(self) -> str:
        """Return where Zoho is."""
        return str(self.config["api_base_url"])

    def edit(self, module: Module, hundredth: int) -> None:
        """Change *hundredth* of a hundred records of *module*."""
        self.pipe.send((module.api_name, hundredth))
        self.pipe.recv()

    def discover(self) -> Cost:
        """Discover, and remember the catalog."""
        cost = self._run(["discover", "--config", "config.json"])
        lines = self._output.read_text(encoding="utf-8").splitlines()
        catalog = next(json.loads(line)["catalog"] for line in lines if line.startswith('{"type":"CATALOG"'))
        (self.folder / "streams.json").write_text(json.dumps(catalog["streams"]), encoding="utf-8")
        return cost

    def read(self, *streams: str, state: bool = False, **settings: Any) -> Cost:
        """Read *streams*, from the state of the read before when *state* is wanted; *settings* are for this read."""
        (self.folder / "config.json").write_text(json.dumps({**self.config, **settings}), encoding="utf-8")
        known = json.loads((self.folder / "streams.json").read_text(encoding="utf-8"))
        chosen = [
            {"stream": each, "sync_mode": each["supported_sync_modes"][-1], "destination_sync_mode": "append"}
            for each in known
            if each["name"] in streams
        ]
        (self.folder / "catalog.json").write_text(json.dumps({"streams": chosen}), encoding="utf-8")
        command = ["read", "--config", "config.json", "--catalog", "catalog.json"]
        cost = self._run([*command, "--state", "state.json"] if state else command)
        self._keep_state()
        return cost

    def paths(self) -> Mapping[str, int]:
        """Return how often each path was called by the last command."""
        answer = requests.get(f"{self.url}/_emulator/calls", timeout=60)
        by_path: Mapping[str, int] = answer.json()["by_path"]
        return by_path

    def described_modules(self) -> int:
        """Return of how many modules Zoho was asked for the fields."""
        readable = json.loads((self.folder / "streams.json").read_text(encoding="utf-8"))
        return sum("Records of the module" in each["json_schema"].get("description", "") for each in readable)

    @property
    def _output(self) -> Path:
        return self.folder / "output.jsonl"

    def _keep_state(self) -> None:
        latest: dict[str, Any] = {}
        with self._output.open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith(_STATE):
                    state = json.loads(line)["state"]
                    latest[state["stream"]["stream_descriptor"]["name"]] = state
        (self.folder / "state.json").write_text(json.dumps(list(latest.values())), encoding="utf-8")

    def _run(self, arguments: list[str]) -> Cost:
        requests.post(f"{self.url}/_emulator/reset-calls", timeout=60)
        before = self._credits()
        here = str(Path(__file__).resolve().parent.parent)
        began = time.monotonic()
        with self._output.open("wb") as target:
            process = subprocess.Popen(
                [sys.executable, "-m", "source_zoho.run", *arguments],
                stdout=target,
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": here},
            )
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        if process.returncode:
            raise click.ClickException(f"{' '.join(arguments)} failed; its output was in {self._output}")
        with self._output.open(encoding="utf-8") as lines:
            records = sum(line.startswith(_RECORD) for line in lines)
        calls = requests.get(f"{self.url}/_emulator/calls", timeout=60).json()["total"]
        busy = usage.ru_utime + usage.ru_stime
        return Cost(busy, seconds, usage.ru_maxrss / 1024, calls, self._credits() - before, records)

    def _credits(self) -> int:
        self.pipe.send(None)
        return int(self.pipe.recv())


def _serve(modules: list[Module], away_seconds: float, pipe: Connection) -> None:
    with _Distant(away_seconds, crm_edition="ultimate", crm_credits=10**9) as zoho:
        for module in modules:
            zoho.crm.add_module(module.api_name, fields=module.fields, rows=module.rows)
        pipe.send(zoho.config(products=["crm"]))
        while (message := pipe.recv()) != "enough":
            if message is None:
                pipe.send(zoho.crm.credits_used)
                continue
            api_name, hundredth = message
            zoho.clock.advance(seconds=1800)
            ids = zoho.crm.ids(api_name)
            for record_id in ids[:: max(100 // hundredth, 1)]:
                zoho.crm.edit(api_name, record_id)
            pipe.send("done")


@contextmanager
def table_top(*modules: Module, away_seconds: float = 0.0) -> Iterator[TableTop]:
    """Give a table top whose Zoho has *modules* beside the usual ones, and whose answers take *away_seconds*."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(list(modules), away_seconds, theirs))
    server.start()
    config = ours.recv()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        yield TableTop(config, folder, ours)
    ours.send("enough")
    server.join()
