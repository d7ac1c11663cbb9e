"""
What does it mean when Zoho's sign-in page or accounts server refuses a new sign-in, and what can its user do?

Words: https://help.zoho.com/portal/en/community/topic/kaizen-4-troubleshooting-oauth2-0 and live answers that public
projects report. They come with status 200 or 400, so the body decides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from source_zoho.errors import ConfigProblem, RefusedByZoho, Transient, Unexpected, ZohoError
from source_zoho.oauth.calls import Answer
from source_zoho.oauth.words import Meaning, in_brackets, known_as, meaning, plain, word_of
from source_zoho.scopes import DOUBTFUL

CLIENT_UNKNOWN = frozenset({"invalid_client"})
CODE_UNKNOWN = frozenset({"invalid_code", "invalid_grant", "invalid_token"})
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
    "invalid_token": "invalid_code",
    "redirect_uri_mismatch": "invalid_redirect_uri",
    "invalid_oauthscope": "invalid_scope",
    "scope_does_not_exist": "invalid_scope",
    "unsupported_grant_type": "invalid_request",
    "invalid_response_type": "invalid_request",
    "unsupported_response_type": "invalid_request",
}
# Nobody is asked for consent where a code is traded for tokens; there it means what the table of limits says.
_DENIED_AT_THE_SERVER = (
    "Zoho denied the sign-in{place}: more than ten codes or tokens within ten minutes, perhaps. Wait ten minutes, make "
    "a new code, and run `source-zoho login` again."
)
_NOT_ACTIVE = (
    "The user who signed in is not active at Zoho{place}. Let an administrator of the organization activate the user, "
    "or sign in as another one with `source-zoho login`."
)


def problem_of(answer: Answer, place: str = "", scopes: Collection[str] = ()) -> ZohoError:
    """
    Return the error of *answer*, which has no token.

    *place* is the data centre that was asked, as a sentence names it; *scopes* are those that were asked for.
    """
    kind, where = meaning(answer), f" in {place}" if place else ""
    if kind is Meaning.THROTTLED:
        return Transient(f"Zoho throttles sign-in. {_WAIT}")
    if kind is Meaning.USER:
        return RefusedByZoho(_NOT_ACTIVE.format(place=where) + _in_zohos_words(answer))
    server = f"Zoho's sign-in server{f' of {place}' if place else ''}"
    if kind is Meaning.UNKNOWN:
        return Unexpected(
            f"{server} refused the sign-in for a reason unknown here. Please report it." + _in_zohos_words(answer)
        )
    if kind is Meaning.TROUBLE:
        sentence = f"{server} gave no answer that can be used ({in_brackets(answer)}). {answer.remedy}"
        return ConfigProblem(sentence) if answer.is_the_users else Transient(sentence)
    known = known_as(word_of(answer))
    doubtful = ", ".join(scope for scope in DOUBTFUL if scope in scopes) or "every scope"
    denied = known == "access_denied" and place
    sentence = _DENIED_AT_THE_SERVER if denied else _SENTENCES[_SAME.get(known, known)]
    return RefusedByZoho(sentence.format(place=where, doubtful=doubtful) + _in_zohos_words(answer))


def _in_zohos_words(answer: Answer) -> str:
    return f" (Zoho's word: {plain(word_of(answer))}.)"
