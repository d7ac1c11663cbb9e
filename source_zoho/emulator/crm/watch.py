"""What does a call about notification channels answer?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from .channels import OPERATIONS, Channel, Channels, channel_row, module_of
from .refusals import CrmRefusedError, invalid_parameter, refused, required_missing
from .scopes import missing_scope
from .watch_behaviour import WatchBehaviour, stamp_in
from .watch_checks import check_entry, expiry_of
from .watch_conditions import conditions_of
from .watch_modules import WatchedModules

if TYPE_CHECKING:
    from source_zoho.emulator.wire import Request

    from .world import CrmWorld

Row = dict[str, Any]
PATH = "actions/watch"
_SCOPE = "ZohoCRM.notifications"
# The word after the scope's name that each method needs; WRITE reaches what makes or changes a channel.
_WORDS = {"POST": ("CREATE", "WRITE"), "PUT": ("UPDATE", "WRITE"), "PATCH": ("UPDATE", "WRITE"), "DELETE": ("DELETE",)}
_NEEDED = ("channel_id", "events", "notify_url")
_SUBSCRIBED = "Successfully subscribed for actions-watch of the given module"
_UPDATED = "Successfully updated the subscribe details"
_REMOVED = "Successfully removed the subscribe details"
_UNSUBSCRIBED = "Successfully un-subscribed from actions-watch"


class Watch:
    """The calls that open, change and close channels; what they list stands with the settings."""

    def __init__(self, world: CrmWorld) -> None:
        """Keep the channels of *world*."""
        self._world, self.channels, self.modules = world, Channels(), WatchedModules(world)
        self.behaviour = WatchBehaviour()

    def behave(self, switches: Mapping[str, Any]) -> None:
        """Set switches."""
        self.behaviour = self.behaviour.changed(switches)
        self.channels.keeps_expired = self.behaviour.watch_expired == "listed"

    def rows(self) -> list[Row]:
        """Return the channels as lists have them: one row for each module."""
        shown = self.behaviour.watch_token
        return [
            channel_row(one, module, self._told(one, module), shows_token=shown)
            for one in self.channels.known(self._world.now())
            for module in one.modules
        ]

    def answer(self, request: Request, granted: frozenset[str] | None) -> tuple[int, Row]:
        """Answer a call that changes channels."""
        words = _WORDS.get(request.method)
        if words is None:
            raise refused("INVALID_REQUEST_METHOD")
        if all(missing_scope(granted, (f"{_SCOPE}.{word}",)) for word in words):
            raise refused("OAUTH_SCOPE_MISMATCH")
        if request.method == "DELETE":
            return self._closed(request.query)
        work = {"POST": self._open, "PUT": self._replace, "PATCH": self._change}[request.method]
        entries = _entries(request.body)
        results = [_tried(work, entry, f"$.watch[{number}]") for number, entry in enumerate(entries)]
        return self._together(201 if request.method == "POST" else 200, results)

    # ── what happens to one channel ──

    def _open(self, entry: Any, path: str) -> list[Row]:
        check_entry(entry, path, _NEEDED, self.modules)
        return self._kept(self._channel(entry, path), _SUBSCRIBED)

    def _replace(self, entry: Any, path: str) -> list[Row]:
        check_entry(entry, path, _NEEDED, self.modules)
        self._existing(entry)
        return self._kept(self._channel(entry, path), _SUBSCRIBED)

    def _change(self, entry: Any, path: str) -> list[Row]:
        removes = isinstance(entry, Mapping) and entry.get("_delete_events") is True
        check_entry(entry, path, _NEEDED[:2] if removes else _NEEDED, self.modules)
        channel = self._existing(entry)
        return self._lessened(channel, entry) if removes else self._amended(channel, entry, path)

    def _lessened(self, channel: Channel, entry: Mapping[str, Any]) -> list[Row]:
        """Take events away; a channel without any is closed."""
        gone = _written_out(entry["events"])
        left = tuple(event for event in channel.events if event not in gone)
        if left:
            self.channels.put(replace(channel, events=left))
        else:
            self.channels.drop(channel.id)
        told = [{**self.modules.told(module), "channel_id": channel.id} for module in _modules_of(gone)]
        return [_success(_REMOVED, {"events": told})]

    def _amended(self, channel: Channel, entry: Mapping[str, Any], path: str) -> list[Row]:
        """Change what is given and leave the rest; events come on top of those that there are."""
        given = self._channel(entry, path)
        own = {
            "token": "token",
            "channel_expiry": "expiry",
            "fields": "fields",
            "notification_condition": "conditions",
            "notify_on_related_action": "related",
            "return_affected_field_values": "with_values",
        }
        new = {name: getattr(given, name) for key, name in own.items() if key in entry}
        events = tuple(dict.fromkeys((*channel.events, *given.events)))
        return self._kept(replace(channel, events=events, notify_url=given.notify_url, **new), _UPDATED, given.modules)

    def _channel(self, entry: Mapping[str, Any], path: str) -> Channel:
        return Channel(
            id=str(entry["channel_id"]),
            events=_written_out(entry["events"]),
            notify_url=entry["notify_url"],
            expiry=expiry_of(entry, path, self._world.now()),
            token=entry.get("token"),
            conditions=conditions_of(entry, path, self.modules),
            fields=entry.get("fields"),
            related=entry.get("notify_on_related_action") is not False,
            with_values=entry.get("return_affected_field_values") is True,
        )

    def _kept(self, channel: Channel, message: str, modules: Sequence[str] | None = None) -> list[Row]:
        self.channels.put(channel)
        told = [self._told(channel, module) for module in modules or channel.modules]
        return [_success(message, {"events": [{**one, "channel_id": channel.id} for one in told]})]

    def _existing(self, entry: Mapping[str, Any]) -> Channel:
        channel_id = str(entry["channel_id"])
        found = self.channels.find(channel_id, self._world.now())
        if found is None:
            raise refused("NOT_SUBSCRIBED", channel_id=channel_id)
        return found

    def _closed(self, query: Mapping[str, str]) -> tuple[int, Row]:
        if unknown := set(query) - {"channel_ids"}:
            raise invalid_parameter(min(unknown))
        if not query.get("channel_ids"):
            raise required_missing("channel_ids")
        ids = query["channel_ids"].split(",")
        if any(not one.isdigit() for one in ids):
            raise invalid_parameter("channel_ids", expected_data_type="long")
        return self._together(200, [_tried(self._close, {"channel_id": one}, "$") for one in ids])

    def _close(self, entry: Any, _path: str) -> list[Row]:
        channel = self._existing(entry)
        self.channels.drop(channel.id)
        told = [self.modules.told(module) for module in channel.modules]
        return [
            _success(
                _UNSUBSCRIBED,
                {"resource_uri": one["resource_uri"], "resource_id": one["resource_id"], "channel_id": channel.id},
            )
            for one in told
        ]

    # ── what is told ──

    def _told(self, channel: Channel, module: str) -> Row:
        offset = self.behaviour.watch_offset
        expiry = stamp_in(offset, channel.expiry) if offset else self._world.stamp(channel.expiry)
        return {"channel_expiry": expiry, **self.modules.told(module)}

    def _together(self, good: int, results: list[list[Row] | CrmRefusedError]) -> tuple[int, Row]:
        """Put the answers for all channels into one: mixed ones make 207."""
        refusals = [one for one in results if isinstance(one, CrmRefusedError)]
        rows = [row for one in results for row in ([one.body] if isinstance(one, CrmRefusedError) else one)]
        if not refusals:
            return good, {"watch": rows}
        if len(refusals) < len(results):
            return 207, {"watch": rows}
        if self.behaviour.watch_refusals == "bare":
            raise refusals[0]
        return (202 if self.behaviour.watch_refusals == "202" else 400), {"watch": rows}


def _tried(work: Callable[[Any, str], list[Row]], entry: Any, path: str) -> list[Row] | CrmRefusedError:
    try:
        return work(entry, path)
    except CrmRefusedError as refusal:
        return refusal


def _entries(body: bytes) -> list[Any]:
    try:
        wrapper = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise refused("INVALID_DATA", expected_data_type="jsonobject") from None
    if not isinstance(wrapper, dict):
        raise refused("INVALID_DATA", expected_data_type="jsonobject")
    if not wrapper.get("watch"):
        raise refused("MANDATORY_NOT_FOUND", api_name="watch", json_path="$.watch")
    if not isinstance(wrapper["watch"], list):
        raise refused("INVALID_DATA", api_name="watch", json_path="$.watch", expected_data_type="jsonarray")
    entries: list[Any] = wrapper["watch"]
    return entries


def _written_out(events: Sequence[str]) -> tuple[str, ...]:
    """Write "Leads.all" as three events, as Zoho's lists do."""
    single = (
        f"{module_of(event)}.{operation}"
        for event in events
        for operation in (OPERATIONS if event.endswith(".all") else (event.rpartition(".")[2],))
    )
    return tuple(dict.fromkeys(single))


def _modules_of(events: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(module_of(event) for event in events))


def _success(message: str, details: Row) -> Row:
    return {"code": "SUCCESS", "details": details, "message": message, "status": "success"}
