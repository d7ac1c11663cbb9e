"""Which steps does the demo take, from an empty folder to a database that followed a change?"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from source_zoho.cli.catalog import configured, costs_a_call_for_each_document, incremental_streams
from source_zoho.cli.changes import Change, make_changes, summary
from source_zoho.cli.connector import ConnectorFailedError, ConnectorRun, only
from source_zoho.cli.duckdb_loader import DuckDBLoader
from source_zoho.cli.loading import load
from source_zoho.cli.report import Run, calls_by_stream

if TYPE_CHECKING:
    from source_zoho.cli.progress import Steps
    from source_zoho.cli.workplace import Workplace
    from source_zoho.emulator import Emulator

Size = Literal["small", "medium"]

# The demo shows what the connector does, not how long Zoho lets people wait.
CALLS_PER_MINUTE = 6000
CALLS_PER_DAY = 10_000_000
PRODUCTS = ["books", "billing", "crm"]


@dataclass(frozen=True)
class Outcome:
    """What the demo did: two reads, and what happened in Zoho between them."""

    first: Run
    changes: list[Change]
    second: Run
    incremental: frozenset[str]


def take_tour(workplace: "Workplace", size: Size, seed: int, steps: "Steps") -> Outcome:
    """Start an offline Zoho and take all steps; raise ConnectorFailedError when the connector fails in one."""
    from source_zoho.emulator import Emulator

    with ExitStack() as running:
        with steps.step("Start an offline Zoho") as step:
            zoho = running.enter_context(
                Emulator(seed=seed, size=size, calls_per_minute=CALLS_PER_MINUTE, calls_per_day=CALLS_PER_DAY)
            )
            step.update(f"{len(zoho.organization_ids)} organizations at {zoho.url}")
        return Tour(zoho, workplace, steps).take()


class Tour:
    """The steps against a running Zoho."""

    def __init__(self, zoho: "Emulator", workplace: "Workplace", steps: "Steps") -> None:
        self._zoho = zoho
        self._workplace = workplace
        self._steps = steps
        pace = {"calls_per_minute": CALLS_PER_MINUTE, "daily_call_limit": CALLS_PER_DAY}
        self._config = workplace.write("config.json", zoho.config(products=PRODUCTS, **pace))

    def take(self) -> Outcome:
        """Take all steps."""
        self.check()
        catalog = self.discover()
        first, states = self.read("First read: everything", "read-1", catalog, states=None)
        self.report("read-1")
        changes = self.change()
        second, _ = self.read("Second read: what changed", "read-2", catalog, states=states)
        return Outcome(first, changes, second, incremental_streams(catalog))

    def check(self) -> None:
        """See that the connector can sign in."""
        with self._steps.step("Check the connection") as step, self._run("check", "check") as run:
            status = only("CONNECTION_STATUS", run)["connectionStatus"]
            if status["status"] != "SUCCEEDED":
                raise ConnectorFailedError([status.get("message") or "The check failed and gave no reason."])
            step.update("succeeded")

    def discover(self) -> dict[str, Any]:
        """Return the configured catalog of the streams that do not cost a call for each document."""
        with self._steps.step("Discover the streams") as step, self._run("discover", "discover") as run:
            streams = only("CATALOG", run)["catalog"]["streams"]
            lists = [stream for stream in streams if not costs_a_call_for_each_document(stream)]
            catalog = configured({"streams": lists})
            details = len(streams) - len(lists)
            step.update(
                f"{len(lists)} streams, {len(incremental_streams(catalog))} of them incremental, "
                f"and {details} with details of documents, left out here"
            )
        return catalog

    def report(self, name: str) -> None:
        """Make a page of the read called *name*."""
        from source_zoho.cli.sync.command import write
        from source_zoho.cli.sync.reading import sync_in
        from source_zoho.cli.sync.view import View

        with self._steps.step("Make a report of it") as step, self._workplace.log(name).open("rb") as lines:
            write(View(sync_in(lines), "the demo", datetime.now(UTC)), self._workplace.report)
            step.update(self._workplace.report.name)

    def change(self) -> list[Change]:
        """Let people work in Zoho for an afternoon."""
        with self._steps.step("Six hours later in Zoho") as step:
            changes = make_changes(self._zoho)
            step.update(summary(changes))
        return changes

    def read(
        self, title: str, name: str, catalog: Mapping[str, Any], states: list[Any] | None
    ) -> tuple[Run, list[Any]]:
        """Read everything that *states* does not cover into the database; return what it took, and the new states."""
        arguments = ["--catalog", self._workplace.write("catalog.json", catalog)]
        if states is not None:
            arguments += ["--state", self._workplace.write("state.json", states)]
        self._zoho.calls.reset()
        with (
            self._steps.step(title) as step,
            self._run("read", name, *arguments) as messages,
            DuckDBLoader(self._workplace.database, catalog) as loader,
        ):
            bill = load(messages, loader, step, len(catalog["streams"]), self._so_far)
            loader.flush()
            return Run(loader.emitted, calls_by_stream(bill, self._zoho.calls.tokens)), loader.states()

    def _so_far(self, records: int) -> str:
        return f"{records:,} records, {self._zoho.calls.total + self._zoho.calls.tokens:,} API calls"

    def _run(self, verb: str, name: str, *arguments: str) -> ConnectorRun:
        return ConnectorRun(verb, "--config", self._config, *arguments, log=self._workplace.log(name))
