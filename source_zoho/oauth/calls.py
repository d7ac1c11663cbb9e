"""What does Zoho's accounts server answer, whatever comes back?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import requests

_TIMEOUT_SECONDS = (10, 60)


def posted(url: str, form: Mapping[str, str]) -> Any:
    """
    Post *form* and return the body of the answer as JSON, or a text that says why there is none.

    Secrets travel in the body of a request, never in its address, and follow no redirect to anywhere else.
    """
    import requests  # takes a tenth of a second, for which commands that call nobody need not wait

    try:
        answer = requests.post(url, data=form, timeout=_TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        return type(error).__name__
    return _body(answer)


def fetched(url: str) -> Any:
    """Return the body at *url* as JSON, or a text that says why there is none; nobody's secret is sent along."""
    import requests  # takes a tenth of a second, for which commands that call nobody need not wait

    try:
        answer = requests.get(url, timeout=_TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        return type(error).__name__
    return _body(answer)


def _body(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return f"HTTP {answer.status_code} without JSON"
