"""What is answered to someone who asks about a stream that there is not?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import NoReturn

from source_zoho.errors import ConfigProblem


def refuse(strangers: Sequence[str], known: Collection[str]) -> None:
    """Raise ConfigProblem for *strangers*, if there are any, with the names among those *known* that are near."""
    if strangers:
        _refuse(strangers, known)


def _refuse(strangers: Sequence[str], known: Collection[str]) -> NoReturn:
    near = dict.fromkeys(match for name in strangers for match in get_close_matches(name, known, n=2))
    hint = (
        f"did you mean {' or '.join(near)}?"
        if near
        else "`source-zoho discover` lists those that are, and products has to name their product."
    )
    are = "is no stream" if len(strangers) == 1 else "are no streams"
    raise ConfigProblem(f"{', '.join(strangers)} {are} of this configuration; {hint}")
