"""Which records were deleted from lists that do not tell?"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field
from datetime import timedelta
from typing import Any

from airbyte_cdk.models import AirbyteMessage, FailureType
from airbyte_cdk.sources.declarative.requesters.paginators.default_paginator import DefaultPaginator
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.changes_first import EVENTS
from source_zoho.components.checkpoints import are_heard as checkpoints_are_heard
from source_zoho.components.checkpoints import checkpoint, notes_of
from source_zoho.components.organizations import OrganizationRouter
from source_zoho.components.requester import ZohoRequester
from source_zoho.components.retriever import EVERYTHING
from source_zoho.components.told_deletions import ToldDeletions, were_told
from source_zoho.components.traced import traced
from source_zoho.components.tracked import Columns, TrackedList, deletion
from source_zoho.configuration import lookback_minutes, webhook_store_url
from source_zoho.deletions.check import Check, What
from source_zoho.deletions.known import Known
from source_zoho.errors import ConfigProblem

# Up to here reading a list again costs no more calls than asking for its count and for what changed.
_ROWS_NOT_WORTH_COUNTING = 400
_RECORDS_BETWEEN_CHECKPOINTS = 50
_log = logging.getLogger("airbyte")


@dataclass
class DeletionsRetriever(Retriever):
    """
    Look for deletions in the lists that the configuration names (``track_deletions``), one after the other.

    The first sync remembers the ids of each list in the state and gives nothing; ``source_zoho.deletions.check`` says
    what later ones ask. Rows of the manifest stand under ``filtered`` when Zoho can be asked what changed in their
    list, and under ``scanned`` when it cannot.

        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.DeletionsRetriever
          filtered: [{name: books_bills, path: bills, records: [bills], primary_key: [organization_id, bill_id], ...}]
          requester: ...
          paginator: ...
          partition_router: ...
    """

    requester: ZohoRequester
    paginator: DefaultPaginator
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    name: str = ""
    cursor_field: str = "missed_at"
    filtered: list[Mapping[str, Any]] = field(default_factory=list)
    scanned: list[Mapping[str, Any]] = field(default_factory=list)

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._lookback = timedelta(minutes=lookback_minutes(self.config))
        rows = [(row, True) for row in self.filtered] + [(row, False) for row in self.scanned]
        self._columns = {row["name"]: Columns.of(row, tells_changes=filters) for row, filters in rows}
        self._lists = [self._list(self._columns[name]) for name in tracked(self.config) if name in self._columns]

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield the deletions of *stream_slice*. Raises AirbyteTracedException when a list cannot be checked."""
        where = stream_slice or StreamSlice(partition={}, cursor_slice={})
        if self._lists and not checkpoints_are_heard():
            raise traced(
                ConfigProblem(
                    f"{self.name} remembers ids in its state, which only the command source-zoho can do: "
                    "read with it, or empty track_deletions."
                )
            )
        notes = notes_of(self.name, where.partition)
        refused: list[str] = []
        for some in (self._told(where, notes), *(self._checked(each, where, notes) for each in self._lists)):
            try:
                yield from some
            except AirbyteTracedException as error:
                if error.failure_type is not FailureType.config_error:
                    raise
                refused.append(str(error.message))  # a scope that is missing for one list is no matter of the others
        if refused:
            raise traced(ConfigProblem(" ".join(refused)))

    def _list(self, columns: Columns) -> TrackedList:
        return TrackedList(columns, self.requester, self.paginator)

    def _told(self, where: StreamSlice, notes: dict[str, Any]) -> Iterator[StreamData]:
        """Yield the deletions that events tell of; they come first, since a list that is compared misses them, too."""
        if not (webhook_store_url(self.config) and checkpoints_are_heard()):
            return
        before, place = notes.get(EVENTS), f"{self.name} of organization {where.partition['organization_id']}"
        told = ToldDeletions(list(self._columns.values()), self._list, self.requester.product.lower(), self.config)
        failure = None
        try:
            yield from told.find(where, notes, place)
        except AirbyteTracedException as error:
            failure = error
        if notes.get(EVENTS) != before:
            yield checkpoint(self.name, where.partition, self.cursor_field, EVERYTHING, notes)
        if failure:
            raise failure

    def _checked(self, tracked_list: TrackedList, where: StreamSlice, notes: dict[str, Any]) -> Iterator[StreamData]:
        """Yield the deletions of one list; *notes* keep of it what the next sync wants to know."""
        name, place = tracked_list.columns.name, f"{self.name} of organization {where.partition['organization_id']}"
        known = self._known(notes, name, place)
        worth_counting = known is None or len(known.listed) > _ROWS_NOT_WORTH_COUNTING
        check = Check(known, can_count=tracked_list.counts and worth_counting)
        told = 0
        try:
            for record in self._deleted(check, tracked_list, where):
                yield record
                told += 1
                if told % _RECORDS_BETWEEN_CHECKPOINTS == 0:
                    yield from self._checkpoint(check, name, where, notes)
        except AirbyteTracedException:
            yield from self._checkpoint(check, name, where, notes)
            raise
        yield from self._checkpoint(check, name, where, notes)
        if check.known and check.is_first:
            remembered = len(check.known.listed)
            _log.info("%s: remembers the %d ids of %s; deletions from now on will show.", place, remembered, name)
        elif check.known:
            hidden = len(check.known.hidden)
            _log.info("%s: %d of %s deleted, %d exist that its list does not show.", place, told, name, hidden)

    def _deleted(self, check: Check, tracked_list: TrackedList, where: StreamSlice) -> Iterator[dict[str, Any]]:
        """Put the questions of *check* to Zoho, and yield a record for each deletion."""
        last_seen = check.known.at if check.known else None
        while question := check.question:
            if question.what is What.COUNT:
                counted = tracked_list.count(where)
                check.counted(counted.count, counted.at)
            elif question.what is What.CHANGED and question.since:
                check.changed(tracked_list.changed(where, question.since - self._lookback))
            elif question.what is What.EXISTS:
                found = tracked_list.ask_for(where, question.record_id)
                if check.exists(gone=found.gone) and last_seen:
                    yield deletion(where, tracked_list.columns.name, question.record_id, last_seen, found)
            else:
                check.showed(*tracked_list.everything(where))

    def _known(self, notes: Mapping[str, Any], name: str, place: str) -> Known | None:
        try:
            return Known.of(notes[name]) if name in notes else None
        except ValueError as error:
            raise traced(
                ConfigProblem(
                    f"{place}: the state holds {error} for {name}. Give the state that the last run wrote, or reset "
                    "this stream to remember its ids anew."
                )
            ) from None

    def _checkpoint(
        self, check: Check, name: str, where: StreamSlice, notes: dict[str, Any]
    ) -> Iterator[AirbyteMessage]:
        if check.known:
            notes[name] = check.known.note()
            yield checkpoint(self.name, where.partition, self.cursor_field, check.known.at, notes)


@dataclass
class TrackingOrganizations(OrganizationRouter):
    """
    Give one partition per organization when deletions of a list of ``tracked_product`` are looked for, else none.

        partition_router:
          type: CustomPartitionRouter
          class_name: source_zoho.components.TrackingOrganizations
          tracked_product: books
          requester: ...
    """

    tracked_product: str = ""

    def stream_slices(self) -> Iterable[StreamSlice]:
        """Yield a slice for each organization; nothing is asked when nothing is tracked."""
        product = self.tracked_product
        if any(name.startswith(f"{product}_") for name in tracked(self.config)) or were_told(self.config, product):
            yield from super().stream_slices()
            return
        _log.info(
            "%s_deleted_records: track_deletions names no list of this product, so no call is made and there are no "
            'records. To follow deletions, set it to a list such as ["%s_invoices"].',
            product,
            product,
        )


def tracked(config: Mapping[str, Any]) -> list[str]:
    """Return the names of the streams whose deletions are looked for, each once."""
    return list(dict.fromkeys(config.get("track_deletions") or []))
