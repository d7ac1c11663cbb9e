"""
How do the notifications of CRM keep coming, and when may some have been lost?

The store remembers the channels that were made; Zoho says which of them live. A channel that has ended is made anew,
and the time between goes into the store as missed, to be found by polling: Zoho tells nothing afterwards.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from source_zoho.errors import ConfigProblem
from source_zoho.webhooks.store import Channel, EventStore, Span
from source_zoho.webhooks.watch import (
    LIFE,
    OPERATIONS,
    Clock,
    Listed,
    Send,
    compact,
    ended,
    listed,
    module_of,
    modules_of,
    put_in_place,
)
from source_zoho.webhooks.watch_refusals import Refused

TWO_DAYS = timedelta(days=2)
KEPT, RENEWED, ANEW, FAILED = "kept", "renewed", "anew", "failed"
ALIVE, EXPIRED, GONE, FOREIGN = "alive", "expired", "gone", "foreign"

# PUT is documented to replace what a channel is, PATCH a part of it, and POST makes one; which of them moves the end of
# a channel that lives is not said.
_TO_RENEW, _TO_REPLACE, _TO_MAKE = ("PUT", "PATCH", "POST"), ("PUT", "POST"), ("POST", "PUT")
_MOST_TRIED_ALONE = 3  # so many events refused one by one, and none taken: the events are not the reason
_REASON = "Zoho had no living channel for them."
# Ids are numbers of sixteen digits, which every JSON reader keeps exact; those of Zoho's samples have up to thirteen.
_FIRST_ID, _IDS = 10**15, 8 * 10**15


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The channels there are now, the events that Zoho refused with its reason, and what was missed before."""

    channels: list[Channel] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    missed: list[Span] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Renewal:
    """What became of a channel: ``kept``, ``renewed``, made ``anew``, or ``failed`` for the reason in *problem*."""

    channel: Channel
    outcome: str
    missed: Span | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A channel that is ``alive``, ``expired``, ``gone`` (Zoho lists it no more) or ``foreign`` to the store."""

    channel: Channel
    state: str


def subscribe(
    send: Send, store: EventStore, events: Iterable[str], notify_url: str, token: str, clock: Clock
) -> Subscribed:
    """
    Have Zoho tell *notify_url* of *events*, in place of what it told that address before.

    One channel takes all events; where Zoho refuses, and does not say which of them, they are tried in ever smaller
    parts. Raises Refused when none was taken, ConfigProblem when an event is none.
    """
    wanted = list(events)
    wrong = [_no_event(each) for each in wanted if not _is_event(each)]
    if wrong or not wanted:
        raise ConfigProblem(" ".join(wrong) or "There are no events to subscribe to.")
    return _Subscribing(_Desk(send, store, token, clock), notify_url).take(compact(wanted))


def renew(
    send: Send, store: EventStore, token: str, clock: Clock, when_less_than: timedelta = TWO_DAYS
) -> list[Renewal]:
    """
    Prolong the channels of *store* that end in *when_less_than*, and make those anew that have ended.

    A channel that Zoho refuses does not hold up the others. Raises ZohoError when Zoho or the store cannot be asked.
    """
    channels = store.channels()
    there = listed(send) if channels else {}
    desk = _Desk(send, store, token, clock)
    return [desk.renewed(each, there.get(each.channel_id), when_less_than) for each in channels]


def status(send: Send, store: EventStore, clock: Clock) -> list[Standing]:
    """Return how the channels stand that the store or Zoho knows, ordered by id."""
    known, there = {each.channel_id: each for each in store.channels()}, listed(send)
    now = clock()
    ours = [_standing(channel, there.get(channel_id), now) for channel_id, channel in known.items()]
    others = [Standing(each.channel(now), FOREIGN) for channel_id, each in there.items() if channel_id not in known]
    return sorted([*ours, *others], key=lambda each: each.channel.channel_id)


def unsubscribe(send: Send, store: EventStore, channel_ids: Iterable[str]) -> dict[str, bool]:
    """End channels, and return for each whether Zoho still knew it."""
    found: dict[str, bool] = {}
    for channel_id in channel_ids:
        found[channel_id] = ended(send, channel_id)
        store.drop_channel(channel_id)
    return found


def channel_id_of(notify_url: str, number: int) -> str:
    """Return the id of the channel *number* to *notify_url*: always the same, and hardly that of anyone else."""
    digest = hashlib.sha256(f"source-zoho {notify_url} {number}".encode()).digest()
    return str(_FIRST_ID + int.from_bytes(digest[:8], "big") % _IDS)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Who asks: a way to Zoho, a store, the token that notifications are to carry, and Zoho's time."""

    send: Send
    store: EventStore
    token: str
    clock: Clock

    def renewed(self, channel: Channel, there: Listed | None, when_less_than: timedelta) -> Renewal:
        """Return what became of *channel*, which is *there* at Zoho as it lists it, or not at all."""
        now = self.clock()
        since = _silent_since(channel, there, now)
        seen = _as_seen(channel, there)
        is_alive = there is not None and seen.expires_at > now
        if is_alive and seen.expires_at - now >= when_less_than:
            return Renewal(seen, KEPT, self.saved(seen, modules_of(channel.events), since))
        try:
            now_there, method = self.put(channel, _TO_RENEW if is_alive else _TO_MAKE)
        except Refused as refusal:
            return Renewal(channel, FAILED, problem=str(refusal))
        missed = self.saved(now_there, modules_of(channel.events), since)
        return Renewal(now_there, RENEWED if is_alive and method != "POST" else ANEW, missed)

    def put(self, channel: Channel, methods: Sequence[str]) -> tuple[Channel, str]:
        """Have Zoho tell of what *channel* is for, for as long as it does."""
        return put_in_place(self.send, channel, self.token, methods, self.clock() + LIFE)

    def saved(self, channel: Channel, modules: Sequence[str], since: datetime | None) -> Span | None:
        """
        Keep *channel*, and return what was missed of *modules* when Zoho told nothing *since*.

        That is noted first: after a crash in between it is noted once more, and never forgotten.
        """
        missed = Span(since, max(since, self.clock())) if since and modules else None
        if missed:
            self.store.note_missed(modules, missed, _REASON)
        self.store.save_channel(channel)
        return missed


