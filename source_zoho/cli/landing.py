"""Which steps does `source-zoho land` take, from a configuration to tables that are up to date?"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from source_zoho.cli.catalog import configured, costs_a_call_for_each_document
from source_zoho.cli.connector import ConnectorFailedError, ConnectorRun, only
from source_zoho.cli.duckdb_loader import DuckDBLoader
from source_zoho.cli.loading import load
from source_zoho.configuration import PRODUCTS, wants_details
from source_zoho.errors import ConfigProblem
from source_zoho.oauth.shared_tokens import VARIABLE

if TYPE_CHECKING:
    from source_zoho.cli.progress import Steps


@dataclass(frozen=True)
class Landed:
    """What came of it: for each stream the records that were read and the rows that its table has, and what failed."""

    read: Mapping[str, int]
    rows: Mapping[str, int]
    failures: Sequence[str]


@dataclass(frozen=True)
class Landing:
    """One landing: where from, where to, and a folder for the working files."""

    config: Mapping[str, Any]
    database: Path
    folder: Path
    steps: Steps
    messages: Path | None = None

    def land(self, streams: Sequence[str]) -> Landed:
        """
        Read *streams*, or with none all of them, into the database, which says where the last time ended.

        Raises ConfigProblem for a stream that is not there or a database that cannot be used, ConnectorFailedError when
        nothing could be read at all.
        """
        config = self._write("config.json", {**self.config, **_products_of(streams)})
        catalog = self._catalog(config, streams)
        with self._open(catalog) as loader:
            arguments = ["--catalog", self._write("catalog.json", catalog)]
            if states := loader.states():
                arguments += ["--state", self._write("state.json", states)]
            failures = self._read(config, arguments, loader, len(catalog["streams"]), again=bool(states))
            loader.flush()
            return Landed(loader.emitted, loader.rows(), failures)

    def _catalog(self, config: str, streams: Sequence[str]) -> dict[str, Any]:
        with self.steps.step("Discover the streams") as step, self._run("discover", config) as run:
            found = only("CATALOG", run)["catalog"]["streams"]
            chosen = _chosen(found, streams, details=wants_details(self.config))
            step.update(f"{len(chosen)} of {len(found)}")
        return configured({"streams": chosen})

    def _read(self, config: str, arguments: list[str], loader: DuckDBLoader, streams: int, *, again: bool) -> list[str]:
        title = "Read what changed" if again else "Read everything"
        with self.steps.step(title) as step, self._run("read", config, *arguments, log=self.messages) as messages:
            try:
                load(messages, loader, step, streams)
            except ConnectorFailedError as error:  # the other streams are complete, and what came of this one is kept
                return error.messages
        return []

    def _open(self, catalog: Mapping[str, Any]) -> DuckDBLoader:
        import duckdb

        try:
            return DuckDBLoader(self.database, catalog)
        except duckdb.Error as error:
            said = str(error).partition("\n")[0]
            raise ConfigProblem(
                f"{self.database} cannot be used as a DuckDB file ({said}); end what has it open, or name another file "
                "with --database."
            ) from None

    def _run(self, verb: str, config: str, *arguments: str, log: Path | None = None) -> ConnectorRun:
        stderr = self.folder / f"{verb}.stderr.txt"
        # Both runs share one sign-in: Zoho gives ten in ten minutes.
        sharing = {VARIABLE: os.environ.get(VARIABLE) or str(self.folder / "tokens")}
        return ConnectorRun(
            *(verb, "--config", config, *arguments),
            log=log or Path(os.devnull),
            stderr=stderr,
            environment=sharing,
        )

    def _write(self, name: str, document: Any) -> str:
        path = self.folder / name
        path.write_text(json.dumps(document), "utf-8")
        return str(path)


def _products_of(streams: Sequence[str]) -> dict[str, list[str]]:
    """Return the setting that leaves alone products of which no stream is wanted: finding streams costs calls there."""
    wanted = [product for product in PRODUCTS if any(name.startswith(f"{product}_") for name in streams)]
    return {"products": wanted} if wanted else {}


def _chosen(found: Sequence[Mapping[str, Any]], streams: Sequence[str], *, details: bool) -> list[Mapping[str, Any]]:
    """Return those of *found* that *streams* names; without names all that can have rows."""
    if not streams:
        return [stream for stream in found if details or not costs_a_call_for_each_document(stream)]
    by_name = {stream["name"]: stream for stream in found}
    unknown = [name for name in streams if name not in by_name]
    if unknown:
        near = dict.fromkeys(match for name in unknown for match in get_close_matches(name, by_name, n=2))
        meant = f"did you mean {' or '.join(near)}?" if near else "`source-zoho discover` lists those that there are."
        raise ConfigProblem(f"This account has no stream {', '.join(unknown)}; {meant}")
    return [by_name[name] for name in dict.fromkeys(streams)]
