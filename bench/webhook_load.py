"""How many webhooks does a receiver acknowledge, and how long does each wait? A sender with many connections."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

CONNECTIONS = 64
_PADDING = "x" * 420  # with it a body has the size of a small invoice, some 560 bytes


@dataclass(frozen=True)
class Load:
    """What is sent, and where to."""

    address: tuple[str, int]
    path: str
    secret: str
    connections: int = CONNECTIONS

    def request(self, number: int) -> bytes:
        """Return a signed webhook about the invoice *number*."""
        invoice = {"invoice_id": str(number), "last_modified_time": "2026-03-01T12:00:00+0000", "notes": _PADDING}
        body = json.dumps({"invoice": invoice}).encode()
        signature = hmac.digest(self.secret.encode(), body, hashlib.sha256).hex()
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: {self.address[0]}\r\nContent-Type: application/json\r\n"
            f"X-Zoho-Webhook-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


@dataclass
class Sent:
    """What came of it: the numbers that were acknowledged, how long each took, and what was answered otherwise."""

    acknowledged: list[int] = field(default_factory=list)
    seconds_each: list[float] = field(default_factory=list)
    others: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def a_second(self) -> float:
        """Return how many were acknowledged in a second."""
        return len(self.acknowledged) / self.seconds

    def percentile(self, hundredth: int) -> float:
        """Return in how many seconds that share of them was acknowledged."""
        ordered = sorted(self.seconds_each)
        return ordered[min(len(ordered) * hundredth // 100, len(ordered) - 1)]


def send(
    load: Load,
    *,
    first: int = 1,
    seconds: float | None = None,
    on_acknowledged: Callable[[int], None] = lambda _: None,
) -> Sent:
    """
    Send events numbered from *first* on for *seconds*, or until the receiver is gone, and return what came of it.

    *on_acknowledged* hears how many have been acknowledged, after each.
    """
    sent = Sent()
    began = time.perf_counter()
    until = began + seconds if seconds is not None else float("inf")
    asyncio.run(_send_side_by_side(load, count(first), until, sent, on_acknowledged))
    sent.seconds = time.perf_counter() - began
    return sent


async def _send_side_by_side(
    load: Load, numbers: Iterator[int], until: float, sent: Sent, on_acknowledged: Callable[[int], None]
) -> None:
    await asyncio.gather(
        *(_send_one_by_one(load, numbers, until, sent, on_acknowledged) for _ in range(load.connections))
    )


async def _send_one_by_one(
    load: Load, numbers: Iterator[int], until: float, sent: Sent, on_acknowledged: Callable[[int], None]
) -> None:
    """Send one event after the other over one connection, until the time is over or the connection ends."""
    try:
        reader, writer = await asyncio.open_connection(*load.address)
    except OSError:
        return
    try:
        while time.perf_counter() < until:
            number = next(numbers)
            began = time.perf_counter()
            writer.write(load.request(number))
            status = await _status(reader)
            if status == 200:
                sent.acknowledged.append(number)
                sent.seconds_each.append(time.perf_counter() - began)
                on_acknowledged(len(sent.acknowledged))
            else:
                sent.others[status] += 1
    except (OSError, asyncio.IncompleteReadError):
        return  # the receiver is gone, which is what some wait for
    finally:
        writer.close()


async def _status(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next(line for line in head.lower().splitlines() if line.startswith("content-length:"))
    await reader.readexactly(int(length.partition(":")[2]))
    return int(head.split(" ", 2)[1])
