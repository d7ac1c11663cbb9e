"""Which generated rows have been written as JSON before?

Making a row costs more than sending it. Readers come back to the same pages, so rows are kept as bytes, up to a budget,
the least recently used going first.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from .collection import Collection, Handle

BUDGET_BYTES = 64 * 1024 * 1024


class RenderedRows:
    """Rows as JSON, ready to be put into a page."""

    def __init__(self, budget_bytes: int = BUDGET_BYTES) -> None:
        """Keep up to *budget_bytes* of rows."""
        self._budget, self._used = budget_bytes, 0
        self._rows: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()

    def fragment(self, collection: Collection, handle: Handle) -> orjson.Fragment:
        """Return a record's list row as JSON."""
        # A changed record is somebody's dictionary already; a child repeats its parent's fields, which may change.
        if not isinstance(handle, int) or collection.stride:
            return orjson.Fragment(orjson.dumps(collection.served(handle)))
        key = (collection.organization.id, collection.resource.name, handle)
        row = self._rows.get(key)
        if row is None:
            row = orjson.dumps(collection.served(handle))
            self._keep(key, row)
        else:
            self._rows.move_to_end(key)
        return orjson.Fragment(row)

    def _keep(self, key: tuple[str, str, int], row: bytes) -> None:
        self._rows[key] = row
        self._used += len(row)
        while self._used > self._budget:
            _, dropped = self._rows.popitem(last=False)
            self._used -= len(dropped)
