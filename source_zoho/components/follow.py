"""How do children follow the change of their parents?"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import InitVar, dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from airbyte_cdk.sources.declarative.extractors.record_selector import RecordSelector
from airbyte_cdk.sources.declarative.requesters.paginators.default_paginator import DefaultPaginator
from airbyte_cdk.sources.declarative.retrievers.retriever import Retriever
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.changes_first import ChangesFirst
from source_zoho.components.checkpoints import are_heard as checkpoints_are_heard
from source_zoho.components.checkpoints import checkpoint, notes_of
from source_zoho.components.lists import CHANGED_AT, ListFacts, ListReader, Page
from source_zoho.components.parents import Parent, Seen, oldest_change_first
from source_zoho.components.records import flat
from source_zoho.components.requester import ZohoRequester
from source_zoho.components.retriever import EVERYTHING, READ_AT, keys_of, stamped, start_of
from source_zoho.configuration import lookback_minutes
from source_zoho.paging.walk import Row

_PARENTS_BETWEEN_CHECKPOINTS = 10
SEEN = "seen"
# How the archetypes of the manifest read a list: the method to begin with, and whether Zoho documents its order.
_WALKS: Mapping[str, tuple[str, bool]] = {
    "keyset": ("keyset", True),
    "keyset_undocumented": ("keyset", False),
    "filter": ("filter", True),
    "filter_read_at": ("filter", True),
    "newest_first": ("newest_first", True),
    "of_custom_module": ("newest_first", True),
    "scan": ("scan", True),
    "scan_modified": ("scan", False),
    "scan_updated": ("scan", False),
    "log": ("latest_first", True),
    "full": ("scan", True),
    "whole": ("plain", True),
}
_log = logging.getLogger("airbyte")


@dataclass
class Tour:
    """How far we have come with the parents of one organization: up to which change, and how many were gone."""

    seen: Seen
    reached: datetime | None = None
    gone: int = 0
    _since_checkpoint: int = 0

    def has_come_far_with(self, parents: Sequence[Parent], followed: int) -> bool:
        """
        Note that everything of *parents* has been read, and return whether that is worth a checkpoint.

        Only those that were *followed* now count: an idle sync has nothing to tell before its end. The more there is
        to note, the rarer it is noted, since every checkpoint carries all notes.
        """
        self.reached = next((each.changed for each in reversed(parents) if each.changed), self.reached)
        self._since_checkpoint += followed
        if self._since_checkpoint < max(_PARENTS_BETWEEN_CHECKPOINTS, len(self.seen) // 10):
            return False
        self._since_checkpoint = 0
        return True


@dataclass
class FollowRetriever(Retriever):
    """
    Walk through the list of the parents, oldest change first, and read what belongs to each that changed.

    ``parent`` holds the columns of the parent's row, ``walk`` the archetype by which its list is read, and
    ``parent_changed_at`` where its rows say when they changed. ``parent_key`` is the field of the parent that path or
    query name in braces (other fields of the parent may stand there too), and ``called`` what it is called in the
    child, where that differs. ``only`` keeps parents whose ``field`` has the ``value``, and ``parents`` lists them
    outright where no list has to be asked. ``via`` is a document of the parent that has to be read first, for the ids
    ``called`` so in it, or in the objects that it has ``under`` a field.

    With ``cursor_field`` only parents that changed since the last sync are followed, and each child is given the time
    of its parent's change under that name; without, all of them are followed in every sync. A sync can be taken up
    again at any parent: the state says how far it came, and which parents within the look-back it has followed.

        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.FollowRetriever
          path: invoices/{invoice_id}/comments
          parent: {name: books_invoices, path: invoices, records: [invoices], ...}
          parent_key: invoice_id
          walk: keyset
          requester: ...
          paginator: ...
          record_selector: ...
          partition_router: ...
    """

    requester: ZohoRequester
    record_selector: RecordSelector
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    paginator: DefaultPaginator
    name: str = ""
    path: str = ""
    or_path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    primary_key: list[str] = field(default_factory=list)
    stable_sort: str = ""
    asks_for_pages: bool = True
    cursor_field: str = ""
    parent: Mapping[str, Any] = field(default_factory=dict)
    parent_key: str = ""
    parent_changed_at: str = CHANGED_AT
    walk: str = "whole"
    also_changed_at: list[str] = field(default_factory=list)
    called: str = ""
    only: Mapping[str, str] = field(default_factory=dict)
    parents: list[Mapping[str, str]] = field(default_factory=list)
    via: Mapping[str, Any] = field(default_factory=dict)

    parents_at_a_time = 1

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._lookback_seconds = 60 * lookback_minutes(self.config)
        self._field = self.called or self.parent_key
        self._parents = self._list_of_parents()
        facts = self._facts(keys_of(self.record_selector), self.path, pages=self.asks_for_pages)
        self._children = self._reader(replace(facts, or_path=self.or_path))
        self._via = self._reader(self._facts(self.via["records"], self.via["path"])) if self.via else None

    def _list_of_parents(self) -> ChangesFirst:
        can_go_on_here = self.cursor_field not in {"", READ_AT}
        return ChangesFirst(
            self._reader(self._facts_of_parents()),
            self.requester,
            self.config,
            stream=self.name,
            list_name=self.parent.get("name", ""),
            may_follow=can_go_on_here and self.walk.startswith("scan"),
        )

    def _facts_of_parents(self) -> ListFacts:
        columns, (method, sort_documented) = self.parent, _WALKS[self.walk]
        return ListFacts(
            name=self.name,
            path=columns.get("path", ""),
            records=columns.get("records", []),
            primary_key=columns.get("primary_key", []),
            query=columns.get("query", {}),
            method=method,
            stable_sort=columns.get("stable_sort", ""),
            sort_documented=sort_documented,
            changed_at=self.parent_changed_at,
            also_changed_at=self.also_changed_at,
            asks_for_pages=self.walk != "whole",
            keeps_state=bool(self.cursor_field),
        )

    def _facts(self, records: list[str], path: str, *, pages: bool = False) -> ListFacts:
        return ListFacts(
            name=self.name,
            path=path,
            records=records,
            primary_key=self.primary_key,
            query=self.query,
            method="scan" if pages and self.stable_sort else "plain",
            stable_sort=self.stable_sort,
            asks_for_pages=pages,
        )

    def _reader(self, facts: ListFacts) -> ListReader:
        return ListReader(facts, self.requester, self.paginator, self._lookback_seconds)

    def read_records(
        self, records_schema: Mapping[str, Any], stream_slice: StreamSlice | None = None
    ) -> Iterable[StreamData]:
        """Yield the children of *stream_slice*. Raises AirbyteTracedException when they cannot all be read."""
        where = stream_slice or StreamSlice(partition={}, cursor_slice={})
        tour = Tour(Seen(notes_of(self.name, where.partition).get(SEEN, {}), self._lookback_seconds))
        try:
            for some in self._batches(where):
                news = [parent for parent in some if parent not in tour.seen]
                for rows in self.rows_of(news, where, tour):
                    yield from self.record_selector.filter_and_transform(
                        rows, stream_state={}, records_schema=records_schema, stream_slice=where
                    )
                if tour.has_come_far_with(some, len(news)):
                    yield from self._checkpoint(tour, where)
        except AirbyteTracedException:
            yield from self._checkpoint(tour, where)
            raise
        yield from self._checkpoint(tour, where, through=True)
        if tour.gone:
            _log.warning("%s: %d were deleted while we read, and have no rows.", self._children.place(where), tour.gone)

    def _batches(self, where: StreamSlice) -> Iterator[list[Parent]]:
        parents = self._parents_of(where)
        while batch := list(islice(parents, self.parents_at_a_time)):
            yield batch

    def _parents_of(self, where: StreamSlice) -> Iterator[Parent]:
        if self.parents:
            yield from (Parent.of(dict(each), self.parent_key, self.parent_changed_at) for each in self.parents)
            return
        pages = self._parents.pages(where, start_of(where) if self.cursor_field else None)
        if self.cursor_field == READ_AT:
            pages = map(stamped, pages)
        told_apart_by = self.parent.get("primary_key", [])
        for parent in oldest_change_first(pages, self.parent_key, self.parent_changed_at, told_apart_by):
            if not self.only or str(parent.row.get(self.only["field"])).casefold() == self.only["value"]:
                yield parent

    def rows_of(self, parents: Sequence[Parent], where: StreamSlice, tour: Tour) -> Iterator[list[Row]]:
        """Yield what belongs to *parents*, as many as ``parents_at_a_time`` allows, page by page."""
        for parent in parents:
            read_at: datetime | None = None
            for key, page in self._pages_of(parent, where):
                read_at = read_at or page.read_at
                yield [self.finished(row, parent, key) for row in page.rows]
            if read_at:  # not before its last page: a parent that broke off in the middle has to be followed again
                tour.seen.add(parent, read_at)

    def _pages_of(self, parent: Parent, where: StreamSlice) -> Iterator[tuple[str, Page]]:
        """Yield the pages of *parent*, each with the id it is about: the parent's own, or what its document names."""
        if self._via is None:
            yield from ((parent.key, page) for page in self._children.pages(self.below(where, parent, parent.key)))
            return
        for named_by in self._via.pages(self.below(where, parent, parent.key)):
            yield parent.key, replace(named_by, rows=[])
            for key in (key for document in named_by.rows for key in self._keys_in(document)):
                yield from ((key, page) for page in self._children.pages(self.below(where, parent, key)))

    def _keys_in(self, document: Row) -> Iterator[str]:
        """Yield the ids that the *document* of a parent names, itself or in the objects of one of its fields."""
        under = self.via.get("under")
        for each in document.get(under) or [] if under else [document]:
            if each.get(self._field):
                yield str(each[self._field])

    def below(self, where: StreamSlice, parent: Parent, key: str) -> StreamSlice:
        """Return the slice of one parent, with what path and query may name."""
        ours = flat(where.partition)  # the organization that is read, whatever a row may say
        named = {name: value for name, value in parent.row.items() if isinstance(value, str | int) and name not in ours}
        partition = {**named, self._field: key, "parent_slice": dict(where.partition)}
        return StreamSlice(partition=partition, cursor_slice={})

    def finished(self, row: Row, parent: Parent, key: str) -> Row:
        """Return the child *row* with what names its parent, and says when the parent had changed."""
        named = {self._field: key, self.parent_key: parent.key} if self._via else {self._field: key}
        row |= {name: value for name, value in named.items() if row.get(name) in (None, "")}
        if self.cursor_field:
            row[self.cursor_field] = parent.row.get(self.parent_changed_at)
        return row

    def _checkpoint(self, tour: Tour, where: StreamSlice, *, through: bool = False) -> Iterable[StreamData]:
        can_go_on_here = self.cursor_field not in {"", READ_AT}
        reached = tour.reached
        if through and self._parents.has_other_notes(where):
            reached = reached or start_of(where) or EVERYTHING
        if can_go_on_here and reached and checkpoints_are_heard():
            overlap_from = self._parents.overlap_from(where, reached, through=through)
            notes = {SEEN: tour.seen.notes(overlap_from), **self._parents.notes(where, through=through)}
            yield checkpoint(self.name, where.partition, self.cursor_field, reached, notes)
