"""Which deliveries wait, when are they due, and what becomes of them?

The box sends nothing while it is locked, so whoever receives may call the emulator meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any

from .sender import Outcome, send
from .switches import Switches

if TYPE_CHECKING:
    from source_zoho.emulator.clock import Clock

Written = tuple[Mapping[str, str], bytes]
_LOST = Outcome(None, "lost")
# Seconds are counted in binary: a minute later may be a hair before the minute is over.
_HAIR = 1e-3


@dataclass(frozen=True)
class Message:
    """Something to be delivered; `write` makes headers and body, at the moment at which it is sent first."""

    source_id: str
    product: str
    url: str
    method: str
    write: Callable[[], Written]
    about: Mapping[str, str] = field(default_factory=dict)
    # What a body says that may still grow.
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pending:
    """A delivery that waits: for its first attempt or for another one."""

    id: str
    message: Message
    due: float
    attempt: int = 1
    duplicate: bool = False
    written: Written | None = None


@dataclass(frozen=True)
class Delivery:
    """One attempt, and what came of it."""

    id: str
    source_id: str
    product: str
    url: str
    method: str
    headers: Mapping[str, str]
    body: bytes
    attempt: int
    duplicate: bool
    at: datetime
    status: int | None
    reason: str
    about: Mapping[str, str]

    @property
    def is_good(self) -> bool:
        """Tell whether the other side took it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def organization_id(self) -> str:
        """Return the organization that it is about; the CRM has but one."""
        return self.about.get("organization_id", "")

    @property
    def resource(self) -> str:
        """Return the resource, or the CRM's module."""
        return self.about.get("resource", "")

    @property
    def record_id(self) -> str:
        """Return the record; of several that one notification names, the first."""
        return self.about.get("record_id", "")

    @property
    def operation(self) -> str:
        """Return what happened to the record."""
        return self.about.get("operation", "")

    @property
    def event_type(self) -> str:
        """Return the type of Billing's event."""
        return self.about.get("event_type", "")


class Outbox:
    """Deliveries in the order in which they were queued, on the emulator's clock."""

    def __init__(self, clock: Clock, seed: int) -> None:
        """Begin empty; *seed* decides what is lost, repeated and shuffled."""
        self._clock, self._random = clock, Random(f"webhooks {seed}")
        self._lock, self._sending = threading.Lock(), threading.Lock()
        self._waiting: list[Pending] = []
        self._queued = 0
        self.switches = Switches()
        self.log: list[Delivery] = []
        self.given_up: list[Delivery] = []
        # Who wants to know what came of a delivery, such as the list of Billing's events.
        self.told: Callable[[Delivery], None] = lambda _delivery: None

    @property
    def waiting(self) -> list[Pending]:
        """Return what waits, the earliest first."""
        with self._lock:
            return sorted(self._waiting, key=_turn)

    def queue(self, message: Message) -> None:
        """Let a message wait for its delivery, due at once."""
        with self._lock:
            self._queued += 1
            self._waiting.append(Pending(str(self._queued), message, self._clock.seconds()))

    def join_last(self, joined: Callable[[Message], Message | None]) -> bool:
        """Let *joined* put something into the message that was queued last, unless it was sent already."""
        with self._lock:
            last = self._waiting[-1] if self._waiting else None
            if last is None or last.written is not None or last.id != str(self._queued):
                return False
            message = joined(last.message)
            if message is None:
                return False
            self._waiting[-1] = replace(last, message=message)
            return True

    def deliver(self) -> list[Delivery]:
        """Send what is due now, and what has to be sent again at once; return every attempt."""
        with self._sending:
            return [one for due in self._taken() for one in self._sent(due)]

    def clear(self) -> None:
        """Forget what waits."""
        with self._lock:
            self._waiting.clear()

    def _taken(self) -> list[Pending]:
        """Take out what is due; a share of it changes places."""
        now = self._clock.seconds() + _HAIR
        with self._lock:
            due = sorted((one for one in self._waiting if one.due <= now), key=_turn)
            self._waiting = [one for one in self._waiting if one.due > now]
            return self._disordered(due)

    def _disordered(self, due: list[Pending]) -> list[Pending]:
        share = self.switches.disorder
        places = [place for place in range(len(due)) if share and self._random.random() < share]
        moved = list(places)
        self._random.shuffle(moved)
        result = list(due)
        for place, other in zip(places, moved, strict=True):
            result[place] = due[other]
        return result

    def _sent(self, pending: Pending) -> list[Delivery]:
        """Make one attempt, and the repetition that may come with it."""
        switches = self.switches
        written = pending.written or pending.message.write()
        if pending.attempt == 1 and self._happens(switches.lose):
            return [self._noted(pending, written, _LOST, final=True)]
        attempt = self._attempt(pending, written)
        if not attempt.is_good:
            self._again(pending, written, attempt)
            return [attempt]
        if self._happens(switches.duplicates):
            return [attempt, self._attempt(replace(pending, duplicate=True), written)]
        return [attempt]

    def _attempt(self, pending: Pending, written: Written) -> Delivery:
        message = pending.message
        headers, body = written
        outcome = send(message.method, message.url, headers, body, self.switches.timeout)
        return self._noted(pending, written, outcome)

    def _noted(self, pending: Pending, written: Written, outcome: Outcome, *, final: bool = False) -> Delivery:
        message, (headers, body) = pending.message, written
        delivery = Delivery(
            id=pending.id,
            source_id=message.source_id,
            product=message.product,
            url=message.url,
            method=message.method,
            headers=dict(headers),
            body=body,
            attempt=pending.attempt,
            duplicate=pending.duplicate,
            at=self._clock.now(),
            status=outcome.status,
            reason=outcome.reason,
            about=dict(message.about),
        )
        with self._lock:
            self.log.append(delivery)
            if final:
                self.given_up.append(delivery)
        self.told(delivery)
        return delivery

    def _again(self, pending: Pending, written: Written, failed: Delivery) -> None:
        """Plan another attempt, or give up after the last."""
        own = self.switches.notification_retries if pending.message.product == "crm" else self.switches.retries
        with self._lock:
            if pending.attempt > len(own):
                self.given_up.append(failed)
                return
            due = self._clock.seconds() + own[pending.attempt - 1]
            self._waiting.append(replace(pending, due=due, attempt=pending.attempt + 1, written=written))

    def _happens(self, share: float) -> bool:
        return share > 0 and self._random.random() < share


def _turn(one: Pending) -> tuple[float, int]:
    return one.due, int(one.id)
