"""How does a delivery leave this process, and what came of it?"""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .subscription import reachable

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_OF_ANSWER = 65_536


@dataclass(frozen=True)
class Outcome:
    """The status that came back, or the reason why none did."""

    status: int | None
    reason: str = ""


def send(method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Outcome:
    """
    Send one delivery and wait for its answer; an address elsewhere is never called.

    No proxy is asked and no redirect followed. *timeout* is the longest silence in seconds.
    """
    if not reachable(url):
        return Outcome(None, "not on this machine")
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body, {"User-Agent": "ZohoEmulator", **headers})
        answer = connection.getresponse()
        answer.read(_MOST_OF_ANSWER)
    except TimeoutError:
        return Outcome(None, "timeout")
    except ConnectionRefusedError:
        return Outcome(None, "refused")
    except (OSError, HTTPException, ValueError) as problem:
        return Outcome(None, type(problem).__name__)
    finally:
        connection.close()
    return Outcome(answer.status)
