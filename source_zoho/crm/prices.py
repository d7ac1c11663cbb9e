"""
What does a call cost, by Zoho's own list of prices?

https://www.zoho.com/crm/developer/docs/api/v8/get-apis.html: a row for each path, with the fewest and the most credits
of each method.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from source_zoho.crm.values import mappings, text, whole

_PLACE = re.compile(r"\\\{\w+\\\}")


class PriceList:
    """Knows the price of the calls in *rows*, as Zoho lists them; rows that it cannot read are left out."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        found = [
            (text(row.get("path")), text(kind.get("method")).upper(), whole(kind.get("min_credits")))
            for row in mappings(rows)
            for kind in mappings(row.get("operation_types"))
        ]
        # What is written out goes before what stands for anything: /Contacts/roles is no record of Contacts.
        found.sort(key=lambda each: each[0].count("{"))
        self._prices = [(_pattern(path), method, price) for path, method, price in found if path and price is not None]

    def price(self, method: str, path: str) -> int | None:
        """Return the credits of the cheapest such call; None when Zoho does not list it."""
        fitting = (price for pattern, known, price in self._prices if known == method and pattern.fullmatch(path))
        return next(fitting, None)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub("[^/]+", re.escape(path)))
