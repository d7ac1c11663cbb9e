"""What is asked of a module of Zoho CRM, and what comes back?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from source_zoho.crm.weave import Row


class Method(StrEnum):
    """How a module is walked through."""

    BY_CHANGE = "by_change"
    NEWEST_FIRST = "newest_first"
    BY_ID = "by_id"
    PLAIN = "plain"

    @property
    def in_words(self) -> str:
        """How it is told to people."""
        return _IN_WORDS[self]


class Trouble(StrEnum):
    """What kept Zoho from answering a question, as far as another question may help."""

    CHAIN_BROKEN = "chain_broken"  # the token died, or is bound to another question
    CHAIN_FULL = "chain_full"  # 100,000 records
    NOT_TAKEN = "not_taken"  # an order or a header that the module does not know


@dataclass(frozen=True)
class Ask:
    """
    A question, put once for each group of fields.

    ``sort_by`` and ``descending`` are the order (no ``sort_by``: Zoho's own), ``since`` is the If-Modified-Since, and
    ``tokens`` holds the place of each group in a chain; a group with None in it has no more to say. What is asked
    ``only_of_the_leader``, the first group, is not asked for its records.
    """

    sort_by: str = ""
    descending: bool = False
    since: datetime | None = None
    tokens: tuple[str | None, ...] | None = None
    only_of_the_leader: bool = False

    def followed(self, answers: Sequence[Answer]) -> Ask:
        """Return the question for what comes behind *answers*. Raises StuckError when they do not say how to ask."""
        if any(answer.more and not answer.token for answer in answers):
            raise StuckError("Zoho says that there is more, and does not say where")
        tokens = tuple(answer.token if answer.more else None for answer in answers)
        if tokens == self.tokens:
            raise StuckError("Zoho says that there is more where we are already")
        return replace(self, tokens=tokens)


@dataclass(frozen=True)
class Answer:
    """What Zoho answered for one group of fields."""

    rows: Sequence[Row] = ()
    more: bool = False
    token: str | None = None


class StuckError(Exception):
    """There is no question left that would bring the rest; the text says why."""


class TooLongError(StuckError):
    """Zoho gives no more of this module in any way that we know, today or later."""


_IN_WORDS = {
    Method.BY_CHANGE: "in the order of change",
    Method.NEWEST_FIRST: "latest change first",
    Method.BY_ID: "in the order of ids, all records",
    Method.PLAIN: "in Zoho's own order, all records",
}
