"""
Does a full sync bring every record of every list exactly once, and with no call more than that takes?

Whole documents and optional children stay out, as they do by default; ``test_documents.py`` reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.builders import (
    UNHURRIED,
    Record,
    Run,
    archetype_of,
    costs_a_call_for_each_document,
    every_stream,
    forget_earlier_syncs,
    identities,
    key_of,
    parent_of,
    read,
    resource_of,
)
from integration_tests.truth import (
    ACCOUNTS,
    NO_LISTS,
    Asked,
    Log,
    all_asked,
    difference,
    expected,
    lists_and_documents,
    log_of,
)
from source_zoho.emulator import Emulator
from source_zoho.emulator.resources import resources
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
    "billing_events": 430,  # a log
    "billing_subscriptions": 430,
    "chart_of_accounts": 3,
    "contacts": 5,
    "projects": 3,
    "billing_customers": 4,
    "billing_projects": 2,
}
EVERYTHING = [*ACCOUNTS, *lists_and_documents()]
STREAMS = [name for name in lists_and_documents() if not costs_a_call_for_each_document(name)]
IN_ORDER_OF_CHANGE = ("books/keyset", "books/keyset_undocumented")
# Read once more for the ids of its rows, unless the answer is still in the cache.
PARENTS = {each.parent.resource for name in STREAMS if (each := resources().get(resource_of(name))) and each.parent}


@dataclass(frozen=True)
class FullSync:
    """A sync of everything, and the Zoho that it read."""

    zoho: Emulator
    run: Run
    log: Log

    def asked(self, stream: str) -> Iterator[Asked]:
        """Yield the lists behind *stream*: one for each organization, or for each parent in it."""
        for organization_id in self.zoho.organization_ids:
            yield from all_asked(self.zoho, stream, organization_id)


@pytest.fixture(scope="module")
def full_sync() -> Iterator[FullSync]:
    with Emulator(sizes=SIZES, calls_per_minute=UNHURRIED) as zoho:
        run = read(zoho, *EVERYTHING)
        yield FullSync(zoho, run, log_of(zoho))
    forget_earlier_syncs()


every_list = pytest.mark.parametrize("stream", STREAMS)


@every_list
def test_every_record_of_every_organization_comes_exactly_once(full_sync: FullSync, stream: str) -> None:
    there = [row for each in full_sync.zoho.organization_ids for row in expected(full_sync.zoho, stream, each)]
    received = identities(full_sync.run.records(stream), key_of(stream))

    assert {row["organization_id"] for row in there} == set(full_sync.zoho.organization_ids), "proves too little"
    assert received == identities(there, key_of(stream))
    assert max(received.values()) == 1, "the primary key does not tell records apart"


@every_list
def test_a_record_says_what_zoho_says(full_sync: FullSync, stream: str) -> None:
    key = key_of(stream)
    received = {tuple(str(row.get(name) or "") for name in key): row for row in full_sync.run.records(stream)}

    for row in expected(full_sync.zoho, stream, full_sync.zoho.organization_ids[0])[:20]:
        assert not difference(row, received[tuple(str(row.get(name) or "") for name in key)])


@pytest.mark.parametrize(
    "stream", [name for name in STREAMS if (it := resources().get(resource_of(name))) and it.hidden]
)
def test_rows_that_zoho_hides_unless_asked_come_too(full_sync: FullSync, stream: str) -> None:
    hidden = resources()[resource_of(stream)].hidden
    assert hidden
    field, values = hidden[0].removeprefix("_"), hidden[1]

    brought = [row for row in full_sync.run.records(stream) if row.get(field) in values]
    there = [row for each in full_sync.zoho.organization_ids for row in expected(full_sync.zoho, stream, each)]
    assert len(brought) == len([row for row in there if row.get(field) in values])
    assert brought or not any(field in row for row in there), "proves too little"


@pytest.mark.parametrize("stream", ACCOUNTS)
def test_every_organization_of_the_account_is_a_record_inactive_ones_too(full_sync: FullSync, stream: str) -> None:
    received = [row["organization_id"] for row in full_sync.run.records(stream)]

    zoho = full_sync.zoho
    assert sorted(received) == sorted(zoho.organization_ids + zoho.inactive_organization_ids)


@every_list
def test_no_list_takes_more_calls_than_it_must(full_sync: FullSync, stream: str) -> None:
    followers = [each for each in STREAMS if parent_of(each) == stream]
    for each in full_sync.asked(stream):
        fewest = fewest_calls(stream, each.rows)
        # Read at the same moment for itself and for its children, a list is asked once more; so is the first page of
        # one that is longer, to see whether Zoho takes an order that it does not document.
        tries = stream.startswith("billing_") and fewest > 1
        most = (fewest + tries) * (1 + len(followers) + (resource_of(stream) in PARENTS and not followers))
        assert fewest <= len(each.calls(full_sync.log)) <= most, each.path


def test_what_costs_a_call_for_each_document_costs_none_unless_it_is_asked_for(full_sync: FullSync) -> None:
    optional = [name for name in EVERYTHING if costs_a_call_for_each_document(name)]

    brought = full_sync.run.counts()
    assert not [name for name in optional if brought[name]]
    (sentence,) = [line for line in full_sync.run.log if "document_details is none" in line]
    assert all(name in sentence for name in optional)
    called = {call.path for call in full_sync.zoho.calls.log if call.organization_id}
    assert called == {each.path for name in STREAMS for each in full_sync.asked(name)}


def test_a_list_is_asked_once_for_itself_and_for_its_children(a_zoho: Callable[..., Emulator]) -> None:
    zoho = a_zoho(sizes={"contacts": 3, "projects": 2})
    parents, children = ("books_currencies", "books_projects"), ("books_exchange_rates", "books_project_tasks")

    read(zoho, *parents, *children, num_workers=1)

    for path in ("/books/v3/settings/currencies", "/books/v3/projects"):
        assert zoho.calls.by_path[path] == len(zoho.organization_ids)


def test_one_access_token_serves_everything(full_sync: FullSync) -> None:
    assert full_sync.zoho.calls.tokens == 1


@pytest.mark.parametrize("path", ["/books/v3/organizations", "/billing/v1/organizations"])
def test_organizations_are_listed_at_most_twice_by_each_product(full_sync: FullSync, path: str) -> None:
    # Once to learn which there are, once for the stream of them.
    assert full_sync.zoho.calls.by_path[path] <= 2


def test_an_inactive_organization_is_never_called(full_sync: FullSync) -> None:
    zoho = full_sync.zoho

    assert zoho.inactive_organization_ids
    assert set(zoho.calls.by_organization) == set(zoho.organization_ids)


def test_every_stream_ends_complete(full_sync: FullSync) -> None:
    ended = {name: full_sync.run.status(name) for name in EVERYTHING}

    assert ended == dict.fromkeys(EVERYTHING, AirbyteStreamStatus.COMPLETE)


def test_every_stream_of_the_catalog_is_read_here_or_has_a_file_of_its_own() -> None:
    assert sorted([*EVERYTHING, *NO_LISTS]) == sorted(every_stream())


def test_nothing_was_refused_but_orders_that_zoho_does_not_document(full_sync: FullSync) -> None:
    refused = [call for call in full_sync.zoho.calls.log if call.status != 200]

    assert {(call.status, call.query.get("sort_column")) for call in refused} <= {(400, "created_time")}
    assert {call.path.split("/")[1] for call in refused} <= {"billing"}
    said = [line for line in full_sync.run.log if "reading on by" in line]
    assert len(said) == len(set(said)) == len(refused), "each is said once"


def test_only_the_chosen_organizations_are_read(a_zoho: Callable[..., Emulator]) -> None:
    zoho = a_zoho()
    chosen = zoho.organization_ids[1]
    streams = ("books_contacts", "books_currencies", "books_exchange_rates", "billing_customers", "billing_plans")

    run = read(zoho, *streams, organization_ids=[chosen, chosen])

    assert {row["organization_id"] for name in streams for row in run.records(name)} == {chosen}
    assert identities(run.records("books_contacts"), ["contact_id"]).most_common(1)[0][1] == 1
    assert set(zoho.calls.by_organization) == {chosen}
    assert not [path for path in zoho.calls.by_path if path.endswith("/organizations")]


# ── what it must take ──


def fewest_calls(stream: str, rows: Sequence[Record]) -> int:
    """Return how many calls a list of these rows takes, when pages show that no row has slipped between them."""
    if resource_of(stream) not in resources() or not resources()[resource_of(stream)].paginated:
        return 1
    if archetype_of(stream) in IN_ORDER_OF_CHANGE:
        return calls_in_order_of_change(rows)
    return calls_in_overlapping_pages(len(rows))


def calls_in_overlapping_pages(rows: int) -> int:
    """Every page after the first shows the last row of the one before again."""
    page, calls = Page(), 1
    while page.offset + page.size < rows:
        page, calls = overlapping_page(page.offset + page.size), calls + 1
    return calls


def calls_in_order_of_change(rows: Sequence[Record]) -> int:
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
