"""
Do the examples work, from an empty environment to tables that are what Zoho has?

`poe try-roads` installs each into a virtual environment of its own, reads the offline Zoho with it, kills it on the
way, lets it finish, changes records in Zoho, reads again, and compares every value. It takes minutes and a network.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table

from bootstrap import starts
from integration_tests.webhooks.postgres import Server, a_server
from source_zoho.cli.changes import make_changes
from source_zoho.emulator import Emulator
from tasks.environments import CommandFailedError, an_installer, last_words, run
from tasks.roads import EXAMPLES, ROADS, Place, Road
from tasks.roads_landed import Verdict, compare

ROOT = EXAMPLES.parent
UNHURRIED = 6_000
DIFFERENCES_SHOWN = 5
WIDTH = 120  # columns that the table takes


class RoadIsClosedError(Exception):
    """A road does not lead to its end, and why."""


@dataclass
class Trial:
    """What trying a road showed."""

    python: str = ""
    installing: float = 0
    megabytes: int = 0
    seconds: list[float] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    problem: str = ""

    @property
    def succeeded(self) -> bool:
        """Tell whether all that landed is right."""
        return not self.problem and not self.verdict.differences and self.verdict.rows > 0


def python_for(road: Road) -> str:
    """Return a Python on which *road* runs."""
    for version in road.pythons:
        beside = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
        found = [f"python{version}", *map(str, reversed(beside))]
        if python := next((each for each in found if shutil.which(each) and starts(each)), None):
            return python
    raise RoadIsClosedError(f"no Python {' or '.join(road.pythons)} on this machine; install one of them")


def install(road: Road, folder: Path, installer: Path, trial: Trial) -> Path:
    """Install the connector and what *road* needs into an environment; return where its programs are."""
    python = python_for(road)
    environment = folder / "environment"
    began = time.monotonic()
    run(python, "-m", "venv", environment)
    programs = environment / "bin"
    run(installer, "pip", "install", "--python", programs / "python", ROOT, "-r", road.requirements)
    trial.python = road.pythons[0] if python == "" else Path(python).name.removeprefix("python")
    trial.installing = time.monotonic() - began
    trial.megabytes = sum(file.lstat().st_size for file in environment.rglob("*") if file.is_file()) // 2**20
    return programs


def read(road: Road, place: Place, zoho: Emulator, trial: Trial, *, killed: bool = False) -> None:
    """Run the example once; note what it took."""
    zoho.calls.reset()
    began = time.monotonic()
    log = place.folder / "log.txt"
    with log.open("w") as told:
        processes = [
            subprocess.Popen(  # noqa: S603 - the example's command
                command,
                cwd=place.folder,
                env={**os.environ, **road.surroundings(place)},
                stdout=told,
                stderr=told,
                start_new_session=True,
            )
            for command in road.commands(road, place)
        ]
        if killed:
            zoho.on_call(road.killed_at_call, lambda _zoho: _kill(processes))
        codes = [process.wait() for process in processes]
    if killed:
        if -signal.SIGKILL not in codes:
            raise RoadIsClosedError(f"it was to be killed and ended by itself: {last_words(log.read_text())}")
        return
    if any(codes):
        raise RoadIsClosedError(f"it ended with {codes}: {last_words(log.read_text())}")
    trial.seconds.append(time.monotonic() - began)
    trial.calls.append(zoho.calls.total)


def _kill(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        with suppress(ProcessLookupError):  # has ended just now
            os.killpg(process.pid, signal.SIGKILL)


def change(zoho: Emulator) -> None:
    """Edit, add and delete; also in a list that is read whole."""
    make_changes(zoho)
    first, *_, last = zoho.organization_ids
    zoho.delete("currencies", first, str(zoho.rows("currencies", first)[0]["currency_id"]))
    zoho.add(
        "contacts", last, contact_name="Zażółć & Søn \"12\" \\ 'x'", outstanding_receivable_amount=90071992547409.93
    )


def travel(road: Road, folder: Path, installer: Path, server: Server) -> Trial:
    """Try *road* from its installation to its second read."""
    trial = Trial()
    try:
        programs = install(road, folder, installer, trial)
        with Emulator(calls_per_minute=UNHURRIED, calls_per_day=1_000_000) as zoho:
            place = Place(folder, programs, folder / "config.json", zoho.organization_ids, server.new_database())
            _prepare(road, place, zoho)
            read(road, place, zoho, trial, killed=True)
            read(road, place, zoho, trial)
            change(zoho)
            read(road, place, zoho, trial)
            trial.verdict = compare(zoho, road.landed(place), road.streams, exact=road.is_exact)
    except (CommandFailedError, RoadIsClosedError) as error:
        trial.problem = str(error)
    return trial


def _prepare(road: Road, place: Place, zoho: Emulator) -> None:
    config = zoho.config(
        products=road.products,
        organization_ids=list(place.organizations),
        track_deletions=["books_expenses"],
        calls_per_minute=UNHURRIED,
    )
    place.config.write_text(json.dumps(config), "utf-8")
    settings = EXAMPLES / road.name / "dagster.yaml"
    if settings.exists():
        shutil.copy(settings, place.folder)
    if road.prepared_by:
        program, *arguments = road.prepared_by
        run(place.programs / program, *arguments, environment=road.surroundings(place))


def result(trials: dict[str, Trial]) -> Table:
    """Return what was seen, as a table."""
    table = Table()
    for heading in ("Road", "Python", "Install", "Size", "First read", "Second", "Rows", "Values", "Right"):
        table.add_column(heading)
    for name, trial in trials.items():
        runs = [f"{seconds:.0f} s, {calls} calls" for seconds, calls in zip(trial.seconds, trial.calls, strict=True)]
        first, second, *_ = [*runs, "-", "-"]
        sizes = (f"{trial.installing:.0f} s", f"{trial.megabytes} MB")
        compared = (f"{trial.verdict.rows:,}", f"{trial.verdict.values:,}")
        table.add_row(name, trial.python, *sizes, first, second, *compared, "yes" if trial.succeeded else "no")
    return table


@click.command(help=__doc__)
@click.argument("names", nargs=-1, type=click.Choice([road.name for road in ROADS]))
def main(names: tuple[str, ...]) -> None:
    """Try the roads called *names*, or all; fail unless all lead to their end."""
    out = Console(highlight=False, width=WIDTH)
    trials: dict[str, Trial] = {}
    os.nice(10)
    with an_installer() as installer, a_server() as server:
        for road in ROADS:
            if not names or road.name in names:
                out.print(f"{road.name} ...")
                with tempfile.TemporaryDirectory(prefix="source-zoho-road-") as folder:
                    trials[road.name] = travel(road, Path(folder), installer, server)
    out.print(result(trials))
    for name, trial in trials.items():
        for line in filter(None, [trial.problem, *trial.verdict.differences[:DIFFERENCES_SHOWN]]):
            out.print(f"{name}: {line}", soft_wrap=True)
    if not all(trial.succeeded for trial in trials.values()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
