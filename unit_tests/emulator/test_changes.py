"""Do lists over generated and changed records answer as a plain list of all rows would?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from source_zoho.emulator import Emulator
from source_zoho.emulator.zones import Zone, parse_stamp
from unit_tests.emulator.builders import Caller, refusal

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
Row = dict[str, Any]

# What happens to the records: an edit or a deletion of the n-th of those that exist, an addition, or time passing.
OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["edit", "delete"]), st.integers(0, 10_000)),
        st.tuples(st.sampled_from(["add", "wait"]), st.integers(0, 2)),
    ),
    max_size=25,
)


@dataclass
class Model:
    """The naive list: every row, in a dictionary."""

    zoho: Emulator
    organization_id: str
    rows: dict[str, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows = {str(row["bill_id"]): dict(row) for row in self.zoho.rows("bills", self.organization_id)}

    def apply(self, operation: str, number: int) -> None:
        ids = sorted(self.rows)
        if operation == "wait":
            self.zoho.clock.advance(number)
        elif operation == "add":
            new = self.zoho.add("bills", self.organization_id, reference_number=f"new {number}")
            self.rows[new] = dict(self.zoho.record("bills", self.organization_id, new))
        elif ids and operation == "edit":
            edited = ids[number % len(ids)]
            self.zoho.edit("bills", self.organization_id, edited, total=number)
            stamp = Zone("", 330).stamp(int(self.zoho.clock.seconds()))
            self.rows[edited] |= {"total": number, "last_modified_time": stamp}
        elif ids:
            deleted = ids[number % len(ids)]
            self.zoho.delete("bills", self.organization_id, deleted)
            del self.rows[deleted]

    def listing(self, column: str, *, descending: bool, since: int | None) -> list[Row]:
        kept = [row for row in self.rows.values() if since is None or instant(row["last_modified_time"]) >= since]
        ordered = sorted(kept, key=lambda row: (instant(row[column]), int(row["bill_id"])))
        return ordered[::-1] if descending else ordered


def instant(stamp: str) -> int:
    found = parse_stamp(stamp)
    assert found is not None
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    size=st.integers(0, 60),
    operations=OPERATIONS,
    column=st.sampled_from(["created_time", "last_modified_time"]),
    order=st.sampled_from(["A", "D"]),
    per_page=st.integers(1, 40),
    since=st.one_of(st.none(), st.integers(0, 10_000)),
)
def test_paging_over_changes_equals_a_plain_list(
    size: int, operations: list[tuple[str, int]], column: str, order: str, per_page: int, since: int | None
) -> None:
    zoho = Emulator(now=NOON, sizes={"bills": size}, calls_per_minute=10**6)
    zoho.clock.freeze()
    caller, model = Caller(zoho), Model(zoho, zoho.organization_ids[0])
    for operation, number in operations:
        model.apply(operation, number)
    known = sorted(instant(row["last_modified_time"]) for row in model.rows.values())
    border = known[since % len(known)] if since is not None and known else None
    asked = {} if border is None else {"last_modified_time": Zone("", -480).stamp(border)}

    rows = caller.everything("/bills", "bills", sort_column=column, sort_order=order, per_page=per_page, **asked)

    assert rows == model.listing(column, descending=order == "D", since=border)
    assert {row["bill_id"] for row in zoho.rows("bills", model.organization_id)} == set(model.rows)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(operations=OPERATIONS, per_page=st.integers(1, 40))
def test_the_walk_by_formula_and_the_look_at_every_record_agree(
    operations: list[tuple[str, int]], per_page: int
) -> None:
    zoho = Emulator(now=NOON, calls_per_minute=10**6)
    zoho.clock.freeze()
    caller, model = Caller(zoho), Model(zoho, zoho.organization_ids[0])
    for operation, number in operations:
        model.apply(operation, number)

    by_formula = caller.everything("/bills", "bills", sort_column="last_modified_time", per_page=per_page)
    # A search that every row passes, so that each has to be looked at.
    by_looking = caller.everything(
        "/bills", "bills", sort_column="last_modified_time", per_page=per_page, date_start="1999-01-01"
    )

    assert by_formula == by_looking


def test_an_edit_shows_in_list_and_detail_with_a_new_stamp(caller: Caller) -> None:
    zoho, organization_id = caller.zoho, caller.organization_id
    bill_id = str(zoho.rows("bills", organization_id)[3]["bill_id"])

    zoho.edit("bills", organization_id, bill_id, reference_number="ÄÖ-1")

    newest = caller.json("/bills", sort_column="last_modified_time", sort_order="D")["bills"][0]
    assert (newest["bill_id"], newest["reference_number"]) == (bill_id, "ÄÖ-1")
    assert newest["last_modified_time"] == "2026-03-04T17:30:00+0530"
    assert caller.json(f"/bills/{bill_id}")["bill"]["reference_number"] == "ÄÖ-1"


def test_the_detail_of_a_credit_note_calls_its_stamp_updated_time(caller: Caller) -> None:
    zoho, organization_id = caller.zoho, caller.organization_id
    note_id = str(zoho.rows("credit_notes", organization_id)[0]["creditnote_id"])

    zoho.edit("credit_notes", organization_id, note_id, status="closed")

    assert caller.json(f"/creditnotes/{note_id}")["creditnote"]["updated_time"] == "2026-03-04T17:30:00+0530"


def test_an_edit_may_blank_a_stamp_and_still_count_as_a_change(caller: Caller) -> None:
    zoho, organization_id = caller.zoho, caller.organization_id
    bill_id = str(zoho.rows("bills", organization_id)[3]["bill_id"])

    zoho.edit("bills", organization_id, bill_id, last_modified_time="")

    (row,) = caller.json("/bills", last_modified_time="2026-03-04T12:00:00+0000")["bills"]
    assert (row["bill_id"], row["last_modified_time"]) == (bill_id, "")


def test_a_deleted_record_is_gone_from_list_and_detail(caller: Caller) -> None:
    zoho, organization_id = caller.zoho, caller.organization_id
    bill_id = str(zoho.rows("bills", organization_id)[0]["bill_id"])

    zoho.delete("bills", organization_id, bill_id)

    assert refusal(caller.get(f"/bills/{bill_id}")) == (404, 1002)
    with pytest.raises(KeyError, match="no record"):
        zoho.edit("bills", organization_id, bill_id, total=1)


def test_an_added_record_can_be_edited_and_deleted(caller: Caller) -> None:
    zoho, organization_id = caller.zoho, caller.organization_id
    contact_id = zoho.add("contacts", organization_id, contact_name="Neu", status="inactive")
    zoho.edit("contacts", organization_id, contact_id, status="active")
    assert caller.json("/contacts")["contacts"][0]["contact_name"] == "Neu"

    zoho.delete("contacts", organization_id, contact_id)

    assert contact_id not in {row["contact_id"] for row in zoho.rows("contacts", organization_id)}


def test_more_than_a_page_of_records_can_share_one_second(caller: Caller) -> None:
    zoho, organization_id = caller.zoho, caller.organization_id
    edited = [str(row["invoice_id"]) for row in zoho.rows("invoices", organization_id)[:250]]
    for invoice_id in edited:
        zoho.edit("invoices", organization_id, invoice_id, status="void")

    rows = caller.everything("/invoices", "invoices", sort_column="last_modified_time")

    assert len({row["last_modified_time"] for row in rows[-250:]}) == 1
    assert [row["invoice_id"] for row in rows[-250:]] == sorted(edited)


def test_an_edit_between_two_pages_moves_a_row_out_of_the_way(caller: Caller) -> None:
    zoho, organization_id = caller.zoho, caller.organization_id
    pages = caller.pages("/invoices", "invoices", sort_column="last_modified_time")
    first = next(pages)
    zoho.edit("invoices", organization_id, first[0]["invoice_id"], status="void")

    rest = [row["invoice_id"] for page in pages for row in page]

    # One row slid onto the page that was already read: what offset paging loses, and keyset paging does not.
    everything = {row["invoice_id"] for row in zoho.rows("invoices", organization_id)}
    assert len(everything - {row["invoice_id"] for row in first} - set(rest)) == 1
    assert rest[-1] == first[0]["invoice_id"]


def test_edits_in_one_organization_leave_the_others_alone(caller: Caller) -> None:
    here, there = caller.zoho.organization_ids
    before = caller.zoho.rows("bills", there)

    caller.zoho.edit("bills", here, str(caller.zoho.rows("bills", here)[0]["bill_id"]), total=1)

    assert caller.zoho.rows("bills", there) == before


def test_an_organization_can_be_opened_and_closed(caller: Caller) -> None:
    new = caller.zoho.add_organization("Neu gegründet")
    assert caller.json("/bills", organization_id=new)["bills"]

    caller.zoho.edit("organizations", new, new, is_org_active=False)

    assert new not in caller.zoho.organization_ids
    assert refusal(caller.get("/bills", organization_id=new)) == (400, 6024)


def test_a_million_records_are_walked_without_being_made() -> None:
    zoho = Emulator(now=NOON, sizes={"invoices": 3_000_000}, calls_per_minute=10**6)
    zoho.clock.freeze()
    caller = Caller(zoho)
    middle = caller.json("/invoices", sort_column="last_modified_time", page=7500)["invoices"]
    zoho.edit("invoices", caller.organization_id, middle[0]["invoice_id"], status="void")

    alone = middle[51]  # nobody shares this record's second
    since = {"last_modified_time": alone["last_modified_time"]}
    keyset = caller.json("/invoices", sort_column="last_modified_time", **since)
    by_creation = caller.json("/invoices", sort_column="created_time", page=14_000)

    assert [row["invoice_id"] for row in middle[51:]] == [row["invoice_id"] for row in keyset["invoices"]][:149]
    assert len(by_creation["invoices"]) == 200
    assert all(
        instant(one["last_modified_time"]) <= instant(next_one["last_modified_time"])
        for one, next_one in pairwise(keyset["invoices"])
    )
