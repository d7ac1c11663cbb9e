"""Are overlapping runs of a receiver one span, and gaps gaps?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source_zoho.webhooks.spans import from_then_on, joined
from source_zoho.webhooks.store import Span

examples = settings(max_examples=100, derandomize=True, database=None, deadline=None)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_span(since: int, until: int) -> Span:
    return Span(NOON + timedelta(seconds=since), NOON + timedelta(seconds=until))


@pytest.mark.parametrize(
    ("given_spans", "expected"),
    [
        ([], []),
        ([(5, 5)], [(5, 5)]),
        ([(30, 40), (0, 10)], [(0, 10), (30, 40)]),
        ([(0, 10), (10, 20)], [(0, 20)]),
        ([(0, 10), (5, 7)], [(0, 10)]),
        ([(5, 20), (0, 10), (19, 30), (31, 40)], [(0, 30), (31, 40)]),
    ],
)
def test_spans_that_overlap_or_touch_are_one(
    given_spans: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    assert joined(a_span(*each) for each in given_spans) == [a_span(*each) for each in expected]


@examples
@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 5)), max_size=8))
def test_a_second_is_covered_when_some_span_covers_it(starts_and_lengths: list[tuple[int, int]]) -> None:
    spans = [a_span(start, start + length) for start, length in starts_and_lengths]
    found = joined(spans)

    for second in range(22):
        moment = NOON + timedelta(seconds=second)
        covered = any(span.since <= moment <= span.until for span in spans)
        assert sum(span.since <= moment <= span.until for span in found) == covered


def test_what_lies_before_is_cut_off() -> None:
    spans = [a_span(0, 10), a_span(20, 40), a_span(50, 60)]

    assert from_then_on(NOON + timedelta(seconds=30), spans) == [a_span(30, 40), a_span(50, 60)]
    assert from_then_on(NOON + timedelta(seconds=40), spans) == [a_span(40, 40), a_span(50, 60)]
