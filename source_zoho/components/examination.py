"""
What can be read with this configuration, asked of Zoho stream by stream?

Each list is asked for its first page with the requests of a sync: sign-in, hosts, pace and error table are those of
every read. What hangs on the rows of a list is not asked: it is as available as its list.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

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
    is_of_account,
    is_of_modules,
    name_of,
    parent_of,
)
from source_zoho.components.organizations import active_ids, is_active, unknown_ids_problem
from source_zoho.components.refused import refused
from source_zoho.components.rows_alone import partitions_of, streams_of, without_sync
from source_zoho.configuration import wants_details
from source_zoho.crm.editions import allowance
from source_zoho.errors import ConfigProblem, ZohoError
from source_zoho.manifest import read_manifest, with_products

_LISTED_BY = {"books": "books_organizations", "billing": "billing_organizations", "crm": "crm_organization"}
_CRM_IS_UNKNOWN = (
    "Zoho does not tell which organization this is ({why}). All other streams are read all the same. But its edition "
    "is not known, so no more calls are under way at once than the smallest edition allows; and a state does not tell "
    "this organization from another, or from a sandbox: with a token of another one, begin with an empty state."
)
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


@dataclass(frozen=True)
class Organizations:
    """
    The organizations of a product that are to be read.

    A *problem* is what ends a check, a *remark* what makes a sync poorer.
    """

    found: Sequence[Organization] = ()
    problem: str = ""
    remark: str = ""


class Examination:
    """Asks about *products* of the account in *config*."""

    def __init__(self, config: Mapping[str, Any], products: Iterable[str]) -> None:
        self._config = dict(config)
        self._granted: set[str] = set()
        self._readable: dict[str, list[str]] = {}
        manifest = with_products(read_manifest(), list(products))
        resolved = ManifestReferenceResolver().preprocess_manifest({**manifest, "dynamic_streams": []})
        self._manifest = {name: part for name, part in resolved.items() if name not in _NOT_PARTS}
        self._rows = {name_of(row): row for group in self._manifest["streams"] for row in group["streams"]}

    def sign_in(self) -> str:
        """Return where Zoho wants to be called. Raises ConfigProblem or Transient with Zoho's reason."""
        store = tokens(self._config)
        store.patient = False
        return store.token().api_url

    def organizations(self, product: str) -> Organizations:
        """Return the organizations of *product* that are to be read. Raises ZohoError when they are not told."""
        try:
            rows = self._rows_of(_LISTED_BY[product])
        except AirbyteTracedException as error:
            if product != "crm" or getattr(error, "ends_the_product", False):
                raise ConfigProblem(str(error.message)) from None
            scope = self._scope_of(_LISTED_BY[product])
            found_out = refused(error, product, _LISTED_BY[product], scope)
            why = f"the sign-in {found_out.brief}" if found_out.state == availability.SCOPE else found_out.said
            return Organizations(remark=_CRM_IS_UNKNOWN.format(why=why))
        found = [_organization(product, row) for row in rows]
        if product == "crm":
            return Organizations(found)
        self._granted.add(self._scope_of(_LISTED_BY[product]))
        return self._chosen(product, found, rows)

    def _chosen(self, product: str, found: list[Organization], rows: list[Mapping[str, Any]]) -> Organizations:
        """Return those of *found* that the configuration chooses, and what is wrong with its choice."""
        chosen = self._config.get("organization_ids")
        if chosen:
            problem = unknown_ids_problem(chosen, rows, with_names=False) or ""
            found = [each for each in found if each.id in chosen]
            self._readable[product] = [each.id for each in found if each.active]
            return Organizations(found, problem)
        try:
            self._readable[product] = active_ids(rows, NAMES[product])
        except AirbyteTracedException as error:
            return Organizations(found, str(error.message))
        return Organizations(found)

    def names(self, product: str) -> list[str]:
        """Return the streams of *product*, modules of CRM aside."""
        return [name for name in self._rows if name.startswith(f"{product}_")]

    def questions(self, names: Iterable[str]) -> list[str]:
        """Return those of *names* that Zoho is asked about, once in each organization."""
        return [name for name in names if self._is_asked(self._rows[name])]

    def calls(self, names: Iterable[str], *, organizations: int, modules: int) -> int:
        """Return about how many calls it takes to ask about *names*; a list of modules takes one for each of them."""
        rows = [self._rows[name] for name in self._asked_for(names)]
        return sum(modules if is_of_modules(row) else 1 if is_of_account(row) else organizations for row in rows)

    def findings(self, names: Iterable[str], news: Callable[[str], None]) -> list[Finding]:
        """Return what is found of each stream of *names* in each organization."""
        wanted = list(names)
        found: dict[str, list[Finding]] = {}
        for stream in streams_of(self._manifest, self._config_of(wanted), self._asked_for(wanted), without_sync):
            news(stream.name)
            found[stream.name] = list(self._asked(stream))
        judged = _judged(found, self._granted)
        return [finding for name in wanted for finding in self._of(name, judged)]

    def _config_of(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the configuration to ask about *names* with: of ids that were chosen, those that can be read."""
        readable = self._readable.get(scopes.product_of(names[0])) if names else None
        chosen = {"organization_ids": readable} if readable and self._config.get("organization_ids") else {}
        return {**self._config, **chosen}

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
            return [replace(each, product=product, stream=name, why=f"as {root}") for each in found[root]]
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
            yield Finding(product, stream.name, "", availability.LATER, scope, str(error), said=str(error))
            return
        for partition, organization_id in partitions:
            try:
                first = next(iter(partition.read()), None)
            except AirbyteTracedException as error:
                yield refused(error, product, stream.name, scope, organization_id)
            else:
                state = availability.OK if first else availability.EMPTY
                yield Finding(product, stream.name, organization_id, state, scope)

    def _scope_of(self, name: str) -> str:
        return scopes.granted_as(scopes.product_of(name), str(self._rows[name]["$parameters"].get("scope") or ""))

    def _rows_of(self, name: str) -> list[Mapping[str, Any]]:
        (stream,) = streams_of(self._manifest, self._config, [name], without_sync)
        return [record.data for partition in stream.generate_partitions() for record in partition.read()]

    def ask_for_quota(self, product: str) -> None:
        """Ask one small list of each organization of *product*: answers tell what is left of the day, if Zoho does."""
        readable, name = self._readable.get(product, []), self._settings_list_of(product)
        if readable and name:
            config = {**self._config, "organization_ids": readable}
            for stream in streams_of(self._manifest, config, [name], without_sync):
                for _ in self._asked(stream):
                    pass

    def _settings_list_of(self, product: str) -> str:
        """Return a list that takes no scope but that of the list of organizations."""
        granted, names = self._scope_of(_LISTED_BY[product]), self.questions(self.names(product))
        fitting = (name for name in names if self._scope_of(name) == granted and not is_of_account(self._rows[name]))
        return next(fitting, "")

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
    return Organization(product, str(row.get("organization_id")), is_active(row), plan)


def _judged(found: Mapping[str, list[Finding]], granted: Collection[str]) -> dict[str, list[Finding]]:
    """Return *found* with each finding judged beside all others, and beside scopes that are known to be *granted*."""
    everything = availability.settled([each for findings in found.values() for each in findings], granted)
    judged: dict[str, list[Finding]] = {name: [] for name in found}
    for each in everything:
        judged[each.stream].append(each)
    return judged
