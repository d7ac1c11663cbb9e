"""What does a failed answer of CRM mean, and what can a reader make of it?"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from airbyte_cdk.sources.streams.http.error_handlers import BackoffStrategy, ErrorResolution

from source_zoho.components.bodies import Said
from source_zoho.components.connection import crm_quota
from source_zoho.components.crm_bodies import crm_said_in
from source_zoho.components.errors import ZohoErrorHandler
from source_zoho.components.rules import UNREADABLE, Rule, Wait, rule_for, rules
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.credits import REMAINING_HEADER
from source_zoho.errors import ZohoError
from source_zoho.manifest import read_manifest

# What a reader may catch by ``ZohoFailure.code``; uncaught, each ends its stream with a sentence.
CHAIN_IS_BROKEN = frozenset({"EXPIRED_VALUE", "TOKEN_BOUND_DATA_MISMATCH"})
CHAIN_IS_FULL = frozenset({"PAGINATION_LIMIT_EXCEEDED", "DISCRETE_PAGINATION_LIMIT_EXCEEDED", "LIMIT_REACHED"})
QUESTION_IS_REFUSED = frozenset(
    {
        "AMBIGUITY_DURING_PROCESSING",
        "EXPECTED_PARAM_MISSING",
        "INVALID_DATA",
        "LIMIT_EXCEEDED",
        "MANDATORY_NOT_FOUND",
        "NOT_ALLOWED",
        "NOT_SUPPORTED",
        "PATTERN_NOT_MATCHED",
        "REQUIRED_PARAM_MISSING",
        "UNABLE_TO_PARSE_DATA_TYPE",
    }
)
# Nothing is missing where these are said: the organization does not use the feature, the module has no such list.
FEATURE_IS_OFF = frozenset(
    {
        "CURRENCIES_NOT_ENABLED",
        "FEATURE_NOT_AVAILABLE",
        "FEATURE_NOT_ENABLED",
        "FEATURE_NOT_SUPPORTED",
        "NOT_SUPPORTED_FEATURE",
        "TERRITORY_NOT_ENABLED",
    }
)
HAS_NO_SUCH_LIST = frozenset(
    {"API_NOT_SUPPORTED", "INVALID_MODULE", "MODULE_NOT_AVAILABLE", "MODULE_NOT_SUPPORTED", "NOT_SUPPORTED"}
)
NOTHING_THERE = frozenset({"NOT_FOUND", "NO_RECORDS_FOUND", "RECORD_NOT_FOUND", "RESOURCE_NOT_FOUND"})
# Of the details of a refusal, those that hold names and figures of Zoho's and nothing that a user wrote.
_MAY_BE_QUOTED = (
    "permissions",
    "param_name",
    "param",
    "api_name",
    "column_name",
    "module",
    "clause",
    "limit",
    "edition",
    "expected_data_type",
    "expected_values",
    "supported_values",
)
_DELETED = re.compile(r"([^/]+)/deleted$")


@dataclass
class CrmErrorHandler(ZohoErrorHandler):
    """
    Judge answers of CRM by the word in the body, after the manifest's table for CRM.

    Every refusal is raised as ZohoFailure with Zoho's ``code`` and ``details``: the reader catches what it can do
    something about, and the stream of one that does not ends with the sentence.

        error_handler:
          type: CustomErrorHandler
          class_name: source_zoho.components.CrmErrorHandler
          product: CRM
          scopes: ZohoCRM
    """

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        self.backoff_strategies: list[BackoffStrategy] = [JitteredWait(self.rule_of)]

    def table(self) -> Sequence[Rule]:
        """Return the rows for CRM."""
        return crm_error_table()

    def said_in(self, response: requests.Response) -> Said:
        """Return what *response* says of itself."""
        return crm_said_in(response)

    def rule_of(self, response: requests.Response) -> Rule | None:
        """Return the row that speaks of *response*, of its words and of the credits that it says are left."""
        said = self.said_in(response)
        left = response.headers.get(REMAINING_HEADER, "unknown")
        words = f"{said.message} {said.details.get('permissions', '')} remaining: {left}"
        return rule_for(self._rules, response.status_code, said, words)

    def interpret_response(self, response_or_exception: requests.Response | Exception | None) -> ErrorResolution:
        """Return what to do. Raises ZohoFailure when Zoho refuses, with its code and details."""
        # Whoever waits for the next try holds no place that another call could have; of answers the budget hears first.
        crm_quota(self.config).gate.leave()
        return super().interpret_response(response_or_exception)

    def end_of_day(self, reason: str, request: requests.PreparedRequest) -> ZohoFailure:
        """Make no more calls in this run, and return the failure that says why."""
        return ended(crm_quota(self.config).credits.close_day(reason))

    def end_of_product(self, error: ZohoError, said: Said) -> ZohoFailure:
        """Make no more calls in this run: *error* holds for all of them."""
        crm_quota(self.config).credits.close(error)
        return ended(error, said)

    def part(self, request: requests.PreparedRequest | None) -> str:
        """Return which part of the stream *request* is for: of which module, when there is one call for each."""
        module = _module_of(request.url or "") if request is not None else ""
        return f"{self.name} of module {module}" if module else self.name

    def quoted(self, response: requests.Response) -> str:
        """Return what *response* says, with the names that it gives to the reason."""
        said = self.said_in(response)
        if said.code == UNREADABLE:
            return super().quoted(response)
        named = [f"{key} {_listed(said.details[key])}" for key in _MAY_BE_QUOTED if said.details.get(key)]
        return "; ".join([f"Zoho said {said.code}: {said.message}", *named])


class JitteredWait(Wait):
    """Wait like others, but not at the same time: calls that were in each other's way would meet again."""

    def backoff_time(
        self, response_or_exception: requests.Response | Exception | None, attempt_count: int
    ) -> float | None:
        """Return the seconds to wait before the next try."""
        wait_seconds = super().backoff_time(response_or_exception, attempt_count)
        return wait_seconds * random.uniform(1.0, 1.5) if wait_seconds else wait_seconds


@cache
def crm_error_table() -> tuple[Rule, ...]:
    """Return the rows of the manifest's table for CRM."""
    return tuple(rules(read_manifest()["definitions"]["crm"]["error_table"]))


def ended(error: ZohoError, said: Said | None = None) -> ZohoFailure:
    """Return the failure of a call to a product that is over for this run."""
    failure = traced(error, said.code if said else None, said.details if said else None)
    failure.ends_the_product = True
    return failure


def _module_of(url: str) -> str:
    place = urlsplit(url)
    deleted = _DELETED.search(place.path)
    return deleted[1] if deleted else parse_qs(place.query).get("module", [""])[0]


def _listed(value: Any) -> str:
    return (", ".join(map(str, value)) if isinstance(value, list) else str(value))[:200]
