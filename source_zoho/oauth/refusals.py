"""
What does it mean when Zoho's sign-in server gives no token?

The failures are told apart by the body, since the same one arrives with status 200 or 400:
https://www.zoho.com/accounts/protocol/oauth/ and live answers seen by several projects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from source_zoho.data_centers import DataCenter
from source_zoho.errors import ConfigProblem, Transient, ZohoError

_WRONG_CLIENT = frozenset({"invalid_client", "invalid_client_secret", "unauthorized_client"})
_WRONG_GRANT = frozenset({"invalid_code", "invalid_grant", "invalid_token", "access_denied"})
_THROTTLE_WAIT_SECONDS = 300.0


@dataclass(frozen=True)
class Refusal:
    """Why there is no token, and for how long to wait before asking again."""

    error: ZohoError
    wait_seconds: float = 0.0


def judge(body: Any, center: DataCenter, attempt: int) -> Refusal:
    """
    Return what *body* means, the JSON of a failed answer or a text that says why there is none.

    *attempt* counts from 0; *center* is the data centre that was asked.
    """
    code = str(body.get("error", "")) if isinstance(body, dict) else ""
    if code.lower() == "access denied" or "too many requests" in str(body).lower():
        return Refusal(Transient(_THROTTLED), _THROTTLE_WAIT_SECONDS)
    place = f"data_center '{center.key}' ({center.title})"
    if code in _WRONG_GRANT:
        return Refusal(ConfigProblem(_GRANT_REFUSED.format(place=place, code=code)))
    if code in _WRONG_CLIENT:
        return Refusal(ConfigProblem(_CLIENT_REFUSED.format(place=place, code=code)))
    reason = code or (body if isinstance(body, str) else "an answer without access_token")
    return Refusal(Transient(_IN_TROUBLE.format(place=place, reason=reason)), float(2**attempt))


_THROTTLED = (
    "Zoho throttles sign-in: too many access tokens were asked for with this refresh_token in the last ten minutes, "
    "perhaps by other programs. Wait ten minutes and run again."
)
_GRANT_REFUSED = (
    "Zoho refused refresh_token in {place}: {code}. It may have been revoked, mistyped, or made in another data "
    "centre; make a new one in that data centre or correct data_center."
)
_CLIENT_REFUSED = (
    "Zoho refused client_id or client_secret in {place}: {code}. Copy both again from Zoho's API console of that data "
    "centre, and see that the client is enabled for it (Multi DC)."
)
_IN_TROUBLE = "Zoho's sign-in server of {place} did not give an access token ({reason}). Run again later."
