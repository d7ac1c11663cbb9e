"""
How is a receiver started whose batches have another bound than the command's, or whose disk is slower?

    python -m bench.webhook_receiver sqlite:///events.db MOST_IN_A_BATCH SLOWER_BY_MS
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence

from source_zoho.webhooks import log_lines
from source_zoho.webhooks.deliveries import Trust
from source_zoho.webhooks.event import Event
from source_zoho.webhooks.serve import listening_at, receiver_of, serve
from source_zoho.webhooks.settings import settings
from source_zoho.webhooks.store import EventStore
from source_zoho.webhooks.stores import open_store


def main(store_url: str, most_in_a_batch: str, slower_by_ms: str) -> None:
    """Serve as the command does, with batches of at most so many events, each of which takes so much longer."""
    with listening_at("127.0.0.1", 0) as listening, open_store(store_url) as store:
        slow_down(store, int(slower_by_ms) / 1000)
        log_lines.write_to(sys.stderr)
        log_lines.note("listening", url=f"http://localhost:{listening.getsockname()[1]}")
        trust = Trust(settings(os.environ))
        serve(receiver_of(store, trust, most_in_a_batch=int(most_in_a_batch)), listening)


def slow_down(store: EventStore, seconds: float) -> None:
    """Let each commit of *store* take so much longer, as on a slower disk."""
    append = store.append

    def appended(events: Sequence[Event]) -> list[bool]:
        time.sleep(seconds)
        return append(events)

    if seconds:
        store.append = appended  # type: ignore[method-assign]


if __name__ == "__main__":
    main(*sys.argv[1:])
