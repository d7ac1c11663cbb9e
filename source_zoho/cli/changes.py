"""What happens in the demo's Zoho between two reads?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from source_zoho.emulator import Emulator

# Long enough that no change falls into the time that a second read repeats on purpose.
HOURS_BETWEEN_READS = 6


@dataclass(frozen=True)
class Change:
    """One thing that someone did in Zoho, and to what; CRM has one organization, which is not named."""

    done: str
    resource: str
    organization_id: str
    record_id: str

    @property
    def sentence(self) -> str:
        """Return the change in words."""
        return f"{self.done} in {self.resource}: {self.record_id}"


def make_changes(zoho: "Emulator") -> list[Change]:
    """Let an afternoon pass and change a few records, the way people at their desks would."""
    zoho.clock.advance(seconds=HOURS_BETWEEN_READS * 3600)
    return [*_afternoon(zoho, zoho.organization_ids[0]), *_afternoon_in_crm(zoho)]


def _afternoon(zoho: "Emulator", organization_id: str) -> Iterator[Change]:
    for invoice in zoho.rows("invoices", organization_id)[:3]:
        yield _edited(zoho, organization_id, "invoices", str(invoice["invoice_id"]), reference_number="PO-2071")
    for contact in zoho.rows("contacts", organization_id)[:2]:
        yield _edited(
            zoho, organization_id, "contacts", str(contact["contact_id"]), company_name="Kingfisher & Daughters"
        )
    added = zoho.add("items", organization_id, name="Ladder, 3 m", rate=89.9)
    yield Change("added", "items", organization_id, added)
    deleted = str(zoho.rows("expenses", organization_id)[0]["expense_id"])
    zoho.delete("expenses", organization_id, deleted)
    yield Change("deleted", "expenses", organization_id, deleted)


def _afternoon_in_crm(zoho: "Emulator") -> Iterator[Change]:
    first, second, third = zoho.crm.ids("Leads")[:3]
    for lead_id in (first, second):
        zoho.crm.edit("Leads", lead_id, Company="Kingfisher & Daughters")
        yield Change("edited", "leads", "", lead_id)
    zoho.crm.delete("Leads", third)
    yield Change("deleted", "leads", "", third)


def _edited(zoho: "Emulator", organization_id: str, resource: str, record_id: str, **fields: Any) -> Change:
    zoho.edit(resource, organization_id, record_id, **fields)
    return Change("edited", resource, organization_id, record_id)


def summary(changes: list[Change]) -> str:
    """Return the changes in one line: ``edited 3 invoices, added 1 item``."""
    counted: dict[tuple[str, str], int] = {}
    for change in changes:
        counted[change.done, change.resource] = counted.get((change.done, change.resource), 0) + 1
    return ", ".join(f"{done} {_amount(number, resource)}" for (done, resource), number in counted.items())


def _amount(number: int, resource: str) -> str:
    return f"{number} {resource if number != 1 else resource.removesuffix('s')}"
