"""
What can be read with this configuration, asked of Zoho stream by stream?

Each list is asked for its first page with the requests of a sync: sign-in, hosts, pace and error table are those of
every read. What hangs on the rows of a list is not asked: it is as available as its list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho import availability, scopes
from source_zoho.availability import Finding
from source_zoho.components.checks import NAMES
from source_zoho.components.connection import crm_quota, pace, tokens
from source_zoho.components.event_stores import store_of
from source_zoho.components.manifest_rows import (
    Row,
    class_of,
    is_for_details,
    is_kept_by_us,
    name_of,
    parent_of,
)
from source_zoho.components.rows_alone import partitions_of, streams_of, without_sync
from source_zoho.components.traced import ZohoFailure
from source_zoho.configuration import wants_details
from source_zoho.crm.editions import allowance
from source_zoho.crm.modules import Listing, parse
from source_zoho.errors import ConfigProblem, ZohoError
from source_zoho.manifest import read_manifest, with_products

_LISTED_BY = {"books": "books_organizations", "billing": "billing_organizations", "crm": "crm_organization"}
_MODULES = "crm_modules"
# What these give does not come from one call for its first page.
_ASKED = frozenset({"ListRetriever", "CrmListRetriever", "ReportRetriever"})
_NOT_PARTS = frozenset({"definitions", "dynamic_streams"})


@dataclass(frozen=True)
class Organization:
    """An organization: its plan in Zoho's words, and what is left of its calls (CRM: credits); None: not told yet."""

    product: str
    id: str
    active: bool
    plan: str
    left: int | None = None
    per_day: int | None = None


