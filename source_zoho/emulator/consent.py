"""What does a user see who is asked for consent, and where does each answer lead?

Sources: https://www.zoho.com/accounts/protocol/oauth/web-apps/authorization.html for the parameters and the way back,
.../mobile-and-desktop-apps/get-authorization-code.html for the challenge (PKCE), .../multi-dc.html for users who live
in another data centre. That a wrong client, address or scope is told on a page of Zoho's own and leads nowhere is what
public projects report.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode, urlsplit

from .wire import Answer

CONSENT_PATH = "/oauth/v2/auth"
SERVICES = ("ZohoBooks", "ZohoSubscriptions", "ZohoCRM", "ZohoSearch", "ZohoInvoice", "AaaServer")
CODES_PER_WINDOW, WINDOW_SECONDS = 10, 600
HTML = {"Content-Type": "text/html; charset=utf-8"}
_LOOPBACK = ("localhost", "127.0.0.1")
# ZohoBooks.invoices.READ has two steps behind the service, ZohoCRM.settings.fields.READ three.
_SCOPE_DEPTHS = (2, 3)
MakeCode = Callable[["Asked"], str]


@dataclass(frozen=True)
class Asked:
    """What a program asks a user for."""

    client_id: str
    redirect_uri: str
    scopes: frozenset[str]
    state: str
    response_type: str
    offline: bool
    prompt: bool
    challenge: str = ""
    method: str = "plain"

    @staticmethod
    def of(query: Mapping[str, str]) -> Asked:
        """Read the parameters of a request for consent."""
        return Asked(
            client_id=query.get("client_id", ""),
            redirect_uri=query.get("redirect_uri", ""),
            scopes=frozenset(scope for scope in query.get("scope", "").replace(" ", ",").split(",") if scope),
            state=query.get("state", ""),
            response_type=query.get("response_type", ""),
            offline=query.get("access_type") == "offline",
            prompt=query.get("prompt") == "consent",
            challenge=query.get("code_challenge", ""),
            method=query.get("code_challenge_method", "plain"),
        )


@dataclass
class ConsentDesk:
    """
    Shows the page, remembers who is looking at it, and sends them back.

    *redirect_uris* are those that the client registered (None: any on this machine), *unknown_scopes* some that this
    Zoho does not know, *pkce* what it makes of a challenge, *states_refusals* whether a refusal carries the state too,
    and *elsewhere* the accounts server of another data centre where the user lives.
    """

    client_id: str
    redirect_uris: set[str] | None = None
    unknown_scopes: set[str] = field(default_factory=set)
    pkce: Literal["checked", "ignored", "refused"] = "checked"
    states_refusals: bool = True
    elsewhere: str = ""
    _waiting: dict[str, Asked] = field(default_factory=dict)
    _consented: frozenset[str] = frozenset()
    _given_at: deque[float] = field(default_factory=deque)

    def ask(self, query: Mapping[str, str], ticket: str, way_back: Callable[[Asked, bool], Answer]) -> Answer:
        """Answer a request for consent; *ticket* is what the page's form comes back with."""
        asked = Asked.of(query)
        if self.elsewhere:
            return Answer(302, b"", {"Location": f"{self.elsewhere}{CONSENT_PATH}?{urlencode(query)}"})
        if problem := self._problem(asked):
            return Answer(400, _page("Zoho", problem).encode(), HTML)
        if asked.response_type != "code" or (asked.challenge and self.pkce == "refused"):
            return self.refuse(asked, "invalid_request")
        if asked.scopes <= self._consented and not asked.prompt:
            return way_back(asked, False)  # asked once before: no page, and no second refresh token
        self._waiting[ticket] = asked
        return Answer(200, _consent_page(asked, ticket).encode(), HTML)

    def decide(self, form: Mapping[str, str], now: float, way_back: Callable[[Asked, bool], Answer]) -> Answer:
        """Answer the click on a button of the page."""
        asked = self._waiting.pop(form.get("ticket", ""), None)
        if asked is None:
            return Answer(400, _page("Zoho", "This page has been answered already.").encode(), HTML)
        if form.get("decision") != "accept" or not self._may_have_a_code(now):
            return self.refuse(asked, "access_denied")
        self._consented |= asked.scopes
        return way_back(asked, asked.offline)

    def refuse(self, asked: Asked, error: str) -> Answer:
        """Send the user back with an error."""
        state = asked.state if self.states_refusals else ""
        return redirect(asked.redirect_uri, {"error": error, "state": state})

    def _problem(self, asked: Asked) -> str:
        """Return why nobody is sent anywhere, in Zoho's words; nobody is ever sent to an address off this machine."""
        if asked.client_id != self.client_id:
            return "Invalid Client: Client Id passed does not exist"
        here = urlsplit(asked.redirect_uri).hostname in _LOOPBACK
        if not here or (self.redirect_uris is not None and asked.redirect_uri not in self.redirect_uris):
            return "Invalid Redirect Uri: Redirect URI passed does not match with the one configured"
        if not asked.scopes or not all(map(self._is_known, asked.scopes)):
            return "Invalid OAuth Scope: Scope does not exist"
        return ""

    def _is_known(self, scope: str) -> bool:
        """Zoho refuses the whole list for one scope that it does not know."""
        service, *rest = scope.split(".")
        return service in SERVICES and len(rest) in _SCOPE_DEPTHS and all(rest) and scope not in self.unknown_scopes

    def _may_have_a_code(self, now: float) -> bool:
        """Count one more code; ten in ten minutes are allowed."""
        while self._given_at and self._given_at[0] <= now - WINDOW_SECONDS:
            self._given_at.popleft()
        self._given_at.append(now)
        return len(self._given_at) <= CODES_PER_WINDOW


def redirect(address: str, parameters: Mapping[str, str]) -> Answer:
    """Send a browser to *address* with *parameters* behind it."""
    told = urlencode({name: value for name, value in parameters.items() if value})
    return Answer(302, b"", {"Location": f"{address}{'&' if '?' in address else '?'}{told}"})


def is_proved(challenge: str, method: str, verifier: str) -> bool:
    """Tell whether *verifier* is what *challenge* was made of."""
    if method != "S256":
        return verifier == challenge
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge


def _consent_page(asked: Asked, ticket: str) -> str:
    items = "".join(f"<li>{html.escape(scope)}</li>" for scope in sorted(asked.scopes))
    form = (
        f"<p>{html.escape(asked.client_id)} would like to access:</p><ul>{items}</ul>"
        f'<form method="post" action="{CONSENT_PATH}">'
        f'<input type="hidden" name="ticket" value="{html.escape(ticket)}">'
        '<button type="submit" id="accept" name="decision" value="accept">Accept</button> '
        '<button type="submit" id="reject" name="decision" value="reject">Reject</button></form>'
    )
    return _document("Zoho Accounts (emulated)", form)


def _page(title: str, sentence: str) -> str:
    return _document(title, f"<h1>Error</h1><p>{html.escape(sentence)}</p>")


def _document(title: str, body: str) -> str:
    return f'<!doctype html><html lang="en"><head><title>{title}</title></head><body>{body}</body></html>'
