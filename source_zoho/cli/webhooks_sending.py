"""What does the receiver answer, or why does nobody?"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests

from source_zoho.webhooks.proving import Answer, Letter

_PATIENCE_SECONDS = 15


class NotReachedError(Exception):
    """Nobody answered; its sentence says what to do."""


def send(what: Letter) -> Answer:
    """Return the answer to *what*. Raises NotReachedError."""
    with _words_for(what):
        answer = requests.post(
            what.url, what.body, headers=dict(what.headers), timeout=_PATIENCE_SECONDS, allow_redirects=False
        )
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(answer.status_code, headers, answer.text)


@contextmanager
def _words_for(what: Letter) -> Iterator[None]:
    host = urlsplit(what.url).netloc.rpartition("@")[2]
    try:
        yield
    except requests.exceptions.SSLError:
        raise NotReachedError(
            f"No TLS with {host}: its certificate is not valid for it, or it speaks plain HTTP. Zoho would not trust "
            "it either; give the proxy a certificate that browsers accept."
        ) from None
    except requests.exceptions.Timeout:
        raise NotReachedError(
            f"{host} does not answer within {_PATIENCE_SECONDS} seconds: a firewall may swallow what comes in."
        ) from None
    except requests.exceptions.ConnectionError as error:
        raise NotReachedError(_why_there_is_no_connection(host, error)) from None
    except requests.exceptions.RequestException:
        raise NotReachedError(f"{host} gave an answer that is no HTTP: check the address and its port.") from None


def _why_there_is_no_connection(host: str, error: Exception) -> str:
    told = str(error)
    if "NameResolutionError" in told or "getaddrinfo" in told or "Name or service" in told:
        return f"There is no host {host}: check the address, or make a DNS entry for it."
    if "refused" in told:
        return f"Nothing listens at {host}: start `source-zoho webhooks serve` and the proxy, or check the port."
    return f"{host} ended the connection without an answer: check the address, and the log of the proxy."
