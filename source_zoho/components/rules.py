"""What does the manifest's table say about an answer?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from airbyte_cdk.sources.streams.http.error_handlers import BackoffStrategy

from source_zoho.components.bodies import Said

UNREADABLE = -1
_LONGEST_WAIT_SECONDS = 3600.0


@dataclass(frozen=True)
class Rule:
    """
    One row of the table: answers with one of ``codes`` (Zoho's) or ``statuses`` (HTTP's) mean ``message``.

    ``action`` is one of wait (the pace was too fast), retry, replace_token, give_back (the reader decides), gone (there
    is nothing to read any more), end_of_day, fail, stop (fail, with every later call to the product). ``says`` is
    a pattern that is to be found in what an answer says beside its code. ``then`` is the action that follows when as
    many ``tries`` have not helped.
    """

    message: str
    action: str
    codes: list[int | str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    says: str = ""
    kind: str = "system"
    wait_seconds: float | None = None
    tries: int = 6
    then: str = ""

    def applies_to(self, status: int, code: int | str, words: str = "") -> bool:
        """Tell whether this row speaks of an answer with *status* and *code* that says *words*."""
        if (self.codes and code not in self.codes) or (self.statuses and status not in self.statuses):
            return False
        return not self.says or re.search(self.says, words, re.IGNORECASE) is not None


def rules(table: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """Return the rows of *table*, without what the CDK adds to every mapping in a manifest."""
    return [Rule(**{key: value for key, value in row.items() if not key.startswith("$")}) for row in table]


def rule_for(known: Sequence[Rule], status: int, said: Said, words: str = "") -> Rule | None:
    """Return the first of the *known* rules that speaks of an answer with *status* that *said* this."""
    return next((rule for rule in known if rule.applies_to(status, said.code, words)), None)


class Wait(BackoffStrategy):
    """Wait as long as Zoho says, else as long as the table says, else longer each time."""

    def __init__(self, rule_of: Callable[[requests.Response], Rule | None]) -> None:
        self._rule_of = rule_of

    def backoff_time(
        self, response_or_exception: requests.Response | Exception | None, attempt_count: int
    ) -> float | None:
        """Return the seconds to wait before the next try."""
        if isinstance(response_or_exception, requests.Response):
            asked = response_or_exception.headers.get("Retry-After", "")
            if re.fullmatch(r"\d+(\.\d+)?", asked):
                return min(float(asked), _LONGEST_WAIT_SECONDS)
            rule = self._rule_of(response_or_exception)
            if rule and rule.wait_seconds is not None:
                return rule.wait_seconds
        return float(min(2**attempt_count, 60))
