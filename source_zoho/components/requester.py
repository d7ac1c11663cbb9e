"""How does a request reach Zoho: at which host, and when?"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import requests
from airbyte_cdk.sources.declarative.interpolation import InterpolatedMapping
from airbyte_cdk.sources.declarative.requesters.http_requester import HttpRequester
from airbyte_cdk.sources.streams.call_rate import AbstractCallRatePolicy, APIBudget
from airbyte_cdk.sources.types import StreamSlice, StreamState

from source_zoho.components.connection import api_url, pace
from source_zoho.components.errors import note_sending, organization_of
from source_zoho.components.traced import traced
from source_zoho.errors import ZohoError
from source_zoho.pace import Pace


class OrganizationBudget(APIBudget):
    """
    Hold every call, repeated ones too, until its organization may be called: the CDK's own budget cannot tell them
    apart.
    """

    def __init__(self, pace: Pace) -> None:
        super().__init__(policies=[])
        self._pace = pace

    def acquire_call(self, request: Any, block: bool = True, timeout: float | None = None) -> None:
        """Return when *request* may be sent. Raises AirbyteTracedException when the organization's day is over."""
        note_sending(request)
        try:
            self._pace.wait_for_turn(organization_of(request))
        except ZohoError as error:
            raise traced(error) from None

    def get_matching_policy(self, request: Any) -> AbstractCallRatePolicy | None:
        """There is none: the pace knows organizations, not policies."""
        return None

    def update_from_response(self, request: Any, response: Any) -> None:
        """Read from the headers what is left of the day."""
        if isinstance(response, requests.Response):
            self._pace.note_headers(organization_of(request), response.headers)


@dataclass
class ZohoRequester(HttpRequester):
    """
    Send requests to the API host that Zoho names with the token, about the organization of the slice, at its pace.

        requester:
          type: CustomRequester
          class_name: source_zoho.components.ZohoRequester
          api: books/v3
          path: invoices
          query: {filter_by: Status.All}
    """

    api: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    connect_timeout_in_seconds: float | None = 10.0
    read_timeout_in_seconds: float | None = 120.0

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self.api_budget = OrganizationBudget(pace(self.config))
        super().__post_init__(parameters)
        self._query = InterpolatedMapping(self.query, parameters=parameters)

    def get_url_base(
        self,
        *,
        stream_state: StreamState | None = None,
        stream_slice: StreamSlice | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> str:
        """Return the host and the API's root."""
        try:
            return f"{api_url(self.config)}/{self.api}/"
        except ZohoError as error:
            raise traced(error) from None

    def get_request_params(
        self,
        *,
        stream_state: StreamState | None = None,
        stream_slice: StreamSlice | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> MutableMapping[str, Any]:
        """Return the organization of the slice, and the parameters that every request to this list has."""
        asked: dict[str, Any] = dict(self._query.eval(self.config, stream_slice=stream_slice))
        organization_id = _organization_id(stream_slice.partition) if stream_slice else None
        return {"organization_id": organization_id, **asked} if organization_id else asked


def _organization_id(partition: Mapping[str, Any]) -> str | None:
    """Return the organization of *partition*, or of its parents."""
    own = partition.get("organization_id")
    return own or (_organization_id(partition["parent_slice"]) if partition.get("parent_slice") else None)
