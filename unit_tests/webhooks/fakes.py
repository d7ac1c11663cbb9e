"""What stands in for an event store in tests? One in memory that keeps the promises, and can be told to fail."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from source_zoho.errors import Transient
from source_zoho.webhooks.event import TELL_OF_EDITS, WEBHOOK, Event, Kept
from source_zoho.webhooks.spans import from_then_on, joined
from source_zoho.webhooks.store import Channel, Held, Missed, Span


@dataclass
class MemoryStore:
    """
    An event store that forgets everything.

    While ``trouble`` is set, every method raises it. ``gate`` can be closed (``gate.clear()``): then appends wait.
    ``name`` is by what states know it; another store has another one.
    """

    name: str = "a store"
    trouble: Exception | None = None
    gate: threading.Event = field(default_factory=threading.Event)
    batches: list[int] = field(default_factory=list)
    beats: list[tuple[str, datetime, bool]] = field(default_factory=list)
    closed: bool = False
    _kept: list[Kept] = field(default_factory=list)
    _keys: set[str] = field(default_factory=set)
    _latest: dict[tuple[str, str], dict[str, datetime]] = field(default_factory=dict)
    _last: int = 0
    _confirmed: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    _channels: dict[str, Channel] = field(default_factory=dict)
    _missed: list[Missed] = field(default_factory=list)
    _reconciled: set[int] = field(default_factory=set)
    _pruned: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def events(self) -> list[Event]:
        """Everything kept, in order."""
        return [kept.event for kept in self._kept]

    def append(self, events: Sequence[Event]) -> list[bool]:
        self.gate.wait()
        self._answer()
        self.batches.append(len(events))
        return [self._keep(event) for event in events]

    def read_after(
        self, sequence: int, product: str, *, limit: int = 1000, organization_id: str | None = None
    ) -> list[Kept]:
        self._answer()
        wanted = [kept for kept in self._kept if kept.sequence > sequence and kept.event.product == product]
        return [kept for kept in wanted if organization_id in (None, kept.event.organization_id)][:limit]

    def last_sequence(self) -> int:
        self._answer()
        return self._last

    def identity(self, sequence: int) -> str:
        self._answer()
        return self.name

    def latest(self, product: str, organization_id: str) -> Mapping[str, datetime]:
        self._answer()
        return dict(self._latest.get((product, organization_id), {}))

    def beat(self, run_id: str, at: datetime, *, stopping: bool = False) -> None:
        self._answer()
        self.beats.append((run_id, at, stopping))

    def uptime(self, since: datetime) -> list[Span]:
        self._answer()
        runs: dict[str, Span] = {}
        for run_id, at, _ in self.beats:
            known = runs.setdefault(run_id, Span(at, at))
            runs[run_id] = replace(known, until=max(known.until, at))
        return from_then_on(since, joined(runs.values()))

    def confirm(self, stream: str, sequence: int, at: datetime) -> None:
        self._answer()
        if stream not in self._confirmed or at >= self._confirmed[stream][1]:
            self._confirmed[stream] = (sequence, at)

    def confirmed(self) -> Mapping[str, tuple[int, datetime]]:
        self._answer()
        return dict(sorted(self._confirmed.items()))

    def save_channel(self, channel: Channel) -> None:
        self._answer()
        self._channels[channel.channel_id] = channel

    def drop_channel(self, channel_id: str) -> None:
        self._answer()
        self._channels.pop(channel_id, None)

    def channels(self) -> list[Channel]:
        self._answer()
        return [self._channels[channel_id] for channel_id in sorted(self._channels)]

    def note_missed(self, modules: Sequence[str], span: Span, reason: str) -> None:
        self._answer()
        if not any(set(each.modules) == set(modules) and each.span == span for each in self._missed):
            self._missed.append(Missed(len(self._missed) + 1, tuple(modules), span, reason))

    def missed(self) -> list[Missed]:
        self._answer()
        left = [each for each in self._missed if each.number not in self._reconciled]
        return sorted(left, key=lambda each: (each.span.since, each.number))

    def reconciled(self, number: int, at: datetime) -> None:
        self._answer()
        self._reconciled.add(number)

    def held(self) -> list[Held]:
        self._answer()
        kinds = Counter((event.product, event.organization_id, event.entity, event.operation) for event in self.events)
        return [Held(*kind, count, self._span_of(kind)) for kind, count in sorted(kinds.items())]

    def prune(self, before: datetime, *, up_to_sequence: int | None = None, product: str | None = None) -> int:
        self._answer()
        gone = [kept for kept in self._kept if self._may_go(kept, before, up_to_sequence, product)]
        self._kept = [kept for kept in self._kept if kept not in gone]
        self._keys -= {kept.event.key for kept in gone}
        for kept in gone:
            self._pruned[kept.event.product] = max(self.pruned(kept.event.product), kept.sequence)
        return len(gone)

    def pruned(self, product: str) -> int:
        self._answer()
        return self._pruned.get(product, 0)

    def replay(self, first: int, last: int) -> int:
        self._answer()
        again = [kept for kept in self._kept if first <= kept.sequence <= last]
        self._kept = [kept for kept in self._kept if kept not in again]
        for kept in again:
            self._give_a_sequence(kept.event)
        return len(again)

    def ping(self) -> None:
        self._answer()

    def close(self) -> None:
        self.closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _answer(self) -> None:
        if self.trouble:
            raise self.trouble

    def _keep(self, event: Event) -> bool:
        if event.key in self._keys:
            return False
        self._keys.add(event.key)
        self._give_a_sequence(event)
        if event.origin == WEBHOOK and event.operation in TELL_OF_EDITS:
            latest = self._latest.setdefault((event.product, event.organization_id), {})
            latest[event.entity] = max(latest.get(event.entity, event.received_at), event.received_at)
        return True

    def _give_a_sequence(self, event: Event) -> None:
        self._last += 1
        self._kept.append(Kept(self._last, event))

    def _span_of(self, kind: tuple[str, str, str, str]) -> Span:
        times = [
            event.received_at
            for event in self.events
            if (event.product, event.organization_id, event.entity, event.operation) == kind
        ]
        return Span(min(times), max(times))

    @staticmethod
    def _may_go(kept: Kept, before: datetime, up_to_sequence: int | None, product: str | None) -> bool:
        return (
            kept.event.received_at < before
            and (up_to_sequence is None or kept.sequence <= up_to_sequence)
            and product in (None, kept.event.product)
        )


def unreachable() -> Transient:
    """Return what a store says that cannot be reached."""
    return Transient("The event store cannot be reached; it is tried again.")


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        """Let so much time pass, as in ``timedelta``."""
        self.now += timedelta(**span)