class Examination:
    """Asks about *products* of the account in *config*."""

    def __init__(self, config: Mapping[str, Any], products: Iterable[str]) -> None:
        self._config = dict(config)
        self._products = list(products)
        manifest = with_products(read_manifest(), self._products)
        resolved = ManifestReferenceResolver().preprocess_manifest({**manifest, "dynamic_streams": []})
        self._manifest = {name: part for name, part in resolved.items() if name not in _NOT_PARTS}
        self._rows = {name_of(row): row for group in self._manifest["streams"] for row in group["streams"]}

    def sign_in(self) -> str:
        """Return where Zoho wants to be called. Raises ConfigProblem or Transient with Zoho's reason."""
        store = tokens(self._config)
        store.patient = False
        return store.token().api_url

    def organizations(self, product: str) -> list[Organization]:
        """Return the organizations of *product* that are to be read. Raises ConfigProblem when they are not told."""
        chosen = self._config.get("organization_ids") if product != "crm" else None
        try:
            found = [_organization(product, row) for row in self._rows_of(_LISTED_BY[product])]
        except AirbyteTracedException as error:
            raise ConfigProblem(str(error.message)) from None
        return [each for each in found if not chosen or each.id in chosen]

    def modules(self) -> Listing:
        """Return the modules of CRM that can be read, and those that cannot, with the reason."""
        return parse(self._rows_of(_MODULES))

    def names(self, product: str) -> list[str]:
        """Return the streams of *product*, modules of CRM aside."""
        return [name for name in self._rows if name.startswith(f"{product}_")]

    def questions(self, names: Iterable[str]) -> list[str]:
        """Return those of *names* that Zoho is asked about, once in each organization."""
        return [name for name in names if self._is_asked(self._rows[name])]

    def findings(self, names: Iterable[str], news: Callable[[str], None]) -> list[Finding]:
        """Return what is found of each stream of *names* in each organization."""
        wanted = list(names)
        found: dict[str, list[Finding]] = {}
        for stream in streams_of(self._manifest, self._config, self._asked_for(wanted), without_sync):
            news(stream.name)
            found[stream.name] = list(self._asked(stream))
        judged = _judged(found)
        return [finding for name in wanted for finding in self._of(name, judged)]

    def _asked_for(self, names: Iterable[str]) -> set[str]:
        """Return the lists to ask about so that all of *names* can be answered."""
        lists = {self._list_of(name) for name in names}
        return {name for name in lists if name in self._rows and self._is_asked(self._rows[name])}

    def _is_asked(self, row: Row) -> bool:
        return class_of(row["retriever"]) in _ASKED and not parent_of(row)

    def _list_of(self, name: str) -> str:
        """Return the list at the root of what *name* reads."""
        while parent := (parent_of(self._rows[name]) if name in self._rows else ""):
            name = parent
        return name

    def _of(self, name: str, found: Mapping[str, list[Finding]]) -> list[Finding]:
        row, root = self._rows[name], self._list_of(name)
        if name in found:
            return found[name]
        if is_kept_by_us(row):
            return [self._of_events(name)]
        product, scope = scopes.product_of(name), self._scope_of(name)
        if is_for_details(row) and not wants_details(self._config):
            why = "document_details is none; with changed it costs a call for each record that changed."
            return [Finding(product, name, "", availability.OFF, scope, why)]
        if root != name and root in found:
            return [
                Finding(product, name, each.organization_id, each.state, each.scope, f"as {root}")
                for each in found[root]
            ]
        return [Finding(product, name, "", availability.OK, scope, "not asked: it begins with other lists")]

    def _of_events(self, name: str) -> Finding:
        product = scopes.product_of(name)
        try:
            store = store_of(self._config)
        except AirbyteTracedException as error:
            return Finding(product, name, "", availability.LATER, why=str(error.message))
        if store is None:
            return Finding(product, name, "", availability.OFF, why="webhook_store_url is empty.")
        return Finding(product, name, "", availability.OK, why="read from the store of the receiver")

    def _asked(self, stream: AbstractStream) -> Iterator[Finding]:
        scope, product = self._scope_of(stream.name), scopes.product_of(stream.name)
        try:
            partitions = list(partitions_of(stream))
        except ZohoError as error:
            yield Finding(product, stream.name, "", availability.LATER, scope, str(error))
            return
        for partition, organization_id in partitions:
            try:
                first = next(iter(partition.read()), None)
            except AirbyteTracedException as error:
                yield Finding(product, stream.name, organization_id, _state(error), scope, str(error.message))
            else:
                state = availability.OK if first else availability.EMPTY
                yield Finding(product, stream.name, organization_id, state, scope)

    def _scope_of(self, name: str) -> str:
        return scopes.granted_as(scopes.product_of(name), str(self._rows[name]["$parameters"].get("scope") or ""))

    def _rows_of(self, name: str) -> list[Mapping[str, Any]]:
        (stream,) = streams_of(self._manifest, self._config, [name], without_sync)
        return [record.data for partition in stream.generate_partitions() for record in partition.read()]

    def quota(self, organization: Organization) -> Organization:
        """Return *organization* with what its answers have told of its day so far."""
        if organization.product == "crm":
            return replace(organization, left=crm_quota(self._config).credits.remaining)
        day = pace(self._config).day_of(organization.id, NAMES[organization.product])
        return replace(organization, left=day.remaining, per_day=day.whole)


def _organization(product: str, row: Mapping[str, Any]) -> Organization:
    if product == "crm":
        edition = allowance(row)
        return Organization(
            "crm", str(row.get("zgid") or row.get("id") or ""), True, edition.edition, None, edition.credits
        )
    plan = str(row.get("plan_name") or row.get("plan_type") or "")
    return Organization(product, str(row.get("organization_id")), bool(row.get("is_org_active", True)), plan)


def _state(error: AirbyteTracedException) -> str:
    code = error.code if isinstance(error, ZohoFailure) else None
    return availability.state_of(code, passes=error.failure_type is FailureType.transient_error)


def _judged(found: Mapping[str, list[Finding]]) -> dict[str, list[Finding]]:
    """Return *found* with each finding judged beside all others."""
    everything = availability.settled([each for findings in found.values() for each in findings])
    judged: dict[str, list[Finding]] = {name: [] for name in found}
    for each in everything:
        judged[each.stream].append(each)
    return judged
