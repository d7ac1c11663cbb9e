"""How does a test make an answer that failed, and hear what the error handler says about it?"""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.errors import ZohoErrorHandler

CONFIG = {
    "data_center": "eu",
    "client_id": "1000.A",
    "client_secret": "hush-client",
    "refresh_token": "hush-grant",
}


def a_handler(
    name: str = "books_bills",
    scope: str = "bills.READ",
    product: str = "Books",
    scopes: str = "ZohoBooks",
    nothing_there: list[int] | None = None,
) -> ZohoErrorHandler:
    return ZohoErrorHandler(
        config=CONFIG,
        parameters={},
        name=name,
        scope=scope,
        product=product,
        scopes=scopes,
        nothing_there=nothing_there or [],
    )


def an_answer(
    status: int = 200,
    code: Any = None,
    message: str = "Zoho's words",
    body: bytes | None = None,
    token: str = "1000.access.1",
    organization_id: str = "17",
    **headers: str,
) -> requests.Response:
    answer = requests.Response()
    answer.status_code = status
    said = {} if code is None else {"code": code, "message": message}
    answer._content = json.dumps(said).encode() if body is None else body
    answer.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    query = {"organization_id": organization_id} if organization_id else {}
    answer.request = requests.Request(
        "GET", "https://www.zohoapis.eu/books/v3/bills", {"Authorization": f"Zoho-oauthtoken {token}"}, params=query
    ).prepare()
    return answer


def the_failure(handler: ZohoErrorHandler, answer: requests.Response) -> tuple[FailureType, str]:
    with pytest.raises(AirbyteTracedException) as caught:
        handler.interpret_response(answer)
    sentence = str(caught.value.message)
    for secret in ("hush", "1000.access"):
        assert secret not in sentence
    return caught.value.failure_type, sentence
