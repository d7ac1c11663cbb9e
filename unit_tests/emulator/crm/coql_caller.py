"""How does a test ask the emulated CRM a query?"""

from __future__ import annotations

from typing import Any

from source_zoho.emulator.wire import Answer
from unit_tests.emulator.builders import body_of
from unit_tests.emulator.crm.crm_caller import CrmCaller, refusal

Row = dict[str, Any]


def asked(crm: CrmCaller, query: str, **more: Any) -> Answer:
    return crm.post("/coql", {"select_query": query, **more})


def answered(crm: CrmCaller, query: str, **more: Any) -> Row:
    answer = asked(crm, query, **more)
    assert answer.status == 200, (answer.status, answer.body)
    return body_of(answer)


def found(crm: CrmCaller, query: str) -> list[Row]:
    """Return the rows of a query, none of them when it finds nothing."""
    answer = asked(crm, query)
    assert answer.status in (200, 204), (answer.status, answer.body)
    rows: list[Row] = body_of(answer)["data"] if answer.status == 200 else []
    return rows


def told(crm: CrmCaller, query: str, **more: Any) -> tuple[str, Row]:
    """Return code and details of a refusal."""
    status, code, details = refusal(asked(crm, query, **more))
    assert status == 400
    return code, details
