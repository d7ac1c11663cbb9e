"""What does it mean when Zoho's sign-in server gives no token for a refresh token, and what can its owner do?"""

from __future__ import annotations

from dataclasses import dataclass

from source_zoho.data_centers import DataCenter
from source_zoho.errors import ConfigProblem, RefusedByZoho, Transient, Unexpected, ZohoError
from source_zoho.oauth.calls import Answer
from source_zoho.oauth.words import Meaning, in_brackets, known_as, meaning, passes, plain, word_of

_THROTTLE_WAIT_SECONDS = 300.0


class NotTaken(RefusedByZoho):
    """Client or refresh token are not good in this data centre; they may be in another one."""


@dataclass(frozen=True)
class Refusal:
    """Why there is no token, and for how long to wait before asking again; 0: asking again does not help."""

    error: ZohoError
    wait_seconds: float = 0.0


def judge(answer: Answer, center: DataCenter, attempt: int = 0) -> Refusal:
    """Return what *answer* means, which has no token; *center* was asked, *attempt* times before."""
    kind, place, word = meaning(answer), f"data_center '{center.key}' ({center.title})", plain(word_of(answer))
    if kind is Meaning.THROTTLED:
        return Refusal(Transient(_THROTTLED), _THROTTLE_WAIT_SECONDS)
    if kind is Meaning.GRANT:
        perhaps = _OR_TOO_OFTEN if known_as(word) == "access_denied" else ""
        return Refusal(NotTaken(_GRANT_REFUSED.format(place=place, code=word) + perhaps))
    if kind is Meaning.CLIENT:
        return Refusal(NotTaken(_CLIENT_REFUSED.format(place=place, code=word)))
    if kind is Meaning.USER:
        return Refusal(RefusedByZoho(_USER_REFUSED.format(place=place, code=word)))
    soon = float(2**attempt)
    if kind is not Meaning.TROUBLE:
        error = Unexpected(_NOT_KNOWN.format(place=place, code=word))
        return Refusal(error, soon if kind is Meaning.UNKNOWN else 0.0)
    sentence = _IN_TROUBLE.format(place=place, reason=in_brackets(answer), remedy=answer.remedy)
    if answer.is_the_users:
        return Refusal(ConfigProblem(sentence))
    return Refusal(Transient(sentence), soon if passes(answer) else 0.0)


_THROTTLED = (
    "Zoho throttles sign-in: too many access tokens were asked for with this refresh_token in the last ten minutes, "
    "perhaps by other programs. Wait ten minutes and run again."
)
_GRANT_REFUSED = (
    "Zoho refused refresh_token in {place}: {code}. It may have been revoked, mistyped, or made in another data "
    "centre; make a new one in that data centre or correct data_center."
)
_OR_TOO_OFTEN = " If it worked a moment ago, too many tokens were asked for: wait ten minutes and run again."
_CLIENT_REFUSED = (
    "Zoho refused client_id or client_secret in {place}: {code}. Copy both again from Zoho's API console of that data "
    "centre, and see that the client is enabled for it (Multi DC)."
)
_USER_REFUSED = (
    "Zoho refused refresh_token in {place}: {code}. The user who gave it is not active; let an administrator of the "
    "organization activate the user, or make a new one as another user with `source-zoho login`."
)
_NOT_KNOWN = (
    "Zoho refused refresh_token in {place} for a reason unknown here: {code}. Make a new one with `source-zoho login`; "
    "if it is refused in the same words, please report it."
)
_IN_TROUBLE = "Zoho's sign-in server of {place} did not give an access token ({reason}). {remedy}"
