"""
What does the body of an answer of CRM say?

Refusals are ``{code, details, message, status: "error"}``, on their own or as the first of a list such as ``data``, and
come with any HTTP status: https://www.zoho.com/crm/developer/docs/api/v8/status-codes.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from source_zoho.components.bodies import Said, body_of, message_of
from source_zoho.components.rules import UNREADABLE

COMPOSITE = "__composite_requests"
_NO_CONTENT, _NOT_MODIFIED = 204, 304


def is_empty(response: requests.Response) -> bool:
    """Tell whether *response* says that there are no rows, or none that changed: it has no body then."""
    return response.status_code in {_NO_CONTENT, _NOT_MODIFIED}


def refusal_in(body: Any) -> Said | None:
    """
    Return the refusal that *body* is, or that stands first in one of its lists.

    The answers within a composite one are judged by whoever asked: they may differ.
    """
    if not isinstance(body, Mapping):
        return None
    if isinstance(body.get("code"), str) and body.get("status") != "success":
        return _refused(body)
    firsts = [value[0] for key, value in body.items() if key != COMPOSITE and isinstance(value, list) and value]
    return next((_refused(each) for each in firsts if _is_refusal(each)), None)


def crm_said_in(response: requests.Response) -> Said:
    """Return what *response* says of itself; the code 0 means success."""
    if is_empty(response):
        return Said(0, "")
    body = body_of(response)
    is_good = response.ok and body is not None
    return refusal_in(body) or Said(0 if is_good else UNREADABLE, message_of(response))


def _is_refusal(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("code"), str) and value.get("status") == "error"


def _refused(value: Mapping[str, Any]) -> Said:
    details = value.get("details")
    return Said(value["code"], str(value.get("message") or "")[:300], details if isinstance(details, Mapping) else {})
