"""How does a test run the real receiver? As a user does: the command, in a process of its own."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TextIO, cast
from urllib.parse import urlsplit

from integration_tests.builders import COMMAND, environment

SECRET = "abcdefghijkl1234"
TOKEN = "token-of-the-channel"
ORGANIZATION = "10234695"
BOOKS = f"/webhooks/books/{ORGANIZATION}"
SERVE = (*COMMAND, "webhooks", "serve", "--port", "0")
PATIENCE_SECONDS = 60  # only so that a hanging receiver fails its test


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


class Logged(threading.Thread):
    """Reads what a receiver logs, so that it never has to wait for somebody who does."""

    def __init__(self, source: TextIO) -> None:
        super().__init__(daemon=True)
        self._source = source
        self.lines: list[str] = []

    def run(self) -> None:
        self.lines.extend(self._source)


@dataclass
class Served:
    """A receiver that runs."""

    process: subprocess.Popen[str]
    url: str
    logged: Logged

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 0)

    def put(self, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Return the answer to a POST with exactly these headers, ``_`` standing for ``-``."""
        return self.ask("POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()})

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())
        finally:
            connection.close()

    def deliver(self, payload: Any, path: str = BOOKS) -> Answer:
        """Return the answer to a webhook of Books, rightly signed."""
        body = json.dumps(payload).encode()
        return self.put(path, body, content_type="application/json", x_zoho_webhook_signature=signed(body))

    def metric(self, name: str) -> float:
        lines = self.ask("GET", "/metrics").body.decode().splitlines()
        found = [line.rpartition(" ")[2] for line in lines if line.rpartition(" ")[0] == f"source_zoho_webhooks_{name}"]
        return float(found[0]) if found else 0.0

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, list[dict[str, Any]]]:
        """Send a signal and return the exit code and what was logged meanwhile."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE_SECONDS)
        self.logged.join(PATIENCE_SECONDS)
        return code, [json.loads(line) for line in self.logged.lines]


@contextmanager
def served(store_url: str, *options: str, command: Sequence[str] = SERVE) -> Iterator[Served]:
    """Serve with events kept at *store_url*, until the block ends."""
    environ = {
        **environment(),
        "SOURCE_ZOHO_WEBHOOK_SECRET": f"theonebefore1,{SECRET}",
        "SOURCE_ZOHO_CRM_TOKEN": TOKEN,
        "SOURCE_ZOHO_WEBHOOK_STORE_URL": store_url,
    }
    told = [*command, *options]
    with subprocess.Popen(told, env=environ, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            yield _started(process)
        finally:
            process.kill()


def signed(message: bytes) -> str:
    """Return the signature of *message*."""
    return hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()


def an_invoice(number: int) -> dict[str, Any]:
    """Return a webhook about an invoice."""
    return {"invoice": {"invoice_id": str(number), "last_modified_time": "2026-03-01T12:00:00+0000"}}


def _started(process: subprocess.Popen[str]) -> Served:
    assert process.stderr
    said = []
    for line in process.stderr:
        said.append(line)
        if '"event": "listening"' in line:
            logged = Logged(cast(TextIO, process.stderr))
            logged.start()
            return Served(process, json.loads(line)["url"], logged)
    raise AssertionError(f"the receiver did not start: {''.join(said)}")
