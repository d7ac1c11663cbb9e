"""In which order does Zoho look at a call?

Planned edits first, then whatever goes wrong on the way, then who is calling, for which organization, how often; the
list itself comes last.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from .accounts import ACCOUNTS_PATHS, TOKEN_PATH, Accounts
from .billing import Billing, named_organization
from .books import Books
from .calls import Call, Calls
from .clock import Clock
from .crm.door import CrmDoor
from .crm.routes import is_crm
from .faults import Fault, Faults
from .quotas import Quotas
from .refusals import RefusedError
from .resources import Product
from .routes import Route, find_route, is_meant, product_of
from .wire import Answer, Request
from .world import World

Fits = Callable[[str | None], bool]


@dataclass
class _Planned:
    calls_left: int
    action: Callable[[], object]
    path: str | None


@dataclass(frozen=True)
class _Caller:
    """Which product a call is for, which organization it names and whose quota it spends."""

    product: Product
    organization_id: str
    service: Books
    quotas: Quotas


@dataclass
class Front:
    """The one door of the emulated Zoho; its lock guards everything behind it."""

    clock: Clock
    accounts: Accounts
    world: World
    books: Books
    billing: Billing
    quotas: Quotas
    billing_quotas: Quotas
    faults: Faults = field(default_factory=Faults)
    calls: Calls = field(default_factory=Calls)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _planned: list[_Planned] = field(default_factory=list)
    _crm: CrmDoor | None = None

    @property
    def crm(self) -> CrmDoor:
        """Return the CRM's part of the door."""
        if self._crm is None:
            raise RuntimeError("this front has no CRM; set `crm` first.")
        return self._crm

    @crm.setter
    def crm(self, door: CrmDoor) -> None:
        self._crm = door

    def plan(self, number: int, action: Callable[[], object], path: str | None) -> None:
        """Run *action* just before the *number*-th call from now (of *path*) is answered."""
        self._planned.append(_Planned(number, action, path))

    def answer(self, request: Request) -> Answer:
        """Answer one call."""
        if is_crm(request.path):
            return self.crm.answer(request)
        if request.path in ACCOUNTS_PATHS:
            with self.lock:
                return self._token_answer(request)
        caller = self._caller(request)
        try:
            caller.quotas.enter(caller.organization_id)
        except RefusedError as refusal:
            with self.lock:
                return self._recorded(request, caller, _refused(refusal, self._quota_headers(caller)))
        try:
            with self.lock:
                return self._recorded(request, caller, self._product_answer(request, caller))
        finally:
            caller.quotas.leave(caller.organization_id)

    def service(self, product: Product) -> Books:
        """Return what answers for a product."""
        return self.billing if product == "billing" else self.books

    def _caller(self, request: Request) -> _Caller:
        if product_of(request.path) == "billing":
            return _Caller("billing", named_organization(request), self.billing, self.billing_quotas)
        return _Caller("books", request.query.get("organization_id", ""), self.books, self.quotas)

    def _token_answer(self, request: Request) -> Answer:
        fault = None
        if request.path == TOKEN_PATH:
            fault = self.faults.due(for_tokens=True, fits=lambda path: path in (None, TOKEN_PATH), organization_id="")
        answer = (fault.answer() if fault else None) or self.accounts.answer(request)
        # The query may carry secrets, and nobody needs them in a log.
        self.calls.record_token(Call(request.method, request.path, {}, answer.status, None))
        return answer

    def _product_answer(self, request: Request, caller: _Caller) -> Answer:
        route = find_route(request.path, request.query)
        fault = self.trouble(lambda path: is_meant(path, request.path, route), caller.organization_id)
        if fault and (instead := fault.answer()):
            # Only Zoho itself knows the quota; a proxy's page comes without.
            quota = {} if instead.code is None else self._quota_headers(caller)
            return replace(instead, headers={**quota, **instead.headers})
        try:
            body = self._body(request, route, caller)
        except RefusedError as refusal:
            return _refused(refusal, self._quota_headers(caller))
        return _spoiled(fault, body, self._quota_headers(caller))

    def _body(self, request: Request, route: Route | None, caller: _Caller) -> dict[str, object]:
        allowed = caller.service.authorize(request, route)
        if not caller.service.needs_organization(allowed):
            return caller.service.organizations(allowed)
        organization = self.world.called(caller.organization_id, caller.product)
        caller.quotas.spend(organization, is_detail=caller.service.is_detail(allowed))
        return caller.service.answer(allowed, request, organization)

    def trouble(self, fits: Fits, organization_id: str) -> Fault | None:
        """Run the edits that are planned for a call, and return what is to go wrong with it."""
        self._run_planned(fits)
        fault = self.faults.due(for_tokens=False, fits=fits, organization_id=organization_id)
        if fault:
            self._prepare(fault)
        return fault

    def _run_planned(self, fits: Fits) -> None:
        for planned in list(self._planned):
            if not fits(planned.path):
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

    def _quota_headers(self, caller: _Caller) -> dict[str, str]:
        with suppress(KeyError):
            return caller.quotas.headers(self.world.organization(caller.organization_id))
        return caller.quotas.headers(next(iter(self.world)))

    def _recorded(self, request: Request, caller: _Caller, answer: Answer) -> Answer:
        named = caller.organization_id
        self.calls.record(Call(request.method, request.path, request.query, answer.status, answer.code, named))
        return answer


def _refused(refusal: RefusedError, headers: dict[str, str]) -> Answer:
    return Answer.json(refusal.status, {"code": refusal.code, "message": refusal.message}, headers)


def _spoiled(fault: Fault | None, body: dict[str, object], headers: dict[str, str]) -> Answer:
    if fault and fault.kind == "no_list_key":
        body = {name: value for name, value in body.items() if name in ("code", "message", "page_context")}
    answer = Answer.json(200, body, headers)
    return replace(answer, wire="truncated") if fault and fault.kind == "truncated" else answer
