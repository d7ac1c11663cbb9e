"""
Which road to the records of a module costs the fewest API credits?

Zoho's prices (https://www.zoho.com/crm/developer/docs/api/v8/api-limits.html): a list of up to 200 records and 50
fields is 1 credit, a query of up to 200, 1,000 or 2,000 records is 1, 2 or 3 credits, and a Bulk Read job of up to
200,000 records is 50, besides 1 for each look at it and 1 for its file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

ROWS_OF_A_LIST = 200
ROWS_OF_A_QUERY = 2_000
ROWS_OF_A_JOB = 200_000
CREDITS_OF_A_JOB = 50
# The records of which a call by ids gives what another road could not.
IDS_OF_A_CALL = 100
# How often a job is looked at before it is ready, and each has a file.
_LOOKS_AT_A_JOB = 3
_CREDITS_BY_LIMIT = {200: 1, 1_000: 2, 2_000: 3}


class Road(StrEnum):
    """How the records of a module are fetched."""

    REST = "rest"
    COQL = "coql"
    BULK = "bulk"

    @property
    def in_words(self) -> str:
        """How it is told to people."""
        return {Road.REST: "lists", Road.COQL: "COQL", Road.BULK: "Bulk Read"}[self]


@dataclass(frozen=True)
class Load:
    """
    What is to be fetched: how many *rows*, in how many *groups* of fields a list gives them.

    *columns* is in how many groups a query gives them, *rows_of_a_query* how many at a time, and *to_complete* of how
    many rows something has to be fetched by ids when they come by another road than lists.
    """

    rows: int
    groups: int = 1
    columns: int = 1
    rows_of_a_query: int = ROWS_OF_A_QUERY
    to_complete: int = 0


@dataclass(frozen=True)
class Price:
    """What a road costs."""

    calls: int
    credits: int

    def __add__(self, other: Price) -> Price:
        return Price(self.calls + other.calls, self.credits + other.credits)

    def times(self, number: int) -> Price:
        """Return the price of doing it *number* times."""
        return Price(self.calls * number, self.credits * number)


def query_credits(limit: int) -> int:
    """Return what a query costs whose LIMIT is *limit*."""
    return next((price for most, price in _CREDITS_BY_LIMIT.items() if limit <= most), 3)


def query_limits(rows: int, most: int = ROWS_OF_A_QUERY) -> Iterator[int]:
    """
    Yield the LIMIT of each query that fetches *rows*, as cheaply as can be, where *most* are given at a time.

    There is at least one; whoever finds more than was expected asks on.
    """
    rest = rows
    while rest > most:
        yield most
        rest -= most
    # Two queries of 200 cost what one of 1,000 does, and one call is enough.
    yield next((limit for limit in _CREDITS_BY_LIMIT if rest <= limit <= most), most)


def prices(load: Load) -> dict[Road, Price]:
    """Return what each road costs for *load*."""
    completing = _calls(-(-load.to_complete // IDS_OF_A_CALL))
    return {
        Road.REST: _lists(load),
        Road.COQL: _queries(load).times(load.columns) + completing,
        Road.BULK: _jobs(load) + completing,
    }


def cheapest(found: Mapping[Road, Price], closed: Collection[Road] = (), left: int | None = None) -> list[Road]:
    """
    Return the roads that are open, the best first: the cheapest, among those that the credits *left* suffice for.

    Where they suffice for none, Bulk Read comes last: it gives nothing before it has come to its end, while queries and
    lists are taken up where they stopped.
    """
    within = [road for road, price in found.items() if left is None or price.credits <= left]

    def rank(road: Road) -> tuple[bool, bool, int, bool]:
        # Lists that cost as much come later: they begin at the beginning, queries behind what is known already.
        return road not in within, not within and road is Road.BULK, found[road].credits, road is Road.REST

    return sorted((road for road in found if road not in closed), key=rank)


def _lists(load: Load) -> Price:
    # A page begins with the last record of the one before, so that nothing slips between two of them.
    pages = max(1, -(-(load.rows - 1) // (ROWS_OF_A_LIST - 1)))
    proof = 1 if pages > 1 else 0  # a look at the other end, to see that there is an order
    return _calls(pages * load.groups + proof)


def _queries(load: Load) -> Price:
    limits = list(query_limits(load.rows, load.rows_of_a_query))
    return Price(len(limits), sum(map(query_credits, limits)))


def _jobs(load: Load) -> Price:
    jobs = max(1, -(-load.rows // ROWS_OF_A_JOB))
    return Price(_LOOKS_AT_A_JOB + 2, CREDITS_OF_A_JOB + _LOOKS_AT_A_JOB + 1).times(jobs)


def _calls(number: int) -> Price:
    return Price(number, number)
