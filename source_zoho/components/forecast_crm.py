"""What will CRM cost: the modules by their records, and what belongs to the organization by its lists?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.models import AirbyteStateMessage
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from airbyte_cdk.sources.declarative.models.declarative_component_schema import CustomPartitionRouter
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components import crm_metadata
from source_zoho.components.checkpoints import Progress
from source_zoho.components.connection import crm_quota
from source_zoho.components.crm_catalog import metadata_of
from source_zoho.components.crm_organization import crm_organization
from source_zoho.components.forecast_lists import forecast_of_events
from source_zoho.components.manifest_rows import (
    Row,
    class_of,
    is_for_details,
    is_kept_by_us,
    name_of,
    parent_of,
    routed_parent_of,
    router_of,
)
from source_zoho.components.parts import built
from source_zoho.configuration import wants_details
from source_zoho.coql.wanted import wanted
from source_zoho.crm.editions import allowance
from source_zoho.crm.modules import supports_deleted
from source_zoho.estimates import NOTHING, Bound, Estimate, Forecast
from source_zoho.ledger import LEDGER, Place
from source_zoho.manifest import read_manifest, with_streams

ORGANIZATION, MODULES = "(organization)", "(modules and fields)"
_FORECASTING = "source_zoho.components.forecast_modules.ModuleForecastRetriever"
_ROAD = "list"


@dataclass(frozen=True)
class Credits:
    """
    The credits that are *left* now and come *per_day*, as far as Zoho tells, and how that is known (``because``).

    Where *left* is no more than what there may be at most, *surely* is what there is at least.
    """

    left: int | None
    per_day: int | None
    because: str
    surely: int | None = None


class CrmForecasts:
    """Tells what the streams of CRM in *names* cost (those of *rows*, and modules), going on from *states*."""

    def __init__(
        self,
        config: Mapping[str, Any],
        manifest: Mapping[str, Any],
        rows: Mapping[str, Row],
        names: Sequence[str],
        states: Sequence[AirbyteStateMessage],
    ) -> None:
        self._config = config
        self._definitions = manifest["definitions"]["crm"]
        self._known_rows = rows
        self._rows = {name: rows[name] for name in names if name in rows}
        self._names = list(names)
        self._states = states

    def all(self, news: Callable[[str], None]) -> Iterator[Forecast]:
        """Yield the forecasts, in the order of the names. Raises AirbyteTracedException when CRM cannot be asked."""
        queries = {each.stream for each in wanted(self._config)}
        modules = [name for name in self._names if name not in self._rows and name not in queries]
        forecasting = self._forecasting(modules)
        found = [self._of(name, forecasting, queries, news) for name in self._names]
        yield from self._anyway()
        yield from (self._of_row(self._known_rows[name]) for name in self._parents())
        yield from found

    def _of(
        self,
        name: str,
        forecasting: Mapping[str, AbstractStream],
        queries: Collection[str],
        news: Callable[[str], None],
    ) -> Forecast:
        news(name)
        if name in forecasting:
            return _forecast_of(forecasting[name])
        if name in self._rows:
            return self._of_row(self._rows[name])
        if name in queries:
            why = "1 to 3 credits for every query, and nobody knows how many rows it has"
            return _forecast(name, "COQL", Estimate(1, Bound.AT_LEAST), why)
        return Forecast("crm", name, "", None, why=str(crm_metadata.why_not(self._config, name).message))

    def add_modules(self) -> None:
        """Take in all modules that can be read, and the queries of the configuration."""
        queries = [each.stream for each in wanted(self._config)]
        self._names = [*self._names, *(each.stream for each in self._metadata().described()), *queries]

    def credits(self) -> Credits:
        """Return what there is to spend, as Zoho says it, else by the edition."""
        known = crm_quota(self._config).credits
        edition = allowance(crm_organization(self._config, self._requester()).row)
        if known.remaining is not None:
            return Credits(known.remaining, edition.credits, "as Zoho says")
        if edition.credits is None:
            return Credits(None, None, "the edition is not known, and Zoho tells only when half of them are used")
        because = f"at most: more than half of the {edition.credits:,} of the edition {edition.edition}, by its users"
        return Credits(max(edition.credits - known.spent, 0), edition.credits, because, edition.credits // 2)

    # ── modules ──

    def _forecasting(self, modules: Sequence[str]) -> dict[str, AbstractStream]:
        """Return the streams that give a forecast in place of records, by their names."""
        fixed = [name for name, row in self._rows.items() if class_of(row["retriever"]) == "ModuleRetriever"]
        if not modules and not fixed:
            return {}
        Progress(self._states)  # whether a module is due in full stands in the notes of its state
        manifest = with_streams(read_manifest(), [*modules, *fixed])
        manifest["definitions"]["crm"]["module"]["retriever"]["class_name"] = _FORECASTING
        source = ConcurrentDeclarativeSource(
            source_config=manifest, config=dict(self._config), state=list(self._states)
        )
        return {stream.name: stream for stream in source.streams(dict(self._config))}

    # ── what belongs to the organization ──

    def _anyway(self) -> Iterator[Forecast]:
        """Yield what is asked for the sake of all streams: what planning asked for the same reason."""
        routers = {class_of(router_of(row)) for row in self._rows.values()}
        if len(self._rows) < len(self._names) or "CrmOrganizationRouter" in routers:
            crm_organization(self._config, self._requester())
        asked = LEDGER.bill.costs
        for name in (ORGANIZATION, MODULES):
            cost = asked.get(Place("crm", name))
            if cost:
                yield _forecast(name, "metadata", Estimate(cost.calls))

    def _parents(self) -> list[str]:
        """Return the lists that are read for the sake of others only, and have their calls booked as their own."""
        found = (routed_parent_of(row) for row in self._rows.values())
        return list(dict.fromkeys(name for name in found if name and name not in self._rows))

    def _is_left_out(self, row: Row) -> bool:
        return _costs_a_call_for_each_record(row) and not wants_details(self._config)

    def _of_row(self, row: Row) -> Forecast:
        name, kind = name_of(row), class_of(row["retriever"])
        if self._is_left_out(row):
            return Forecast(
                "crm", name, "not read", NOTHING, NOTHING, NOTHING, why="document_details is none, so it is not read"
            )
        if is_kept_by_us(row):
            return forecast_of_events(name, self._config)
        if kind == "RecordChildrenRetriever":
            self._metadata().described()
            why = "a list for each record that changed"
            return _forecast(name, "a list for each record", Estimate(len(self._listed()), Bound.AT_LEAST), why)
        if kind == "FieldsRetriever":
            self._metadata().described()
            return _forecast(name, f"with {MODULES}", NOTHING)
        if kind == "DeletedRecordsRetriever":
            number = sum(supports_deleted(each) for each in self._listed())
            return _forecast(name, "a list for each module", Estimate(number, Bound.AT_LEAST), credits_each=2)
        return self._of_list(row)

    def _of_list(self, row: Row) -> Forecast:
        columns = row["$parameters"]
        bound = Bound.AT_LEAST if columns.get("asks_for_pages", True) else Bound.EXACTLY
        lists = max(len(columns.get("queries") or []), 1)
        if parent := parent_of(row):
            return _forecast(
                name_of(row),
                "a list for each parent",
                Estimate(1, Bound.AT_LEAST),
                f"1 call or more for each row of {parent}",
            )
        if class_of(router_of(row)) == "ModuleRouter":
            return _forecast(name_of(row), "a list for each module", Estimate(lists * len(self._listed()), bound))
        return _forecast(name_of(row), _ROAD, Estimate(lists, bound))

    def _listed(self) -> Sequence[Any]:
        return self._metadata().listing().readable

    def _metadata(self) -> crm_metadata.Metadata:
        return metadata_of(self._config)

    def _requester(self) -> Any:
        return built(CustomPartitionRouter, self._definitions["organization"], self._config).requester


def _forecast(name: str, road: str, calls: Estimate, why: str = "", credits_each: int = 1) -> Forecast:
    spent = Estimate(calls.value * credits_each, calls.bound)
    return Forecast("crm", name, road, calls, credits=spent, why=why)


def _forecast_of(stream: AbstractStream) -> Forecast:
    """Return what *stream*, which forecasts, has to say."""
    try:
        for partition in stream.generate_partitions():
            for record in partition.read():
                told: Forecast = record.data["forecast"]
                return told
    except AirbyteTracedException as error:
        return Forecast("crm", stream.name, "", None, why=str(error.message))
    return Forecast("crm", stream.name, "", None, why="Zoho names no organization")


def _costs_a_call_for_each_record(row: Row) -> bool:
    return is_for_details(row) or class_of(router_of(row)) == "ModulesOfRecords"
