"""How does a person's consent become tokens: in the browser, or by a code from Zoho's API console?"""

import sys

from rich.text import Text

from source_zoho.cli import login_page
from source_zoho.cli.login_browser import Desk, in_words, open_browser, redirect_uri, served
from source_zoho.cli.login_client import Plan, asked, is_somebody_there
from source_zoho.cli.login_report import how_to_get_a_code
from source_zoho.cli.terminal import notices
from source_zoho.errors import ConfigProblem, ZohoError
from source_zoho.oauth.calls import fetched
from source_zoho.oauth.codes import Client, Minted, trade, trade_anywhere
from source_zoho.oauth.consent import Consent
from source_zoho.oauth.places import place_told, places_to_try


def mint_in_browser(plan: Plan, client: Client, port: int, seconds: int, *, opens: bool) -> Minted:
    """Return the tokens that a user's consent in the browser gives. Raises ZohoError with a remedy."""
    uri = redirect_uri(port)
    desk = Desk(Consent.new(client.client_id, uri, plan.scopes), plan.place.accounts_url, say)
    with served(desk, port) as url:
        say(f"The client must have this redirect URI, letter for letter: {uri}")
        say(f"{'Opening' if opens else 'Open'} {url} in a browser on this machine; Zoho asks for your consent there.")
        say(f"Waiting for {in_words(seconds)} at most; Ctrl-C stops.")
        if opens:
            open_browser(url, say)
        try:
            callback = desk.wait(seconds)
            place = place_told(plan.place, callback.location, callback.accounts_server, fetched)
            minted = trade(callback.code, client, place, uri, desk.consent.verifier)
        except ZohoError as error:
            desk.conclude(login_page.refused(str(error)))
            raise
        desk.conclude(login_page.signed_in(f"{place.center.title} ({place.center.key})"))
        return minted


def mint_by_code(plan: Plan, client: Client, accounts_url: str) -> Minted:
    """Return the tokens for a code that the user makes in Zoho's API console. Raises ZohoError with a remedy."""
    say(how_to_get_a_code(plan))
    return trade_anywhere(_code(), client, places_to_try(plan.data_center, accounts_url))


def say(sentence: str) -> None:
    """Show a sentence to whoever watches, word for word."""
    notices().print(Text(sentence), soft_wrap=True)


def _code() -> str:
    """Return the code: typed unseen, or the first line of standard input where nobody types."""
    code = asked("Code", "the code", is_secret=True) if is_somebody_there() else sys.stdin.readline().strip()
    if not code:
        raise ConfigProblem(
            "No code was given. Make one in the tab Generate Code of the self client, and give it to the question or, "
            "in a script, as the first line of standard input."
        )
    return code
