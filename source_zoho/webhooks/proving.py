"""
How is it proved that Zoho's deliveries arrive? By one that is signed as Zoho signs, and by what it is answered.

Its body marks it as a test, so the receiver keeps it as one. The same word stands in the query, which shows that the
way to the receiver leaves queries as they are, and that a refusal was wanted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from source_zoho.webhooks.paths import PATHS, TEST_ENTITY
from source_zoho.webhooks.settings import Settings
from source_zoho.webhooks.signature import HEADER, message_of, sign

KEPT, KNOWN, REFUSED = "kept", "known", "refused"
QUERY = ((TEST_ENTITY, "1"),)
_WRONG = "this is the wrong one"


@dataclass(frozen=True)
class Letter:
    """What is sent to the receiver."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def said(self) -> Mapping[str, Any]:
        """Return what the receiver said; nothing when it was not the receiver who answered."""
        try:
            said = json.loads(self.text)
        except (ValueError, RecursionError):
            return {}
        return said if isinstance(said, dict) and said.get("status") in {KEPT, KNOWN, REFUSED} else {}


def address(url: str, product: str, organization_id: str) -> str:
    """Return where *product* delivers to at the receiver that *url* names, with or without the path."""
    parts = urlsplit(url)
    path = PATHS[product].format(organization_id=organization_id)
    given = parts.path.rstrip("/")
    query = "&".join("=".join(pair) for pair in QUERY)
    return urlunsplit((parts.scheme, parts.netloc, given if given.endswith(path) else f"{given}{path}", query, ""))


def letter(url: str, product: str, known: Settings, test_id: str, now: datetime, *, wrong: bool = False) -> Letter:
    """Return a test event for the receiver at *url*, proved as *product* does it, or wrongly."""
    if product == "crm":
        token = _WRONG if wrong else known.crm_token
        return Letter(url, _headers(), _written(_notification(test_id, now, token)))
    told = {TEST_ENTITY: {f"{TEST_ENTITY}_id": test_id, "last_modified_time": now.isoformat()}}
    body = _written(told)
    secret = _WRONG if wrong else known.secrets[0]
    return Letter(url, {**_headers(), HEADER: sign(secret.encode("utf-8"), message_of(QUERY, body))}, body)


def trouble(answer: Answer, expected: str) -> str:
    """Return what is wrong with *answer* and what to do about it; empty when it is as *expected*."""
    said = answer.said
    if said.get("status") == expected and (answer.status == 200 or expected == REFUSED):
        return "" if expected != REFUSED or answer.status == 401 else _refused(answer)
    if not said:
        return _of_somebody_else(answer)
    if expected == REFUSED:
        return (
            "The receiver took an event with a wrong proof: anyone who reaches it can send. Start it without "
            "--allow-unsigned."
        )
    if said["status"] == REFUSED:
        return _refused(answer)
    return f"The receiver answered {said['status']!r} instead of {expected!r}: its store forgets what it has kept."


def _refused(answer: Answer) -> str:
    reason = str(answer.said.get("reason", ""))
    remedy = {
        401: "Set the same secret here and at the receiver.",
        404: "A proxy may have changed the path: it must pass on what begins with /webhooks/ as it is.",
        413: "Start the receiver with a larger --max-body.",
        503: "Look into the receiver's log for what its store says.",
    }.get(answer.status, "")
    return f"The receiver refused it with status {answer.status}: {reason} {remedy}".rstrip()


def _of_somebody_else(answer: Answer) -> str:
    where = answer.headers.get("location", "")
    if 300 <= answer.status < 400:
        return (
            f"The address answers with a redirect{f' to {_bare(where)}' if where else ''}, which Zoho does not follow: "
            "use the address that it leads to."
        )
    what = "a page of HTML" if "html" in answer.headers.get("content-type", "").lower() else "no answer of the receiver"
    remedy = {
        401: "The proxy wants a sign-in, which Zoho cannot do: let /webhooks/ through without.",
        403: "The proxy or a firewall keeps it out: let /webhooks/ through.",
        404: "The proxy does not pass on /webhooks/, or the address is another one.",
        405: "The proxy does not let POST through.",
        413: "The proxy takes only smaller bodies: raise its bound to the receiver's, 1 MB by default.",
        502: "The proxy does not reach the receiver: is `source-zoho webhooks serve` running where the proxy looks?",
        503: "The proxy does not reach the receiver: is `source-zoho webhooks serve` running where the proxy looks?",
        504: "The proxy waits for the receiver in vain: is `source-zoho webhooks serve` running where it looks?",
    }.get(answer.status, "Something else than the receiver listens there: check the address and the proxy.")
    return f"Status {answer.status} with {what}. {remedy}"


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _notification(test_id: str, now: datetime, token: str) -> dict[str, Any]:
    return {
        "server_time": int(now.timestamp() * 1000),
        "module": TEST_ENTITY,
        "ids": [test_id],
        "operation": "insert",
        "channel_id": TEST_ENTITY,
        "token": token,
    }


def _headers() -> dict[str, str]:
    return {"Content-Type": "application/json"}


def _written(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told).encode("utf-8")
