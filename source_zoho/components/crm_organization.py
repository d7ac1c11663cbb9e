"""
Which CRM organization does the token open, and what does its edition allow?

A grant opens one organization of CRM. It is the partition of every stream that keeps state: with a token of another
organization, or of its sandbox, a sync begins anew instead of going on from a state that is not its own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass
from datetime import UTC, datetime
from typing import Any

from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.partition_routers.partition_router import PartitionRouter
from airbyte_cdk.sources.declarative.requesters.request_options import DefaultRequestOptionsProvider
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.bodies import body_of
from source_zoho.components.connection import crm_quota, tokens
from source_zoho.components.crm_requester import CrmRequester
from source_zoho.components.lists import zoho_time
from source_zoho.components.traced import ZohoFailure
from source_zoho.credits import PriceOf
from source_zoho.crm.editions import allowance
from source_zoho.crm.prices import PriceList
from source_zoho.oauth.tokens import TokenStore

PARTITION_FIELD = "organization_id"
_log = logging.getLogger("airbyte")


@dataclass(frozen=True)
class CrmOrganization:
    """The organization as Zoho describes it (*row*, empty when it does not say), and its clock."""

    row: Mapping[str, Any]
    ahead_seconds: float = 0.0

    @property
    def id(self) -> str:
        """Return the id of the organization, or an empty text."""
        return str(self.row.get("zgid") or self.row.get("id") or "")


@dataclass
class CrmOrganizationRouter(DefaultRequestOptionsProvider, PartitionRouter):
    """
    Give a stream the one partition that there is, and the whole process the limits of the organization's edition.

        partition_router: {type: CustomPartitionRouter, class_name: source_zoho.components.CrmOrganizationRouter, ...}
    """

    requester: CrmRequester
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]

    def stream_slices(self) -> Iterable[StreamSlice]:
        """Yield the slice of the organization."""
        organization = crm_organization(self.config, self.requester)
        yield StreamSlice(partition={PARTITION_FIELD: organization.id}, cursor_slice={})

    def get_stream_state(self) -> Mapping[str, Any] | None:
        """Return no state: the cursor of each stream keeps its own."""
        return None


def crm_organization(config: Mapping[str, Any], requester: CrmRequester) -> CrmOrganization:
    """
    Return the organization of the token, asked for once per process.

    Raises AirbyteTracedException when Zoho does not answer; without the scope for it the organization has no id.
    """
    store = tokens(config)
    with _lock:
        if store not in _known:
            _known[store] = _ask(config, requester)
        return _known[store]


def zoho_now(config: Mapping[str, Any]) -> datetime:
    """Return the time on Zoho's clock, as far as this process has seen it; else ours."""
    with _lock:
        known = _known.get(tokens(config))
    now = datetime.now(UTC)
    return datetime.fromtimestamp(now.timestamp() + known.ahead_seconds, tz=UTC) if known else now


def forget() -> None:
    """Ask Zoho again: the next run may have another token."""
    with _lock:
        _known.clear()


_known: dict[TokenStore, CrmOrganization] = {}
_lock = threading.Lock()


def _prices(requester: CrmRequester) -> PriceOf | None:
    """Return Zoho's list of prices, which matters to those who count; None without the scope for it."""
    try:
        response = requester.send_request(path="__apis")
    except ZohoFailure as failure:
        if failure.ends_the_product:
            raise
        _log.info("Zoho's list of prices is not known, so calls count as its documents say. %s", failure.message)
        return None
    return PriceList((body_of(response) or {}).get("__apis") or []).price if response is not None else None


def _ask(config: Mapping[str, Any], requester: CrmRequester) -> CrmOrganization:
    try:
        response = requester.send_request(path="org")
    except ZohoFailure as failure:
        if failure.ends_the_product or failure.failure_type is FailureType.transient_error:
            raise
        _log.warning(
            "The edition of the CRM organization is not known, so it is taken for the smallest. %s", failure.message
        )
        crm_quota(config).gate.limit = allowance({}).concurrent_calls
        return CrmOrganization({})
    if response is None:
        return CrmOrganization({})
    rows = (body_of(response) or {}).get("org") or [{}]
    row = rows[0] if isinstance(rows, list) else rows
    quota = crm_quota(config)
    quota.gate.limit = allowance(row).concurrent_calls
    if config.get("daily_call_limit") or config.get("daily_call_reserve"):
        quota.credits.price_of = _prices(requester)
    return CrmOrganization(row, (zoho_time(response) - datetime.now(UTC)).total_seconds())
