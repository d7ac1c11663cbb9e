"""Who listens in unit tests? Nobody: what would be sent is written down, and answered as a test likes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from source_zoho.emulator.webhooks import outbox
from source_zoho.emulator.webhooks.sender import Outcome


@dataclass
class Listener:
    """A receiver without a socket; the first answers are those in `answers`, all others 200."""

    answers: list[Outcome] = field(default_factory=list)
    received: list[tuple[str, str, Mapping[str, str], bytes]] = field(default_factory=list)

    def take(self, method: str, url: str, headers: Mapping[str, str], body: bytes, _timeout: float) -> Outcome:
        self.received.append((method, url, headers, body))
        return self.answers.pop(0) if self.answers else Outcome(200)


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    found = Listener()
    monkeypatch.setattr(outbox, "send", found.take)
    return found
