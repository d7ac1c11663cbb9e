"""How does a test call the emulated CRM without a socket?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from source_zoho.emulator import Emulator
from source_zoho.emulator.wire import Answer, Request
from unit_tests.emulator.builders import Caller, body_of

Row = dict[str, Any]


class CrmCaller:
    """A client of an emulator that does not serve."""

    def __init__(self, zoho: Emulator) -> None:
        self.zoho = zoho
        self.token = Caller(zoho).new_token()

    def get(self, path: str, since: str | None = None, method: str = "GET", **query: Any) -> Answer:
        headers = {"authorization": f"Zoho-oauthtoken {self.token}"}
        if since is not None:
            headers["if-modified-since"] = since
        texts = {name: str(value) for name, value in query.items() if value is not None}
        return self.zoho.answer(Request(method, f"/crm/v8{path}", texts, headers))

    def json(self, path: str, since: str | None = None, **query: Any) -> Row:
        answer = self.get(path, since, **query)
        assert answer.status == 200, (answer.status, answer.body)
        return body_of(answer)

    def rows(self, path: str, since: str | None = None, **query: Any) -> list[Row]:
        rows: list[Row] = self.json(path, since, **query)["data"]
        return rows

    def chain(self, path: str, since: str | None = None, **query: Any) -> Iterator[list[Row]]:
        """Follow page tokens to the end."""
        token: str | None = None
        while True:
            body = self.json(path, since, page_token=token, **query)
            yield body["data"]
            token = body["info"]["next_page_token"]
            if token is None:
                return

    def everything(self, path: str, since: str | None = None, **query: Any) -> list[Row]:
        return [row for page in self.chain(path, since, **query) for row in page]

    def composite(self, *calls: tuple[str, Row], **changes: Any) -> Answer:
        """Send several calls in one: each a path below the root and its parameters."""
        inner = [{"method": "GET", "uri": f"/crm/v8{path}", "params": query} for path, query in calls]
        return self.post("/__composite_requests", {"__composite_requests": inner, **changes})

    def post(self, path: str, body: object) -> Answer:
        return self.send("POST", path, body)

    def send(self, method: str, path: str, body: object, **query: str) -> Answer:
        headers = {"authorization": f"Zoho-oauthtoken {self.token}"}
        return self.zoho.answer(Request(method, f"/crm/v8{path}", query, headers, orjson.dumps(body)))


def refusal(answer: Answer) -> tuple[int, str, Row]:
    """Return status, code and details of a refusal, which has Zoho's envelope."""
    body = body_of(answer)
    assert set(body) == {"code", "details", "message", "status"}
    assert body["status"] == "error"
    return answer.status, body["code"], body["details"]


def ids(rows: list[Row]) -> list[str]:
    return [row["id"] for row in rows]
