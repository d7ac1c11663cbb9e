"""Does an answer of CRM hold the rows that were asked for? If not, that is no empty list."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import requests

from source_zoho.components.bodies import body_of
from source_zoho.components.crm_bodies import is_empty
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.traced import traced
from source_zoho.errors import Transient

_TRIES = 3
_RECORDS = "data"
_log = logging.getLogger("airbyte")


def answer_with(
    key: str, requester: CrmRequester, stream: str, *, promised: bool = False, **request: Any
) -> requests.Response:
    """
    Return an answer to *request* that has *key*, or says that there is nothing; any other is asked for again.

    Where the answer before said that there are rows, they are *promised*: an answer without any is asked for once more.
    Then it is believed, as somebody may have deleted what was left. Raises ZohoFailure when Zoho refuses, or gives no
    such answer.
    """
    response = _answer_with(key, requester, stream, request)
    if not promised or (body_of(response) or {}).get(key):
        return response
    _log.info("%s: Zoho gives nothing where there should be something. Asking once more.", stream)
    return _answer_with(key, requester, stream, request)


def _answer_with(key: str, requester: CrmRequester, stream: str, request: Mapping[str, Any]) -> requests.Response:
    for _ in range(_TRIES):
        response = requester.send_request(**request)
        if response is None:
            raise traced(Transient(f"{stream}: Zoho gave no answer. Run again later."))
        if is_empty(response) or _has(key, body_of(response) or {}):
            return response
    raise traced(
        Transient(
            f"{stream}: Zoho's answer has no {key!r}, where its rows should be, asked for it {_TRIES} times. "
            "Run again later, and report it if it stays."
        )
    )


def _has(key: str, body: Mapping[str, Any]) -> bool:
    """Tell whether *body* has *key*. Where there are no records Zoho gives no body: null is no word of that."""
    return key in body and (key != _RECORDS or body[key] is not None)
