"""
How is a refresh token ended for good?

Source: https://www.zoho.com/accounts/protocol/oauth/revoke-refresh-token.html, which puts the token into the address.
It is sent in the body here, as the token endpoint takes it, since addresses are logged on their way. Whether it worked
is therefore never guessed: a token that Zoho does not say to be ended is tried once more.
"""

from __future__ import annotations

from source_zoho.data_centers import DATA_CENTERS
from source_zoho.errors import RefusedByZoho, Transient
from source_zoho.oauth.calls import posted
from source_zoho.oauth.refusals import judge
from source_zoho.oauth.sign_in_refusals import CODE_UNKNOWN
from source_zoho.oauth.tokens import Grant
from source_zoho.oauth.words import in_brackets, known_as, word_of


def revoke(grant: Grant) -> bool:
    """
    End the refresh token of *grant* and all access tokens that came of it; False means that it was dead already.

    Raises ZohoError when it lives on, or when nobody knows.
    """
    answer = posted(f"{grant.accounts_url}/oauth/v2/token/revoke", {"token": grant.refresh_token})
    if answer.text("status") == "success":
        return True
    if answer.body is None and not 400 <= answer.status < 500:
        reason = in_brackets(answer)
        raise Transient(f"Zoho did not say whether the refresh_token is ended ({reason}). {answer.remedy}")
    if _is_dead(grant):
        return False
    raise RefusedByZoho(
        f"Zoho did not end the refresh_token, and it still works. End it by hand: sign in at {grant.accounts_url}, "
        "choose Sessions and then Connected Apps, and remove the client's access."
    )


def _is_dead(grant: Grant) -> bool:
    answer = grant.ask()
    if answer.token("access_token"):
        return False
    if known_as(word_of(answer)) in CODE_UNKNOWN:
        return True
    raise judge(answer, DATA_CENTERS[grant.data_center]).error
