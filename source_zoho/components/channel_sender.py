"""How does a question about channels reach CRM, and what comes back?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, cast

from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.requesters.requester import HttpMethod
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.bodies import body_of
from source_zoho.components.crm_catalog import metadata_of
from source_zoho.components.crm_parts import crm_requester
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.lists import zoho_time
from source_zoho.components.traced import ZohoFailure
from source_zoho.crm.modules import takes_notifications
from source_zoho.errors import RefusedByZoho, Transient, Unexpected, ZohoError
from source_zoho.webhooks.watch_refusals import refused

BOOKED_AS = "(notification channels)"
_SIGN_IN = frozenset({"INVALID_TOKEN", "INVALID_OAUTHTOKEN", "AUTHENTICATION_FAILURE"})


class _Verb(Enum):
    """The methods of this call; the CDK knows no PUT."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


@dataclass
class ChannelRequester(CrmRequester):
    """
    Send requests to CRM by the method in ``verb``.

        requester:
          type: CustomRequester
          class_name: source_zoho.components.channel_sender.ChannelRequester
          product: CRM
          api: crm/v8
          verb: PUT
    """

    verb: str = "GET"

    def get_method(self) -> HttpMethod:
        """Return the method, of which the CDK takes nothing but the value."""
        return cast("HttpMethod", _Verb[self.verb])


class ChannelSender:
    """
    Sends to CRM as the connector does: with its token, at the price in credits, and again where that may help.

    A refusal is raised as Refused with Zoho's code and details, every other failure as a ZohoError that says who can
    mend it.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        self._requesters: dict[str, CrmRequester] = {}
        self._ahead = timedelta()

    def __call__(self, method: str, path: str, params: Mapping[str, Any], json: Any) -> Any:
        """Return the JSON object that Zoho answers with, an empty one when there is none."""
        try:
            response = self._requester(method).send_request(path=path, request_params=params, request_body_json=json)
        except AirbyteTracedException as failure:
            raise _plain(method, failure) from None
        if response is None:
            raise Transient(f"Zoho gave no answer about channels ({method}). Run again later.")
        self._ahead = zoho_time(response) - datetime.now(UTC)
        return body_of(response) or {}

    def clock(self) -> datetime:
        """Return the time on Zoho's clock, as its last answer told; ours before the first."""
        return datetime.now(UTC) + self._ahead

    def _requester(self, method: str) -> CrmRequester:
        if method not in self._requesters:
            self._requesters[method] = _built(self._config, method)
        return self._requesters[method]


def _built(config: Mapping[str, Any], method: str) -> CrmRequester:
    requester: CrmRequester = crm_requester(
        config,
        BOOKED_AS,
        "notifications.ALL",
        class_name=f"{__name__}.{ChannelRequester.__name__}",
        booked_as=BOOKED_AS,
        verb=method,
    )
    return requester


def _plain(method: str, failure: AirbyteTracedException) -> ZohoError:
    """Return *failure* as an error that needs no CDK: as a refusal where Zoho's code says what it is about."""
    sentence = str(failure.message)
    if failure.failure_type is FailureType.transient_error:
        return Transient(sentence)
    if isinstance(failure, ZohoFailure) and _is_refusal(failure):
        return refused(method, str(failure.code), failure.words, failure.details)
    return RefusedByZoho(sentence) if failure.failure_type is FailureType.config_error else Unexpected(sentence)


def _is_refusal(failure: ZohoFailure) -> bool:
    """Tell whether Zoho said no to this call, and not to the sign-in or to every call."""
    return isinstance(failure.code, str) and failure.code not in _SIGN_IN and not failure.ends_the_product


def modules_that_notify(config: Mapping[str, Any]) -> list[str]:
    """Return the API names of the modules of the organization that Zoho documents to notify of. Raises ZohoError."""
    try:
        readable = metadata_of(config).listing().readable
    except AirbyteTracedException as failure:
        raise RefusedByZoho(f"{failure.message} Or say which modules with --modules.") from None
    return [module.api_name for module in readable if takes_notifications(module)]
