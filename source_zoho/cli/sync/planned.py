"""What had `source-zoho plan --json` expected of each stream?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from source_zoho.cli.sync.words import counted, some
from source_zoho.errors import ConfigProblem
from source_zoho.estimates import NOTHING, Bound, Estimate
from source_zoho.files import read_json

_EXACTLY = "exactly"


@dataclass(frozen=True)
class Expected:
    """Calls, credits and rows that were expected; None: nobody could tell."""

    calls: Estimate | None = None
    credits: Estimate | None = None
    rows: Estimate | None = None
    is_planned: bool = True

    def coin(self, product: str) -> Estimate | None:
        """Return what *product* counts: credits in CRM, calls elsewhere."""
        return self.credits if product == "crm" else self.calls


Plan = Mapping[tuple[str, str], Expected]


def read_plan(path: str) -> dict[tuple[str, str], Expected]:
    """Return what the plan in the file *path* expects, by product and stream. Raises ConfigProblem if it is none."""
    plan = read_json(path, "plan")
    try:
        return {(str(each["product"]), str(each["stream"])): _expected(each) for each in plan["streams"]}
    except (KeyError, TypeError, ValueError, AttributeError):
        sentence = f"{path} is no plan; give --plan what `source-zoho plan --json` wrote."
        raise ConfigProblem(sentence) from None


def _expected(entry: Mapping[str, Any]) -> Expected:
    calls, of_crm, rows = (_estimate(each) for each in (entry["calls"], entry["credits"], entry.get("rows")))
    return Expected(calls, of_crm, rows, bool(entry.get("planned", True)))


def _estimate(told: Mapping[str, Any] | None) -> Estimate | None:
    if not told:
        return None
    return Estimate(int(told["value"]), Bound("" if told["bound"] == _EXACTLY else told["bound"]))


def total_of(plan: Plan, product: str) -> Estimate | None:
    """Return what *plan* expects of *product*; None when it is not about it, "at least" where it cannot tell all."""
    coins = [each.coin(product) for (place, _), each in plan.items() if place == product]
    if not any(coins):
        return None
    unknown = Estimate(0, Bound.AT_LEAST)
    return sum((each or unknown for each in coins), NOTHING)


def differences(plan: Plan, read: Collection[str]) -> Iterable[str]:
    """Yield how the streams of *plan* differ from those that were *read*."""
    planned = {stream for (_, stream), each in plan.items() if each.is_planned and not stream.startswith("(")}
    if not planned or not read:
        return
    if planned.isdisjoint(read):
        yield "The plan is one of another sync: it names none of the streams that were read. Give --plan the right one."
        return
    if missing := planned.difference(read):
        yield f"{counted(len(missing), 'stream')} of the plan did not come up in this read: {some(missing)}."
    if others := set(read) - planned:
        yield f"{counted(len(others), 'stream')} of this read {_is_not(others)} in the plan: {some(others)}."


def _is_not(names: Collection[str]) -> str:
    return "is not" if len(names) == 1 else "are not"
