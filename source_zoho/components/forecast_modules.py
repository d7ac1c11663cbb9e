"""What will the records of a CRM module cost, going on from where the last sync stopped?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.crm_facts import ModuleFacts
from source_zoho.components.crm_module import ModuleRetriever
from source_zoho.components.crm_position import position_in
from source_zoho.components.crm_reader import ModuleReader
from source_zoho.components.crm_refresh import Refresh
from source_zoho.components.crm_road import RoadIsClosed
from source_zoho.components.crm_roads import AUTO, Roads
from source_zoho.components.retriever import start_of
from source_zoho.crm.forecast import Journey, price_of
from source_zoho.crm.kinds import Kind, kind_of
from source_zoho.crm.roads import IDS_OF_A_CALL, ROWS_OF_A_LIST, Load, Road
from source_zoho.estimates import Bound, Estimate, Forecast

_ONE_OR_MORE = Estimate(1, Bound.AT_LEAST)
_LONG_TEXTS = "and a call for each text that Zoho cuts off"
# What a file writes in words that may not be told apart, or not at all.
_UNSURE_IN_FILES = frozenset({Kind.TAGS, Kind.CHOICES, Kind.ODD})


@dataclass
class ModuleForecastRetriever(ModuleRetriever):
    """
    Give one forecast in place of the records of a module: ``source-zoho plan`` puts this class in the place of the
    module's own. It counts the records by a query, and looks at a page of them where queries may leave something out.

        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.forecast_modules.ModuleForecastRetriever
          requester: ...
    """

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield the forecast, under ``forecast``. Raises AirbyteTracedException when Zoho cannot be asked."""
        where = stream_slice or StreamSlice(partition={}, cursor_slice={})
        described = self._described()
        refresh = Refresh(self.config, self.name, where, described)
        place = position_in(refresh.notes) if self.cursor_field else None
        begin = start_of(where) if self.cursor_field else None
        since = place.since if place else refresh.begin(begin)
        reader = self._reader(self._facts(described), refresh.notes)
        yield {"forecast": self._forecast(reader, since, place.after if place else "")}

    def _forecast(self, reader: ModuleReader | Roads, since: datetime | None, after: str) -> Forecast:
        if not isinstance(reader, Roads):
            return self._told(Road.REST, None, _ONE_OR_MORE, "Zoho is not asked how many records there are")
        try:
            rows = reader.queries.count(since, after)
            share = _share_to_complete(reader, rows, since, after)
        except RoadIsClosed as reason:
            return self._told(Road.REST, None, _ONE_OR_MORE, f"its records cannot be counted. {reason}")
        return self._of(reader, rows, share, goes_on=bool(after))

    def _of(self, reader: Roads, rows: int, share: float, *, goes_on: bool) -> Forecast:
        facts, groups, shape = reader.facts, reader.lists.groups, reader.queries.shape
        columns = -(-(len(facts.fields) + 1) // shape.columns)

        def load_of(number: int) -> Load:
            return Load(number, groups, columns, shape.rows, round(number * share))

        cheap_by_lists = groups == 1 and facts.often_unsure and not goes_on
        wanted = None if reader.wanted == AUTO else Road(reader.wanted)
        begins = wanted is Road.COQL or (wanted is None and not cheap_by_lists)
        begins = begins and Road.COQL not in reader.closed
        journey = Journey(wanted, begins, reader.closed.keys(), facts.may_lack_records_in_files)
        road, price = price_of(rows, load_of, journey, reader.credits.available)
        unsure = _unsure_in_files(facts) if road is Road.BULK else []
        bound = Bound.AT_LEAST if facts.rich_text and rows else Bound.ABOUT if share or unsure else Bound.EXACTLY
        why = [_LONG_TEXTS] if bound is Bound.AT_LEAST else []
        why += [_as_files_leave_open(rows, unsure)] if unsure else []
        return self._told(road, Estimate(rows), Estimate(price.credits, bound), "; ".join(why), price.calls)

    def _told(self, road: Road, rows: Estimate | None, spent: Estimate, why: str, calls: int | None = None) -> Forecast:
        made = Estimate(spent.value if calls is None else calls, spent.bound)
        return Forecast("crm", self.name, road.in_words, made, rows, spent, why=why)


def _unsure_in_files(facts: ModuleFacts) -> list[str]:
    """Return the fields of the module of *facts* that a file may leave open, so that lists have to tell them."""
    fields = facts.canonical.fields if facts.canonical else ()
    return [field.api_name for field in fields if kind_of(field) in _UNSURE_IN_FILES]


def _as_files_leave_open(rows: int, unsure: Sequence[str]) -> str:
    most = -(-rows // IDS_OF_A_CALL) + 1  # and the list of the module's tags
    names = ", ".join(unsure)
    return f"and up to {most:,} credits more, 1 for each hundred records that files of Bulk Read leave unsure ({names})"


def _share_to_complete(reader: Roads, rows: int, since: datetime | None, after: str) -> float:
    """Return which part of the records needs a call by id, as the first of them show, where that may be."""
    canonical = reader.facts.canonical
    if not rows or not (reader.queries.missing or (canonical and canonical.odd)):
        return 0.0
    parts = reader.queries.page(since, after, ROWS_OF_A_LIST).parts
    return sum(bool(part.unsure) for part in parts) / len(parts) if parts else 0.0
