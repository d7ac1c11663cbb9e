"""What did each organization bring and cost, and how much failed in it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from source_zoho.cli.sync.causes import Cause
from source_zoho.cli.sync.facts import COMPLETE, Sync

_CRM = "crm"


@dataclass(frozen=True)
class Organization:
    """An organization (without an id: that of the CRM): its rows, its calls, and how many streams failed in it."""

    id: str
    name: str
    rows: int
    calls: int
    failed: int


def organizations(sync: Sync, failed: Iterable[Cause]) -> list[Organization]:
    """Return the organizations of Books and Billing of which something was heard, and then the CRM's."""
    rows, calls, failures = Counter[str](), Counter[str](), Counter[str]()
    for stream in sync.streams.values():
        rows.update({each or stream.product: number for each, number in stream.rows.items()})
        failures[_CRM] += stream.product == _CRM and stream.status != COMPLETE
    for place, cost in sync.costs.items():
        calls[place.organization_id or place.product] += cost.calls
    for case in (case for cause in failed for case in cause.cases):
        failures.update(dict.fromkeys(case.organizations, len(case.streams)))
    billed = {place.organization_id for place in sync.costs}
    ids = {*sync.organization_ids, *billed, *failures} - {"", _CRM}
    found = [Organization(id_, sync.names.get(id_, ""), rows[id_], calls[id_], failures[id_]) for id_ in sorted(ids)]
    of_crm = Organization("", sync.crm_name, rows[_CRM], calls[_CRM], failures[_CRM])
    return [*found, of_crm] if of_crm.rows or of_crm.calls else found
