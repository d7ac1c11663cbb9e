"""What does the manifest's table say about an answer?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from airbyte_cdk.sources.streams.http.error_handlers import BackoffStrategy

from source_zoho.components.bodies import body_of, code_of

UNREADABLE = -1
_LONGEST_WAIT_SECONDS = 3600.0


@dataclass(frozen=True)
class Rule:
    """
    One row of the table: answers with one of ``codes`` (Zoho's) or ``statuses`` (HTTP's) mean ``message``.

    ``action`` is one of wait (the pace was too fast), retry, replace_token, give_back (the reader decides), gone (there
    is nothing to read any more), end_of_day, fail.
    """

    message: str
    action: str
    codes: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    kind: str = "system"
    wait_seconds: float | None = None

    def applies_to(self, status: int, code: int) -> bool:
        """Tell whether this row speaks of an answer with *status* and *code*."""
        return (code in self.codes if self.codes else True) and (status in self.statuses if self.statuses else True)


def rules(table: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """Return the rows of *table*, without what the CDK adds to every mapping in a manifest."""
    return [Rule(**{key: value for key, value in row.items() if not key.startswith("$")}) for row in table]


def rule_for(known: Sequence[Rule], response: requests.Response) -> Rule | None:
    """Return the first of the *known* rules that speaks of *response*."""
    code = UNREADABLE if body_of(response) is None and response.ok else code_of(response)
    return next((rule for rule in known if rule.applies_to(response.status_code, code)), None)


class Wait(BackoffStrategy):
    """Wait as long as Zoho says, else as long as the table says, else longer each time."""

    def __init__(self, known: Sequence[Rule]) -> None:
        self._rules = known

    def backoff_time(
        self, response_or_exception: requests.Response | Exception | None, attempt_count: int
    ) -> float | None:
        """Return the seconds to wait before the next try."""
        if isinstance(response_or_exception, requests.Response):
            asked = response_or_exception.headers.get("Retry-After", "")
            if re.fullmatch(r"\d+(\.\d+)?", asked):
                return min(float(asked), _LONGEST_WAIT_SECONDS)
            rule = rule_for(self._rules, response_or_exception)
            if rule and rule.wait_seconds is not None:
                return rule.wait_seconds
        return float(min(2**attempt_count, 60))
