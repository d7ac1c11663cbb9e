"""What does every event store promise, and which one is meant by a URL?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from source_zoho.webhooks.event import Event, Kept


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, ends included."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Channel:
    """A subscription to notifications of CRM, without its token."""

    channel_id: str
    events: tuple[str, ...]
    notify_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Missed:
    """A time in which notifications of CRM about ``modules`` may have been lost, until it is reconciled by polling."""

    number: int
    modules: tuple[str, ...]
    span: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """How many events of one kind the store holds, and the time between the first and the last of them."""

    product: str
    organization_id: str
    entity: str
    operation: str
    count: int
    received: Span


class EventStore(Protocol):
    """
    Keeps events until they are pruned.

    Every method raises ``Transient`` when the store cannot be reached or is full, with a sentence that names neither
    password nor payload, and leaves the store as it was. All but ``append`` may be called from any thread.
    """

    def append(self, events: Sequence[Event]) -> list[bool]:
        """
        Keep *events*, all or none, and return for each whether its key was new; when this returns they are durable.

        Sequences rise in the order in which appends end: who has read up to a sequence never meets a smaller one later,
        however many processes append at the same time.
        """

    def read_after(
        self, sequence: int, product: str, *, limit: int = 1000, organization_id: str | None = None
    ) -> list[Kept]:
        """Return up to *limit* events of *product* after *sequence*, in order; of one organization only, if given."""

    def last_sequence(self) -> int:
        """Return the last sequence that was given out, 0 for none; pruning does not lower it."""

    def identity(self, sequence: int) -> str:
        """
        Return a word by which *sequence*, one that was given out, or 0, is known as this store's for ever.

        Another store gives another word; so does this one for a sequence that it gave out a second time, after a
        backup was put back.
        """

    def latest(self, product: str, organization_id: str) -> Mapping[str, datetime]:
        """
        Return when the last event was received by which Zoho told that a record may have been edited, for each entity.

        Events of creations and deletions do not count: where those alone are told, an edit is not.
        """

    def beat(self, run_id: str, at: datetime, *, stopping: bool = False) -> None:
        """Note that the receiver *run_id* has been listening without a break until *at*, first call: since *at*."""

    def uptime(self, since: datetime) -> list[Span]:
        """Return when a receiver was surely listening, from *since* on, in order; overlapping spans are joined."""

    def confirm(self, stream: str, sequence: int, at: datetime) -> None:
        """Note that a sync began at *at* with the state that *stream* has been read up to *sequence*."""

    def confirmed(self) -> Mapping[str, tuple[int, datetime]]:
        """Return how far each stream has been read by syncs whose state came back, and when the last one began."""

    def save_channel(self, channel: Channel) -> None:
        """Keep *channel*, in place of one with the same id."""

    def drop_channel(self, channel_id: str) -> None:
        """Forget a channel; one that is not known is none."""

    def channels(self) -> list[Channel]:
        """Return the channels, ordered by id."""

    def note_missed(self, modules: Sequence[str], span: Span, reason: str) -> None:
        """Remember that notifications of *span* may have been lost; the same span of the same modules only once."""

    def missed(self) -> list[Missed]:
        """Return what is not reconciled yet, oldest first."""

    def reconciled(self, number: int, at: datetime) -> None:
        """Note that the changes of a missed time have been found by polling."""

    def held(self) -> list[Held]:
        """Return what the store holds, ordered by product, organization, entity and operation."""

    def prune(self, before: datetime, *, up_to_sequence: int | None = None, product: str | None = None) -> int:
        """
        Delete events received before *before*, none after *up_to_sequence*, and return how many.

        Those that append are let in between: an error leaves deleted what was deleted until then.
        """

    def pruned(self, product: str) -> int:
        """Return the highest sequence of an event of *product* that was ever pruned, 0 for none."""

    def replay(self, first: int, last: int) -> int:
        """Give the events from sequence *first* to *last* new sequences at the end, in order; return how many."""

    def ping(self) -> None:
        """Return when the store can be written to."""

    def close(self) -> None:
        """Let go of files and connections."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
