"""Who owes how much for how long, on a given day?

Zoho documents no report. The shape of summaries and the key `invoiceaging` of the details are seen in public code;
the columns of the details are our reading of what Books shows on its pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .collection import Collection, Handle, Row
    from .organization import Organization

Side = Literal["receivable", "payable"]
_SETTLED = ("draft", "paid", "void")
# name of the column: the days overdue at which it ends
_INTERVALS = (("current", 0), ("days_1_to_15", 15), ("days_16_to_30", 30), ("days_31_to_45", 45))
_LAST_INTERVAL = "days_above_45"
COLUMNS = (*(name for name, _ in _INTERVALS), _LAST_INTERVAL)


@dataclass(frozen=True)
class _Names:
    resource: str
    record_id: str
    number: str
    contact: str
    kind: str


_SIDES: dict[Side, _Names] = {
    "receivable": _Names("invoices", "invoice_id", "invoice_number", "customer", "invoice"),
    "payable": _Names("bills", "bill_id", "bill_number", "vendor", "bill"),
}


def ageing_details(organization: Organization, side: Side, day: date) -> list[Row]:
    """Return one row for each document that was open on *day*, oldest due date first."""
    rows = [dict(row) for row in _open_documents(organization, _SIDES[side], day)]
    return sorted(rows, key=lambda row: (str(row["due_date"]), str(row["transaction_id"])))


def ageing(organization: Organization, side: Side, day: date) -> Row:
    """Return what is owed by age, in all and for each contact and currency: contacts stand in a group called none."""
    names, sums = _SIDES[side], dict[tuple[str, str, str], dict[str, int]]()
    for row in _open_documents(organization, names, day):
        contact = (str(row[f"{names.contact}_name"]), str(row[f"{names.contact}_id"]), str(row["currency_code"]))
        columns = sums.setdefault(contact, dict.fromkeys(COLUMNS, 0))
        columns[str(row["interval"])] += _cents(row["balance"])
    contacts = [
        {"id": contact_id, "name": name, "entity": names.contact, "currency_code": currency, **_by_age(columns)}
        for (name, contact_id, currency), columns in sorted(sums.items())
    ]
    all_of_them = {name: sum(columns[name] for columns in sums.values()) for name in COLUMNS}
    return {**_by_age(all_of_them), "group_list": [{"name": "none", "group_list": contacts}]}


def _by_age(cents: dict[str, int]) -> Row:
    total = sum(cents.values())
    return {
        "total": total / 100,
        "overdue": (total - cents["current"]) / 100,
        "intervals": [
            {"interval": name, "interval_formatted": name.replace("_", " ").capitalize(), "amount": cents[name] / 100}
            for name in COLUMNS
        ],
    }


def _open_documents(organization: Organization, names: _Names, day: date) -> Iterator[Row]:
    documents = organization.collections[names.resource]
    for handle in documents.handles():
        if documents.value(handle, "status") in _SETTLED or not _cents(documents.value(handle, "balance")):
            continue
        if str(documents.value(handle, "date")) <= day.isoformat():
            yield _document(documents, handle, names, day)


def _document(documents: Collection, handle: Handle, names: _Names, day: date) -> Row:
    def value(name: str) -> object:
        return documents.value(handle, name)

    due = str(value("due_date") or value("date"))
    age = (day - date.fromisoformat(due)).days
    return {
        "transaction_id": value(names.record_id),
        "transaction_type": names.kind,
        "transaction_number": value(names.number),
        "date": value("date"),
        "due_date": due,
        "age": max(age, 0),
        "interval": next((name for name, most in _INTERVALS if age <= most), _LAST_INTERVAL),
        "status": value("status"),
        f"{names.contact}_id": value(f"{names.contact}_id"),
        f"{names.contact}_name": value(f"{names.contact}_name"),
        "currency_code": value("currency_code"),
        "amount": value("total"),
        "balance": value("balance"),
    }


def _cents(money: object) -> int:
    return round(float(str(money or 0)) * 100)
