"""What does a plan look like to programs?"""

from collections.abc import Sequence
from typing import Any

from source_zoho.cli.plan_budget import Budget
from source_zoho.cli.plan_lines import Line, Plan, total_of
from source_zoho.cli.plan_verdict import verdict
from source_zoho.estimates import Bound, Estimate, Forecast

_EXACTLY = "exactly"


def document(plan: Plan) -> dict[str, Any]:
    """Return *plan* for programs."""
    stops = plan.stops_in
    return {
        "complete": not plan.unplanned,
        "streams": [_entry(line) for line in plan.lines],
        "totals": {product: _totals(plan.of(product)) for product in plan.products},
        "seconds": plan.seconds,
        "budgets": [_budget(each) for each in plan.budgets],
        "finishes_today": plan.finished_today(),
        "may_finish_today": plan.finished_today(perhaps=True),
        "stops_in": stops.stream if stops else None,
        "days": None if plan.unplanned else plan.last_day,
        "days_bound": _bound(or_later=plan.or_later or bool(plan.unplanned)),
        "verdict": verdict(plan),
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
        "day": line.day if line.is_planned else None,
        "day_bound": _bound(or_later=line.or_later),
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


def _bound(*, or_later: bool) -> str:
    return (Bound.AT_LEAST if or_later else Bound.EXACTLY).value or _EXACTLY


def _number(estimate: Estimate | None) -> dict[str, Any] | None:
    return None if estimate is None else {"value": estimate.value, "bound": estimate.bound.value or _EXACTLY}


def _budget(budget: Budget) -> dict[str, Any]:
    return {
        "products": list(budget.products),
        "organization_id": budget.organization_id or None,
        "unit": budget.unit,
        "left_today": budget.left,
        "left_at_least": budget.left if budget.surely is None else budget.surely,
        "per_day": budget.per_day,
        "because": budget.because,
    }
