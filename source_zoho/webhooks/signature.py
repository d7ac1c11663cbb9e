"""
Did Zoho Books or Billing send this, and nobody else?

With a secret token set, Zoho signs: HMAC-SHA256 in hex over the pairs of the query and of a form, URL-decoded, sorted
by key, each key glued to its value, and then the raw body if it is JSON
(https://www.zoho.com/billing/kb/webhooks/securing-webhooks).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence

from source_zoho.webhooks.refusals import Reason, Refused

HEADER = "X-Zoho-Webhook-Signature"
Pair = tuple[str, str]


def message_of(pairs: Iterable[Pair], raw_json: bytes = b"") -> bytes:
    """Return what is signed: *pairs* of query and form in the order of their keys, then the body if it is JSON."""
    glued = "".join(f"{key}{value}" for key, value in sorted(pairs, key=lambda pair: pair[0]))
    return glued.encode("utf-8") + raw_json


def sign(secret: bytes, message: bytes) -> str:
    """Return the signature of *message*."""
    return hmac.digest(secret, message, "sha256").hex()


def verify(given: str, secrets: Sequence[bytes], message: bytes) -> None:
    """Refuse *message* unless *given* is its signature with one of *secrets*; takes as long for a wrong one."""
    if not given:
        raise Refused(
            Reason.UNSIGNED,
            f"There is no {HEADER} header: set the secret token of this receiver in the webhook's settings in Zoho.",
        )
    stated = given.strip().lower().encode("utf-8", "replace")
    fits = False
    for secret in secrets:  # to the last one, so that the time does not tell which it was
        fits |= hmac.compare_digest(sign(secret, message).encode("ascii"), stated)
    if fits:
        return
    if stated.startswith(b"t=") and b"v=" in stated:
        raise Refused(
            Reason.SIGNATURE,
            "The signature is of the form t=...,v=..., which Zoho Payments uses; this receiver takes webhooks of "
            "Books and Billing.",
        )
    raise Refused(
        Reason.SIGNATURE,
        "The signature does not fit: the secret token in the webhook's settings in Zoho is another one than this "
        "receiver's, or something between the two changed the request.",
    )
