"""How is a list row made whole by the document behind it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.follow import FollowRetriever, Tour
from source_zoho.components.lists import Page, Refusal
from source_zoho.components.parents import Parent
from source_zoho.paging.walk import Row

RECORD_SOURCE = "record_source"
_MOST_AT_A_TIME = 100


@dataclass
class DetailRetriever(FollowRetriever):
    """
    Unite each changed row of a list with its document, which has the line items, taxes, addresses and notes.

    Where both have a field the document wins, but for the key and the cursor: a record can be joined to its row of the
    list, and the state goes by what the list says. ``record_source`` says that a record is the whole document.

        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.DetailRetriever
          path: invoices/{invoice_id}
          ...
    """

    def rows_of(self, parents: Sequence[Parent], where: StreamSlice, tour: Tour) -> Iterator[list[Row]]:
        """Yield the documents of *parents*, one by one."""
        for parent in parents:
            for page in self._children.pages(self.below(where, parent, parent.key)):
                yield [self._united(parent, document) for document in page.rows]
                tour.gone += not page.rows
                tour.seen.add(parent, page.read_at)

    def _united(self, parent: Parent, document: Mapping[str, Any]) -> Row:
        key = {name: parent.row[name] for name in self.primary_key if parent.row.get(name) not in (None, "")}
        whole = {**parent.row, **document, **key, RECORD_SOURCE: "detail"}
        return self.finished(whole, parent, parent.key)


@dataclass
class BulkDetailRetriever(DetailRetriever):
    """
    Unite rows with their documents by calls that give many documents at once, for lists that have one.

    How many ids Zoho takes in a call is not documented: after a refusal half as many are asked for, from then on. An id
    that is missing from an answer is asked for again, with fewer beside it each time, and is gone only if it is missing
    alone.

        retriever:
          type: CustomRetriever
          class_name: source_zoho.components.BulkDetailRetriever
          path: itemdetails
          query: {item_ids: "{item_id}"}
          ...
    """

    parents_at_a_time = _MOST_AT_A_TIME

    def rows_of(self, parents: Sequence[Parent], where: StreamSlice, tour: Tour) -> Iterator[list[Row]]:
        """Yield the documents of *parents*."""
        if not parents:
            return
        pages = self._ask_about(parents, where)
        documents = {str(row.get(self.parent_key)): row for page in pages for row in page.rows}
        found = [parent for parent in parents if parent.key in documents]
        yield [self._united(parent, documents[parent.key]) for parent in found]
        if not found and len(parents) > 1:
            yield from self._rows_of_fewer(parents, where, tour)
            return
        tour.gone += not found
        for parent in found or parents:
            tour.seen.add(parent, pages[0].read_at)
        if found:
            missing = [parent for parent in parents if parent.key not in documents]
            yield from self.rows_of(missing, where, tour)

    def _rows_of_fewer(self, parents: Sequence[Parent], where: StreamSlice, tour: Tour) -> Iterator[list[Row]]:
        half = (len(parents) + 1) // 2
        while parents:
            most = min(self.parents_at_a_time, half)
            yield from self.rows_of(parents[:most], where, tour)
            parents = parents[most:]

    def _ask_about(self, parents: Sequence[Parent], where: StreamSlice) -> list[Page]:
        """Return what Zoho answers about *parents*; nothing when it refuses so many."""
        ids = ",".join(parent.key for parent in parents)
        try:
            return list(self._children.pages(self.below(where, parents[0], ids)))
        except Refusal:
            if len(parents) == 1:
                raise
            self.parents_at_a_time = max(len(parents) // 2, 1)
            return []
