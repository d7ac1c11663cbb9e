"""What was the emulator asked?

A call of a product counts in `total`, a call of the accounts server in `tokens`; both stand in the log. Calls
of the emulator's own control path are nobody's business.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple


class Call(NamedTuple):
    """One answered call."""

    method: str
    path: str
    query: dict[str, str]
    status: int
    code: int | str | None
    organization_id: str = ""


class Calls:
    """Counters and log of the calls since the last reset."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.total = 0
        self.tokens = 0
        self.by_path: Counter[str] = Counter()
        self.by_organization: Counter[str] = Counter()
        self.log: list[Call] = []

    def reset(self) -> None:
        """Forget everything."""
        self.total = self.tokens = 0
        self.by_path.clear()
        self.by_organization.clear()
        self.log.clear()

    def record_token(self, call: Call) -> None:
        """Count a call of the accounts server."""
        self.tokens += 1
        self.log.append(call)

    def record(self, call: Call) -> None:
        """Count a call of a product."""
        self.total += 1
        self.by_path[call.path] += 1
        if call.organization_id:
            self.by_organization[call.organization_id] += 1
        self.log.append(call)

    def as_json(self) -> dict[str, object]:
        """Return counters and log for the control path."""
        return {
            "total": self.total,
            "tokens": self.tokens,
            "by_path": dict(self.by_path),
            "by_organization": dict(self.by_organization),
            "log": [call._asdict() for call in self.log],
        }
