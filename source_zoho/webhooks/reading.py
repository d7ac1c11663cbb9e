"""What is the body of a request, if it is one that a webhook may have?"""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from source_zoho.webhooks.refusals import Reason, Refused

MOST_BYTES = 1024 * 1024
SECONDS = 30.0
# A client that is still sending does not look for an answer; so much more than the bound is read and thrown away.
_THROWN_AWAY = 8


async def read_body(request: Request, most_bytes: int, seconds: float = SECONDS) -> bytes:
    """Return the body of *request*. Refuses more than *most_bytes*, and one that is not here after *seconds*."""
    stated = _stated_length(request)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(Reason.CONTENT_TYPE, "The body is compressed, which no webhook of Zoho is.")
    try:
        async with asyncio.timeout(seconds):
            body = await _read(request, most_bytes, stated)
    except TimeoutError:
        raise Refused(Reason.TOO_SLOW, f"The body was not here after {seconds:.0f} seconds; send it again.") from None
    except ClientDisconnect:
        raise Refused(Reason.TRUNCATED, "The connection ended before the body did; send it again.") from None
    if body is None:
        raise Refused(Reason.TOO_LARGE, f"The body is larger than {most_bytes:,} bytes, the bound of this receiver.")
    return body


def _stated_length(request: Request) -> int:
    stated = request.headers.get("content-length")
    if stated is not None:
        return int(stated)  # the server has seen to it that it is a number
    if request.method != "DELETE" and "transfer-encoding" not in request.headers:
        raise Refused(Reason.NO_LENGTH, "The request has neither Content-Length nor Transfer-Encoding, and no body.")
    return 0


async def _read(request: Request, most_bytes: int, stated: int) -> bytes | None:
    """Return the body, or None for one that is too large; then it is read on for a while, but not kept."""
    too_large = stated > most_bytes
    if stated > _THROWN_AWAY * most_bytes:
        return None
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        too_large = too_large or size > most_bytes
        if size > _THROWN_AWAY * most_bytes:
            return None
        if not too_large:
            parts.append(part)
    return None if too_large else b"".join(parts)
