"""Does a sum say how sure it is?"""

from __future__ import annotations

import pytest

from source_zoho.estimates import Bound, Estimate

EXACTLY, AT_LEAST, AT_MOST, ABOUT = Bound.EXACTLY, Bound.AT_LEAST, Bound.AT_MOST, Bound.ABOUT


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (EXACTLY, EXACTLY, EXACTLY),
        (EXACTLY, AT_LEAST, AT_LEAST),
        (AT_MOST, AT_MOST, AT_MOST),
        (AT_LEAST, ABOUT, AT_LEAST),
        (AT_MOST, ABOUT, ABOUT),
        (AT_LEAST, AT_MOST, ABOUT),
    ],
)
def test_a_sum_is_no_surer_than_its_parts(one: Bound, other: Bound, both: Bound) -> None:
    assert Estimate(3, one) + Estimate(4, other) == Estimate(7, both)
    assert Estimate(4, other) + Estimate(3, one) == Estimate(7, both)
