"""
When did nobody hear what CRM would have told?

What CRM tells a receiver that is down is lost, as no repetition is promised; and once a channel has ended, CRM tells
nothing. Only times in which a receiver surely listened to a living channel count, so a hole may be noted that was none,
never the other way round; asking for the changes of such a time finds what is known already, which is harmless.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain

from source_zoho.webhooks.store import Channel, EventStore, Span
from source_zoho.webhooks.watch import LIFE, modules_of

STREAM = "crm_notifications"  # whoever reads it has asked for what was not heard before
REASON = "no receiver was listening, or a channel had ended"
# A receiver says every 20 seconds that it is there; one that was silent for less may be about to say so.
LONGEST_SILENCE = timedelta(minutes=1)
_EVER = datetime(2000, 1, 1, tzinfo=UTC)


def note_downtime(store: EventStore, now: datetime, looked_at: datetime | None = None) -> None:
    """
    Note in *store* what nobody heard since it was *looked_at*: by the last sync, if None, or ever before the first.

    A hole between two runs of the receiver is the same however often it is looked at. One that is still open is noted
    up to *now*, and what follows by the next look, which overlaps this one. To be called before channels are renewed,
    too: until then their ends tell since when there have been channels at all.
    """
    channels = store.channels()
    if not channels:
        return
    _, last = store.confirmed().get(STREAM, (0, None))
    looked_at = looked_at or last
    since = looked_at - 2 * LONGEST_SILENCE if looked_at else None
    uptime = store.uptime(since or _EVER)
    unheard: dict[Span, list[Channel]] = {}
    for channel in channels:
        for hole in _holes(_heard(channel, uptime), since or _beginning(channel, uptime), now):
            unheard.setdefault(hole, []).append(channel)
    for hole, told in unheard.items():
        store.note_missed(sorted(modules_of(chain.from_iterable(each.events for each in told))), hole, REASON)


def _beginning(channel: Channel, uptime: Sequence[Span]) -> datetime:
    """Return since when somebody should have listened: since one did, or since *channel* was made or renewed."""
    return min([*(span.since for span in uptime[:1]), channel.expires_at - LIFE])


def _heard(channel: Channel, uptime: Sequence[Span]) -> list[Span]:
    """Return what of *uptime* lies before the end of *channel*."""
    return [Span(span.since, min(span.until, channel.expires_at)) for span in uptime if span.since < channel.expires_at]


def _holes(heard: Sequence[Span], begin: datetime, now: datetime) -> Iterator[Span]:
    """Yield what between *begin* and *now* is not in *heard*, whose spans come in order and do not overlap."""
    heard_until = begin
    for span in heard:
        if span.since > heard_until:
            yield Span(heard_until, min(span.since, now))
        heard_until = max(heard_until, span.until)
    if now - heard_until > LONGEST_SILENCE:
        yield Span(heard_until, now)
