"""What is there to say about a plan, for people, and how are its numbers written?"""

from collections.abc import Iterator, Sequence

from source_zoho.cli.plan_budget import Budget
from source_zoho.cli.plan_lines import Line, Plan
from source_zoho.cli.plan_verdict import amount, some, verdict
from source_zoho.estimates import Bound, Estimate

_MARKS = {Bound.EXACTLY: "", Bound.AT_LEAST: "+", Bound.AT_MOST: "-", Bound.ABOUT: "~"}
_LEGEND = {
    Bound.AT_LEAST: "1+ at least 1, and nobody knows how many before it is read",
    Bound.AT_MOST: "9- at most 9",
    Bound.ABOUT: "9~ about 9",
}
CLOSE = 0.05  # a plan that is so close to what it cost was right


def sentences(plan: Plan) -> Iterator[str]:
    """Yield what there is to say under the table."""
    yield from _legend(plan.lines)
    yield from _remarks(plan.lines)
    yield from _time(plan)
    yield from (_left(each) for each in plan.budgets)
    yield verdict(plan)


def number(estimate: Estimate | None) -> str:
    """Return *estimate* with a mark for how it is meant; empty for None."""
    return "" if estimate is None else marked(f"{estimate.value:,}", estimate.bound)


def marked(text: str, bound: Bound) -> str:
    """Return *text* with the mark for *bound*."""
    return text + _MARKS[bound]


def duration(seconds: float) -> str:
    """Return *seconds* for people."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours:,} h {minutes:02d} min" if hours else f"{minutes} min"


def _legend(lines: Sequence[Line]) -> Iterator[str]:
    bounds = {each.bound for line in lines for each in (line.rows, line.calls, line.credits) if each}
    bounds |= {Bound.AT_LEAST for line in lines if line.or_later or (line.forecasts and not line.is_planned)}
    told = [words for bound, words in _LEGEND.items() if bound in bounds]
    if told:
        yield f"{'; '.join(told)}."


def _remarks(lines: Sequence[Line]) -> Iterator[str]:
    """Yield each remark once, with the streams that it is about."""
    streams: dict[tuple[bool, str], list[str]] = {}
    for line in lines:
        for remark in line.remarks:
            streams.setdefault((line.is_planned, remark), []).append(line.stream)
    for (is_planned, remark), names in streams.items():
        yield f"{some(names)}: {remark.rstrip('.')}." if is_planned else f"Not planned: {some(names)}: {remark}"


def _time(plan: Plan) -> Iterator[str]:
    listed = plan.of("books") + plan.of("billing")
    if plan.seconds and listed:
        is_open = any(line.may_grow or line in plan.unplanned for line in listed)
        needed = f"at least {duration(plan.seconds)}" if is_open else duration(plan.seconds)
        yield f"Books and Billing need {needed} at the allowed pace, each organization at its own."
    seconds = plan.cost.seconds_of_a_call.get("crm")
    if plan.of("crm") and seconds is not None:
        yield (
            f"CRM has no pace: an answer took {seconds:.2f} s when this was asked, and each stream waits for its own. "
            "A job of Bulk Read takes as long as Zoho needs for it."
        )


def _left(budget: Budget) -> str:
    left = "not known" if budget.left is None else f"{amount(budget.left, budget.unit)} left"
    because = f" ({budget.because})" if budget.because else ""
    return f"{budget.title}, today: {left}{because}."
