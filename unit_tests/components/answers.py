"""How does a test make an answer of Zoho without a socket?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import requests

URL = "https://www.zohoapis.com/books/v3/invoices?organization_id=7&page=1&per_page=200"


def an_answer(
    body: Any = None,
    *,
    status: int = 200,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    url: str = URL,
) -> requests.Response:
    """Return an answer with a JSON *body*, or with *content* as it came over the wire."""
    response = requests.Response()
    response.status_code = status
    response._content = orjson.dumps(body) if content is None else content
    response.headers.update(headers or {})
    response.request = requests.Request("GET", url).prepare()
    return response


def a_list(rows: list[dict[str, Any]], *, key: str = "invoices", **context: Any) -> dict[str, Any]:
    """Return the body of a list; *context* are the fields of page_context, which is left out without any."""
    body = {"code": 0, "message": "success", key: rows}
    return {**body, "page_context": context} if context else body
