"""How does a test talk to the emulator over HTTP?"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import requests

from source_zoho.emulator import Emulator

TIMEOUT_SECONDS = 20


class Client:
    """A plain client of the accounts server, of Books and of the control path."""

    def __init__(self, zoho: Emulator) -> None:
        self.url, self.config, self.organization_id = zoho.url, zoho.config(), zoho.organization_ids[0]
        self.session = requests.Session()
        self.session.trust_env = False
        self.renew()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()

    def ask_token(self) -> requests.Response:
        names = ("client_id", "client_secret", "refresh_token")
        form = {"grant_type": "refresh_token", **{name: self.config[name] for name in names}}
        return self.session.post(f"{self.url}/oauth/v2/token", data=form, timeout=TIMEOUT_SECONDS)

    def renew(self) -> None:
        token = self.ask_token().json()["access_token"]
        self.session.headers["Authorization"] = f"Zoho-oauthtoken {token}"

    def get(self, path: str, **query: object) -> requests.Response:
        asked: dict[str, Any] = {"organization_id": self.organization_id, **query}
        return self.session.get(f"{self.url}/books/v3{path}", params=asked, timeout=TIMEOUT_SECONDS)

    def control(self, name: str, body: dict[str, object] | None = None, **query: str) -> requests.Response:
        address = f"{self.url}/_emulator/{name}"
        if body is None:
            return self.session.get(address, params=query, timeout=TIMEOUT_SECONDS)
        return self.session.post(address, json=body, timeout=TIMEOUT_SECONDS)
