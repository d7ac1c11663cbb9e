"""How does Zoho sign what a webhook sends?"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

HEADER = "X-Zoho-Webhook-Signature"


def signature(
    secret: str, query: Iterable[tuple[str, str]] = (), form: Iterable[tuple[str, str]] = (), raw_json: bytes = b""
) -> str:
    """Sign the pairs of query string and form, decoded and in the order of their keys, and then the JSON body."""
    pairs = sorted([*query, *form], key=lambda pair: pair[0])
    glued = "".join(name + value for name, value in pairs)
    return hmac.new(secret.encode(), glued.encode() + raw_json, hashlib.sha256).hexdigest()
