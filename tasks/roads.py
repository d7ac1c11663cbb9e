"""Which ways from Zoho to a warehouse are tried, with what is each started, and where does it put its records?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.roads_landed import Tables, in_duckdb, in_postgres

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
BOOKS = (
    "books_contacts",
    "books_invoices",
    "books_items",
    "books_expenses",
    "books_currencies",
    "books_deleted_records",
)
CRM = ("crm_leads", "crm_deleted_records")
DATABASE = "zoho.duckdb"


@dataclass(frozen=True)
class Place:
    """Where a road is tried: a folder of its own, the configuration in it, and an empty database."""

    folder: Path
    programs: Path
    config: Path
    organizations: Sequence[str]
    postgres: str

    def python(self, script: str, *arguments: str | Path) -> list[str]:
        """Return the command that runs *script* of an example."""
        return [str(self.programs / "python"), str(EXAMPLES / script), *map(str, arguments)]


@dataclass(frozen=True)
class Road:
    """An example, the Pythons that it runs on, and what has to be known to try it."""

    name: str
    pythons: tuple[str, ...]
    streams: tuple[str, ...]
    commands: Callable[[Road, Place], list[list[str]]]
    landed: Callable[[Place], Tables]
    environment: Mapping[str, str]
    is_exact: bool = True
    prepared_by: tuple[str, ...] = ()  # a program of the environment, and its arguments
    killed_at_call: int = 22  # in the middle: some lists have landed, others have not

    @property
    def requirements(self) -> Path:
        """Return the file that says what to install besides the connector."""
        return EXAMPLES / self.name / "requirements.txt"

    @property
    def products(self) -> list[str]:
        """Return the products that its streams are of."""
        return sorted({name.partition("_")[0] for name in self.streams})

    def surroundings(self, place: Place) -> dict[str, str]:
        """Return the environment of its commands, besides what every command has."""
        known = {"POSTGRES_URL": place.postgres, "ZOHO_CONFIG": str(place.config), "ZOHO_STREAMS": self.streams_named}
        return {**known, "HOME": str(place.folder), "DAGSTER_HOME": str(place.folder), **self.environment}

    @property
    def streams_named(self) -> str:
        """Return its streams as its command takes them."""
        return ",".join(self.streams)


def _one(script: str, *more: str) -> Callable[[Road, Place], list[list[str]]]:
    def commands(road: Road, place: Place) -> list[list[str]]:
        return [place.python(script, "--config", place.config, "--streams", road.streams_named, *more)]

    return commands


def _partitions(_road: Road, place: Place) -> list[list[str]]:
    """Materialize each organization by a process of its own, all at once."""
    definitions = str(EXAMPLES / "dagster" / "definitions.py")
    dagster = [str(place.programs / "dagster"), "asset", "materialize", "-f", definitions, "--select", "zoho"]
    return [[*dagster, "--partition", organization] for organization in place.organizations]


def _schema_each(place: Place) -> Tables:
    tables: dict[str, list[dict[str, Any]]] = {}
    for organization in place.organizations:
        for name, rows in in_postgres(place.postgres, f"zoho_{organization}").items():
            tables.setdefault(name, []).extend(rows)
    return tables


ROADS = (
    Road(
        "postgres_landing",
        pythons=("3.13", "3.12", "3.11"),
        streams=(*BOOKS, *CRM),
        commands=_one("postgres_landing/land.py"),
        landed=lambda place: in_postgres(place.postgres, "zoho"),
        environment={},
    ),
    Road(
        "pyairbyte_duckdb",
        pythons=("3.12", "3.11"),
        streams=(*BOOKS, *CRM),
        commands=_one("pyairbyte_duckdb/land.py", "--database", DATABASE),
        landed=lambda place: in_duckdb(place.folder / DATABASE, "main"),
        environment={"AIRBYTE_OFFLINE_MODE": "1", "DO_NOT_TRACK": "1"},
        is_exact=False,
    ),
    Road(
        "dlt",
        pythons=("3.13", "3.12", "3.11"),
        streams=(*BOOKS, *CRM),
        commands=_one("dlt/pipeline.py", "--database", DATABASE),
        landed=lambda place: in_duckdb(place.folder / DATABASE, "zoho_data"),
        environment={"RUNTIME__DLTHUB_TELEMETRY": "false"},
    ),
    Road(
        "dagster",
        pythons=("3.13", "3.12", "3.11"),
        streams=BOOKS,
        commands=_partitions,
        landed=_schema_each,
        environment={"SOURCE_ZOHO_TOKEN_CACHE": "tokens"},
        prepared_by=("dagster", "instance", "migrate"),
        killed_at_call=12,
    ),
)
