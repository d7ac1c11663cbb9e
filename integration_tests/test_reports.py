"""Do reports arrive whole, as one snapshot for each day, from every organization that has them?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.builders import UNHURRIED, Run, forget_earlier_syncs, identities, key_of
from integration_tests.conftest import StartZoho
from integration_tests.rows import attempt, read
from source_zoho.emulator import Emulator

COMPLETE, INCOMPLETE = AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE
PROFIT, SHEET, TRIAL = "books_profit_and_loss", "books_balance_sheet", "books_trial_balance"
RECEIVABLE, PAYABLE = "books_receivable_ageing", "books_payable_ageing"
# What the connector asks for, as far as it is the present; the path, and the calls that it takes in an organization.
REPORTS = {
    SHEET: ("TransactionDate.Today", "balancesheet", 2),
    PAYABLE: ("BillDueDate.Today", "apagingsummary", 1),
    PROFIT: ("TransactionDate.ThisMonth", "profitandloss", 4),
    RECEIVABLE: ("InvoiceDueDate.Today", "aragingsummary", 1),
    TRIAL: ("TransactionDate.Today", "trialbalance", 2),
}
every_report = pytest.mark.parametrize("stream", REPORTS)


def said(zoho: Emulator, stream: str, organization_id: str) -> dict[str, Any]:
    """Return what Zoho has to say in *stream*'s report of the present."""
    return zoho.report(stream.removeprefix("books_"), organization_id, filter_by=REPORTS[stream][0])


def names(value: Any) -> Iterator[str]:
    """Yield the name of every line of a report, from top to bottom."""
    if isinstance(value, dict):
        if "name" in value:
            yield value["name"]
        for each in value.values():
            yield from names(each)
    elif isinstance(value, list):
        for each in value:
            yield from names(each)


def keys_of_snapshot(run: Run, stream: str) -> set[tuple[str, ...]]:
    found = identities(run.records(stream), key_of(stream))
    assert max(found.values()) == 1, "two lines have the same key"
    return set(found)


@dataclass(frozen=True)
class TwoDays:
    """Two syncs of one day and one of the next; *told* and *calls* are of the first."""

    zoho: Emulator
    told: dict[tuple[str, str], dict[str, Any]]
    calls: dict[str, int]
    first: Run
    again: Run
    tomorrow: Run

    @property
    def organization_ids(self) -> list[str]:
        return self.zoho.organization_ids


@pytest.fixture(scope="module")
def days() -> Iterator[TwoDays]:
    with Emulator(calls_per_minute=UNHURRIED) as zoho:
        told = {(stream, each): said(zoho, stream, each) for stream in REPORTS for each in zoho.organization_ids}
        first = read(zoho, *REPORTS)
        calls = dict(zoho.calls.by_path)
        again = read(zoho, *REPORTS, state=first.state)
        zoho.clock.advance(seconds=86_400)
        tomorrow = read(zoho, *REPORTS, state=again.state)
        yield TwoDays(zoho, told, calls, first, again, tomorrow)
    forget_earlier_syncs()


# ── Whole ──


@every_report
def test_every_line_of_a_report_arrives_once_and_in_order(days: TwoDays, stream: str) -> None:
    for organization_id in days.organization_ids:
        expected = list(names(days.told[stream, organization_id]))
        rows = [row for row in days.first.records(stream, organization_id) if row.get("basis") in {None, "accrual"}]
        newest = [row for row in rows if row["to_date"] == max(each["to_date"] for each in rows)]

        assert expected
        # The summary of an ageing is a line too, and has no name of its own.
        assert [row["name"] for row in newest if row["name"] not in {"invoice", "bills"}] == expected
        assert [row["line_number"] for row in newest] == list(range(1, len(newest) + 1))


@every_report
def test_a_report_costs_one_call_for_each_period_and_basis(days: TwoDays, stream: str) -> None:
    _, path, calls = REPORTS[stream]

    assert days.calls[f"/books/v3/reports/{path}"] == calls * len(days.organization_ids)


