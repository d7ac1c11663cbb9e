"""In which order does Zoho CRM look at a call?

Places among the calls in flight first, then planned edits and troubles, then the token, the path, the credits and the
scope; the answer itself comes last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from source_zoho.emulator.calls import Call
from source_zoho.emulator.wire import JSON, Answer

from .codes import CODES
from .limits import CrmLimits
from .refusals import CrmRefusedError, refused
from .routes import ROOT, find_route, is_meant, weight
from .service import CrmService

if TYPE_CHECKING:
    from source_zoho.emulator.faults import Fault
    from source_zoho.emulator.front import Front
    from source_zoho.emulator.wire import Request

    from .records import Given

SCHEMES = ("Zoho-oauthtoken ", "Bearer ")


class CrmDoor:
    """The CRM's part of the one door: who may come in, what it costs and what goes wrong."""

    def __init__(self, front: Front, service: CrmService, limits: CrmLimits) -> None:
        """Stand beside *front*, whose lock, faults and log are the same for all products."""
        self._front, self.service, self.limits = front, service, limits
        self.errors_in_data = False
        self.inner_by_path: Counter[str] = Counter()
        service.trouble = self._inner_trouble

    def answer(self, request: Request) -> Answer:
        """Answer one call."""
        units, is_heavy = weight(request.path, request.query)
        try:
            self.limits.enter(units, is_heavy=is_heavy)
        except CrmRefusedError as refusal:
            with self._front.lock:
                return self._recorded(request, self._refused(refusal))
        try:
            with self._front.lock:
                return self._recorded(request, self._answer(request))
        finally:
            self.limits.leave(units, is_heavy=is_heavy)

    def _answer(self, request: Request) -> Answer:
        fault = self._front.trouble(lambda path: is_meant(path, request.path), "")
        if fault and (instead := fault.answer()):
            return self._in_shape(instead)
        try:
            answer = self._served(request)
        except CrmRefusedError as refusal:
            return self._refused(refusal)
        return _spoiled(fault, answer)

    def _served(self, request: Request) -> Answer:
        granted = self._granted(request)
        route = find_route(request.path, request.query, self.service.world)
        self.limits.spend(self.service.price(route, request), request.path)
        if route.kind == "bulk_download":
            pieces = self.service.file(route, request, granted, self._front.lock)
            return sent_as_file(f"{route.record_id}.zip", pieces, self.limits.headers())
        return written(*self.service.answer(route, request, granted), self.limits.headers())

    def _granted(self, request: Request) -> frozenset[str] | None:
        """Return the scopes of the caller's token, None when it covers everything; refuse any but a living token."""
        given = request.headers.get("authorization", "")
        scheme = next((one for one in SCHEMES if given.startswith(one)), None)
        if scheme is None:
            raise refused("AUTHENTICATION_FAILURE")
        grant = self._front.accounts.grant_of(given.removeprefix(scheme).strip())
        if grant is None:
            raise refused("INVALID_TOKEN")
        return grant.scopes

    def _inner_trouble(self, path: str) -> Given | None:
        """Return what a planned refusal makes of a call inside a composite one."""
        self.inner_by_path[path] += 1
        fault = self._front.faults.due(
            for_tokens=False,
            fits=lambda meant: meant is not None and meant != f"{ROOT}/__composite_requests" and is_meant(meant, path),
            organization_id="",
        )
        answer = fault.answer() if fault and fault.kind in CODES else None
        return (answer.status, orjson.loads(answer.body)) if answer else None

    def _refused(self, refusal: CrmRefusedError) -> Answer:
        return self._in_shape(written(refusal.status, refusal.body, self.limits.headers()))

    def _in_shape(self, answer: Answer) -> Answer:
        """Put a refusal into an array, as Zoho does for some calls."""
        if not self.errors_in_data or not isinstance(answer.code, str):
            return answer
        return replace(answer, body=orjson.dumps({"data": [orjson.loads(answer.body)]}))

    def _recorded(self, request: Request, answer: Answer) -> Answer:
        self._front.calls.record(Call(request.method, request.path, request.query, answer.status, answer.code))
        return answer


def written(status: int, body: dict[str, Any] | None, headers: dict[str, str]) -> Answer:
    """Write an answer; those without a body have no type of content either."""
    if body is None:
        return Answer(status, b"", headers)
    code = body.get("code")
    return Answer(status, orjson.dumps(body), {"Content-Type": JSON, **headers}, code=code)


def sent_as_file(name: str, pieces: Iterable[bytes], headers: dict[str, str]) -> Answer:
    """Send a zip file that is made while it is sent, so that its length is not told."""
    told = {"Content-Type": "application/zip", "Content-Disposition": f"attachment; filename={name}"}
    return Answer(200, b"", {**told, **headers}, stream=pieces)


def _spoiled(fault: Fault | None, answer: Answer) -> Answer:
    if fault is None:
        return answer
    if fault.kind == "no_list_key" and answer.body:
        kept = {name: value for name, value in orjson.loads(answer.body).items() if not isinstance(value, list)}
        return replace(answer, body=orjson.dumps(kept))
    return replace(answer, wire="truncated") if fault.kind == "truncated" else answer
