"""What does the plan say of each stream, all organizations together, and of everything?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from source_zoho.cli.plan_budget import Budget, days_of_streams, may_end_later, share
from source_zoho.estimates import NOTHING, Bound, Estimate, Forecast
from source_zoho.ledger import Bill, Cost
from source_zoho.pace import Limits

Key = tuple[str, str]


@dataclass(frozen=True)
class Line:
    """
    One stream: its *forecasts*, the *day* on which it is finished (None: a later one), the *part* of today's allowance
    that it takes, how many *seconds* its calls need at the allowed pace (in CRM: as quickly as Zoho answered when the
    plan was made), and what it cost *really* the last time. What nobody knows may make it end *or_later*.
    """

    product: str
    stream: str
    forecasts: Sequence[Forecast] = ()
    day: int | None = 1
    part: float | None = None
    seconds: float | None = None
    really: Cost | None = None
    or_later: bool = False

    @property
    def may_grow(self) -> bool:
        """Whether it may take more than is known."""
        return any(each.may_grow for each in self.forecasts)

    @property
    def is_planned(self) -> bool:
        """Whether it is known what it costs."""
        return bool(self.forecasts) and all(each.calls is not None for each in self.forecasts)

    @property
    def road(self) -> str:
        """How it is read."""
        return ", ".join(dict.fromkeys(each.road for each in self.forecasts if each.road))

    @property
    def rows(self) -> Estimate | None:
        """How many rows are expected; None when nothing is known of them anywhere."""
        known = [each.rows for each in self.forecasts]
        found = sum((rows for rows in known if rows), NOTHING)
        if not any(known):
            return None
        return found + Estimate(0, Bound.AT_LEAST) if None in known else found

    @property
    def calls(self) -> Estimate:
        """How many calls are expected."""
        return sum((each.calls for each in self.forecasts if each.calls), NOTHING)

    @property
    def credits(self) -> Estimate | None:
        """How many credits of CRM are expected; None in other products."""
        found = [each.credits for each in self.forecasts if each.credits is not None]
        return sum(found, NOTHING) if found else None

    @property
    def remarks(self) -> list[str]:
        """What else there is to say."""
        return list(dict.fromkeys(each.why for each in self.forecasts if each.why))

    @property
    def difference(self) -> float | None:
        """By which part of the plan the last run was dearer (less than 0: cheaper); in CRM by credits."""
        if self.really is None or not self.is_planned:
            return None
        planned, real = (
            (self.credits.value, self.really.credits) if self.credits else (self.calls.value, self.really.calls)
        )
        return (real - planned) / planned if planned else (0.0 if not real else None)


@dataclass(frozen=True)
class Plan:
    """The plan: its *lines* in the order of reading, the *budgets* they draw on, and what planning itself cost."""

    lines: Sequence[Line]
    budgets: Sequence[Budget]
    cost: Bill = field(default_factory=lambda: Bill({}))
    last: Bill | None = None
    seconds: float | None = None

    def of(self, product: str) -> list[Line]:
        """Return the lines of *product*."""
        return [line for line in self.lines if line.product == product]

    @property
    def products(self) -> list[str]:
        """Return the products that it is about."""
        return list(dict.fromkeys(line.product for line in self.lines))

    @property
    def unplanned(self) -> list[Line]:
        """Return what could not be planned."""
        return [line for line in self.lines if line.forecasts and not line.is_planned]

    @property
    def planned(self) -> list[Line]:
        """Return what could be planned."""
        return [line for line in self.lines if line.is_planned]

    @property
    def stops_in(self) -> Line | None:
        """Return the first stream that is not finished today."""
        return next((line for line in self.planned if line.day != 1), None)

    @property
    def last_day(self) -> int | None:
        """Return the day on which all that could be planned is finished; None for one that nobody can tell."""
        days = [line.day for line in self.planned]
        return None if None in days else max((day for day in days if day), default=1)

    @property
    def or_later(self) -> bool:
        """Whether it may all be finished on a later day than is known."""
        return any(line.or_later for line in self.planned)

    def finished_today(self, *, perhaps: bool = False) -> list[str]:
        """Return the streams that are finished today; *perhaps*: those that are if nothing takes more than is known."""
        return [line.stream for line in self.planned if line.day == 1 and line.or_later == perhaps]


def plan_of(
    forecasts: Iterable[Forecast], budgets: Sequence[Budget], limits: Limits, cost: Bill, last: Bill | None = None
) -> Plan:
    """Return the plan that follows from *forecasts*, beside the costs of the *last* run."""
    groups: dict[Key, list[Forecast]] = {}
    for each in forecasts:
        groups.setdefault((each.product, each.stream), []).append(each)
    really = _by_stream(last)
    streams = list(groups.values())
    days, or_later = days_of_streams(streams, budgets), may_end_later(streams, budgets)
    lines = [
        Line(
            *key,
            found,
            day,
            share(found, budgets),
            seconds_of(found, limits, cost.seconds_of_a_call.get("crm")),
            really.pop(key, Cost()) if last else None,
            later,
        )
        for (key, found), day, later in zip(groups.items(), days, or_later, strict=True)
    ]
    lines += [Line(*key, really=spent) for key, spent in sorted(really.items())]
    every = [each for found in groups.values() for each in found]
    elsewhere = [each for each in every if each.product != "crm"]
    return Plan(lines, budgets, cost, last, seconds_of(elsewhere, limits))


def seconds_of(forecasts: Iterable[Forecast], limits: Limits, seconds_of_a_call: float | None = None) -> float | None:
    """
    Return how long the calls of *forecasts* take at the allowed pace, each organization at its own.

    CRM allows so many calls at a time and none in a minute: those of a stream follow each other, each in
    *seconds_of_a_call*; None when nobody knows them.
    """
    known = list(forecasts)
    in_crm = sum(each.calls.value for each in known if each.product == "crm" and each.calls)
    if in_crm:
        return None if seconds_of_a_call is None else in_crm * seconds_of_a_call
    calls: dict[str, list[int]] = {}
    for each in known:
        if each.product != "crm" and each.calls is not None:
            told = calls.setdefault(each.organization_id, [0, 0])
            told[0] += each.calls.value
            told[1] += each.calls.value if each.documents else 0
    if not calls:
        return None
    return max(
        60 * max(every / limits.calls_per_minute, documents / limits.documents_per_minute)
        for every, documents in calls.values()
    )


def _by_stream(bill: Bill | None) -> dict[Key, Cost]:
    found: dict[Key, Cost] = {}
    for place, cost in (bill.costs if bill else {}).items():
        key = place.product, place.stream
        found[key] = found.get(key, Cost()) + cost
    return found


def total_of(lines: Sequence[Line]) -> Line:
    """Return *lines* as one; what could not be planned comes on top, and nobody knows how much that is."""
    forecasts = [_with_a_cost(each) for line in lines for each in line.forecasts]
    really = [line.really for line in lines if line.really is not None]
    product = lines[0].product if lines else ""
    return Line(product, "total", forecasts, really=sum(really, Cost()) if really else None)


def _with_a_cost(forecast: Forecast) -> Forecast:
    if forecast.calls is not None:
        return forecast
    unknown = Estimate(0, Bound.AT_LEAST)
    return replace(forecast, calls=unknown, credits=unknown if forecast.product == "crm" else None)
