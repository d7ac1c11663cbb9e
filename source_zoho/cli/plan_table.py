"""How does the table of a plan look, and which columns does it keep where there is little room?"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from source_zoho.cli.plan_lines import Line, Plan, total_of
from source_zoho.cli.plan_report import CLOSE, duration, marked, number
from source_zoho.estimates import Bound
from source_zoho.ledger import TITLES, Cost

_ANY_WIDTH = 10_000
_NAME_WIDTH = 12


@dataclass(frozen=True)
class _Column:
    """A column: its heading, its cell of each line, and whether a sum has it, too."""

    heading: str
    cell: Callable[[Line], Text]
    is_summed: bool = False

    @property
    def name(self) -> str:
        return self.heading.replace("\n", " ")


# Without these a table is narrower: what is the least worth goes first.
_FIRST_TO_GO = "road", "time", "of today", "rows", "day", "differs by", "credits last time", "calls last time"


def fitted(plan: Plan, console: Console) -> tuple[Table, str]:
    """Return the table as *console* has room for it, and a sentence about the columns that it had to leave out."""
    columns = {each.name for each in _columns(plan)}
    without: list[str] = []
    full = _width_of(plan, (), console)
    for name in _FIRST_TO_GO:
        if _width_of(plan, without, console) <= console.width:
            break
        without += [name] if name in columns else []
    note = f"Columns left out, as there is no room for them: {', '.join(without)}. All fit with COLUMNS={full}."
    return table(plan, without), note if without else ""


def table(plan: Plan, without: Collection[str] = ()) -> Table:
    """Return the table *without* some columns: a line for each stream, and a sum for each product."""
    columns = [each for each in _columns(plan) if each.name not in without]
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column("stream", overflow="fold", min_width=_NAME_WIDTH)
    for column in columns:
        is_road = column.cell is _road
        shown.add_column(
            column.heading,
            justify="left" if is_road else "right",
            overflow="fold" if is_road else "ellipsis",
            no_wrap=not is_road,
        )
    for product in plan.products:
        for line in plan.of(product):
            costs_nothing = line.is_planned and not (line.calls.value or line.may_grow)
            shown.add_row(line.stream, *(each.cell(line) for each in columns), style="dim" if costs_nothing else "")
        shown.add_section()
        total = total_of(plan.of(product))
        sums = (each.cell(total) if each.is_summed else Text() for each in columns)
        shown.add_row(TITLES.get(product, product), *sums, style="bold")
        shown.add_section()
    return shown


def _width_of(plan: Plan, without: Collection[str], console: Console) -> int:
    return console.measure(table(plan, without), options=console.options.update(width=_ANY_WIDTH)).maximum


def _columns(plan: Plan) -> list[_Column]:
    in_crm = "crm" in plan.products
    return [
        _Column("road", _road),
        _Column("rows", lambda line: Text(number(line.rows))),
        _Column("calls", _calls, is_summed=True),
        *([_Column("credits", lambda line: Text(number(line.credits)), is_summed=True)] if in_crm else []),
        _Column("time", _time),
        _Column("of today", _share),
        *([_Column("day", _day)] if plan.last_day != 1 or plan.or_later else []),
        *(_columns_of_last(in_crm=in_crm) if plan.last else []),
    ]


def _columns_of_last(*, in_crm: bool) -> list[_Column]:
    return [
        _Column("calls\nlast time", lambda line: Text(f"{_really(line).calls:,}"), is_summed=True),
        *([_Column("credits\nlast time", _last_credits, is_summed=True)] if in_crm else []),
        _Column("differs\nby", _difference, is_summed=True),
    ]


def _really(line: Line) -> Cost:
    return line.really or Cost()


def _last_credits(line: Line) -> Text:
    return Text(f"{_really(line).credits:,}" if line.product == "crm" else "")


def _road(line: Line) -> Text:
    if not line.forecasts:
        return Text("not planned", "dim")
    return Text(line.road) if line.is_planned else Text("cannot be told", "bold red")


def _calls(line: Line) -> Text:
    if line.is_planned:
        return Text(number(line.calls))
    return Text("?" if line.forecasts else "", "bold red")


def _difference(line: Line) -> Text:
    if line.difference is None:
        return Text("")
    is_bound = (line.credits or line.calls).bound
    told = "0 %" if not line.difference else f"{line.difference:+.1%}".replace("%", " %")
    return Text(told, "dim" if is_bound else "green" if abs(line.difference) <= CLOSE else "bold red")


def _time(line: Line) -> Text:
    if line.seconds is None or not line.calls.value:
        return Text("")
    bound = Bound.AT_LEAST if line.may_grow else Bound.ABOUT if line.product == "crm" else Bound.EXACTLY
    return Text(marked(duration(line.seconds), bound))


def _share(line: Line) -> Text:
    if line.part is None:
        return Text("")
    if line.part > 1:
        return Text("over 100 %", "bold red")
    if line.part < 0.001 and not line.may_grow:
        return Text("< 0.1 %")
    return Text(marked(f"{line.part:.1%}".replace("%", " %"), Bound.AT_LEAST if line.may_grow else Bound.EXACTLY))


def _day(line: Line) -> Text:
    if not line.is_planned:
        return Text("")
    if line.day is None:
        return Text("later")
    if line.or_later:
        return Text(marked(f"{line.day}", Bound.AT_LEAST))
    return Text("today" if line.day == 1 else f"{line.day}.")
