"""What is expected of a stream, and how sure is it?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Bound(StrEnum):
    """How a number is meant."""

    EXACTLY = ""
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOUT = "about"

    def __add__(self, other: Bound) -> Bound:  # type: ignore[override]
        """Return how the sum of two numbers is meant."""
        if other in {self, Bound.EXACTLY}:
            return self
        if self is Bound.EXACTLY:
            return other
        return Bound.ABOUT if Bound.AT_MOST in {self, other} else Bound.AT_LEAST


@dataclass(frozen=True)
class Estimate:
    """A number, and how it is meant."""

    value: int
    bound: Bound = Bound.EXACTLY

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(self.value + other.value, self.bound + other.bound)


NOTHING = Estimate(0)


@dataclass(frozen=True)
class Forecast:
    """
    What reading a *stream* of a *product* takes, in an organization of Books or Billing or in all of CRM.

    ``road`` is how it is read. ``documents`` says that its calls are held back as those for single documents are.
    Without ``calls`` it cannot be told, and ``why`` says so; otherwise ``why`` is a remark. ``rows`` are None where
    nothing is known of them, and only CRM has ``credits``.
    """

    product: str
    stream: str
    road: str
    calls: Estimate | None
    rows: Estimate | None = None
    credits: Estimate | None = None
    organization_id: str = ""
    documents: bool = False
    why: str = ""

    @property
    def may_grow(self) -> bool:
        """Whether it may take more than is known, and nobody knows how much."""
        return any(each.bound is Bound.AT_LEAST for each in (self.calls, self.credits) if each)
