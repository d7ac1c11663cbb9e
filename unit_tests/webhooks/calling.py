"""How does a test put a request to the receiver without a server? It speaks ASGI, as the server would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from source_zoho.webhooks.app import Receiver, create_app
from source_zoho.webhooks.deliveries import Delivery, Trust
from source_zoho.webhooks.serve import receiver_of
from unit_tests.webhooks.deliveries import NOON, trust
from unit_tests.webhooks.fakes import Clock, MemoryStore


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)

    @property
    def reason(self) -> str:
        assert self.said["status"] == "refused"
        return str(self.said["reason"])


class Caller:
    """Puts requests to a receiver with a store in memory and a clock that stands still."""

    def __init__(self, store: MemoryStore, clock: Clock, receiver: Receiver) -> None:
        self.store, self.clock, self.receiver = store, clock, receiver
        self._app = create_app(receiver)

    async def call(
        self,
        method: str,
        path: str,
        *parts: bytes,
        query: bytes = b"",
        headers: dict[str, str] | None = None,
        ends: bool | None = True,
    ) -> Answer:
        """
        Return the answer to a request with a body in *parts*.

        Without *ends*, the caller hangs up in the middle, or, with None, falls silent.
        """
        told = {"content-length": str(sum(map(len, parts))), **(headers or {})}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query,
            "headers": [(name.encode(), value.encode()) for name, value in told.items() if value],
        }
        sent: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope, _receiving(parts, ends), send)
        return _answer(sent)

    async def deliver(self, delivery: Delivery) -> Answer:
        """Return the answer to *delivery*."""
        path = f"/webhooks/{delivery.product}" + (f"/{delivery.organization_id}" if delivery.organization_id else "")
        headers = {"content-type": delivery.content_type, "x-zoho-webhook-signature": delivery.signature}
        return await self.call("POST", path, delivery.body, query=delivery.query, headers=headers)

    async def metric(self, name: str) -> float:
        """Return what /metrics says under *name*, labels included."""
        lines = (await self.call("GET", "/metrics")).body.decode().splitlines()
        found = [line.rpartition(" ")[2] for line in lines if line.rpartition(" ")[0] == f"source_zoho_webhooks_{name}"]
        return float(found[0]) if found else 0.0


@asynccontextmanager
async def a_receiver(*, trusting: Trust | None = None, **settings: Any) -> AsyncIterator[Caller]:
    """Start a receiver, let it be called, and stop it."""
    store, clock = MemoryStore(), Clock(NOON)
    receiver = receiver_of(store, trusting or trust(), clock=clock, **settings)
    receiver.writer.start()
    await receiver.heartbeat.start()
    yield Caller(store, clock, receiver)
    await receiver.writer.stop()
    await receiver.heartbeat.stop()
    receiver.writer.close()


def _receiving(parts: Sequence[bytes], ends: bool | None) -> Any:
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    end = {"type": "http.request", "body": b"", "more_body": False} if ends else {"type": "http.disconnect"}
    left = iter([*messages, end] if ends is not None else messages)

    async def receive() -> dict[str, Any]:
        message = next(left, None)
        if message is None:  # a server says nothing more until the connection ends
            await asyncio.Event().wait()
        return dict(message or {})

    return receive


def _answer(sent: list[dict[str, Any]]) -> Answer:
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))
