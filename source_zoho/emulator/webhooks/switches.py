"""What may go wrong between Zoho and whoever listens?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

_SHARES = ("duplicates", "disorder", "lose")


@dataclass(frozen=True)
class Switches:
    """
    How deliveries behave.

    `duplicates`, `disorder` and `lose` are shares from 0 to 1: of deliveries that come once more though they were
    answered, that leave out of turn, that never leave. `retries` are the seconds between attempts of a delivery that
    was not answered with 2xx; Zoho publishes no schedule, these are invented. `notification_retries` are the same for
    the CRM, of which no document promises any. `timeout` is how many seconds an answer may take. `ids_together` is how
    many records one notification of the CRM names at most, if they change one after the other in the same way.
    """

    duplicates: float = 0.0
    disorder: float = 0.0
    lose: float = 0.0
    retries: tuple[float, ...] = (60, 300, 1800, 3600, 10_800)
    notification_retries: tuple[float, ...] = ()
    timeout: float = 5.0
    ids_together: int = 1

    def changed(self, given: Mapping[str, Any]) -> Switches:
        """Return the switches with some set."""
        known = [one.name for one in fields(self)]
        if unknown := set(given) - set(known):
            raise ValueError(f"there is no switch {', '.join(sorted(unknown))}; expected: {', '.join(known)}.")
        for name in _SHARES:
            if not 0 <= given.get(name, 0) <= 1:
                raise ValueError(f"{name} is {given[name]!r}; expected a share from 0 to 1.")
        if given.get("timeout", 1) <= 0 or given.get("ids_together", 1) < 1:
            raise ValueError("timeout has to be more than 0 seconds, and ids_together at least 1.")
        lists = {name: tuple(value) for name, value in given.items() if name.endswith("retries")}
        return replace(self, **{**given, **lists})
