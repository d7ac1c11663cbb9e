"""Does a value say the same whichever way it came, and is nothing guessed that could be otherwise?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from source_zoho.crm.cells import UNSURE, choices_reader, is_empty, reader_of
from unit_tests.crm.metadata import ANYTHING, field


def read(data_type: str, value: Any, **said: Any) -> Any:
    return reader_of(field("Value", data_type, **said))(value)


def read_formula(returns: str, value: Any) -> Any:
    return read("formula", value, formula={"return_type": returns})


@pytest.mark.parametrize(
    ("data_type", "forms", "value"),
    [
        ("text", ["5", 5], "5"),
        ("text", [" a\r\nb "], " a\r\nb "),
        ("text", ["true", True], "true"),
        ("bigint", ["137810798103", 137810798103], "137810798103"),
        ("integer", [12, 12.0, "12", " 12 ", "12.0", "+12"], 12),
        ("integer", [-7, "-7", "-7.00"], -7),
        ("double", [12, 12.0, "12", "12.0", "12.00", " 12 ", "1.2e1"], 12.0),
        ("currency", [-0.5, "-0.5", "-.5"], -0.5),
        ("boolean", [True, "true", "TRUE", "Yes", "1", 1], True),
        ("boolean", [False, "false", "No", "0", 0], False),
        ("date", ["2026-01-31"], "2026-01-31"),
        ("datetime", ["2026-01-31T10:00:00+05:30", "2026-01-31T04:30:00Z"], "2026-01-31T04:30:00+00:00"),
        ("lookup", [{"id": "46", "name": "Acme"}, {"id": "46"}, {"id": 46}, "46", 46], {"id": "46"}),
        ("layout", [{"id": "46", "name": "S", "display_label": None}, "46"], {"id": "46"}),
        ("lookup", [{"id": None, "name": None}, {"id": ""}], None),
    ],
)
def test_the_forms_of_a_value_are_one(data_type: str, forms: list[Any], value: Any) -> None:
    found = [read(data_type, form) for form in forms]

    assert found == [value] * len(forms)
    assert {type(each) for each in found} == {type(value)}


OTHERWISE: dict[str, list[Any]] = {
    "text": [[], {}, ["a"], None],
    "integer": ["12.5", "1,000", "twelve", "1e3", 12.5, True, [], None],
    "double": ["1,000.5", "1_000", "12 %", "nan", "inf", "١٢", 10**400, True, [], None],
    "boolean": ["perhaps", 2, [], None],
    "date": ["31/01/2026", "20260131", "2026-02-30", "2026-01-31T00:00:00Z", 5],
    "datetime": ["2026-01-31T10:00:00", "Jan 31, 2026", 1769853600],
    "lookup": ["Acme", "zcrm_46", {"name": "Acme"}, [{"id": "46"}], 4.6, True],
    "fileupload": ["a.pdf", [{"id": "46"}]],
    "multiselectpicklist": [[["a"]], [{"a": 1}], 5],
}


@pytest.mark.parametrize(
    ("data_type", "value"), [(name, each) for name, values in OTHERWISE.items() for each in values]
)
def test_what_could_be_otherwise_is_unsure(data_type: str, value: Any) -> None:
    assert read(data_type, value) is UNSURE


@pytest.mark.parametrize(
    ("returns", "value", "expected"),
    [
        ("currency", "9109.87", 9109.87),
        ("integer", 12, 12.0),
        ("double", "#Division by zero", "#Division by zero"),
        ("boolean", "true", True),
        ("boolean", "No value", "No value"),
        ("date", "2026-01-31", "2026-01-31"),
        ("date", "never", "never"),
        ("datetime", "2026-01-31T10:00:00+05:30", "2026-01-31T04:30:00+00:00"),
        ("text", "birch 5", "birch 5"),
    ],
)
def test_what_is_worked_out_is_a_value_or_why_there_is_none(returns: str, value: Any, expected: Any) -> None:
    assert read_formula(returns, value) == expected


@pytest.mark.parametrize(
    ("returns", "value"),
    [("currency", "1,234.50"), ("date", "31/01/2026"), ("datetime", "2026-01-31T10:00:00"), ("boolean", "2")],
)
def test_what_may_be_a_value_in_a_form_that_is_not_known_is_unsure(returns: str, value: str) -> None:
    assert read_formula(returns, value) is UNSURE


# ── choices ──

KNOWN = frozenset({"red", "blue", "red, white", "a;b", "a", "b"})


@pytest.mark.parametrize(
    ("value", "chosen"),
    [
        (["red", "old one"], ["red", "old one"]),
        ([5, None, ""], ["5"]),
        ([None], None),
        ("red", ["red"]),
        ("red;blue", ["red", "blue"]),
        ("red; blue", ["red", "blue"]),
        ("red,blue", ["red", "blue"]),
        ("red, white", ["red, white"]),
        ("red, white;blue", ["red, white", "blue"]),
        ("red;red, white;blue", ["red", "red, white", "blue"]),
    ],
)
def test_choices_are_a_list_or_a_text_that_can_be_taken_apart_in_one_way(value: Any, chosen: Any) -> None:
    assert choices_reader(KNOWN)(value) == chosen


@pytest.mark.parametrize(
    "value", ["green", "red;green", "red|blue", "red;;blue", "a;b", "red;a;b", "a;b;" * 60 + "red"]
)
def test_a_text_with_a_choice_that_is_not_known_or_with_two_meanings_is_unsure(value: str) -> None:
    assert choices_reader(KNOWN)(value) is UNSURE


def test_each_record_has_a_list_of_its_own() -> None:
    read_choices = choices_reader(KNOWN)
    read_choices("red;blue").clear()

    assert read_choices("red;blue") == ["red", "blue"]


# ── anything ──


@pytest.mark.parametrize(
    ("value", "empty"), [(None, True), ("", True), ([], True), ({}, True), (0, False), (False, False), (0.0, False)]
)
def test_nothing_is_what_says_nothing(value: Any, empty: bool) -> None:
    assert is_empty(value) is empty


READERS = [reader_of(field("Value", data_type)) for data_type in OTHERWISE]
READERS += [reader_of(field("Value", "formula", formula={"return_type": name})) for name in ("currency", "datetime")]


@given(ANYTHING)
def test_no_value_stops_a_reader(value: Any) -> None:
    for reader in READERS:
        reader(value)
