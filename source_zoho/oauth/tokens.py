"""
Which access token do all requests of this process share?

Zoho gives ten access tokens in ten minutes for one refresh token and forgets the oldest of more than fifteen, so one
token per process and grant serves every stream, product and thread. Sources: https://www.zoho.com/books/api/v3/oauth/
and https://www.zoho.com/accounts/protocol/oauth/; that failures may arrive with status 200 was seen live by several
projects, so the body alone decides.
"""

from __future__ import annotations

import hashlib
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from source_zoho.data_centers import DATA_CENTERS
from source_zoho.errors import Transient, ZohoError
from source_zoho.oauth.api_hosts import known_host, stranger
from source_zoho.oauth.calls import TOKEN_PATH, Answer, posted
from source_zoho.oauth.refusals import judge
from source_zoho.oauth.shared_tokens import SharedToken, SharedTokens, shared_tokens

_REFRESH_EARLY_SECONDS = 300
_TOKENS_ALLOWED, _TOKENS_WINDOW_SECONDS = 10, 600
_ATTEMPTS = 4
_ALIVE_SECONDS, _FUTILE_ENOUGH = 60, 2
# Zoho's tokens live for an hour; larger numbers are milliseconds.
_LIFE_SECONDS = 3600.0
_MINUTES = 60  # so long nobody waits who looks at a form

_log = logging.getLogger("airbyte")


@dataclass(frozen=True)
class Grant:
    """What the user gave us: where to ask, who we are, and the refresh token; ``repr`` hides the secrets."""

    accounts_url: str
    data_center: str
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Grant:
        """Return the grant that a configuration without problems describes."""
        center = DATA_CENTERS[config["data_center"]]
        return cls(
            accounts_url=(config.get("accounts_base_url") or center.accounts_url).rstrip("/"),
            data_center=center.key,
            client_id=config["client_id"],
            client_secret=config["client_secret"],
            refresh_token=config["refresh_token"],
        )

    @property
    def identity(self) -> str:
        """A name for the grant that tells nothing about it, and is another one when anything in it changes."""
        parts = (self.accounts_url, self.client_id, self.client_secret, self.refresh_token)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def ask(self) -> Answer:
        """Ask Zoho for an access token, once."""
        form = {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
        }
        return posted(f"{self.accounts_url}{TOKEN_PATH}", form)


@dataclass(frozen=True)
class AccessToken:
    """A token with its end on the monotonic clock, and where Zoho says that it is to be used (empty: not said)."""

    value: str = field(repr=False)
    expires_at_seconds: float
    api_url: str = ""


