"""
Do whole documents and children follow their parents' changes, at the price of the changed ones only?

One stream of each archetype is read: first everything, then nothing (an idle sync), then after edits, additions and
deletions; each of them in two organizations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import pytest

from integration_tests.builders import (
    UNHURRIED,
    Run,
    a_few_of_each,
    archetype_of,
    costs_a_call_for_each_document,
    cursor_field_of,
    forget_earlier_syncs,
    identities,
    key_of,
    parent_key_of,
    parent_of,
    read,
    resource_of,
    stream_names,
)
from integration_tests.conftest import StartZoho
from integration_tests.truth import expected
from source_zoho.emulator import Emulator
from source_zoho.paging.instants import parse

AN_HOUR_SECONDS = 3600
# A stream of each archetype that follows the change of its parents, and one more of what is special in a row.
FOLLOWING = [
    "billing_addon_details",
    "billing_cards",
    "billing_contact_persons",
    "billing_event_details",
    "billing_expense_details",
    "billing_quote_comments",
    "billing_refunds",
    "billing_unbilled_charges",
    "books_bill_details",
    "books_contact_persons",
    "books_invoice_comments",
    "books_invoice_details",
    "books_item_details",
    "books_recurring_bill_comments",
]
# The same where Zoho filters by change, but rows do not show it: those of the look-back are followed again.
READ_AT = ["books_journal_credits", "books_journal_details"]
# One call for every parent in every sync, as the description of the stream says.
IN_FULL = ["billing_item_details", "billing_project_comments", "books_task_comments", "books_user_details"]
STREAMS = [*FOLLOWING, *READ_AT, *IN_FULL]
SIZES = {**a_few_of_each(8), "items": 130, "invoices": 12}
ITEMS = "books_item_details"
LOG = "billing_event_details"


@dataclass(frozen=True)
class Changes:
    """What people did to the parents of one stream in one organization."""

    edited: str
    added: str
    deleted: str


@dataclass(frozen=True)
class FourSyncs:
    """A first sync, an idle one, one after changes an hour later, and another idle one."""

    zoho: Emulator
    first: Run
    idle: Run
    calls_when_idle: Counter[str]
    changes: Mapping[tuple[str, str], Changes]
    second: Run
    calls_after_changes: Counter[str]
    idle_again: Run
    calls_when_idle_again: Counter[str]


def followed(zoho: Emulator) -> Counter[str]:
    """Return how often documents and children were asked for, by the stream's path without ids."""
    return Counter(
        pattern(path) for path, count in zoho.calls.by_path.items() if "oauth" not in path for _ in range(count)
    )


def pattern(path: str) -> str:
    """Return *path* from its product on, with a star for whatever names a record."""
    _, product, _, first, *steps = path.split("/")
    named = [step if step.isalpha() and first != "addons" else "*" for step in steps]
    return "/".join([product, first, *named])


# What is called for one parent of each stream.
PATHS = {
    "billing_addon_details": "billing/addons/*",
    "billing_cards": "billing/customers/*/cards",
    "billing_contact_persons": "billing/customers/*/contactpersons",
    "billing_event_details": "billing/events/*",
    "billing_expense_details": "billing/expenses/*",
    "billing_item_details": "billing/items/*",
    "billing_project_comments": "billing/projects/*/comments",
    "billing_quote_comments": "billing/estimates/*/comments",
    "billing_refunds": "billing/creditnotes/*",
    "billing_unbilled_charges": "billing/subscriptions/*",
    "books_bill_details": "books/bills/*",
    "books_contact_persons": "books/contacts/*/contactpersons",
    "books_invoice_comments": "books/invoices/*/comments",
    "books_invoice_details": "books/invoices/*",
    "books_item_details": "books/itemdetails",
    "books_journal_credits": "books/journals/*/credits",
    "books_journal_details": "books/journals/*",
    "books_recurring_bill_comments": "books/recurringbills/*/comments",
    "books_task_comments": "books/tasks/*/comments",
    "books_user_details": "books/users/*",
}


def change_parents(zoho: Emulator, stream: str, organization_id: str) -> Changes:
    """Edit the oldest parent, add one, and delete another."""
    parents, name = resource_of(parent_of(stream)), parent_key_of(stream)
    oldest, second_oldest, *_ = zoho.rows(parents, organization_id)
    if stream == LOG:
        added = zoho.add(parents, organization_id)
        return Changes(added, added, "")
    changes = Changes(str(oldest[name]), zoho.add(parents, organization_id), str(second_oldest[name]))
    zoho.edit(parents, organization_id, changes.edited)
    zoho.delete(parents, organization_id, changes.deleted)
    return changes


