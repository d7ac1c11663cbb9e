"""Which syncs does `poe try-report` report on? Real ones, of organizations that are as odd as real ones."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rich_click as click

from source_zoho.cli.catalog import configured
from source_zoho.emulator import Emulator

PROGRAM = (sys.executable, "-m", "source_zoho.run")
PACE = 100_000
HOSTILE = '<img src=x onerror="window.harmed=1"></td><script>window.harmed=1</script>'
# Names as people give them: with markup, without a space in it, from right to left with an override, in pictures.
ODD_NAMES = (HOSTILE, "Verylongname" * 25, "شركة الصقر للتجارة \u202e ltd", "🦊 Füchse & 👩‍👩‍👧 {{ 7 * 7 }}")
_REFUSED = (
    (57, "/retainerinvoices"),
    ("OAUTH_SCOPE_MISMATCH", "/crm/v8/settings/roles"),
    ("NO_PERMISSION", "/crm/v8/settings/territories"),
)
_EVERY_TIME = 100_000


@dataclass(frozen=True)
class Captured:
    """What a sync left: its messages, and the plan that was made before it."""

    messages: Path
    plan: Path


def a_zoho() -> Emulator:
    """Return a Zoho, not yet serving, some of whose organizations lack a product or an edition, or are called oddly."""
    zoho = Emulator(calls_per_minute=PACE, calls_per_day=10**9)
    zoho.add_organization("Ledger Only KG", products=("books",))
    zoho.add_organization("Plain & Simple", edition="plain")
    for name in ODD_NAMES:
        zoho.add_organization(name, empty=True)
    return zoho


def syncs(zoho: Emulator, folder: Path) -> tuple[Captured, Captured, Path]:
    """Read everything from *zoho*, and then what changed; return both, and a read that was refused at the door."""
    settings = zoho.config(products=["books", "billing", "crm"], calls_per_minute=PACE)
    config = _write(folder / "config.json", settings)
    catalog = _write(folder / "catalog.json", configured(_discovered(config, folder / "discovered.jsonl")))
    for kind, path in _REFUSED:
        zoho.faults.add(kind, path=path, times=_EVERY_TIME)
    first = _sync(folder, "first", config, catalog)
    state = _write(folder / "state.json", _states(first.messages))
    organization = zoho.organization_ids[0]
    zoho.clock.advance(3600)
    zoho.edit("invoices", organization, str(zoho.rows("invoices", organization)[0]["invoice_id"]), notes="changed")
    second = _sync(folder, "second", config, catalog, "--state", state)
    wrong = _write(folder / "wrong.json", {**settings, "client_id": "1000.NOBODY"})
    refused = _run(folder / "refused.jsonl", "read", "--config", wrong, "--catalog", catalog)
    return first, second, refused


def _sync(folder: Path, name: str, config: str, catalog: str, *state: str) -> Captured:
    arguments = ("--config", config, "--catalog", catalog, *state)
    plan = _run(folder / f"{name}-plan.json", "plan", "--json", *arguments)
    return Captured(_run(folder / f"{name}.jsonl", "read", *arguments), plan)


def _discovered(config: str, output: Path) -> dict[str, Any]:
    found = [json.loads(line) for line in _run(output, "discover", "--config", config).read_bytes().splitlines()]
    catalogs = [message["catalog"] for message in found if message["type"] == "CATALOG"]
    if not catalogs:
        said = [message["trace"]["error"]["message"] for message in found if message["type"] == "TRACE"]
        raise click.ClickException(f"source-zoho discover gave no catalog: {' '.join(said)}")
    return dict(catalogs[0])


def _states(messages: Path) -> list[Any]:
    last: dict[str, Any] = {}
    for message in map(json.loads, messages.read_bytes().splitlines()):
        if message["type"] == "STATE":
            last[message["state"]["stream"]["stream_descriptor"]["name"]] = message["state"]
    return list(last.values())


def _run(output: Path, *arguments: str) -> Path:
    """Write to *output* what the program writes; a sync with streams that fail ends badly, as it should."""
    with output.open("wb") as standard_output:
        subprocess.run(  # noqa: S603 - our own program
            [*PROGRAM, *arguments], stdout=standard_output, stderr=subprocess.DEVNULL, check=False
        )
    return output


def _write(path: Path, document: object) -> str:
    path.write_text(json.dumps(document), "utf-8")
    return str(path)


def report_on(messages: Path, page: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Make the page about *messages*, as a user does."""
    return subprocess.run(  # noqa: S603 - our own program
        [*PROGRAM, *_reporting(messages, page), *options], capture_output=True, text=True, check=False
    )


def measured(messages: Path, page: Path) -> tuple[int, resource.struct_rusage]:
    """Make the page about *messages*; return how it ended, and what it took of the machine."""
    nowhere = subprocess.DEVNULL
    running = subprocess.Popen([*PROGRAM, *_reporting(messages, page)], stdout=nowhere, stderr=nowhere)  # noqa: S603
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)  # so that nobody waits for it again
    return running.returncode, used


def _reporting(messages: Path, page: Path) -> tuple[str, ...]:
    return ("report", "--from", str(messages), "--output", str(page))
