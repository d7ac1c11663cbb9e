"""Is what a list costs counted as it is read?"""

from __future__ import annotations

import pytest

from source_zoho.paging.cost import calls_of
from source_zoho.paging.walk import Method, ladder

KEYSET, SCAN = ladder(Method.KEYSET, "created_time"), ladder(Method.SCAN, "created_time")


@pytest.mark.parametrize(("rows", "calls"), [(0, 1), (1, 1), (200, 1), (201, 2), (399, 2), (400, 3), (10_000, 51)])
def test_pages_in_the_order_of_change_begin_with_the_last_row_of_the_page_before(rows: int, calls: int) -> None:
    assert calls_of(KEYSET, rows) == calls


def test_a_later_sync_asks_for_what_changed() -> None:
    assert calls_of(KEYSET, 5_000, changed=100) == 1
    assert calls_of(SCAN, 5_000, changed=100) == calls_of(SCAN, 5_000)


def test_an_order_that_zoho_does_not_document_is_tried_where_one_page_does_not_hold_the_list() -> None:
    assert calls_of(SCAN, 200, sort_documented=False) == 1
    assert calls_of(SCAN, 1_000, sort_documented=False) == calls_of(SCAN, 1_000) + 1


def test_a_list_that_is_very_long_costs_in_proportion() -> None:
    assert calls_of(KEYSET, 1_000_000) == pytest.approx(1_000_000 / 199, rel=0.01)
    assert calls_of(SCAN, 1_000_000) == pytest.approx(1_000_000 / 10_000 * calls_of(SCAN, 10_000), rel=0.02)
