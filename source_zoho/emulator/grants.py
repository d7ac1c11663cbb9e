"""What has the user granted, and which access tokens came of it?"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

LIFE_SECONDS = 3600
WINDOW_SECONDS = 600
TOKENS_PER_WINDOW = 10
LIVE_TOKENS = 15


@dataclass
class Grant:
    """One refresh token with its scopes (None covers everything) and its access tokens, by the end of their life."""

    refresh_token: str
    scopes: frozenset[str] | None = None
    issued: deque[float] = field(default_factory=deque)
    alive: dict[str, float] = field(default_factory=dict)

    def is_throttled(self, now: float) -> bool:
        """Tell whether another access token would be one too many: ten in ten minutes are allowed."""
        while self.issued and self.issued[0] <= now - WINDOW_SECONDS:
            self.issued.popleft()
        return len(self.issued) >= TOKENS_PER_WINDOW

    def issue(self, access_token: str, now: float) -> None:
        """Let an access token live for an hour; the sixteenth kills the oldest."""
        self.issued.append(now)
        self.alive[access_token] = now + LIFE_SECONDS
        if len(self.alive) > LIVE_TOKENS:
            del self.alive[next(iter(self.alive))]

    def covers(self, scope: str) -> bool:
        """Tell whether the grant reaches a scope; ALL and full access of the same product include READ."""
        if self.scopes is None:
            return True
        family, _, _ = scope.rpartition(".")
        return bool(self.scopes & {scope, f"{family}.ALL", f"{family.split('.')[0]}.fullaccess.all"})


@dataclass(frozen=True)
class GrantCode:
    """A code that can be traded once for a refresh token, by whoever can prove the challenge that came with it."""

    scopes: frozenset[str]
    redirect_uri: str
    expires_at: float
    offline: bool = True
    challenge: tuple[str, str] = ("", "")
