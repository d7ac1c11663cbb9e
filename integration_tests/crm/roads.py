"""How does a test tell by which road a module came, and that it came whole?"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from integration_tests.builders import Run
from integration_tests.crm.builders import ROOT_PATH, by_id, expected, stream_of_module
from source_zoho.components import crm_roads
from source_zoho.crm.roads import Load, Price, Road, prices
from source_zoho.emulator import Emulator

QUERIES, JOBS = f"{ROOT_PATH}/coql", "/crm/bulk/v8/read"
A_LOOK, A_FILE = f"{JOBS}/{{job_id}}", f"{JOBS}/{{job_id}}/result"
ROWS, FIELDS = 240, 8  # two pages of lists


def a_module(zoho: Emulator, name: str, rows: int = ROWS, **behaviour: object) -> str:
    """Make a module, and return the name of its stream."""
    zoho.crm.add_module(name, fields=FIELDS, rows=rows)
    if behaviour:
        zoho.crm.behave(name, **behaviour)
    return stream_of_module(name)


def let_files_be_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files cost nothing, or no test would be small that reads them because they are the cheapest."""
    let_prices_be(monkeypatch, {Road.BULK: Price(0, 0)})


def let_prices_be(monkeypatch: pytest.MonkeyPatch, others: Mapping[Road, Price]) -> None:
    """Let roads have *others* than their prices."""

    def found(load: Load) -> dict[Road, Price]:
        return {**prices(load), **others}

    monkeypatch.setattr(crm_roads, "prices", found)


def assert_whole(zoho: Emulator, run: Run, *modules: str) -> None:
    """Make sure that *run* brought all records of *modules*, each once and as it is."""
    for module in modules:
        stream = stream_of_module(module)
        assert by_id(run.records(stream)) == expected(zoho, module, stream)


def roads_taken(zoho: Emulator, module: str) -> set[Road]:
    """Return by which roads Zoho gave something of *module*, or refused it."""
    taken = {
        Road.REST: zoho.calls.by_path[f"{ROOT_PATH}/{module}"],
        Road.COQL: [text for text in zoho.crm.queries if f" from {module} " in text],
        Road.BULK: [job for job in zoho.crm.jobs if job.module == module],
    }
    return {road for road, calls in taken.items() if calls}


def said(run: Run, stream: str, words: str) -> list[str]:
    """Return what was logged about *stream* with these *words*."""
    return [line for line in run.log if line.startswith(f"{stream}: ") and words in line]


def spent_on(run: Run, stream: str) -> int:
    """Return how many credits *stream* cost, as the log says."""
    (line,) = [line for line in run.log if line.startswith("This read made")]
    (share,) = [part for part in line.partition("They went to: ")[2].rstrip(".").split(", ") if stream in part]
    return int(share.split()[-2])
