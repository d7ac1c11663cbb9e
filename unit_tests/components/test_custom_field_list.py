"""Are the fields of every module found with few calls, and does one that may not be read leave the others?"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.types import Record, StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.custom_field_list import CustomFieldsRetriever
from source_zoho.components.errors import _GONE
from source_zoho.components.records import AddPartitionFields, KeyExtractor, SchemaNormalizer
from source_zoho.components.traced import traced
from source_zoho.errors import ConfigProblem, Transient
from unit_tests.components.answers import a_list, an_answer

INVOICES = {
    "module": "invoices",
    "path": "invoices",
    "records": ["invoices"],
    "sort": "created_time",
    "scope": "invoices.READ",
    "$parameters": {"name": "added by the CDK"},
}
ITEMS = {"module": "items", "path": "items", "records": ["items"], "sort": "", "scope": "settings.READ"}
REGION = {"api_name": "cf_region", "label": "Region", "value": "North"}
MODULES = "settings/modules"
LACKING = "The refresh_token lacks the scope ZohoBooks.settings.READ."

Answer = requests.Response | AirbyteTracedException | None


@dataclass
class Books:
    """Stands in for the requester: answers by path."""

    answers: dict[str, Answer | list[Answer]]
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def send_request(
        self,
        stream_slice: StreamSlice | None = None,
        path: str | None = None,
        request_params: Mapping[str, str] | None = None,
    ) -> requests.Response | None:
        self.asked.append((str(path), dict(request_params or {})))
        answer = self.answers.get(str(path), an_answer({"code": 0, "modules": []}))
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, AirbyteTracedException):
            raise answer
        return answer


def a_refusal(*, gone: bool = False) -> requests.Response:
    answer = an_answer({"code": 1002 if gone else 2, "message": "Invalid value passed for sort_column"}, status=400)
    setattr(answer, _GONE, gone)
    return answer


def read(books: Books, *lists: Mapping[str, Any]) -> list[dict[str, Any]]:
    retriever = CustomFieldsRetriever(
        requester=books,  # type: ignore[arg-type]
        record_selector=a_selector(),
        config={},
        lists=list(lists),
        parameters={},
        name="books_custom_fields",
        path=MODULES,
        scope="settings.READ",
        records=["modules"],
    )
    where = StreamSlice(partition={"organization_id": "7"}, cursor_slice={})
    return [dict(each.data) for each in retriever.read_records({"properties": {}}, where) if isinstance(each, Record)]


def a_selector() -> RecordSelector:
    return RecordSelector(
        extractor=KeyExtractor(["modules"]),
        name="books_custom_fields",
        config={},
        parameters={},
        schema_normalization=SchemaNormalizer(),
        transformations=[AddPartitionFields()],
    )


def test_one_page_of_the_newest_rows_is_asked_of_each_list() -> None:
    books = Books(
        {"invoices": an_answer(a_list([{"custom_fields": [REGION]}])), "items": an_answer(a_list([], key="items"))}
    )

    records = read(books, INVOICES, ITEMS)

    assert books.asked == [
        ("invoices", {"per_page": "200", "sort_column": "created_time", "sort_order": "D"}),
        ("items", {"per_page": "200"}),
        (MODULES, {"per_page": "200"}),
    ]
    assert records == [{"organization_id": "7", "module": "invoices", "api_name": "cf_region", "label": "Region"}]


def test_a_custom_module_is_looked_at_and_one_of_its_records_whole() -> None:
    document = {"module_fields": [{"api_name": "cf_debt", "data_type": "amount", "value": 3}]}
    books = Books(
        {
            MODULES: an_answer(a_list([{"module_api_name": "cm_debtor"}, {"module_name": "nameless"}], key="modules")),
            "cm_debtor": an_answer(
                a_list([{"module_record_id": "9", "cf_debt": 3, "cf_more": 1}], key="module_records")
            ),
            "cm_debtor/9": an_answer({"code": 0, "module_record": document}),
        }
    )

    records = read(books)

    assert books.asked[1:] == [
        ("cm_debtor", {"per_page": "200", "sort_column": "last_modified_time", "sort_order": "D"}),
        ("cm_debtor/9", {}),
    ]
    assert records == [
        {"organization_id": "7", "module": "cm_debtor", "api_name": "cf_debt", "data_type": "amount"},
        {"organization_id": "7", "module": "cm_debtor", "api_name": "cf_more"},
    ]


def test_an_empty_custom_module_costs_one_call() -> None:
    books = Books(
        {
            MODULES: an_answer(a_list([{"module_api_name": "cm_debtor"}], key="modules")),
            "cm_debtor": an_answer(a_list([], key="module_record")),
        }
    )

    assert read(books) == []
    assert len(books.asked) == 2


def test_a_list_that_cannot_be_sorted_is_asked_as_it_comes() -> None:
    books = Books({"invoices": [a_refusal(), an_answer(a_list([{"cf_region": 1}]))]})

    assert [each["api_name"] for each in read(books, INVOICES)] == ["cf_region"]
    assert books.asked[1] == ("invoices", {"per_page": "200"})


def test_a_list_that_may_not_be_read_leaves_the_others(caplog: pytest.LogCaptureFixture) -> None:
    books = Books({"invoices": traced(ConfigProblem(LACKING)), "items": an_answer(a_list([{"cf_x": 1}], key="items"))})

    with caplog.at_level(logging.WARNING, logger="airbyte"):
        records = read(books, INVOICES, ITEMS)

    assert [each["module"] for each in records] == ["items"]
    assert "of invoices are left out. The refresh_token lacks the scope ZohoBooks.invoices.READ." in caplog.text


def test_an_organization_that_may_not_be_read_at_all_fails() -> None:
    refused = traced(ConfigProblem(LACKING))

    with pytest.raises(AirbyteTracedException):
        read(Books({MODULES: refused, "invoices": refused, "items": refused}), INVOICES, ITEMS)


def test_a_document_that_is_gone_is_no_failure() -> None:
    books = Books(
        {
            MODULES: an_answer(a_list([{"module_api_name": "cm_debtor"}], key="modules")),
            "cm_debtor": an_answer(a_list([{"module_record_id": "9", "cf_debt": 3}], key="module_record")),
            "cm_debtor/9": a_refusal(gone=True),
        }
    )

    assert [each["api_name"] for each in read(books)] == ["cf_debt"]


def test_trouble_that_time_mends_ends_the_stream() -> None:
    with pytest.raises(AirbyteTracedException) as caught:
        read(Books({"invoices": traced(Transient("Later."))}), INVOICES)

    assert caught.value.failure_type is FailureType.transient_error


def test_no_answer_is_trouble_that_time_mends() -> None:
    with pytest.raises(AirbyteTracedException, match="Run again later"):
        read(Books({"invoices": None}), INVOICES)


@pytest.mark.parametrize("answer", [a_refusal(), an_answer({"code": 0, "message": "success"})])
def test_an_answer_without_the_list_is_reported(answer: requests.Response) -> None:
    with pytest.raises(AirbyteTracedException, match=r"books_custom_fields of organization 7: .* items .* report this"):
        read(Books({"items": answer}), ITEMS)
