"""What stands where on the page of a sync?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from source_zoho.cli.sync.facts import COMPLETE, Stream, Sync
from source_zoho.cli.sync.planned import Expected
from source_zoho.ledger import TITLES, Cost

_BARS = 20
_CLOSE = 0.05  # a plan that is so close to what it cost was right
_TIME_MARKS = 5
BOUND = "*"  # behind a number of the plan that is a bound, or about right
Plan = Mapping[tuple[str, str], Expected]


@dataclass(frozen=True)
class Bar:
    """A bar of a chart: its length and where a mark stands, in hundredths of the longest; *text* is its number."""

    label: str
    length: float
    text: str
    mark: float | None = None
    remark: str = ""


@dataclass(frozen=True)
class Period:
    """When a stream was read: from where to where in hundredths of the whole read, and in words."""

    label: str
    left: float
    width: float
    text: str
    status: str


@dataclass(frozen=True)
class Line:
    """A stream in the table: what it brought and what it cost."""

    stream: Stream
    calls: int
    credits: int | None
    planned: str
    age: str

    @property
    def rows(self) -> int:
        """How many rows it brought."""
        return self.stream.rows.total()


@dataclass(frozen=True)
class Spent:
    """What a product cost beside its plan; *unit* is what it counts in."""

    title: str
    calls: int
    credits: int | None
    planned: str
    differs: str
    right: bool | None


@dataclass
class View:
    """Everything that the page shows."""

    sync: Sync
    source: str
    at: datetime
    plan: Plan = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._costs = _costs(self.sync)
        self.lines = [self._line(stream) for _, stream in sorted(self.sync.streams.items())]

    @property
    def organizations(self) -> list[str]:
        """The organizations that rows name, in order."""
        return sorted({each for line in self.lines for each in line.stream.rows if each})

    @property
    def incomplete(self) -> list[Line]:
        """The streams that were not read to their end."""
        return [line for line in self.lines if line.stream.status != COMPLETE]

    @property
    def empty(self) -> list[Line]:
        """The streams that were read to their end and brought nothing."""
        return [line for line in self.lines if line.stream.status == COMPLETE and not line.rows]

    @property
    def with_rows(self) -> list[Line]:
        """The streams that brought rows."""
        return [line for line in self.lines if line.rows]

    @property
    def rows(self) -> int:
        """All rows together."""
        return sum(line.rows for line in self.lines)

    @property
    def began(self) -> datetime | None:
        """When the first stream began."""
        begun = [line.stream.began_ms for line in self.lines if line.stream.began_ms]
        return datetime.fromtimestamp(min(begun) / 1000, UTC) if begun else None

    @property
    def duration(self) -> str:
        """How long it took: by the bill, else by the streams."""
        seconds = self.sync.bill.seconds if self.sync.bill else self._span_ms[1] / 1000
        return duration(seconds)

    @property
    def longest(self) -> list[Bar]:
        """The streams with the most rows."""
        first = sorted(self.with_rows, key=lambda line: line.rows, reverse=True)[:_BARS]
        most = first[0].rows if first else 1
        return [Bar(line.stream.name, 100 * line.rows / most, f"{line.rows:,}") for line in first]

    @property
    def dearest(self) -> dict[str, list[Bar]]:
        """For each product the streams that cost most, in its own coin, with a mark where the plan stood."""
        return {title: bars for product, title in TITLES.items() if (bars := self._bars_of(product))}

    @property
    def spent(self) -> list[Spent]:
        """What each product cost, beside its plan."""
        return [self._spent(product) for product in TITLES if any(each == product for each, _ in self._costs)]

    @property
    def periods(self) -> list[Period]:
        """When each stream was read, in the order in which they began."""
        start, span = self._span_ms
        begun = sorted((line.stream for line in self.lines if line.stream.began_ms), key=lambda each: each.began_ms)
        return [_period(each, start, span) for each in begun]

    @property
    def time_marks(self) -> list[tuple[float, str]]:
        """Where on the axis of time which words stand."""
        steps = [step / (_TIME_MARKS - 1) for step in range(_TIME_MARKS)]
        return [(100 * each, duration(each * self._span_ms[1] / 1000)) for each in steps]

    @property
    def _span_ms(self) -> tuple[float, float]:
        begun = [line.stream.began_ms for line in self.lines if line.stream.began_ms]
        ended = [line.stream.ended_ms for line in self.lines]
        start = min(begun, default=0)
        return start, max(max([*ended, *begun], default=0) - start, 1)

    def _line(self, stream: Stream) -> Line:
        cost = self._costs.get((stream.product, stream.name), Cost())
        expected = self.plan.get((stream.product, stream.name))
        in_credits = stream.product == "crm"
        planned = _in_words(expected, in_credits) if expected else ""
        return Line(stream, cost.calls, cost.credits if in_credits else None, planned, age(stream.newest, self.at))

    def _bars_of(self, product: str) -> list[Bar]:
        in_credits = product == "crm"
        paid = {name: _paid(cost, in_credits) for (each, name), cost in self._costs.items() if each == product}
        first = [(name, number) for name, number in Counter(paid).most_common(_BARS) if number]
        expected = {name: _coin(self.plan.get((product, name)), in_credits) for name, _ in first}
        most = max([number for _, number in first] + [each or 0 for each in expected.values()], default=1) or 1
        return [_bar(name, number, expected[name], most) for name, number in first]

    def _spent(self, product: str) -> Spent:
        real = sum((cost for (each, _), cost in self._costs.items() if each == product), Cost())
        in_credits = product == "crm"
        known = [_coin(each, in_credits) for (place, _), each in self.plan.items() if place == product]
        paid, title = _paid(real, in_credits), TITLES[product]
        credits_spent = real.credits if in_credits else None
        if not known or None in known:
            return Spent(title, real.calls, credits_spent, "", "", None)
        planned = sum(each or 0 for each in known)
        off = (paid - planned) / planned if planned else float(bool(paid))
        exact = all(each.exact for (place, _), each in self.plan.items() if place == product)
        right = abs(off) <= _CLOSE if exact else None
        return Spent(title, real.calls, credits_spent, f"{planned:,}{'' if exact else BOUND}", f"{off:+.1%}", right)


def _costs(sync: Sync) -> dict[tuple[str, str], Cost]:
    """Return what each stream cost, its organizations together."""
    costs: dict[tuple[str, str], Cost] = {}
    for place, cost in (sync.bill.costs if sync.bill else {}).items():
        key = (place.product, place.stream)
        costs[key] = costs.get(key, Cost()) + cost
    return costs


def _paid(cost: Cost, in_credits: bool) -> int:
    return cost.credits if in_credits else cost.calls


def _coin(expected: Expected | None, in_credits: bool) -> int | None:
    if expected is None:
        return None
    return expected.credits if in_credits else expected.calls


def _in_words(expected: Expected, in_credits: bool) -> str:
    number = _coin(expected, in_credits)
    return "" if number is None else f"{number:,}{'' if expected.exact else BOUND}"


def _bar(name: str, number: int, expected: int | None, most: int) -> Bar:
    remark = "" if expected is None else f"planned {expected:,}"
    mark = None if expected is None else 100 * expected / most
    return Bar(name, 100 * number / most, f"{number:,}", mark, remark)


def _period(stream: Stream, start: float, span: float) -> Period:
    ended = stream.ended_ms or start + span
    text = duration((ended - stream.began_ms) / 1000)
    left = 100 * (stream.began_ms - start) / span
    return Period(stream.name, left, max(100 * (ended - stream.began_ms) / span, 0.3), text, stream.status)


def duration(seconds: float) -> str:
    """Return *seconds* for people."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def age(moment: datetime | None, at: datetime) -> str:
    """Return how long before *at* the *moment* was, in the largest unit that says enough; empty when unknown."""
    if moment is None:
        return ""
    seconds = (at - moment).total_seconds()
    units: Sequence[tuple[str, float]] = (("d", 86_400), ("h", 3_600), ("min", 60))
    return next((f"{seconds / size:,.0f} {unit}" for unit, size in units if seconds >= 2 * size), "moments")
