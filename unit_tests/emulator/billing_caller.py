"""How does a test of the emulated Billing call it without a socket?"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from source_zoho.emulator.resources import Resource
from source_zoho.emulator.wire import Answer, Request
from unit_tests.emulator.builders import Caller, body_of

HEADER = "X-com-zoho-subscriptions-organizationid"


class BillingCaller:
    """A client that names its organization by Billing's header."""

    def __init__(self, caller: Caller) -> None:
        self.zoho, self._caller = caller.zoho, caller
        self.organization_id = caller.organization_id

    def get(self, path: str, *, headers: dict[str, str] | None = None, method: str = "GET", **query: Any) -> Answer:
        token = self._caller.token or self._caller.new_token()
        named = {HEADER: self.organization_id} if headers is None else headers
        texts = {name: str(value) for name, value in query.items()}
        sent = {"authorization": f"Zoho-oauthtoken {token}", **named}
        return self.zoho.answer(Request(method, f"/billing/v1{path}", texts, sent))

    def json(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.get(path, **query)
        assert answer.status == 200, answer.body
        return body_of(answer)

    def everything(self, path: str, key: str, **query: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        more, page = True, 0
        while more:
            page += 1
            body = self.json(path, page=page, **query)
            rows += body[key]
            more = body.get("page_context", {}).get("has_more_page", False)
        return rows

    def rows(self, resource: str, parent_id: str | None = None) -> list[dict[str, Any]]:
        return self.zoho.rows(resource, self.organization_id, parent_id)

    def first(self, resource: str) -> dict[str, Any]:
        return self.rows(resource)[0]

    def parent_ids(self, resource: Resource) -> list[str]:
        assert resource.parent
        return [str(row[resource.parent.field]) for row in self.rows(resource.parent.resource)]


def encoded(value: object) -> str:
    """Write a code or an id as one step of a path."""
    return quote(str(value), safe="")


def path_of(resource: Resource, parent_id: str) -> str:
    """Fill the parent's id into a list's path."""
    assert resource.parent
    return resource.path.replace(f"{{{resource.parent.field}}}", encoded(parent_id))
