"""Is this an address, and may Zoho be told to send notifications to it?"""

from urllib.parse import urlsplit

from source_zoho.cli.terminal import notices
from source_zoho.errors import ConfigProblem
from source_zoho.webhooks.paths import PATHS

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def is_an_address(url: str) -> bool:
    """Tell whether *url* is one that something could be sent to."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        host.encode("idna")  # refuses parts of a name that are empty or too long
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and host.isprintable() and " " not in host


def require_an_address(url: str) -> None:
    """Raise ConfigProblem unless *url* is one that notifications may go to: each carries the token."""
    if not is_an_address(url):
        raise ConfigProblem(
            f"--notify-url is no address; expected one such as https://hooks.example.com{PATHS['crm']}."
        )
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in _THIS_MACHINE:
        raise ConfigProblem("--notify-url must begin with https://: every notification carries the token.")
    if not parts.path.rstrip("/").endswith(PATHS["crm"]):
        notices().print(f"The receiver takes notifications of CRM at {PATHS['crm']}; does the proxy see to that?")
