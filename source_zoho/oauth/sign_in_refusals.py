"""
What does it mean when Zoho's sign-in page or accounts server refuses a new sign-in, and what can its user do?

Words: https://help.zoho.com/portal/en/community/topic/kaizen-4-troubleshooting-oauth2-0 and live answers that public
projects report. They come with status 200 or 400, so the body decides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from source_zoho.errors import ConfigProblem, Transient, Unexpected, ZohoError
from source_zoho.scopes import DOUBTFUL

CLIENT_UNKNOWN = frozenset({"invalid_client"})
CODE_UNKNOWN = frozenset({"invalid_code", "invalid_grant"})
_WAIT = "Zoho gives ten codes and ten tokens in ten minutes. Wait ten minutes and run `source-zoho login` again."
_SENTENCES: Mapping[str, str] = {
    "access_denied": (
        "Consent was refused on Zoho's page, so there is no sign-in and nothing was written. Run `source-zoho login` "
        "again and choose Accept; if nobody refused, ten sign-ins within ten minutes are all that Zoho allows: wait."
    ),
    "invalid_client": (
        "Zoho does not know this client ID{place}. Copy it again from Zoho's API console; a client of another data "
        "centre wants --data-center, or Multi-DC switched on in its settings."
    ),
    "invalid_client_secret": (
        "Zoho knows this client but not its secret{place}. Copy the client secret again from Zoho's API console; with "
        "Multi-DC each data centre has a secret of its own, and the one of the account's data centre is wanted."
    ),
    "unauthorized_client": (
        "This client may not sign in this way{place}. Use a server-based client of Zoho's API console, or a self "
        "client with --self-client."
    ),
    "invalid_code": (
        "Zoho does not take the code{place}: it works once and for a few minutes only, and in its own data centre. "
        "Run `source-zoho login` again and go through it without a break."
    ),
    "invalid_redirect_uri": (
        "The redirect URI is not one that the client has{place}. Enter it in Zoho's API console under Authorized "
        "Redirect URIs, letter for letter as `source-zoho login` shows it, and run it again."
    ),
    "invalid_scope": (
        "Zoho does not know one of the scopes that were asked for, and refuses the whole list for it. Not every "
        "edition has {doubtful}: leave out what you do without, with --without-scope, or name fewer --products or "
        "--streams."
    ),
    "invalid_request": (
        "Zoho does not understand the question{place}. See that the client is a server-based one, and run "
        "`source-zoho login` again; if it happens again, please report it."
    ),
}
_SAME = {
    "invalid_grant": "invalid_code",
    "invalid_oauthscope": "invalid_scope",
    "unsupported_grant_type": "invalid_request",
}


def code_of(body: Any) -> str:
    """Return Zoho's word for what is wrong; empty when *body* has none."""
    return str(body.get("error", "")) if isinstance(body, Mapping) else ""


def problem_of(body: Any, place: str = "", scopes: Collection[str] = ()) -> ZohoError:
    """
    Return the error of *body*: the JSON of a failed answer, a word of Zoho's, or a text that says why there is none.

    *place* is the data centre that was asked, as a sentence names it; *scopes* are those that were asked for.
    """
    code = code_of(body) or (body if isinstance(body, str) else "")
    if code.lower() == "access denied" or "too many requests" in str(body).lower():
        return Transient(f"Zoho throttles sign-in. {_WAIT}")
    known = code.lower()
    sentence = _SENTENCES.get(_SAME.get(known, known))
    if sentence:
        where = f" in {place}" if place else ""
        doubtful = ", ".join(scope for scope in DOUBTFUL if scope in scopes) or "every scope"
        return ConfigProblem(sentence.format(place=where, doubtful=doubtful) + _in_zohos_words(code))
    server = f"Zoho's sign-in server{f' of {place}' if place else ''}"
    if isinstance(body, Mapping) and code:
        return Unexpected(
            f"{server} refused the sign-in for a reason unknown here. Please report it." + _in_zohos_words(code)
        )
    return Transient(f"{server} gave no answer that can be used ({_plain(code) or 'no reason'}). Run again later.")


def _in_zohos_words(code: str) -> str:
    return f" (Zoho's word: {_plain(code)}.)"


def _plain(text: str) -> str:
    """Return *text* as it can be shown: whoever opens a page in the browser could have written it."""
    return "".join(each for each in text if each.isprintable())[:60]
