"""What had `source-zoho plan --json` expected of each stream?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from source_zoho.errors import ConfigProblem
from source_zoho.files import read_json


@dataclass(frozen=True)
class Expected:
    """Calls and credits that were expected (None: nobody could tell), and whether they are a number or a bound."""

    calls: int | None
    credits: int | None
    exact: bool


def read_plan(path: str) -> dict[tuple[str, str], Expected]:
    """Return what the plan in the file *path* expects, by product and stream. Raises ConfigProblem if it is none."""
    plan = read_json(path, "plan")
    try:
        return {(str(each["product"]), str(each["stream"])): _expected(each) for each in plan["streams"]}
    except (KeyError, TypeError):
        sentence = f"{path} is no plan; give --plan what `source-zoho plan --json` wrote."
        raise ConfigProblem(sentence) from None


def _expected(entry: Mapping[str, Any]) -> Expected:
    told = (entry["calls"], entry["credits"])
    calls, of_crm = (int(each["value"]) if each else None for each in told)
    return Expected(calls, of_crm, exact=all(each["bound"] == "exactly" for each in told if each))
