"""
Which request gets which answer?

Every answer is JSON: ``{"status": "kept"}`` for a new event, ``{"status": "known"}`` for one that was kept before, and
``{"status": "refused", "reason": ...}`` for what is not kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from source_zoho.webhooks.deliveries import Delivery, Trust, event_of
from source_zoho.webhooks.heartbeat import Heartbeat
from source_zoho.webhooks.log_lines import reason_of, warn
from source_zoho.webhooks.metrics import CONTENT_TYPE, Metrics
from source_zoho.webhooks.paths import PATHS, TEST_ENTITY
from source_zoho.webhooks.reading import MOST_BYTES, SECONDS, read_body
from source_zoho.webhooks.refusals import Reason, Refused
from source_zoho.webhooks.signature import HEADER
from source_zoho.webhooks.store import EventStore
from source_zoho.webhooks.writer import Writer

RETRY_AFTER_SECONDS = 10
# Deliveries under way: each may hold a body, and wait for its commit.
MOST_AT_ONCE = 1000
_PING_SECONDS = 5.0
# By these surely nothing was lost: they went to no product, or to one that the receiver does not take.
_NOBODYS = frozenset({Reason.UNKNOWN, Reason.METHOD, Reason.NO_SECRET})


@dataclass
class Receiver:
    """What takes deliveries: whom it trusts, who writes, and how large a body may be."""

    store: EventStore
    trust: Trust
    writer: Writer
    heartbeat: Heartbeat
    metrics: Metrics
    clock: Callable[[], datetime]
    most_bytes: int = MOST_BYTES
    body_seconds: float = SECONDS
    most_at_once: int = MOST_AT_ONCE
    at_once: int = 0

    async def books(self, request: Request) -> Response:
        """Take a webhook of Books."""
        return await self._answer("books", request)

    async def billing(self, request: Request) -> Response:
        """Take a webhook of Billing."""
        return await self._answer("billing", request)

    async def crm(self, request: Request) -> Response:
        """Take a notification of CRM."""
        return await self._answer("crm", request)

    async def alive(self, _request: Request) -> Response:
        """Tell that the process answers."""
        return JSONResponse({"status": "alive"})

    async def ready(self, _request: Request) -> Response:
        """Tell whether an event would be kept now."""
        try:
            async with asyncio.timeout(_PING_SECONDS):
                await self.writer.ping()
        except Exception as error:  # noqa: BLE001 - whatever it is: not ready
            warn("not ready", reason=reason_of(error))
            return self._refusal(Refused(Reason.STORE, "The event store takes nothing at the moment."))
        return JSONResponse({"status": "ready"})

    async def measured(self, _request: Request) -> Response:
        """Tell the metrics."""
        return Response(self.metrics.text(), media_type=CONTENT_TYPE)

    async def not_routed(self, request: Request, error: Exception) -> Response:
        """Answer what no route takes, with those that there are."""
        headers = dict(getattr(error, "headers", None) or {})
        if getattr(error, "status_code", 404) == 405:
            methods = headers.get("Allow", "POST")
            refused = Refused(Reason.METHOD, f"{request.method} is not taken here; expected one of: {methods}.")
        else:
            refused = Refused(Reason.UNKNOWN, f"There is nothing here; expected one of: {', '.join(PATHS.values())}.")
        return self._refuse("", refused, headers=headers)

    async def _answer(self, product: str, request: Request) -> Response:
        self.metrics.received.labels(product).inc()
        try:
            return JSONResponse({"status": "kept" if await self._keep(product, request) else "known"})
        except Refused as refused:
            wanted = TEST_ENTITY.encode("ascii") in request.scope["query_string"]
            return self._refuse(product, refused, doubtful=not wanted)
        except Exception as error:  # noqa: BLE001 - the server would log what the error says, with values in it
            warn("unexpected", product=product, error=type(error).__name__)
            ours = Refused(Reason.OURS, "The receiver met something it does not know; its log names it. Send it again.")
            return self._refuse(product, ours)

    async def _keep(self, product: str, request: Request) -> bool:
        if self.at_once >= self.most_at_once:
            raise Refused(Reason.FULL, "Too many deliveries come in at once; send it again.")
        self.at_once += 1
        try:
            return await self._read_and_keep(product, request)
        finally:
            self.at_once -= 1

    async def _read_and_keep(self, product: str, request: Request) -> bool:
        body = await read_body(request, self.most_bytes, self.body_seconds)
        delivery = Delivery(
            product=product,
            organization_id=request.path_params.get("organization_id", ""),
            query=request.scope["query_string"],
            content_type=request.headers.get("content-type", ""),
            body=body,
            signature=request.headers.get(HEADER, ""),
            received_at=self.clock(),
        )
        return await self.writer.keep(event_of(delivery, self.trust), len(body))

    def _refuse(
        self, product: str, refused: Refused, *, doubtful: bool = True, headers: dict[str, str] | None = None
    ) -> Response:
        if doubtful and refused.reason not in _NOBODYS:
            self.heartbeat.doubt()
        self.metrics.refuse(product, refused.reason)
        warn("refused", product=product, reason=refused.reason.word, status=refused.reason.status)
        return self._refusal(refused, headers)

    @staticmethod
    def _refusal(refused: Refused, headers: dict[str, str] | None = None) -> Response:
        status = refused.reason.status
        told = {**(headers or {}), "Retry-After": str(RETRY_AFTER_SECONDS)} if status == 503 else headers
        return JSONResponse({"status": "refused", "reason": str(refused)}, status, told)


def create_app(receiver: Receiver) -> Starlette:
    """Return the application: a table of routes."""
    webhook = ["POST", "PUT", "DELETE"]
    app = Starlette(
        routes=[
            Route(PATHS["books"], receiver.books, methods=webhook),
            Route(PATHS["billing"], receiver.billing, methods=webhook),
            Route(PATHS["crm"], receiver.crm, methods=["POST"]),
            Route("/healthz", receiver.alive),
            Route("/readyz", receiver.ready),
            Route("/metrics", receiver.measured),
        ],
        exception_handlers={HTTPException: receiver.not_routed},
        lifespan=_living(receiver),
    )
    app.router.redirect_slashes = False  # a sender of webhooks follows no redirects
    return app


def _living(receiver: Receiver) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def living(_app: Starlette) -> AsyncIterator[None]:
        receiver.writer.start()
        await receiver.heartbeat.start()
        yield
        # By now the server has answered whoever was connected. What was taken is committed, then the last beat says so.
        await receiver.writer.stop()
        await receiver.heartbeat.stop()
        receiver.writer.close()

    return living
