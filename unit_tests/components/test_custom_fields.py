"""Are the organization's own fields gathered from a row, and told from the rest of it?"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_zoho.components.custom_fields import GatherCustomFields, fields_of


def gathered(row: dict[str, Any]) -> dict[str, Any]:
    record = copy.deepcopy(row)
    GatherCustomFields().transform(record)
    return record


def a_field(name: str, value: Any = 1, **more: Any) -> dict[str, Any]:
    return {"customfield_id": "46", "api_name": name, "label": name.title(), "value": value, **more}


# ── In a row ──


def test_flat_keys_are_gathered_and_stay() -> None:
    row = {"invoice_id": "1", "cf_region": "North", "cf_score": 2.5}

    assert gathered(row) == {**row, "custom_field_hash": {"cf_region": "North", "cf_score": 2.5}}


def test_both_writings_of_a_value_are_gathered_as_zoho_itself_does() -> None:
    row = {"cf_date": "14 Jun 2025", "cf_date_unformatted": "2025-06-14"}

    assert gathered(row)["custom_field_hash"] == row


def test_fields_that_come_only_as_a_list_are_gathered_by_their_names() -> None:
    row = {"custom_fields": [a_field("cf_region", "North"), {"index": 1, "value": "no name"}, "nonsense"]}

    assert gathered(row)["custom_field_hash"] == {"cf_region": "North"}


def test_zohos_own_object_is_kept_and_completed() -> None:
    row = {
        "custom_field_hash": {"cf_region": "Zoho's"},
        "cf_region": "flat",
        "cf_score": 1,
        "custom_fields": [a_field("cf_score", 2), a_field("cf_size", "L")],
    }

    assert gathered(row)["custom_field_hash"] == {"cf_region": "Zoho's", "cf_score": 1, "cf_size": "L"}


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"invoice_id": "1", "custom_fields": [], "custom_field_hash": {}},
        {"xcf_usage": 1},
        {"custom_fields": [{"label": "no name"}]},
        {"custom_fields": "", "custom_field_hash": ""},
    ],
)
def test_a_row_without_custom_fields_is_left_alone(row: dict[str, Any]) -> None:
    assert gathered(row) == row


@given(st.dictionaries(st.sampled_from(["id", "cf_a", "cf_b", "total", "acf_c", "custom_fields"]), st.integers()))
def test_nothing_is_lost_and_nothing_invented(row: dict[str, Any]) -> None:
    after = gathered(row)

    assert {name: value for name, value in after.items() if name != "custom_field_hash"} == row
    assert after.get("custom_field_hash", {}) == {name: row[name] for name in row if name.startswith("cf_")}


def test_gathering_twice_changes_nothing() -> None:
    once = gathered({"cf_region": "North", "custom_fields": [a_field("cf_size", "L")]})

    assert gathered(once) == once


# ── In a list ──


def test_a_field_is_told_once_and_without_its_value() -> None:
    rows = [
        {"custom_fields": [a_field("cf_region", "North", value_formatted="North", data_type="string", index=1)]},
        {"custom_fields": [a_field("cf_region", "South", data_type="other", placeholder="Where?")]},
    ]

    assert list(fields_of("invoices", rows)) == [
        {
            "module": "invoices",
            "api_name": "cf_region",
            "customfield_id": "46",
            "label": "Cf_Region",
            "data_type": "string",
            "index": 1,
            "placeholder": "Where?",
        }
    ]


def test_a_field_that_is_known_by_its_key_alone_is_told_by_its_name() -> None:
    rows = [{"cf_debt": 1, "cf_debt_formatted": "1.00", "custom_field_hash": {"cf_x": 1, "cf_x_unformatted": 1}}]

    assert list(fields_of("cm_debtor", rows)) == [
        {"module": "cm_debtor", "api_name": "cf_debt"},
        {"module": "cm_debtor", "api_name": "cf_x"},
    ]


def test_a_field_may_be_called_like_another_writing_of_a_value() -> None:
    assert [each["api_name"] for each in fields_of("items", [{"cf_is_formatted": 1}])] == ["cf_is_formatted"]


def test_a_document_of_a_custom_module_names_all_fields_of_the_module() -> None:
    document = {"module_fields": [{"field_id": "1", "api_name": "cf_debt", "data_type": "amount", "value": 3}]}

    assert list(fields_of("cm_debtor", [document, {"cf_debt": 3}])) == [
        {"module": "cm_debtor", "api_name": "cf_debt", "field_id": "1", "data_type": "amount"}
    ]


def test_a_field_without_a_name_is_told_by_its_id_or_label() -> None:
    rows = [{"custom_fields": [{"customfield_id": "46", "value": 1}, {"label": "Size"}, {"value": 1}]}]

    assert [each["api_name"] for each in fields_of("items", rows)] == ["46", "Size"]
