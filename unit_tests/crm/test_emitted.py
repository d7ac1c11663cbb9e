"""Does the reader remember which records it has handed out, in little memory?"""

from __future__ import annotations

import random
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_zoho.crm import emitted as emitted_module
from source_zoho.crm.emitted import Emitted

_FIRST_ID = 4_876_876_000_000_327_001
A_MEGABYTE = 1_000_000


def test_a_record_is_news_once() -> None:
    emitted = Emitted()

    assert [emitted.add("4876876000000327001") for _ in range(2)] == [True, False]
    assert ("4876876000000327001" in emitted, "4876876000000327002" in emitted) == (True, False)


@pytest.mark.parametrize(
    "record_id", ["", "0", "007", "-7", "zcrm_12", "٣", "99999999999999999999", "18446744073709551616"]
)
def test_ids_that_are_no_numbers_are_kept_as_they_are(record_id: str) -> None:
    emitted = Emitted()

    assert [emitted.add(record_id) for _ in range(2)] == [True, False]
    assert (record_id in emitted, "7" in emitted, "3" in emitted) == (True, False, False)


def test_what_is_no_text_is_no_id() -> None:
    emitted = Emitted()
    emitted.add("7")

    assert 7 not in emitted


@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(ids=st.lists(st.one_of(st.integers(0, 99).map(str), st.text("0a", max_size=3)), max_size=60))
def test_remembers_as_a_set_does(ids: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(emitted_module, "_MOST_IN_THE_SET", 3)
        emitted, expected = Emitted(), set[str]()
        for each in ids:
            assert emitted.add(each) is (each not in expected)
            expected.add(each)

    assert len(emitted) == len(expected)
    assert all(each in emitted for each in expected)


def test_two_hundred_thousand_ids_take_a_few_megabytes() -> None:
    emitted = Emitted()
    numbers = list(range(_FIRST_ID, _FIRST_ID + 200_000))
    random.Random(7).shuffle(numbers)

    for number in numbers[:-1]:
        emitted.add(str(number))
    before_the_last_sorting = bytes_of(emitted)
    emitted.add(str(numbers[-1]))

    assert before_the_last_sorting < 6 * A_MEGABYTE
    assert bytes_of(emitted) < 2 * A_MEGABYTE
    assert len(emitted) == len(numbers)
    assert str(_FIRST_ID - 1) not in emitted


def bytes_of(emitted: Emitted) -> int:
    """Return what the memory of ids takes: the arrays, and the set with its numbers."""
    numbers, arrays = emitted._recent, emitted._sorted
    in_the_set = sys.getsizeof(numbers) + sum(map(sys.getsizeof, numbers))
    return in_the_set + sum(sys.getsizeof(each) for each in arrays)
