"""What does `source-zoho plan` ask Zoho, and what follows from the answers?"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from source_zoho.cli.plan_budget import CALLS, CREDITS, Budget
from source_zoho.cli.plan_lines import Plan, plan_of
from source_zoho.cli.plan_verdict import amount
from source_zoho.cli.progress import Steps
from source_zoho.cli.quiet import quiet_connector
from source_zoho.cli.terminal import notices
from source_zoho.estimates import Forecast
from source_zoho.ledger import LEDGER, Bill

if TYPE_CHECKING:
    from source_zoho.components.forecast import Forecasts
    from source_zoho.pace import Day

_NAMES = {"books": "Books", "billing": "Billing"}


def plan_for(
    config: Mapping[str, Any], catalog: str | None, state: str | None, last: Bill | None, steps: Steps
) -> Plan:
    """Return the plan. Raises ConfigProblem when a file cannot be used, ZohoError when Zoho cannot be asked."""
    # Here, not at the top: these imports bring the CDK, which takes a second or two.
    from source_zoho.components.connection import pace
    from source_zoho.components.forecast import Forecasts
    from source_zoho.inputs import read_catalog, read_state

    with quiet_connector():
        chosen = read_catalog(catalog).streams if catalog else []
        forecasts = Forecasts(config, chosen, read_state(state) if state else [])
        LEDGER.begin_run()
        notices().print(price_of_planning(forecasts.questions()), soft_wrap=True)
        found = _asked(forecasts, steps)
        budgets = [*_of_lists(config, found), *_of_crm(config, forecasts)]
        return plan_of(found, budgets, pace(config).limits, LEDGER.bill, last)


def price_of_planning(questions: Mapping[str, int]) -> str:
    """Say what it costs to ask so many *questions* of each product."""
    parts = [
        f"{_NAMES[product]}: a call for the organizations, and {number:,} for each of them"
        for product, number in questions.items()
        if product in _NAMES
    ]
    if "crm" in questions:
        parts.append(_price_in_crm(questions["crm"]))
    return f"Planning asks Zoho, at most so much. {'; '.join(parts)}." if parts else "Planning asks Zoho nothing."


def _price_in_crm(modules: int) -> str:
    if not modules:
        return "CRM: 2 credits"
    counted = "each module" if modules < 0 else "the module" if modules == 1 else f"each of {modules:,} modules"
    return f"CRM: 2 credits, 1 for every five modules, and 1 to 3 for {counted}"


def _asked(forecasts: "Forecasts", steps: Steps) -> list[Forecast]:
    with steps.step("Asking Zoho") as step:
        found = list(forecasts.all(step.update))
        step.update(amount(len({each.stream for each in found}), "streams"))
    return found


def _of_lists(config: Mapping[str, Any], found: Sequence[Forecast]) -> list[Budget]:
    """Return what Zoho and the configuration allow for each organization of Books and Billing."""
    from source_zoho.components.connection import pace

    reserve, limit = config.get("daily_call_reserve") or 0, config.get("daily_call_limit")
    places = dict.fromkeys((each.product, each.organization_id) for each in found if each.organization_id)
    budgets = []
    for product, organization_id in places:
        day = pace(config).day_of(organization_id, _NAMES[product])
        left = 0 if _is_used_up(day) else None if day.remaining is None else max(day.remaining - reserve, 0)
        per_day = None if day.whole is None else max(day.whole - reserve, 0)
        because = _because(_told_of(day, product, organization_id), reserve)
        budgets.append(Budget((product,), CALLS, left, per_day, organization_id, because))
    if limit is not None:
        both = dict.fromkeys(organization_id for _, organization_id in places)
        budgets += [Budget(tuple(_NAMES), CALLS, limit, limit, each, "daily_call_limit") for each in both]
    return budgets


def _is_used_up(day: "Day") -> bool:
    """Tell whether no call is left of Zoho's day. That a limit of ours is used up, which is one run's, says nothing."""
    return bool(day.closed) and not day.closed.startswith("daily_call_limit")


def _told_of(day: "Day", product: str, organization_id: str) -> str:
    if _is_used_up(day) and not day.whole:
        return day.closed
    if day.whole:
        return f"of {day.whole:,} in Zoho's day"
    if day.remaining is not None:
        return ""
    was_asked = any((each.product, each.organization_id) == (product, organization_id) for each in LEDGER.bill.costs)
    return "Zoho did not tell it" if was_asked else "Zoho tells it with its answers, and planning had none"


def _of_crm(config: Mapping[str, Any], forecasts: "Forecasts") -> list[Budget]:
    """Return what Zoho and the configuration allow in CRM."""
    told = forecasts.credits()
    if told is None:
        return []
    reserve, limit = config.get("daily_call_reserve") or 0, config.get("daily_call_limit")
    left = None if told.left is None else max(told.left - reserve, 0)
    per_day = None if told.per_day is None else max(told.per_day - reserve, 0)
    surely = None if told.surely is None else max(told.surely - reserve, 0)
    budgets = [Budget(("crm",), CREDITS, left, per_day, "", _because(told.because, reserve), surely)]
    return [*budgets, Budget(("crm",), CREDITS, limit, limit, "", "daily_call_limit")] if limit is not None else budgets


def _because(words: str, reserve: int) -> str:
    return ", ".join(filter(None, (words, f"{reserve:,} kept for others" if reserve else "")))