@pytest.fixture(scope="module")
def four_syncs() -> Iterator[FourSyncs]:
    with Emulator(sizes=SIZES, calls_per_minute=UNHURRIED) as zoho:
        first = read(zoho, *STREAMS, document_details="changed")
        zoho.calls.reset()
        idle = read(zoho, *STREAMS, document_details="changed", state=first.state)
        calls_when_idle = followed(zoho)

        zoho.clock.advance(seconds=AN_HOUR_SECONDS)
        zoho.clock.freeze()
        changes: dict[tuple[str, str], Changes] = {}
        changed: dict[str, dict[str, Changes]] = {}
        for stream in STREAMS:  # streams of the same parents see the same changes
            parents = changed.setdefault(parent_of(stream), {})
            for each in zoho.organization_ids:
                parents[each] = parents.get(each) or change_parents(zoho, stream, each)
                changes[stream, each] = parents[each]
        zoho.clock.advance(seconds=60)
        zoho.calls.reset()
        second = read(zoho, *STREAMS, document_details="changed", state=idle.state)
        calls_after_changes = followed(zoho)
        zoho.calls.reset()
        again = read(zoho, *STREAMS, document_details="changed", state=second.state)
        yield FourSyncs(zoho, first, idle, calls_when_idle, changes, second, calls_after_changes, again, followed(zoho))
    forget_earlier_syncs()


def parents_of(rows: list[dict[str, object]], stream: str) -> set[str]:
    return {str(row[parent_key_of(stream)]) for row in rows}


def test_every_archetype_that_costs_a_call_for_each_document_is_tried_here() -> None:
    optional = {archetype_of(name) for name in stream_names() if costs_a_call_for_each_document(name)}

    # Records of custom modules and what all others have been shown for: test_documents.py reads all of them.
    left_out = {"books/details_of_custom_module", "books/details_in_full", "billing/children_of_modified"}
    assert optional - left_out <= {archetype_of(name) for name in STREAMS}


@pytest.mark.parametrize("stream", FOLLOWING)
def test_an_idle_sync_follows_no_parent(four_syncs: FourSyncs, stream: str) -> None:
    assert four_syncs.calls_when_idle[PATHS[stream]] == 0
    assert four_syncs.calls_when_idle_again[PATHS[stream]] == 0
    assert four_syncs.idle.records(stream) == []


@pytest.mark.parametrize("stream", FOLLOWING)
def test_a_sync_after_changes_follows_the_changed_parents_only(four_syncs: FourSyncs, stream: str) -> None:
    zoho = four_syncs.zoho
    news = sum(
        len({changes.edited, changes.added}) for (name, _), changes in four_syncs.changes.items() if name == stream
    )
    if stream == ITEMS:
        news = len(zoho.organization_ids)  # up to a hundred in one call

    assert four_syncs.calls_after_changes[PATHS[stream]] == news


@pytest.mark.parametrize("stream", FOLLOWING)
def test_what_belongs_to_changed_parents_is_brought_whole(four_syncs: FourSyncs, stream: str) -> None:
    for organization_id in four_syncs.zoho.organization_ids:
        changes = four_syncs.changes[stream, organization_id]
        there = expected(four_syncs.zoho, stream, organization_id)
        news = [row for row in there if str(row.get(parent_key_of(stream))) in (changes.edited, changes.added)]

        brought = four_syncs.second.records(stream, organization_id)
        assert identities(brought, key_of(stream)) == identities(news, key_of(stream))


@pytest.mark.parametrize("stream", [name for name in FOLLOWING if name != "billing_refunds"])
def test_the_state_is_the_last_change_of_a_parent(four_syncs: FourSyncs, stream: str) -> None:
    field = cursor_field_of(parent_of(stream))
    parents = resource_of(parent_of(stream))
    for organization_id, reached in four_syncs.second.cursors(stream).items():
        times = [parse(row.get(field)) for row in four_syncs.zoho.rows(parents, organization_id)]

        assert reached == max(int(moment.timestamp()) for moment in times if moment)


@pytest.mark.parametrize("stream", READ_AT)
def test_where_parents_hide_their_change_those_that_changed_are_brought(four_syncs: FourSyncs, stream: str) -> None:
    for organization_id in four_syncs.zoho.organization_ids:
        changes = four_syncs.changes[stream, organization_id]
        brought = parents_of(four_syncs.second.records(stream, organization_id), stream)

        assert changes.edited in brought
        assert brought <= {changes.edited, changes.added}
    assert four_syncs.calls_when_idle[PATHS[stream]] == 0, "nothing changed within the look-back"
    assert four_syncs.calls_after_changes[PATHS[stream]] == 2 * len(four_syncs.zoho.organization_ids)


@pytest.mark.parametrize("stream", IN_FULL)
def test_parents_that_do_not_tell_are_followed_in_every_sync(four_syncs: FourSyncs, stream: str) -> None:
    zoho = four_syncs.zoho
    parents = sum(len(zoho.rows(resource_of(parent_of(stream)), each)) for each in zoho.organization_ids)

    assert four_syncs.calls_when_idle_again[PATHS[stream]] == parents
    there = [row for each in zoho.organization_ids for row in expected(zoho, stream, each)]
    assert identities(four_syncs.idle_again.records(stream), key_of(stream)) == identities(there, key_of(stream))


