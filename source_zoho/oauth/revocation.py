"""
How is a refresh token ended for good?

Source: https://www.zoho.com/accounts/protocol/oauth/revoke-refresh-token.html, which puts the token into the address.
It is sent in the body here, as the token endpoint takes it, since addresses are logged on their way. Whether it worked
is therefore never guessed: a token that Zoho does not say to be ended is tried once more.
"""

from __future__ import annotations

from source_zoho.errors import ConfigProblem, Transient
from source_zoho.oauth.calls import posted
from source_zoho.oauth.sign_in_refusals import CODE_UNKNOWN, code_of, problem_of
from source_zoho.oauth.tokens import Grant


def revoke(grant: Grant) -> bool:
    """
    End the refresh token of *grant* and all access tokens that came of it; False means that it was dead already.

    Raises ZohoError when it lives on, or when nobody knows.
    """
    body = posted(f"{grant.accounts_url}/oauth/v2/token/revoke", {"token": grant.refresh_token})
    if isinstance(body, dict) and body.get("status") == "success":
        return True
    if isinstance(body, str) and not body.startswith("HTTP 4"):
        raise Transient(f"Zoho did not say whether the refresh_token is ended ({body}). Run the command again later.")
    if _is_dead(grant):
        return False
    raise ConfigProblem(
        f"Zoho did not end the refresh_token, and it still works. End it by hand: sign in at {grant.accounts_url}, "
        "choose Sessions and then Connected Apps, and remove the client's access."
    )


def _is_dead(grant: Grant) -> bool:
    form = {
        "grant_type": "refresh_token",
        "client_id": grant.client_id,
        "client_secret": grant.client_secret,
        "refresh_token": grant.refresh_token,
    }
    body = posted(f"{grant.accounts_url}/oauth/v2/token", form)
    if isinstance(body, dict) and body.get("access_token"):
        return False
    if code_of(body) in CODE_UNKNOWN:
        return True
    raise problem_of(body)
