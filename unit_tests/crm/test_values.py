"""Is what fits taken, and everything else counted as absent?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.crm.values import flag, mappings, name_in, text, whole


@pytest.mark.parametrize(
    ("value", "expected"), [(" a ", "a"), (460, "460"), (True, ""), (1.5, ""), (None, ""), ({}, ""), ([], "")]
)
def test_text(value: Any, expected: str) -> None:
    assert text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((12, 12), (12.0, 12), ("12", 12), ("12.0", 12), (2**70, 2**70), (12.5, None), ("x", None), (True, None)),
        *((float("nan"), None), (float("inf"), None), (None, None), ([1], None), ("", None)),
    ],
)
def test_whole_numbers(value: Any, expected: int | None) -> None:
    assert whole(value) == expected


@pytest.mark.parametrize(("value", "expected"), [(True, True), ("True", True), ("false", False), (0, False)])
@pytest.mark.parametrize("unless_said", [True, False])
def test_what_a_flag_says_counts(value: Any, expected: bool, unless_said: bool) -> None:
    assert flag(value, unless_said=unless_said) is expected


@pytest.mark.parametrize("value", [None, "perhaps", [], 7])
@pytest.mark.parametrize("unless_said", [True, False])
def test_a_flag_that_says_nothing_is_as_the_caller_thinks(value: Any, unless_said: bool) -> None:
    assert flag(value, unless_said=unless_said) is unless_said


@pytest.mark.parametrize("values", [None, "text", {"a": {}}, 7, b"bytes"])
def test_what_is_no_list_holds_no_objects(values: Any) -> None:
    assert mappings(values) == []


def test_a_name_may_be_a_text_or_stand_in_an_object() -> None:
    assert name_in("Leads") == name_in({"api_name": "Leads"}) == name_in({"module": "Leads"}, "module") == "Leads"
    assert name_in({"module": "Leads"}) == ""
