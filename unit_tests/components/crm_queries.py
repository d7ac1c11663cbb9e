"""How does a test play the records of a module for queries, and read them page by page?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from source_zoho.components.crm_coql import CoqlPage, CoqlReader, CoqlShape
from source_zoho.components.crm_reader import ModuleFacts
from source_zoho.crm.canonical import Canonical, Part
from source_zoho.crm.fields import Field
from source_zoho.crm.walk import CHANGED_AT
from unit_tests.components.crm_fakes import Call, Crm, a_page, refusal
from unit_tests.crm.metadata import field as a_field
from unit_tests.crm.module_model import NOON, Entry, ModuleModel, stamp

LONG_AGO = NOON - 100_000
CHANGED = a_field(CHANGED_AT, "datetime")
NAME = a_field("Last_Name")
A_ROW = {"id": "7", "Last_Name": "Boyle", "Modified_Time": "2026-01-31T12:00:00+05:30"}
WIDE = [CHANGED, *(a_field(f"Field_{number}") for number in range(118))]
_QUERY = re.compile(r"select (.+) from !?\w+ where (.+?)(?: order by id asc limit (\d+))?")
_SINCE, _AFTER = re.compile(r"Modified_Time >= '([^']+)'"), re.compile(r"id > '(\d+)'")


@dataclass
class Queries:
    """
    Plays Zoho for queries to the module Leads, after the model of a module.

    A value says the name of its field and the version of its record, so that a mixture shows. ``most_rows`` and the
    like are what this organization takes, and ``tells`` how much a refusal says about it.
    """

    model: ModuleModel
    most_rows: int = 2000
    most_columns: int = 500
    most_formulas: int = 500
    clamps: bool = False
    tells: str = "clause"
    refused: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    leaves_out_nulls: bool = False
    crm: Crm = field(default_factory=Crm)

    def __post_init__(self) -> None:
        self.crm.now = self.model.now
        self.crm.on("coql", self.answered)
        self.crm.before_call = lambda _: setattr(self.model, "now", self.crm.now)

    @property
    def asked(self) -> list[tuple[int, int]]:
        """Return how many rows of how many columns were asked for, call by call."""
        return [(limit, len(columns)) for columns, _, limit in map(_parsed, self.texts)]

    @property
    def texts(self) -> list[str]:
        """Return the queries."""
        return [call.body["select_query"] for call in self.crm.calls]

    def answered(self, call: Call) -> Any:
        """Answer a query as Zoho does."""
        columns, where, limit = _parsed(call.body["select_query"])
        found = self._found(where)
        if columns == ["COUNT(id)"]:
            return a_page([{"COUNT(id)": len(found)}])
        refused = self._refusal(columns, limit)
        if refused is not None:
            return refused
        rows = found[: min(limit, self.most_rows)]
        return (
            a_page([self._row(each, columns) for each in rows], more_records=len(found) > len(rows)) if rows else None
        )

    def _refusal(self, columns: Sequence[str], limit: int) -> Any:
        odd = next((name for name in columns if name in self.refused), None)
        if odd:
            return refusal("INVALID_QUERY", column_name=odd)
        if limit > self.most_rows and not self.clamps:
            return self._too_much(self.most_rows, "limit")
        if len(columns) > self.most_columns:
            return self._too_much(self.most_columns, "select")
        if sum(name.startswith("Formula") for name in columns) > self.most_formulas:
            return self._too_much(self.most_formulas, "select")
        return None

    def _too_much(self, limit: int, clause: str) -> Any:
        details = {"limit": limit, "clause": clause}
        told = {"clause": ("limit", "clause"), "figure": ("limit",), "nothing": ()}[self.tells]
        return refusal("LIMIT_EXCEEDED", **{name: details[name] for name in told})

    def _found(self, where: str) -> list[Entry]:
        since, after = _SINCE.search(where), _AFTER.search(where)
        border = datetime.fromisoformat(since[1]).timestamp() if since else None
        first = int(after[1]) if after else 0
        entries = sorted(self.model.entries.values(), key=lambda each: each.number)
        return [each for each in entries if each.number > first and _passes(each, border)]

    def _row(self, entry: Entry, columns: Sequence[str]) -> dict[str, Any]:
        row = {name: None if name in self.empty else f"{name} {entry.version}" for name in columns}
        row |= {"id": str(entry.number), CHANGED_AT: stamp(entry.second, entry.number)}
        return {name: value for name, value in row.items() if value is not None or not self.leaves_out_nulls}


def _parsed(text: str) -> tuple[list[str], str, int]:
    found = _QUERY.fullmatch(text)
    assert found is not None, text
    return found[1].split(", "), found[2], int(found[3] or 200)


def _passes(entry: Entry, border: float | None) -> bool:
    return border is None or (entry.second is not None and entry.second >= border)


def leads(count: int = 3, **settings: Any) -> Queries:
    """Return *count* records, numbered from 7 on, of which each changed a second after the one before."""
    return Queries(ModuleModel().add_many(range(LONG_AGO, LONG_AGO + count)), **settings)


def a_reader(
    crm: Crm | Queries, fields: Sequence[Field] = WIDE[:4], shape: CoqlShape | None = None, **facts: Any
) -> CoqlReader:
    """Return a reader of *fields* of Leads."""
    names = [each.api_name for each in fields]
    wanted = {"stream": "crm_leads", "api_name": "Leads", "fields": names, **facts}
    told = ModuleFacts(canonical=Canonical(fields, names), **wanted)
    requester: Any = crm.crm if isinstance(crm, Queries) else crm
    return CoqlReader(told, requester, shape or CoqlShape())


def pages(reader: CoqlReader, since: datetime | None = None, rows: int = 2000, after: str = "") -> list[CoqlPage]:
    """Read to the end."""
    found = [reader.page(since, after, rows)]
    while found[-1].more:
        found.append(reader.page(since, found[-1].last_id, rows))
    return found


def parts_of(found: Sequence[CoqlPage]) -> list[Part]:
    return [part for page in found for part in page.parts]


def ids_of(found: Sequence[CoqlPage]) -> list[str]:
    return [part.row["id"] for part in parts_of(found)]


def answered(*answers: Any) -> Crm:
    """Return who answers queries so, one after the other."""
    return Crm().on("coql", *answers)
