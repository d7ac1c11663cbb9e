"""What do the settings say about a single module: its layouts, related lists, views and tags?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .settings_rows import Rows

Row = dict[str, Any]
# Rows of subforms, links and histories are looked at in other modules: they have neither layouts nor views.
_WITH_SETTINGS = ("default", "custom")


def has_settings(rows: Rows, module: str) -> bool:
    """Tell whether a module has layouts, views, tags and related lists."""
    told = rows.world.module(module)
    return told is not None and told.get("generated_type") in _WITH_SETTINGS


def plain(rows: Rows, name: str, module: str) -> list[Row]:
    """Return the rows of a list under a module."""
    return rows.made(name, rows.size(name, module), module) if has_settings(rows, module) else []


def layout_ids(rows: Rows, module: str) -> list[str]:
    """Return the ids of a module's layouts."""
    count = rows.size("layouts", module) if has_settings(rows, module) else 0
    return [rows.identifier("layouts", module, number) for number in range(count)]


def layouts(rows: Rows, module: str) -> list[Row]:
    """Return the layouts of a module, with its fields in two sections."""
    found = plain(rows, "layouts", module)
    fields = list(rows.world.fields(module)) if found else []
    middle = (len(fields) + 1) // 2
    for row in found:
        row["sections"] = [
            _section(row, 1, "Information", fields[:middle]),
            _section(row, 2, "Übriges", fields[middle:]),
        ]
    return found


def _section(layout: Row, number: int, name: str, fields: list[Any]) -> Row:
    return {
        "id": f"{layout['id'][:-2]}{number:02d}",
        "name": name,
        "display_label": name,
        "api_name": f"Section_{number}",
        "sequence_number": number,
        "isSubformSection": False,
        "tab_traversal": "2" if number == 1 else None,
        "column_count": 2,
        "generated_type": "default",
        "type": "used",
        "fields": [dict(field) for field in fields],
        "properties": None,
    }


def custom_views(rows: Rows, module: str) -> list[Row]:
    """Return the views of a module, each naming the module."""
    reference = rows.module_reference(module)
    return [{**row, "module": reference} for row in plain(rows, "custom_views", module)]


def related_lists(rows: Rows, module: str) -> list[Row]:
    """Return the related lists of a module."""
    return plain(rows, "related_lists", module)


def tags(rows: Rows, module: str) -> list[Row]:
    """Return the tags of a module."""
    return plain(rows, "tags", module)


def pipelines(rows: Rows, layout_id: str) -> list[Row]:
    """Return the pipelines of a layout; the last layout of Deals has none, and no other module has any."""
    if layout_id not in layout_ids(rows, "Deals")[:2]:
        return []
    return rows.made("pipelines", rows.size("pipelines", layout_id), layout_id)
