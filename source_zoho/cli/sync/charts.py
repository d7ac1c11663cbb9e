"""How long is each bar of a chart, and where does it begin?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from source_zoho.cli.plan_report import number
from source_zoho.cli.sync.facts import Stream, Sync
from source_zoho.cli.sync.words import duration
from source_zoho.estimates import Estimate

MOST_BARS, FEW_BARS = 20, 12
_THINNEST = 0.3  # hundredths of the whole: what took no time is still to be seen
_TIME_MARKS = 5


@dataclass(frozen=True)
class Bar:
    """
    A bar of a chart: where it begins and how long it is, in hundredths of the whole, and its number in words.

    *mark* is where the plan stood, in hundredths, and *remark* says it in words; *tone* is the class of its colour.
    """

    label: str
    length: float
    text: str
    left: float = 0
    mark: float | None = None
    remark: str = ""
    tone: str = ""


def bars(
    numbers: Mapping[str, int], expected: Mapping[str, Estimate | None] | None = None, number_of_bars: int = MOST_BARS
) -> list[Bar]:
    """Return the bars of the largest *numbers*, with marks where something was *expected*."""
    largest = sorted(((each, name) for name, each in numbers.items() if each), key=lambda each: (-each[0], each[1]))
    first = largest[:number_of_bars]
    plan = {name: (expected or {}).get(name) for _, name in first}
    most = max([each for each, _ in first] + [each.value for each in plan.values() if each], default=1) or 1
    return [_bar(name, each, plan[name], most) for each, name in first]


def _bar(name: str, value: int, plan: Estimate | None, most: int) -> Bar:
    mark = None if plan is None else 100 * plan.value / most
    remark = "" if plan is None else f"of {number(plan)} planned"
    return Bar(name, 100 * value / most, f"{value:,}", mark=mark, remark=remark)


def periods(sync: Sync) -> list[Bar]:
    """Return when the streams were read that took longest, in the order in which they began."""
    start, end = sync.began_ms, sync.ended_ms
    begun = [each for each in sync.streams.values() if each.began_ms]
    longest = sorted(begun, key=lambda each: (each.ended_ms or end) - each.began_ms, reverse=True)[:MOST_BARS]
    ordered = sorted(longest, key=lambda each: (each.began_ms, each.name))
    return [_period(each, start, end) for each in ordered]


def _period(stream: Stream, start: float, end: float) -> Bar:
    span, ended = max(end - start, 1), stream.ended_ms or end
    length = max(100 * (ended - stream.began_ms) / span, _THINNEST)
    left = min(100 * (stream.began_ms - start) / span, 100 - length)
    text = duration((ended - stream.began_ms) / 1000)
    return Bar(stream.name, length, text, left=max(left, 0), remark=f"ended {stream.status}", tone=stream.status)


def time_marks(sync: Sync) -> Sequence[tuple[float, str]]:
    """Return where on the axis of time which words stand."""
    seconds = (sync.ended_ms - sync.began_ms) / 1000
    steps = [step / (_TIME_MARKS - 1) for step in range(_TIME_MARKS)]
    return [(100 * each, duration(each * seconds)) for each in steps]
