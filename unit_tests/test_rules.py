"""Does a test that holds many things to a rule name every one that breaks it?"""

from __future__ import annotations

import pytest

from unit_tests.rules import every


@every(["bills", "invoices"])
def test_a_rule_that_all_keep_passes(stream: str) -> None:
    assert stream.endswith("s")


def test_each_that_breaks_a_rule_is_named_with_its_reason() -> None:
    @every([1, 2, 3, 4], named=lambda each: f"row {each}")
    def is_odd(number: int) -> None:
        assert number % 2, f"{number} is even"

    with pytest.raises(ExceptionGroup, match="2 of 4 break this rule: row 2, row 4") as raised:
        is_odd()

    assert [str(each).splitlines()[0] for each in raised.value.exceptions] == ["2 is even", "4 is even"]


def test_a_thing_that_cannot_even_be_looked_at_is_named_too() -> None:
    @every(["bills"])
    def has_a_number(stream: str) -> None:
        assert int(stream)

    with pytest.raises(ValueError, match="invalid literal") as raised:
        has_a_number()

    assert raised.value.__notes__ == ["with bills"]
