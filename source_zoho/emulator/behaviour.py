"""How does a list treat the parameters that Zoho's documents leave open, and a detail call its document?"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal

Mode = Literal["honour", "ignore", "refuse"]
MODES = ("honour", "ignore", "refuse")
Absence = Literal["404", "400"]
ABSENCES = ("404", "400")


@dataclass(frozen=True)
class Behaviour:
    """
    The switches of one list or call; None means: as the resource table says.

    `by_modification` is about last_modified_time as a filter, `sort` about sort_column=last_modified_time (or about
    every sort_column, with `all_sorts`), `page_context` about the block of that name, `response_option` about the
    parameter of that name and `count_at` about where it puts the count ("page_context.total", "count").

    `detail_key` renames the key of the detail, `detail_wrapped` puts its fields under that key or beside code and
    message, `detail_as_list` puts it into an array of one, `detail_paths` says which spellings of its path answer.
    `missing` makes every call of it an unknown path, `missing_list` only that of the list, `scope` asks for another
    scope. `key` renames the key of the rows, `absent` says how a single object is refused that its parent lacks.
    """

    by_modification: Mode | None = None
    sort: Mode | None = None
    all_sorts: bool = False
    page_context: bool | None = None
    response_option: Mode | None = None
    count_at: str = "page_context.total"
    detail_key: str | None = None
    detail_wrapped: bool | None = None
    detail_as_list: bool = False
    detail_paths: tuple[str, ...] | None = None
    missing: bool = False
    scope: str | None = None
    key: str | None = None
    missing_list: bool = False
    absent: Absence = "404"

    def changed(self, **switches: object) -> Behaviour:
        """Return this behaviour with some switches set; a switch given as None stays as it is."""
        known = [one.name for one in fields(self)]
        for name, value in switches.items():
            if name not in known:
                raise ValueError(f"there is no switch {name!r}; expected one of: {', '.join(known)}.")
            if name in ("by_modification", "sort", "response_option") and value not in (None, *MODES):
                raise ValueError(f"{name} is {value!r}; expected one of: {', '.join(MODES)}.")
            if name == "absent" and value not in (None, *ABSENCES):
                raise ValueError(f"absent is {value!r}; expected one of: {', '.join(ABSENCES)}.")
        given = {name: value for name, value in switches.items() if value is not None}
        if isinstance(paths := given.get("detail_paths"), str | list):
            given["detail_paths"] = (paths,) if isinstance(paths, str) else tuple(paths)
        return replace(self, **given)  # type: ignore[arg-type]
