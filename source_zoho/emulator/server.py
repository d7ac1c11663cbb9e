"""How do calls reach the emulated Zoho over HTTP?"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from .controls import CONTROL_PATH, control
from .wire import Answer, Request

if TYPE_CHECKING:
    from .emulator import Emulator

LOOPBACK = "127.0.0.1"
IDLE_SECONDS = 30


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, port: int, emulator: Emulator) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.emulator = emulator
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about callers that hang up; that is theirs to report."""

    def close_all(self) -> None:
        with self._open_lock:
            still_open = list(self._open)
        for connection in still_open:
            _hang_up(connection)


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    server_version = "ZohoEmulator"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    wbufsize = -1

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        request = Request.to(self.path, self.command, dict(self.headers), body)
        if request.path.startswith(CONTROL_PATH):
            self._send(control(self.server.emulator, request, self.client_address[0]))
        else:
            self._send(self.server.emulator.answer(request))

    def _send(self, answer: Answer) -> None:
        if answer.wire == "reset":
            _reset(self.connection)
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.stream is not None:
            self._send_stream(answer.stream, whole=answer.wire == "whole")
            return
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if answer.wire == "truncated":
            self.wfile.write(answer.body[: len(answer.body) // 2])
            self.close_connection = True
            return
        self.wfile.write(answer.body)

    def _send_stream(self, pieces: Iterable[bytes], *, whole: bool) -> None:
        """Send a body of unknown length in chunks; one that is not whole ends without the chunk that says so."""
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in pieces:
            sent = piece if whole else piece[: len(piece) // 2]
            if sent:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(sent), sent))
            if not whole:
                self.close_connection = True
                return
        self.wfile.write(b"0\r\n\r\n")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815 - http.server's names

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Write the emulator's time into the Date header, so that a client can tell what Zoho's clock says."""
        return super().date_time_string(
            self.server.emulator.clock.now().timestamp() if timestamp is None else timestamp
        )

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's signature
        """Keep quiet: the emulator's own log is `calls.log`."""


class Server:
    """An HTTP server on loopback, in threads of its own."""

    def __init__(self, emulator: Emulator, port: int) -> None:
        """Take the port; 0 means any that is free."""
        self._listener = _Listener(port, emulator)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Return the origin."""
        return f"http://{LOOPBACK}:{self._listener.server_address[1]}"  # ignore-https-check

    def start(self) -> None:
        """Begin to serve."""
        serve = self._listener.serve_forever
        self._thread = threading.Thread(target=serve, kwargs={"poll_interval": 0.02}, daemon=True, name="zoho-emulator")
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and hang up on everyone."""
        self._listener.shutdown()
        self._listener.server_close()
        self._listener.close_all()
        if self._thread:
            self._thread.join()


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The caller was quicker: there is nothing left to close.
        return


def _reset(connection: socket.socket) -> None:
    """Close so that the caller meets a reset, not an end: no lingering, the unsent is thrown away."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
