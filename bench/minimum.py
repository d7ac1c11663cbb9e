"""
With how few calls could a stream be read, by what Zoho documents?

A list gives 200 rows a call. One that can be asked what changed, or that comes latest first, costs a call when nothing
did; all others have to be read to their end. What Zoho gives for one row of a list at a time costs a call for each
row, or for each that changed, and the list has to be asked which those are; items alone come a hundred in a call.
Pages need not overlap for any of this, and nothing is edited meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from source_zoho.emulator import Emulator
from source_zoho.emulator.collection import Row
from source_zoho.emulator.resources import resources
from tasks.stream_facts import Stream

_PAGE = 200
_IN_BULK = 100
_COUNTED = {"invoices"}  # the only list for which Zoho documents a count
_TELLS_CHANGES = {"keyset", "filter", "newest_first", "latest_first"}


class Sync(Enum):
    """Which sync is asked about."""

    FIRST = "first sync"
    IDLE = "nothing changed"
    CHANGED = "1 % changed"


def resource_of(stream_name: str) -> str:
    """Return what the emulator calls the list of a stream."""
    return stream_name.removeprefix("books_")


@dataclass(frozen=True)
class Minimum:
    """The fewest calls for streams of one organization, of whose resources the records *changed* have changed."""

    zoho: Emulator
    organization_id: str
    streams: Mapping[str, Stream]
    changed: Mapping[str, Collection[str]]

    def of(self, stream: Stream, sync: Sync) -> int:
        """Return the fewest calls for *stream*. Raises LookupError when nobody has said how its retriever reads."""
        rules: Mapping[str, Callable[[Stream, Sync], int]] = {
            "ListRetriever": self._of_list,
            "FollowRetriever": self._of_children,
            "DetailRetriever": self._of_children,
            "BulkDetailRetriever": self._of_children,
            "ReportRetriever": self._of_report,
            "CustomFieldsRetriever": self._of_custom_fields,
            "DeletionsRetriever": self._of_deletions,
        }
        return rules[stream.retriever](stream, sync)

    def _of_list(self, stream: Stream, sync: Sync) -> int:
        if stream.parent:
            parents = self._of_list(self.streams[stream.parent], Sync.FIRST)
            return parents + sum(self._pages_of_child(stream, row, sync) for row in self._parents(stream, Sync.FIRST))
        if not stream.asks_for_pages:
            return 1
        return _pages(self._rows(stream, sync))

    def _rows(self, stream: Stream, sync: Sync) -> int:
        """Return how many rows the list has to give."""
        resource = resource_of(stream.name)
        if sync is Sync.FIRST or stream.settings["method"] not in _TELLS_CHANGES:
            return len(self.zoho.rows(resource, self.organization_id))
        return len(self.changed.get(resource, ())) if sync is Sync.CHANGED else 0

    def _of_children(self, stream: Stream, sync: Sync) -> int:
        if listed := stream.settings.get("parents"):
            return len(listed)
        # A list of which every row is wanted is read to its end, whatever it could be asked.
        asked = sync if stream.is_incremental else Sync.FIRST
        parents = self._parents(stream, asked)
        return self._of_list(self.streams[stream.parent], asked) + self._below(stream, parents)

    def _below(self, stream: Stream, parents: list[Row]) -> int:
        """Return the calls for what belongs to *parents*."""
        if stream.retriever == "BulkDetailRetriever":
            return math.ceil(len(parents) / _IN_BULK)
        if stream.retriever == "DetailRetriever":
            return len(parents)
        if via := stream.settings.get("via"):
            resource, key = resource_of(stream.parent), stream.settings["parent_key"]
            documents = [self.zoho.detail(resource, self.organization_id, str(row[key])) for row in parents]
            return len(parents) + sum(_named(each, stream.settings["called"], via.get("under")) for each in documents)
        return sum(self._pages_of_child(stream, row, Sync.FIRST) for row in parents)

    def _parents(self, stream: Stream, sync: Sync) -> list[Row]:
        """Return the rows whose children or documents have to be asked for."""
        resource = resource_of(stream.parent)
        only, rows = stream.settings.get("only"), self.zoho.rows(resource, self.organization_id)
        wanted = [row for row in rows if not only or str(row.get(only["field"])).casefold() == only["value"]]
        if sync is Sync.FIRST:
            return wanted
        changed = self.changed.get(resource, ()) if sync is Sync.CHANGED else ()
        return [row for row in wanted if str(row[resources()[resource].id]) in changed]

    def _pages_of_child(self, stream: Stream, parent: Row, sync: Sync) -> int:
        resource = resource_of(stream.name)
        described = resources()[resource]
        if not stream.asks_for_pages or described.single or described.parent is None:
            return 1
        if sync is not Sync.FIRST and stream.settings["method"] in _TELLS_CHANGES:
            return 1
        return _pages(len(self.zoho.rows(resource, self.organization_id, str(parent[described.parent.field]))))

    def _of_report(self, stream: Stream, _: Sync) -> int:
        times = max(len(stream.settings.get("periods") or []), 1) * max(len(stream.settings.get("bases") or []), 1)
        return times * self._pages_of_report(stream)

    def _pages_of_report(self, stream: Stream) -> int:
        if "per_page" not in stream.settings["query"]:
            return 1
        pages, report = 1, resource_of(stream.name)
        while self.zoho.report(report, self.organization_id, page=f"{pages}")["page_context"]["has_more_page"]:
            pages += 1
        return pages

    def _of_custom_fields(self, stream: Stream, _: Sync) -> int:
        modules = len(self.zoho.rows("custom_modules", self.organization_id))
        return len(stream.settings["lists"]) + 1 + 2 * modules

    def _of_deletions(self, stream: Stream, sync: Sync) -> int:
        names = [row["name"] for group in ("filtered", "scanned") for row in stream.settings.get(group, [])]
        return sum(self._of_tracked(name, sync) for name in names)

    def _of_tracked(self, name: str, sync: Sync) -> int:
        """Return the calls for the ids of a list, and for each that is missing."""
        resource = resource_of(name)
        read_again = _pages(len(self.zoho.rows(resource, self.organization_id)))
        if sync is Sync.IDLE and resource in _COUNTED:
            return min(read_again, 2)  # how many are there, and which are new?
        return read_again + (len(self.changed.get(resource, ())) if sync is Sync.CHANGED else 0)


def _named(document: Row, called: str, under: str | None) -> int:
    """Return how many ids *called* so a document names: its own, or those of the objects *under* a field."""
    objects: Any = document.get(under) or [] if under else [document]
    return sum(bool(each.get(called)) for each in objects)


def _pages(rows: int) -> int:
    return max(math.ceil(rows / _PAGE), 1)
