"""What passes between the HTTP server and the emulated Zoho?

Requests and answers are plain values, so that everything but the server itself can be tried without a socket.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

import orjson

JSON = "application/json;charset=UTF-8"


@dataclass(frozen=True)
class Request:
    """One HTTP call."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @staticmethod
    def to(target: str, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b"") -> Request:
        """Take a request target apart; header names become lower case."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        return Request(method, parts.path, query, lower, body)


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, and whether it arrives whole."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    wire: Literal["whole", "truncated", "reset"] = "whole"
    code: int | str | None = None
    # What is sent instead of the body, piece by piece, when it is made while it is sent.
    stream: Iterable[bytes] | None = None

    @staticmethod
    def json(status: int, body: dict[str, object], headers: dict[str, str] | None = None) -> Answer:
        """Write a JSON answer."""
        code = body.get("code")
        return Answer(
            status,
            orjson.dumps(body),
            {"Content-Type": JSON, **(headers or {})},
            code=code if isinstance(code, int) else None,
        )
