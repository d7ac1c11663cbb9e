"""How far have the events of a store been read, and which of them are meant by a time?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise

from source_zoho.cli.webhooks_values import shown
from source_zoho.webhooks.downtime import LONGEST_SILENCE
from source_zoho.webhooks.event import Kept
from source_zoho.webhooks.paths import PRODUCTS
from source_zoho.webhooks.store import EventStore, Span

STREAMS = {"books": "books_webhook_events", "billing": "billing_webhook_events", "crm": "crm_notifications"}
MOST_COUNTED = 10_000
_ROWS = 1000


@dataclass(frozen=True)
class Read:
    """How far *stream* has been read by syncs whose state came back; *waiting* is ``MOST_COUNTED`` for more, too."""

    stream: str
    sequence: int
    last_sync: datetime | None
    waiting: int


def product_of(stream: str) -> str:
    """Return the product whose events *stream* reads."""
    return stream.partition("_")[0]


def events_after(store: EventStore, sequence: int, product: str, rows: int = _ROWS) -> Iterator[Kept]:
    """Yield the events of *product* after *sequence*, in order."""
    while page := store.read_after(sequence, product, limit=rows):
        yield from page
        sequence = page[-1].sequence


def how_far(store: EventStore, products: Iterable[str]) -> list[Read]:
    """Return how far each stream has been read, those of *products* that never were among them."""
    confirmed = store.confirmed()
    streams = sorted({*confirmed, *(STREAMS[product] for product in products)})
    return [_read(store, stream, *confirmed.get(stream, (0, None))) for stream in streams]


def read_by_all(store: EventStore, product: str) -> tuple[int, str]:
    """
    Return up to where every stream of *product* has been read, and which one is behind, with its last sync.

    When none ever was, that is 0 and an empty text.
    """
    confirmed = {stream: read for stream, read in store.confirmed().items() if product_of(stream) == product}
    if not confirmed:
        return 0, ""
    behind = min(confirmed, key=lambda stream: (confirmed[stream], stream))
    position, last_sync = confirmed[behind]
    return position, f"{behind}, synced last at {shown(last_sync)},"


def count(events: Iterable[Kept], before: datetime, up_to: int | None = None) -> int:
    """Return how many of *events* were received before *before*, none counted after the sequence *up_to*."""
    return sum(each.event.received_at < before and (up_to is None or each.sequence <= up_to) for each in events)


def runs_within(store: EventStore, received: Span) -> tuple[list[tuple[int, int]], int]:
    """
    Return from where to where sequences run whose events were received within *received*, and how many there are.

    Events that came at other times may stand between them, such as those that were replayed before.
    """
    last = store.last_sequence()
    everything = sorted(
        (each.sequence, received.since <= each.event.received_at <= received.until)
        for product in PRODUCTS
        for each in events_after(store, 0, product)
        if each.sequence <= last
    )
    grouped = [[sequence for sequence, _ in run] for wanted, run in groupby(everything, key=lambda at: at[1]) if wanted]
    return [(run[0], run[-1]) for run in grouped], sum(map(len, grouped))


def number_between(store: EventStore, first: int, last: int) -> int:
    """Return how many events stand from sequence *first* to *last*."""
    return sum(sum(each.sequence <= last for each in events_after(store, first - 1, product)) for product in PRODUCTS)


def holes(spans: Sequence[Span], until: datetime) -> list[Span]:
    """
    Return when nobody was listening between the first of *spans* and *until*.

    However short one was, a list is read in full because of it; only the last may be the pause between two beats.
    """
    found = [Span(one.until, other.since) for one, other in pairwise(spans)]
    if spans and until - spans[-1].until > LONGEST_SILENCE:
        found.append(Span(spans[-1].until, until))
    return found


def _read(store: EventStore, stream: str, sequence: int, last_sync: datetime | None) -> Read:
    waiting = 0
    for _ in events_after(store, sequence, product_of(stream)):
        waiting += 1
        if waiting == MOST_COUNTED:
            break
    return Read(stream, sequence, last_sync, waiting)
