"""What does Zoho's accounts server answer, whatever comes back?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from source_zoho.data_centers import is_on_this_machine

if TYPE_CHECKING:
    import requests

TOKEN_PATH = "/oauth/v2/token"  # noqa: S105 - the path of the token endpoint
_TIMEOUT_SECONDS = (10, 60)
_LATER = "Run again later."
_PORTS = {"http": 80, "https": 443}
_TOO_EARLY_OR_TOO_OFTEN = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Answer:
    """
    What came back: an HTTP *status* (0: nothing did), and the JSON *body*, None where there is none.

    Then *reason* says why in a few words, and *remedy* what helps; *passes* tells whether asking again in a second may
    help, and *is_the_users* that nobody but the user can mend it.
    """

    status: int = 0
    body: Any = None
    reason: str = ""
    remedy: str = _LATER
    passes: bool = True
    is_the_users: bool = False

    def text(self, name: str) -> str:
        """Return the text called *name*, empty when the body has none."""
        value = self.body.get(name) if isinstance(self.body, Mapping) else None
        return value if isinstance(value, str) else ""

    def token(self, name: str) -> str:
        """Return the token called *name*, empty when there is none that a header could carry."""
        value = self.text(name)
        return value if value.isascii() and value.isprintable() and " " not in value else ""


def posted(url: str, form: Mapping[str, str]) -> Answer:
    """
    Post *form* and return what came back.

    Secrets travel in the body of a request, never in its address, and follow no redirect to anywhere else.
    """
    import requests  # takes a tenth of a second, for which commands that call nobody need not wait

    try:
        return _read(url, requests.post(url, data=form, timeout=_TIMEOUT_SECONDS, allow_redirects=False))
    except OSError as error:  # of requests, or of a file of certificates that is not there
        return _nothing(url, error)


def fetched(url: str) -> Answer:
    """Return what is at *url*; nobody's secret is sent along."""
    import requests  # takes a tenth of a second, for which commands that call nobody need not wait

    try:
        return _read(url, requests.get(url, timeout=_TIMEOUT_SECONDS, allow_redirects=False))
    except OSError as error:  # of requests, or of a file of certificates that is not there
        return _nothing(url, error)


def _read(url: str, answer: requests.Response) -> Answer:
    status = answer.status_code
    if 300 <= status < 400:
        led = _host(answer.headers.get("Location", ""))
        to = f" to {led}" if led else ""
        return Answer(status, reason=f"HTTP {status}{to}", remedy=_in_between(url), passes=False)
    passes = not 400 <= status < 500 or status in _TOO_EARLY_OR_TOO_OFTEN
    try:
        return Answer(status, answer.json(), passes=passes)
    except (ValueError, RecursionError):
        reason = f"HTTP {status} without {'JSON' if answer.content.strip() else 'a body'}"
        return Answer(status, reason=reason, remedy=_LATER if passes else _in_between(url), passes=passes)


def _nothing(url: str, error: OSError) -> Answer:
    """Return why nothing came from *url*: the name of *error*, which owners of networks know, and what helps."""
    import requests

    name, told, host = type(error).__name__, str(error).lower(), _host(url)
    if not isinstance(error, requests.RequestException):
        remedy = "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names certificates that cannot be read; correct it, or unset it."
        return Answer(reason=name, remedy=remedy, passes=False, is_the_users=True)
    if isinstance(error, requests.exceptions.ProxyError | requests.exceptions.InvalidProxyURL):
        remedy = f"See that HTTPS_PROXY or HTTP_PROXY names a proxy that lets this machine reach {host}."
        passes = isinstance(error, requests.exceptions.ProxyError)
        return Answer(reason=name, remedy=remedy, passes=passes, is_the_users=not passes)
    if isinstance(error, requests.exceptions.SSLError) and "certificate" in told:
        return Answer(reason=name, remedy=_UNTRUSTED.format(host=host), passes=False, is_the_users=True)
    if isinstance(error, requests.exceptions.SSLError):
        return Answer(reason=name, remedy=_in_between(url))
    parts = urlsplit(url)
    if "refused" in told and is_on_this_machine(f"{parts.scheme}://{parts.netloc}"):
        return Answer(reason=name, remedy=_NOBODY_HERE.format(host=parts.netloc))
    if "resol" in told or "getaddrinfo" in told:
        return Answer(reason=name, remedy=f"This machine does not find {host}: see that it has a network and DNS.")
    port = parts.port or _PORTS[parts.scheme]
    return Answer(reason=name, remedy=f"{_LATER[:-1]}, and see that this machine may reach {host} on port {port}.")


def _in_between(url: str) -> str:
    return (
        f"Something on the way may have answered in Zoho's place (a proxy, a firewall, the sign-in page of a network): "
        f"see that this machine reaches {_host(url)} directly, and run again."
    )


def _host(url: str) -> str:
    """Return the host of *url* as it can be shown: whoever stands on the way could have written it."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return "".join(each for each in host if each.isprintable())[:60]


_UNTRUSTED = (
    "This machine does not trust the certificate of {host}: if a proxy or firewall reads along, name the certificate "
    "of its authority in REQUESTS_CA_BUNDLE; else see that the clock of this machine is right."
)
_NOBODY_HERE = (
    "Nothing answers at {host} on this machine: start `source-zoho sandbox` with that port again, or leave out "
    "--accounts-url (in a configuration: accounts_base_url) to sign in at Zoho."
)
