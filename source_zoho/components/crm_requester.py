"""How does a request reach CRM: in which environment, when there is room for it, and at what price?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import requests
from airbyte_cdk.sources.streams.call_rate import AbstractCallRatePolicy, APIBudget

from source_zoho.components.connection import crm_quota, crm_url
from source_zoho.components.crm_errors import ended
from source_zoho.components.errors import note_sending
from source_zoho.components.requester import ZohoRequester
from source_zoho.coql.select import limit_in
from source_zoho.credits import Quota
from source_zoho.crm.roads import query_credits
from source_zoho.errors import ZohoError
from source_zoho.ledger import LEDGER, Place

# What makes a list one of those that weigh on Zoho: https://www.zoho.com/crm/developer/docs/api/v8/api-limits.html
_WEIGHTY = {"sort_by", "cvid"}
_QUERIES, _DELETIONS = "/coql", "/deleted"
_CREDITS_OF_DELETIONS = 2


@dataclass(frozen=True)
class Price:
    """What a call costs: credits, and places among the calls under way, of which some are scarcer than others."""

    credits: int = 1
    units: int = 1
    limited: bool = False


class CreditBudget(APIBudget):
    """Hold every try of a call until there is room for it, and book its price."""

    def __init__(self, quota: Quota, price: Price, stream: str = "") -> None:
        super().__init__(policies=[])
        self._quota = quota
        self._price = price
        self._stream = stream

    def acquire_call(self, request: Any, block: bool = True, timeout: float | None = None) -> None:
        """Return when *request* may be sent. Raises ZohoFailure when CRM is not to be called any more."""
        note_sending(request)
        limited = self._price.limited or bool(_WEIGHTY & parse_qs(urlsplit(request.url).query).keys())
        self._quota.gate.enter(self._price.units, limited=limited)
        price = self._credits_of(request)
        try:
            self._quota.credits.spend(price)
        except ZohoError as error:
            self._quota.gate.leave()
            raise ended(error) from None
        LEDGER.book(Place("crm", self._stream), price)

    def _credits_of(self, request: Any) -> int:
        """Return what Zoho lists as the price of *request*, else what its documents say."""
        path = urlsplit(request.url).path
        price_of = self._quota.credits.price_of
        listed = price_of(str(request.method), path) if price_of else None
        if path.endswith(_QUERIES):  # the list has the price of the smallest
            return max(query_credits(limit_in(_query_in(request))), listed or 0)
        if listed is None:
            return max(self._price.credits, _CREDITS_OF_DELETIONS if path.endswith(_DELETIONS) else 0)
        return listed

    def get_matching_policy(self, request: Any) -> AbstractCallRatePolicy | None:
        """There is none: CRM counts credits and calls under way, not calls in a time."""
        return None

    def update_from_response(self, request: Any, response: Any) -> None:
        """Make room for another call, and read from the headers what is left."""
        self._quota.gate.leave()
        if isinstance(response, requests.Response):
            self._quota.credits.note_headers(response.headers)
            LEDGER.note_answer("crm", response.elapsed.total_seconds())


@dataclass
class CrmRequester(ZohoRequester):
    """
    Send requests to CRM in the environment of the configuration: one token sees one organization, which is not named.

    ``credits`` is what Zoho takes for each try of a call, and ``units`` as how many it counts while it is under way;
    ``limited`` ones share fewer places, as sorted lists do by themselves.

        requester:
          type: CustomRequester
          class_name: source_zoho.components.CrmRequester
          product: CRM
          api: crm/v8
    """

    organization_in: str = ""
    credits: int = 1
    units: int = 1
    limited: bool = False

    def budget(self) -> APIBudget:
        """Return what holds calls back until they may be made."""
        price = Price(self.credits, self.units, self.limited)
        return CreditBudget(crm_quota(self.config), price, self.booked_as or self.name)

    def host(self) -> str:
        """Return the base URL of CRM's API."""
        return crm_url(self.config)

    def send_request(self, *arguments: Any, **named: Any) -> requests.Response | None:
        """Return the answer. Raises ZohoFailure with Zoho's code and details when it refuses."""
        try:
            return super().send_request(*arguments, **named)
        finally:
            crm_quota(self.config).gate.leave()  # whatever else may go wrong between asking and answering


def _query_in(request: Any) -> str:
    """Return the text of the query that *request* puts."""
    return str(orjson.loads(request.body or b"{}").get("select_query") or "")
