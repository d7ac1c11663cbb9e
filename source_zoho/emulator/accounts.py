"""Does the accounts server give a token, and is a token still good?

One client and one user. Everything goes by the emulator's clock.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from .consent import CONSENT_PATH, HTML, Asked, ConsentDesk, is_proved, redirect
from .grants import LIFE_SECONDS, Grant, GrantCode
from .wire import Answer, Request

if TYPE_CHECKING:
    from .clock import Clock

TOKEN_PATH = "/oauth/v2/token"  # noqa: S105 - the path of the token endpoint
REVOKE_PATH = "/oauth/v2/token/revoke"
SERVER_INFO_PATH = "/oauth/serverinfo"
ACCOUNTS_PATHS = (TOKEN_PATH, CONSENT_PATH, REVOKE_PATH, SERVER_INFO_PATH)
DATA_CENTERS = ("us", "eu", "in", "au", "jp", "ca", "cn", "sa", "uk", "ae")
REFRESH_TOKENS_PER_USER = 20
GRANT_CODE_SECONDS = 120
THROTTLED: dict[str, object] = {
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "error": "Access Denied",
    "status": "failure",
}


class Accounts:
    """An accounts server that knows one client and one user's grants."""

    def __init__(self, clock: Clock, seed: int, data_center: str, scopes: frozenset[str] | None) -> None:
        """Make the client's credentials from the seed; *scopes* None means that the grant covers everything."""
        if data_center not in DATA_CENTERS:
            raise ValueError(f"data_center is {data_center!r}; expected one of: {', '.join(DATA_CENTERS)}.")
        self._clock, self._seed, self._number = clock, seed, 0
        self.data_center, self.url = data_center, ""
        self.client_id = f"1000.{self._secret('client')[:30].upper()}"
        self.client_secret = self._secret(f"secret of {data_center}")[:42]
        self.refresh_token = self.refresh_token_of(data_center)
        self._grants = {self.refresh_token: Grant(self.refresh_token, scopes)}
        self._codes: dict[str, GrantCode] = {}
        self.consent = ConsentDesk(self.client_id)
        self.locations: dict[str, str] = {}

    def refresh_token_of(self, data_center: str) -> str:
        """Return the refresh token that the same user would have in another data centre: of no use here."""
        return f"1000.{self._secret(f'grant of {data_center}')[:32]}.{self._secret(data_center)[:32]}"

    def answer(self, request: Request) -> Answer:
        """Answer a call of the accounts server."""
        if request.path == CONSENT_PATH:
            return self._asked_for_consent(request)
        if request.path == SERVER_INFO_PATH:
            return Answer.json(200, {"result": "success", "locations": {self.data_center: self.url, **self.locations}})
        if request.method != "POST":
            return Answer(500, b"<html><body>Internal Server Error</body></html>", HTML)
        given = _parameters(request)
        if request.path == REVOKE_PATH:
            return self._revoke(given.get("token", ""))
        if (given.get("client_id"), given.get("client_secret")) != (self.client_id, self.client_secret):
            return _error("invalid_client")
        if given.get("grant_type") == "refresh_token":
            return self._refresh(given)
        if given.get("grant_type") == "authorization_code":
            return self._trade(given)
        return _error("unsupported_grant_type")

    def grant_of(self, access_token: str) -> Grant | None:
        """Return the grant behind an access token, None when the token is dead."""
        now = self._clock.seconds()
        return next((grant for grant in self._grants.values() if grant.alive.get(access_token, 0) > now), None)

    def revoke(self) -> None:
        """Let every access token die; the refresh tokens stay good."""
        for grant in self._grants.values():
            grant.alive.clear()

    def send_users_to(self, other: Accounts) -> None:
        """Let the user live in another data centre, whose accounts server asks for consent in place of this one."""
        self.consent.elsewhere = other.url
        self.locations[other.data_center] = other.url

    def make_code(
        self,
        scopes: frozenset[str],
        redirect_uri: str = "",
        *,
        seconds: float = GRANT_CODE_SECONDS,
        offline: bool = True,
        challenge: tuple[str, str] = ("", ""),
    ) -> str:
        """Return a grant code, as the API console or a consenting user gives it; *challenge* has its method behind."""
        code = f"{self._numbered('code')}.{self._secret(f'end {self._number}')[:32]}"
        expires_at = self._clock.seconds() + seconds
        self._codes[code] = GrantCode(scopes, redirect_uri, expires_at, offline, challenge)
        return code

    def _asked_for_consent(self, request: Request) -> Answer:
        if request.method == "POST":
            return self.consent.decide(_parameters(request), self._clock.seconds(), self._way_back)
        return self.consent.ask(request.query, self._numbered("ticket"), self._way_back)

    def _way_back(self, asked: Asked, offline: bool) -> Answer:
        challenge = (asked.challenge, asked.method) if self.consent.pkce == "checked" else ("", "")
        code = self.make_code(asked.scopes, asked.redirect_uri, offline=offline, challenge=challenge)
        told = {"code": code, "location": self.data_center, "accounts-server": self.url}
        return redirect(asked.redirect_uri, {"state": asked.state, **told})

    def _revoke(self, token: str) -> Answer:
        """End a refresh token with all that came of it, or a single access token."""
        if self._grants.pop(token, None):
            return Answer.json(200, {"status": "success"})
        ended = [grant.alive.pop(token, None) for grant in self._grants.values()]
        # Zoho documents the status of a token that it does not know, not the body.
        return Answer.json(200, {"status": "success"}) if any(ended) else Answer.json(400, {"error": "invalid_token"})

    def _refresh(self, given: dict[str, str]) -> Answer:
        grant = self._grants.get(given.get("refresh_token", ""))
        return self._token(grant) if grant else _error("invalid_code")

    def _trade(self, given: dict[str, str]) -> Answer:
        """Trade a grant code, which works once, for tokens."""
        code = self._codes.pop(given.get("code", ""), None)
        if code is None or code.expires_at <= self._clock.seconds():
            return _error("invalid_code")
        if code.redirect_uri != given.get("redirect_uri", code.redirect_uri):
            return _error("invalid_redirect_uri")
        challenge, method = code.challenge
        if challenge and not is_proved(challenge, method, given.get("code_verifier", "")):
            return _error("invalid_code")
        refresh_token = f"{self._numbered('refresh')}.{self._secret('again')[:32]}"
        grant = self._grants[refresh_token] = Grant(refresh_token, code.scopes)
        if len(self._grants) > REFRESH_TOKENS_PER_USER:
            del self._grants[next(iter(self._grants))]
        return self._token(grant, {"refresh_token": refresh_token} if code.offline else {})

    def _token(self, grant: Grant, more: dict[str, object] | None = None) -> Answer:
        now = self._clock.seconds()
        if grant.is_throttled(now):
            return Answer.json(400, THROTTLED)
        token = f"{self._numbered('access')}.{self._secret(f'end {self._number}')[:32]}"
        grant.issue(token, now)
        answer = {"access_token": token, "api_domain": self.url, "token_type": "Bearer", "expires_in": LIFE_SECONDS}
        return Answer.json(200, {**answer, **(more or {})})

    def _numbered(self, purpose: str) -> str:
        """Return the first half of a token or code that there was not before."""
        self._number += 1
        return f"1000.{self._secret(f'{purpose} {self._number}')[:32]}"

    def _secret(self, purpose: str) -> str:
        return blake2b(f"{self._seed}/{purpose}".encode(), digest_size=32).hexdigest()


def _error(name: str) -> Answer:
    # Zoho sends these with HTTP 200; clients have met 400 as well, there is a fault for that.
    return Answer.json(200, {"error": name})


def _parameters(request: Request) -> dict[str, str]:
    """Read the query string and a form; a JSON body says nothing to Zoho."""
    if "json" in request.headers.get("content-type", ""):
        return dict(request.query)
    return {**request.query, **dict(parse_qsl(request.body.decode("utf-8", "replace")))}