def test_profit_and_loss_covers_this_month_and_the_one_before_on_both_bases(days: TwoDays) -> None:
    for organization_id in days.organization_ids:
        this = date.fromisoformat(days.told[PROFIT, organization_id]["page_context"]["from_date"])
        before = (this - timedelta(days=1)).replace(day=1)
        covered = {(row["from_date"], row["basis"]) for row in days.first.records(PROFIT, organization_id)}

        assert covered == {(first.isoformat(), basis) for first in (this, before) for basis in ("accrual", "cash")}


@pytest.mark.parametrize("basis", ["accrual", "cash"])
def test_debit_equals_credit(days: TwoDays, basis: str) -> None:
    for organization_id in days.organization_ids:
        rows = [row for row in days.first.records(TRIAL, organization_id) if row["basis"] == basis]
        accounts = [row for row in rows if not row["is_section"]]
        debit = sum(row.get("net_debit_total") or 0 for row in accounts)

        assert debit > 0
        assert debit == pytest.approx(sum(row.get("net_credit_total") or 0 for row in accounts))


def test_the_accounts_of_a_report_are_those_of_the_organization(days: TwoDays) -> None:
    for organization_id in days.organization_ids:
        lists = [days.zoho.rows(name, organization_id) for name in ("chart_of_accounts", "bank_accounts")]
        known = {row["account_id"] for rows in lists for row in rows}
        named = {row["account_id"] for row in days.first.records(SHEET, organization_id) if row.get("account_id")}

        assert named
        assert named <= known


@pytest.mark.parametrize("stream", [RECEIVABLE, PAYABLE])
def test_the_contacts_of_an_ageing_keep_their_buckets(days: TwoDays, stream: str) -> None:
    contacts = [row for row in days.first.records(stream) if row.get("id")]

    assert contacts
    assert all(sum(each["amount"] for each in row["intervals"]) == pytest.approx(row["total"]) for row in contacts)


# ── Dated ──


@every_report
def test_a_second_sync_of_the_day_replaces_the_snapshot_and_another_day_keeps_it(days: TwoDays, stream: str) -> None:
    assert keys_of_snapshot(days.first, stream) == keys_of_snapshot(days.again, stream)
    assert keys_of_snapshot(days.tomorrow, stream)
    assert not keys_of_snapshot(days.first, stream) & keys_of_snapshot(days.tomorrow, stream)


@every_report
def test_the_snapshot_is_of_the_organizations_own_day(days: TwoDays, stream: str) -> None:
    for organization_id in days.organization_ids:
        today = days.told[SHEET, organization_id]["page_context"]["as_of_date"]

        assert {row["snapshot_date"] for row in days.first.records(stream, organization_id)} == {today}


# ── Refused ──


def test_an_organization_without_a_report_is_named_and_the_others_go_on(zoho: Emulator) -> None:
    without, with_it = zoho.organization_ids[0], zoho.organization_ids[1]
    zoho.behave_organization(without, absent={"trial_balance"})

    run = attempt(zoho, TRIAL, SHEET)

    sentences = [each for each in run.errors if each.startswith(f"{TRIAL} of organization {without}: ")]
    assert len(sentences) == 1
    assert "does not have this part of Books" in sentences[0]
    assert "Leave the stream out for it" in sentences[0]
    assert run.records(TRIAL, with_it)
    assert (run.status(TRIAL), run.status(SHEET)) == (INCOMPLETE, COMPLETE)


def test_a_missing_scope_is_named_with_the_one_that_covers_all(a_zoho: StartZoho) -> None:
    zoho = a_zoho(scopes={"ZohoBooks.settings.READ"})

    run = attempt(zoho, SHEET, "books_taxes")

    told = " ".join(run.errors)
    assert f"{SHEET} of organization " in told
    assert "lacks the scope ZohoBooks.reports.READ" in told
    assert "ZohoBooks.fullaccess.all covers reports too." in told
    assert (run.status(SHEET), run.status("books_taxes")) == (INCOMPLETE, COMPLETE)
