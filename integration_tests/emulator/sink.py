"""Who takes deliveries in tests? A server that writes them down and answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

PATIENCE_IN_SECONDS = 20


@dataclass(frozen=True)
class Letter:
    """One delivery as it came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class _Handler(BaseHTTPRequestHandler):
    def _take(self) -> None:
        sink: Sink = self.server.sink  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        letter = Letter(self.command, self.path, dict(self.headers), body)
        status = sink.answer(letter)
        if status is None:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT = do_DELETE = _take  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's signature
        """Keep quiet."""


class Sink:
    """A receiver on loopback; `answer` may be replaced, and returns None to hang up without a word."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.answer: Callable[[Letter], int | None] = self.take
        self._came = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.sink = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def take(self, letter: Letter) -> int | None:
        with self._came:
            self.letters.append(letter)
            self._came.notify_all()
        return 200

    def wait_for(self, count: int) -> list[Letter]:
        """Return the letters as soon as there are so many; without them the test ends with what came."""
        with self._came:
            self._came.wait_for(lambda: len(self.letters) >= count, PATIENCE_IN_SECONDS)
        return self.letters

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
