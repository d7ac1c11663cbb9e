"""How does a test set webhooks up, let them be delivered and see what became of them?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .background import Background
from .billing_types import EVENT_TYPES, EVENT_TYPES_OF
from .changes import Changes
from .notifications import Notifications
from .outbox import Delivery, Outbox, Pending
from .subscription import OPERATIONS, BodyKind, Webhook, checked

if TYPE_CHECKING:
    from source_zoho.emulator.crm.handle import Crm
    from source_zoho.emulator.front import Front
    from source_zoho.emulator.resources import Product

# A delivery that fails for ever ends after its last attempt; this only bounds a box that grows while it is emptied.
_MOST_ROUNDS = 1000


class Webhooks:
    """What an administrator sets up in Zoho's pages, and the post that goes out because of it."""

    def __init__(self, front: Front, crm: Crm, seed: int) -> None:
        """Listen to the records of *front* and of *crm*."""
        self._world, self._lock, self._clock = front.world, front.lock, front.clock
        self._outbox = Outbox(front.clock, seed)
        self._all: dict[str, Webhook] = {}
        self._set_up = 0
        self.changes = Changes(front, self._outbox, self._all)
        crm.send = Notifications(front.clock, self._outbox).queue
        self._background = Background(self.deliver)

    # ── what is set up ──

    def add(  # noqa: PLR0913 - Zoho's page has as many fields
        self,
        product: Product,
        organization_id: str,
        url: str,
        *,
        secret: str = "",
        module: str = "",
        body: BodyKind = "default",
        method: str = "POST",
        operations: Sequence[str] = OPERATIONS,
        events: Sequence[str] = (),
        fields: Sequence[str] = (),
    ) -> Webhook:
        """
        Set a webhook up, as an administrator does.

        With a *module* it belongs to a workflow rule, which says at which *operations* it is sent; *body* is the
        module's document as JSON ("default"), the same as the form field JSONString ("jsonstring"), or just *fields* of
        it as flat JSON ("custom") or as a form ("form"). Without one it is Billing's own webhook, about *events*.
        """
        with self._lock:
            self._world.organization(organization_id)
            asked = Webhook(
                id=str(self._set_up + 1),
                product=product,
                organization_id=organization_id,
                url=url,
                secret=secret,
                module=module,
                body=body,
                method=method,
                operations=tuple(operations),
                events=tuple(events),
                fields=tuple(fields),
            )
            webhook = checked(asked)
            self._set_up += 1
            self._all[webhook.id] = webhook
            return webhook

    def remove(self, webhook_id: str) -> None:
        """Take a webhook away; what is queued still goes out."""
        with self._lock:
            if webhook_id not in self._all:
                raise KeyError(f"no webhook {webhook_id!r}; there are: {', '.join(self._all) or 'none'}.")
            del self._all[webhook_id]

    @property
    def all(self) -> list[Webhook]:
        """Return the webhooks that are set up."""
        with self._lock:
            return list(self._all.values())

    def behave(self, **switches: Any) -> None:
        """Choose what goes wrong on the way; `Switches` names the switches."""
        with self._lock:
            self._outbox.switches = self._outbox.switches.changed(switches)

    def tell(self, organization_id: str, event_type: str, record_id: str) -> str:
        """Let one of Billing's events happen to a record, also one that no edit here makes; return the event's id."""
        if event_type not in EVENT_TYPES_OF:
            raise ValueError(f"Billing has no event {event_type!r}; there are: {', '.join(EVENT_TYPES)}.")
        with self._lock:
            collection = self._world.collection(EVENT_TYPES_OF[event_type], organization_id)
            return self.changes.tell(collection, event_type, record_id)

    # ── post ──

    def deliver(self) -> list[Delivery]:
        """
        Send what is due now and return every attempt.

        The emulator goes on answering meanwhile; do not call this while holding its lock.
        """
        return self._outbox.deliver()

    def deliver_all(self) -> list[Delivery]:
        """Send until nothing waits any more, moving the emulator's clock on to every new attempt."""
        sent = self.deliver()
        for _ in range(_MOST_ROUNDS):
            waiting = self.pending
            if not waiting:
                break
            self._clock.advance(max(0.0, waiting[0].due - self._clock.seconds()))
            sent += self.deliver()
        return sent

    @property
    def pending(self) -> list[Pending]:
        """Return what waits, the earliest first."""
        return self._outbox.waiting

    @property
    def log(self) -> list[Delivery]:
        """Return every attempt so far."""
        return list(self._outbox.log)

    @property
    def given_up(self) -> list[Delivery]:
        """Return the last attempts of what never arrived: lost on the way, or refused too often."""
        return list(self._outbox.given_up)

    def reset(self) -> None:
        """Forget what waits; webhooks, channels and the log stay."""
        self._outbox.clear()

    # ── by itself ──

    @property
    def delivers_by_itself(self) -> bool:
        """Tell whether deliveries leave without being told to."""
        return self._background.is_running

    def start(self, every: float = 0.05) -> None:
        """Deliver by itself from now on, looking every so many seconds."""
        self._background.start(every)

    def stop(self) -> None:
        """Deliver only when told to."""
        self._background.stop()

    @contextmanager
    def background(self, every: float = 0.05) -> Iterator[None]:
        """Deliver by itself for a while."""
        self.start(every)
        try:
            yield
        finally:
            self.stop()


def webhook_row(webhook: Webhook) -> Mapping[str, Any]:
    """Return a webhook as the control path shows it: without its secret."""
    return {**vars(replace(webhook, secret="")), "is_signed": bool(webhook.secret)}


def delivery_row(delivery: Delivery) -> Mapping[str, Any]:
    """Return an attempt as the control path shows it."""
    told = {name: value for name, value in vars(delivery).items() if name not in ("headers", "about", "body", "at")}
    return {**told, **delivery.about, "at": delivery.at.isoformat(), "bytes": len(delivery.body)}


def pending_row(pending: Pending) -> Mapping[str, Any]:
    """Return what waits as the control path shows it."""
    message = pending.message
    return {
        "id": pending.id,
        "source_id": message.source_id,
        "url": message.url,
        "due": pending.due,
        "attempt": pending.attempt,
        **message.about,
    }