class _Subscribing:
    """Tries to have Zoho tell *notify_url* of events, by as few channels as it takes."""

    def __init__(self, desk: _Desk, notify_url: str) -> None:
        self._desk, self._url = desk, notify_url
        self._there = listed(desk.send)
        self._before = {each.channel_id: each for each in desk.store.channels()}
        self._made = Subscribed()
        self._tried_alone = 0

    def take(self, events: tuple[str, ...]) -> Subscribed:
        """Subscribe to *events*."""
        pieces = deque([events])
        while pieces:
            piece = pieces.popleft()
            try:
                self._make(piece)
            except Refused as refusal:
                rest = [each for each in self._without_the_refused(piece, refusal) if each]
                if not (rest or pieces or self._made.channels):
                    raise
                pieces.extendleft(reversed(rest))
        self._end_what_is_left()
        return self._made

    def _make(self, events: tuple[str, ...]) -> None:
        channel_id = channel_id_of(self._url, len(self._made.channels) + 1)
        before, there, now = self._before.get(channel_id), self._there.get(channel_id), self._desk.clock()
        since = _silent_since(before, there, now) if before else None
        is_alive = there is not None and (there.expires_at is None or there.expires_at > now)
        channel, _ = self._desk.put(Channel(channel_id, events, self._url, now), _TO_REPLACE if is_alive else _TO_MAKE)
        heard_before = modules_of(before.events) if before else ()
        missed = self._desk.saved(channel, [each for each in modules_of(events) if each in heard_before], since)
        self._made.missed.extend([missed] if missed else [])
        self._made.channels.append(channel)

    def _without_the_refused(self, piece: tuple[str, ...], refusal: Refused) -> list[tuple[str, ...]]:
        """Return what of *piece* is to be tried after *refusal*. Raises it when no other events would do better."""
        named = refusal.event_among(piece)
        self._tried_alone += len(piece) == 1 and not named
        if refusal.is_about_all or (self._tried_alone >= _MOST_TRIED_ALONE and not self._made.channels):
            raise refusal
        if named or len(piece) == 1:
            without = named or piece[0]
            self._made.refused[without] = str(refusal)
            return [tuple(each for each in piece if each != without)]
        return [piece[: len(piece) // 2], piece[len(piece) // 2 :]]

    def _end_what_is_left(self) -> None:
        """End the channels to the address that are not needed any more."""
        made = {each.channel_id for each in self._made.channels}
        ours = [each.channel_id for each in self._before.values() if each.notify_url == self._url]
        unsubscribe(self._desk.send, self._desk.store, [each for each in ours if each not in made])


def _is_event(event: str) -> bool:
    return bool(module_of(event)) and event.rpartition(".")[2] in OPERATIONS


def _no_event(event: str) -> str:
    return f"{event!r} is no event; expected a module's API name, a point and one of: {', '.join(OPERATIONS)}."


def _silent_since(channel: Channel, there: Listed | None, now: datetime) -> datetime | None:
    """Return since when Zoho may have told nothing of what *channel* is for, None when it told all along."""
    ends = [each for each in (channel.expires_at, there.expires_at if there else None) if each and each <= now]
    if ends:
        return min(ends)
    # One that went before its end went unnoticed, at some time after it was made or renewed.
    return channel.expires_at - LIFE if there is None else None


def _as_seen(channel: Channel, there: Listed | None) -> Channel:
    """Return *channel* with the end that Zoho lists, where it does."""
    return replace(channel, expires_at=(there.expires_at if there else None) or channel.expires_at)


def _standing(channel: Channel, there: Listed | None, now: datetime) -> Standing:
    seen = _as_seen(channel, there)
    if seen.expires_at <= now:
        return Standing(seen, EXPIRED)
    return Standing(seen, ALIVE if there else GONE)
