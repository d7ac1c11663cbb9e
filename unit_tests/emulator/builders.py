"""How does a test of the emulator call it without a socket?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import orjson

from source_zoho.emulator import Emulator
from source_zoho.emulator.wire import Answer, Request
from source_zoho.emulator.zones import parse_stamp


class Caller:
    """A client of an emulator that does not serve: requests go in as values."""

    def __init__(self, zoho: Emulator) -> None:
        self.zoho = zoho
        self.token = ""
        self.organization_id = zoho.organization_ids[0]

    def ask_token(self, **changes: str | None) -> Answer:
        accounts = self.zoho.accounts
        form = {
            "grant_type": "refresh_token",
            "client_id": accounts.client_id,
            "client_secret": accounts.client_secret,
            "refresh_token": accounts.refresh_token,
            **changes,
        }
        body = urlencode({name: value for name, value in form.items() if value is not None}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self.zoho.answer(Request("POST", "/oauth/v2/token", {}, headers, body))

    def new_token(self) -> str:
        self.token = str(orjson.loads(self.ask_token().body)["access_token"])
        return self.token

    def get(self, path: str, *, token: str | None = None, method: str = "GET", **query: Any) -> Answer:
        if not self.token:
            self.new_token()
        written = {"organization_id": self.organization_id, **query}
        texts = {name: str(value) for name, value in written.items() if value is not None}
        authorization = {"authorization": f"Zoho-oauthtoken {token or self.token}"}
        return self.zoho.answer(Request(method, f"/books/v3{path}", texts, authorization))

    def json(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.get(path, **query)
        assert answer.status == 200, answer.body
        return body_of(answer)

    def pages(self, path: str, key: str, **query: Any) -> Iterator[list[dict[str, Any]]]:
        page = 0
        more = True
        while more:
            page += 1
            body = self.json(path, page=page, **query)
            more = body["page_context"]["has_more_page"]
            yield body[key]

    def everything(self, path: str, key: str, **query: Any) -> list[dict[str, Any]]:
        return [row for page in self.pages(path, key, **query) for row in page]


def body_of(answer: Answer) -> dict[str, Any]:
    parsed: dict[str, Any] = orjson.loads(answer.body)
    return parsed


def refusal(answer: Answer) -> tuple[int, int]:
    return answer.status, body_of(answer)["code"]


def times(rows: list[dict[str, Any]], field: str = "last_modified_time") -> list[int]:
    """Read the stamps of rows as instants; each has to be one."""
    found = [parse_stamp(row[field]) for row in rows]
    assert None not in found
    return [time for time in found if time is not None]
