"""Does a row reach the destination whole: found under its key, with its place, in the types of its schema?"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from airbyte_cdk.sources.types import StreamSlice
from hypothesis import given, settings
from hypothesis import strategies as st

from source_zoho.components.records import AddPartitionFields, KeyExtractor, SchemaNormalizer
from unit_tests.components.answers import an_answer

TEXT = {"type": ["null", "string"]}
DATE = {"type": ["null", "string"], "format": "date"}
TIME = {"type": ["null", "string"], "format": "date-time"}
NUMBER = {"type": ["null", "number"]}
INTEGER = {"type": ["null", "integer"]}
FLAG = {"type": ["null", "boolean"]}
OBJECT = {"type": ["null", "object"], "properties": {"due": DATE, "id": TEXT}}
NUMBERS = {"type": ["null", "array"], "items": NUMBER}
OBJECTS = {"type": ["null", "array"], "items": OBJECT}
ANYTHING: dict[str, Any] = {}


def normalized(value: Any, schema: dict[str, Any]) -> Any:
    """Return what *value* becomes in a field of *schema*."""
    record = {"field": copy.deepcopy(value)}
    SchemaNormalizer().transform(record, {"type": "object", "properties": {"field": schema}})
    assert list(record) == ["field"]
    return record["field"]


# ── Where the rows are ──


def test_rows_are_found_under_the_first_key_that_the_answer_has() -> None:
    extractor = KeyExtractor(records=["customerpayments", "customer_payments"])

    assert list(extractor.extract_records(an_answer({"customer_payments": [{"a": 1}]}))) == [{"a": 1}]
    both = an_answer({"customer_payments": [{"a": 1}], "customerpayments": [{"a": 2}]})
    assert list(extractor.extract_records(both)) == [{"a": 2}]


def test_a_single_object_is_one_row() -> None:
    assert KeyExtractor(["opening_balance"]).find(an_answer({"opening_balance": {"id": "1"}})) == [{"id": "1"}]


@pytest.mark.parametrize("empty", [[], None, "", {}])
def test_an_empty_list_is_a_list(empty: Any) -> None:
    assert KeyExtractor(["invoices"]).find(an_answer({"code": 0, "invoices": empty})) == []


def test_an_answer_without_the_key_is_not_an_empty_list() -> None:
    extractor, answer = KeyExtractor(["invoices"]), an_answer({"code": 0, "message": "success"})

    assert extractor.find(answer) is None
    assert list(extractor.extract_records(answer)) == []


def test_an_answer_that_is_no_json_has_no_rows() -> None:
    assert KeyExtractor(["invoices"]).find(an_answer(content=b"<html>")) is None


def test_a_document_without_a_wrapper_is_the_answer_itself_without_its_envelope() -> None:
    answer = an_answer({"code": 0, "message": "success", "hostedpage_id": "1", "data": {"id": "2"}})

    assert KeyExtractor(["hostedpage", "."]).find(answer) == [{"hostedpage_id": "1", "data": {"id": "2"}}]


def test_a_document_in_its_wrapper_is_not_taken_with_it() -> None:
    wrapped = an_answer({"code": 0, "message": "success", "hostedpage": {"hostedpage_id": "1"}})

    assert KeyExtractor(["hostedpage", "."]).find(wrapped) == [{"hostedpage_id": "1"}]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"code": 0, "message": "success"},
        {"code": 0, "message": "success", "page_context": {"page": 1}},
        {"code": 1002, "message": "Hosted page does not exist.", "hostedpage_id": "1"},
    ],
)
def test_an_envelope_alone_or_around_an_error_is_no_document(body: dict[str, Any]) -> None:
    assert KeyExtractor(["."]).find(an_answer(body)) is None


# ── Which partition they belong to ──


def in_partition(record: dict[str, Any], partition: dict[str, Any]) -> dict[str, Any]:
    AddPartitionFields().transform(record, stream_slice=StreamSlice(partition=partition, cursor_slice={}))
    return record


def test_the_organization_is_written_into_the_row() -> None:
    assert in_partition({"invoice_id": "1"}, {"organization_id": "7"}) == {"invoice_id": "1", "organization_id": "7"}


def test_a_child_gets_what_names_its_parent_and_the_organization_of_the_parent() -> None:
    partition = {"contact_id": "5", "parent_slice": {"organization_id": "7", "parent_slice": {}}}

    assert in_partition({}, partition) == {"contact_id": "5", "organization_id": "7"}


@pytest.mark.parametrize("missing", [{}, {"account_id": ""}, {"account_id": None}])
def test_what_the_row_leaves_empty_is_filled(missing: dict[str, Any]) -> None:
    assert in_partition(missing, {"account_id": "9"}) == {"account_id": "9"}


def test_what_the_row_says_itself_is_kept() -> None:
    assert in_partition({"account_id": "own"}, {"account_id": "9"}) == {"account_id": "own"}


def test_without_a_slice_the_row_stays_as_it_is() -> None:
    record = {"a": 1}

    AddPartitionFields().transform(record)

    assert record == {"a": 1}


# ── Of which type its values are ──


@pytest.mark.parametrize("schema", [DATE, TIME, NUMBER, INTEGER, FLAG, OBJECT, NUMBERS, OBJECTS])
@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_text_that_stands_for_something_missing_becomes_null(schema: dict[str, Any], empty: str) -> None:
    assert normalized(empty, schema) is None


@pytest.mark.parametrize("zeros", ["0000-00-00", "0000-00-00 00:00:00", "0000-00-00T00:00:00+0000"])
def test_a_date_of_zeros_is_no_date(zeros: str) -> None:
    assert normalized(zeros, DATE) is None
    assert normalized(zeros, TIME) is None
    assert normalized(zeros, TEXT) == zeros


def test_an_empty_text_stays_one_where_texts_are_meant() -> None:
    assert normalized("", TEXT) == ""


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        (460001000000012345, TEXT, "460001000000012345"),
        ("1234.50", NUMBER, 1234.5),
        ("-3", INTEGER, -3),
        ("3.0", INTEGER, 3),
        ("true", FLAG, True),
        ("False", FLAG, False),
        (" TRUE ", FLAG, True),
        (["1", "", 2], NUMBERS, [1.0, None, 2]),
        ({"due": "", "id": 5}, OBJECT, {"due": None, "id": "5"}),
        ([{"due": ""}, {"due": "2025-01-01"}], OBJECTS, [{"due": None}, {"due": "2025-01-01"}]),
        (7, {"type": "string"}, "7"),
        (10.5, TEXT, "10.5"),
        ("70%", NUMBER, 70.0),
        ("12.5 %", NUMBER, 12.5),
        ("0.10", NUMBER, 0.1),
    ],
)
def test_values_that_zoho_writes_otherwise_are_read(value: Any, schema: dict[str, Any], expected: Any) -> None:
    got = normalized(value, schema)

    assert got == expected
    assert type(got) is type(expected)


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ("2025-01-31", DATE),
        ("99999999999999999999.99", NUMBER),
        ("12,34", NUMBER),
        ("31/01/2025", DATE),
        ("2025-01-31T10:00:00+0530", TIME),
        ("twelve", NUMBER),
        ("3.5 kg", INTEGER),
        (3.5, INTEGER),
        ("yes", FLAG),
        (1, FLAG),
        (True, TEXT),
        ({"a": 1}, TEXT),
        ([1], OBJECT),
        ({"a": 1}, NUMBERS),
        ("not a list", NUMBERS),
        ("not an object", OBJECT),
        (None, TEXT),
        (None, NUMBERS),
        ("", ANYTHING),
        ("", {"type": "null"}),
    ],
)
def test_what_is_right_or_cannot_be_read_stays_as_it_came(value: Any, schema: dict[str, Any]) -> None:
    got = normalized(value, schema)

    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity", "1e999"])
def test_a_text_that_no_json_number_can_hold_stays_a_text(text: str) -> None:
    assert normalized(text, NUMBER) == text


def test_a_number_with_more_digits_than_a_float_holds_keeps_them_all() -> None:
    assert normalized("460001000000012345", INTEGER) == 460001000000012345


def test_fields_that_the_schema_does_not_know_are_left_alone() -> None:
    record: dict[str, Any] = {"cf_region": "", "custom_fields": [{"value": ""}], "total": ""}

    SchemaNormalizer().transform(record, {"properties": {"total": NUMBER}})

    assert record == {"cf_region": "", "custom_fields": [{"value": ""}], "total": None}


def test_one_normalizer_serves_several_schemas() -> None:
    normalizer, numbers, texts = SchemaNormalizer(), {"properties": {"a": NUMBER}}, {"properties": {"a": TEXT}}
    rows: list[dict[str, Any]] = [{"a": "1"}, {"a": "1"}, {"a": "1"}]

    for row, schema in zip(rows, (numbers, texts, numbers), strict=True):
        normalizer.transform(row, schema)

    assert [row["a"] for row in rows] == [1.0, "1", 1.0]


SCHEMAS = st.recursive(
    st.sampled_from([TEXT, DATE, NUMBER, INTEGER, FLAG, ANYTHING]),
    lambda inner: st.one_of(
        st.builds(lambda items: {"type": ["null", "array"], "items": items}, inner),
        st.builds(
            lambda fields: {"type": ["null", "object"], "properties": fields},
            st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        ),
    ),
    max_leaves=6,
)
VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.sampled_from(["1.5", "true", " ", "1e3"])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abcd"), inner, max_size=3)),
    max_leaves=8,
)


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(record=st.dictionaries(st.sampled_from("abcd"), VALUES), fields=st.dictionaries(st.sampled_from("abc"), SCHEMAS))
def test_whatever_comes_no_field_is_lost_and_a_second_time_changes_nothing(
    record: dict[str, Any], fields: dict[str, Any]
) -> None:
    normalizer, schema = SchemaNormalizer(), {"properties": fields}
    names = list(record)

    normalizer.transform(record, schema)
    once = copy.deepcopy(record)
    normalizer.transform(record, schema)

    assert list(record) == names
    assert record == once
