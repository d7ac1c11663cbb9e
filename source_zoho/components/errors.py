"""What does a failed answer mean, and what follows from it?"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http.error_handlers import (
    BackoffStrategy,
    ErrorHandler,
    ErrorResolution,
    ResponseAction,
)

from source_zoho.components import retry_log
from source_zoho.components.bodies import Said, body_of, said_in
from source_zoho.components.connection import pace, tokens
from source_zoho.components.rules import UNREADABLE, Rule, Wait, rule_for, rules
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.errors import ConfigProblem, Transient, Unexpected, ZohoError
from source_zoho.manifest import read_manifest

_KINDS: Mapping[str, type[ZohoError]] = {"config": ConfigProblem, "transient": Transient, "system": Unexpected}
_RETRIES = 6
_UNKNOWN = Rule("Zoho gave an answer that this connector does not know", "fail")
_NOTHING_THERE = Rule("Zoho says that there is nothing to read here", "gone")
_TRYING_ANEW = (
    "Zoho does not take the access token any more, or does not allow this read; trying once more with a new token"
)
# What is remembered of a request from one try to the next, on the request itself.
_TRIES, _RETRIED_AS, _GONE = "_zoho_tries", "_zoho_retried_with_another_token", "_zoho_gone"
# How Billing is told the organization: https://www.zoho.com/billing/api/v1/introduction/#organization-id
ORGANIZATION_HEADER = "X-com-zoho-subscriptions-organizationid"
_sending = threading.local()


@dataclass
class ZohoErrorHandler(ErrorHandler):
    """
    Judge answers by Zoho's code in the body, whatever the HTTP status, after the manifest's ``error_table``.

    The first row that applies decides; an answer that no row knows fails loudly. One handler reads the table because
    the CDK's filters would decode every good page once per row, and its composite handler overrides some of their
    actions. ``product`` and ``scopes`` (the prefix of its scopes) are words for its sentences. ``nothing_there`` are
    statuses by which one particular call may say that there is nothing to read, under codes that nobody has written
    down.

        error_handler:
          type: CustomErrorHandler
          class_name: source_zoho.components.ZohoErrorHandler
          product: Books
          scopes: ZohoBooks
    """

    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    product: str = ""
    scopes: str = ""
    name: str = ""
    scope: str = ""
    nothing_there: list[int] = field(default_factory=list)

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._rules = self.table()
        self.backoff_strategies: list[BackoffStrategy] = [Wait(self.rule_of)]

    def table(self) -> Sequence[Rule]:
        """Return the rows to judge by."""
        return error_table()

    def said_in(self, response: requests.Response) -> Said:
        """Return what *response* says of itself."""
        return said_in(response)

    def rule_of(self, response: requests.Response) -> Rule | None:
        """Return the row that speaks of *response*, if one does."""
        return rule_for(self._rules, response.status_code, self.said_in(response))

    @property
    def max_retries(self) -> int | None:
        """How often a request is repeated before its stream fails."""
        return _RETRIES

    @property
    def max_time(self) -> int | None:
        """For how many seconds a request is repeated before its stream fails."""
        return 30 * 60

    def interpret_response(self, response_or_exception: requests.Response | Exception | None) -> ErrorResolution:
        """Return what to do. Raises AirbyteTracedException when nothing can be done but to tell the user."""
        if not isinstance(response_or_exception, requests.Response):
            broken = f"The connection to Zoho broke ({type(response_or_exception).__name__})"
            return self._again(ResponseAction.RETRY, getattr(_sending, "request", None), broken, "")
        response = response_or_exception
        if response.ok and self.said_in(response).code == 0:
            tokens(self.config).note_accepted(_token_sent_with(response.request))
            return ErrorResolution(ResponseAction.SUCCESS, None, None)
        rule = self.rule_of(response)
        nobody_knows = rule is None or rule.action == "give_back" or UNREADABLE in rule.codes
        if nobody_knows and response.status_code in self.nothing_there and body_of(response):
            rule = _NOTHING_THERE
        return self._resolve(rule or _UNKNOWN, response)

    def _resolve(self, rule: Rule, response: requests.Response) -> ErrorResolution:
        request, said = response.request, self.said_in(response)
        if rule.then and getattr(request, _TRIES, 0) >= rule.tries:
            rule = replace(rule, action=rule.then)
        if rule.action in {"wait", "retry"}:
            action = ResponseAction.RATE_LIMITED if rule.action == "wait" else ResponseAction.RETRY
            return self._again(action, request, rule.message, self.quoted(response))
        if rule.action in {"give_back", "gone"}:
            setattr(response, _GONE, rule.action == "gone")
            return ErrorResolution(ResponseAction.SUCCESS, None, None)  # the reader says what it makes of it
        if rule.action == "replace_token" and self._may_be_a_dead_token(request):
            asking = self._sentence(_TRYING_ANEW, request, self.quoted(response))
            retry_log.note(asking)
            return ErrorResolution(ResponseAction.REFRESH_TOKEN_THEN_RETRY, FailureType.transient_error, asking)
        if rule.action == "end_of_day":
            raise self.end_of_day(f"{rule.message} ({said.message})", request)
        if rule.action == "stop":
            everywhere = self._sentence(rule.message, request, self.quoted(response), where=f"Zoho {self.product}")
            raise self.end_of_product(_KINDS[rule.kind](everywhere), said)
        error = _KINDS[rule.kind](self._sentence(rule.message, request, self.quoted(response)))
        failure = traced(error, said.code, said.details)
        failure.words = said.message
        raise failure

    def end_of_day(self, reason: str, request: requests.PreparedRequest) -> ZohoFailure:
        """Make no more calls of this kind today, and return the failure that says why."""
        return traced(pace(self.config).close_day(organization_of(request), reason, self.product))

    def end_of_product(self, error: ZohoError, said: Said) -> ZohoFailure:
        """Return the failure that every later call to this product will meet."""
        return traced(error, said.code, said.details)

    def _again(
        self, action: ResponseAction, request: requests.PreparedRequest | None, message: str, said: str
    ) -> ErrorResolution:
        """Return that the request is to be repeated. Raises AirbyteTracedException after the last try."""
        tries = getattr(request, _TRIES, 0) + 1
        if request is not None:
            setattr(request, _TRIES, tries)
        if tries > _RETRIES:
            given_up = f"{message}; gave up after {tries} tries, run again later"
            raise traced(Transient(self._sentence(given_up, request, said)))
        sentence = self._sentence(f"{message}; trying again", request, said)
        retry_log.note(sentence)
        return ErrorResolution(action, FailureType.transient_error, sentence)

    def _may_be_a_dead_token(self, request: requests.PreparedRequest) -> bool:
        """Believe at most once per request that its token has died."""
        store = tokens(self.config)
        if getattr(request, _RETRIED_AS, False):
            store.note_futile_replacement()
            return False
        setattr(request, _RETRIED_AS, True)
        sent = _token_sent_with(request)
        if not store.is_worth_replacing(sent):
            return False
        store.note_rejected(sent)
        return True

    def quoted(self, response: requests.Response) -> str:
        """Return what *response* says, for the end of a sentence."""
        said = self.said_in(response)
        known = said.code != UNREADABLE
        return f"Zoho said code {said.code}: {said.message}" if known else f"Zoho said HTTP {response.status_code}"

    def _sentence(
        self, message: str, request: requests.PreparedRequest | None, said: str, where: str | None = None
    ) -> str:
        organization = organization_of(request) if request is not None else ""
        where = where or self.part(request)
        place = f" in organization {organization}" if organization else ""
        told = message.format(
            product=self.product,
            scope=self._whole_scope(),
            organization=organization,
            in_organization=place,
        )
        return f"{where}: {told} ({said})." if said else f"{where}: {told}."

    def part(self, request: requests.PreparedRequest | None) -> str:
        """Return which part of the stream *request* is for."""
        organization = organization_of(request) if request is not None else ""
        return f"{self.name} of organization {organization}" if organization else self.name

    def _whole_scope(self) -> str:
        if not self.scope:
            return "of this stream"
        return self.scope if self.scope.startswith("Zoho") else f"{self.scopes}.{self.scope}"


@cache
def error_table() -> tuple[Rule, ...]:
    """Return the rows of the manifest's table."""
    return tuple(rules(read_manifest()["definitions"]["error_table"]))


def note_sending(request: requests.PreparedRequest) -> None:
    """Remember what this thread sends: some exceptions of requests do not say which request they met."""
    _sending.request = request


def is_gone(response: requests.Response) -> bool:
    """Tell whether *response* says that what was asked for does not exist any more."""
    return bool(getattr(response, _GONE, False))


def organization_of(request: requests.PreparedRequest) -> str:
    """Return the organization that *request* is about, by its query or header, or an empty text."""
    told = request.headers.get(ORGANIZATION_HEADER)
    return str(told) if told else parse_qs(urlsplit(request.url or "").query).get("organization_id", [""])[0]


def _token_sent_with(request: requests.PreparedRequest) -> str:
    return str(request.headers.get("Authorization", "")).rpartition(" ")[2]
