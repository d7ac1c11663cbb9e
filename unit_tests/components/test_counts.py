"""Is a count believed only where Zoho really gave one?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.counts import CountRetriever, ask_for_count, judged
from source_zoho.components.lists import ListFacts
from unit_tests.components.answers import a_list, an_answer
from unit_tests.components.lists import a_paginator, a_selector

INVOICES = ListFacts(
    name="books_invoices",
    records=["invoices"],
    primary_key=["invoice_id"],
    path="invoices",
    query={"filter_by": "Status.All"},
)
WHERE = StreamSlice(partition={"organization_id": "7"}, cursor_slice={})
ROW = {"invoice_id": "1"}


@dataclass
class Zoho:
    """Stands in for the requester: gives the answers laid ready, the last one again and again."""

    answers: list[requests.Response | None]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def send_request(self, **request: Any) -> requests.Response | None:
        self.asked.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def ask(answer: requests.Response | None, facts: ListFacts = INVOICES) -> tuple[int | None, str]:
    counted = ask_for_count(Zoho([answer]), a_paginator(), facts, WHERE)  # type: ignore[arg-type]
    return counted.count, counted.by


# ── The question ──


def test_the_question_has_the_all_filter_of_the_row() -> None:
    zoho = Zoho([an_answer({"code": 0, "count": 4})])
    ask_for_count(zoho, a_paginator(), INVOICES, WHERE)  # type: ignore[arg-type]

    (request,) = zoho.asked
    assert request["path"] == "invoices"
    assert request["request_params"] == {"filter_by": "Status.All", "response_option": "2", "page": 1, "per_page": 200}


def test_a_list_documented_without_pages_is_asked_without() -> None:
    zoho = Zoho([an_answer({"code": 0, "count": 4})])
    facts = ListFacts(name="books_taxes", records=["taxes"], primary_key=["tax_id"], path="taxes", asks_for_pages=False)
    ask_for_count(zoho, a_paginator(), facts, WHERE)  # type: ignore[arg-type]

    assert zoho.asked[0]["request_params"] == {"response_option": "2"}


# ── The answer ──


@pytest.mark.parametrize(
    "body",
    [
        {"page_context": {"total": 430}},
        {"page_context": {"total_count": 430, "response_option": 2, "per_page": 200}},
        {"page_context": [{"page": 1, "count": "430"}]},
        {"count": 430},
        {"total": 430},
        {"invoices_count": 430},
        {"invoiceCount": 430},
        {"page_context": {"Total_Records": 430, "total": 430}, "invoices": []},
    ],
)
def test_a_number_is_found_wherever_it_stands(body: dict[str, Any]) -> None:
    assert judged(an_answer(body), INVOICES, rows=0) == (430, "count")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"invoices": []},
        {"page_context": {"page": 1, "per_page": 200, "response_option": 2}},
        {"page_context": {"total": 430, "count": 2}},
        {"page_context": {"total": 1499.5}},
        {"page_context": {"total": True}},
        {"page_context": {"total": "many"}},
        {"page_context": {"total": -1}},
        {"page_context": "none"},
    ],
)
def test_an_answer_without_one_clear_number_counts_nothing(body: dict[str, Any]) -> None:
    assert judged(an_answer(body), INVOICES, rows=0) == (None, "unclear")


def test_no_rows_and_no_number_are_not_taken_for_an_empty_list() -> None:
    assert ask(an_answer(a_list([], has_more_page=False))) == (None, "unclear")


def test_a_number_beside_rows_is_not_believed() -> None:
    body = a_list([ROW], has_more_page=True, total=430)

    assert ask(an_answer(body)) == (None, "ignored")


def test_a_list_that_shows_all_its_rows_on_one_page_is_counted_by_them() -> None:
    assert ask(an_answer(a_list([ROW, ROW], has_more_page=False))) == (2, "one_page")


@pytest.mark.parametrize(("pages", "expected"), [(True, (None, "ignored")), (False, (1, "one_page"))])
def test_rows_without_a_word_on_more_are_all_of_them_only_in_lists_without_pages(
    pages: bool, expected: tuple[int | None, str]
) -> None:
    facts = ListFacts(name="books_taxes", records=["taxes"], primary_key=["tax_id"], path="taxes", asks_for_pages=pages)

    assert ask(an_answer(a_list([ROW], key="taxes")), facts) == expected


def test_a_refusal_is_a_refusal() -> None:
    refusal = an_answer({"code": 2, "message": "Invalid value passed for response_option"}, status=400)

    assert ask(refusal) == (None, "refused")


def test_no_answer_counts_nothing() -> None:
    assert ask(None) == (None, "unclear")


def test_the_count_has_the_time_of_zohos_clock() -> None:
    answer = an_answer({"count": 1}, headers={"Date": "Sun, 15 Jun 2025 12:00:00 GMT"})
    counted = ask_for_count(Zoho([answer]), a_paginator(), INVOICES, WHERE)  # type: ignore[arg-type]

    assert counted.at == datetime(2025, 6, 15, 12, tzinfo=UTC)


# ── In the place of a list's retriever ──


def a_retriever(zoho: Zoho) -> CountRetriever:
    return CountRetriever(
        requester=zoho,  # type: ignore[arg-type]
        record_selector=a_selector(),
        config={},
        parameters={},
        paginator=a_paginator(),
        name="books_rows",
        path="rows",
        primary_key=["organization_id", "id"],
    )


def test_an_organization_has_one_record_that_counts() -> None:
    retriever = a_retriever(Zoho([an_answer({"count": 5})]))

    assert list(retriever.read_records({}, WHERE)) == [{"count": 5, "by": "count"}]


def test_a_list_that_refused_is_not_asked_about_the_next_organization() -> None:
    zoho = Zoho([an_answer({"code": 2, "message": "Invalid value"}, status=400)])
    retriever = a_retriever(zoho)

    found = [list(retriever.read_records({}, WHERE)) for _ in range(3)]

    assert found == [[{"count": None, "by": "refused"}]] * 3
    assert len(zoho.asked) == 1


def test_a_list_that_was_unclear_once_is_asked_again() -> None:
    zoho = Zoho([an_answer({"rows": []}), an_answer({"count": 5})])
    retriever = a_retriever(zoho)

    assert list(retriever.read_records({}, WHERE)) == [{"count": None, "by": "unclear"}]
    assert list(retriever.read_records({}, None)) == [{"count": 5, "by": "count"}]
