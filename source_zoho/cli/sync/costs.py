"""What did each product and stream cost, and is that what the plan expected?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from source_zoho.cli.plan_report import CLOSE, number
from source_zoho.cli.sync.facts import Sync
from source_zoho.cli.sync.planned import Plan, total_of
from source_zoho.estimates import Bound
from source_zoho.ledger import TITLES, Cost

Costs = Mapping[tuple[str, str], Cost]


@dataclass(frozen=True)
class Spent:
    """What a product cost beside its plan; *right* is None where there is nothing to judge."""

    title: str
    cost: Cost
    in_credits: bool
    planned: str = ""
    differs: str = ""
    right: bool | None = None

    @property
    def coin(self) -> int:
        """How much it cost of what it counts: credits or calls."""
        return self.cost.credits if self.in_credits else self.cost.calls


def costs_by_stream(sync: Sync) -> Costs:
    """Return what each stream of each product cost, its organizations together."""
    costs = defaultdict[tuple[str, str], Cost](Cost)
    for place, cost in sync.costs.items():
        costs[place.product, place.stream] += cost
    return costs


def spent_on(product: str, costs: Costs, plan: Plan, *, is_same: bool) -> Spent:
    """Return what *product* cost; it is judged only if *is_same*: if *plan* has the streams that were read."""
    real = sum((cost for (each, _), cost in costs.items() if each == product), Cost())
    spent = Spent(TITLES[product], real, product == "crm")
    planned = total_of(plan, product)
    if planned is None:
        return spent
    off = (spent.coin - planned.value) / planned.value if planned.value else float(bool(spent.coin))
    right = abs(off) <= CLOSE if is_same and planned.bound is Bound.EXACTLY else None
    return Spent(spent.title, real, spent.in_credits, number(planned), f"{off:+.1%}", right)