# ── one document ──


def test_one_edited_invoice_costs_one_call_for_its_document(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"invoices": 30})
    where = zoho.organization_ids[0]
    first = read(zoho, "books_invoice_details", document_details="changed")
    zoho.clock.advance(seconds=AN_HOUR_SECONDS)
    edited = str(zoho.rows("invoices", where)[7]["invoice_id"])
    zoho.edit("invoices", where, edited, notes="Only the document has notes.")
    zoho.calls.reset()

    second = read(zoho, "books_invoice_details", document_details="changed", state=first.state)

    (record,) = second.records("books_invoice_details")
    assert (record["invoice_id"], record["notes"]) == (edited, "Only the document has notes.")
    assert zoho.calls.by_path[f"/books/v3/invoices/{edited}"] == 1
    # Organizations, the list of each, and the document.
    assert zoho.calls.total == 1 + len(zoho.organization_ids) + 1


def test_a_document_that_changes_while_it_is_read_is_read_again_by_the_next_sync(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"invoices": 12})
    where = zoho.organization_ids[0]
    victim = str(zoho.rows("invoices", where)[3]["invoice_id"])
    path = f"/invoices/{victim}"
    zoho.on_call(1, lambda zoho: zoho.edit("invoices", where, victim, notes="first"), path=path)
    first = read(zoho, "books_invoice_details", document_details="changed", organization_ids=[where])
    zoho.edit("invoices", where, victim, notes="second")

    second = read(
        zoho, "books_invoice_details", document_details="changed", organization_ids=[where], state=first.state
    )

    assert [row["notes"] for row in second.records("books_invoice_details")] == ["second"]


def test_a_document_deleted_between_list_and_detail_is_passed_over_and_said_once(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"invoices": 12})
    where = zoho.organization_ids[0]
    victims = [str(row["invoice_id"]) for row in zoho.rows("invoices", where)[-2:]]
    for victim in victims:
        zoho.on_call(3, partial(_delete, where=where, invoice_id=victim), path="/invoices/{invoice_id}")

    run = read(zoho, "books_invoice_details", document_details="changed", organization_ids=[where])

    assert {row["invoice_id"] for row in run.records("books_invoice_details")} == {
        str(row["invoice_id"]) for row in zoho.rows("invoices", where)
    }
    (sentence,) = [line for line in run.log if "deleted while we read" in line]
    assert sentence == f"books_invoice_details of organization {where}: 2 were deleted while we read, and have no rows."


def _delete(zoho: Emulator, where: str, invoice_id: str) -> None:
    zoho.delete("invoices", where, invoice_id)


def test_items_deleted_between_list_and_documents_are_passed_over(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes={"items": 130})
    where = zoho.organization_ids[0]
    victim = str(zoho.rows("items", where)[50]["item_id"])
    zoho.on_call(1, lambda zoho: zoho.delete("items", where, victim), path="item_details")

    run = read(zoho, ITEMS, document_details="changed", organization_ids=[where])

    assert len(run.records(ITEMS)) == 129
    assert zoho.calls.by_path["/books/v3/itemdetails"] == 3, "a hundred, twenty-nine, and the missing one by itself"
    assert f"{ITEMS} of organization {where}: 1 were deleted while we read, and have no rows." in run.log


# ── organizations and dates ──


def test_an_organization_that_comes_later_is_followed_from_the_beginning(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes=SIZES)
    streams = ("books_invoice_details", "books_invoice_comments", "billing_cards")
    known, left_out = zoho.organization_ids
    before = read(zoho, *streams, document_details="changed", organization_ids=[known])
    newcomer = zoho.add_organization("Late Riser Ltd")

    after = read(zoho, *streams, document_details="changed", state=before.state)

    for stream in streams:
        for each in (left_out, newcomer):
            there = expected(zoho, stream, each)
            assert identities(after.records(stream, each), key_of(stream)) == identities(there, key_of(stream))
        assert after.records(stream, known) == [], "the known one began anew"
        assert set(after.cursors(stream)) == {known, left_out, newcomer}


def test_the_start_date_spares_the_documents_that_did_not_change_since(a_zoho: StartZoho) -> None:
    zoho = a_zoho(sizes=SIZES)
    start = "2025-01-01T00:00:00Z"
    streams = {"books_invoice_details": "last_modified_time", "billing_addon_details": "updated_time"}

    run = read(zoho, *streams, document_details="changed", start_date=start)

    since = parse(start)
    assert since
    for stream, field in streams.items():
        for each in zoho.organization_ids:
            rows = zoho.rows(resource_of(stream), each)
            late = [row for row in rows if (moment := parse(row.get(field))) and moment >= since]
            brought = parents_of(run.records(stream, each), stream)
            assert {str(row[parent_key_of(stream)]) for row in late} <= brought
            never = [row for row in rows if not row.get(field)]
            assert len(brought) == len(late) + len(never), "rows that do not say when they changed always come"
