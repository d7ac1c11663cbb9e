"""Which of the hosts that an answer names may be given a token?"""

from __future__ import annotations

from urllib.parse import urlsplit

from source_zoho.data_centers import may_receive_a_token
from source_zoho.oauth.calls import Answer
from source_zoho.oauth.words import plain


def known_host(url: str) -> str:
    """Return *url* when it is on Zoho's list or this machine, else nothing: a token goes nowhere else."""
    return url.rstrip("/") if url and may_receive_a_token(url) else ""


def stranger(answer: Answer) -> str:
    """Return the host of the API that *answer* names if it is given no token, as it can be shown; else nothing."""
    told = answer.text("api_domain")
    if not told or may_receive_a_token(told):
        return ""
    try:
        parts = urlsplit(told)
    except ValueError:
        return plain(told)
    return plain(f"{parts.scheme}://{parts.hostname}" if parts.hostname else told)
