"""Who wants to hear about which records, at which address, and until when?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .settings_world import Row

Operation = Literal["create", "edit", "delete"]
OPERATIONS: tuple[Operation, ...] = ("edit", "create", "delete")


@dataclass(frozen=True)
class Channel:
    """One channel as its owner asked for it; `events` are written out, "Leads.all" stands as three."""

    id: str
    events: tuple[str, ...]
    notify_url: str
    expiry: int
    token: str | None = None
    conditions: tuple[dict[str, Any], ...] = ()
    fields: dict[str, Any] | None = None
    related: bool = True
    with_values: bool = False

    @property
    def modules(self) -> list[str]:
        """Return the modules that are watched, in the order in which they were named."""
        return list(dict.fromkeys(module_of(event) for event in self.events))

    def events_of(self, module: str) -> list[str]:
        """Return the events of one module."""
        return [event for event in self.events if module_of(event) == module]

    def wants(self, module: str, operation: Operation, changed: frozenset[str]) -> bool:
        """Tell whether a change is to be told; conditions are about the fields that an edit changed."""
        if f"{module}.{operation}" not in self.events:
            return False
        if operation != "edit":
            return True
        own = [one for one in self.conditions if one["module"]["api_name"] == module]
        return not own or any(_holds(one["field_selection"], changed) for one in own)


class Channels:
    """All channels of the organization; expired ones are forgotten, or kept and silent."""

    def __init__(self) -> None:
        """Begin without any."""
        self._all: dict[str, Channel] = {}
        self.keeps_expired = False

    def put(self, channel: Channel) -> None:
        """Open a channel, or replace the one of the same id."""
        self._all[channel.id] = channel

    def drop(self, channel_id: str) -> None:
        """Close a channel."""
        self._all.pop(channel_id, None)

    def find(self, channel_id: str, now: float) -> Channel | None:
        """Return a channel that Zoho still knows."""
        return next((one for one in self.known(now) if one.id == channel_id), None)

    def known(self, now: float) -> list[Channel]:
        """Return the channels that lists show."""
        return [one for one in self._all.values() if self.keeps_expired or now < one.expiry]

    def listening(self, module: str, operation: Operation, changed: frozenset[str], now: float) -> Iterator[Channel]:
        """Walk over the channels that hear of a change."""
        for one in self._all.values():
            if now < one.expiry and one.wants(module, operation, changed):
                yield one


def module_of(event: str) -> str:
    """Return the module of an event's name."""
    return event.rpartition(".")[0]


def channel_row(channel: Channel, module: str, told: Row, *, shows_token: bool) -> Row:
    """Return what the list of channels says about one module of a channel; *told* is what others know of it."""
    own = [one for one in channel.conditions if one["module"]["api_name"] == module]
    return {
        **told,
        "channel_id": channel.id,
        "events": channel.events_of(module),
        "notify_url": channel.notify_url,
        "fields": channel.fields,
        "notify_on_related_action": channel.related,
        "return_affected_field_values": channel.with_values,
        "notification_condition": own or None,
        **({"token": channel.token} if shows_token else {}),
    }


def _holds(selection: dict[str, Any], changed: frozenset[str]) -> bool:
    """Tell whether the fields that changed are those that a condition asks for."""
    if "group" not in selection:
        return selection["field"]["api_name"] in changed
    members = [_holds(one, changed) for one in selection["group"]]
    return all(members) if selection["group_operator"] == "and" else any(members)
