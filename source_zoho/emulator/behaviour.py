"""How does a list treat the parameters that Zoho's documents leave open?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Mode = Literal["honour", "ignore", "refuse"]
MODES = ("honour", "ignore", "refuse")


@dataclass(frozen=True)
class Behaviour:
    """
    The switches of one list; None means: as the resource table says.

    `by_modification` is about last_modified_time as a filter, `sort` about sort_column=last_modified_time (or about
    every sort_column, with `all_sorts`), `page_context` about the block of that name.
    """

    by_modification: Mode | None = None
    sort: Mode | None = None
    all_sorts: bool = False
    page_context: bool | None = None

    def changed(self, **switches: object) -> Behaviour:
        """Return this behaviour with some switches set; a switch given as None stays as it is."""
        for name in ("by_modification", "sort"):
            if switches.get(name) not in (None, *MODES):
                raise ValueError(f"{name} is {switches[name]!r}; expected one of: {', '.join(MODES)}.")
        given = {name: value for name, value in switches.items() if value is not None}
        return replace(self, **given)  # type: ignore[arg-type]
