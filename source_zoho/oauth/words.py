"""
Which word does Zoho's accounts server have for what is wrong, and what kind of trouble is that?

The same word comes with status 200 or 400, so the body decides and the status only where the body has no word:
https://www.zoho.com/accounts/protocol/oauth/, https://help.zoho.com/portal/en/community/topic/kaizen-4-troubleshooting-oauth2-0
and live answers seen by several projects.
"""

from __future__ import annotations

import re
from enum import Enum

from source_zoho.oauth.calls import Answer

_MOST_SHOWN = 60
_TOO_MANY_REQUESTS, _SERVERS_FAULT = 429, 500
# Zoho's pages write some words with it in front.
_PREFIX = re.compile(r"^error_")


class Meaning(Enum):
    """What an answer without a token means, by who or what can mend it."""

    THROTTLED = "time: minutes"
    CLIENT = "the user: client ID or secret"
    GRANT = "the user: code or refresh token"
    USER = "an administrator: the user of Zoho is not active"
    QUESTION = "what was asked: scopes, redirect URI, the question itself"
    TROUBLE = "time: seconds, or whoever stands between"
    UNKNOWN = "us: a word that nobody here has met"


_KNOWN = {
    **dict.fromkeys(("invalid_client", "invalid_client_secret", "unauthorized_client"), Meaning.CLIENT),
    **dict.fromkeys(("invalid_code", "invalid_grant", "invalid_token", "access_denied"), Meaning.GRANT),
    **dict.fromkeys(
        (
            *("invalid_redirect_uri", "redirect_uri_mismatch"),
            *("invalid_scope", "invalid_oauthscope", "scope_does_not_exist"),
            *("invalid_request", "invalid_response_type", "unsupported_response_type", "unsupported_grant_type"),
        ),
        Meaning.QUESTION,
    ),
    **dict.fromkeys(
        (
            *("general_error", "server_error", "internal_error", "internal_server_error"),
            *("temporarily_unavailable", "service_unavailable", "timeout"),
        ),
        Meaning.TROUBLE,
    ),
}
# No list of these is published; each is a part of words such as inactive_user.
_OF_A_USER_WHO_IS_NOT_ACTIVE = re.compile(r"inactive|blocked|suspended|deactivated|disabled|unconfirmed|locked|closed")


def word_of(answer: Answer) -> str:
    """Return Zoho's word for what is wrong, as it was written; empty when the body has none."""
    return answer.text("error").strip()


def known_as(word: str) -> str:
    """Return *word* as it stands in tables: small letters, no prefix."""
    return _PREFIX.sub("", word.strip().lower().replace("-", "_").replace(" ", "_"))


def meaning(answer: Answer) -> Meaning:
    """Return what *answer*, which has no token, means."""
    word = word_of(answer)
    if is_throttled(word, str(answer.body)) or (answer.status == _TOO_MANY_REQUESTS and known_as(word) not in _KNOWN):
        return Meaning.THROTTLED
    if known_as(word) in _KNOWN:
        return _KNOWN[known_as(word)]
    if _OF_A_USER_WHO_IS_NOT_ACTIVE.search(known_as(word)):
        return Meaning.USER
    return Meaning.UNKNOWN if word and answer.status < _SERVERS_FAULT else Meaning.TROUBLE


def passes(answer: Answer) -> bool:
    """Tell whether asking again in a second may help: Zoho's word decides, and the status where there is none."""
    return meaning(answer) is Meaning.TROUBLE and (known_as(word_of(answer)) in _KNOWN or answer.passes)


def is_throttled(word: str, everything: str = "") -> bool:
    """Tell whether Zoho says that it was asked too often; with an underscore the same word means a refusal."""
    return word.lower() == "access denied" or "too many requests" in everything.lower() or "too_many" in word.lower()


def in_brackets(answer: Answer) -> str:
    """Return what is known of *answer* in a few words: Zoho's own, or why there are none."""
    word = plain(word_of(answer))
    if word or answer.reason:
        return word or answer.reason
    return f"an answer without access_token{f', HTTP {answer.status}' if answer.status >= _SERVERS_FAULT else ''}"


def plain(text: str) -> str:
    """Return *text* as it can be shown: whoever opens a page in the browser could have written it."""
    return "".join(each for each in text if each.isprintable())[:_MOST_SHOWN]
