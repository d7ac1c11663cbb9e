"""
What will a sync cost?

Zoho is asked as little as can be: which organizations there are, how long the lists of Books and Billing are where it
tells, and in CRM what a module has that is to be read. Nothing is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from airbyte_cdk.models import AirbyteStateMessage, ConfiguredAirbyteStream
from airbyte_cdk.sources.declarative.models.declarative_component_schema import CustomPartitionRouter
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import ManifestReferenceResolver
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.census import Answer, Census
from source_zoho.components.forecast_crm import Credits, CrmForecasts
from source_zoho.components.forecast_lists import Known, Question, forecast, forecast_of_events, lists_to_count
from source_zoho.components.manifest_rows import is_kept_by_us, is_of_account, name_of, routed_parent_of
from source_zoho.components.organizations import PARTITION_FIELD
from source_zoho.components.parts import built
from source_zoho.components.records import flat
from source_zoho.components.selection import choose
from source_zoho.configuration import PRODUCTS, wants
from source_zoho.errors import ZohoError
from source_zoho.estimates import Estimate, Forecast
from source_zoho.manifest import read_manifest, with_products

ORGANIZATIONS = "(organizations)"
_LISTED, _CRM = ("books", "billing"), "crm"
_EVERYTHING = "(all streams)"
News = Callable[[str], None]


class Forecasts:
    """Tells what reading *chosen* (nothing: all there is) of the account in *config* costs, going on from *states*."""

    def __init__(
        self,
        config: Mapping[str, Any],
        chosen: Iterable[ConfiguredAirbyteStream] = (),
        states: Iterable[AirbyteStateMessage] = (),
    ) -> None:
        streams, self._states = list(chosen), list(states)
        choose(streams)
        self._config = config
        self._wanted = [each.stream.name for each in streams]
        self._manifest = self._resolved()
        rows = {name_of(row): row for group in self._manifest["streams"] for row in group["streams"]}
        self._known = Known(config, rows, {}, frozenset(_places_in(self._states)))
        self._census = Census(config, self._manifest)
        self._crm: CrmForecasts | None = None

    def _resolved(self) -> dict[str, Any]:
        """Return the manifest with its references resolved, as far as it is about what is planned."""
        of_interest = {name.partition("_")[0] for name in self._wanted} or PRODUCTS
        manifest = with_products(read_manifest(), [each for each in PRODUCTS if each in of_interest])
        resolved: dict[str, Any] = ManifestReferenceResolver().preprocess_manifest({**manifest, "dynamic_streams": []})
        return resolved

    def questions(self) -> dict[str, int]:
        """
        Return how much Zoho is asked by planning: for each product that is planned the number of lists, in CRM of
        modules (-1: all, and nobody knows how many) that are counted.
        """
        countable = self._census.lists().keys()
        counted = {
            product: len(lists_to_count(self._known_of(product), self._known) & countable)
            for product in _LISTED
            if self._streams_of(product)
        }
        modules = [name for name in self._streams_of(_CRM) if name not in self._known.rows]
        return {**counted, **({_CRM: len(modules) if self._wanted else -1} if self._streams_of(_CRM) else {})}

    def all(self, news: News) -> Iterator[Forecast]:
        """Yield the forecasts of all products."""
        for name in self._wanted:
            product = name.partition("_")[0]
            if not (product in PRODUCTS and wants(self._config, product)):
                yield Forecast(product, name, "", None, why="products, in the configuration, does not name its product")
        for product in _LISTED:
            names = self._streams_of(product)
            if names:
                yield from self._of_product(product, names, news)
        yield from self._of_crm(news)

    def credits(self) -> Credits | None:
        """Return what there is to spend in CRM; None when it is not planned, or could not be asked."""
        return self._crm.credits() if self._crm else None

    def _of_crm(self, news: News) -> Iterator[Forecast]:
        names = self._streams_of(_CRM)
        if not names:
            return
        crm = CrmForecasts(self._config, self._manifest, self._known.rows, names, self._states)
        try:
            if not self._wanted:
                crm.add_modules()
            yield from crm.all(news)
            self._crm = crm
        except (AirbyteTracedException, ZohoError) as error:
            yield from _none(_CRM, names if self._wanted else [_EVERYTHING], error)

    def _streams_of(self, product: str) -> list[str]:
        """Return the streams of *product* that are to be read, in the order of the catalog."""
        if not wants(self._config, product):
            return []
        return [name for name in self._wanted or self._known.rows if name.startswith(f"{product}_")]

    def _known_of(self, product: str) -> list[str]:
        return [name for name in self._streams_of(product) if name in self._known.rows]

    def _of_product(self, product: str, names: Sequence[str], news: News) -> Iterator[Forecast]:
        there = self._known_of(product)
        for name in (each for each in names if each not in there):
            yield Forecast(product, name, "", None, why="this source has no such stream; run discover again")
        kept = [name for name in there if is_kept_by_us(self._known.rows[name])]
        if listed := [name for name in there if name not in kept]:
            yield from self._of_lists(product, listed, news)
        yield from (forecast_of_events(name, self._config) for name in kept)

    def _of_lists(self, product: str, there: Sequence[str], news: News) -> Iterator[Forecast]:
        try:
            organization_ids = self._organization_ids(product)
            known = self._with_lengths(there, news)
        except (AirbyteTracedException, ZohoError) as error:
            yield from _none(product, there if self._wanted else [_EVERYTHING], error)
            return
        if not self._config.get("organization_ids"):
            yield Forecast(product, ORGANIZATIONS, "one answer", Estimate(1))
        for name in [*self._parents_of(there), *there]:
            places = [""] if is_of_account(known.rows[name]) else organization_ids
            yield from (forecast(Question(known.rows[name], place, known)) for place in places)

    def _parents_of(self, names: Sequence[str]) -> list[str]:
        """Return the lists that are read for the sake of others only, and have their calls booked as their own."""
        found = (routed_parent_of(self._known.rows[name]) for name in names)
        return list(dict.fromkeys(parent for parent in found if parent and parent not in names))

    def _organization_ids(self, product: str) -> list[str]:
        """Return the organizations to read. Raises AirbyteTracedException as their router does."""
        declared = self._manifest["definitions"][product]["organizations"]
        router = built(CustomPartitionRouter, declared, self._config)
        return [str(each.partition[PARTITION_FIELD]) for each in router.stream_slices()]

    def _with_lengths(self, names: Iterable[str], news: News) -> Known:
        answers: dict[tuple[str, str], Answer] = {}
        for answer in self._census.count(lists_to_count(names, self._known) & self._census.lists().keys()):
            news(answer.stream)
            answers[answer.stream, answer.organization_id] = answer
        known = self._known
        return Known(known.config, known.rows, answers, known.from_a_state)


def _places_in(states: Iterable[AirbyteStateMessage]) -> Iterator[tuple[str, str]]:
    """Yield the streams that *states* are about, with each organization that they know."""
    for state in states:
        if state.stream and state.stream.stream_state:
            name = state.stream.stream_descriptor.name
            for entry in vars(state.stream.stream_state).get("states") or []:
                yield name, str(flat(entry["partition"]).get(PARTITION_FIELD, ""))


def _none(product: str, names: Iterable[str], error: Exception) -> Iterator[Forecast]:
    """Yield that nothing can be said of *names*, and why."""
    why = str(getattr(error, "message", None) or error)
    yield from (Forecast(product, name, "", None, why=why) for name in names)
