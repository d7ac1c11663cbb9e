"""How does a request reach Zoho: at which host, and when?"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import requests
from airbyte_cdk.sources.declarative.requesters.http_requester import HttpRequester
from airbyte_cdk.sources.streams.call_rate import AbstractCallRatePolicy, APIBudget
from airbyte_cdk.sources.types import StreamSlice, StreamState

from source_zoho.components.connection import api_url, pace
from source_zoho.components.errors import ORGANIZATION_HEADER, note_sending, organization_of
from source_zoho.components.records import flat
from source_zoho.components.traced import traced
from source_zoho.errors import ZohoError
from source_zoho.ledger import LEDGER, Place
from source_zoho.pace import Pace


class OrganizationBudget(APIBudget):
    """
    Hold every call, repeated ones too, until its organization may be called: the CDK's own budget cannot tell them
    apart.
    """

    def __init__(self, pace: Pace, product: str, *, documents: bool, stream: str = "") -> None:
        super().__init__(policies=[])
        self._pace = pace
        self._product = product
        self._documents = documents
        self._stream = stream

    def acquire_call(self, request: Any, block: bool = True, timeout: float | None = None) -> None:
        """Return when *request* may be sent. Raises AirbyteTracedException when the organization's day is over."""
        note_sending(request)
        organization_id = organization_of(request)
        try:
            self._pace.wait_for_turn(organization_id, self._product, document=self._documents)
        except ZohoError as error:
            raise traced(error) from None
        LEDGER.book(Place(self._product.lower(), self._stream, organization_id))

    def get_matching_policy(self, request: Any) -> AbstractCallRatePolicy | None:
        """There is none: the pace knows organizations, not policies."""
        return None

    def update_from_response(self, request: Any, response: Any) -> None:
        """Read from the headers what is left of the day."""
        if isinstance(response, requests.Response):
            self._pace.note_headers(organization_of(request), response.headers, self._product)


@dataclass
class ZohoRequester(HttpRequester):
    """
    Send requests to the API host that Zoho names with the token, about the organization of the slice, at its pace.

    ``organization_in`` says how the API is told the organization: by a query parameter or by a header. ``documents``
    tells that the calls are for single documents, which Zoho takes at a slower pace. ``booked_as`` is under which name
    calls stand in the ledger that are not for a stream.

        requester:
          type: CustomRequester
          class_name: source_zoho.components.ZohoRequester
          product: Books
          api: books/v3
          organization_in: query
    """

    product: str = ""
    api: str = ""
    organization_in: str = "query"
    documents: bool = False
    booked_as: str = ""
    connect_timeout_in_seconds: float | None = 10.0
    read_timeout_in_seconds: float | None = 120.0

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self.api_budget = self.budget()
        super().__post_init__(parameters)
        # The CDK in the base image of metadata.yaml knows nothing of the two bounds above, and would wait for ever.
        bounds = self.connect_timeout_in_seconds, self.read_timeout_in_seconds
        session = self._http_client._session  # noqa: SLF001 - nothing public sets a bound
        session.send = partial(session.send, timeout=bounds)  # type: ignore[method-assign]

    def budget(self) -> APIBudget:
        """Return what holds calls back until they may be made."""
        stream = self.booked_as or self.name
        return OrganizationBudget(pace(self.config), self.product, documents=self.documents, stream=stream)

    def host(self) -> str:
        """Return the base URL of the API. Raises ZohoError when Zoho gives no token to call it with."""
        return api_url(self.config)

    def get_url_base(
        self,
        *,
        stream_state: StreamState | None = None,
        stream_slice: StreamSlice | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> str:
        """Return the host and the API's root."""
        try:
            return f"{self.host()}/{self.api}/"
        except ZohoError as error:
            raise traced(error) from None

    def get_request_params(
        self,
        *,
        stream_state: StreamState | None = None,
        stream_slice: StreamSlice | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> MutableMapping[str, Any]:
        """Return the organization of the slice, where the API wants it there."""
        organization_id = _organization_id(stream_slice) if self.organization_in == "query" else None
        return {"organization_id": organization_id} if organization_id else {}

    def get_request_headers(
        self,
        *,
        stream_state: StreamState | None = None,
        stream_slice: StreamSlice | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        """Return the organization of the slice, where the API wants it there."""
        organization_id = _organization_id(stream_slice) if self.organization_in == "header" else None
        return {ORGANIZATION_HEADER: organization_id} if organization_id else {}


def _organization_id(where: StreamSlice | None) -> str | None:
    """Return the organization of a slice, or of its parents."""
    return flat(where.partition).get("organization_id") if where else None
