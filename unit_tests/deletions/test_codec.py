"""Does every set of ids come back from its text, and is the text short?"""

from __future__ import annotations

import base64
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_zoho.deletions.codec import decode, encode

NUMBERS = st.integers(min_value=0, max_value=10**20).map(str)
WORDS = st.text(max_size=12)


@given(st.sets(st.one_of(NUMBERS, WORDS), max_size=60))
def test_every_set_comes_back(ids: set[str]) -> None:
    assert decode(encode(ids)) == ids


@given(st.lists(NUMBERS, max_size=40))
def test_order_and_repetition_leave_no_trace(ids: list[str]) -> None:
    assert encode(ids) == encode([*reversed(ids), *ids])


@pytest.mark.parametrize("text", ["007", "٣", "+5", "-1", " 5", "1e3", "", "basic.plan", "größe"])
def test_what_only_looks_like_a_number_stays_as_it_was_written(text: str) -> None:
    assert decode(encode([text])) == {text}


def test_nothing_is_a_set_too() -> None:
    assert decode(encode([])) == set()


@pytest.mark.parametrize(("step", "most_bytes"), [(1, 0.1), (2_000, 0.1), (None, 3.0)])
def test_an_id_takes_a_few_bytes(step: int | None, most_bytes: float) -> None:
    chance = random.Random(7)
    ids, last = [], 460000000026049
    for _ in range(20_000):
        last += step or chance.randint(1, 400)
        ids.append(str(last))

    assert len(encode(ids)) / len(ids) < most_bytes


@pytest.mark.parametrize("text", ["", "2.eJw=.", "1.no base64.", "1.eJw=.", "1.AAAA.", "nonsense"])
def test_a_text_that_was_not_made_here_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="set of ids"):
        decode(text)


def test_a_text_that_was_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="set of ids"):
        decode(encode(["460000000026049", "460000000026100"])[:-9])


def test_an_id_that_was_cut_is_refused() -> None:
    half = base64.b64encode(zlib.compress(b"\xff")).decode()

    with pytest.raises(ValueError, match="ends within an id"):
        decode(f"1.{half}.")


def test_a_list_of_something_else_is_refused() -> None:
    numbers = base64.b64encode(zlib.compress(b"[1, 2]")).decode()

    with pytest.raises(ValueError, match="not a list of texts"):
        decode(f"1..{numbers}")
