"""How does a test stand in for Zoho's accounts servers without a network, and without waiting?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """An answer with a status: *body* as JSON, or as it is when it is bytes."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, url: str) -> requests.Response:
        """Return it as it arrives."""
        answer = requests.Response()
        answer.status_code, answer.url = self.status, url
        answer.headers.update(self.headers)
        answer._content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        return answer


class AccountsServers:
    """
    Answers calls by the host that they go to, in turn, and remembers what each was sent; nobody waits.

    An answer is a body (status 200), a ``Said``, or an exception to be raised. A host with no answers knows no client.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.heard: list[tuple[str, dict[str, str]]] = []
        self.waits: list[float] = []
        self._answers: dict[str, list[Any]] = {}
        monkeypatch.setattr(requests, "post", self._post)
        monkeypatch.setattr(requests, "get", self._get)
        monkeypatch.setattr("time.sleep", self.waits.append)

    def will_answer(self, host: str, *answers: Any) -> None:
        """Let the server at *host* answer with *answers*, the last of them for ever."""
        self._answers.setdefault(host, []).extend(answers)

    @property
    def hosts(self) -> list[str]:
        """Return the hosts that were asked, in turn."""
        return [url.split("/")[2] for url, _ in self.heard]

    def _get(self, url: str, **options: Any) -> requests.Response:
        return self._post(url, {}, **options)

    def _post(self, url: str, data: Mapping[str, str], **options: Any) -> requests.Response:
        assert options["timeout"], "an accounts server that never answers must not hold anybody for ever"
        assert options["allow_redirects"] is False, "a redirect would carry the secrets to another host"
        self.heard.append((url, dict(data)))
        answers = self._answers.get(url.split("/")[2], [{"error": "invalid_client"}])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return (answer if isinstance(answer, Said) else Said(200, answer)).response(url)
