"""How does a test make an answer of CRM, and hear what the error handler says about it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
import requests

from source_zoho.components.crm_errors import CrmErrorHandler
from source_zoho.components.traced import ZohoFailure
from unit_tests.components.failures import CONFIG

URL = "https://www.zohoapis.eu/crm/v8/Leads?fields=Last_Name"


def a_crm_handler(name: str = "crm_leads", scope: str = "modules.READ", **settings: Any) -> CrmErrorHandler:
    wanted = {"config": CONFIG, "product": "CRM", "scopes": "ZohoCRM", **settings}
    return CrmErrorHandler(parameters={}, name=name, scope=scope, **wanted)


def a_crm_answer(
    body: Any = None,
    *,
    status: int = 200,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    token: str = "1000.access.1",
) -> requests.Response:
    """Return an answer with a JSON *body*, or with *content* as it came over the wire; neither is an empty answer."""
    answer = requests.Response()
    answer.status_code = status
    answer._content = (b"" if body is None else orjson.dumps(body)) if content is None else content
    answer.headers.update(headers or {})
    answer.request = requests.Request("GET", URL, {"Authorization": f"Zoho-oauthtoken {token}"}).prepare()
    return answer


def envelope(code: str, message: str = "Zoho's words", **details: Any) -> dict[str, Any]:
    """Return the words of a refusal."""
    return {"code": code, "details": details, "message": message, "status": "error"}


def refused(
    code: str, message: str = "Zoho's words", *, status: int = 400, remaining: str = "", **details: Any
) -> requests.Response:
    """Return a refusal; *remaining* are the credits that its header tells."""
    headers = {"X-API-CREDITS-REMAINING": remaining} if remaining else {}
    return a_crm_answer(envelope(code, message, **details), status=status, headers=headers)


def the_crm_failure(handler: CrmErrorHandler, answer: requests.Response) -> ZohoFailure:
    """Return what is raised about *answer*, which tells no secret."""
    with pytest.raises(ZohoFailure) as caught:
        handler.interpret_response(answer)
    for secret in ("hush", "1000.access"):
        assert secret not in str(caught.value.message)
    return caught.value
