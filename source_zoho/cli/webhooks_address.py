"""May Zoho be told to send notifications to this address?"""

from urllib.parse import urlsplit

from source_zoho.cli.terminal import notices
from source_zoho.errors import ConfigProblem
from source_zoho.webhooks.paths import PATHS

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def require_an_address(url: str) -> None:
    """Raise ConfigProblem unless *url* is one that notifications may go to: each carries the token."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"}:
        raise ConfigProblem(
            f"--notify-url is no address; expected one such as https://hooks.example.com{PATHS['crm']}."
        )
    if parts.scheme == "http" and host not in _THIS_MACHINE:
        raise ConfigProblem("--notify-url must begin with https://: every notification carries the token.")
    if not parts.path.rstrip("/").endswith(PATHS["crm"]):
        notices().print(f"The receiver takes notifications of CRM at {PATHS['crm']}; does the proxy see to that?")
