"""
How does a code become a refresh token?

Source: https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token.html. A code works once, for two minutes, or
for as long as the user chose for a self client's.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from source_zoho.data_centers import is_on_this_machine
from source_zoho.errors import RefusedByZoho, Transient, ZohoError
from source_zoho.oauth.api_hosts import known_host, stranger
from source_zoho.oauth.calls import TOKEN_PATH, Answer, posted
from source_zoho.oauth.places import Place
from source_zoho.oauth.sign_in_refusals import CLIENT_UNKNOWN, CODE_UNKNOWN, problem_of
from source_zoho.oauth.words import in_brackets, known_as, passes, word_of

_OTHER_PLACE = frozenset({*CLIENT_UNKNOWN, *CODE_UNKNOWN, "invalid_client_secret"})
# A server in trouble is asked again after so many seconds: a code lives for two minutes, and the user is waiting.
_WAITS_SECONDS = (1.0, 2.0)
# Words for a verifier that the server does not expect; a code is good again when it was refused for one of these.
_VERIFIER_REFUSED = ("verifier", "challenge", "pkce", "extra_param")


@dataclass(frozen=True)
class Client:
    """Who we are at Zoho; ``repr`` hides the secret."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Minted:
    """What a code was traded for, and where it is good; *stranger* is a host that Zoho named and nobody here knows."""

    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    place: Place
    api_url: str
    stranger: str = ""


def trade(code: str, client: Client, place: Place, redirect_uri: str = "", verifier: str = "") -> Minted:
    """Return the tokens that Zoho gives for *code*. Raises ZohoError with a remedy when it gives none."""
    form = {**_form(code, client), **({"redirect_uri": redirect_uri} if redirect_uri else {})}
    answer, trouble = _asked(place, {**form, "code_verifier": verifier} if verifier else form)
    if verifier and any(word in known_as(word_of(answer)) for word in _VERIFIER_REFUSED):
        answer, trouble = _asked(place, form)
    return _minted(answer, place, trouble)


def trade_anywhere(code: str, client: Client, places: Iterable[Place]) -> Minted:
    """
    Return the tokens of the first of *places* that knows client and code.

    A code that a data centre does not know stays good where it was made. Raises ZohoError: the refusal that tells most.
    """
    refusals: list[tuple[bool, ZohoError]] = []
    tried = []
    several = list(places)
    for place in several:
        tried.append(place.center.key)
        answer, trouble = _asked(place, _form(code, client))
        try:
            return _minted(answer, place, trouble if len(several) == 1 else None)
        except RefusedByZoho as error:
            if known_as(word_of(answer)) not in _OTHER_PLACE:
                raise
            refusals.append((known_as(word_of(answer)) in CLIENT_UNKNOWN, error))
        except Transient as error:
            raise Transient(f"{error}{_NAME_YOURS if len(several) > 1 else ''}") from None
    if len(tried) == 1:
        raise refusals[0][1]
    told = next((error for is_unknown, error in refusals if not is_unknown), None)
    raise told or RefusedByZoho(
        f"No data centre of Zoho's knows this client ({', '.join(tried)} were asked). Copy client ID and secret again "
        "from Zoho's API console; both are shown on the tab Client Secret of the self client."
    )


def _asked(place: Place, form: Mapping[str, str]) -> tuple[Answer, Answer | None]:
    """Return what *place* answers to *form*, and the trouble because of which it was asked more than once."""
    url, trouble = f"{place.accounts_url}{TOKEN_PATH}", None
    answer = posted(url, form)
    for seconds in _WAITS_SECONDS:
        if not _is_in_trouble_that_passes(answer):
            break
        time.sleep(seconds)
        trouble, answer = answer, posted(url, form)
    return answer, trouble


def _is_in_trouble_that_passes(answer: Answer) -> bool:
    # After a minute of silence the code has no time left for another question.
    return not answer.token("access_token") and passes(answer) and answer.reason != "ReadTimeout"


def _form(code: str, client: Client) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "code": code,
    }


def _minted(answer: Answer, place: Place, trouble: Answer | None) -> Minted:
    """Return the tokens in *answer*. Raises ZohoError; *trouble* came before it, and may have used up the code."""
    access_token, refresh_token = answer.token("access_token"), answer.token("refresh_token")
    if access_token and refresh_token:
        api_url = _api_url(answer.text("api_domain"), place)
        return Minted(refresh_token, access_token, place, api_url, stranger(answer))
    if access_token:
        raise RefusedByZoho(
            "Zoho gave an access token but no refresh token, which lives on. Take the program's access away at "
            f"{place.accounts_url} (Sessions, Connected Apps) and run `source-zoho login` again."
        )
    if trouble and known_as(word_of(answer)) in CODE_UNKNOWN:
        raise Transient(
            f"Zoho's sign-in server of {place.words} had trouble ({in_brackets(trouble)}), and does not take the code "
            "any more, which works once. Run `source-zoho login` again."
        )
    raise problem_of(answer, place.words)


def _api_url(told: str, place: Place) -> str:
    """Return where the API is: as Zoho says, if that is a host of its own; this machine only for a sandbox on it."""
    is_ours = is_on_this_machine(told) == is_on_this_machine(place.accounts_url)
    return (known_host(told) if is_ours else "") or place.center.api_url


_NAME_YOURS = " If the account lives in another data centre, name it with --data-center, and no other is asked."
