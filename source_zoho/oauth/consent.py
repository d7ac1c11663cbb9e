"""
What is a user asked in the browser, and what does the answer say?

Parameters: https://www.zoho.com/accounts/protocol/oauth/web-apps/authorization.html. The challenge (PKCE) is what Zoho
wants of desktop programs, https://www.zoho.com/accounts/protocol/oauth/mobile-applications.html; whether it heeds one
of a server-based client is not documented, and one that is ignored does no harm.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from source_zoho.errors import ConfigProblem, RefusedByZoho
from source_zoho.oauth.calls import Answer
from source_zoho.oauth.sign_in_refusals import problem_of
from source_zoho.oauth.words import known_as

_RANDOM_BYTES = 32
# Words of OAuth for a request that the server does not understand: perhaps for the challenge in it.
_NOT_UNDERSTOOD = frozenset({"invalid_request", "extra_param_found", "invalid_code_challenge"})


class StrayCallback(ConfigProblem):
    """An answer that does not belong to the question that was asked."""


class ChallengeRefused(ConfigProblem):
    """Zoho does not take a challenge from this client; asking without one may do."""


@dataclass(frozen=True)
class Consent:
    """One question to a user; *state* ties the answer to it, and *verifier* the code (empty: no challenge is sent)."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str = field(repr=False)
    verifier: str = field(repr=False)

    @classmethod
    def new(cls, client_id: str, redirect_uri: str, scopes: Sequence[str]) -> Consent:
        """Return a question that nobody can guess the answer to."""
        state, verifier = secrets.token_urlsafe(_RANDOM_BYTES), secrets.token_urlsafe(_RANDOM_BYTES)
        return cls(client_id, redirect_uri, tuple(scopes), state, verifier)

    def without_challenge(self) -> Consent:
        """Return the same question, put more plainly."""
        return replace(self, state=secrets.token_urlsafe(_RANDOM_BYTES), verifier="")

    def url(self, accounts_url: str) -> str:
        """Return the address of Zoho's consent page; no secret is in it."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "scope": ",".join(self.scopes),
            "redirect_uri": self.redirect_uri,
            "access_type": "offline",  # else there is no refresh token
            "prompt": "consent",  # else there is none the second time
            "state": self.state,
        }
        if self.verifier:
            asked |= {"code_challenge": _challenge(self.verifier), "code_challenge_method": "S256"}
        return f"{accounts_url}/oauth/v2/auth?{urlencode(asked)}"


@dataclass(frozen=True)
class Callback:
    """A code, and where Zoho says that it is good."""

    code: str = field(repr=False)
    location: str = ""
    accounts_server: str = ""


def read_callback(consent: Consent, told: Mapping[str, str]) -> Callback:
    """
    Return what came back for *consent*.

    Raises StrayCallback when it belongs to another question, ConfigProblem with a remedy when it is a refusal.
    """
    error, state = told.get("error", ""), told.get("state", "")
    # Whether Zoho repeats the state along with a refusal is not documented; a refusal without one can do no harm.
    is_ours = hmac.compare_digest(state.encode(), consent.state.encode()) or (bool(error) and not state)
    if not is_ours:
        raise StrayCallback(_STRAY)
    if known_as(error) in _NOT_UNDERSTOOD and consent.verifier:
        raise ChallengeRefused("Zoho does not take a challenge (PKCE) from this client.")
    if error:
        raise problem_of(Answer(body={"error": error}), scopes=consent.scopes)
    if not told.get("code"):
        raise RefusedByZoho("Zoho came back without a code, and without a reason. Run `source-zoho login` again.")
    return Callback(told["code"], told.get("location", ""), told.get("accounts-server", ""))


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


_STRAY = (
    "An answer came in that does not belong to this sign-in (its state is another one), so it was ignored: perhaps an "
    "older tab of your browser. Use the page that was opened last, or run `source-zoho login` again."
)
