"""What does Zoho have for a stream, and where is it asked for? The emulator knows, without a call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from integration_tests.builders import (
    Record,
    archetype_of,
    called_in,
    is_whole_document,
    key_of,
    parent_key_of,
    resource_of,
    stream_names,
)
from source_zoho.emulator import Emulator
from source_zoho.emulator.calls import Call
from source_zoho.emulator.resources import Resource, resources

ORGANIZATION = "organization_id"
# Streams that are no list of Zoho's: each has a test file of its own.
NO_LISTS = (
    "billing_deleted_records",
    "billing_webhook_events",
    "books_balance_sheet",
    "books_custom_fields",
    "books_deleted_records",
    "books_payable_ageing",
    "books_profit_and_loss",
    "books_receivable_ageing",
    "books_trial_balance",
    "books_webhook_events",
)
ACCOUNTS = ("billing_organizations", "books_organizations")
# Called with the id that a document of the parent names, or a parent of a certain kind has.
_BY_OWN_ID = {"billing_refunds": "refund_id", "billing_unbilled_charges": "unbilled_charge_id"}
_OWN_PATHS = {"billing_unbilled_charges": "/unbilledcharges/{id}", "billing_refunds": "/creditnotes/refunds/{id}"}


@dataclass(frozen=True)
class Asked:
    """One list, or one document, as Zoho has it: whose it is, where it is asked for, and its rows as records."""

    organization_id: str
    path: str
    query: Mapping[str, str]
    rows: list[Record]

    def calls(self, log: Log) -> list[Call]:
        """Return the calls of *log* that were for this."""
        called = log.get((self.organization_id, self.path), [])
        return [each for each in called if all(each.query.get(name, "") == it for name, it in self.query.items())]


Log = dict[tuple[str, str], list[Call]]


def log_of(zoho: Emulator) -> Log:
    """Return the calls that Zoho has answered with success, by organization and path."""
    log: Log = defaultdict(list)
    for call in zoho.calls.log:
        if call.status == 200:
            log[call.organization_id, call.path].append(call)
    return log


@cache
def lists_and_documents() -> list[str]:
    """Return the streams that this file knows about: all that are read from lists of an organization."""
    return [name for name in stream_names() if name not in NO_LISTS + ACCOUNTS]


def expected(zoho: Emulator, stream: str, organization_id: str) -> list[Record]:
    """Return the records that a full sync of *stream* has to bring from an organization."""
    return [row for asked in all_asked(zoho, stream, organization_id) for row in asked.rows]


def all_asked(zoho: Emulator, stream: str, organization_id: str) -> Iterator[Asked]:
    """Yield the lists or documents behind *stream* in an organization."""
    if stream == "books_organization_details":
        document = zoho.detail("organizations", "", organization_id)
        yield Asked(organization_id, f"/books/v3/organizations/{organization_id}", {}, [document])
    elif is_whole_document(stream):
        yield from _documents(zoho, stream, organization_id)
    elif resources()[resource_of(stream)].parent:
        yield from _children(zoho, stream, organization_id)
    else:
        resource = resources()[resource_of(stream)]
        yield Asked(
            organization_id,
            resource.root + resource.path,
            _told_apart(resource),
            [{**row, ORGANIZATION: organization_id} for row in zoho.rows(resource.name, organization_id)],
        )


def _told_apart(resource: Resource) -> dict[str, str]:
    """Return what tells debit notes, which stand among the invoices, from those."""
    return {"filter_by": resource.all_filter or "Type.DebitNote"} if resource.path == "/invoices" else {}


def _documents(zoho: Emulator, stream: str, organization_id: str) -> Iterator[Asked]:
    resource = resources()[resource_of(stream)]
    for row in rows_with_parents(zoho, resource, organization_id):
        record_id = str(row[parent_key_of(stream)])
        document = zoho.detail(resource.name, organization_id, record_id)
        key = {name: row[name] for name in key_of(stream) if row.get(name) not in (None, "")}
        record = {**row, **document, **key, ORGANIZATION: organization_id, "record_source": "detail"}
        path = _filled(str(resource.detail_path), {**row, "": record_id})
        if archetype_of(stream).endswith("bulk_details"):
            path = "/itemdetails"
        yield Asked(organization_id, resource.root + path, {}, [record])


def _children(zoho: Emulator, stream: str, organization_id: str) -> Iterator[Asked]:
    resource = resources()[resource_of(stream)]
    assert resource.parent
    name = resource.parent.field
    for parent_id in parent_ids(zoho, resource, organization_id):
        own = {name if stream in _BY_OWN_ID else called_in(stream) or name: parent_id, ORGANIZATION: organization_id}
        rows = [{**own, **row} for row in zoho.rows(resource.name, organization_id, parent_id)]
        if stream in _BY_OWN_ID:
            for row in rows:
                path = _OWN_PATHS[stream].format(id=row[_BY_OWN_ID[stream]])
                yield Asked(organization_id, resource.root + path, {}, [row])
            continue
        path = resource.root + _filled(resource.path, {name: parent_id})
        yield Asked(organization_id, path, {name: parent_id} if resource.parent.place == "query" else {}, rows)


def parent_ids(zoho: Emulator, resource: Resource, organization_id: str) -> list[str]:
    """Return what names the parents of a child resource."""
    assert resource.parent
    if resource.name == "transaction_templates":
        kinds = ("invoices", "estimates", "creditnotes", "salesorders", "purchaseorders", "retainerinvoices")
        return [*kinds, "deliverychallans"]
    parents = zoho.rows(resource.parent.resource, organization_id)
    if resource.name == "tax_groups":
        parents = [row for row in parents if row["tax_type"] == "tax_group"]
    return [str(row[resource.parent.field]) for row in parents]


def rows_with_parents(zoho: Emulator, resource: Resource, organization_id: str) -> list[Record]:
    """Return the rows of a resource, those of children with what names their parents."""
    if resource.parent is None:
        return zoho.rows(resource.name, organization_id)
    name = resource.parent.field
    return [
        {name: parent_id, **row}
        for parent_id in parent_ids(zoho, resource, organization_id)
        for row in zoho.rows(resource.name, organization_id, parent_id)
    ]


def _filled(path: str, values: Mapping[str, Any]) -> str:
    """Return *path* with values for the names in braces; the last one is called by many names."""
    for part in path.split("/"):
        if part.startswith("{"):
            value = values.get(part.strip("{}"), values.get("", ""))
            path = path.replace(part, quote(str(value), safe=""))
    return path


# ── records ──


def difference(there: Any, received: Any, where: str = "") -> str:
    """
    Say where *received* is not what Zoho has *there*; empty when it is. Null fields are not received at all.

    Zoho writes an empty text for a missing date, number or flag, a number for an id, and a text for a number or flag.
    """
    if isinstance(there, dict) and isinstance(received, dict):
        found = (difference(value, received.get(name), f"{where}.{name}") for name, value in there.items())
        return next(filter(None, found), "")
    if isinstance(there, list) and isinstance(received, list):
        if len(there) != len(received):
            return f"{where}: {len(there)} there, {len(received)} received"
        found = (difference(*pair, f"{where}[]") for pair in zip(there, received, strict=True))
        return next(filter(None, found), "")
    return "" if _meaning(there) == _meaning(received) else f"{where}: {there!r} there, {received!r} received"


def _meaning(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or (isinstance(value, str) and not value.strip()):
        return ""
    if isinstance(value, int | float):
        return float(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        return value.lower() if value in ("True", "False") else value
