"""How does a plan look to people?"""

from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from source_zoho.cli.plan_budget import CREDITS, Budget
from source_zoho.cli.plan_lines import Line, Plan, total_of
from source_zoho.estimates import Bound, Estimate
from source_zoho.ledger import TITLES, Cost

_MARKS = {Bound.EXACTLY: "", Bound.AT_LEAST: "+", Bound.AT_MOST: "-", Bound.ABOUT: "~"}
_LEGEND = {
    Bound.AT_LEAST: "1+ at least 1, and nobody knows how many before it is read",
    Bound.AT_MOST: "9- at most 9",
    Bound.ABOUT: "9~ about 9",
}
_CLOSE = 0.05  # a plan that is so close to what it cost was right
_STREAMS_NAMED = 6


def table(plan: Plan) -> Table:
    """Return the table: a line for each stream, and a sum for each product."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column("stream", overflow="fold")
    shown.add_column("road", overflow="fold")
    for heading in _headings(plan):
        shown.add_column(heading, justify="right", no_wrap=True)
    for product in plan.products:
        for line in plan.of(product):
            costs_nothing = line.is_planned and not line.calls.value
            shown.add_row(line.stream, _road(line), *_cells(line, plan), style="dim" if costs_nothing else "")
        shown.add_section()
        total = Text(TITLES.get(product, product), "bold")
        shown.add_row(total, "", *_cells_of_sum(total_of(plan.of(product)), plan))
        shown.add_section()
    return shown


def _headings(plan: Plan) -> list[str]:
    with_credits = ["credits"] if "crm" in plan.products else []
    headings = ["rows", "calls", *with_credits, "time", "of today", *(["day"] if plan.last_day != 1 else [])]
    if plan.last:
        headings += ["calls\nlast time", *(f"{each}\nlast time" for each in with_credits), "differs\nby"]
    return headings


def sentences(plan: Plan) -> Iterator[str]:
    """Yield what there is to say under the table."""
    yield from _legend(plan.lines)
    yield from _remarks(plan.lines)
    yield from _time(plan)
    yield from (_left(each) for each in plan.budgets)
    yield _verdict(plan)


def _cells(line: Line, plan: Plan) -> list[Text]:
    return [
        Text(_number(line.rows)),
        *_costs(line, plan),
        Text(_time_of(line)),
        _share(line.part),
        *([Text(_day(line.day) if line.is_planned else "")] if plan.last_day != 1 else []),
        *_last(line, plan),
    ]


def _cells_of_sum(line: Line, plan: Plan) -> list[Text]:
    empty = [Text("")] * (3 if plan.last_day != 1 else 2)
    cells = [Text(""), *_costs(line, plan), *empty, *_last(line, plan)]
    for cell in cells:
        cell.stylize("bold")
    return cells


def _costs(line: Line, plan: Plan) -> list[Text]:
    spent = [Text(_number(line.credits))] if "crm" in plan.products else []
    return [Text(_number(line.calls) if line.is_planned else ""), *spent]


def _last(line: Line, plan: Plan) -> list[Text]:
    if not plan.last:
        return []
    cost = line.really or Cost()
    spent = [Text(f"{cost.credits:,}" if line.product == "crm" else "")] if "crm" in plan.products else []
    return [Text(f"{cost.calls:,}"), *spent, _difference(line)]


def _difference(line: Line) -> Text:
    if line.difference is None:
        return Text("")
    is_bound = (line.credits or line.calls).bound
    told = "0 %" if not line.difference else f"{line.difference:+.1%}".replace("%", " %")
    return Text(told, "dim" if is_bound else "green" if abs(line.difference) <= _CLOSE else "bold red")


def _road(line: Line) -> Text:
    if not line.forecasts:
        return Text("not planned", "dim")
    return Text(line.road) if line.is_planned else Text("cannot be told", "bold red")


def _number(estimate: Estimate | None) -> str:
    return "" if estimate is None else f"{estimate.value:,}{_MARKS[estimate.bound]}"


def _time_of(line: Line) -> str:
    if line.seconds is None or not line.calls.value:
        return ""
    return _duration(line.seconds) + (_MARKS[Bound.ABOUT] if line.product == "crm" else "")


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours:,} h {minutes:02d} min" if hours else f"{minutes} min"


def _share(part: float | None) -> Text:
    if part is None:
        return Text("")
    if part > 1:
        return Text("over 100 %", "bold red")
    return Text("< 0.1 %" if part < 0.001 else f"{part:.1%}".replace("%", " %"))


def _day(day: int | None) -> str:
    return "later" if day is None else "today" if day == 1 else f"{day}."


def _legend(lines: Sequence[Line]) -> Iterator[str]:
    bounds = {each.bound for line in lines for each in (line.rows, line.calls, line.credits) if each}
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
        yield f"{_some(names)}: {remark.rstrip('.')}." if is_planned else f"Not planned: {_some(names)}: {remark}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _STREAMS_NAMED
    return ", ".join(names[:_STREAMS_NAMED]) + (f" and {more} more" if more > 0 else "")


def _time(plan: Plan) -> Iterator[str]:
    if plan.seconds is not None and plan.of("books") + plan.of("billing"):
        yield f"Books and Billing need {_duration(plan.seconds)} at the allowed pace, each organization at its own."
    seconds = plan.cost.seconds_of_a_call.get("crm")
    if plan.of("crm") and seconds is not None:
        yield (
            f"CRM has no pace: an answer took {seconds:.2f} s when this was asked, and each stream waits for its own. "
            "A job of Bulk Read takes as long as Zoho needs for it."
        )


def _left(budget: Budget) -> str:
    left = "not known" if budget.left is None else f"{budget.left:,} {budget.unit} left"
    because = f" ({budget.because})" if budget.because else ""
    return f"{budget.title}, today: {left}{because}."


def _verdict(plan: Plan) -> str:
    stops = plan.stops_in
    if stops is None:
        unknown = any(budget.left is None for budget in plan.budgets)
        return (
            "Nothing that is known speaks against reading it all today." if unknown else "All of it can be read today."
        )
    done = [line.stream for line in plan.lines if line.is_planned and line.day == 1]
    rest = "on a later day" if plan.last_day is None else f"on day {plan.last_day}"
    behind = "; CRM's credits come back hour by hour" if any(each.unit == CREDITS for each in plan.budgets) else ""
    return (
        f"It does not suffice for all of it today. Finished today: {_some(done) or 'nothing'}. "
        f"It stops in {stops.stream}, and all is read {rest} if a sync goes on from the state each day{behind}."
    )
