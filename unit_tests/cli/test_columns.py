"""Does every JSON value reach its DuckDB column exactly?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.cli.columns import MisfitError, column_for, columns_for, sql_type_for
from unit_tests.cli.messages import BOOLEAN, DATE, INSTANT, INTEGER, LIST, NUMBER, TEXT


@pytest.mark.parametrize(
    ("schema", "sql_type"),
    [
        (TEXT, "VARCHAR"),
        (INSTANT, "TIMESTAMPTZ"),
        (DATE, "DATE"),
        (NUMBER, "DECIMAL(38, 9)"),
        ({"type": ["null", "integer", "number"]}, "DECIMAL(38, 9)"),
        (INTEGER, "BIGINT"),
        (BOOLEAN, "BOOLEAN"),
        ({"type": ["null", "boolean", "string"]}, "VARCHAR"),
        (LIST, "JSON"),
        ({"type": "object"}, "JSON"),
        ({}, "JSON"),
        (True, "JSON"),
    ],
)
def test_the_schema_of_a_property_decides_its_type(schema: Any, sql_type: str) -> None:
    assert sql_type_for(schema) == sql_type


def test_the_primary_key_comes_first_even_if_the_schema_does_not_know_it() -> None:
    columns = columns_for({"properties": {"name": TEXT, "id": TEXT}}, ("organization_id", "id"))

    assert [(column.name, column.sql_type) for column in columns] == [
        ("organization_id", "VARCHAR"),
        ("id", "VARCHAR"),
        ("name", "VARCHAR"),
    ]


def test_names_that_differ_only_in_case_share_no_column() -> None:
    columns = columns_for({"properties": {"Name": TEXT, "name": NUMBER}})

    assert [column.name for column in columns] == ["Name"]


@pytest.mark.parametrize(
    ("schema", "value", "text"),
    [
        (TEXT, "460000000026049", "460000000026049"),
        (TEXT, "", ""),
        (TEXT, 460000000026049123, "460000000026049123"),
        (TEXT, True, "true"),
        (NUMBER, 1234567.89, "1234567.89"),
        (NUMBER, 0.1, "0.1"),
        (NUMBER, 1e-7, "0.0000001"),
        (NUMBER, 12, "12"),
        (NUMBER, "12.50", "12.50"),
        (NUMBER, "", None),
        (NUMBER, 123456789012345.67, "123456789012345.67"),
        (INTEGER, 7, "7"),
        (INTEGER, 7.0, "7"),
        (INTEGER, "-7", "-7"),
        (INTEGER, "", None),
        (BOOLEAN, True, "true"),
        (BOOLEAN, "False", "false"),
        (BOOLEAN, " ", None),
        (INSTANT, "2013-09-11T17:18:32+0530", "2013-09-11T17:18:32+05:30"),
        (INSTANT, "2013-09-11 17:18:32", "2013-09-11T17:18:32+00:00"),
        (INSTANT, "", None),
        (DATE, "2013-09-11", "2013-09-11"),
        (DATE, "", None),
        (LIST, [{"rate": 2.5}], '[{"rate":2.5}]'),
    ],
)
def test_a_value_is_written_exactly(schema: Any, value: Any, text: str | None) -> None:
    assert column_for("x", schema).to_text(value) == text


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (NUMBER, "twelve"),
        (NUMBER, True),
        (NUMBER, "NaN"),
        (NUMBER, 1e300),
        (NUMBER, [1]),
        (INTEGER, 7.5),
        (INTEGER, 2**63),
        (BOOLEAN, "perhaps"),
        (INSTANT, "yesterday"),
        (INSTANT, 1378900112),
        (DATE, "11/09/2013"),
    ],
)
def test_a_value_that_does_not_fit_is_not_bent(schema: Any, value: Any) -> None:
    with pytest.raises(MisfitError) as raised:
        column_for("x", schema).to_text(value)

    assert raised.value.nearest is None


def test_a_number_with_too_many_decimals_offers_the_nearest_one() -> None:
    with pytest.raises(MisfitError) as raised:
        column_for("rate", NUMBER).to_text(0.01234567891)

    assert raised.value.nearest == "0.012345679"
