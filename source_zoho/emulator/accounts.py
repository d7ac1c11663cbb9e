"""Does the accounts server give a token, and is a token still good?

One client and one user, who always consents. Everything goes by the emulator's clock.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from .grants import LIFE_SECONDS, Grant, GrantCode
from .wire import Answer, Request

if TYPE_CHECKING:
    from .clock import Clock

TOKEN_PATH = "/oauth/v2/token"  # noqa: S105 - the path of the token endpoint
CONSENT_PATH = "/oauth/v2/auth"
DATA_CENTERS = ("us", "eu", "in", "au", "jp", "ca", "cn", "sa", "uk", "ae")
REFRESH_TOKENS_PER_USER = 20
GRANT_CODE_SECONDS = 120
SERVICES = ("ZohoBooks", "ZohoSubscriptions", "ZohoCRM", "ZohoSearch", "ZohoInvoice", "AaaServer")
THROTTLED: dict[str, object] = {
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "error": "Access Denied",
    "status": "failure",
}
_HTML = {"Content-Type": "text/html"}
# ZohoBooks.invoices.READ has two steps behind the service, ZohoCRM.settings.fields.READ three.
_SCOPE_DEPTHS = (2, 3)


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

    def refresh_token_of(self, data_center: str) -> str:
        """Return the refresh token that the same user would have in another data centre: of no use here."""
        return f"1000.{self._secret(f'grant of {data_center}')[:32]}.{self._secret(data_center)[:32]}"

    def answer(self, request: Request) -> Answer:
        """Answer a call of the accounts server."""
        if request.path == CONSENT_PATH:
            return self._consent(request.query)
        if request.method != "POST":
            return Answer(500, b"<html><body>Internal Server Error</body></html>", _HTML)
        given = _parameters(request)
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

    def make_code(
        self,
        scopes: frozenset[str],
        redirect_uri: str = "",
        *,
        seconds: float = GRANT_CODE_SECONDS,
        offline: bool = True,
    ) -> str:
        """Return a grant code, as the API console or a consenting user gives it."""
        self._number += 1
        code = f"1000.{self._secret(f'code {self._number}')[:32]}.{self._secret(f'end {self._number}')[:32]}"
        self._codes[code] = GrantCode(scopes, redirect_uri, self._clock.seconds() + seconds, offline)
        return code

    def _consent(self, query: dict[str, str]) -> Answer:
        redirect_uri = query.get("redirect_uri", "")
        if query.get("client_id") != self.client_id or urlsplit(redirect_uri).hostname not in (
            "localhost",
            "127.0.0.1",
        ):
            # Nobody is sent to an address off this machine.
            return Answer(400, b"<html><body>Invalid client or redirect URI</body></html>", _HTML)
        scopes = frozenset(scope for scope in query.get("scope", "").replace(" ", ",").split(",") if scope)
        if query.get("response_type") != "code" or not scopes or not all(map(_is_known, scopes)):
            return _redirect(redirect_uri, {"error": "invalid_scope", "state": query.get("state", "")})
        code = self.make_code(scopes, redirect_uri, offline=query.get("access_type") == "offline")
        told = {"code": code, "location": self.data_center, "accounts-server": self.url}
        return _redirect(redirect_uri, {"state": query.get("state", ""), **told})

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
        self._number += 1
        refresh_token = f"1000.{self._secret(f'refresh {self._number}')[:32]}.{self._secret('again')[:32]}"
        grant = self._grants[refresh_token] = Grant(refresh_token, code.scopes)
        if len(self._grants) > REFRESH_TOKENS_PER_USER:
            del self._grants[next(iter(self._grants))]
        return self._token(grant, {"refresh_token": refresh_token} if code.offline else {})

    def _token(self, grant: Grant, more: dict[str, object] | None = None) -> Answer:
        now = self._clock.seconds()
        if grant.is_throttled(now):
            return Answer.json(400, THROTTLED)
        self._number += 1
        token = f"1000.{self._secret(f'access {self._number}')[:32]}.{self._secret(f'end {self._number}')[:32]}"
        grant.issue(token, now)
        answer = {"access_token": token, "api_domain": self.url, "token_type": "Bearer", "expires_in": LIFE_SECONDS}
        return Answer.json(200, {**answer, **(more or {})})

    def _secret(self, purpose: str) -> str:
        return blake2b(f"{self._seed}/{purpose}".encode(), digest_size=32).hexdigest()


def _error(name: str) -> Answer:
    # Zoho sends these with HTTP 200; clients have met 400 as well, there is a fault for that.
    return Answer.json(200, {"error": name})


def _redirect(address: str, parameters: dict[str, str]) -> Answer:
    told = urlencode({name: value for name, value in parameters.items() if value})
    return Answer(302, b"", {"Location": f"{address}{'&' if '?' in address else '?'}{told}"})


def _is_known(scope: str) -> bool:
    """Zoho refuses the whole list for one scope that it does not know."""
    service, *rest = scope.split(".")
    return service in SERVICES and len(rest) in _SCOPE_DEPTHS and all(rest)


def _parameters(request: Request) -> dict[str, str]:
    """Read the query string and a form; a JSON body says nothing to Zoho."""
    if "json" in request.headers.get("content-type", ""):
        return dict(request.query)
    return {**request.query, **dict(parse_qsl(request.body.decode("utf-8", "replace")))}
