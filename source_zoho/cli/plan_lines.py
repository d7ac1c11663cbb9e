"""What does the plan say of each stream, all organizations together, and of everything?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from source_zoho.cli.plan_budget import Budget, days_of_streams, share
from source_zoho.estimates import NOTHING, Bound, Estimate, Forecast
from source_zoho.ledger import Bill, Cost
from source_zoho.pace import Limits

Key = tuple[str, str]


@dataclass(frozen=True)
class Line:
    """
    One stream: its *forecasts*, the *day* on which it is finished (None: a later one), the *part* of today's allowance
    that it takes, how many *seconds* its calls need at the allowed pace (in CRM: as quickly as Zoho answered when the
    plan was made), and what it cost *really* the last time.
    """

    product: str
    stream: str
    forecasts: Sequence[Forecast] = ()
    day: int | None = 1
    part: float | None = None
    seconds: float | None = None
    really: Cost | None = None

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
    def stops_in(self) -> Line | None:
        """Return the first stream that is not finished today."""
        return next((line for line in self.lines if line.day != 1), None)

    @property
    def last_day(self) -> int | None:
        """Return the day on which everything is finished; None for one that nobody can tell."""
        days = [line.day for line in self.lines]
        return None if None in days else max((day for day in days if day), default=1)


def plan_of(
    forecasts: Iterable[Forecast], budgets: Sequence[Budget], limits: Limits, cost: Bill, last: Bill | None = None
) -> Plan:
    """Return the plan that follows from *forecasts*, beside the costs of the *last* run."""
    groups: dict[Key, list[Forecast]] = {}
    for each in forecasts:
        groups.setdefault((each.product, each.stream), []).append(each)
    really = _by_stream(last)
    days = days_of_streams(list(groups.values()), budgets)
    lines = [
        Line(
            *key,
            found,
            day,
            share(found, budgets),
            seconds_of(found, limits, cost.seconds_of_a_call.get("crm")),
            really.pop(key, Cost()) if last else None,
        )
        for (key, found), day in zip(groups.items(), days, strict=True)
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


def document(plan: Plan) -> dict[str, Any]:
    """Return *plan* for programs."""
    stops = plan.stops_in
    return {
        "complete": not plan.unplanned,
        "streams": [_entry(line) for line in plan.lines],
        "totals": {product: _totals(plan.of(product)) for product in plan.products},
        "seconds": plan.seconds,
        "budgets": [_budget(each) for each in plan.budgets],
        "finishes_today": [line.stream for line in plan.lines if line.is_planned and line.day == 1],
        "stops_in": stops.stream if stops else None,
        "days": plan.last_day,
        "plan_itself": {
            product: {"calls": plan.cost.of(product).calls, "credits": plan.cost.of(product).credits}
            for product in plan.products
        },
    }


def _entry(line: Line) -> dict[str, Any]:
    entry = {
        "product": line.product,
        "stream": line.stream,
        "road": line.road or None,
        "planned": line.is_planned,
        "rows": _number(line.rows),
        "calls": _number(line.calls) if line.is_planned else None,
        "credits": _number(line.credits),
        "seconds": line.seconds,
        "share_of_today": line.part if line.part != float("inf") else None,
        "day": line.day,
        "remarks": line.remarks,
        "organizations": [_of_organization(each) for each in line.forecasts if each.organization_id],
    }
    if line.really is None:
        return entry
    last = {"calls": line.really.calls, "credits": line.really.credits, "difference": line.difference}
    return {**entry, "last": last}


def _of_organization(forecast: Forecast) -> dict[str, Any]:
    return {
        "organization_id": forecast.organization_id,
        "rows": _number(forecast.rows),
        "calls": _number(forecast.calls),
    }


def _totals(lines: Sequence[Line]) -> dict[str, Any]:
    total = total_of(lines)
    last = None if total.really is None else {"calls": total.really.calls, "credits": total.really.credits}
    return {"calls": _number(total.calls), "credits": _number(total.credits), "last": last}


def total_of(lines: Sequence[Line]) -> Line:
    """Return *lines* as one."""
    forecasts = [each for line in lines for each in line.forecasts if each.calls is not None]
    really = [line.really for line in lines if line.really is not None]
    product = lines[0].product if lines else ""
    return Line(product, "total", forecasts, really=sum(really, Cost()) if really else None)


def _number(estimate: Estimate | None) -> dict[str, Any] | None:
    return None if estimate is None else {"value": estimate.value, "bound": estimate.bound.value or "exactly"}


def _budget(budget: Budget) -> dict[str, Any]:
    return {
        "products": list(budget.products),
        "organization_id": budget.organization_id or None,
        "unit": budget.unit,
        "left_today": budget.left,
        "per_day": budget.per_day,
        "because": budget.because,
    }
