"""What does a page token stand for, and may this call use it?

A token belongs to the user and to every parameter of the call that began its chain, the header If-Modified-Since among
them. It lives for 24 hours of the emulator's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from .list_query import SINCE
from .refusals import invalid_parameter, refused

_UNBOUND = frozenset({"page", "page_token"})
HOUR = 3600
_SWEEP_EVERY = 4096


@dataclass(frozen=True)
class Place:
    """Where a page begins: behind a sort key (None at the beginning), or after so many rows."""

    key: int | None
    rows_before: int


@dataclass(frozen=True)
class Bound:
    """What every call of a chain has in common."""

    path: str
    user: str
    parameters: tuple[tuple[str, str], ...]

    @staticmethod
    def of(path: str, user: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Bound:
        """Return what binds a call."""
        given = {name: value for name, value in query.items() if name not in _UNBOUND}
        if SINCE in headers:
            given[SINCE] = headers[SINCE]
        return Bound(path, user, tuple(sorted(given.items())))

    def first_difference(self, other: Bound) -> str | None:
        """Return the name of a parameter that differs, None when nothing does."""
        if self.path != other.path or self.user != other.user:
            return "page_token"
        different = set(self.parameters) ^ set(other.parameters)
        return min(different)[0] if different else None


@dataclass(frozen=True)
class _Token:
    bound: Bound
    place: Place
    previous: Place | None
    expires_at: float


class Tokens:
    """The page tokens that were given out."""

    def __init__(self, seed: int) -> None:
        """Give out none yet."""
        self._seed, self._number = seed, 0
        self._given: dict[str, _Token] = {}

    def issue(self, bound: Bound, place: Place, previous: Place | None, now: float, hours: float) -> str:
        """Return a new token; what has expired long ago is forgotten now and then."""
        self._number += 1
        if self._number % _SWEEP_EVERY == 0:
            self._given = {text: one for text, one in self._given.items() if one.expires_at > now - hours * HOUR}
        text = blake2b(f"{self._seed}/{self._number}".encode(), digest_size=32).hexdigest()
        self._given[text] = _Token(bound, place, previous, now + hours * HOUR)
        return text

    def redeem(self, text: str, bound: Bound, now: float) -> tuple[Place, Place | None]:
        """Return where the page begins that a token stands for, and where the one before did."""
        token = self._given.get(text)
        if token is None:
            raise invalid_parameter("page_token")
        if token.expires_at <= now:
            raise refused("EXPIRED_VALUE")
        if (name := token.bound.first_difference(bound)) is not None:
            raise refused("TOKEN_BOUND_DATA_MISMATCH", param_name=name)
        return token.place, token.previous
