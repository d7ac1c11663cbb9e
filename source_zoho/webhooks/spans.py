"""When was a receiver listening, if several runs of it overlap?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from source_zoho.webhooks.store import Span


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return *spans* in order, those that overlap or touch made one."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.since, span.until)):
        if found and span.since <= found[-1].until:
            found[-1] = replace(found[-1], until=max(found[-1].until, span.until))
        else:
            found.append(span)
    return found


def from_then_on(since: datetime, spans: Iterable[Span]) -> list[Span]:
    """Return what of *spans* lies at or after *since*."""
    return [replace(span, since=max(span.since, since)) for span in spans if span.until >= since]
