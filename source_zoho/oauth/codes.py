"""
How does a code become a refresh token?

Source: https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token.html. A code works once, for two minutes, or
for as long as the user chose for a self client's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from source_zoho.data_centers import is_on_this_machine, may_receive_a_token
from source_zoho.errors import ConfigProblem, ZohoError
from source_zoho.oauth.calls import posted
from source_zoho.oauth.places import Place
from source_zoho.oauth.sign_in_refusals import CLIENT_UNKNOWN, code_of, problem_of

_OTHER_PLACE = frozenset({"invalid_client", "invalid_client_secret", "invalid_code", "invalid_grant"})
# Words for a verifier that the server does not expect; a code is good again when it was refused for one of these.
_VERIFIER_REFUSED = ("verifier", "challenge", "pkce", "extra_param")


@dataclass(frozen=True)
class Client:
    """Who we are at Zoho; ``repr`` hides the secret."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Minted:
    """What a code was traded for, and where it is good."""

    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    place: Place
    api_url: str


def trade(code: str, client: Client, place: Place, redirect_uri: str = "", verifier: str = "") -> Minted:
    """Return the tokens that Zoho gives for *code*. Raises ZohoError with a remedy when it gives none."""
    form = {**_form(code, client), **({"redirect_uri": redirect_uri} if redirect_uri else {})}
    url = f"{place.accounts_url}/oauth/v2/token"
    body = posted(url, {**form, "code_verifier": verifier} if verifier else form)
    if verifier and any(word in code_of(body).lower() for word in _VERIFIER_REFUSED):
        body = posted(url, form)
    return _minted(body, place)


def trade_anywhere(code: str, client: Client, places: Iterable[Place]) -> Minted:
    """
    Return the tokens of the first of *places* that knows client and code.

    A code that a data centre does not know stays good where it was made. Raises ZohoError: the refusal that tells most.
    """
    refusals: list[tuple[bool, ZohoError]] = []
    tried = []
    for place in places:
        tried.append(place.center.key)
        body = posted(f"{place.accounts_url}/oauth/v2/token", _form(code, client))
        try:
            return _minted(body, place)
        except ConfigProblem as error:
            if code_of(body) not in _OTHER_PLACE:
                raise
            refusals.append((code_of(body) in CLIENT_UNKNOWN, error))
    if len(tried) == 1:
        raise refusals[0][1]
    told = next((error for is_unknown, error in refusals if not is_unknown), None)
    raise told or ConfigProblem(
        f"No data centre of Zoho's knows this client ({', '.join(tried)} were asked). Copy client ID and secret again "
        "from Zoho's API console; both are shown on the tab Client Secret of the self client."
    )


def _form(code: str, client: Client) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "code": code,
    }


def _minted(body: Any, place: Place) -> Minted:
    access_token, refresh_token = (_text(body, name) for name in ("access_token", "refresh_token"))
    if access_token and refresh_token:
        return Minted(refresh_token, access_token, place, _api_url(_text(body, "api_domain"), place))
    if access_token:
        raise ConfigProblem(
            "Zoho gave an access token but no refresh token, which lives on. Take the program's access away at "
            f"{place.accounts_url} (Sessions, Connected Apps) and run `source-zoho login` again."
        )
    raise problem_of(body, place.words)


def _text(body: Any, name: str) -> str:
    value = body.get(name) if isinstance(body, dict) else None
    return value if isinstance(value, str) else ""


def _api_url(told: str, place: Place) -> str:
    """Return where the API is: as Zoho says, if that is a host of its own; this machine only for a sandbox on it."""
    is_ours = is_on_this_machine(told) == is_on_this_machine(place.accounts_url)
    return told.rstrip("/") if told and may_receive_a_token(told) and is_ours else place.center.api_url
