"""Which files does the demo write, and which of them are still there when it is over?"""

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATABASE = "zoho-demo.duckdb"
REPORT = "zoho-demo-report.html"


class OccupiedError(Exception):
    """The folder holds the database of an earlier demo, which may be dear to someone."""


@dataclass(frozen=True)
class Workplace:
    """
    The folder of one demo.

    The database and the report always stay when the demo succeeded. Configuration, catalog, state and the connector's
    messages are scaffolding: they go, unless someone asked to keep them. Nothing stays of a demo that did not get to
    its end.
    """

    folder: Path
    keep: bool
    made_folder: bool

    @classmethod
    def prepare(cls, directory: Path | None, keep: bool) -> "Workplace":
        """Return the workplace in *directory*, or in a new temporary folder."""
        folder = directory or Path(tempfile.mkdtemp(prefix="zoho-demo-"))
        made_folder = directory is None or not folder.exists()
        workplace = cls(folder.resolve(), keep, made_folder)
        if workplace.database.exists():
            raise OccupiedError(f"{workplace.database} exists already; delete it, or name another folder with --dir.")
        workplace.scaffolding.mkdir(parents=True, exist_ok=True)
        return workplace

    @property
    def database(self) -> Path:
        """Return the path of the DuckDB file."""
        return self.folder / DATABASE

    @property
    def report(self) -> Path:
        """Return the path of the page about the first read."""
        return self.folder / REPORT

    @property
    def scaffolding(self) -> Path:
        """Return the folder of the working files."""
        return self.folder / "working-files"

    def write(self, name: str, document: Any) -> str:
        """Write *document* as JSON to the working file *name*; return its path for a command line."""
        path = self.scaffolding / name
        path.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
        return str(path)

    def log(self, name: str) -> Path:
        """Return the path for the messages of a connector run."""
        return self.scaffolding / f"{name}.jsonl"

    def tidy(self, *, succeeded: bool) -> None:
        """Remove what need not stay."""
        if self.keep:
            return
        shutil.rmtree(self.scaffolding, ignore_errors=True)
        if succeeded:
            return
        for leftover in [*self.folder.glob(f"{DATABASE}*"), self.report]:
            leftover.unlink(missing_ok=True)
        if self.made_folder:
            self.folder.rmdir()
