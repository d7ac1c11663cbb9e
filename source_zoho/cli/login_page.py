"""
What does a person see in the browser when Zoho has sent them back?

One page for every ending, in a file of its own: plain, readable in the dark, and without anything from a network.
"""

import html
from functools import cache
from pathlib import Path
from string import Template

_CLOSE = "You can close this tab and go on in the terminal."
# Nothing is loaded, nothing runs, nothing is kept, and nobody is told where the browser came from: the address of the
# step before had a code in it.
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def signed_in(where: str) -> str:
    """Return the page for somebody who has signed in, in the data centre called *where*."""
    text = f"source-zoho may now read what you granted. Your data centre is {where}."
    return _page("signed-in", "You are signed in", text, _CLOSE, is_good=True)


def refused(sentence: str) -> str:
    """Return the page for a sign-in that failed, for the reason in *sentence*."""
    return _page("not-signed-in", "You are not signed in", sentence, _CLOSE)


def stray() -> str:
    """Return the page for an answer that belongs to another sign-in."""
    return _page(
        "stray",
        "This is not the sign-in that is waiting",
        "The answer belongs to another sign-in, perhaps from an older tab, so it was ignored.",
        "Use the tab that was opened last, or run source-zoho login again.",
    )


def over() -> str:
    """Return the page for whoever comes a second time."""
    text = "Zoho has answered once already, and one answer is all that this sign-in takes."
    return _page("over", "This sign-in is over", text, "The terminal says how it ended. You can close this tab.")


def not_here() -> str:
    """Return the page for an address that there is not."""
    return _page("not-here", "There is nothing here", "source-zoho login waits at another address.", _CLOSE)


def _page(state: str, title: str, text: str, following: str, *, is_good: bool = False) -> str:
    told = {"state": state, "title": title, "text": text, "next": following}
    escaped = {name: html.escape(value) for name, value in told.items()}
    return _template().substitute(escaped, mark="\u2713" if is_good else "!", tone="good" if is_good else "bad")


@cache
def _template() -> Template:
    return Template(Path(__file__).with_name("login_page.html").read_text(encoding="utf-8"))
