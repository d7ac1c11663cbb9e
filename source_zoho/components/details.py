"""How is a list row made whole by the document behind it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_zoho.components.follow import FollowRetriever, Tour
from source_zoho.components.lists import Refusal
from source_zoho.components.parents import Parent
from source_zoho.paging.walk import Row

RECORD_SOURCE = "record_source"
_MOST_AT_A_TIME = 100


@dataclass
class DetailRetriever(FollowRetriever):
    """
    Unite each changed row of a list with its document, which has the line items, taxes, addresses and notes.

    Where both have a field the document wins, but for the cursor: the state goes by what the list says.
    ``record_source`` says that a record is the whole document.

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
        whole = {**parent.row, **document, RECORD_SOURCE: "detail"}
        return self.finished(whole, parent, parent.key)


@dataclass
class BulkDetailRetriever(DetailRetriever):
    """
    Unite rows with their documents by calls that give many documents at once, for lists that have one.

    How many ids Zoho takes in a call is not documented: after a refusal half as many are asked for.

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
        try:
            ids = ",".join(parent.key for parent in parents)
            (page,) = self._children.pages(self.below(where, parents[0], ids))
        except Refusal:
            if len(parents) == 1:
                raise
            middle = len(parents) // 2
            self.parents_at_a_time = max(middle, 1)
            yield from self.rows_of(parents[:middle], where, tour)
            yield from self.rows_of(parents[middle:], where, tour)
            return
        documents = {str(row.get(self.parent_key)): row for row in page.rows}
        found = [parent for parent in parents if parent.key in documents]
        yield [self._united(parent, documents[parent.key]) for parent in found]
        tour.gone += len(parents) - len(found)
        for parent in parents:
            tour.seen.add(parent, page.read_at)
