"""
What will it cost to read a module, by the road that a read takes?

A read begins with a small query, which is all where no more than a page of records is to be had; else it counts the
rest and takes the cheapest road to it. A road that is asked for by name is taken without counting; what came in files
is counted afterwards, and Zoho asked what was deleted meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from source_zoho.crm.roads import IDS_OF_A_CALL, ROWS_OF_A_LIST, Load, Price, Road, cheapest, prices, query_credits

LoadOf = Callable[[int], Load]
_COUNT = Price(1, 1)
_DELETIONS = Price(1, 2)


@dataclass(frozen=True)
class Journey:
    """
    How a module is read: by the road that is *wanted* by name (None: the cheapest), whether it *begins_with_a_query*,
    which roads are *closed*, and whether *files_may_lack* records, so that they are counted before, too.
    """

    wanted: Road | None = None
    begins_with_a_query: bool = True
    closed: Collection[Road] = ()
    files_may_lack: bool = False


def price_of(rows: int, load_of: LoadOf, journey: Journey, left: int | None = None) -> tuple[Road, Price]:
    """Return by which road *rows* records come, and what that costs; *left* are the credits that there are."""
    if not journey.begins_with_a_query:
        road = journey.wanted or Road.REST
        nothing = rows == 0 and road is Road.REST  # what is not in one group of fields is in none
        price = Price(1, 1) if nothing else prices(load_of(rows))[road]
        before = _COUNT if journey.files_may_lack else Price(0, 0)
        is_counted = road is Road.BULK and Road.COQL not in journey.closed
        return road, price + before + _COUNT + _DELETIONS if is_counted else price
    first = _first_query(min(rows, ROWS_OF_A_LIST), load_of)
    rest = rows - ROWS_OF_A_LIST
    if rest <= 0:
        return Road.COQL, first
    if journey.wanted is Road.COQL:
        return Road.COQL, first + _queries(load_of(rest))
    spent, found = first + _COUNT, prices(load_of(rest))
    road = cheapest(found, journey.closed, None if left is None else left - spent.credits)[0]
    # Queries go on behind what the first has given; lists and files begin at the beginning.
    whole = found[road] if road is Road.COQL else prices(load_of(rows))[road]
    return road, spent + whole + (_COUNT + _DELETIONS if road is Road.BULK else Price(0, 0))


def _first_query(rows: int, load_of: LoadOf) -> Price:
    return prices(load_of(rows))[Road.COQL]


def _queries(load: Load) -> Price:
    """Return what queries cost that know of no end: each asks for as much as it may."""
    queries = -(-load.rows // load.rows_of_a_query)
    each = Price(1, query_credits(load.rows_of_a_query)).times(load.columns)
    completing = -(-load.to_complete // IDS_OF_A_CALL)
    return each.times(queries) + Price(completing, completing)
