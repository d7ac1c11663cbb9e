"""How are the columns of a wide module shared out among queries?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice


def column_groups(
    names: Sequence[str], always: Sequence[str], most: int, scarce: Collection[str] = (), most_scarce: int | None = None
) -> list[tuple[str, ...]]:
    """
    Return groups of at most *most* of *names*, as few as there can be, at least one.

    Those of *always* stand first in every group and count; of the *scarce* ones no group has more than *most_scarce*.
    """
    shared = tuple(dict.fromkeys(always))
    rest = [name for name in dict.fromkeys(names) if name not in shared]
    rare = [] if most_scarce is None else [name for name in rest if name in scarce]
    common = rest if most_scarce is None else [name for name in rest if name not in scarce]
    room = max(most - len(shared), 1)
    number = max(-(-len(rest) // room), -(-len(rare) // (most_scarce or 1)), 1)
    groups = [[*shared, *rare[place::number]] for place in range(number)]
    filling = iter(common)
    for group in groups:
        group.extend(islice(filling, len(shared) + room - len(group)))
    return [tuple(group) for group in groups]
