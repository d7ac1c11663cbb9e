"""How do notifications treat what Zoho's documents leave open?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, Literal

_CHOICES: dict[str, tuple[object, ...]] = {
    "watch_token": (True, False),
    "watch_expired": ("gone", "listed"),
    "watch_refusals": ("array", "bare", "202"),
    "watch_restored": ("insert", "update", "nothing"),
}


@dataclass(frozen=True)
class WatchBehaviour:
    """
    The switches of notifications.

    `watch_token` says whether lists show a channel's token, `watch_offset` in which offset they write its expiry ("Z",
    "-11:00"; empty is the organization's). `watch_expired` is what becomes of an expired channel. `watch_refusals` says
    how a call is refused whose entries are all wrong: 400 with an array, 400 with the bare first refusal, or 202 with
    an array. `watch_restored` is the operation that a record tells when it leaves the recycle bin.
    """

    watch_token: bool = True
    watch_offset: str = ""
    watch_expired: Literal["gone", "listed"] = "gone"
    watch_refusals: Literal["array", "bare", "202"] = "array"
    watch_restored: Literal["insert", "update", "nothing"] = "insert"

    def changed(self, switches: Mapping[str, Any]) -> WatchBehaviour:
        """Return this behaviour with some switches set."""
        known = [one.name for one in fields(self)]
        for name, value in switches.items():
            if name not in known:
                raise ValueError(f"there is no switch {name!r}; expected one of: {', '.join(known)}.")
            if name in _CHOICES and value not in _CHOICES[name]:
                allowed = ", ".join(str(one) for one in _CHOICES[name])
                raise ValueError(f"{name} is {value!r}; expected one of: {allowed}.")
        offset_of(str(switches.get("watch_offset", "")))
        return replace(self, **switches)


def is_watch_switch(name: str) -> bool:
    """Tell whether a switch is about notifications."""
    return name.startswith("watch_")


def offset_of(text: str) -> datetime | None:
    """Read an offset as an instant that has it, or nothing where none is given; refuse what is none."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(f"2000-01-01T00:00:00{text}")
    except ValueError:
        raise ValueError(f"watch_offset is {text!r}; expected something like Z, +05:30 or -11:00.") from None


def stamp_in(text: str, epoch_seconds: int) -> str:
    """Write an instant in an offset."""
    sample = offset_of(text)
    zone = UTC if sample is None else sample.tzinfo
    written = datetime.fromtimestamp(epoch_seconds, zone).isoformat()
    return f"{written[:-6]}Z" if text == "Z" else written