class TokenStore:
    """
    The one token of a grant; safe to use from many threads.

    ``patient`` says whether to wait for minutes when Zoho throttles sign-in; somebody who looks at a form would
    rather know, and wants the refresh token itself tried, so a token that other runs share is not taken then.
    """

    def __init__(
        self,
        grant: Grant,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._grant = grant
        self._clock = clock
        self._wall_clock = wall_clock
        self._sleep = sleep or _wait
        self.patient = True
        self._lock = threading.Lock()
        self._token: AccessToken | None = None
        self._issued: deque[float] = deque()
        self._accepted: dict[str, float] = {}
        self._rejected: set[str] = set()
        self._told: set[str] = set()
        self._strangers: set[str] = set()
        self._verdict: tuple[ZohoError, float] | None = None
        self._futile = 0

    def token(self) -> AccessToken:
        """Return a token that lives for some minutes yet. Raises ConfigProblem or Transient with Zoho's reason."""
        with self._lock:
            if self._token is None or self._token.expires_at_seconds <= self._clock():
                self._token = self._request()
            return self._token

    def begin_run(self) -> None:
        """Believe in a new run that what failed before may have been mended."""
        with self._lock:
            self._verdict = None
            self._told.clear()

    def is_told_first(self, value: str) -> bool:
        """Tell whether this run is told the token *value* for the first time."""
        with self._lock:
            is_new = value not in self._told
            self._told.add(value)
            return is_new

    def note_rejected(self, value: str) -> None:
        """Remember that the API does not take the token *value* any more."""
        self._rejected.add(value)

    def replace_rejected(self) -> AccessToken:
        """Return a token that was not rejected; one replacement serves all threads that met the dead one."""
        with self._lock:
            if self._token is None or self._token.value in self._rejected:
                self._token = self._request()
            return self._token

    def note_accepted(self, value: str) -> None:
        """Remember that the API has just taken the token *value*."""
        self._accepted[value] = self._clock()

    def note_futile_replacement(self) -> None:
        """Remember that a request was refused again with a new token, so that its token was not the reason."""
        self._futile += 1

    def is_worth_replacing(self, value: str) -> bool:
        """
        Tell whether a refusal of the token *value* may mean that the token is dead.

        Zoho says code 57 for a dead token and for a missing scope alike. A token that works elsewhere is alive, but
        only after replacements have proved futile is that believed at once.
        """
        is_alive = self._accepted.get(value, float("-inf")) > self._clock() - _ALIVE_SECONDS
        return not (is_alive and self._futile >= _FUTILE_ENOUGH)

    def _request(self) -> AccessToken:
        """Ask for a token. What Zoho answers to one stream holds for all: none of them asks again right away."""
        if self._verdict and self._verdict[1] > self._clock():
            raise self._verdict[0]
        try:
            shared = shared_tokens()
            return self._share(shared) if shared else self._ask_patiently()
        except ZohoError as error:
            self._verdict = (error, self._clock() + _TOKENS_WINDOW_SECONDS)
            raise

    def _share(self, shared: SharedTokens) -> AccessToken:
        """Return a token that another run got, else ask for one and leave it to other runs."""
        identity = self._grant.identity
        with shared.turn(identity):
            found = shared.take(identity)
            if found and self.patient and found.value not in self._rejected and found.ends_at > self._wall_clock():
                end = self._clock() + found.ends_at - self._wall_clock()
                return AccessToken(found.value, end, known_host(found.api_url))
            token = self._ask_patiently()
            ends_at = self._wall_clock() + token.expires_at_seconds - self._clock()
            shared.keep(identity, SharedToken(token.value, ends_at, token.api_url))
            return token

    def _ask_patiently(self) -> AccessToken:
        """Ask until there is a token or asking does not help any more. Raises ZohoError: why there is none."""
        for attempt in range(_ATTEMPTS):
            self._respect_the_allowance()
            self._issued.append(self._clock())
            answer = self._grant.ask()
            token = self._read_token(answer)
            if token:
                return token
            refusal = judge(answer, DATA_CENTERS[self._grant.data_center], attempt)
            is_too_long = refusal.wait_seconds >= _MINUTES and not self.patient
            if not refusal.wait_seconds or is_too_long or attempt + 1 == _ATTEMPTS:
                raise refusal.error
            self._sleep(refusal.wait_seconds)
        raise AssertionError("the last attempt ends with a token or an error")

    def _read_token(self, answer: Answer) -> AccessToken | None:
        value = answer.token("access_token")
        if not value:
            return None
        life_seconds = _seconds(answer.body.get("expires_in_sec")) or _seconds(answer.body.get("expires_in"))
        life_seconds = min(life_seconds or _LIFE_SECONDS, _LIFE_SECONDS)
        self.note_accepted(value)  # what Zoho has just given is alive
        self._note_a_stranger(stranger(answer))
        kept_seconds = max(life_seconds - _REFRESH_EARLY_SECONDS, life_seconds / 2)
        return AccessToken(value, self._clock() + kept_seconds, known_host(answer.text("api_domain")))

    def _note_a_stranger(self, host: str) -> None:
        """Say once that Zoho names *host*, unless it is empty, and that it is given no token."""
        if host and host not in self._strangers:
            self._strangers.add(host)
            asked = DATA_CENTERS[self._grant.data_center].api_url
            _log.warning(
                "Zoho names %s as the host of its API, which this version does not know, so no token is sent there and "
                "%s is asked. If it is one of Zoho's, please report it.",
                host,
                asked,
            )

    def _respect_the_allowance(self) -> None:
        now = self._clock()
        while self._issued and self._issued[0] <= now - _TOKENS_WINDOW_SECONDS:
            self._issued.popleft()
        if len(self._issued) >= _TOKENS_ALLOWED:
            raise Transient(
                f"This run has asked Zoho for {_TOKENS_ALLOWED} access tokens within ten minutes, all it allows. "
                "Something makes tokens die early (another program with it?); run again in ten minutes."
            )


def _seconds(value: Any) -> float:
    """Return a life in seconds, or 0 when *value* is not one."""
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0


def _wait(seconds: float) -> None:
    time.sleep(seconds)


_stores: dict[Grant, TokenStore] = {}
_stores_lock = threading.Lock()


def store_for(grant: Grant) -> TokenStore:
    """Return the token store that everything in this process shares for *grant*."""
    with _stores_lock:
        return _stores.setdefault(grant, TokenStore(grant))
