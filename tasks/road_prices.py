"""How many credits does a module of CRM cost by each road, and by the one that is taken?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from source_zoho.crm.forecast import Journey, price_of
from source_zoho.crm.groups import field_groups
from source_zoho.crm.roads import Load, Road, prices

# Records that are new or changed, of modules with so many fields.
_LOADS = ((0, 50), (150, 120), (2_000, 50), (10_000, 120), (100_000, 50), (100_000, 120), (1_000_000, 40))


def road_prices() -> Iterator[Sequence[str]]:
    """Yield the cells of a table, the headings first."""
    yield ("Records to read", "Fields", *(_heading(road) for road in Road), "`auto`", "which takes")
    for rows, fields in _LOADS:
        groups = len(field_groups(map(str, range(fields))))

        def load_of(number: int, groups: int = groups) -> Load:
            return Load(number, groups)

        found = prices(load_of(rows))
        taken, price = price_of(rows, load_of, Journey())
        each = (f"{found[road].credits:,}" for road in Road)
        yield (f"{rows:,}", f"{fields}", *each, f"{price.credits:,}", taken.in_words)


def _heading(road: Road) -> str:
    return f"{road.in_words[0].upper()}{road.in_words[1:]}"
