"""Does the price of a module follow the way in which it is read?"""

from __future__ import annotations

import pytest

from source_zoho.crm.forecast import Journey, price_of
from source_zoho.crm.roads import Load, Price, Road

AUTO = Journey()


def a_wide_module(rows: int) -> Load:
    return Load(rows, groups=3)


@pytest.mark.parametrize("rows", [0, 1, 200])
def test_what_one_small_query_holds_costs_a_credit(rows: int) -> None:
    assert price_of(rows, a_wide_module, AUTO) == (Road.COQL, Price(1, 1))


def test_more_is_counted_and_queried() -> None:
    # 200 for one credit, the count, and the other 1,000 for two
    assert price_of(1_200, a_wide_module, AUTO) == (Road.COQL, Price(3, 4))


def test_a_long_module_comes_by_bulk_read_for_the_price_of_a_job_and_of_finding_out() -> None:
    road, price = price_of(100_000, a_wide_module, AUTO)

    assert road is Road.BULK
    assert price == Price(9, 59)  # a page, the count, the job; then the count and the deletions, which cost two


def test_lists_begin_at_the_beginning_again() -> None:
    journey = Journey(closed=(Road.COQL, Road.BULK))

    assert price_of(1_000, a_wide_module, journey) == (Road.REST, Price(1 + 1 + 19, 1 + 1 + 19))


def test_a_road_that_is_asked_for_is_taken_without_counting() -> None:
    assert price_of(1_000, a_wide_module, Journey(Road.REST, begins_with_a_query=False))[1] == Price(19, 19)
    assert price_of(10, a_wide_module, Journey(Road.BULK, begins_with_a_query=False)) == (Road.BULK, Price(7, 57))
    without_queries = Journey(Road.BULK, begins_with_a_query=False, closed=(Road.COQL,))
    assert price_of(10, a_wide_module, without_queries) == (Road.BULK, Price(5, 54))
    counted_before = Journey(Road.BULK, begins_with_a_query=False, files_may_lack=True)
    assert price_of(10, a_wide_module, counted_before) == (Road.BULK, Price(8, 58))
    assert price_of(4_200, a_wide_module, Journey(Road.COQL)) == (Road.COQL, Price(3, 1 + 3 + 3))


def test_that_there_is_nothing_shows_in_the_first_group_of_fields() -> None:
    assert price_of(0, a_wide_module, Journey(Road.REST, begins_with_a_query=False)) == (Road.REST, Price(1, 1))


def test_records_that_have_to_be_completed_cost_a_call_for_every_hundred() -> None:
    def half_of_them(rows: int) -> Load:
        return Load(rows, groups=3, to_complete=rows // 2)

    assert price_of(200, half_of_them, AUTO) == (Road.COQL, Price(2, 2))


def test_bulk_read_is_not_begun_with_credits_that_do_not_suffice_for_it() -> None:
    assert price_of(100_000, a_wide_module, AUTO, left=40)[0] is Road.COQL
