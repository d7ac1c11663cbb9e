"""For what does today's allowance suffice, and on which day is the rest read?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from source_zoho.estimates import Forecast
from source_zoho.ledger import TITLES

CALLS, CREDITS = "calls", "credits"


@dataclass(frozen=True)
class Budget:
    """
    What may be spent on *products*, in one organization where that is named: what is *left* today, and *per_day* later.

    None is what nobody tells. ``because`` says where the number comes from. Where *left* is no more than the most that
    there may be, *surely* is what there is at least.
    """

    products: tuple[str, ...]
    unit: str
    left: int | None
    per_day: int | None = None
    organization_id: str = ""
    because: str = ""
    surely: int | None = None

    @property
    def title(self) -> str:
        """Return what it is called."""
        names = " and ".join(TITLES[product] for product in self.products)
        return f"{names}, organization {self.organization_id}" if self.organization_id else names

    def cost(self, forecast: Forecast) -> int:
        """Return what *forecast* takes of this budget, as far as that is known."""
        spent = forecast.credits if self.unit == CREDITS else forecast.calls
        return spent.value if self._is_for(forecast) and spent else 0

    def may_grow(self, forecast: Forecast) -> bool:
        """Tell whether *forecast* may take more of this budget than is known."""
        return self._is_for(forecast) and forecast.may_grow

    def may_be_short_of(self, spent: int) -> bool:
        """Tell whether nobody knows that so much may be *spent* today."""
        return self.left is None or (self.surely is not None and spent > self.surely)

    def _is_for(self, forecast: Forecast) -> bool:
        return forecast.product in self.products and forecast.organization_id == self.organization_id


def days_of_streams(streams: Sequence[Sequence[Forecast]], budgets: Iterable[Budget]) -> list[int | None]:
    """Return on which day each of *streams*, told by its forecasts, is finished if they are read in this order."""
    by_budget = [days_of([_cost(each, budget) for each in streams], budget.left, budget.per_day) for budget in budgets]
    return [_latest([days[place] for days in by_budget]) for place in range(len(streams))]


def may_end_later(streams: Sequence[Sequence[Forecast]], budgets: Iterable[Budget]) -> list[bool]:
    """
    Return of each of *streams* whether it may be finished on a later day than ``days_of_streams`` says.

    Whatever takes more than is known keeps those waiting that are read behind it.
    """
    found = [any(each.may_grow for each in forecasts) for forecasts in streams]
    for budget in budgets:
        spent, grows = 0, False
        for place, forecasts in enumerate(streams):
            cost, may_grow = _cost(forecasts, budget), any(map(budget.may_grow, forecasts))
            spent, grows = spent + cost, grows or may_grow
            found[place] |= bool(cost) and (grows or budget.may_be_short_of(spent))
    return found


def share(forecasts: Iterable[Forecast], budgets: Iterable[Budget]) -> float | None:
    """Return which part of today's allowance *forecasts* take, of the budget of which they take most."""
    found = list(forecasts)
    parts = [_part(_cost(found, budget), budget.left) for budget in budgets if budget.left is not None]
    return max((part for part in parts if part is not None), default=None)


def _cost(forecasts: Iterable[Forecast], budget: Budget) -> int:
    return sum(budget.cost(each) for each in forecasts)


def _part(cost: int, left: int) -> float | None:
    if not cost:
        return None
    return cost / left if left else float("inf")


def _latest(days: Sequence[int | None]) -> int | None:
    return None if None in days else max((day for day in days if day is not None), default=1)


def days_of(costs: Sequence[int], left: int | None, per_day: int | None) -> list[int | None]:
    """
    Return on which day each of *costs* has been spent, one after the other; what costs nothing needs no day but today.

    *left* is for today (None: not known, so nothing is said against today), *per_day* for each day behind it.
    """
    days: list[int | None] = []
    spent = 0
    for cost in costs:
        spent += cost
        if not cost or left is None or spent <= left:
            days.append(1)
        elif per_day:
            days.append(1 - (left - spent) // per_day)
        else:
            days.append(None)
    return days
