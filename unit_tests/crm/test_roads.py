"""Is the cheapest road to a module found, at Zoho's prices?"""

from __future__ import annotations

import pytest

from source_zoho.crm.roads import Load, Price, Road, cheapest, prices, query_credits, query_limits

# What Zoho's documents make of 100,000 records: credits by lists, by queries, and by a job with three looks at it.
WIDE, NARROW = Load(100_000, groups=3), Load(100_000)


@pytest.mark.parametrize(
    ("load", "lists", "queries", "job"),
    [
        (WIDE, 1_510, 150, 54),
        (NARROW, 504, 150, 54),
        (Load(100_000, groups=3, columns=3, rows_of_a_query=200), 1_510, 1_500, 54),
        (Load(100_000, groups=3, columns=3), 1_510, 450, 54),
        (Load(0, groups=3), 3, 1, 54),
        (Load(1_000_000), 5_027, 1_500, 270),
    ],
)
def test_each_road_has_the_price_that_zohos_documents_give_it(load: Load, lists: int, queries: int, job: int) -> None:
    found = prices(load)

    assert {road: price.credits for road, price in found.items()} == {
        Road.REST: lists,
        Road.COQL: queries,
        Road.BULK: job,
    }


def test_what_queries_and_jobs_leave_out_costs_a_call_for_a_hundred_records() -> None:
    without, found = prices(WIDE), prices(Load(100_000, groups=3, to_complete=2_050))

    assert found[Road.REST] == without[Road.REST]
    assert found[Road.COQL] == without[Road.COQL] + Price(21, 21)
    assert found[Road.BULK] == without[Road.BULK] + Price(21, 21)


@pytest.mark.parametrize(
    ("rows", "limits"),
    [
        (0, [200]),
        (200, [200]),
        (201, [1_000]),
        (1_000, [1_000]),
        (1_001, [2_000]),
        (2_000, [2_000]),
        (4_100, [2_000, 2_000, 200]),
    ],
)
def test_queries_ask_for_no_more_than_is_paid_for(rows: int, limits: list[int]) -> None:
    assert list(query_limits(rows)) == limits


@pytest.mark.parametrize("rows", [1, 199, 200, 201, 999, 2_000, 12_345])
def test_the_queries_reach_all_rows_where_few_are_given_at_a_time(rows: int) -> None:
    assert sum(query_limits(rows, 200)) >= rows
    assert set(query_limits(rows, 200)) == {200}


@pytest.mark.parametrize(("limit", "price"), [(1, 1), (200, 1), (201, 2), (1_000, 2), (1_001, 3), (2_000, 3)])
def test_a_query_costs_by_its_limit(limit: int, price: int) -> None:
    assert query_credits(limit) == price


@pytest.mark.parametrize(
    ("load", "best"),
    [
        (Load(150), Road.COQL),  # as dear by lists, which would begin at the beginning
        (Load(150, groups=3), Road.COQL),
        (Load(30_000, groups=3), Road.COQL),
        (WIDE, Road.BULK),
        (Load(20_000, to_complete=20_000), Road.REST),
        (Load(400_000, groups=3, to_complete=400_000), Road.BULK),
    ],
)
def test_the_cheapest_road_is_the_best(load: Load, best: Road) -> None:
    assert cheapest(prices(load))[0] is best


def test_a_closed_road_is_not_among_the_others() -> None:
    assert cheapest(prices(WIDE), {Road.BULK}) == [Road.COQL, Road.REST]


def test_a_job_that_the_day_does_not_suffice_for_is_the_last_resort() -> None:
    """A job gives nothing before it is ready; queries bring what they bring, and go on tomorrow."""
    assert cheapest(prices(WIDE), left=54)[0] is Road.BULK
    assert cheapest(prices(WIDE), left=53) == [Road.COQL, Road.REST, Road.BULK]


def test_a_dearer_road_that_the_day_suffices_for_goes_before_a_cheaper_one_that_it_does_not() -> None:
    found = {Road.REST: Price(30, 30), Road.COQL: Price(2, 20), Road.BULK: Price(5, 10)}

    assert cheapest(found, left=25) == [Road.BULK, Road.COQL, Road.REST]
