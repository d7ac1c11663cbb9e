"""What stands in for Zoho where channels are subscribed? A strict one, made after its documents, that can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from source_zoho.webhooks.watch_refusals import refused
from unit_tests.webhooks.fakes import Clock

MODULES = ("Leads", "Contacts", "Deals", "Accounts")
ROWS_OF_A_PAGE = 2
_WEEK, _HOUR = timedelta(days=7), timedelta(hours=1)
_KEYS = {"channel_id", "events", "notify_url", "token", "channel_expiry"}
Row = dict[str, Any]


@dataclass
class FakeZoho:
    """
    Answers calls about channels.

    ``prolongs`` are the methods that move the end of a channel, ``takes`` those that are taken at all for one that
    lives, and ``most_events`` is how many events a channel may have. ``names`` tells whether a refusal says what it is
    about, ``lists_expired`` whether a channel that has ended is still listed, ``says_ends`` whether ends are told.
    """

    clock: Clock
    prolongs: tuple[str, ...] = ("PUT", "PATCH", "POST")
    takes: tuple[str, ...] = ("PUT", "PATCH", "POST")
    most_events: int = 100
    names: bool = True
    lists_expired: bool = False
    says_ends: bool = True
    offset: timezone = field(default_factory=lambda: timezone(timedelta(hours=-11)))
    refuses: Mapping[str, Exception] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    _channels: dict[str, Row] = field(default_factory=dict)

    def __call__(self, method: str, path: str, params: Mapping[str, Any], json: Any) -> Any:
        assert path == "actions/watch"
        self.calls.append(method)
        if method in self.refuses:
            raise self.refuses[method]
        if method == "GET":
            return self._list(int(params["page"]))
        if method == "DELETE":
            return self._end(str(params["channel_ids"]))
        assert list(json) == ["watch"]
        (entry,) = json["watch"]
        assert set(entry) == _KEYS
        return self._watch(method, entry)

    def ends(self, channel_id: str) -> datetime:
        """Return when the channel ends."""
        end: datetime = self._channels[channel_id]["end"]
        return end

    def events(self, channel_id: str) -> list[str]:
        """Return what the channel tells of."""
        return list(self._channels[channel_id]["events"])

    def forget(self, channel_id: str) -> None:
        """Let a channel go before its end."""
        del self._channels[channel_id]

    def watched_by_another(self, channel_id: str) -> None:
        """Have a channel that nobody here made."""
        end = self.clock() + _HOUR
        self._channels[channel_id] = {"events": ["Deals.all"], "notify_url": "https://other.example.com", "end": end}

    def _list(self, page: int) -> Any:
        rows = [row for channel_id in sorted(self._channels) for row in self._rows(channel_id)]
        if not rows:
            return None
        first = (page - 1) * ROWS_OF_A_PAGE
        more = len(rows) > first + ROWS_OF_A_PAGE
        return {"watch": rows[first : first + ROWS_OF_A_PAGE], "info": {"page": page, "more_records": more}}

    def _rows(self, channel_id: str) -> list[Row]:
        channel = self._channels[channel_id]
        if channel["end"] <= self.clock() and not self.lists_expired:
            return []
        modules = dict.fromkeys(event.partition(".")[0] for event in channel["events"])
        return [
            {
                "channel_id": channel_id,
                "events": [each for each in _in_full(channel["events"]) if each.startswith(f"{module}.")],
                "notify_url": channel["notify_url"],
                "resource_name": module,
                "channel_expiry": self._told(channel["end"]),
            }
            for module in modules
        ]

    def _end(self, channel_id: str) -> Any:
        if not self._lives(channel_id):
            raise refused("DELETE", "NOT_SUBSCRIBED", "not subscribed", {})
        del self._channels[channel_id]
        return {"watch": [{"code": "SUCCESS", "status": "success", "details": {"channel_id": channel_id}}]}

    def _watch(self, method: str, entry: Row) -> Any:
        channel_id, lives = entry["channel_id"], self._lives(entry["channel_id"])
        assert channel_id.isdigit()
        assert len(entry["token"]) <= 50
        if method in {"PUT", "PATCH"} and not lives:
            return _error("NOT_SUBSCRIBED", {})
        if lives and method not in self.takes:
            return _error("INVALID_DATA", {"json_path": "$.watch[0].channel_id"} if self.names else {})
        wrong = [number for number, event in enumerate(entry["events"]) if event.partition(".")[0] not in MODULES]
        if wrong or len(entry["events"]) > self.most_events:
            place = f"$.watch[0].events[{wrong[0]}]" if wrong else "$.watch[0].events"
            return _error("INVALID_DATA", {"json_path": place} if self.names else {})
        self.tokens[channel_id] = entry["token"]
        end = self._end_of(entry) if method in self.prolongs or not lives else self._channels[channel_id]["end"]
        self._channels[channel_id] = {"events": entry["events"], "notify_url": entry["notify_url"], "end": end}
        told = [{"channel_expiry": self._told(end), "resource_name": "Leads", "channel_id": channel_id}]
        return {"watch": [{"code": "SUCCESS", "status": "success", "details": {"events": told}}]}

    def _end_of(self, entry: Row) -> datetime:
        asked = datetime.fromisoformat(entry["channel_expiry"])
        assert asked.tzinfo is not None
        assert not asked.microsecond
        assert asked > self.clock()
        return asked if asked <= self.clock() + _WEEK else self.clock() + _HOUR

    def _lives(self, channel_id: str) -> bool:
        return channel_id in self._channels and self._channels[channel_id]["end"] > self.clock()

    def _told(self, end: datetime) -> str | None:
        return end.astimezone(self.offset).isoformat(timespec="seconds") if self.says_ends else None


def _in_full(events: list[str]) -> list[str]:
    """Write ``all`` out, as Zoho's lists do."""
    parts = (
        [f"{event[:-3]}{operation}" for operation in ("edit", "create", "delete")]
        if event.endswith(".all")
        else [event]
        for event in events
    )
    return [each for part in parts for each in part]


def _error(code: str, details: Row) -> Any:
    return {"watch": [{"code": code, "status": "error", "message": "not taken", "details": details}]}


def a_clock() -> Clock:
    """Return a clock that shows a Sunday morning."""
    return Clock(datetime(2026, 3, 1, 8, tzinfo=UTC))
