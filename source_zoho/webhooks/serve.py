"""How does the receiver run, from the first connection to the last answer?"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType

import uvicorn

from source_zoho.webhooks.app import Receiver, create_app
from source_zoho.webhooks.deliveries import Trust
from source_zoho.webhooks.heartbeat import Heartbeat
from source_zoho.webhooks.metrics import Metrics
from source_zoho.webhooks.reading import MOST_BYTES
from source_zoho.webhooks.store import EventStore
from source_zoho.webhooks.writer import MOST_IN_A_BATCH, Writer

_BACKLOG = 2048
# Longer than the slowest body may take: who has begun to send is heard to the end.
_LAST_ANSWERS_SECONDS = 40


def listening_at(host: str, port: int) -> socket.socket:
    """Return a socket that listens at *host* and *port*, 0 for a free one. Raises OSError when there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


def receiver_of(
    store: EventStore,
    trust: Trust,
    *,
    most_bytes: int = MOST_BYTES,
    most_in_a_batch: int = MOST_IN_A_BATCH,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Receiver:
    """Return a receiver that keeps in *store* what *trust* believes."""
    metrics = Metrics()
    writer = Writer(store, metrics, most_in_a_batch=most_in_a_batch)
    return Receiver(store, trust, writer, Heartbeat(store, writer, metrics, clock), metrics, clock, most_bytes)


def serve(receiver: Receiver, listening: socket.socket) -> None:
    """
    Serve until SIGTERM or Ctrl-C.

    Then nothing new is taken, what was taken is committed and answered, and the store learns that the receiver stopped.
    """
    config = uvicorn.Config(
        create_app(receiver),
        http="h11",  # whichever parsers a machine has: one behaviour
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
    )
    with _the_usual_end():
        uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def _the_usual_end() -> Iterator[None]:
    """Let the server, which raises the signals that ended it once more, end well all the same."""

    def heard(_number: int, _frame: FrameType | None) -> None:
        """Do nothing: it has stopped."""

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, heard) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
