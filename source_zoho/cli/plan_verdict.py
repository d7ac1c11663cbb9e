"""Can it all be read today, as far as anybody knows?"""

from collections.abc import Iterator, Sequence

from source_zoho.cli.plan_budget import CREDITS, Budget
from source_zoho.cli.plan_lines import Line, Plan
from source_zoho.cli.sync.words import counted

_STREAMS_NAMED = 6


def verdict(plan: Plan) -> str:
    """Return it in a sentence or two, which promise no more than is known."""
    if plan.unplanned and not any(line.calls.value or line.may_grow for line in plan.planned):
        return "Nothing that costs calls could be planned, so nobody knows whether it can be read today."
    return " ".join((*_used_up(plan), _of_what_is_planned(plan), *_not_planned(plan)))


def some(names: Sequence[str]) -> str:
    """Return the first of *names*, and how many more there are."""
    more = len(names) - _STREAMS_NAMED
    return ", ".join(names[:_STREAMS_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def amount(number: int, unit: str) -> str:
    """Return *number* of *unit*, which is a word for several."""
    return counted(number, unit.removesuffix("s"))


def _used_up(plan: Plan) -> Iterator[str]:
    spent = [each.title for each in _drawn_on(plan) if each.left == 0]
    if spent:
        yield f"Nothing is left today of {', '.join(spent)}."


def _not_planned(plan: Plan) -> Iterator[str]:
    names = [line.stream for line in plan.unplanned]
    if names:
        come = "comes" if len(names) == 1 else "come"
        yield f"{counted(len(names), 'stream')} could not be planned, and {come} on top: {some(names)}."


def _of_what_is_planned(plan: Plan) -> str:
    stops = plan.stops_in
    if stops is not None:
        return _not_today(plan, stops)
    drawn_on = _drawn_on(plan)
    unknown = [each.title for each in drawn_on if each.left is None]
    if unknown:
        return (
            f"Nobody knows whether it can be read today: what is left is not known of {', '.join(unknown)}"
            f"{_and_growing(plan)}."
        )
    growing = _growing(plan)
    if growing:
        return f"Nothing that is known speaks against reading it all today, but {growing}."
    unsure = [each for each in drawn_on if each.may_be_short_of(_taken_of(each, plan))]
    if unsure:
        return f"Nothing that is known speaks against reading it all today, but {_less(unsure[0])}."
    return f"{'What could be planned' if plan.unplanned else 'All of it'} can be read today."


def _not_today(plan: Plan, stops: Line) -> str:
    done, perhaps = some(plan.finished_today()) or "nothing", plan.finished_today(perhaps=True)
    if perhaps:
        done += f"; and {some(perhaps)}, if no + takes more than it says"
    where = f"{stops.stream} or before" if perhaps else stops.stream
    rest = "on a later day" if plan.last_day is None else f"on day {plan.last_day}"
    rest += " at the earliest" if plan.or_later and plan.last_day else ""
    behind = "; CRM's credits come back hour by hour" if any(each.unit == CREDITS for each in plan.budgets) else ""
    return (
        f"It does not suffice for all of it today. Finished today: {done}. It stops in {where}, and all is read {rest} "
        f"if a sync goes on from the state each day{behind}."
    )


def _growing(plan: Plan) -> str:
    names = [line.stream for line in plan.planned if line.may_grow]
    return f"{counted(len(names), 'stream')} may take more than {_its(names)} + says: {some(names)}" if names else ""


def _and_growing(plan: Plan) -> str:
    growing = _growing(plan)
    return f". Besides, {growing}" if growing else ""


def _its(names: Sequence[str]) -> str:
    return "its" if len(names) == 1 else "their"


def _less(budget: Budget) -> str:
    sure = amount(budget.surely or 0, budget.unit)
    return f"less may be left of {budget.title} than it takes: only {sure} are sure"


def _drawn_on(plan: Plan) -> list[Budget]:
    return [each for each in plan.budgets if _taken_of(each, plan)]


def _taken_of(budget: Budget, plan: Plan) -> int:
    return sum(budget.cost(each) for line in plan.planned for each in line.forecasts)
