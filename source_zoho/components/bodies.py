"""What does the body of an answer say? Each is decoded once, however many components ask."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import requests

_KEPT_AS = "_zoho_body"


@dataclass(frozen=True)
class Said:
    """What an answer says of itself: Zoho's code (a number, or a word in CRM), Zoho's words, and more to them."""

    code: int | str
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)


def body_of(response: requests.Response) -> dict[str, Any] | None:
    """Return the JSON object that *response* carries, or None when it carries none (HTML, nothing, half an answer)."""
    kept = response.__dict__.get(_KEPT_AS, False)
    if kept is False:
        kept = _decode(response.content)
        setattr(response, _KEPT_AS, kept)
    return kept if isinstance(kept, dict) else None


def code_of(response: requests.Response) -> int:
    """Return Zoho's own code; 0 means success, also when a successful answer does not say so."""
    body = body_of(response)
    if body is None:
        return -1
    code = body.get("code", 0 if response.ok else -1)
    return code if isinstance(code, int) else int(code) if str(code).lstrip("-").isdigit() else -1


def page_context_of(response: requests.Response) -> Mapping[str, Any]:
    """Return what *response* says about its page; one of Zoho's documents shows it as an array of one."""
    context = (body_of(response) or {}).get("page_context")
    if isinstance(context, list):
        context = next(iter(context), None)
    return context if isinstance(context, Mapping) else {}


def said_flag(value: Any) -> bool | None:
    """Return what *value* says, which Zoho writes as true or "true"; None when it says nothing."""
    if value is None or value == "":
        return None
    return value.strip().lower() not in {"false", "0", "no"} if isinstance(value, str) else bool(value)


def message_of(response: requests.Response) -> str:
    """Return Zoho's own words about a failure, shortened, or the HTTP status when there are none."""
    body = body_of(response) or {}
    words = body.get("message")
    return str(words)[:300] if words else f"HTTP {response.status_code}"


def said_in(response: requests.Response) -> Said:
    """Return what *response* says of itself; the code 0 means success."""
    return Said(code_of(response), message_of(response))


def _decode(content: bytes | None) -> Any:
    try:
        return orjson.loads((content or b"").removeprefix(BOM_UTF8))
    except orjson.JSONDecodeError:
        return None
