"""In which terms are streams described, and for lists of which length is it said what they cost?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tasks.stream_facts import Stream

ROWS, CHANGED = 10_000, 100
PAGE = 200


@dataclass(frozen=True)
class Price:
    """The calls of a first sync and of a later one, each for one organization; of CRM the credits."""

    first: str
    later: str

    @classmethod
    def always(cls, words: str) -> Price:
        """Return the price of what costs the same in every sync."""
        return cls(words, words)


@dataclass(frozen=True)
class Rule:
    """How the streams of one retriever are described."""

    words: Callable[[Stream], str]
    price: Callable[[Stream], Price]
