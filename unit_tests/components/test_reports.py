"""Does a report become a dated snapshot, and does a report that is refused say whose it was and what to do?"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.types import Record, StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components import organizations
from source_zoho.components.connection import tokens
from source_zoho.components.errors import _GONE
from source_zoho.components.records import AddPartitionFields, KeyExtractor, SchemaNormalizer
from source_zoho.components.reports import ReportRetriever
from source_zoho.components.traced import traced
from source_zoho.errors import ConfigProblem
from unit_tests.components.answers import an_answer

CONFIG = {"data_center": "us", "client_id": "a", "client_secret": "b", "refresh_token": "reports"}
SLICE = StreamSlice(partition={"organization_id": "7"}, cursor_slice={})
SCHEMA = {
    "properties": {
        "total": {"type": ["null", "number"]},
        "net_credit_total": {"type": ["null", "number"]},
        "intervals": {"type": ["null", "array"], "items": {"type": ["null", "object"]}},
    }
}
NOON = "Sat, 14 Jun 2025 12:00:00 GMT"
MONTHS = ["TransactionDate.ThisMonth", "TransactionDate.PreviousMonth"]
BASES = ["accrual", "cash"]
SALES = {"name": "Income", "total": 9.0, "account_transactions": [{"name": "Sales", "account_id": "3", "total": 9.0}]}


@dataclass
class Reports:
    """Stands in for the requester: gives one answer after the other, and remembers what it was asked."""

    ready: list[requests.Response | AirbyteTracedException | None]
    asked: list[dict[str, str]] = field(default_factory=list)

    def send_request(
        self,
        stream_slice: StreamSlice | None = None,
        path: str | None = None,
        request_params: Mapping[str, str] | None = None,
    ) -> requests.Response | None:
        assert path == "reports/balancesheet"
        self.asked.append(dict(request_params or {}))
        answer = self.ready.pop(0)
        if isinstance(answer, AirbyteTracedException):
            raise answer
        return answer


def a_report(*sections: dict[str, Any], key: str = "balance_sheet", date: str = NOON, **context: Any) -> Any:
    body = {"code": 0, "message": "success", key: list(sections), "page_context": context}
    return an_answer(body, headers={"Date": date})


def a_refusal(*, gone: bool = False) -> requests.Response:
    answer = an_answer({"code": 1002 if gone else 2, "message": "Invalid value passed for cash_based"}, status=400)
    setattr(answer, _GONE, gone)
    return answer


def read(reports: Reports, **settings: Any) -> list[dict[str, Any]]:
    retriever = ReportRetriever(
        requester=reports,  # type: ignore[arg-type]
        record_selector=a_selector(),
        config=CONFIG,
        parameters={},
        **{"name": "books_balance_sheet", "path": "reports/balancesheet", "scope": "reports.READ", **settings},
    )
    return [dict(each.data) for each in retriever.read_records(SCHEMA, SLICE) if isinstance(each, Record)]


def a_selector() -> RecordSelector:
    return RecordSelector(
        extractor=KeyExtractor(["balance_sheet"]),
        name="books_balance_sheet",
        config=CONFIG,
        parameters={},
        schema_normalization=SchemaNormalizer(),
        transformations=[AddPartitionFields()],
    )


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    organizations.forget()


# ── A line is a record ──


def test_each_line_is_a_record_with_its_place_and_its_day() -> None:
    first, second = read(Reports([a_report(SALES, as_of_date="2025-06-14", report_basis="Accrual")]), bases=["accrual"])

    assert first == {
        "organization_id": "7",
        "snapshot_date": "2025-06-14",
        "to_date": "2025-06-14",
        "basis": "accrual",
        "read_at": "2025-06-14T12:00:00+0000",
        "line_number": 1,
        "depth": 0,
        "path": "Income",
        "section": None,
        "name": "Income",
        "is_section": True,
        "account_id": None,
        "account_code": None,
        "total": 9.0,
        "values": {},
    }
    assert (second["path"], second["account_id"], second["line_number"]) == ("Income > Sales", "3", 2)


def test_what_the_schema_declares_becomes_a_column_and_the_rest_stays_in_values() -> None:
    account = {"name": "Bank", "net_credit_total": "", "is_collapsed_view": False, "depth": 3}

    (record,) = read(Reports([a_report(account)]))

    assert record["net_credit_total"] is None
    assert record["depth"] == 0
    assert record["values"] == {"is_collapsed_view": False, "depth": 3}


def test_a_report_under_a_key_that_nobody_has_seen_is_read_all_the_same() -> None:
    assert [record["name"] for record in read(Reports([a_report(SALES, key="bilan")]))] == ["Income", "Sales"]


# ── Questions ──


def test_both_months_are_asked_for_on_both_bases() -> None:
    months = [("2025-06-01", "2025-06-30"), ("2025-05-01", "2025-05-31")]
    answers = [
        a_report(SALES, from_date=first, to_date=last, report_basis=basis)
        for first, last in months
        for basis in ("Accrual", "Cash")
    ]
    reports = Reports(answers)

    records = read(reports, periods=MONTHS, bases=BASES)

    assert reports.asked == [
        {"filter_by": period, "cash_based": cash} for period in MONTHS for cash in ("false", "true")
    ]
    keys = [(each["snapshot_date"], each["basis"], each["from_date"], each["line_number"]) for each in records]
    assert len(set(keys)) == len(keys) == 8
    assert {each["snapshot_date"] for each in records} == {"2025-06-14"}


def test_an_ageing_is_asked_once_and_without_a_basis() -> None:
    reports = Reports([a_report(SALES)])
    query = {"filter_by": "InvoiceDueDate.Today", "per_page": "200"}

    (first, _) = read(reports, query=query)

    assert reports.asked == [query]
    assert "basis" not in first


def test_pages_of_a_report_are_one_report() -> None:
    def page(name: str, **context: Any) -> Any:
        return a_report({"name": "none", "group_list": [{"name": name}]}, **context)

    reports = Reports([page("A", has_more_page=True), page("B", has_more_page=False)])

    records = read(reports)

    assert reports.asked == [{}, {"page": "2"}]
    assert [(each["line_number"], each["path"]) for each in records] == [(1, "none"), (2, "none > A"), (3, "none > B")]


def test_a_page_that_comes_twice_ends_the_report_with_an_error() -> None:
    with pytest.raises(AirbyteTracedException, match="same page twice"):
        read(Reports([a_report(SALES, has_more_page=True), a_report(SALES, has_more_page=True)]))


# ── Days ──


def test_the_day_is_the_organizations_where_its_time_zone_is_known() -> None:
    organizations._known[tokens(CONFIG), "Books"] = [{"organization_id": 7, "time_zone": "Asia/Calcutta"}]
    evening = a_report(SALES, from_date="2025-06-01", to_date="2025-06-30", date="Sat, 14 Jun 2025 20:00:00 GMT")

    assert read(Reports([evening]), periods=MONTHS[:1])[0]["snapshot_date"] == "2025-06-15"


@pytest.mark.parametrize("zone", [None, "", "Neverland"])
def test_the_day_is_that_of_utc_where_the_time_zone_is_not_known(zone: str | None) -> None:
    organizations._known[tokens(CONFIG), "Books"] = [{"organization_id": "7", "time_zone": zone}]

    assert read(Reports([a_report(SALES)]), periods=MONTHS[:1])[0]["snapshot_date"] == "2025-06-14"


# ── What Zoho does not have ──


def test_an_organization_without_the_cash_basis_keeps_the_other(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="airbyte"):
        records = read(Reports([a_report(SALES), a_refusal()]), bases=BASES)

    assert {each["basis"] for each in records} == {"accrual"}
    assert "books_balance_sheet of organization 7: Zoho gives no report on the cash basis of its own" in caplog.text


def test_an_answer_for_another_basis_than_asked_is_not_counted_twice(caplog: pytest.LogCaptureFixture) -> None:
    same = {"as_of_date": "2025-06-14", "report_basis": "Accrual"}

    with caplog.at_level(logging.WARNING, logger="airbyte"):
        records = read(Reports([a_report(SALES, **same), a_report(SALES, **same)]), bases=BASES)

    assert len(records) == 2
    assert "left out" in caplog.text


def test_a_report_that_is_not_there_says_whose_and_what_to_do() -> None:
    with pytest.raises(AirbyteTracedException) as caught:
        read(Reports([a_refusal(gone=True)]), bases=["cash"])

    assert caught.value.failure_type is FailureType.config_error
    assert str(caught.value.message).startswith(
        "books_balance_sheet of organization 7: this organization does not have"
    )
    assert "Leave the stream out" in str(caught.value.message)


def test_a_refused_question_is_reported() -> None:
    with pytest.raises(AirbyteTracedException, match="Please report this") as caught:
        read(Reports([a_refusal()]), bases=BASES)

    assert caught.value.failure_type is FailureType.system_error


def test_a_refused_page_does_not_pass_for_the_end() -> None:
    with pytest.raises(AirbyteTracedException, match="refused"):
        read(Reports([a_report(SALES, has_more_page=True), a_refusal()]))


def test_a_missing_scope_is_told_with_the_one_that_covers_everything() -> None:
    refused = traced(ConfigProblem("The refresh_token lacks the scope ZohoBooks.reports.READ."))

    with pytest.raises(AirbyteTracedException) as caught:
        read(Reports([refused]))

    assert str(caught.value.message) == (
        "The refresh_token lacks the scope ZohoBooks.reports.READ. ZohoBooks.fullaccess.all covers reports too."
    )


def test_another_failure_is_told_as_it_is() -> None:
    with pytest.raises(AirbyteTracedException) as caught:
        read(Reports([traced(ConfigProblem("Not here."))]))

    assert caught.value.message == "Not here."


def test_an_answer_without_a_report_is_asked_for_again() -> None:
    assert len(read(Reports([None, an_answer({"code": 0, "message": "success"}), a_report(SALES)]))) == 2


def test_answers_without_a_report_end_the_stream_after_some_tries() -> None:
    with pytest.raises(AirbyteTracedException, match="Run again later") as caught:
        read(Reports([an_answer({"code": 0})] * 3))

    assert caught.value.failure_type is FailureType.transient_error
