"""Does a full sync bring every record of every list exactly once, and with no call more than that takes?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.builders import (
    UNHURRIED,
    Run,
    every_stream,
    forget_earlier_syncs,
    identities,
    key_of,
    read,
    resource_of,
    stream_names,
)
from source_zoho.emulator import Emulator
from source_zoho.emulator.calls import Call
from source_zoho.emulator.resources import books_resources
from source_zoho.paging.instants import parse
from source_zoho.paging.windows import PAGE_SIZE, Page, overlapping_page

# Lists of more than two pages for each way of reading, with equal times across page borders; few parents.
SIZES = {
    "invoices": 430,  # in the order of change
    "expenses": 430,  # filter
    "delivery_challans": 430,  # newest first
    "recurring_bills": 430,  # no order that Zoho would promise
    "bank_transactions": 430,  # in the order of a date
    "custom_module_records": 230,  # children, newest first
    "account_transactions": 230,  # children
    "chart_of_accounts": 3,
    "contacts": 5,
    "projects": 3,
}
IN_ORDER_OF_CHANGE = {
    "bills",
    "contacts",
    "credit_notes",
    "customer_payments",
    "estimates",
    "invoices",
    "projects",
    "purchase_orders",
    "sales_orders",
    "vendor_credits",
}

PARENTS = {each.parent.resource for each in books_resources().values() if each.parent}

Row = dict[str, Any]


@dataclass(frozen=True)
class List:
    """One list of one organization as Zoho has it: where it is asked for, what names its parent, and its rows."""

    organization_id: str
    path: str
    parent: dict[str, str]
    rows: list[Row]
    has_debit_notes: bool = False

    def is_asked_by(self, call: Call) -> bool:
        query = call.query
        is_for_debit_notes = query.get("filter_by") == "Type.DebitNote"  # the same path as invoices
        return (
            call.path == f"/books/v3{self.path}"
            and query.get("organization_id") == self.organization_id
            and is_for_debit_notes == self.has_debit_notes
            and all(query.get(name, value) == value for name, value in self.parent.items())
        )


@dataclass(frozen=True)
class FullSync:
    """A sync of everything, and the Zoho that it read."""

    zoho: Emulator
    run: Run

    def lists(self, stream: str) -> Iterator[List]:
        """Yield the lists behind *stream*: one for each organization, or for each parent in it."""
        resource = books_resources()[resource_of(stream)]
        for organization_id in self.zoho.organization_ids:
            if resource.parent is None:
                rows = self.zoho.rows(resource.name, organization_id)
                yield List(organization_id, resource.path, {}, rows, resource.name == "customer_debit_notes")
                continue
            name = resource.parent.field
            for parent in self.zoho.rows(resource.parent.resource, organization_id):
                value = str(parent[name])
                rows = self.zoho.rows(resource.name, organization_id, value)
                yield List(organization_id, resource.path.replace(f"{{{name}}}", value), {name: value}, rows)

    def calls(self, asked: List) -> int:
        """Return how often *asked* was called."""
        return sum(asked.is_asked_by(call) for call in self.zoho.calls.log)


@pytest.fixture(scope="module")
def full_sync() -> Iterator[FullSync]:
    with Emulator(sizes=SIZES, calls_per_minute=UNHURRIED) as zoho:
        run = read(zoho)
        yield FullSync(zoho, run)
    forget_earlier_syncs()


every_stream_below_an_organization = pytest.mark.parametrize(
    "stream", [name for name in stream_names() if name != "books_organizations"]
)


@every_stream_below_an_organization
def test_every_record_of_every_organization_comes_exactly_once(full_sync: FullSync, stream: str) -> None:
    expected = [
        {**each.parent, **row, "organization_id": each.organization_id}
        for each in full_sync.lists(stream)
        for row in each.rows
    ]
    received = identities(full_sync.run.records(stream), key_of(stream))

    assert {row["organization_id"] for row in expected} == set(full_sync.zoho.organization_ids), "proves too little"
    assert received == identities(expected, key_of(stream))
    assert max(received.values()) == 1, "the primary key does not tell records apart"


def test_every_organization_of_the_account_is_a_record_inactive_ones_too(full_sync: FullSync) -> None:
    received = [row["organization_id"] for row in full_sync.run.records("books_organizations")]

    zoho = full_sync.zoho
    assert sorted(received) == sorted(zoho.organization_ids + zoho.inactive_organization_ids)


@every_stream_below_an_organization
def test_no_list_takes_more_calls_than_it_must(full_sync: FullSync, stream: str) -> None:
    for each in full_sync.lists(stream):
        fewest = fewest_calls(resource_of(stream), each.rows)
        # Read at the same moment for itself and for its children, a list is asked twice.
        most = 2 * fewest if resource_of(stream) in PARENTS else fewest
        assert fewest <= full_sync.calls(each) <= most, each.path


def test_a_list_is_asked_once_for_itself_and_for_its_children(a_zoho: Callable[..., Emulator]) -> None:
    zoho = a_zoho(sizes={"contacts": 3, "projects": 2})
    parents, children = ("books_contacts", "books_projects"), ("books_contact_persons", "books_project_tasks")

    read(zoho, *parents, *children, num_workers=1)

    for path in ("/books/v3/contacts", "/books/v3/projects"):
        assert zoho.calls.by_path[path] == len(zoho.organization_ids)


def test_one_access_token_serves_everything(full_sync: FullSync) -> None:
    assert full_sync.zoho.calls.tokens == 1


def test_organizations_are_listed_at_most_twice(full_sync: FullSync) -> None:
    # Once to learn which there are, once for the stream of them.
    assert full_sync.zoho.calls.by_path["/books/v3/organizations"] <= 2


def test_an_inactive_organization_is_never_called(full_sync: FullSync) -> None:
    zoho = full_sync.zoho

    assert zoho.inactive_organization_ids
    assert set(zoho.calls.by_organization) == set(zoho.organization_ids)


def test_every_stream_of_the_catalog_ends_complete(full_sync: FullSync) -> None:
    ended = {name: full_sync.run.status(name) for name in every_stream()}

    assert ended == dict.fromkeys(stream_names(), AirbyteStreamStatus.COMPLETE)


def test_nothing_was_refused_and_no_list_had_to_be_read_another_way(full_sync: FullSync) -> None:
    assert {call.status for call in full_sync.zoho.calls.log} == {200}
    assert not [line for line in full_sync.run.log if "reading on by" in line]


def test_only_the_chosen_organizations_are_read(a_zoho: Callable[..., Emulator]) -> None:
    zoho = a_zoho()
    chosen = zoho.organization_ids[1]

    run = read(zoho, "books_contacts", "books_currencies", "books_exchange_rates", organization_ids=[chosen, chosen])

    assert {row["organization_id"] for row in run.records("books_contacts")} == {chosen}
    assert identities(run.records("books_contacts"), ["contact_id"]).most_common(1)[0][1] == 1
    assert set(zoho.calls.by_organization) == {chosen}
    assert "/books/v3/organizations" not in zoho.calls.by_path


# ── what it must take ──


def fewest_calls(resource: str, rows: Sequence[Row]) -> int:
    """Return how many calls a list of these rows takes, when pages show that no row has slipped between them."""
    if not books_resources()[resource].paginated:
        return 1
    if resource in IN_ORDER_OF_CHANGE:
        return calls_in_order_of_change(rows)
    return calls_in_overlapping_pages(len(rows))


def calls_in_overlapping_pages(rows: int) -> int:
    """Every page after the first shows the last row of the one before again."""
    page, calls = Page(), 1
    while page.offset + page.size < rows:
        page, calls = overlapping_page(page.offset + page.size), calls + 1
    return calls


def calls_in_order_of_change(rows: Sequence[Row]) -> int:
    """Every page after the first begins with all rows of the second in which the one before ended."""
    times = sorted(moment for row in rows if (moment := parse(row.get("last_modified_time"))))
    begins_at = {moment: len(list(same)) for moment, same in groupby(times)}
    start, calls = 0, 1
    while start + PAGE_SIZE < len(times):
        last = times[start + PAGE_SIZE - 1]
        assert begins_at[last] < PAGE_SIZE, "a second with more rows than a page is another test's matter"
        start, calls = times.index(last), calls + 1
    return calls


def test_a_list_of_one_page_costs_one_call() -> None:
    assert [calls_in_overlapping_pages(rows) for rows in (0, 1, 200, 201)] == [1, 1, 1, 2]
