"""How does a test stand in for Zoho's accounts servers without a network?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

Answers = Mapping[str, Any]


class AccountsServers:
    """Answers posts by the address they go to, in turn, and remembers what each was sent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
        self.heard: list[tuple[str, dict[str, str]]] = []
        self._answers: dict[str, list[Any]] = {}
        for module in modules:
            monkeypatch.setattr(f"{module}.posted", self._post)

    def will_answer(self, host: str, *bodies: Any) -> None:
        """Let the server at *host* answer with *bodies*, the last of them for ever."""
        self._answers.setdefault(host, []).extend(bodies)

    @property
    def hosts(self) -> list[str]:
        """Return the hosts that were asked, in turn."""
        return [url.split("/")[2] for url, _ in self.heard]

    def _post(self, url: str, form: Mapping[str, str]) -> Any:
        self.heard.append((url, dict(form)))
        answers = self._answers.get(url.split("/")[2], [{"error": "invalid_client"}])
        return answers.pop(0) if len(answers) > 1 else answers[0]
