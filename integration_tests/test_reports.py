"""Do reports arrive whole, as one snapshot for each day, from every organization that has them?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteStreamStatus

from integration_tests.builders import Run, identities, key_of
from integration_tests.conftest import StartZoho
from integration_tests.rows import attempt, read
from source_zoho.emulator import Emulator

COMPLETE, INCOMPLETE = AirbyteStreamStatus.COMPLETE, AirbyteStreamStatus.INCOMPLETE
PROFIT, SHEET, TRIAL = "books_profit_and_loss", "books_balance_sheet", "books_trial_balance"
RECEIVABLE, PAYABLE = "books_receivable_ageing", "books_payable_ageing"
REPORTS = [SHEET, PAYABLE, PROFIT, RECEIVABLE, TRIAL]
# What the connector asks for, by report, and what of it is the present.
TODAY = {
    SHEET: {"filter_by": "TransactionDate.Today"},
    TRIAL: {"filter_by": "TransactionDate.Today"},
    PROFIT: {"filter_by": "TransactionDate.ThisMonth"},
    RECEIVABLE: {"filter_by": "InvoiceDueDate.Today"},
    PAYABLE: {"filter_by": "BillDueDate.Today"},
}
CALLS = {SHEET: 2, TRIAL: 2, PROFIT: 4, RECEIVABLE: 1, PAYABLE: 1}
PATHS = {
    SHEET: "/books/v3/reports/balancesheet",
    TRIAL: "/books/v3/reports/trialbalance",
    PROFIT: "/books/v3/reports/profitandloss",
    RECEIVABLE: "/books/v3/reports/aragingsummary",
    PAYABLE: "/books/v3/reports/apagingsummary",
}


def resource(stream: str) -> str:
    return stream.removeprefix("books_")


def said(zoho: Emulator, stream: str, organization_id: str, **more: str) -> dict[str, Any]:
    """Return what Zoho has to say in *stream*'s report of the present."""
    return zoho.report(resource(stream), organization_id, **TODAY[stream], **more)


def totals(value: Any) -> Iterator[float]:
    """Yield every total of a report, in the order of its lines."""
    if isinstance(value, dict):
        if "total" in value:
            yield value["total"]
        for name, each in value.items():
            if name != "page_context":
                yield from totals(each)
    elif isinstance(value, list):
        for each in value:
            yield from totals(each)


def keys_of_snapshot(run: Run, stream: str) -> set[tuple[str, ...]]:
    found = identities(run.records(stream), key_of(stream))
    assert max(found.values()) == 1, "two lines have the same key"
    return set(found)


# ── Whole ──


@pytest.mark.parametrize("stream", REPORTS)
def test_every_line_of_a_report_arrives_once(zoho: Emulator, stream: str) -> None:
    run = read(zoho, stream)

    keys_of_snapshot(run, stream)
    for organization_id in zoho.organization_ids:
        expected = list(totals(said(zoho, stream, organization_id)))
        lines = [row for row in run.records(stream, organization_id) if row.get("basis", "accrual") == "accrual"]
        newest = max(row["to_date"] for row in lines)
        assert expected
        assert [row["total"] for row in lines if row["to_date"] == newest and row["total"] is not None] == expected


@pytest.mark.parametrize("stream", REPORTS)
def test_a_report_costs_one_call_for_each_basis_and_period(zoho: Emulator, stream: str) -> None:
    read(zoho, stream)

    assert zoho.calls.by_path[PATHS[stream]] == CALLS[stream] * len(zoho.organization_ids)


def test_profit_and_loss_covers_this_month_and_the_one_before_on_both_bases(zoho: Emulator) -> None:
    run = read(zoho, PROFIT)

    for organization_id in zoho.organization_ids:
        context = said(zoho, PROFIT, organization_id)["page_context"]
        this = date.fromisoformat(context["from_date"])
        before = (this - timedelta(days=1)).replace(day=1)
        covered = {(row["from_date"], row["basis"]) for row in run.records(PROFIT, organization_id)}
        assert covered == {(first.isoformat(), basis) for first in (this, before) for basis in ("accrual", "cash")}


def test_debit_equals_credit(zoho: Emulator) -> None:
    for basis in ("accrual", "cash"):
        rows = [row for row in read(zoho, TRIAL).records(TRIAL) if row["basis"] == basis and not row["is_section"]]
        for organization_id in zoho.organization_ids:
            own = [row for row in rows if row["organization_id"] == organization_id]
            debit = sum(row["net_debit_total"] or 0 for row in own)
            assert own
            assert debit == pytest.approx(sum(row["net_credit_total"] or 0 for row in own))


def test_accounts_of_a_report_are_those_of_the_chart(zoho: Emulator) -> None:
    run = read(zoho, SHEET)

    for organization_id in zoho.organization_ids:
        chart = {row["account_id"] for row in zoho.rows("chart_of_accounts", organization_id)}
        named = {row["account_id"] for row in run.records(SHEET, organization_id) if row["account_id"]}
        assert named
        assert named <= chart


def test_the_contacts_of_an_ageing_keep_their_buckets(zoho: Emulator) -> None:
    rows = [row for row in read(zoho, RECEIVABLE).records(RECEIVABLE) if row["id"]]

    assert rows
    assert all(sum(each["amount"] for each in row["intervals"]) == pytest.approx(row["total"]) for row in rows)


# ── Dated ──


@pytest.mark.parametrize("stream", REPORTS)
def test_a_second_sync_of_the_day_replaces_the_snapshot_and_another_day_keeps_it(zoho: Emulator, stream: str) -> None:
    first = read(zoho, stream)
    again = read(zoho, stream, state=first.state)
    zoho.clock.advance(seconds=86_400)
    tomorrow = read(zoho, stream, state=again.state)

    assert keys_of_snapshot(first, stream) == keys_of_snapshot(again, stream)
    assert keys_of_snapshot(tomorrow, stream)
    assert not keys_of_snapshot(first, stream) & keys_of_snapshot(tomorrow, stream)


@pytest.mark.parametrize("stream", REPORTS)
def test_the_snapshot_is_of_zohos_day_in_the_organization(zoho: Emulator, stream: str) -> None:
    run = read(zoho, stream)

    for organization_id in zoho.organization_ids:
        today = said(zoho, SHEET, organization_id)["page_context"]["to_date"]
        assert {row["snapshot_date"] for row in run.records(stream, organization_id)} == {today}


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
