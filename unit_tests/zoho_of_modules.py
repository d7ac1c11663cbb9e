"""How does a test give the whole source an organization of CRM to look at, without a socket?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import requests_mock
from requests_mock.request import _RequestObjectProxy as Asked

from source_zoho import credits as quotas
from source_zoho.components import crm_metadata, crm_organization
from source_zoho.oauth import tokens
from unit_tests.components.crm_answers import envelope
from unit_tests.crm.metadata import field_row, module_row

CONFIG = {"data_center": "us", "client_id": "id", "client_secret": "secret", "refresh_token": "refresh"}
HOST = "https://www.zohoapis.com"


class Organization:
    """Answers for *modules*, each with records of a few fields; *refuses* are modules whose fields are not told."""

    def __init__(self, *modules: str, refuses: Sequence[str] = (), lists_modules: bool = True) -> None:
        self.modules = modules
        self.refuses = refuses
        self.lists_modules = lists_modules
        self.asked: list[str] = []

    @property
    def asked_crm(self) -> list[str]:
        """Return the paths below CRM that were asked for."""
        return [path.removeprefix("/crm/v8/") for path in self.asked if path.startswith("/crm/")]

    def answer(self, request: Asked, context: Any) -> Mapping[str, Any]:
        """Answer a call of CRM."""
        self.asked.append(request.path)
        path = request.path.removeprefix("/crm/v8/")
        if path == "org":
            return {"org": [{"zgid": "17", "company_name": "Zylker"}]}
        if path == "settings/modules":
            return self._modules(context)
        if path == "settings/fields":
            return self._fields(request.qs["module"][0].title(), context)
        if path == "__composite_requests":
            context.status_code = 403
            return envelope("OAUTH_SCOPE_MISMATCH")
        return {"data": [{"id": "1", "Modified_Time": "2025-01-01T00:00:00Z"}], "info": {"more_records": False}}

    def _modules(self, context: Any) -> Mapping[str, Any]:
        if self.lists_modules:
            return {"modules": [module_row(name) for name in self.modules]}
        context.status_code = 401
        return envelope("OAUTH_SCOPE_MISMATCH")

    def _fields(self, module: str, context: Any) -> Mapping[str, Any]:
        if module in self.refuses:
            context.status_code = 403
            return envelope("NO_PERMISSION", "permission denied")
        return {"fields": [field_row("Last_Name"), field_row("Modified_Time", "datetime")]}


@contextmanager
def answering(organization: Organization) -> Iterator[Organization]:
    """Let *organization* answer every call, and forget afterwards what a process remembers of it."""
    with requests_mock.Mocker() as zoho:
        zoho.post(
            "https://accounts.zoho.com/oauth/v2/token",
            json={"access_token": "1000.access", "expires_in": 3600, "api_domain": HOST},
        )
        zoho.register_uri(requests_mock.ANY, re.compile(f"{HOST}/crm/"), json=organization.answer)
        yield organization
    crm_metadata.forget()
    crm_organization.forget()
    tokens._stores.clear()
    quotas._quotas.clear()
