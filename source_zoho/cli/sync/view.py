"""What stands where on the page of a sync?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from source_zoho.cli.plan_report import number
from source_zoho.cli.sync.causes import Cause, causes
from source_zoho.cli.sync.charts import FEW_BARS, Bar, bars, periods, time_marks
from source_zoho.cli.sync.costs import Spent, costs_by_stream, spent_on
from source_zoho.cli.sync.facts import COMPLETE, UNFINISHED, Stream, Sync
from source_zoho.cli.sync.freshness import Freshness, freshness
from source_zoho.cli.sync.organizations import Organization, organizations
from source_zoho.cli.sync.planned import Expected, Plan, differences
from source_zoho.cli.sync.verdict import Verdict, verdict_on
from source_zoho.cli.sync.words import age, duration
from source_zoho.ledger import TITLES, Cost

_STOPPED = (
    "The messages end before it was read to its end. Look in the log how the read ended, and run it again: with the "
    "last state it goes on from there."
)
_SILENT = "It was not read to its end, and the messages do not say why. Look into the log of the read."
_QUIET = "Nothing was said about it. Zoho has no rows, or none that changed."


@dataclass(frozen=True)
class Line:
    """A line of the table of streams: what a stream brought and cost; without a *stream*, what served several."""

    name: str
    product: str
    stream: Stream | None
    cost: Cost
    expected: Expected
    age: str = ""

    @property
    def rows(self) -> int:
        """How many rows it brought."""
        return self.stream.rows.total() if self.stream else 0

    @property
    def status(self) -> str:
        """How it ended."""
        return self.stream.status if self.stream else ""

    @property
    def took(self) -> str:
        """How long it was read."""
        seconds = self.stream.seconds if self.stream else None
        return "" if seconds is None else duration(seconds)

    @property
    def rows_planned(self) -> str:
        """How many rows the plan expected."""
        return number(self.expected.rows)

    @property
    def planned(self) -> str:
        """How many calls or credits the plan expected."""
        return number(self.expected.coin(self.product))


@dataclass
class View:
    """Everything that the page shows."""

    sync: Sync
    source: str
    at: datetime
    plan: Plan = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._costs = costs_by_stream(self.sync)
        self.ended = self.sync.ended or self.at
        streams = [self._line(each.product, each.name, each) for each in self.sync.streams.values()]
        others = [self._line(*key) for key in self._costs if key[1] not in self.sync.streams]
        self._lines = sorted([*streams, *others], key=lambda line: (line.stream is None, line.name))
        self.lines = [line for line in self._lines if line.stream]
        self.incomplete = [line.stream for line in self.lines if line.stream and line.status != COMPLETE]
        self.empty = [each for each in self.streams if each.status == COMPLETE and not each.rows]

    @property
    def streams(self) -> list[Stream]:
        """The streams, by name."""
        return [line.stream for line in self.lines if line.stream]

    @property
    def title(self) -> str:
        """What the page is called."""
        of_zoho = any(each.product for each in self.streams) or not self.streams
        return "Sync of Zoho" if of_zoho else "Sync"

    @property
    def verdict(self) -> Verdict:
        """Whether everything arrived."""
        return verdict_on(self.sync)

    @property
    def failed(self) -> list[Cause]:
        """Why streams were not read to their end, and what to do."""
        return causes((each.name, why) for each in self.incomplete for why in each.reasons or [_no_reason(each)])

    @property
    def failures(self) -> list[Cause]:
        """What went wrong with the read itself."""
        return causes(("", each) for each in self.sync.failures)

    @property
    def without_rows(self) -> list[Cause]:
        """Why streams that were read to their end brought nothing."""
        return causes((each.name, why) for each in self.empty for why in each.reasons or [_QUIET])

    @property
    def warnings(self) -> list[Cause]:
        """What else the log warned of."""
        return causes(("", each) for each in self.sync.warnings)

    @property
    def products(self) -> dict[str, list[Line]]:
        """The lines of each product, under its title."""
        titles = {**TITLES, "": "Other streams"}
        found = {title: [line for line in self._lines if line.product == key] for key, title in titles.items()}
        return {title: lines for title, lines in found.items() if lines}

    @property
    def with_rows(self) -> list[Line]:
        """The streams that brought rows."""
        return [line for line in self.lines if line.rows]

    @property
    def rows(self) -> int:
        """All rows together."""
        return sum(line.rows for line in self.lines)

    @property
    def organizations(self) -> list[Organization]:
        """The organizations of which something was heard, and the CRM's."""
        return organizations(self.sync, self.failed)

    def name_of(self, organization: str) -> str:
        """Return what *organization* is called; empty when nobody said."""
        return self.sync.names.get(organization, "")

    @property
    def began(self) -> datetime | None:
        """When the first stream began."""
        return datetime.fromtimestamp(self.sync.began_ms / 1000, UTC) if self.sync.began_ms else None

    @property
    def duration(self) -> str:
        """How long it took: by the bill, else by the streams; empty when nobody tells."""
        if self.sync.bill:
            return duration(self.sync.bill.seconds)
        return duration((self.sync.ended_ms - self.sync.began_ms) / 1000) if self.sync.began_ms else ""

    @property
    def longest(self) -> list[Bar]:
        """The streams with the most rows."""
        return bars({line.name: line.rows for line in self.lines})

    @property
    def dearest(self) -> dict[str, list[Bar]]:
        """For each product the streams that cost most, in its own coin, with a mark where the plan stood."""
        found = {title: self._bars_of(product) for product, title in TITLES.items()}
        return {title: each for title, each in found.items() if each}

    @property
    def spent(self) -> list[Spent]:
        """What each product cost, beside its plan."""
        read = [product for product in TITLES if any(each == product for each, _ in self._costs)]
        return [spent_on(product, self._costs, self.plan, is_same=not self.plan_differs) for product in read]

    @property
    def freshness(self) -> list[Freshness]:
        """How old the newest changes are, by product."""
        return freshness(self.streams, self.ended)

    @property
    def periods(self) -> list[Bar]:
        """When the streams that took longest were read."""
        return periods(self.sync)

    @property
    def time_marks(self) -> list[tuple[float, str]]:
        """Where on the axis of time which words stand."""
        return list(time_marks(self.sync))

    @property
    def plan_differs(self) -> list[str]:
        """How the streams of the plan differ from those that were read."""
        return list(differences(self.plan, self.sync.streams))

    def _line(self, product: str, name: str, stream: Stream | None = None) -> Line:
        cost, expected = self._costs.get((product, name), Cost()), self.plan.get((product, name), Expected())
        return Line(name, product, stream, cost, expected, age(stream.newest, self.ended) if stream else "")

    def _bars_of(self, product: str) -> list[Bar]:
        costs = {name: cost for (each, name), cost in self._costs.items() if each == product}
        paid = {name: cost.credits if product == "crm" else cost.calls for name, cost in costs.items()}
        expected = {name: each.coin(product) for (place, name), each in self.plan.items() if place == product}
        return bars(paid, expected, FEW_BARS)


def _no_reason(stream: Stream) -> str:
    return _STOPPED if stream.status == UNFINISHED else _SILENT
