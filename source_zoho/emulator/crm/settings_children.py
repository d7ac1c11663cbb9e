"""What hangs below a single record: its history, e-mails, shares and contact roles; and what is in the recycle bin?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .settings_rows import Rows

Row = dict[str, Any]
# Only these have e-mails: Zoho names the first four and says that there are others.
WITH_EMAILS = ("Leads", "Contacts", "Accounts", "Deals", "Cases", "Vendors")
_MOST_CHANGES, _MOST_EMAILS, _MOST_SHARES = 4, 26, 3


def key_of(module: str, record_id: str) -> str:
    """Write the one text that names a record as a parent."""
    return f"{module}/{record_id}"


def timeline(rows: Rows, record: str) -> list[Row]:
    """Return what happened to a record, oldest first: it was added, then changed a few times."""
    module, _, record_id = record.partition("/")
    whole = rows.world.record(module, record_id)
    count = rows.size_of_parent("timelines", record_id, 1 + _number(record) % _MOST_CHANGES)
    first, last = _instant(whole.get("Created_Time")), _instant(whole.get("Modified_Time"))
    times = [first + (last - first) * place // max(1, count - 1) for place in range(count)]
    return [_happened(rows, whole, record, place, at) for place, at in enumerate(times)]


def _happened(rows: Rows, whole: Mapping[str, Any], record: str, place: int, at: int) -> Row:
    module, _, record_id = record.partition("/")
    number = _number(f"{record}/{place}")
    done_by = rows.person(number)
    return {
        "id": rows.identifier("timelines", record, place),
        "audited_time": rows.world.stamp(at),
        "action": "updated" if place else "added",
        "source": ("crm_ui", "crm_api", "workflow")[number % 3],
        "done_by": {"name": done_by["name"], "id": done_by["id"]},
        "related_record": None,
        "automation_details": {"type": "workflow", "rule": {"name": "Rückruf", "id": "1"}} if number % 3 == 2 else None,
        "record": {"name": _name(whole), "id": record_id, "module": rows.module_reference(module)},
        "field_history": [_change(rows, module, number)] if place else None,
    }


def _change(rows: Rows, module: str, number: int) -> Row:
    fields = rows.world.fields(module)
    field = fields[number % len(fields)] if fields else {}
    return {
        "api_name": field.get("api_name"),
        "id": field.get("id"),
        "field_label": field.get("field_label"),
        "data_type": field.get("data_type"),
        "enable_colour_code": False,
        "pick_list_values": [],
        "_value": {"old": None if number % 2 else "früher", "new": f"value {number % 100}"},
    }


def timeline_extras(row: Row, include: str) -> Row:
    """Return a timeline row with what `include` adds."""
    return {**row, include: "crm" if include == "extension" else "record"} if include else row


def emails(rows: Rows, record: str) -> list[Row]:
    """Return the e-mails of a record; the text itself comes only with a single one."""
    module, _, record_id = record.partition("/")
    if module not in WITH_EMAILS:
        return []
    count = rows.size_of_parent("record_emails", record_id, _number(record) % _MOST_EMAILS)
    linked = {"id": record_id, "name": _name(rows.world.record(module, record_id))}
    module_reference = rows.module_reference(module)
    return [
        {
            **row,
            "message_id": f"{row['message_id']}.{record_id}",
            "linked_record": {**linked, "module": module_reference},
        }
        for row in rows.made("record_emails", count, record)
    ]


def shares(rows: Rows, record: str) -> list[Row]:
    """Return with whom a record is shared: with nobody twice."""
    _, _, record_id = record.partition("/")
    made = rows.made(
        "record_shares", rows.size_of_parent("record_shares", record_id, _number(record) % _MOST_SHARES), record
    )
    return list({row["shared_with"]["id"]: row for row in made}.values())


def contact_roles(rows: Rows, record: str) -> list[Row]:
    """Return the contacts of a deal, whole, with the part that each plays."""
    _, _, deal_id = record.partition("/")
    contacts, number = rows.world.ids("Contacts"), _number(record)
    wanted = min(len(contacts), rows.size_of_parent("deal_contact_roles", deal_id, number % 4))
    found = []
    for place in range(wanted):
        contact = rows.world.record("Contacts", contacts[(number + place) % len(contacts)])
        role = (number + place) % max(1, rows.count("contact_roles"))
        reference = {"name": rows.label("contact_roles", role), "id": rows.identifier("contact_roles", "", role)}
        found.append({**contact, "Contact_Role": reference if number % 5 else None})
    return found


def recycle_bin(rows: Rows, _parent: str) -> list[Row]:
    """Return what could still be restored, out of all modules."""
    as_text = rows.behaviour("recycle_bin").module_as == "text"
    return [
        {
            "id": gone["id"],
            "display_name": gone["display_name"],
            "module": module if as_text else rows.module_reference(module),
            "owner": rows.user(_number(gone["id"])),
            "deleted_by": gone["deleted_by"],
            "deleted_time": gone["deleted_time"],
        }
        for module in rows.world.modules()
        for gone in rows.world.deleted(module)
        if gone["type"] == "recycle"
    ]


def _name(record: Mapping[str, Any]) -> Any:
    names = ("Full_Name", "Last_Name", "Deal_Name", "Account_Name", "Subject", "Name", "Product_Name", "Vendor_Name")
    return next((record[name] for name in names if isinstance(record.get(name), str)), None)


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest())


def _instant(stamp: Any) -> int:
    """Return epoch seconds; a record of a module without times counts as made at the beginning of 2025."""
    return int(datetime.fromisoformat(stamp or "2025-01-01T00:00:00+00:00").timestamp())
