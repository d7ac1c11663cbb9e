"""How does a test read a module of CRM through the reader, and see that each record comes once and whole?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from source_zoho.components.crm_reader import Batch, ModuleFacts, ModuleReader
from unit_tests.components.crm_fakes import FIELDS, Crm, Records
from unit_tests.crm.module_model import NOON, ModuleModel

LONG_AGO = NOON - 100_000
TWO_GROUPS, THREE_GROUPS = FIELDS[:80], FIELDS


def records(count: int = 3, **model: Any) -> Records:
    """Return *count* records of Leads, of which each changed a second after the one before."""
    return Records(ModuleModel(**model).add_many(range(LONG_AGO, LONG_AGO + count)))


def a_reader(crm: Crm, fields: Sequence[str] = FIELDS[:3], **facts: Any) -> ModuleReader:
    wanted = {"stream": "crm_leads", "api_name": "Leads", "fields": fields, **facts}
    return ModuleReader(ModuleFacts(**wanted), crm)  # type: ignore[arg-type]


def rows_of(batches: Sequence[Batch]) -> list[dict[str, Any]]:
    return [row for batch in batches for row in batch.rows]


def read(crm: Crm, fields: Sequence[str] = FIELDS[:3], since: datetime | None = None, **facts: Any) -> list[Any]:
    """Read all, and make sure that each record came once, whole and of one version."""
    rows = rows_of(list(a_reader(crm, fields, **facts).batches(since)))
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert len({value.split()[-1] for name, value in row.items() if name.startswith("Field_")}) <= 1, row
    return rows
