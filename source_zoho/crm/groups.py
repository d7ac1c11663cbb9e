"""How are the fields of a wide module shared out among calls, of which each may ask for fifty?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MOST_FIELDS = 50


def field_groups(
    names: Iterable[str], limit: int = MOST_FIELDS, always: Sequence[str] = ("Modified_Time",)
) -> list[tuple[str, ...]]:
    """
    Return groups of at most *limit* of *names*, as few as there can be, at least one, in the order of *names*.

    Those of *always* that are among *names* stand first in every group: rows of different groups can be told to be of
    the same version. Any other name stands in one group only. The id comes with every row and is asked for only when
    there is nothing else, since Zoho wants at least one field.
    """
    wanted = [name for name in dict.fromkeys(names) if name != "id"]
    shared = tuple(name for name in dict.fromkeys(always) if name in wanted)
    rest = [name for name in wanted if name not in shared]
    room = limit - len(shared)
    if room < min(1, len(rest)):
        raise ValueError(f"groups of {limit} fields have no room beside {', '.join(shared)}")
    parts = [tuple(rest[start : start + room]) for start in range(0, len(rest), max(room, 1))]
    return [shared + part for part in parts] or [shared or ("id",)]
