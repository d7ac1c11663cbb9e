"""How do bulk jobs treat what Zoho's documents leave open, and which of them are to go wrong?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

ROWS_PER_JOB = 200_000
_CHOICES: dict[str, tuple[object, ...]] = {
    "bulk_separator": (";", ","),
    "bulk_booleans": ("true/false", "1/0", "Yes/No", "true/empty"),
    "bulk_datetimes": ("offset", "utc", "z"),
}
_STATES = ("ADDED", "QUEUED", "IN PROGRESS")
# What happens so many times and then no more.
_COUNTED = ("bulk_failures", "bulk_lost", "bulk_expired_files")


@dataclass(frozen=True)
class BulkBehaviour:
    """
    The switches of a module, or of all modules.

    `bulk` says whether the module can be exported at all. `bulk_refused_fields` are refused by name,
    `bulk_se_module` lets the column $se_module be asked for. `bulk_separator`, `bulk_booleans` and `bulk_datetimes` are
    about the text in the file. `bulk_leads_converted` says whether converted leads are in it, `bulk_orphans` whether
    rows of histories without a parent are. `bulk_states` is how many polls are answered with each state before the job
    is done; `bulk_jobs_at_a_time` refuses more unfinished jobs than that (None: they wait for each other).
    """

    bulk: bool = True
    bulk_refused_fields: tuple[str, ...] = ()
    bulk_se_module: bool = False
    bulk_separator: Literal[";", ","] = ";"
    bulk_booleans: Literal["true/false", "1/0", "Yes/No", "true/empty"] = "true/false"
    bulk_datetimes: Literal["offset", "utc", "z"] = "offset"
    bulk_leads_converted: bool = True
    bulk_orphans: bool = False
    bulk_rows_per_job: int = ROWS_PER_JOB
    bulk_states: Mapping[str, int] = field(default_factory=lambda: {"IN PROGRESS": 1})
    bulk_jobs_at_a_time: int | None = None


class BulkSwitches:
    """What was chosen for all modules, what for single ones, and how many troubles are left."""

    def __init__(self) -> None:
        """Choose nothing."""
        self._general = BulkBehaviour()
        self._own: dict[str, dict[str, Any]] = {}
        self._left: Counter[tuple[str, str | None]] = Counter()

    def set(self, module: str | None, switches: Mapping[str, Any]) -> None:
        """Set switches of a module, or of all that have none of their own."""
        checked = {name: _checked(name, value) for name, value in switches.items()}
        for name in _COUNTED:
            if name in checked:
                self._left[name, module] = checked.pop(name)
        if module is None:
            self._general = replace(self._general, **checked)
        else:
            self._own.setdefault(module, {}).update(checked)

    def of(self, module: str | None = None) -> BulkBehaviour:
        """Return how a module behaves."""
        return replace(self._general, **self._own.get(module or "", {}))

    def use_up(self, name: str, module: str) -> bool:
        """Tell whether a trouble is due, and let it be due once less."""
        for key in ((name, module), (name, None)):
            if self._left[key] > 0:
                self._left[key] -= 1
                return True
        return False


def is_bulk_switch(name: str) -> bool:
    """Tell whether a switch is one of these."""
    return name == "bulk" or name.startswith("bulk_")


def _checked(name: str, value: Any) -> Any:
    known = [*(one.name for one in fields(BulkBehaviour)), *_COUNTED]
    if name not in known:
        raise ValueError(f"there is no switch {name!r}; expected one of: {', '.join(known)}.")
    if value not in _CHOICES.get(name, (value,)):
        raise ValueError(f"{name} is {value!r}; expected one of: {', '.join(map(str, _CHOICES[name]))}.")
    if name == "bulk_states" and not set(value) <= set(_STATES):
        raise ValueError(f"{name} is {value!r}; expected polls by state, of: {', '.join(_STATES)}.")
    return tuple(value) if isinstance(value, list) else value
