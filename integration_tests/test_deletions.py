"""Are deletions found that Zoho does not tell of, at the price that is written down?"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.builders import Run
from integration_tests.conftest import StartZoho
from integration_tests.rows import attempt, read
from source_zoho.emulator import Emulator
from source_zoho.paging import instants

DELETED = "books_deleted_records"
INVOICES, BILLS = "books_invoices", "books_bills"
A_DAY_SECONDS = 24 * 60 * 60
A_WEEK_SECONDS = 7 * A_DAY_SECONDS


@pytest.fixture
def zoho(a_zoho: StartZoho) -> Emulator:
    """Return a Zoho whose clock is behind ours, so that days may pass in it."""
    return a_zoho(now=datetime(2025, 9, 1, tzinfo=UTC))


@pytest.fixture
def where(zoho: Emulator) -> str:
    """Return the organization that is read."""
    return zoho.organization_ids[0]


def look(zoho: Emulator, before: Run | None = None, *tracked: str, **config: object) -> Run:
    """Look for deletions in the *tracked* lists (or the invoices) of the first organization, a day later."""
    zoho.clock.advance(seconds=A_DAY_SECONDS)
    zoho.calls.reset()
    settings = {"organization_ids": zoho.organization_ids[:1], "track_deletions": list(tracked or [INVOICES]), **config}
    return read(zoho, DELETED, state=before.state if before else None, **settings)


def calls(zoho: Emulator) -> Counter[str]:
    """Return how often each path was asked since the sync began, without signing in."""
    return Counter(call.path.removeprefix("/books/v3/") for call in zoho.calls.log if "oauth" not in call.path)


def remembered(run: Run) -> list[str]:
    """Return the lists of which the state keeps ids, over all organizations."""
    blobs = [state.stream.stream_state for state in run.state if state.stream]
    return [name for blob in blobs if blob for entry in vars(blob)["states"] for name in entry.get("notes", {})]


def an_invoice(zoho: Emulator, where: str, place: int = 5) -> str:
    return str(zoho.rows("invoices", where)[place]["invoice_id"])


# ── What is told ──


def test_a_deleted_invoice_is_told_once(zoho: Emulator, where: str) -> None:
    first = look(zoho)
    victim = an_invoice(zoho, where)
    zoho.delete("invoices", where, victim)

    second = look(zoho, first)
    third = look(zoho, second)

    assert first.records(DELETED) == []
    (record,) = second.records(DELETED)
    assert (record["organization_id"], record["stream"], record["record_id"]) == (where, INVOICES, victim)
    assert record["confirmed_by"] == "HTTP 404, code 1002"
    seen, missed = instants.parse(record["last_seen_at"]), instants.parse(record["missed_at"])
    assert seen
    assert missed
    assert 0 < (missed - seen).total_seconds() < 2 * A_DAY_SECONDS
    assert third.records(DELETED) == []


@pytest.mark.parametrize("stream", [BILLS, "books_contacts", "books_items", "books_journals", "books_users"])
def test_deletions_of_lists_that_give_no_count_are_found_too(zoho: Emulator, where: str, stream: str) -> None:
    resource = stream.removeprefix("books_")
    first = look(zoho, None, stream)
    victim = str(zoho.rows(resource, where)[2][f"{resource.removesuffix('s')}_id"])
    zoho.delete(resource, where, victim)

    assert [each["record_id"] for each in look(zoho, first, stream).records(DELETED)] == [victim]


def test_organizations_have_deletions_of_their_own(zoho: Emulator) -> None:
    one, two = zoho.organization_ids
    first = look(zoho, organization_ids=[one, two])
    victims = {one: an_invoice(zoho, one, 1), two: an_invoice(zoho, two, 2)}
    for organization_id, victim in victims.items():
        zoho.delete("invoices", organization_id, victim)

    found = look(zoho, first, organization_ids=[one, two]).records(DELETED)

    assert {each["organization_id"]: each["record_id"] for each in found} == victims


def test_an_organization_that_comes_later_begins_with_its_ids(zoho: Emulator) -> None:
    one, two = zoho.organization_ids
    first = look(zoho, organization_ids=[one])
    zoho.delete("invoices", two, an_invoice(zoho, two))

    second = look(zoho, first, organization_ids=[one, two])
    victim = an_invoice(zoho, two)
    zoho.delete("invoices", two, victim)

    assert second.records(DELETED) == []
    assert [each["record_id"] for each in look(zoho, second, organization_ids=[one, two]).records(DELETED)] == [victim]


def test_a_record_made_and_deleted_after_the_first_sync_is_told(zoho: Emulator, where: str) -> None:
    first = look(zoho)
    made = zoho.add("invoices", where)
    second = look(zoho, first)
    zoho.delete("invoices", where, made)

    assert second.records(DELETED) == []
    assert [each["record_id"] for each in look(zoho, second).records(DELETED)] == [made]


def test_rows_that_move_while_the_list_is_read_are_no_deletions(zoho: Emulator, where: str) -> None:
    first = look(zoho)
    victim, bystander = an_invoice(zoho, where, 3), an_invoice(zoho, where, 7)
    zoho.delete("invoices", where, bystander)
    # Every later row moves up by one, from the page to come onto the page that was read.
    zoho.on_call(3, lambda each: each.delete("invoices", where, victim), path="/books/v3/invoices")

    found = look(zoho, first).records(DELETED)

    assert {each["record_id"] for each in found} <= {victim, bystander}
    assert bystander in {each["record_id"] for each in found}


# ── What it costs ──


def test_an_idle_sync_of_a_long_list_asks_for_its_count_and_its_changes(zoho: Emulator) -> None:
    first = look(zoho)
    second = look(zoho, first)

    assert second.records(DELETED) == []
    assert calls(zoho) == {"invoices": 2}
    assert [call.query.get("response_option") for call in zoho.calls.log if call.path.endswith("invoices")] == [
        "2",
        None,
    ]


def test_new_rows_cost_no_reading_of_the_list(zoho: Emulator, where: str) -> None:
    first = look(zoho)
    for _ in range(3):
        zoho.add("invoices", where)

    look(zoho, first)

    assert calls(zoho) == {"invoices": 2}


def test_a_deletion_costs_the_pages_of_its_list_and_a_call(zoho: Emulator, where: str) -> None:
    first = look(zoho)
    victim = an_invoice(zoho, where)
    zoho.delete("invoices", where, victim)

    look(zoho, first)

    assert calls(zoho) == {"invoices": 1 + 3, f"invoices/{victim}": 1}


def test_after_a_week_of_counts_the_list_is_read_again(zoho: Emulator) -> None:
    run = look(zoho)
    zoho.clock.advance(seconds=A_WEEK_SECONDS)

    look(zoho, run)

    assert calls(zoho) == {"invoices": 1 + 3}


@pytest.mark.parametrize("mode", ["ignore", "refuse"])
def test_a_list_that_does_not_count_is_read(zoho: Emulator, where: str, mode: str) -> None:
    zoho.behave("invoices", response_option=mode)
    first = look(zoho)
    victim = an_invoice(zoho, where)
    zoho.delete("invoices", where, victim)

    assert [each["record_id"] for each in look(zoho, first).records(DELETED)] == [victim]


def test_nothing_tracked_makes_no_call_and_says_so(zoho: Emulator) -> None:
    zoho.calls.reset()
    run = read(zoho, DELETED)

    assert run.records(DELETED) == []
    assert zoho.calls.total == 0
    assert sum("track_deletions names no list" in line for line in run.log) == 1


# ── What can go wrong ──


def test_a_break_while_records_are_asked_for_loses_none_and_repeats_none(zoho: Emulator, where: str) -> None:
    first = look(zoho)
    victims = [an_invoice(zoho, where, place) for place in (1, 2, 3, 4)]
    for victim in victims:
        zoho.delete("invoices", where, victim)
    zoho.clock.advance(seconds=A_DAY_SECONDS)
    broken = sorted(victims)[2]
    zoho.faults.add("5", path=f"/invoices/{broken}")
    settings = {"organization_ids": [where], "track_deletions": [INVOICES]}

    second = attempt(zoho, DELETED, state=first.state, **settings)
    third = look(zoho, second)

    assert second.status(DELETED) is AirbyteStreamStatus.INCOMPLETE
    told = [each["record_id"] for run in (second, third) for each in run.records(DELETED)]
    assert sorted(told) == sorted(victims)
    assert 0 < len(second.records(DELETED)) < len(victims)


def test_a_clock_of_zoho_that_is_days_ahead_stops_nothing(a_zoho: StartZoho) -> None:
    zoho = a_zoho()
    first = look(zoho)
    for _ in range(2):
        victim = an_invoice(zoho, zoho.organization_ids[0])
        zoho.delete("invoices", zoho.organization_ids[0], victim)
        first = look(zoho, first)
        assert [each["record_id"] for each in first.records(DELETED)] == [victim]


def test_a_missing_scope_names_the_list_and_the_scope(a_zoho: StartZoho) -> None:
    zoho = a_zoho(scopes={"ZohoBooks.settings.READ", "ZohoBooks.invoices.READ"})

    run = attempt(zoho, DELETED, organization_ids=zoho.organization_ids[:1], track_deletions=[BILLS, INVOICES])

    assert run.status(DELETED) is AirbyteStreamStatus.INCOMPLETE
    assert "books_deleted_records (books_bills) of organization" in run.errors[0]
    assert "ZohoBooks.bills.READ" in run.errors[0]
    assert remembered(run) == [INVOICES], "the other list is looked through all the same"


# ── Billing ──


def test_billing_is_told_by_codes_where_it_has_no_ids(a_zoho: StartZoho) -> None:
    zoho = a_zoho(now=datetime(2025, 9, 1, tzinfo=UTC))
    where = zoho.organization_ids[0]
    settings: dict[str, Any] = {
        "organization_ids": [where],
        "track_deletions": ["billing_plans", "billing_subscriptions"],
        "products": ["books", "billing"],
    }
    first = read(zoho, "billing_deleted_records", **settings)
    plan = str(zoho.rows("billing_plans", where)[1]["plan_code"])
    subscription = str(zoho.rows("billing_subscriptions", where)[0]["subscription_id"])
    zoho.clock.advance(seconds=A_DAY_SECONDS)
    zoho.delete("billing_plans", where, plan)
    zoho.delete("billing_subscriptions", where, subscription)

    found = read(zoho, "billing_deleted_records", state=first.state, **settings).records("billing_deleted_records")

    assert {(each["stream"], each["record_id"]) for each in found} == {
        ("billing_plans", plan),
        ("billing_subscriptions", subscription),
    }
