"""Which organizations are read?"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass
from typing import Any

from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.partition_routers.partition_router import PartitionRouter
from airbyte_cdk.sources.declarative.requesters.request_options import DefaultRequestOptionsProvider
from airbyte_cdk.sources.declarative.requesters.requester import Requester
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.bodies import body_of, said_flag
from source_zoho.components.connection import tokens
from source_zoho.components.traced import traced
from source_zoho.configuration import wants_details
from source_zoho.errors import ConfigProblem, Transient
from source_zoho.oauth.tokens import TokenStore

PARTITION_FIELD = "organization_id"


@dataclass
class OrganizationRouter(DefaultRequestOptionsProvider, PartitionRouter):
    """
    Give every stream one partition per organization; the requester reads it from the slice, also for children.

    Without ``organization_ids`` in the configuration these are the active organizations of the account. The list is
    asked for once per product and process, whatever the number of streams; ``or_requester`` asks for it elsewhere
    when Zoho refuses it, since not every product documents that it has one. With ``for_details`` there are no
    partitions, and so no calls, unless the configuration asks for details.

        partition_router:
          type: CustomPartitionRouter
          class_name: source_zoho.components.OrganizationRouter
          product: Books
          requester: ...
    """

    requester: Requester
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    or_requester: Requester | None = None
    product: str = ""
    for_details: bool = False

    def stream_slices(self) -> Iterable[StreamSlice]:
        """Yield a slice for each organization."""
        if self.for_details and not wants_details(self.config):
            return
        for organization_id in self._organization_ids():
            yield StreamSlice(partition={PARTITION_FIELD: organization_id}, cursor_slice={})

    def _organization_ids(self) -> list[str]:
        chosen = self.config.get("organization_ids")
        return list(dict.fromkeys(chosen)) if chosen else active_ids(self._list(), self.product)

    def _list(self) -> list[Mapping[str, Any]]:
        """Return the organizations of the account, from memory after the first time."""
        account = tokens(self.config), self.product
        with _lock:
            if account not in _known:
                _known[account] = self._ask_once()
            known = _known[account]
        if isinstance(known, AirbyteTracedException):
            raise known
        return known

    def _ask_once(self) -> list[Mapping[str, Any]] | AirbyteTracedException:
        """Return the list, or why there is none: what Zoho answers to one stream holds for all."""
        try:
            return _ask(self.requester)
        except AirbyteTracedException as error:
            return self._ask_elsewhere(error)

    def _ask_elsewhere(self, refused: AirbyteTracedException) -> list[Mapping[str, Any]] | AirbyteTracedException:
        if self.or_requester is None or refused.failure_type is not FailureType.config_error:
            return refused
        try:
            return _ask(self.or_requester)
        except AirbyteTracedException:
            return refused

    def get_stream_state(self) -> Mapping[str, Any] | None:
        """Return no state: the cursor of each stream keeps its own."""
        return None


def _ask(requester: Requester) -> list[Mapping[str, Any]]:
    response = requester.send_request()
    listed = (body_of(response) or {}).get("organizations") if response is not None else None
    if not isinstance(listed, list):
        raise traced(Transient("Zoho answered without the list of organizations. Run again later."))
    return listed


_known: dict[tuple[TokenStore, str], list[Mapping[str, Any]] | AirbyteTracedException] = {}
_lock = threading.Lock()


def forget() -> None:
    """Ask Zoho again: another run may find other organizations."""
    with _lock:
        _known.clear()


def time_zone_of(config: Mapping[str, Any], organization_id: str) -> str | None:
    """Return the time zone of an organization, if this process has read the list of organizations; it asks nothing."""
    account = tokens(config)
    with _lock:
        lists = [known for (store, _), known in _known.items() if store == account and isinstance(known, list)]
    rows = [each for known in lists for each in known]
    found = (each.get("time_zone") for each in rows if str(each.get(PARTITION_FIELD)) == organization_id)
    return next((str(zone) for zone in found if zone), None)


def is_active(organization: Mapping[str, Any]) -> bool:
    """Tell whether *organization* can be read: unless Zoho says that it is not active."""
    return said_flag(organization.get("is_org_active")) is not False


def active_ids(organizations: Iterable[Mapping[str, Any]], product: str = "Books") -> list[str]:
    """Return the ids of the *organizations* that can be read. Raises AirbyteTracedException when there is none."""
    ids = [str(each[PARTITION_FIELD]) for each in organizations if is_active(each)]
    if not ids:
        raise traced(
            ConfigProblem(
                f"The user of this refresh_token has no active organization in {product}; sign in with one who has."
            )
        )
    return ids


def unknown_ids_problem(
    wanted: Iterable[str], organizations: Iterable[Mapping[str, Any]], *, with_names: bool = True
) -> str | None:
    """Return a sentence when some of the *wanted* ids cannot be read, naming those that can."""
    listed = {str(each[PARTITION_FIELD]): each for each in organizations}
    strangers = [each for each in wanted if each not in listed]
    sleeping = [each for each in wanted if each in listed and not is_active(listed[each])]
    if not strangers and not sleeping:
        return None
    names = ", ".join(
        f"{key} ({each.get('name', '')})" if with_names else key for key, each in listed.items() if is_active(each)
    )
    what = "does not belong to the user of this refresh_token" if strangers else "is not active"
    return (
        f"organization_ids contains {', '.join(strangers or sleeping)}, which {what}; expected one or more of: {names}."
    )
