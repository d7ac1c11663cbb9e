"""Can what was asked for be read, and what exactly is there?"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.coql_sample import samples_for
from source_zoho.components.event_stores import asking_the_store, store_of
from source_zoho.components.lists import is_no_such_address
from source_zoho.components.organizations import active_ids, unknown_ids_problem
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.configuration import PRODUCTS, wants
from source_zoho.coql.wanted import streams as query_streams
from source_zoho.crm.modules import HIDDEN, parse
from source_zoho.errors import ConfigProblem

NAMES = {"books": "Books", "billing": "Billing", "crm": "CRM"}
_STREAMS = {"books": "books_organizations", "billing": "billing_organizations", "crm": "crm_modules"}
_CRM_ORGANIZATION = "crm_organization"
STREAMS_OF_CHECK = frozenset({*_STREAMS.values(), _CRM_ORGANIZATION})


class Checks:
    """Asks each product for what it lists, by the *streams* of the check."""

    def __init__(self, config: Mapping[str, Any], streams: Iterable[AbstractStream], logger: logging.Logger) -> None:
        self._config = config
        self._streams = {stream.name: stream for stream in streams}
        self._logger = logger

    def run(self) -> None:
        """Raise AirbyteTracedException unless everything that was asked for by name can be read."""
        wanted = [product for product in PRODUCTS if wants(self._config, product)]
        refusals: list[AirbyteTracedException] = []
        for product in wanted:
            try:
                self._check(product)
            except AirbyteTracedException as error:
                if self._config.get("products"):
                    raise
                refusals.append(error)
                self._logger.warning("%s cannot be read and is left out: %s", NAMES[product], error.message)
        if len(refusals) == len(wanted):
            raise refusals[0]
        self._check_event_store()

    def _check(self, product: str) -> None:
        if product == "crm":
            self._check_crm()
            return
        try:
            self._check_organizations(product)
        except AirbyteTracedException as error:
            if not _has_no_such_list(error):
                raise
            self._logger.warning(
                "%s does not list its organizations here; those that Books lists are read, unchecked.", NAMES[product]
            )

    def _check_organizations(self, product: str) -> None:
        organizations = self._rows(_STREAMS[product])
        chosen: Sequence[str] = self._config.get("organization_ids") or []
        problem = unknown_ids_problem(chosen, organizations)
        if problem:
            raise traced(ConfigProblem(problem))
        name = NAMES[product]
        ids = ", ".join(chosen or active_ids(organizations, name))
        self._logger.info("Signed in; organizations of %s to read: %s.", name, ids)

    def _check_event_store(self) -> None:
        store = store_of(self._config)
        if store is None:
            return
        with asking_the_store():
            store.ping()
            self._logger.info("The webhook store answers; it has kept events up to sequence %d.", store.last_sequence())

    def _check_crm(self) -> None:
        """Count the modules that can be read, and name those that the user's profile hides."""
        listing = parse(self._rows(_STREAMS["crm"]))
        if not listing.readable:
            raise traced(
                ConfigProblem(
                    "The user of this refresh_token sees no module of CRM; sign in as one whose profile may view some."
                )
            )
        where = self._name_of_crm_organization()
        self._logger.info("Signed in; CRM%s has %d modules that can be read.", where, len(listing.readable))
        hidden = sorted(name for name, reason in listing.left_out if reason == HIDDEN)
        if hidden:
            self._logger.info("Modules of CRM that the profile of this user does not see: %s.", ", ".join(hidden))
        self._check_queries()

    def _check_queries(self) -> None:
        """Ask for the first rows of each query of the configuration, and name those that Zoho refuses."""
        queries = query_streams(self._config)
        for name in queries:
            self._streams[name].get_json_schema()
        if queries:
            samples_for(self._config).tell_refusals()

    def _name_of_crm_organization(self) -> str:
        try:
            rows = self._rows(_CRM_ORGANIZATION)
        except AirbyteTracedException as error:
            self._logger.warning("CRM does not tell its organization: %s", error.message)
            return ""
        return f" of {rows[0].get('company_name')}" if rows and rows[0].get("company_name") else ""

    def _rows(self, stream_name: str) -> list[Mapping[str, Any]]:
        stream = self._streams[stream_name]
        return [record.data for partition in stream.generate_partitions() for record in partition.read()]


def _has_no_such_list(error: AirbyteTracedException) -> bool:
    """Tell whether *error* says that Zoho has no list at that address: Billing's description lacks organizations."""
    return isinstance(error, ZohoFailure) and is_no_such_address(error)
