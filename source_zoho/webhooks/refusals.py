"""Why may a delivery be refused, and what does its sender read?"""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """A reason in a word, for metrics and logs, with the status that answers it."""

    UNKNOWN = "unknown_product", 404
    ORGANIZATION = "organization", 404
    METHOD = "method", 405
    QUERY = "query", 400
    NO_LENGTH = "no_length", 411
    TOO_LARGE = "too_large", 413
    CONTENT_TYPE = "content_type", 415
    TOO_SLOW = "too_slow", 408
    TRUNCATED = "truncated", 400
    EMPTY = "empty", 400
    UNREADABLE = "unreadable", 400
    NO_SECRET = "no_secret", 401
    UNSIGNED = "unsigned", 401
    SIGNATURE = "signature", 401
    TOKEN = "token", 401
    FULL = "full", 503
    STORE = "store", 503
    STOPPING = "stopping", 503
    OURS = "unexpected", 500

    @property
    def word(self) -> str:
        """Return the reason in a word."""
        return self.value[0]

    @property
    def status(self) -> int:
        """Return the status of the answer."""
        return self.value[1]


class Refused(Exception):
    """A delivery that is not kept; ``str`` of it is the sentence for its sender, without any of its content."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        """Refuse for *reason* with *sentence*."""
        super().__init__(sentence)
        self.reason = reason
