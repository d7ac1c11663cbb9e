"""
By which road do the records of a module come, and what when it ends half way?

Lists, queries (COQL) and Bulk Read bring the same records at different prices. What was handed out by one road is not
handed out again by another, and nothing is lost in between: a road that takes over looks at everything since the last
sync, and the state never says more than what Zoho had when the first road began.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.crm_bulk import BulkReader
from source_zoho.components.crm_completion import Completion
from source_zoho.components.crm_coql import CoqlPage, CoqlReader
from source_zoho.components.crm_errors import CHAIN_IS_FULL
from source_zoho.components.crm_position import Position
from source_zoho.components.crm_reader import Batch, ModuleFacts, ModuleReader
from source_zoho.components.crm_road import RoadIsClosed, is_trouble, said_by
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.credits import Credits
from source_zoho.crm.canonical import Part
from source_zoho.crm.emitted import Emitted
from source_zoho.crm.roads import ROWS_OF_A_LIST, Load, Price, Road, cheapest, prices, query_limits
from source_zoho.crm.weave import Row
from source_zoho.errors import Unexpected

AUTO = "auto"
_PAGES_WITHOUT_REST = 10
_LISTS_ARE_FULL = "Zoho lists no more than 100,000 records of this module from either end."
_log = logging.getLogger("airbyte")


@dataclass
class Roads:
    """
    Brings the records of a module, each once and whole, by the *wanted* road, or by the cheapest one.

    ``began_at`` is when Zoho gave its first answer, and ``closed`` holds why a road could not be taken.
    """

    facts: ModuleFacts
    lists: ModuleReader
    queries: CoqlReader
    jobs: BulkReader
    credits: Credits
    emitted: Emitted
    wanted: str = AUTO
    began_at: datetime | None = None
    closed: dict[Road, RoadIsClosed] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._completion = Completion(self.facts, self.lists)
        self._after = ""
        self._seen = self._unsure = 0
        self._expected: int | None = None
        self._goes_on = False

    def batches(self, since: datetime | None = None, position: Position | None = None) -> Iterator[Batch]:
        """
        Yield the records that changed at or after *since* (None: all), or what is left of them after *position*.

        Raises AirbyteTracedException when they cannot be read to the end.
        """
        if position is not None:
            since, self._after, self.began_at = position.since, position.after, position.began_at
            self._goes_on = True
        if self._begins_with_a_query():
            try:
                more = yield from self._first_query(since)
            except (RoadIsClosed, AirbyteTracedException) as reason:
                self._close(Road.COQL, _closing(reason))
                more = True
            if not more:
                return
        yield from self._by_the_best(since)

    def gaps(self) -> list[str]:
        """Return sentences about what could not be read although the rest could."""
        return [*self.lists.gaps(), *self._completion.gaps()]

    # ── the choice ──

    def _begins_with_a_query(self) -> bool:
        """
        Tell whether to find out by one small query what there is: mostly nothing, or so little that it is all.

        Not where lists are as cheap, and queries leave something out in most records.
        """
        if Road.COQL in self.closed or self.wanted not in {AUTO, Road.COQL}:
            return False
        return self.wanted == Road.COQL or self._goes_on or not (self.lists.groups == 1 and self.facts.often_unsure)

    def _by_the_best(self, since: datetime | None) -> Iterator[Batch]:
        """Yield the records by the best road that is open, and by the next when it ends."""
        for road in self._order():
            if road not in self.closed:
                try:
                    yield from self._by(road, since)
                except RoadIsClosed as reason:
                    self._close(road, reason)
                except AirbyteTracedException as failure:
                    if road is not Road.BULK:  # the others are taken up by the next sync where they stopped
                        raise
                    self._close(road, _closing(failure))
                else:
                    return
        raise self._no_road_is_left()

    def _order(self) -> list[Road]:
        """Return the roads, the best first."""
        if self.wanted != AUTO:
            return sorted(Road, key=lambda road: (road != self.wanted, road is Road.BULK))
        if self._expected is None:
            return [Road.COQL, Road.REST, Road.BULK] if self._seen else [Road.REST, Road.COQL, Road.BULK]
        found, left = prices(self._load(self._expected)), self.credits.available
        order = cheapest(found, self.closed, left)
        if self._goes_on:
            order.sort(key=lambda road: road is Road.REST)  # which would begin at the beginning
        _log.info("%s", self._compared(found, order, left))
        return order

    def _load(self, rows: int) -> Load:
        share = self._unsure / self._seen if self._seen else 0.0
        return Load(rows, self.lists.groups, self.queries.groups, self.queries.shape.rows, round(rows * share))

    def _compared(self, found: dict[Road, Price], order: Sequence[Road], left: int | None) -> str:
        compared = ", ".join(
            f"{road.in_words} {price.credits:,} credits" + (" (closed)" if road in self.closed else "")
            for road, price in found.items()
        )
        day = "" if left is None else f", of {left:,} that are left"
        rows = f"{self._seen:,} records are read, {self._expected:,} more"
        fields = f"{len(self.facts.fields):,} fields"
        return f"{self.facts.stream}: {rows} of {fields} by {compared}{day}. Taking {order[0].in_words}."

    def _close(self, road: Road, reason: RoadIsClosed) -> None:
        self.closed[road] = reason
        level = logging.WARNING if self.wanted == road else logging.INFO
        _log.log(level, "%s: %s ends here; another road brings the rest. %s", self.facts.stream, road.in_words, reason)

    def _no_road_is_left(self) -> Exception:
        reasons = " ".join(str(reason) for reason in self.closed.values())
        return traced(
            Unexpected(f"{self.facts.stream}: no way is left to read the rest of it. {reasons} Please report it.")
        )

    # ── the roads ──

    def _by(self, road: Road, since: datetime | None) -> Iterator[Batch]:
        if road is Road.COQL:
            return self._by_queries(since)
        return self._by_lists(since) if road is Road.REST else self._by_jobs(since)

    def _by_lists(self, since: datetime | None) -> Iterator[Batch]:
        yield from self._completed()  # for lists say how far all has come, and would not bring these again
        self.lists.began_at = self.began_at
        try:
            yield from self.lists.batches(since)
        except ZohoFailure as failure:
            if failure.code in CHAIN_IS_FULL:
                raise RoadIsClosed(_LISTS_ARE_FULL) from failure
            raise
        finally:
            self.began_at = self.lists.began_at

    def _first_query(self, since: datetime | None) -> Generator[Batch, None, bool]:
        """Yield the first records, and return whether there are more; then it is known how many."""
        page = self.queries.page(since, self._after, ROWS_OF_A_LIST)
        yield self._taken(page, at_rest=not page.more)
        if page.more and self.wanted == AUTO:
            self._expected = self._counted(since, self._after)
        return page.more

    def _counted(self, since: datetime | None, after: str = "") -> int | None:
        """Return how many records there are behind the id *after*; None where Zoho does not say."""
        if Road.COQL in self.closed:
            return None
        try:
            return self.queries.count(since, after)
        except RoadIsClosed as reason:
            _log.info("%s: how many records there are is not known. %s", self.facts.stream, reason)
            return None

    def _by_queries(self, since: datetime | None) -> Iterator[Batch]:
        more, pages = True, 0
        limits = query_limits(self._expected, self.queries.shape.rows) if self._expected else iter(())
        while more:
            most = self.queries.shape.rows
            limit = next(limits, most if self._expected is None else ROWS_OF_A_LIST)
            page = self.queries.page(since, self._after, min(limit, most))
            more, pages = page.more, pages + 1
            yield self._taken(page, at_rest=not more or pages % _PAGES_WITHOUT_REST == 0)

    def _by_jobs(self, since: datetime | None) -> Iterator[Batch]:
        expected = None if self._expected is None or self._goes_on else len(self.emitted) + self._expected
        if expected is None and self.facts.may_lack_records_in_files:
            expected = self._counted_or_in_doubt(since)
        last_id = "0"
        for parts in self.jobs.parts(since):
            self.began_at = self.began_at or self.jobs.began_at
            last_id = max([last_id, *(part.row["id"] for part in parts)], key=int)
            yield Batch(self._completion.add(self._news(parts)))
        self.began_at = self.began_at or self.jobs.began_at
        yield from self._completed()
        yield from self._reconciled(since, last_id, expected or 0)

    def _counted_or_in_doubt(self, since: datetime | None) -> int | None:
        """
        Return how many records there are of a module of which files may lack some.

        Raises RoadIsClosed when nobody says it while lists, which lack none, are open.
        """
        there = self._counted(since)
        if there is None and Road.REST not in self.closed:
            raise RoadIsClosed(
                f"Bulk Read may leave out records of module {self.facts.api_name}, and nothing would tell: that takes "
                "a count by COQL."
            )
        return there

    def _reconciled(self, since: datetime | None, last_id: str, expected: int) -> Iterator[Batch]:
        """
        Yield what files that go up to *last_id* lack of the records that are there.

        What was added meanwhile comes behind the last one, and what was edited into what *since* asks for has changed
        since the read began; where more is missing than that, all are looked at.
        """
        balance = self._balance(since, expected)
        for begin, after in self._where_news_are(since, last_id):
            if balance.missing > 0:
                self._after, self._expected = after, balance.missing
                for batch in self._by_queries(begin):
                    yield Batch(batch.rows)  # it is no place to go on from: something before it may be missing
                balance = self._balance(since, expected)
        if balance.missing > 0:
            again = "Reading them once more by COQL; none comes twice."
            _log.warning("%s: Bulk Read %s. %s", self.facts.stream, balance, again)
            self._after, self._expected = "", balance.there
            yield from self._by_queries(since)

    def _where_news_are(self, since: datetime | None, last_id: str) -> list[tuple[datetime | None, str]]:
        behind = since, last_id
        return [behind, (max(since, self.began_at), "")] if since and self.began_at else [behind]

    def _balance(self, since: datetime | None, expected: int) -> _Balance:
        """
        Return whether what has come is all; where nobody counts that, *expected* is what there was.

        Zoho counts before it tells what is gone: what is deleted in between then seems to be missing, and is looked
        for in vain; the other way round it would stand in for something that is missing.
        """
        there = self._counted(since)
        if there is None:
            return _Balance(expected, len(self.emitted))
        gone = self.lists.gone.since(self.began_at) if self.began_at else set()
        return _Balance(there, len(self.emitted), sum(each in self.emitted for each in gone))

    # ── what comes ──

    def _taken(self, page: CoqlPage, *, at_rest: bool) -> Batch:
        """Return what of *page* is complete; *at_rest* nothing is left waiting for its like."""
        self.began_at = min(filter(None, (self.began_at, page.read_at)))
        self._after = page.last_id or self._after
        self._seen += len(page.parts)
        self._unsure += sum(bool(part.unsure) for part in page.parts)
        rows = self._completion.add(self._news(page.parts), page.read_at)
        rows += self._torn(page.torn)
        rows += self._completion.flush() if at_rest else []
        return Batch(rows, after=self._after if self._completion.is_idle else "")

    def _torn(self, ids: Sequence[str]) -> list[Row]:
        """Return records of which two answers gave different versions, read again."""
        rows = self.lists.by_ids(ids) if ids else []
        return [self.facts.from_lists(row) for row in rows if self.emitted.add(row["id"])]

    def _news(self, parts: Sequence[Part]) -> list[Part]:
        return [part for part in parts if self.emitted.add(part.row["id"])]

    def _completed(self) -> Iterator[Batch]:
        rows = self._completion.flush()
        if rows:
            yield Batch(rows)


@dataclass(frozen=True)
class _Balance:
    """How many records Zoho counts *there*, and how many *came*, of which some are *gone* meanwhile."""

    there: int
    came: int
    gone: int = 0

    @property
    def missing(self) -> int:
        """How many records have not come."""
        return self.there - (self.came - self.gone)

    def __str__(self) -> str:
        gone = f", of which {self.gone:,} {'is' if self.gone == 1 else 'are'} deleted meanwhile" if self.gone else ""
        return f"gave {self.came:,} records{gone}, and Zoho counts {self.there:,}"


def _closing(reason: RoadIsClosed | AirbyteTracedException) -> RoadIsClosed:
    """Return why a road ends by *reason*. Raises *reason* when it would end the others, too."""
    if isinstance(reason, RoadIsClosed):
        return reason
    if not is_trouble(reason):
        raise reason
    return RoadIsClosed(said_by(reason))
