"""
What did a run cost, stream by stream?

Every call is booked where it is admitted, repeated tries included, because Zoho counts those too. What is asked for the
sake of all streams stands under a name in brackets, such as ``(modules and fields)``.

At the end of a read the log has a sentence for people, and a line for programs: ``PREFIX`` and behind it a JSON object,

    {"version": 1, "seconds": 12.3, "streams": [{"product": "crm", "stream": "crm_leads", "calls": 3, "credits": 5}]}

with ``organization_id`` in what belongs to an organization of Books or Billing. Calls that are not of CRM have no
credits. New keys may come; those that are there stay.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

PREFIX = "source-zoho-costs: "
VERSION = 1
TITLES: Mapping[str, str] = {"books": "Zoho Books", "billing": "Zoho Billing", "crm": "Zoho CRM"}
_DEAREST = 5


@dataclass(frozen=True, order=True)
class Place:
    """What a call was for: a stream of a product, in an organization where one is named."""

    product: str
    stream: str
    organization_id: str = ""


@dataclass(frozen=True)
class Cost:
    """What something took."""

    calls: int = 0
    credits: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.calls + other.calls, self.credits + other.credits)


@dataclass(frozen=True)
class Bill:
    """
    What a run cost: a cost for each place, and how long it took.

    *seconds_of_a_call* is how long an answer takes on an average, by product, where that was seen.
    """

    costs: Mapping[Place, Cost]
    seconds: float = 0.0
    seconds_of_a_call: Mapping[str, float] = field(default_factory=dict)

    def of(self, product: str) -> Cost:
        """Return what *product* cost."""
        return sum((cost for place, cost in self.costs.items() if place.product == product), Cost())

    @property
    def in_words(self) -> str:
        """Return it as a sentence or two for people."""
        parts = [_of_product(product, title, self.of(product)) for product, title in TITLES.items()]
        told = ", ".join(filter(None, parts))
        if not told:
            return "This read made no calls to Zoho."
        return f"This read made {told}. {self._dearest()}"

    @property
    def in_a_line(self) -> str:
        """Return it as the line for programs."""
        streams = [_entry(place, cost) for place, cost in sorted(self.costs.items())]
        bill = {"version": VERSION, "seconds": round(self.seconds, 1), "streams": streams}
        return PREFIX + json.dumps(bill, separators=(",", ":"))

    def _dearest(self) -> str:
        sums = Counter[tuple[str, str]]()
        for place, cost in self.costs.items():
            sums[place.stream, _unit(place.product)] += cost.credits if place.product == "crm" else cost.calls
        told = [f"{stream} {_counted(number, unit)}" for (stream, unit), number in sums.most_common(_DEAREST)]
        return f"{'The dearest' if len(sums) > _DEAREST else 'They went to'}: {', '.join(told)}."


class Ledger:
    """Books calls; safe to use from many threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._began_at = clock()
        self._costs: dict[Place, Cost] = {}
        self._answers: dict[str, list[float]] = {}

    def begin_run(self) -> None:
        """Forget everything: a new run begins."""
        with self._lock:
            self._costs, self._answers, self._began_at = {}, {}, self._clock()

    def book(self, place: Place, credits_spent: int = 0) -> None:
        """Book a call that is about to be sent."""
        with self._lock:
            self._costs[place] = self._costs.get(place, Cost()) + Cost(1, credits_spent)

    def note_answer(self, product: str, seconds: float) -> None:
        """Remember how long an answer of *product* took."""
        with self._lock:
            known = self._answers.setdefault(product, [0, 0.0])
            known[0] += 1
            known[1] += seconds

    @property
    def bill(self) -> Bill:
        """Return what the run has cost so far."""
        with self._lock:
            of_a_call = {product: spent / number for product, (number, spent) in self._answers.items()}
            return Bill(dict(self._costs), self._clock() - self._began_at, of_a_call)


# A process reads one account at a time; a new run forgets the one before.
LEDGER = Ledger()


def bill_in(text: str) -> Bill | None:
    """Return the bill in *text* of a log, wherever in it; None when there is none that can be read."""
    _, prefix, rest = text.rpartition(PREFIX)
    if not prefix:
        return None
    try:
        told, _ = json.JSONDecoder().raw_decode(rest)
        return Bill(_costs(told["streams"]), float(told.get("seconds", 0)))
    except (ValueError, TypeError, KeyError):
        return None


def _costs(entries: Iterable[Mapping[str, Any]]) -> dict[Place, Cost]:
    costs: dict[Place, Cost] = {}
    for each in entries:
        place = Place(str(each["product"]), str(each["stream"]), str(each.get("organization_id", "")))
        costs[place] = costs.get(place, Cost()) + Cost(int(each["calls"]), int(each.get("credits", 0)))
    return costs


def _entry(place: Place, cost: Cost) -> dict[str, Any]:
    where = {"organization_id": place.organization_id} if place.organization_id else {}
    spent = {"credits": cost.credits} if place.product == "crm" else {}
    return {"product": place.product, "stream": place.stream, **where, "calls": cost.calls, **spent}


def _of_product(product: str, title: str, cost: Cost) -> str:
    if not cost.calls:
        return ""
    price = f" for {_counted(cost.credits, 'credit')}" if product == "crm" else ""
    return f"{_counted(cost.calls, 'call')} to {title}{price}"


def _unit(product: str) -> str:
    return "credit" if product == "crm" else "call"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
