"""In which order does Zoho look at a call?

Planned edits first, then whatever goes wrong on the way, then who is calling, for which organization, how often; the
list itself comes last.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from .accounts import CONSENT_PATH, TOKEN_PATH, Accounts
from .books import Books
from .calls import Call, Calls
from .clock import Clock
from .faults import Fault, Faults
from .quotas import Quotas
from .refusals import RefusedError
from .routes import Route, find_route, is_meant
from .wire import Answer, Request
from .world import World


@dataclass
class _Planned:
    calls_left: int
    action: Callable[[], object]
    path: str | None


@dataclass
class Front:
    """The one door of the emulated Zoho; its lock guards everything behind it."""

    clock: Clock
    accounts: Accounts
    world: World
    books: Books
    quotas: Quotas
    faults: Faults = field(default_factory=Faults)
    calls: Calls = field(default_factory=Calls)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _planned: list[_Planned] = field(default_factory=list)

    def plan(self, number: int, action: Callable[[], object], path: str | None) -> None:
        """Run *action* just before the *number*-th call from now (of *path*) is answered."""
        self._planned.append(_Planned(number, action, path))

    def answer(self, request: Request) -> Answer:
        """Answer one call."""
        if request.path in (TOKEN_PATH, CONSENT_PATH):
            with self.lock:
                return self._token_answer(request)
        organization_id = request.query.get("organization_id", "")
        try:
            self.quotas.enter(organization_id)
        except RefusedError as refusal:
            with self.lock:
                return self._recorded(request, _refused(refusal, self._quota_headers(organization_id)))
        try:
            with self.lock:
                return self._recorded(request, self._books_answer(request, organization_id))
        finally:
            self.quotas.leave(organization_id)

    def _token_answer(self, request: Request) -> Answer:
        fault = None
        if request.path == TOKEN_PATH:
            fault = self.faults.due(for_tokens=True, fits=lambda path: path in (None, TOKEN_PATH), organization_id="")
        answer = (fault.answer() if fault else None) or self.accounts.answer(request)
        # The query may carry secrets, and nobody needs them in a log.
        self.calls.record_token(Call(request.method, request.path, {}, answer.status, None))
        return answer

    def _books_answer(self, request: Request, organization_id: str) -> Answer:
        route = find_route(request.path, request.query)
        self._run_planned(request, route)
        fault = self.faults.due(
            for_tokens=False, fits=lambda path: is_meant(path, request.path, route), organization_id=organization_id
        )
        if fault:
            self._prepare(fault)
        if fault and (instead := fault.answer()):
            # Only Zoho itself knows the quota; a proxy's page comes without.
            quota = {} if instead.code is None else self._quota_headers(organization_id)
            return replace(instead, headers={**quota, **instead.headers})
        try:
            body = self._body(request, route)
        except RefusedError as refusal:
            return _refused(refusal, self._quota_headers(organization_id))
        return _spoiled(fault, body, self._quota_headers(organization_id))

    def _body(self, request: Request, route: Route | None) -> dict[str, object]:
        allowed = self.books.authorize(request, route)
        if not self.books.needs_organization(allowed):
            return self.books.organizations(allowed)
        organization = self.world.called(request.query.get("organization_id"))
        self.quotas.spend(organization)
        return self.books.answer(allowed, request, organization)

    def _run_planned(self, request: Request, route: Route | None) -> None:
        for planned in list(self._planned):
            if not is_meant(planned.path, request.path, route):
                continue
            planned.calls_left -= 1
            if planned.calls_left <= 0:
                self._planned.remove(planned)
                planned.action()

    def _prepare(self, fault: Fault) -> None:
        if fault.kind == "expire_token":
            self.accounts.revoke()
        if fault.kind == "slow":
            self.clock.advance(fault.seconds)

    def _quota_headers(self, organization_id: str) -> dict[str, str]:
        with suppress(KeyError):
            return self.quotas.headers(self.world.organization(organization_id))
        return self.quotas.headers(next(iter(self.world)))

    def _recorded(self, request: Request, answer: Answer) -> Answer:
        self.calls.record(Call(request.method, request.path, request.query, answer.status, answer.code))
        return answer


def _refused(refusal: RefusedError, headers: dict[str, str]) -> Answer:
    return Answer.json(refusal.status, {"code": refusal.code, "message": refusal.message}, headers)


def _spoiled(fault: Fault | None, body: dict[str, object], headers: dict[str, str]) -> Answer:
    if fault and fault.kind == "no_list_key":
        body = {name: value for name, value in body.items() if name in ("code", "message", "page_context")}
    answer = Answer.json(200, body, headers)
    return replace(answer, wire="truncated") if fault and fault.kind == "truncated" else answer
