"""What does a failed answer mean, and what follows from it?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
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

from source_zoho.components.bodies import body_of, code_of, message_of
from source_zoho.components.connection import pace, tokens
from source_zoho.components.traced import traced
from source_zoho.errors import ConfigProblem, Transient, Unexpected, ZohoError

_KINDS: Mapping[str, type[ZohoError]] = {"config": ConfigProblem, "transient": Transient, "system": Unexpected}
_RETRIED_AS = "_zoho_retried_with_another_token"
_GONE = "_zoho_gone"
_UNREADABLE = -1


@dataclass(frozen=True)
class Rule:
    """
    One row of the table: answers with one of ``codes`` (Zoho's) or ``statuses`` (HTTP's) mean ``message``.

    ``action`` is one of wait (the pace was too fast), retry, replace_token, give_back (the reader decides), gone
    (there is nothing to read any more), end_of_day, fail.
    """

    message: str
    action: str
    codes: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    kind: str = "system"
    wait_seconds: float | None = None

    def applies_to(self, status: int, code: int) -> bool:
        """Tell whether this row speaks of an answer with *status* and *code*."""
        return (code in self.codes if self.codes else True) and (status in self.statuses if self.statuses else True)


@dataclass
class ZohoErrorHandler(ErrorHandler):
    """
    Judge answers by Zoho's code in the body, whatever the HTTP status, after the table in the manifest.

    The first row that applies decides; an answer that no row knows fails loudly. One handler reads the table because
    the CDK's filters would decode every good page once per row, and its composite handler overrides some of their
    actions.

        error_handler:
          type: CustomErrorHandler
          class_name: source_zoho.components.ZohoErrorHandler
          table:
            - {codes: [44], action: wait, wait_seconds: 60, message: "Zoho allows no more calls in this minute"}
    """

    config: Mapping[str, Any]
    table: list[Mapping[str, Any]]
    parameters: InitVar[Mapping[str, Any]]
    name: str = ""
    scope: str = ""

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._rules = [
            Rule(**{key: value for key, value in row.items() if not key.startswith("$")}) for row in self.table
        ]
        self.backoff_strategies: list[BackoffStrategy] = [_Wait(self._rules)]

    @property
    def max_retries(self) -> int | None:
        """How often a request is repeated before its stream fails."""
        return 6

    @property
    def max_time(self) -> int | None:
        """For how many seconds a request is repeated before its stream fails."""
        return 30 * 60

    def interpret_response(self, response_or_exception: requests.Response | Exception | None) -> ErrorResolution:
        """Return what to do. Raises AirbyteTracedException when nothing can be done but to tell the user."""
        if not isinstance(response_or_exception, requests.Response):
            reason = type(response_or_exception).__name__
            return _again(ResponseAction.RETRY, f"The connection to Zoho broke ({reason}); trying again.")
        response = response_or_exception
        if response.ok and code_of(response) == 0:
            tokens(self.config).note_accepted(_token_sent_with(response.request))
            return ErrorResolution(ResponseAction.SUCCESS, None, None)
        return self._resolve(self._rule_for(response), response)

    def _rule_for(self, response: requests.Response) -> Rule:
        return rule_for(self._rules, response) or Rule("Zoho gave an answer that this connector does not know", "fail")

    def _resolve(self, rule: Rule, response: requests.Response) -> ErrorResolution:
        sentence = self._sentence(rule, response)
        if rule.action == "wait":
            return _again(ResponseAction.RATE_LIMITED, sentence)
        if rule.action == "retry":
            return _again(ResponseAction.RETRY, sentence)
        if rule.action in {"give_back", "gone"}:
            setattr(response, _GONE, rule.action == "gone")
            return ErrorResolution(ResponseAction.IGNORE, None, sentence)
        if rule.action == "replace_token" and self._may_be_a_dead_token(response.request):
            return _again(
                ResponseAction.REFRESH_TOKEN_THEN_RETRY,
                "Zoho does not take the access token any more; asking for a new one.",
            )
        if rule.action == "end_of_day":
            raise traced(
                pace(self.config).close_day(
                    organization_of(response.request), f"{rule.message} ({message_of(response)})"
                )
            )
        raise traced(_KINDS[rule.kind](sentence))

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

    def _sentence(self, rule: Rule, response: requests.Response) -> str:
        organization = organization_of(response.request)
        where = f"{self.name} of organization {organization}" if organization else self.name
        message = rule.message.format(scope=self.scope or "of this stream", organization=organization)
        code = code_of(response)
        said = f"code {code}: {message_of(response)}" if code != _UNREADABLE else f"HTTP {response.status_code}"
        return f"{where}: {message} (Zoho said {said})."


class _Wait(BackoffStrategy):
    """Wait as long as Zoho says, else as long as the table says, else longer each time."""

    def __init__(self, rules: list[Rule]) -> None:
        self._rules = rules

    def backoff_time(
        self, response_or_exception: requests.Response | Exception | None, attempt_count: int
    ) -> float | None:
        """Return the seconds to wait before the next try."""
        if isinstance(response_or_exception, requests.Response):
            asked = response_or_exception.headers.get("Retry-After", "")
            if re.fullmatch(r"\d+(\.\d+)?", asked):
                return min(float(asked), 3600.0)
            rule = rule_for(self._rules, response_or_exception)
            if rule and rule.wait_seconds is not None:
                return rule.wait_seconds
        return float(min(2**attempt_count, 60))


def rule_for(rules: list[Rule], response: requests.Response) -> Rule | None:
    """Return the first of *rules* that speaks of *response*."""
    code = code_of(response)
    if body_of(response) is None and response.ok:
        code = _UNREADABLE
    return next((rule for rule in rules if rule.applies_to(response.status_code, code)), None)


def is_gone(response: requests.Response) -> bool:
    """Tell whether *response* says that what was asked for does not exist any more."""
    return bool(getattr(response, _GONE, False))


def organization_of(request: requests.PreparedRequest) -> str:
    """Return the organization that *request* is about, or an empty text."""
    return parse_qs(urlsplit(request.url or "").query).get("organization_id", [""])[0]


def _token_sent_with(request: requests.PreparedRequest) -> str:
    return str(request.headers.get("Authorization", "")).rpartition(" ")[2]


def _again(action: ResponseAction, sentence: str) -> ErrorResolution:
    return ErrorResolution(action, FailureType.transient_error, sentence)
